"""When, on the hub's clock, something has to be looked at though nothing arrives. Pure."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator

from rules.group import GroupKey
from rules.links import Alarm
from rules.window import Instant


class Timers:
    """Alarms for silent sources, and for each group the next time at which it has to decide."""

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, GroupKey | Alarm]] = []
        self._wakes: dict[GroupKey, Instant] = {}
        self._numbers = itertools.count()

    @property
    def next(self) -> Instant | None:
        return self._heap[0][0] if self._heap else None

    def set_alarm(self, alarm: Alarm, at: Instant) -> None:
        heapq.heappush(self._heap, (at, next(self._numbers), alarm))

    def wake(self, group: GroupKey, at: Instant) -> None:
        """At the earliest of all times that were asked for."""
        if at < self._wakes.get(group, at + 1):
            self._wakes[group] = at
            heapq.heappush(self._heap, (at, next(self._numbers), group))

    def forget(self, group: GroupKey) -> None:
        self._wakes.pop(group, None)

    def due(self, now: Instant) -> Iterator[GroupKey | Alarm]:
        """Those whose time has come, also of what is set meanwhile."""
        while self._heap and self._heap[0][0] <= now:
            _, _, timer = heapq.heappop(self._heap)
            if isinstance(timer, Alarm):
                yield timer
            elif self._wakes.get(timer, now + 1) <= now:
                del self._wakes[timer]
                yield timer
