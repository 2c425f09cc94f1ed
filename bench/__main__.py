"""``python -m bench NAME…``: runs the named benchmarks, or all; prints tables, writes ``bench/results/NAME.json``.

Exit status: 0 where every row holds, 1 otherwise, 2 for an unknown name.
"""

from __future__ import annotations

import importlib
import sys

from bench.report import Row, finish

NAMES = ("latency",)


def main() -> int:
    wanted = sys.argv[1:] or list(NAMES)
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    holds = True
    for name in wanted:
        rows: list[Row] = importlib.import_module(f"bench.{name}").run()
        holds = finish(name, rows) and holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
