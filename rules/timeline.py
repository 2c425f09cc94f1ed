"""When the alerts of a backtest began: counts over even steps of time, beside those of the rules as they are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from rules.backtest import Occurrence

MOST_STEPS = 200
_STEPS = [timedelta(seconds=s) for s in (10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)]


def timeline(
    proposed: Iterable[Occurrence], now: Iterable[Occurrence] | None, first: datetime, last: datetime
) -> dict[str, Any]:
    """Of [first, last) in steps of ``step_s`` from ``first`` on: how many began in each. ``now`` is None where there is
    nothing to hold it against. What began before is left out."""
    span = last - first
    step = next((step for step in _STEPS if span <= MOST_STEPS * step), timedelta(days=1))
    return {
        "step_s": step.total_seconds(),
        "proposed": _counts(proposed, first, last, step),
        "now": None if now is None else _counts(now, first, last, step),
    }


def _counts(alerts: Iterable[Occurrence], first: datetime, last: datetime, step: timedelta) -> Sequence[int]:
    counts = [0] * -((first - last) // step)
    for alert in alerts:
        if first <= alert.started_at < last:
            counts[(alert.started_at - first) // step] += 1
    return counts
