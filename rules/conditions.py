"""Conditions: what an author may ask of the observations of one metric. Pure.

Each condition turns observations, in the order of their times, into *stretches* during which it holds. A threshold and
an absence look at one source, a count at all sources of its group. ``shape`` says what a stretch means to the rule
(``for`` makes it begin later, ``within`` makes it last longer); ``proves`` says whether what was observed proves that
the condition holds at an instant, whatever else is still on its way. What is proved can be decided at once; what
is only not yet contradicted has to wait for the allowed lateness.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from hub.model.observation import Stored
from rules.filter import Filter
from rules.take import Take
from rules.window import FOREVER, SECOND, Instant, Span

MIN_SILENCE: Instant = 5 * SECOND
"""Shorter than this, a message that is merely on its way would be taken for silence."""


class Point(NamedTuple):
    """An observation at its event time. ``at`` is ``ts``, or the time of arrival where ``ts`` lies after it."""

    at: Instant
    ts: Instant
    value: float | None
    observation: Stored


class Stretch(NamedTuple):
    """A time during which a condition holds, the observation that began it and the newest that spoke for it."""

    start: Instant
    end: Instant
    first: Point
    last: Point


@dataclass(frozen=True, slots=True)
class Level:
    """A limit with hysteresis: passed beyond ``limit``, left on the other side of ``clear`` (``limit`` where None).

    ``rising`` tells above from below.
    """

    limit: float
    rising: bool = True
    clear: float | None = None

    def passed(self, value: float | None) -> bool:
        if value is None:
            return False
        return value > self.limit if self.rising else value < self.limit

    def left(self, value: float) -> bool:
        if self.clear is None:
            return value <= self.limit if self.rising else value >= self.limit
        return value < self.clear if self.rising else value > self.clear


@dataclass(frozen=True, slots=True)
class _Condition:
    """``name`` is what summaries call it; ``types`` are the source types it listens to, empty for all. ``where`` keeps
    observations from it; with ``take`` it looks at values made of windows. It holds in a group while it does at
    ``sources`` of its sources, which are those of the area itself or, with ``scope``, those of other areas too.
    ``weighed``: it is evidence, and that nobody can see it matters, too."""

    name: str
    metric: str
    types: frozenset[str]
    where: Filter | None = field(default=None, kw_only=True)
    take: Take | None = field(default=None, kw_only=True)
    sources: int = field(default=1, kw_only=True)
    scope: str = field(default="", kw_only=True)
    weighed: bool = field(default=False, kw_only=True)

    def admits(self, observation: Stored) -> bool:
        return self.where is None or self.where.passes(observation)


@dataclass(frozen=True, slots=True)
class Threshold(_Condition):
    """Holds from the observation that passes ``level`` to the one that leaves it; in microseconds, ``hold_us`` is how
    long it must last before it counts, ``within_us`` how long it counts after it ended."""

    level: Level
    hold_us: int = 0
    within_us: int = 0

    def concerns(self, value: float | None, silence_us: int) -> bool:  # noqa: ARG002  one question to all conditions
        """Whether an observation matters though nothing is known of its source yet."""
        return self.weighed or self.take is not None or self.level.passed(value)

    def run(self, current: Stretch | None, points: Iterable[Point]) -> tuple[list[Stretch], Stretch | None]:
        """From the stretch that lasts (or None) over ``points``: the stretches that ended, and the one that lasts."""
        ended: list[Stretch] = []
        for point in points:
            if point.value is None:
                continue
            if self.level.passed(point.value):
                current = (
                    Stretch(point.at, FOREVER, point, point)
                    if current is None
                    else Stretch(current.start, FOREVER, current.first, point)
                )
            elif current is not None and self.level.left(point.value):
                ended.append(Stretch(current.start, point.at, current.first, current.last))
                current = None
        return ended, current

    def shape(self, stretch: Stretch) -> Span | None:
        start = stretch.start + self.hold_us
        return Span(start, min(stretch.end + self.within_us, FOREVER)) if start < stretch.end else None

    def proves(self, stretch: Stretch, at: Instant) -> bool:
        if self.hold_us or self.take is not None:
            return False
        said = (stretch.first.at, stretch.last.at)
        return at in said or any(then <= at < then + self.within_us for then in said)


@dataclass(frozen=True, slots=True)
class Absence(_Condition):
    """Holds from ``silence_us`` after an observation of the metric to the next one. Needs a first one to begin.

    ``periods``: so many of the source's own, where it has one (``of_period``).
    """

    silence_us: int
    periods: float = field(default=0.0, kw_only=True)

    def of_period(self, period_us: Instant) -> Self:
        """For a source that reports so often."""
        if not self.periods:
            return self
        return replace(self, silence_us=max(MIN_SILENCE, round(self.periods * period_us)))

    def concerns(self, value: float | None, silence_us: int) -> bool:  # noqa: ARG002  one question to all conditions
        # What passes a filter may be long ago when the silence ends: it is kept from the first on.
        return self.weighed or self.where is not None or silence_us > self.silence_us

    def run(self, current: Stretch | None, points: Iterable[Point]) -> tuple[list[Stretch], Stretch | None]:
        """The stretch that lasts may begin in the future: ``silence_us`` after the newest point."""
        ended: list[Stretch] = []
        for point in points:
            if current is not None and current.start < point.at:
                ended.append(Stretch(current.start, point.at, current.first, current.last))
            current = Stretch(point.at + self.silence_us, FOREVER, point, point)
        return ended, current

    def shape(self, stretch: Stretch) -> Span | None:
        return Span(stretch.start, stretch.end)

    def proves(self, stretch: Stretch, at: Instant) -> bool:  # noqa: ARG002  silence is never proved, only waited for
        return False


@dataclass(frozen=True, slots=True)
class Count(_Condition):
    """Holds while at least ``least`` observations of the last ``window_us`` pass ``level``, over all sources of the
    group. The window at t is (t - window, t]."""

    level: Level
    least: int
    window_us: int

    def concerns(self, value: float | None, silence_us: int) -> bool:  # noqa: ARG002  one question to all conditions
        return self.weighed or self.level.passed(value)

    def stretches(self, points: Sequence[Point]) -> list[Stretch]:
        """``points`` are those that pass the level, in order."""
        found: list[Stretch] = []
        for last, point in enumerate(points[self.least - 1 :], self.least - 1):
            first = points[last - self.least + 1]
            end = first.at + self.window_us
            if point.at >= end:
                continue
            if found and point.at <= found[-1].end:
                found[-1] = Stretch(found[-1].start, end, found[-1].first, point)
            else:
                found.append(Stretch(point.at, end, first, point))
        return found

    def shape(self, stretch: Stretch) -> Span | None:
        return Span(stretch.start, stretch.end)

    def proves(self, stretch: Stretch, at: Instant) -> bool:  # noqa: ARG002  more observations can only add
        return True


Condition = Threshold | Absence | Count
