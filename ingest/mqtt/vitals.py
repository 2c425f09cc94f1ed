"""How a device does besides being heard: whether it keeps its period, loses messages, and has its clock right.

Pure, and a handful of numbers a device. Everything is learnt from what it says; ``detail`` is how it is kept and shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.model.observation import Observation
from hub.model.quality import Quality
from hub.model.times import parse_instant

SILENT_AFTER_S = 60.0
"""Of a device whose period is not known."""
SILENT_AT_LEAST_S = 10.0
CLOCK_OFF_S = 30.0
"""A clock that is farther off is a problem."""
_ENOUGH = 8  # intervals, before a period is believed
_EVEN = 0.8  # the share of intervals near the median, from which on there is a period at all
_KEPT = 0.8  # the share of reports that must come
_STEADY = 3  # ids that follow each other, before a gap between them is one
_MOST_MISSED = 100_000
_SECOND = timedelta(seconds=1)
_GOOD = Quality.GOOD  # compared by identity: a flag's truth is asked of a method, and this is each message


class Problem(StrEnum):
    """What somebody should look at. ``silent`` is told by the state itself, and is not among these in ``detail``."""

    SILENT = "silent"
    PERIOD = "period"    # a fifth of its reports or more did not come lately
    BATTERY = "battery"  # low
    CLOCK = "clock"      # its clock is off
    VALUES = "values"    # it said something implausible in the last hour


@dataclass(slots=True)
class Vitals:
    """``declared_s``: how often it should report, by its own setting or its type's; 0 where nobody says."""

    declared_s: float = 0.0
    median_s: float = 0.0
    intervals: int = 0
    even: float = 0.0
    kept: float = 1.0
    missed: int = 0
    gaps: int = 0
    offset_s: float | None = None
    _last_at: datetime | None = None
    _number: int = -1
    _steady: int = 0
    _least_late_s: float | None = None

    @classmethod
    def of(cls, declared_s: float, detail: Mapping[str, Any]) -> Vitals:
        """As it was when ``detail`` was written, before this process began."""
        vitals = cls(declared_s)
        learnt = detail.get("learnt")
        if isinstance(learnt, list) and len(learnt) == 3:
            vitals.median_s, vitals.intervals, vitals.even = float(learnt[0]), int(learnt[1]), float(learnt[2])
        vitals.missed, vitals.gaps = int(detail.get("missed", 0)), int(detail.get("gaps", 0))
        vitals.kept = float(detail.get("kept", 1.0))
        return vitals

    @property
    def period_s(self) -> float:
        """How often it reports; 0 where it has no period: a door speaks when it is opened."""
        if self.declared_s:
            return self.declared_s
        return self.median_s if self.intervals >= _ENOUGH and self.even >= _EVEN else 0.0

    @property
    def silent_after_s(self) -> float:
        """Three periods. One that was only learnt makes nobody silent earlier: it may have been a lively minute."""
        if self.declared_s:
            return max(SILENT_AT_LEAST_S, 3 * self.declared_s)
        return max(SILENT_AFTER_S, 3 * self.period_s)

    def heard(self, said: Sequence[Observation]) -> None:
        """One message of it. By its own times, so that what was kept while the broker was away tells no lies."""
        first = said[0]
        if self._last_at is None:
            self._last_at = first.ts
        else:
            interval_s = (first.ts - self._last_at) / _SECOND
            if interval_s > 0:
                self._learn(interval_s)
                self._last_at = first.ts
        if first.key.isdecimal():
            key = ""
            for item in said:
                if item.key != key:
                    key = item.key
                    if key.isdecimal():
                        self._count(key)
        self._look_at_clock(said[-1])

    def take_offset(self) -> float | None:
        """Seconds that its clock is ahead; None while it gives no times.

        The least late of what came since the last call: a message may be kept back on its way, but none comes early.
        """
        if self._least_late_s is not None:
            self.offset_s, self._least_late_s = self._least_late_s, None
        return self.offset_s

    def detail(self) -> dict[str, Any]:
        """As JSON; empty while nothing is known."""
        found: dict[str, Any] = {}
        period_s = self.period_s
        if period_s:
            found["period_s"] = round(period_s, 3)
            if self.intervals or self._last_at is not None:
                found |= {"kept": round(self.kept, 3), "missed": self.missed}
        if self.intervals:
            found["learnt"] = [round(self.median_s, 3), min(self.intervals, 1000), round(self.even, 3)]
        if self._steady >= _STEADY or self.gaps:
            found["gaps"] = self.gaps
        offset_s = self.take_offset()
        if offset_s is not None:
            found["offset_s"] = round(offset_s, 1)
        return found

    def problems(self) -> list[Problem]:
        found = []
        if self.period_s and self.kept < _KEPT:
            found.append(Problem.PERIOD)
        if self.offset_s is not None and abs(self.offset_s) > CLOCK_OFF_S:
            found.append(Problem.CLOCK)
        return found

    def _learn(self, interval_s: float) -> None:
        """The median without remembering anything: a step up or down for each interval, smaller as more are known.

        After Ma, Muthukrishnan, Sandler: Frugal Streaming for Estimating Quantiles (2013), here with relative steps.
        """
        period_s = self.declared_s or self.period_s
        if period_s:
            if interval_s > 1.5 * period_s:
                missed = min(_MOST_MISSED, round(interval_s / period_s) - 1)
                self.missed += missed
                self.kept *= 0.9 ** min(missed, 50)
            self.kept = self.kept * 0.9 + 0.1
        self.intervals = known = self.intervals + 1
        median_s = self.median_s or interval_s
        ratio = interval_s / median_s
        self.even += (0.1 if known > 10 else 1 / known) * ((0.67 < ratio < 1.5) - self.even)
        step = 1.02 if known > 200 else 2.0 if known < 5 else 1 + 4 / known
        if ratio > 1:
            median_s *= step
            self.median_s = interval_s if interval_s < median_s else median_s
        else:
            median_s /= step
            self.median_s = interval_s if interval_s > median_s else median_s

    def _count(self, key: str) -> None:
        """Ids that count up tell what was lost. Ids that are times of day, or count otherwise, do not."""
        number = int(key[:19])
        step, self._number = (number - self._number if self._number >= 0 else 0), number
        if step == 1:
            self._steady = min(10, self._steady + 1)
        elif step > 1:
            if self._steady >= _STEADY:
                self.gaps = min(2**31, self.gaps + step - 1)
            self._steady = max(0, self._steady - 1)

    def _look_at_clock(self, newest: Observation) -> None:
        own = newest.ts
        if newest.quality is not _GOOD and newest.attrs is not None and "device_ts" in newest.attrs:
            own = parse_instant(newest.attrs["device_ts"])
        elif newest.arrival_key:
            return
        late_s = (own - newest.received_at) / _SECOND
        if 0.0 <= late_s < 0.001:  # samples that have no time at all, a microsecond apart
            return
        if self._least_late_s is None or late_s > self._least_late_s:
            self._least_late_s = late_s
