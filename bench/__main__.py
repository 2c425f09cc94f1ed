"""``python -m bench NAME… [OPTIONS]``: runs the named benchmarks, or all but the long ones; prints tables, writes
``bench/results/NAME.json``. What begins with the first ``-`` is handed to each of them.

Exit status: 0 where every row holds, 1 otherwise, 2 for an unknown name.
"""

from __future__ import annotations

import importlib
import sys

from bench.report import Row, finish

NAMES = (
    "latency", "cameras", "soak", "detection", "devices", "store", "rules", "fanout",
    "oracle", "rules-kill", "mutants", "torture", "masks",
)  # fmt: skip
_LONG = {"soak", "oracle", "rules-kill", "mutants", "torture"}  # minutes or hours each


def main() -> int:
    given = sys.argv[1:]
    split = next((index for index, word in enumerate(given) if word.startswith("-")), len(given))
    wanted, options = given[:split] or [name for name in NAMES if name not in _LONG], given[split:]
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    holds = True
    for name in wanted:
        rows: list[Row] = importlib.import_module(f"bench.{name.replace('-', '_')}").run(options)
        holds = finish(name, rows) and holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
