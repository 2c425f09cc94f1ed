"""Buckets: how a stretch of time is cut for a chart, and how what is missing in it is filled.

Buckets are whole, and lie where the clock and the calendar have them: a bucket of an hour begins on the hour, one of a
day at midnight, one of a week on a Monday. So the same bucket is cut whatever is asked for around it, and it can be
added up from the coarser levels that the store keeps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

MOST = 10_000
"""How many buckets one chart may have."""

_DAY = timedelta(days=1)
_WEEK = 7 * _DAY
_MONDAY = datetime(2000, 1, 3, tzinfo=UTC)
_ROUND = [
    *(timedelta(milliseconds=number) for number in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(timedelta(seconds=number) for number in (1, 2, 5, 10, 15, 30)),
    *(timedelta(minutes=number) for number in (1, 2, 5, 10, 15, 30)),
    *(timedelta(hours=number) for number in (1, 2, 3, 6, 12)),
    _DAY,
    _WEEK,
]


class Level(StrEnum):
    """What the store keeps of a series: what was said, and what that comes to in a minute, an hour, a day (UTC)."""

    RAW = "raw"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def width(self) -> timedelta:
        """Of one row; none for ``RAW``."""
        return _WIDTHS[self]


_WIDTHS = {
    Level.RAW: timedelta(0),
    Level.MINUTE: timedelta(minutes=1),
    Level.HOUR: timedelta(hours=1),
    Level.DAY: _DAY,
}


class Fill(StrEnum):
    """What becomes of a bucket in which nothing good was said."""

    NONE = "none"          # it is left out
    NULL = "null"          # it is there, and empty
    PREVIOUS = "previous"  # it holds the last value before it
    LINEAR = "linear"      # it lies on the line between the buckets beside it


@dataclass(frozen=True, slots=True)
class Bucket:
    """``count`` good values, and ``bad`` ones that were left out; the figures are None where there is no good one."""

    ts: datetime
    mean: float | None = None
    min: float | None = None
    max: float | None = None
    count: int = 0
    last: float | None = None
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """``edges``: where each bucket begins and, at the end, where the last one ends."""

    step: timedelta
    edges: tuple[datetime, ...]

    @property
    def first(self) -> datetime:
        return self.edges[0]

    @property
    def last(self) -> datetime:
        return self.edges[-1]

    @property
    def is_even(self) -> bool:
        """Whether each is as long as any other; summer time makes days that are not."""
        return all(after - before == self.step for before, after in pairwise(self.edges))

    @property
    def level(self) -> Level:
        """The coarsest that these buckets can be added up from: each edge is one of its own."""
        for level in (Level.DAY, Level.HOUR, Level.MINUTE):
            if not any((edge - _MONDAY) % level.width for edge in self.edges):
                return level
        return Level.RAW


def cut(first: datetime, last: datetime, step: timedelta, zone: ZoneInfo | None = None) -> Cut:
    """The buckets that [first, last) touches, in UTC or by the calendar of ``zone``.

    In a zone a step of whole days counts its midnights, so that a day has 23 hours or 25 where the clocks change, and
    a shorter one is counted from each midnight, so that it must divide a day. Raises ValueError, in words for a person.
    """
    if (last - first) / step > MOST:
        raise ValueError(f"makes more than {MOST} buckets")
    try:
        if zone is None:
            return Cut(step, tuple(_even(first, last, step)))
        if step % _DAY and _DAY % step:
            raise ValueError("must divide a day, or be a number of days, where there is a tz")
        return Cut(step, tuple(_of_calendar(first, last, step, zone)))
    except OverflowError as error:
        raise ValueError("reaches beyond the calendar") from error


def round_step(first: datetime, last: datetime, most: int, least: timedelta) -> timedelta:
    """The shortest round step, not under ``least``, that makes at most ``most`` buckets of [first, last)."""
    room = (last - first) / max(most - 1, 1)  # one more is touched where the first does not begin on an edge
    for step in _ROUND:
        if step >= room and step >= least:
            return step
    step = _WEEK
    while step < room:
        step *= 2
    return step


def filled(
    cut_: Cut, found: Sequence[Bucket], how: Fill, *, before: float | None = None, now: datetime | None = None
) -> list[Bucket]:
    """A bucket for each of ``cut_``, or only the ``found`` ones for ``Fill.NONE``; ``found`` is in order of time.

    ``before``: the last value before the first bucket; ``now``: what has not come yet is not told by what was before.
    A bucket that was filled has a count of 0.
    """
    if how is Fill.NONE:
        return list(found)
    known = {bucket.ts: bucket for bucket in found}
    whole = [known.get(ts, Bucket(ts)) for ts in cut_.edges[:-1]]
    match how:
        case Fill.PREVIOUS:
            return list(_carried(whole, before, now))
        case Fill.LINEAR:
            return _interpolated(whole)
        case _:
            return whole


def _even(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    edge = _MONDAY + ((first - _MONDAY) // step) * step
    yield edge
    while edge < last:
        edge += step
        yield edge


def _of_calendar(first: datetime, last: datetime, step: timedelta, zone: ZoneInfo) -> Iterator[datetime]:
    for begin, end in _calendar_buckets(first, step, zone):
        yield begin
        if end >= last:
            yield end
            return


def _calendar_buckets(first: datetime, step: timedelta, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Where each begins and ends, from the one that holds ``first`` on, without end."""
    days = max(step // _DAY, 1)
    day = first.astimezone(zone).date()
    day -= timedelta(days=(day - _MONDAY.date()).days % days)
    begin = _midnight(day, zone)
    while True:
        day += timedelta(days=days)
        midnight = _midnight(day, zone)
        if step < _DAY:
            begin += max((first - begin) // step, 0) * step
        while begin < midnight:
            end = min(begin + step, midnight) if step < _DAY else midnight
            yield begin, end
            begin = end


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins: at 01:00 where the clocks leap over midnight, the first time where it comes twice."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _carried(whole: Sequence[Bucket], before: float | None, now: datetime | None) -> Iterator[Bucket]:
    value = before
    for bucket in whole:
        if bucket.count or value is None or (now is not None and bucket.ts > now):
            yield bucket
        else:
            yield _of_one(bucket, value)
        value = bucket.last if bucket.last is not None else value


def _interpolated(whole: list[Bucket]) -> list[Bucket]:
    at = [index for index, bucket in enumerate(whole) if bucket.mean is not None]
    for index, bucket in enumerate(whole):
        after = bisect_left(at, index)
        if bucket.mean is not None or not 0 < after < len(at):
            continue
        left, right = whole[at[after - 1]], whole[at[after]]
        share = (bucket.ts - left.ts) / (right.ts - left.ts)
        whole[index] = _of_one(bucket, (left.mean or 0.0) * (1 - share) + (right.mean or 0.0) * share)
    return whole


def _of_one(bucket: Bucket, value: float) -> Bucket:
    return replace(bucket, mean=value, min=value, max=value, last=value)
