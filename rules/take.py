"""Values made of windows: the mean, the highest, a percentile, … of what was said in the last so long. Pure.

At every multiple of ``every_us`` (event time, counted from 1970 in UTC) a value is made of the observations of
(t - over, t]. A window is cut into panes of ``every_us``, and of a pane no more is kept than the value needs; only
percentiles and the count of different values need the values themselves, and keep ``MAX_VALUES`` of a window at most.

Percentiles are interpolated as by numpy's default: definition 7 of R. J. Hyndman and Y. Fan, Sample Quantiles in
Statistical Packages, The American Statistician 50 (1996).
"""

from __future__ import annotations

import math
import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rules.window import Instant

PERCENTILES = {"median": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
OF_ONE_SOURCE = ("last", "rate", "change")
"""What means nothing across several sources."""
KINDS = ("min", "max", "mean", "sum", "count", *PERCENTILES, "distinct", *OF_ONE_SOURCE)
MAX_PANES = 24
"""Of up to 40 bytes each: less than 1 KB a window."""
MAX_VALUES = 32
"""With its pane each takes 16 bytes: half a kilobyte a window. Of more, every second one is kept, or every fourth, …"""

WIDTH = {"sum": 4, "mean": 4, "rate": 5, "change": 5}
"""Numbers for a pane; 2 for all other kinds. The first is the number of the pane."""
SPEAKS_OF_NOTHING = ("sum", "count", "distinct")
"""A window without observations has the value 0 for these, and none for the others."""
_TEXTS: float = 2.0**40
_MICROSECONDS = 1e6


@dataclass(frozen=True, slots=True)
class Take:
    """``across``: one window of all sources of the group, not one of each. ``over_us`` is a multiple of ``every_us``,
    the same where windows do not overlap."""

    kind: str
    over_us: int
    every_us: int
    across: bool = False

    def number_of(self, value: float | None, text: str | None) -> float | None:
        """What an observation adds; None where it adds nothing."""
        if self.kind == "count":
            return 1.0
        if self.kind == "distinct" and value is None and text is not None:
            return _TEXTS + zlib.crc32(text.encode())  # two texts in 4·10⁹ are taken for one
        return value


Made = tuple[Instant, float]
"""A value and the instant at which it stands."""


class Window:
    """The panes of one window that moves on. ``ticked`` is the number of the last multiple at which a value was made
    for good; 0 before the first observation. Where there are too many values, one of ``nth`` is kept, and ``passed``
    counts those since the last."""

    __slots__ = ("nth", "panes", "passed", "take", "ticked")

    def __init__(
        self, take: Take, ticked: int = 0, panes: Iterable[float] = (), nth: int = 1, passed: int = 0
    ) -> None:
        self.take = take
        self.ticked = ticked
        self.panes = array("d", panes)
        self.nth = nth
        self.passed = passed

    def __bool__(self) -> bool:
        return bool(self.panes)

    def go_on(self, found: Iterable[tuple[Instant, float]], border: Instant) -> list[Made]:
        """Take in what is settled, in order of time and none of it before the last call's ``border``; the values made
        up to ``border``, up to which nothing more is to come."""
        made: list[Made] = []
        for at, number in found:
            self._enter(at, number, made)
        if self.ticked:
            made += self._tick(border // self.take.every_us)
        return made

    def foresee(self, found: Iterable[tuple[Instant, float]]) -> list[Made]:
        """All further values, if ``found`` is all that is still to come: the last is that of an empty window."""
        ahead = Window(self.take, self.ticked, self.panes, self.nth, self.passed)
        made: list[Made] = []
        for at, number in found:
            ahead._enter(at, number, made)
        if ahead.panes:
            made += ahead._tick(int(ahead.panes[-ahead._width]) + self.take.over_us // self.take.every_us)
        return made

    @property
    def _width(self) -> int:
        return WIDTH.get(self.take.kind, 2)

    def _enter(self, at: Instant, number: float, made: list[Made]) -> None:
        pane = -(-at // self.take.every_us)
        if not self.ticked:
            self.ticked = pane - 1
        made += self._tick(pane - 1)
        self._add(pane, at, number)

    def _tick(self, last: int) -> Iterator[Made]:
        """The values at the multiples after the last up to this one. An empty window goes on being empty."""
        step = self.take.every_us
        while self.ticked < last:
            self.ticked += 1
            self._trim()
            value = self._value()
            if value is not None:
                yield self.ticked * step, value
            if not self.panes:
                self.ticked, self.nth = last, 1

    def _trim(self) -> None:
        oldest = self.ticked - self.take.over_us // self.take.every_us
        width, panes = self._width, self.panes
        count = 0
        while count < len(panes) and panes[count] <= oldest:
            count += width
        if count:
            del panes[:count]
        if self.nth > 1 and len(panes) < MAX_VALUES // 2:
            self.nth //= 2

    def _add(self, pane: int, at: Instant, number: float) -> None:
        panes, kind = self.panes, self.take.kind
        width = self._width
        is_new = not panes or panes[-width] != pane
        if kind in PERCENTILES or kind == "distinct":
            self._keep(pane, number)
        elif kind in {"sum", "mean"}:
            if is_new:
                panes.extend((pane, 0.0, 0.0, 0.0))
            self._sum(number)
        elif kind in {"rate", "change"}:
            if is_new:
                panes.extend((pane, at, number, at, number))
            panes[-2], panes[-1] = at, number
        elif is_new:
            panes.extend((pane, number))
        elif kind == "count":
            panes[-1] += number
        elif kind == "last":
            panes[-1] = number
        else:
            panes[-1] = min(panes[-1], number) if kind == "min" else max(panes[-1], number)

    def _sum(self, number: float) -> None:
        """Add to the last pane, and what rounding lost beside it, so that the order of the numbers does not matter.

        A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, ZAMM 54 (1974).
        """
        panes = self.panes
        before, total = panes[-2], panes[-2] + number
        panes[-1] += (before - total) + number if abs(before) >= abs(number) else (number - total) + before
        panes[-2] = total
        panes[-3] += 1

    def _keep(self, pane: int, number: float) -> None:
        panes = self.panes
        if self.take.kind == "distinct":
            known = any(panes[i] == pane and panes[i + 1] == number for i in range(0, len(panes), 2))
            if known or len(panes) >= 2 * MAX_VALUES:
                return
        else:
            self.passed += 1
            if self.passed < self.nth:
                return
            self.passed = 0
            if len(panes) >= 2 * MAX_VALUES:
                self._thin()
        self.panes.extend((pane, number))  # thinned out, they are others

    def _thin(self) -> None:
        """Keep every second value, and from now on half as many."""
        kept = [i for i in range(0, len(self.panes), 2) if i % 4 == 0]
        self.panes = array("d", [part for i in kept for part in self.panes[i : i + 2]])
        self.nth *= 2

    def _value(self) -> float | None:
        panes, kind = self.panes, self.take.kind
        if not panes:
            return 0.0 if kind in SPEAKS_OF_NOTHING else None
        if kind in PERCENTILES:
            return _percentile(sorted(panes[1::2]), PERCENTILES[kind])
        if kind == "distinct":
            return float(len(set(panes[1::2])))
        if kind in {"sum", "mean"}:
            total = math.fsum((*panes[2::4], *panes[3::4]))
            return total if kind == "sum" else total / sum(panes[1::4])
        if kind == "count":
            return sum(panes[1::2])
        if kind == "last":
            return panes[-1]
        if kind in {"rate", "change"}:
            passed_us, change = panes[-2] - panes[1], panes[-1] - panes[2]
            if passed_us <= 0:
                return None  # one observation makes no change
            return change if kind == "change" else change / passed_us * _MICROSECONDS
        return min(panes[1::2]) if kind == "min" else max(panes[1::2])


def _percentile(values: list[float], share: float) -> float:
    place = (len(values) - 1) * share
    below = math.floor(place)
    if below + 1 >= len(values):
        return values[-1]
    return values[below] + (values[below + 1] - values[below]) * (place - below)
