"""The result of a benchmark: rows with a bound each, as a table and as JSON."""

from __future__ import annotations

import json
import operator
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """``bound`` is a comparison and a number (``"<= 100"``), held against ``value``, or ``ratio`` where ``of`` says so.

    ``reason`` says why the peer could not run; such a row does not hold.
    """

    name: str
    value: float
    unit: str
    bound: str
    peer: str = ""
    peer_value: float | None = None
    of: str = "value"
    reason: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.peer_value if self.peer_value else None

    @property
    def holds(self) -> bool:
        sign, number = self.bound.split()
        measured = self.ratio if self.of == "ratio" else self.value
        return not self.reason and measured is not None and _COMPARE[sign](measured, float(number))


def finish(name: str, rows: list[Row]) -> bool:
    """Print the table, write the file, answer whether every row holds."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"\n{name}: {machine}")
    print(f"{'':52}{'value':>12} {'unit':8}{'bound':>10}  {'':6}peer")
    for row in rows:
        peer = f"{row.peer}: {row.peer_value:.2f} (ratio {row.ratio:.2f})" if row.peer_value and row.ratio else row.peer
        verdict = "holds" if row.holds else "FAILS"
        print(f"{row.name:52}{row.value:12.2f} {row.unit:8}{row.bound:>10}  {verdict:6}{peer} {row.reason}".rstrip())
    RESULTS.mkdir(exist_ok=True)
    answer = [
        {key: value for key, value in asdict(row).items() if key != "of"} | {"ratio": row.ratio, "holds": row.holds}
        for row in rows
    ]
    (RESULTS / f"{name}.json").write_text(json.dumps({"machine": machine, "rows": answer}, indent=1) + "\n")
    return all(row.holds for row in rows)
