"""What the rules remember: the newest observations of each series, and for each group whether it is alarmed. Pure.

An observation counts at its own time. Those of one source may come in disorder by up to the allowed lateness; so may
those of different sources against each other. Everything is therefore computed from what is known *now*, and decided
in two ways: at once where it is proved, else when it is settled, that is when nothing that could still change it may
arrive. What has been decided stays: ``Group.floor`` is the event time before which nothing is decided again.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence

from hub.model.alert import Decision, Fire, Resolve
from rules import fusion
from rules.conditions import Absence, Condition, Count, Point, Stretch, Threshold
from rules.fusion import Piece
from rules.rule import Rule
from rules.window import FOREVER, SECOND, Instant, Span, lengthened, moment

MEMORY: Instant = 30 * SECOND
"""How long a stretch that ended is kept for a join with a source whose data come later than others'."""
_MAX_ENDED = 64  # stretches of one source and condition; a source that flaps faster than this loses its oldest

Slot = tuple[str, str]
"""The series (source, metric) whose stretches a track holds; ("", "") for a count, which is the whole group's."""
GroupKey = tuple[str, str]
"""A rule's name and the area, or the source, that it looks at."""


class Series:
    """One metric of one source: the observations of the last ``lateness``, in order, and how far time has come.

    The source's clock is the time of its newest observation, going on since that arrived. So a clock that is slow is
    waited for, and one that is fast (its times are cut to those of arrival) carries nobody else with it.
    """

    __slots__ = ("area", "before", "lateness", "metric", "newest", "newest_ts", "received", "source", "tail", "type")

    def __init__(self, source: str, metric: str, area: str, type_: str, lateness: int) -> None:
        self.source, self.metric, self.area, self.type = source, metric, area, type_
        self.lateness = lateness
        self.tail: list[Point] = []
        self.before: Point | None = None  # the newest that is older than the tail
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
        self.ended: list[Stretch] = []
        self.current: Stretch | None = None
        if isinstance(condition, Absence) and series.before is not None:
            _, self.current = condition.run(None, [series.before])

    def settle(self, points: Sequence[Point]) -> None:
        ended, self.current = self.condition.run(self.current, points)
        self.ended += [stretch for stretch in ended if self.condition.shape(stretch) is not None]
        del self.ended[:-_MAX_ENDED]

    def stretches(self) -> list[Stretch]:
        ended, current = self.condition.run(self.current, self.series.tail)
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
            return len(rest) <= 1 and all(stretch.start > self.series.clock(now) for stretch in rest)
        return all(_end(self.condition, stretch) <= until for stretch in rest)


class Tally:
    """The observations that count towards one count of one group."""

    __slots__ = ("condition", "points", "series")

    def __init__(self, condition: Count) -> None:
        self.condition = condition
        self.points: list[Point] = []
        self.series: dict[Slot, Series] = {}

    def add(self, point: Point, series: Series) -> None:
        self.series[series.source, series.metric] = series
        bisect.insort(self.points, point, key=_order)

    def stretches(self) -> list[Stretch]:
        return self.condition.stretches(self.points)

    def series_heard(self) -> Iterable[Series]:
        return self.series.values()

    def forget(self, source: str) -> bool:
        self.points = [point for point in self.points if point.observation.source != source]
        self.series = {slot: series for slot, series in self.series.items() if slot[0] != source}
        return not self.points

    def prune(self, until: Instant, now: Instant) -> bool:  # noqa: ARG002
        """Keep what lies in a window that ends after ``until``, of the older ones only as many as are counted."""
        old = bisect.bisect_right(self.points, until, key=lambda point: point.at)
        inside = bisect.bisect_right(self.points, until - self.condition.window_us, key=lambda point: point.at)
        del self.points[: max(inside, old - self.condition.least)]
        return not self.points


