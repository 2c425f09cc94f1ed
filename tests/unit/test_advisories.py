"""A known advisory stops a release; a network without advisories does not, and is told of."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.advisories import ROOT, _output, of_npm, of_pip

SKIPPED = {"name": "a", "skip_reason": "Dependency not found on PyPI and could not be audited: a (1.0)"}


def pip_says(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_an_advisory_of_a_python_package_is_found() -> None:
    vulnerable = {"name": "b", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"], "aliases": []}]}
    found = of_pip(pip_says(SKIPPED, vulnerable, {"name": "c", "version": "2", "vulns": []}))
    assert found.found == ("b 1.0: PYSEC-1, mended in 1.1",)
    assert found.words == "2 packages, 1 with an advisory; NOT CHECKED: 1 that the index does not know"


def test_where_nothing_was_asked_that_is_said_and_is_no_failure() -> None:
    for said in ("", "nonsense", "[]", pip_says(SKIPPED)):
        assert of_pip(said).words.startswith("NOT CHECKED")
        assert of_pip(said).found == ()
    refused = json.dumps({"message": "405 Method Not Allowed", "statusCode": 405})
    for said in ("", "nonsense", refused):
        assert of_npm(said).words.startswith("NOT CHECKED")
        assert of_npm(said).found == ()
    assert "405" in of_npm(refused).words


def test_no_host_and_no_folder_of_whoever_asks_is_shown() -> None:
    host = "registry.example"
    words = f"request to https://{host}/-/npm/v1/security/audits failed, reason: connect ECONNREFUSED 10.0.0.1:4873"
    for said in ({"message": words}, {"message": words, "statusCode": 502}, {"error": {"summary": words}}):
        shown = of_npm(json.dumps(said)).words
        assert host not in shown
        assert "10.0.0.1" not in shown
    program = "import sys; sys.stderr.write(\"Location 'file:///somewhere' is ignored\"); print('{}')"
    assert _output([sys.executable, "-c", program], ROOT) == "{}\n", "what it says on the side is not passed on"


def test_a_high_advisory_of_npm_is_found_and_a_lesser_one_is_counted() -> None:
    known = {"x": {"severity": "high"}, "y": {"severity": "moderate"}, "z": {"severity": "critical"}}
    found = of_npm(json.dumps({"vulnerabilities": known, "metadata": {"dependencies": {"total": 90}}}))
    assert found.found == ("x: high", "z: critical")
    assert found.words == "90 packages, 2 with a high advisory, 1 with a lesser"
