"""Everything ``make test`` runs: style, types, imports, known advisories and the tests of the web side by side, then
those of Python.

Each step says how long it took; after one that fails nothing more is begun. Arguments are handed to pytest.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "dashboard" / "web"
_PYTEST = [sys.executable, "-m", "pytest", "--durations=25", "--durations-min=4"]
Step = tuple[str, list[str], Path]
CODE = ["hub", "ingest", "rules", "dashboard/api", "bench"]
CHECKS: list[Step] = [
    ("advisories", [sys.executable, "-m", "tests.advisories"], ROOT),
    ("mypy", ["mypy"], ROOT),
    ("svelte-check", ["npm", "run", "--silent", "check"], WEB),
    ("vitest", ["npm", "run", "--silent", "test"], WEB),
    ("ruff", ["ruff", "check", "."], ROOT),
    ("import-linter", ["lint-imports", "--no-cache"], ROOT),
    # Medium and worse. What ruff's rules of the same origin say is lesser, and stands with its reason where it is.
    ("bandit", ["bandit", "--quiet", "--recursive", "-ll", *CODE], ROOT),
]
TESTS: list[Step] = [
    # Most tests wait for a real server or a real clock: four at a time keep two cores busy. Those that hold something
    # against the clock while it works hard are run after them, one at a time.
    # What takes longest is in the folders that come first, so that nobody waits for it in the end.
    (
        "pytest",
        [*_PYTEST, "-n", "4", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not alone", *sys.argv[1:]],
        ROOT,
    ),
    ("pytest, one at a time", [*_PYTEST, "-m", "alone", *sys.argv[1:]], ROOT),
]
_NONE_CHOSEN = 5
"""pytest's exit status where nothing is left of what its arguments name."""


def _check(step: Step) -> int:
    """Side by side with the others, and so printed in one piece."""
    name, argv, cwd = step
    began = time.monotonic()
    done = subprocess.run(argv, cwd=cwd, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"--- {name}\n{done.stdout.rstrip()}", flush=True)  # noqa: T201  for whoever watches
    _tell(name, done.returncode, began)
    return done.returncode


def _test(step: Step) -> int:
    name, argv, cwd = step
    print(f"--- {name}", flush=True)  # noqa: T201  for whoever watches
    began = time.monotonic()
    status = subprocess.run(argv, cwd=cwd, check=False).returncode
    _tell(name, status, began)
    return 0 if sys.argv[1:] and status == _NONE_CHOSEN else status


def _tell(name: str, status: int, began: float) -> None:
    verdict = "ok" if status == 0 else f"exit status {status}"
    print(f"--- {name}: {verdict}, {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201  for whoever watches


def main() -> int:
    with ThreadPoolExecutor(3) as pool:  # one of them waits for the network
        failed = [status for status in pool.map(_check, CHECKS) if status]
    for step in TESTS:
        failed = failed or [status for status in [_test(step)] if status]
    return failed[0] if failed else 0


if __name__ == "__main__":
    sys.exit(main())
