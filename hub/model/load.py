"""The load of alarms on people, and what is said to be bearable. Pure.

The bounds are those of EEMUA Publication 191, third edition (2013), and of ANSI/ISA-18.2-2016 clause 16 (the same in
IEC 62682:2014), each named where it stands. They are for one operator at one desk, over the long term (ISA: at least 30
days): a figure of one bad hour says little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hub.model.alert import Severity

FLOOD_ABOVE = 10
"""More alarms than this in ten minutes begin a flood (ISA-18.2; EEMUA 191: after an upset no more than 10)."""
FLOOD_ENDS_BELOW = 5
"""Fewer than this in ten minutes end it (ISA-18.2)."""
_SCALE = {
    "per_hour": (6.0, 12.0),
    "peak_10_min": (10.0, 100.0),
    "in_floods": (0.01, 0.05),
    "stale": (4.0, 20.0),
    "worst_ten_rules": (0.01, 0.05),
}
_SOURCES = {
    "per_hour": "EEMUA 191 and ISA-18.2: 1 in 10 minutes is acceptable, 2 can be managed: 6 and 12 an hour",
    "peak_10_min": "EEMUA 191: up to 10 in the first ten minutes of an upset can be managed, over 100 are excessive",
    "in_floods": "ISA-18.2: less than 1 % of the time; above 5 % is this hub's own bound",
    "stale": "ISA-18.2: fewer than 5 at any time; above 20 is this hub's own bound",
    "worst_ten_rules": "ISA-18.2: the ten most frequent make 1 % of all, 5 % at the most",
}
PRIORITIES = {Severity.CRITICAL: 0.01, Severity.MAJOR: 0.05, Severity.MINOR: 0.15, Severity.WARNING: 0.80}
"""EEMUA 191 asks for about 5 % high, 15 % medium and 80 % low; ISA-18.2 for less than 1 % of a fourth, the highest."""
PRIORITIES_SOURCE = "EEMUA 191: 5 % high, 15 % medium, 80 % low; ISA-18.2: less than 1 % of the highest of four"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Moments = NDArray[np.int64]
"""Instants in microseconds since 1970 (UTC), in order."""
_TEN_US = 10 * 60 * 1_000_000


class Verdict(StrEnum):
    """``GOOD``: within what is acceptable; ``FAIR``: manageable; ``POOR``: beyond."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` up to ``acceptable`` is good, beyond ``limit`` poor."""

    name: str
    value: float
    acceptable: float
    limit: float
    verdict: Verdict
    source: str


def judge(figures: Mapping[str, float]) -> list[Figure]:
    """Each of ``per_hour``, ``peak_10_min`` (both of one operator), ``in_floods`` (a share), ``stale``,
    ``worst_ten_rules`` (a share) against what is bearable."""
    judged = []
    for name, value in figures.items():
        acceptable, limit = _SCALE[name]
        verdict = Verdict.GOOD if value <= acceptable else Verdict.FAIR if value <= limit else Verdict.POOR
        judged.append(Figure(name, value, acceptable, limit, verdict, _SOURCES[name]))
    return judged


@dataclass(frozen=True, slots=True)
class Flood:
    began_at: datetime
    ended_at: datetime


class Course:
    """Alarms over a time. ``moments``: when each called for an operator; those of a time before the period that is
    asked about as well, since a flood that is on then began before."""

    def __init__(self, moments: Moments) -> None:
        self._alarms = moments
        # The ten minutes up to and with a moment hold another number from where an alarm comes, or leaves them.
        self._changes = np.unique(np.concatenate((moments, moments + _TEN_US)))
        before = np.searchsorted(moments, self._changes - _TEN_US, side="right")
        self._counts = np.searchsorted(moments, self._changes, side="right") - before

    def count(self, first: datetime, last: datetime) -> int:
        """How many in [first, last)."""
        begin, end = np.searchsorted(self._alarms, (_us(first), _us(last)), side="left")
        return int(end - begin)

    def peak(self, first: datetime, last: datetime) -> int:
        """The most in ten minutes that end within [first, last)."""
        begin, end = np.searchsorted(self._changes, (_us(first), _us(last)), side="left")
        return int(self._counts[begin:end].max(initial=0))

    def floods(self, first: datetime, last: datetime, positions: int) -> list[Flood]:
        """What of [first, last) was in a flood, at each of ``positions`` desks that share the alarms evenly.

        A flood begins where more than ``FLOOD_ABOVE`` come in ten minutes, and ends where fewer than
        ``FLOOD_ENDS_BELOW`` do; in between it stays as it was.
        """
        is_told = (self._counts > FLOOD_ABOVE * positions) | (self._counts < FLOOD_ENDS_BELOW * positions)
        told = np.maximum.accumulate(np.where(is_told, np.arange(len(self._counts)), -1))
        is_on = (told >= 0) & (self._counts[told] > FLOOD_ABOVE * positions) if len(told) else np.zeros(0, bool)
        turns = np.flatnonzero(np.diff(is_on, prepend=False, append=False))
        found = []
        for begin, end in zip(turns[::2], turns[1::2], strict=True):
            ends_us = self._changes[end] if end < len(self._changes) else _us(last)
            began_us, ended_us = max(int(self._changes[begin]), _us(first)), min(int(ends_us), _us(last))
            if began_us < ended_us:
                found.append(Flood(_moment(began_us), _moment(ended_us)))
        return found


def share(floods: Iterable[Flood], first: datetime, last: datetime) -> float:
    """The fraction of [first, last) that lies in floods."""
    inside = (max(timedelta(0), min(flood.ended_at, last) - max(flood.began_at, first)) for flood in floods)
    return sum(inside, timedelta(0)) / (last - first)


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift as it was worked; ``name`` is the time of day at which it begins."""

    name: str
    began_at: datetime
    ended_at: datetime


def shifts(first: datetime, last: datetime, starts: Sequence[str], zone: ZoneInfo) -> list[Shift]:
    """The shifts that lie in [first, last), the first and the last of them cut; ``starts`` in the order of the day.

    A shift follows the clock on the wall: where that is changed it is an hour longer, or shorter.
    """
    day = first.astimezone(zone).date() - timedelta(days=1)
    begins: list[tuple[datetime, str]] = []
    while not begins or begins[-1][0] < last:
        begins += [(datetime.combine(day, time.fromisoformat(start), zone).astimezone(UTC), start) for start in starts]
        day += timedelta(days=1)
    found = []
    for (began_at, name), (ended_at, _) in pairwise(begins):
        if max(began_at, first) < min(ended_at, last):
            found.append(Shift(name, max(began_at, first), min(ended_at, last)))
    return found
