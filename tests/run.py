"""Everything ``make test`` runs, in order: style, types, imports, then the tests of the web and of Python.

Each step says how long it took; the first that fails ends the run. Arguments are handed to pytest.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "dashboard" / "web"
_PYTEST = [sys.executable, "-m", "pytest", "--durations=25", "--durations-min=4"]
STEPS: list[tuple[str, list[str], Path]] = [
    ("ruff", ["ruff", "check", "."], ROOT),
    ("mypy", ["mypy"], ROOT),
    ("import-linter", ["lint-imports", "--no-cache"], ROOT),
    ("svelte-check", ["npm", "run", "--silent", "check"], WEB),
    ("vitest", ["npm", "run", "--silent", "test"], WEB),
    # Most tests wait for a real server or a real clock: three at a time keep two cores busy. Those that hold something
    # against the clock while it works hard are run after them, one at a time.
    # What takes longest is in the folders that come first, so that nobody waits for it in the end.
    (
        "pytest",
        [*_PYTEST, "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not alone", *sys.argv[1:]],
        ROOT,
    ),
    ("pytest, one at a time", [*_PYTEST, "-m", "alone", *sys.argv[1:]], ROOT),
]
_NONE_CHOSEN = 5
"""pytest's exit status where nothing is left of what its arguments name."""


def main() -> int:
    for name, argv, cwd in STEPS:
        print(f"--- {name}", flush=True)  # noqa: T201  for whoever watches
        began = time.monotonic()
        status = subprocess.run(argv, cwd=cwd, check=False).returncode
        verdict = "ok" if status == 0 else f"exit status {status}"
        print(f"--- {name}: {verdict}, {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201  for whoever watches
        if status != 0 and not (sys.argv[1:] and status == _NONE_CHOSEN):
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
