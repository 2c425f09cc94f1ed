"""The table of what happened to peers names tests that exist, one at least for each class."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("## What happened to peers")[2].partition("\n## ")[0]
ROWS = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("|")][2:]
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_each_class_has_an_advisory_and_a_test_that_is_there() -> None:
    assert len(ROWS) >= 15
    for kind, what, test in ROWS:
        assert re.search(r"CVE-20\d\d-\d+|GHSA-|#\d+", what), kind
        named = re.findall(r"`(test_\w+)`", test)
        files = re.findall(r"`(tests/[\w/]+\.py)`", test)
        assert named or files, kind
        assert set(named) <= TESTS, set(named) - TESTS
        assert all((ROOT / file).is_file() for file in files), files
