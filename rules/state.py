"""What the rules remember of the sources: the newest observations of each series, and what conditions make of them.
Pure. What is decided of it is in ``rules.group``.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from hub.model.observation import Stored
from rules.conditions import Absence, Condition, Count, Point, Stretch, Threshold
from rules.take import Made, Take, Window
from rules.window import FOREVER, Instant, moment

_MAX_ENDED = 64  # stretches of one source and condition; a source that flaps faster than this loses its oldest

Slot = tuple[str, str]
"""The series (source, metric) whose stretches a track holds; ("", "") for what the whole group has in common."""


class Series:
    """One metric of one source: the observations of the last ``lateness``, in order, and how far time has come.

    The source's clock is the time of its newest observation, going on since that arrived. So a clock that is slow is
    waited for, and one that is fast (its times are cut to those of arrival) carries nobody else with it.
    """

    __slots__ = (
        "area", "before", "first", "lateness", "metric", "newest", "newest_ts", "received", "source", "tail", "type",
    )  # fmt: skip

    def __init__(self, source: str, metric: str, area: str, type_: str, lateness: int) -> None:
        self.source, self.metric, self.area, self.type = source, metric, area, type_
        self.lateness = lateness
        self.tail: list[Point] = []
        self.before: Point | None = None  # the newest that is older than the tail
        self.first: Instant = 0  # the earliest that was heard, where it is weighed as evidence
        self.newest: Instant = 0
        self.newest_ts: Instant = 0
        self.received: Instant = 0

    def is_late(self, at: Instant) -> bool:
        return at <= self.newest - self.lateness

    def is_repeated(self, ts: Instant) -> bool:
        return ts <= self.newest_ts and any(point.ts == ts for point in self.tail)

    def add(self, point: Point, received: Instant) -> list[Point]:
        """Take in a point that is neither late nor repeated; answers those that have become settled by it."""
        place = (point.at, point.ts)
        if not self.tail or place > (self.tail[-1].at, self.tail[-1].ts):
            self.tail.append(point)
        else:
            bisect.insort(self.tail, point, key=lambda known: (known.at, known.ts))
        self.newest_ts = max(self.newest_ts, point.ts)
        if point.at <= self.newest:
            return []
        self.newest, self.received = point.at, received
        border = point.at - self.lateness
        count = 0
        while self.tail[count].at <= border:
            count += 1
        settled = self.tail[:count]
        if settled:
            del self.tail[:count]
            self.before = settled[-1]
        return settled

    def clock(self, now: Instant) -> Instant:
        """The source's time of day when the hub's is ``now``."""
        return self.newest + max(0, now - self.received)

    def settled_to(self, now: Instant) -> Instant:
        """Nothing of this series at or before this event time is still awaited."""
        return self.clock(now) - self.lateness

    def settles_at(self, at: Instant) -> Instant:
        """When, on the hub's clock, an event time becomes settled if nothing more arrives."""
        return at + self.lateness + self.received - self.newest


class Track:
    """The stretches of one threshold or absence at one source."""

    __slots__ = ("condition", "current", "ended", "series")

    def __init__(self, condition: Threshold | Absence, series: Series) -> None:
        self.condition = condition
        self.series = series
        self.ended: Sequence[Stretch] = ()
        self.current: Stretch | None = None
        if isinstance(condition, Absence) and series.before is not None:
            _, self.current = condition.run(None, self._own([series.before]))

    def become(self, condition: Condition) -> None:
        """Go on with another length of silence."""
        if isinstance(condition, Absence):
            self.condition = condition
            if self.current is not None:
                _, self.current = condition.run(None, [self.current.last])

    def settle(self, points: Sequence[Point]) -> None:
        self._take_over(*self.condition.run(self.current, self._own(points)))

    def _own(self, points: Sequence[Point]) -> Sequence[Point]:
        if self.condition.where is None:
            return points
        return [point for point in points if self.condition.admits(point.observation)]

    def _take_over(self, ended: Sequence[Stretch], current: Stretch | None) -> None:
        self.current = current
        kept = [stretch for stretch in ended if self.condition.shape(stretch) is not None]
        if kept:
            self.ended = [*self.ended, *kept][-_MAX_ENDED:]

    def stretches(self) -> list[Stretch]:
        ended, current = self.condition.run(self.current, self._own(self.series.tail))
        return [*self.ended, *ended, current] if current is not None else [*self.ended, *ended]

    def series_heard(self) -> Iterable[Series]:
        return (self.series,)

    def forget(self, source: str) -> bool:
        """Whether nothing is left when a source is gone."""
        return self.series.source == source

    def prune(self, until: Instant, now: Instant) -> bool:
        """Drop what ended by ``until``; whether nothing is left."""
        if self.ended:
            self.ended = [stretch for stretch in self.ended if _end(self.condition, stretch) > until]
        if self.ended:
            return False
        rest = self.stretches()
        if isinstance(self.condition, Absence):
            if self.condition.where is not None:
                return False
            return len(rest) <= 1 and all(stretch.start > self.series.clock(now) for stretch in rest)
        return all(_end(self.condition, stretch) <= until for stretch in rest)


