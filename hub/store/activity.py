"""When cameras saw something, read back from what their analysers said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.model.activity import LONGEST_SILENCE, Stretch, is_activity, joined
from hub.model.area import Within, beginnings
from hub.model.quality import UNFIT
from hub.store.sql import sql
from hub.store.store import Store

_FIRST_SPAN = timedelta(hours=1)
_LONGEST_SPAN = timedelta(days=1)
_FEW = 50
_MOST_SPANS = 24
"""Queries for one answer: a month in which nothing happened is read in two answers, and neither takes long."""


@dataclass(frozen=True, slots=True)
class Series:
    """Something that a camera can see."""

    id: int
    source: str
    area: str
    metric: str


@dataclass(frozen=True, slots=True)
class Found:
    """``items``: newest first. ``rest``: what lies before it was not looked at; None where all was."""

    items: list[Stretch]
    rest: datetime | None


def series(store: Store, within: Within, sources: Collection[str] = ()) -> list[Series]:
    """What cameras within some areas have ever spoken of; of these ``sources`` alone, where any are named."""
    params = {"within": beginnings(within), "sources": sorted(sources) or None}
    found = [Series(**row) for row in store.fetch(sql["activity_series"], params)]
    return [each for each in found if is_activity(each.metric)]


def read(store: Store, of: Sequence[Series], first: datetime, last: datetime, limit: int) -> Found:
    """The stretches of ``of`` that touch [first, last), about ``limit`` of them.

    It is read from the end in spans of an hour or, where little happens, up to a day: what one answer costs is bounded.
    """
    names = {each.id: each for each in of}
    items: list[Stretch] = []
    edge, span = last, _FIRST_SPAN
    for _ in range(_MOST_SPANS):
        if edge <= first or not names or len(items) >= limit:
            break
        begin = max(first, edge - span)
        before = len(items)
        items = joined(items, _span(store, names, begin, edge), edge)
        edge = begin
        if len(items) - before < _FEW:
            span = min(_LONGEST_SPAN, span * 2)
    return Found(items, edge if edge > first and names else None)


def _span(store: Store, names: dict[int, Series], first: datetime, last: datetime) -> list[Stretch]:
    params = {"series": list(names), "first": first, "last": last, "unfit": int(UNFIT), "longest": LONGEST_SILENCE}
    return [
        Stretch(of.source, of.area, of.metric, row["began_at"], row["ended_at"], row["peak"])
        for row in store.fetch(sql["activity_span"], params)
        for of in (names[row["series"]],)
    ]