class Group:
    """One rule at one area, or one source: its tracks, and the alert that is on, if one is."""

    __slots__ = ("active", "area", "final", "floor", "held_to", "key", "rule", "started", "tracks", "waiting")

    def __init__(self, rule: Rule, key: str, area: str) -> None:
        self.rule, self.key, self.area = rule, key, area
        self.tracks: list[dict[Slot, Track | Tally]] = [{} for _ in rule.conditions]
        self.active: Fire | None = None
        self.started: Instant = 0
        self.floor: Instant = 0  # where the last alert ended; nothing before is decided again
        self.held_to: Instant = 0  # the active alert is known to hold up to here
        self.final = False  # the start of the active alert is settled
        self.waiting: Instant | None = None  # the event time that has to settle before the next decision

    @property
    def fingerprint(self) -> str:
        return f"{self.rule.by}:{self.key}"

    def decide(self, now: Instant, announce: Announce, lost: str = "late_data") -> list[Decision]:
        """Everything that can be decided by ``now`` (the hub's clock), in order. ``lost`` is the reason to give where
        an alert has lost its ground by anything but the end of its condition."""
        pieces = self._pieces(now)
        horizon = self._horizon(now)
        spans = lengthened(fusion.spans(self.rule.when, pieces), self.rule.keep_firing_us)
        decisions: list[Decision] = []
        self.waiting = None
        while True:
            decision: Decision | None
            if self.active is None:
                decision = self._begin(spans, pieces, horizon, announce)
            else:
                decision = self._correct(spans, pieces, horizon, announce) or self._end(spans, horizon, lost)
            if decision is None:
                break
            decisions.append(decision)
        self._prune(horizon, now)
        return decisions

    def wakes_at(self) -> Instant | None:
        """When, on the hub's clock, something has to be decided though nothing arrives."""
        if self.waiting is None:
            return None if self.active or any(self.tracks) else self.floor + MEMORY
        return max((series.settles_at(self.waiting) for series in self.series_heard()), default=None)

    def is_empty(self, now: Instant) -> bool:
        """Nothing is known here any more, and no late data could reopen what was decided."""
        return self.active is None and not any(self.tracks) and now >= self.floor + MEMORY

    def series_heard(self) -> Iterator[Series]:
        for tracks in self.tracks:
            for track in tracks.values():
                yield from track.series_heard()

    def forget(self, source: str) -> None:
        for tracks in self.tracks:
            for slot in [slot for slot, track in tracks.items() if track.forget(source)]:
                del tracks[slot]

    def _begin(self, spans: list[Span], pieces: fusion.Pieces, horizon: Instant, announce: Announce) -> Fire | None:
        span = next((span for span in spans if span.end > self.floor), None)
        if span is None:
            return None
        start = max(span.start, self.floor)
        if not self._is_certain(span.start, pieces, horizon):
            self.waiting = start
            return None
        self.started = self.held_to = start
        self.final = False
        self.active = announce(self, start, fusion.witnesses(pieces, span.start), "condition_met")
        return self.active

    def _correct(self, spans: list[Span], pieces: fusion.Pieces, horizon: Instant, announce: Announce) -> Fire | None:
        """An alert that was raised at once may turn out to have begun a little earlier.

        One that turns out to have come and gone before it, within the lateness, is not told after the fact.
        """
        if self.final:
            return None
        span = _containing(spans, self.started)
        start = self.started if span is None else max(span.start, self.floor)
        if span is not None and start < self.started and self._is_certain(span.start, pieces, horizon):
            self.started = self.held_to = start
            self.active = announce(self, self.started, fusion.witnesses(pieces, span.start), "earlier_evidence")
            return self.active
        self.final = horizon >= self.started
        return None

    def _end(self, spans: list[Span], horizon: Instant, lost: str) -> Resolve | None:
        span = _containing(spans, self.held_to)
        if span is None:
            return self._resolve(self.held_to, lost)
        if (self.final and horizon >= span.end) or (self.rule.is_plain and spans[-1].start > span.end):
            # A plain threshold that is passed again must not wait for the end of the alert before.
            return self._resolve(span.end, "condition_cleared")
        if not self.final:
            self.waiting = self.started
        else:
            self.held_to = max(self.held_to, min(horizon, span.end))
            if span.end < FOREVER:
                self.waiting = span.end
        return None

    def _resolve(self, at: Instant, reason: str) -> Resolve:
        self.active = None
        self.floor = at
        return Resolve(self.rule.name, self.fingerprint, moment(at), reason)

    def _is_certain(self, at: Instant, pieces: fusion.Pieces, horizon: Instant) -> bool:
        return horizon >= at or fusion.proven(self.rule.when, pieces, at)

    def _pieces(self, now: Instant) -> list[list[Piece]]:
        pieces: list[list[Piece]] = []
        for condition, tracks in zip(self.rule.conditions, self.tracks, strict=True):
            own: list[Piece] = []
            for track in tracks.values():
                settled_to = min(series.settled_to(now) for series in track.series_heard())
                for stretch in track.stretches():
                    span = condition.shape(stretch)
                    if span is not None:
                        own.append(Piece(span, stretch, settled_to))
            pieces.append(own)
        return pieces

    def _horizon(self, now: Instant) -> Instant:
        """The event time up to which every source that said something here is settled."""
        return min((series.settled_to(now) for series in self.series_heard()), default=FOREVER)

    def _prune(self, horizon: Instant, now: Instant) -> None:
        if self.active is None:
            until = max(self.floor - self.rule.keep_firing_us, horizon - MEMORY if horizon < FOREVER else 0)
        elif self.final:
            until = self.held_to - self.rule.keep_firing_us
        else:
            return
        for tracks in self.tracks:
            for slot in [slot for slot, track in tracks.items() if track.prune(until, now)]:
                del tracks[slot]


Announce = Callable[[Group, Instant, list[list[Piece]], str], Fire]
"""Makes the alert of a group that starts at an instant, from the pieces that hold then, with a reason."""


def _containing(spans: Sequence[Span], at: Instant) -> Span | None:
    return next((span for span in spans if span.start <= at < span.end), None)


def _end(condition: Condition, stretch: Stretch) -> Instant:
    span = condition.shape(stretch)
    return stretch.end if span is None else span.end


def _order(point: Point) -> tuple[Instant, Instant, str, str]:
    return point.at, point.ts, point.observation.source, point.observation.metric
