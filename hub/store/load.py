"""The load of alarms on people, counted over any period. What the figures mean is in ``hub.model.load``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from hub.config.alarms import Alarms
from hub.model.alert import Severity
from hub.model.area import Within, beginnings
from hub.model.load import Course, Figure, Flood, Moments, Shift, judge, share, shifts
from hub.store.sql import sql
from hub.store.store import Store, Tx

_LOOK_BACK = timedelta(days=1)
"""A flood that is on when the period begins began at most so long before: such a long one goes on in any case."""
_MOST_PARTS = 100


@dataclass(frozen=True, slots=True)
class Share:
    """Of an area, or of a shift by the time of day at which it begins."""

    # A flood of an area is one that comes from it alone; a shift is all of its days together.

    name: str
    alarms: int
    per_hour: float
    peak_10_min: int
    in_floods: float


@dataclass(frozen=True, slots=True)
class Load:
    """``alarms`` called for an operator; ``raised`` are all that began, ``suppressed``, ``out_of_service`` and
    ``chattering`` those of them that called for nobody, at first at least. ``per_hour`` is that of one desk,
    ``peak_10_min`` the most in ten minutes at all of them, ``in_floods`` a fraction of the time. ``acknowledged_s``:
    after how many seconds half of the alarms were acknowledged. ``worst_*``: name → alarms, the most first. ``areas``:
    the parts that the area is divided into (that what lies below the roots is), the most alarms first, at most 100.
    """

    alarms: int
    raised: int
    suppressed: int
    out_of_service: int
    chattering: int
    fleeting: int
    stale: int
    acknowledged_s: float | None
    per_hour: float
    peak_10_min: int
    in_floods: float
    floods: list[Flood]
    severities: dict[Severity, int]
    worst_rules: dict[str, int]
    worst_sources: dict[str, int]
    chatterers: list[dict[str, Any]]
    stale_alerts: list[dict[str, Any]]
    figures: list[Figure]
    areas: list[Share]
    shifts: list[Share]


def load(store: Store, within: Within, first: datetime, last: datetime, alarms: Alarms) -> Load:
    """Of [first, last), within some subtrees of areas. Raises StoreUnavailable."""
    params = {"first": first, "last": last, "within": beginnings(within), "fleeting": alarms.fleeting}
    depth = 2 if within is None else min(path.count("/") for path in within) + 2
    with store.transaction() as tx:
        totals = tx.execute(sql["load_totals"], params).fetchone() or {}
        parts = _moments(tx, {**params, "since": first - _LOOK_BACK, "depth": depth})
        rules = _counts(tx, "load_worst_rules", params)
        sources = _counts(tx, "load_worst_sources", params)
        chatterers = tx.execute(sql["load_chattering"], params).fetchall()
        stale = tx.execute(sql["load_stale"], {**params, "stale": last - alarms.stale}).fetchall()
    whole = Course(np.sort(np.concatenate([*parts.values(), np.empty(0, np.int64)])))
    floods = whole.floods(first, last, alarms.positions)
    all_of_it = _share("", [(first, last)], whole, floods, alarms.positions)
    stale_count = int(stale[0]["count"]) if stale else 0
    figures = {
        "per_hour": all_of_it.per_hour,
        "peak_10_min": all_of_it.peak_10_min / alarms.positions,
        "in_floods": all_of_it.in_floods,
        "stale": float(stale_count),
        "worst_ten_rules": sum(rules.values()) / max(1, all_of_it.alarms),
    }
    return Load(
        alarms=all_of_it.alarms,
        raised=totals["raised"],
        suppressed=totals["suppressed"],
        out_of_service=totals["out_of_service"],
        chattering=totals["chattering"],
        fleeting=totals["fleeting"],
        stale=stale_count,
        acknowledged_s=totals["acknowledged_s"],
        per_hour=all_of_it.per_hour,
        peak_10_min=all_of_it.peak_10_min,
        in_floods=all_of_it.in_floods,
        floods=floods,
        severities={severity: int(totals[severity]) for severity in Severity},
        worst_rules=rules,
        worst_sources=sources,
        chatterers=list(chatterers),
        stale_alerts=[{key: value for key, value in row.items() if key != "count"} for row in stale],
        figures=judge(figures),
        areas=_of_areas(parts, first, last, alarms.positions),
        shifts=_of_shifts(whole, floods, shifts(first, last, alarms.shifts, ZoneInfo(alarms.zone)), alarms),
    )


def _of_areas(parts: dict[str, Moments], first: datetime, last: datetime, positions: int) -> list[Share]:
    found = []
    for name, moments in parts.items():
        course = Course(moments)
        found.append(_share(name, [(first, last)], course, course.floods(first, last, positions), positions))
    found.sort(key=lambda part: (-part.alarms, part.name))
    return [part for part in found if part.alarms][:_MOST_PARTS]


def _of_shifts(whole: Course, floods: Sequence[Flood], worked: Sequence[Shift], alarms: Alarms) -> list[Share]:
    found = []
    for name in alarms.shifts:
        spans = [(shift.began_at, shift.ended_at) for shift in worked if shift.name == name]
        if spans:
            found.append(_share(name, spans, whole, floods, alarms.positions))
    return found


def _share(
    name: str,
    spans: Sequence[tuple[datetime, datetime]],
    course: Course,
    floods: Sequence[Flood],
    positions: int,
) -> Share:
    """Of several spans of time together."""
    seconds = sum((last - first).total_seconds() for first, last in spans)
    count = sum(course.count(first, last) for first, last in spans)
    flooded_s = sum(share(floods, first, last) * (last - first).total_seconds() for first, last in spans)
    return Share(
        name=name,
        alarms=count,
        per_hour=count * 3600 / seconds / positions,
        peak_10_min=max(course.peak(first, last) for first, last in spans),
        in_floods=flooded_s / seconds,
    )


def _moments(tx: Tx, params: dict[str, Any]) -> dict[str, Moments]:
    """When alarms called for operators, by part of the area tree."""
    rows = tx.execute(sql["load_moments"], params).fetchall()
    return {row["part"]: np.sort(np.rint(np.array(row["moments_s"]) * 1e6).astype(np.int64)) for row in rows}


def _counts(tx: Tx, query: str, params: dict[str, Any]) -> dict[str, int]:
    return {row["name"]: row["alarms"] for row in tx.execute(sql[query], params).fetchall()}
