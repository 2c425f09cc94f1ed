"""``python -m tests.advisories``: whether anything that the lock files name has a known advisory.

Asks what pip-audit and ``npm audit`` ask: PyPI and the registry of npm, or what is configured instead of them. Where
none of them can be asked, that is said and is no failure: a checkout without a network is as good as one with it. What
they say besides is not shown: it names hosts and folders of whoever runs this. An advisory of a Python package fails it
whatever its severity, which PyPI does not tell; one of npm where it is high.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_S = 60
NPM = ("dashboard/web", "tests/timescale")
IGNORED: dict[str, str] = {}
"""Advisories that do not concern us, with the reason."""


@dataclass(frozen=True)
class Verdict:
    words: str
    found: tuple[str, ...] = ()


def of_pip(said: str) -> Verdict:
    """Of what ``pip-audit --format json`` prints."""
    known = _read(said).get("dependencies", [])
    asked = [each for each in known if "skip_reason" not in each]
    found = tuple(
        f"{each['name']} {each['version']}: {entry['id']}, mended in {', '.join(entry['fix_versions']) or 'none yet'}"
        for each in asked
        for entry in each["vulns"]
        if entry["id"] not in IGNORED
    )
    if not asked:
        return Verdict("NOT CHECKED: no advisory can be had from here")
    left = f"; NOT CHECKED: {len(known) - len(asked)} that the index does not know" if len(asked) < len(known) else ""
    return Verdict(f"{len(asked)} packages, {len(found)} with an advisory{left}", found)


def of_npm(said: str) -> Verdict:
    """Of what ``npm audit --json`` prints."""
    answer = _read(said)
    if "metadata" not in answer:
        status = answer.get("statusCode")
        reason = f"the registry answered {status}" if isinstance(status, int) else "no answer"
        return Verdict(f"NOT CHECKED: no advisory can be had from here ({reason})")
    known: dict[str, Any] = answer.get("vulnerabilities", {})
    grave = {name: each for name, each in known.items() if each["severity"] in {"high", "critical"}}
    found = tuple(f"{name}: {each['severity']}" for name, each in sorted(grave.items()) if name not in IGNORED)
    count, lesser = answer["metadata"]["dependencies"]["total"], len(known) - len(grave)
    return Verdict(f"{count} packages, {len(found)} with a high advisory, {lesser} with a lesser", found)


def _read(said: str) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _output(argv: Sequence[str], folder: Path) -> str:
    """Empty where it was late, or is not installed."""
    try:
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout


def main() -> int:
    pip = [sys.executable, "-m", "pip_audit", "--disable-pip", "--requirement", "requirements.lock"]
    pip += ["--format", "json", "--progress-spinner", "off", "--timeout", "5"]
    verdicts = {"pip-audit": of_pip(_output(pip, ROOT))}
    for folder in NPM:
        argv = ["npm", "audit", "--json", "--package-lock-only"]
        verdicts[f"npm audit in {folder}"] = of_npm(_output(argv, ROOT / folder))
    for name, verdict in verdicts.items():
        print(f"{name}: {verdict.words}", *verdict.found, sep="\n  ")  # noqa: T201  for whoever watches
    return 1 if any(verdict.found for verdict in verdicts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
