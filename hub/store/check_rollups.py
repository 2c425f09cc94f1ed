"""Whether the rollups are what the observations come to."""

from __future__ import annotations

from datetime import datetime

from hub.clock import Clock
from hub.store import reconcile
from hub.store.check import DAY, Finding, Progress
from hub.store.store import Store

_NAMED = 5


def rollups(store: Store, since: datetime, clock: Clock, progress: Progress, *, repair: bool) -> list[Finding]:
    """Of every day from ``since`` on of which all observations are still there. ``repair`` counts a day anew."""
    days = [day for day in reconcile.days(store) if day > since - DAY]
    found = []
    for number, day in enumerate(days):
        progress("rollups", number, len(days))
        found += reconcile.reconcile(store, day, day + DAY, repair, clock=clock)
    progress("rollups", len(days), len(days))
    advice = "--repair counts that day anew"
    findings = [Finding(f"the rollup of the {difference}: {advice}", repair) for difference in found[:_NAMED]]
    if len(found) > _NAMED:
        findings.append(Finding(f"{len(found) - _NAMED} more rollups differ: {advice}", repair))
    return findings