class Windowed(Track):
    """The same of the values made of one source's windows."""

    __slots__ = ("ahead", "window")

    def __init__(self, condition: Threshold, series: Series, take: Take) -> None:
        super().__init__(condition, series)
        self.window = Window(take)
        self.ahead: list[Stretch] | None = None  # what is known beyond what is settled; None: not looked up since

    def settle(self, points: Sequence[Point]) -> None:
        self.ahead = None
        made = self.window.go_on(self._numbers(points), self.series.newest - self.series.lateness)
        self._take_over(*self.condition.run(self.current, self._points(made)))

    def stretches(self) -> list[Stretch]:
        if self.ahead is None:
            made = self.window.foresee(self._numbers(self.series.tail))
            ended, current = self.condition.run(self.current, self._points(made))
            self.ahead = [*ended, current] if current is not None else ended
        return [*self.ended, *self.ahead]

    def prune(self, until: Instant, now: Instant) -> bool:
        return super().prune(until, now) and not self.window and not self.series.tail

    def _numbers(self, points: Sequence[Point]) -> Iterator[tuple[Instant, float]]:
        return _numbers(self.window.take, self._own(points))

    def _points(self, made: Iterable[Made]) -> Iterator[Point]:
        series, condition = self.series, self.condition
        assert isinstance(condition, Threshold)  # noqa: S101  the constructor asks for one
        return _points(condition, made, (series.source, series.area, series.type, series.metric), {})


class Pool:
    """The same of the values made of one window of all sources of a group.

    Of each source only its own newer words make what it says late; here the others go on without it: what comes when
    a window was settled is left out.
    """

    __slots__ = ("border", "condition", "current", "ended", "pending", "series", "window")

    def __init__(self, condition: Threshold, take: Take) -> None:
        self.condition = condition
        self.window = Window(take)
        self.pending: list[Point] = []
        self.series: dict[Slot, Series] = {}
        self.ended: list[Stretch] = []
        self.current: Stretch | None = None
        self.border: Instant = 0

    def hear(self, series: Series) -> None:
        self.series[series.source, series.metric] = series

    def add(self, point: Point) -> bool:
        """Whether it came in time."""
        if point.at <= self.border:
            return False
        bisect.insort(self.pending, point, key=_order)
        return True

    def settle(self, now: Instant) -> Instant:
        """By the hub's clock; answers up to where."""
        border = min((series.settled_to(now) for series in self.series.values()), default=FOREVER)
        if border < FOREVER:
            self.settle_to(border)
        return border

    def settle_to(self, border: Instant) -> None:
        if border <= self.border:
            return
        count = bisect.bisect_right(self.pending, border, key=lambda point: point.at)
        settled, self.pending = self.pending[:count], self.pending[count:]
        self.border = border
        made = self.window.go_on(_numbers(self.window.take, settled), border)
        ended, self.current = self.condition.run(self.current, self._points(made))
        self.ended += [stretch for stretch in ended if self.condition.shape(stretch) is not None]
        del self.ended[:-_MAX_ENDED]

    def stretches(self) -> list[Stretch]:
        made = self.window.foresee(_numbers(self.window.take, self.pending))
        ended, current = self.condition.run(self.current, self._points(made))
        return [*self.ended, *ended, current] if current is not None else [*self.ended, *ended]

    def series_heard(self) -> Iterable[Series]:
        return self.series.values()

    def forget(self, source: str) -> bool:
        """What a source that is gone has said stays in the windows that it was said in."""
        self.series = {slot: series for slot, series in self.series.items() if slot[0] != source}
        return not self.series

    def prune(self, until: Instant, now: Instant) -> bool:  # noqa: ARG002  as its siblings
        self.ended = [stretch for stretch in self.ended if _end(self.condition, stretch) > until]
        return not (self.ended or self.pending or self.window or self.current)

    def _points(self, made: Iterable[Made]) -> Iterator[Point]:
        sources = sorted({series.source for series in self.series.values()})
        first = next(series for series in self.series.values() if series.source == sources[0])
        return _points(self.condition, made, (first.source, first.area, first.type, first.metric), {"sources": sources})


