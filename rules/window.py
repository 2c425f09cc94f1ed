"""Instants, spans of time, and the few operations on them from which every condition is made. Pure.

Time is event time in whole microseconds since 1970 (UTC): comparisons are exact and cheap, and a snapshot of them is
plain JSON. A list of spans is always sorted, without overlaps, and no two of them touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

Instant = int
"""Microseconds since 1970-01-01T00:00:00Z."""

SECOND: Instant = 1_000_000
FOREVER: Instant = 2**60
"""The end of what has not ended: tens of thousands of years away, and still far from any overflow."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Span(NamedTuple):
    """The instants t with ``start`` <= t < ``end``."""

    start: Instant
    end: Instant


def instant(moment: datetime) -> Instant:
    # Exact: until the year 2100 a float holds these seconds to within half a microsecond.
    return round(moment.timestamp() * 1e6)


def moment(at: Instant) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def microseconds(duration: timedelta) -> int:
    return duration // _MICROSECOND


def union(spans: Iterable[Span]) -> list[Span]:
    """The instants that lie in at least one of ``spans``, which may come in any order."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        elif span.start < span.end:
            merged.append(span)
    return merged


def intersection(left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    """The instants that lie in both."""
    common: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i].start, right[j].start), min(left[i].end, right[j].end)
        if start < end:
            common.append(Span(start, end))
        if left[i].end < right[j].end:
            i += 1
        else:
            j += 1
    return common


def lengthened(spans: Sequence[Span], duration: int) -> list[Span]:
    """Every span made longer at its end; those that then meet become one."""
    if not duration:
        return list(spans)
    return union(Span(span.start, min(span.end + duration, FOREVER)) for span in spans)


def complement(spans: Sequence[Span], first: Instant) -> list[Span]:
    """The instants from ``first`` on that lie in none of ``spans``."""
    rest: list[Span] = []
    for span in spans:
        if first < span.start:
            rest.append(Span(first, span.start))
        first = max(first, span.end)
    if first < FOREVER:
        rest.append(Span(first, FOREVER))
    return rest


def covered(lists: Iterable[Sequence[Span]], least: int) -> list[Span]:
    """The instants that lie in at least ``least`` of the lists."""
    edges = sorted(edge for spans in lists for span in spans for edge in ((span.start, 1), (span.end, -1)))
    found: list[Span] = []
    depth, since = 0, 0
    for at, change in edges:
        before, depth = depth, depth + change
        if before < least <= depth:
            since = at
        elif depth < least <= before:
            found.append(Span(since, at))
    return union(found)  # without those of no length, and those that meet joined


def holds(spans: Iterable[Span], at: Instant) -> bool:
    return any(span.start <= at < span.end for span in spans)
