"""What was reported, held against what was there. Pure; times are Unix seconds.

The same rules for both sides. A *report* is [begin, end]: a stretch in which a side said without a break that something
moves. An event is found where a report overlaps it. A report that begins when nothing is in view, nor was a moment ago,
is a false alarm: shadows come before their things and go after them, and a clip's exposure settles.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EARLY_S = 0.5
LATE_S = 2.0
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Score:
    """``delays_s``: of the found events whose beginning was reported, from the onset to the report."""

    events: int
    found: int
    false_alarms: int
    delays_s: tuple[float, ...]

    def __add__(self, other: Score) -> Score:
        return Score(
            self.events + other.events,
            self.found + other.found,
            self.false_alarms + other.false_alarms,
            self.delays_s + other.delays_s,
        )


NOTHING = Score(0, 0, 0, ())


@dataclass(frozen=True, slots=True)
class Report:
    """``begin``, ``end``: when it was, by the side's own account; ``known``: when others could know that it began."""

    begin: float
    end: float
    known: float


def truth(events: Sequence[Interval], length_s: float, began: float, window: Interval) -> list[Interval]:
    """The events of a loop that began to run at ``began``, whose onset is within ``window``."""
    first, last = (math.floor((instant - began) / length_s) for instant in window)
    found = [
        (began + turn * length_s + begin, began + turn * length_s + end)
        for turn in range(first, last + 1)
        for begin, end in events
    ]
    return [event for event in found if window[0] <= event[0] < window[1]]


def score(
    events: Sequence[Interval], length_s: float, began: float, reports: Iterable[Report], window: Interval
) -> Score:
    """``window``: only onsets and reports that begin in it count."""
    due = truth(events, length_s, began, window)
    around = truth(events, length_s, began, (window[0] - 2 * length_s, window[1] + length_s))
    given = list(reports)
    found, delays = 0, []
    for begin, end in due:
        overlapping = [each for each in given if each.begin <= end and each.end >= begin]
        found += bool(overlapping)
        fresh = [each.known - begin for each in overlapping if each.begin >= begin - EARLY_S]
        if fresh:
            delays.append(max(0.0, min(fresh)))
    false_alarms = sum(
        window[0] <= each.begin < window[1]
        and not any(begin - EARLY_S <= each.begin <= end + LATE_S for begin, end in around)
        for each in given
    )
    return Score(len(due), found, false_alarms, tuple(delays))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