class Tally:
    """The observations that count towards one count of one group."""

    __slots__ = ("condition", "points", "series")

    def __init__(self, condition: Count) -> None:
        self.condition = condition
        self.points: list[Point] = []
        self.series: dict[Slot, Series] = {}

    def hear(self, series: Series) -> None:
        self.series[series.source, series.metric] = series

    def add(self, point: Point) -> bool:
        bisect.insort(self.points, point, key=_order)
        return True

    def stretches(self) -> list[Stretch]:
        return self.condition.stretches(self.points)

    def series_heard(self) -> Iterable[Series]:
        return self.series.values()

    def forget(self, source: str) -> bool:
        self.points = [point for point in self.points if point.observation.source != source]
        self.series = {slot: series for slot, series in self.series.items() if slot[0] != source}
        return not self.points

    def prune(self, until: Instant, now: Instant) -> bool:  # noqa: ARG002  as its siblings
        """Keep what lies in a window that ends after ``until``, of the older ones only as many as are counted."""
        old = bisect.bisect_right(self.points, until, key=lambda point: point.at)
        inside = bisect.bisect_right(self.points, until - self.condition.window_us, key=lambda point: point.at)
        del self.points[: max(inside, old - self.condition.least)]
        return not self.points


def _end(condition: Condition, stretch: Stretch) -> Instant:
    span = condition.shape(stretch)
    return stretch.end if span is None else span.end


def _order(point: Point) -> tuple[Instant, Instant, str, str]:
    return point.at, point.ts, point.observation.source, point.observation.metric


def _numbers(take: Take, points: Iterable[Point]) -> Iterator[tuple[Instant, float]]:
    for point in points:
        number = take.number_of(point.value, point.observation.text)
        if number is not None:
            yield point.at, number


def _points(
    condition: Threshold, made: Iterable[Made], who: tuple[str, str, str, str], more: dict[str, list[str]]
) -> Iterator[Point]:
    """Values as observations of ``who`` (source, area, type, metric). What is no evidence needs no words."""
    take = condition.take
    assert take is not None  # noqa: S101  only conditions that take have windows
    for at, value in made:
        said = _UNSAID
        if condition.level.passed(value):
            when = moment(at)
            said = Stored(*who, when, when, value, None, {**_attrs(take), **more} if more else _attrs(take))
        yield Point(at, at, value, said)


@cache
def _attrs(take: Take) -> Mapping[str, Any]:
    """Shared by all values that are made alike: some are kept for each source with an alert on."""
    return {"take": take.kind, "over_s": take.over_us / 1e6}


_UNSAID = Stored("", "", "", "", moment(0), moment(0), None, None, None)


AnyTrack = Track | Tally | Pool


def track_of(condition: Condition, series: Series) -> AnyTrack:
    """What a condition needs to look at this series, or at all of a group of which it is the first."""
    if isinstance(condition, Count):
        return Tally(condition)
    if isinstance(condition, Threshold) and condition.take is not None:
        return Pool(condition, condition.take) if condition.take.across else Windowed(condition, series, condition.take)
    return Track(condition, series)


def is_common(condition: Condition) -> bool:
    """Whether all sources of a group share one track."""
    return isinstance(condition, Count) or (condition.take is not None and condition.take.across)
