"""Observations that came too late to change an alert that they concern: named, counted, and told now and then. Pure.

What came later than the lateness changes nothing that was decided. Who judges the alert afterwards has to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from rules.conditions import Point
from rules.links import Link
from rules.window import Instant, moment

AGAIN_S = 60.0
"""Of one alert it is told at most so often."""
_MOST = 1000  # alerts; what concerns more than these at one time is only counted

Key = tuple[str, str, datetime]
"""The rule, the fingerprint and the start of an alert."""


@dataclass(frozen=True, slots=True)
class Stray:
    """``count`` observations concerned one alert; the newest of them is of ``source`` and ``metric`` at ``ts``."""

    rule: str
    fingerprint: str
    started_at: datetime
    source: str
    metric: str
    ts: datetime
    count: int = 1

    @property
    def key(self) -> Key:
        return self.rule, self.fingerprint, self.started_at

    @property
    def sentence(self) -> str:
        more = f", and {self.count - 1} more" if self.count > 1 else ""
        return f"{self.source} said {self.metric} of {self.ts:%H:%M:%S} UTC too late to change anything{more}"


def of(point: Point, links: Iterable[Link], start_of: Callable[[Link, Instant], Instant]) -> list[Stray]:
    """What an observation that is left out would have been about: the alert that is on or was the last, of each rule
    that would have looked at it. ``start_of``: see ``rules.memory.Memory.concerned``."""
    seen = point.observation
    found = []
    for link in links:
        start = start_of(link, point.at)
        if start and link.condition.admits(seen):
            fingerprint = f"{link.rule.by}:{link.group[1]}"
            found.append(
                Stray(link.rule.name, fingerprint, moment(start), seen.source, seen.metric, moment(point.ts))
            )
    return found


class Strays:
    """Gathers them until they are told. Time is any clock's that does not go back, in seconds."""

    def __init__(self) -> None:
        self._waiting: dict[Key, Stray] = {}
        self._told_s: dict[Key, float] = {}

    def add(self, strays: Iterable[Stray]) -> None:
        for stray in strays:
            known = self._waiting.get(stray.key)
            if known is not None:
                newest = max(known, stray, key=lambda each: (each.ts, each.source, each.metric))
                self._waiting[stray.key] = replace(newest, count=known.count + stray.count)
            elif len(self._waiting) < _MOST:
                self._waiting[stray.key] = stray

    def due(self, now_s: float) -> list[Stray]:
        """Those of alerts of which nothing was told for ``AGAIN_S``; they are not answered again."""
        self._told_s = {key: told_s for key, told_s in self._told_s.items() if told_s > now_s - AGAIN_S}
        found = [stray for key, stray in self._waiting.items() if key not in self._told_s]
        for stray in found:
            del self._waiting[stray.key]
            self._told_s[stray.key] = now_s
        return found
