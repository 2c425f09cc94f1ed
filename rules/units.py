"""Which series have to be known to the evaluator together. Pure.

A group that looks through windows waits for all of its sources; were some of them kept elsewhere, it would decide too
early. So the series of such groups make units: all of one are quiet, or none is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np

from rules.columns import Flags, Ints


class Units:
    """``of`` tells the unit of each slot; -1 where it stands for itself."""

    def __init__(self) -> None:
        self.of = np.empty(0, np.int64)
        self._members: dict[int, list[int]] = {}
        self._named: dict[Hashable, int] = {}
        self._into: dict[int, int] = {}  # of a unit that was merged with another
        self._next = 0

    def grow(self, size: int) -> None:
        self.of = np.concatenate([self.of, np.full(max(0, size - len(self.of)), -1, np.int64)])

    def join(self, slot: int, names: Iterable[Hashable]) -> None:
        """A slot belongs together with all that have one of these names. It is never parted from others again."""
        asked = list(names)
        found = {self._find(self._named[name]) for name in asked if name in self._named}
        if self.of[slot] >= 0:
            found.add(int(self.of[slot]))
        if not found:
            found.add(self._next)
            self._members[self._next] = []
            self._next += 1
        unit = max(found, key=lambda each: len(self._members[each]))
        for other in found - {unit}:
            moved = self._members.pop(other)
            self._members[unit] += moved
            self._into[other] = unit
            self.of[moved] = unit
        if self.of[slot] != unit:
            self.of[slot] = unit
            self._members[unit].append(slot)
        self._named.update(dict.fromkeys(asked, unit))

    def together(self, slots: Flags) -> Ints:
        """All that belong together with one of the chosen slots, these included."""
        own = np.flatnonzero(slots)
        units = {unit for unit in self.of[own].tolist() if unit >= 0}
        others = [slot for unit in units for slot in self._members[unit]]
        return np.union1d(own, np.array(others, np.int64)) if others else own

    def with_(self, slot: int) -> list[int]:
        """All that belong together with a slot, itself included."""
        unit = int(self.of[slot])
        return [slot] if unit < 0 else self._members[unit]

    def _find(self, unit: int) -> int:
        while unit in self._into:
            unit = self._into[unit]
        return unit
