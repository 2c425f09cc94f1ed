"""The windows of quiet series: which rows of which panes they have, and how they go on. Pure.

Of a quiet series everything comes in order and not too fast, so the few observations that are kept of it are all that
has not entered its windows yet. A block is gone through in turns, in each of which every series says one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rules.columns import Flags, Floats, Ints
from rules.panes import Bests, Counts, Ends, Panes, Sums
from rules.quiet import KEPT, Quiet, Run
from rules.samples import Samples
from rules.take import Take, Window
from rules.window import Instant

_KINDS: Mapping[str, type[Panes]] = {
    "sum": Sums, "mean": Sums, "count": Counts, "rate": Ends, "change": Ends, "min": Bests, "max": Bests, "last": Bests,
}  # fmt: skip
_AT_ONCE = 2_000
"""Rows: what they hold should fit into the cache of a core."""


class Name(NamedTuple):
    """Rules that ask for the same windows share them, where they have looked for equally long."""

    take: Take
    age: int


Limits = tuple[float, float]
"""A value below the first or above the second matters."""


class _Shelved(NamedTuple):
    panes: Panes
    rows: Ints
    part: Panes
    slots: Ints


def new_panes(take: Take) -> Panes:
    return _KINDS.get(take.kind, Samples)(take)


class Shelf:
    """``lateness`` is that of the rules."""

    def __init__(self, lateness: Instant) -> None:
        self._lateness = lateness
        self._panes: dict[Name, Panes] = {}
        self._rows: dict[Name, Ints] = {}  # of each slot; -1: none
        self._free: dict[Name, list[int]] = {}
        self._size = 0
        self._before: list[_Shelved] = []

    def __bool__(self) -> bool:
        return bool(self._panes)

    def grow(self, size: int) -> None:
        """Make room for so many slots."""
        for name, rows in self._rows.items():
            self._rows[name] = np.concatenate([rows, np.full(size - self._size, -1, np.int64)])
        self._size = size

    def look_at(self, slot: int, limits: Mapping[Name, Limits]) -> None:
        """Keep for a slot these windows and no others."""
        for name in limits.keys() - self._panes.keys():
            self._panes[name] = new_panes(name.take)
            self._rows[name] = np.full(self._size, -1, np.int64)
            self._free[name] = []
        for name, panes in self._panes.items():
            row = int(self._rows[name][slot])
            if name not in limits:
                if row >= 0:
                    panes.clear(row)
                    self._rows[name][slot] = -1
                    self._free[name].append(row)
                continue
            if row < 0:
                row = self._rows[name][slot] = self._new_row(name, panes)
            panes.limit(row, *limits[name])

    def go_on(self, run: Run, quiet: Quiet, left_out: Flags) -> Ints:
        """Take in what the slots say that are not left out; those of which a window may matter. ``undo`` takes it
        back. ``quiet`` is as it was before the run."""
        self._before = []
        firsts = np.flatnonzero(run.first)
        counts = np.diff(firsts, append=len(run.slot))
        wanted = ~left_out[run.slot[firsts]]
        firsts, counts = firsts[wanted], counts[wanted]
        found: list[Ints] = []
        for name, panes in self._panes.items():
            rows = self._rows[name][run.slot[firsts]]
            own = rows >= 0
            first, count, own_rows = firsts[own], counts[own], rows[own]
            for begin in range(0, len(own_rows), _AT_ONCE):
                some = slice(begin, begin + _AT_ONCE)
                slots = run.slot[first[some]]
                self._before.append(_Shelved(panes, own_rows[some], panes.part(own_rows[some]), slots))
                found += self._turns(panes, own_rows[some], run, quiet, first[some], count[some])
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)

    def undo(self, slots: Flags) -> None:
        for panes, rows, part, own in self._before:
            chosen = slots[own]
            if chosen.any():
                panes.put(rows, part, chosen)
        self._before = []

    def window(self, slot: int, name: Name, newest: Instant) -> Window | None:
        """None where it was not looked at."""
        rows = self._rows.get(name)
        row = -1 if rows is None else int(rows[slot])
        if row < 0 or not self._panes[name].known[row]:
            return None
        return self._panes[name].window(row, newest - self._lateness)

    def load(self, slot: int, windows: Mapping[Name, Window]) -> None:
        """Go on with these; those of the slot that are not among them begin afresh."""
        for name, panes in self._panes.items():
            row = int(self._rows[name][slot])
            if row >= 0 and name in windows:
                panes.load(row, windows[name])
            elif row >= 0:
                panes.clear(row)

    def dump(self, slots: Sequence[int]) -> list[dict[str, Any]]:
        """Of these slots, as plain data. What ``restore`` is told of them are their places among them."""
        found = []
        for (take, age), panes in self._panes.items():
            rows = self._rows[Name(take, age)][slots]
            own = np.flatnonzero(rows >= 0)
            form = [take.kind, take.over_us, take.every_us]
            found.append({"take": form, "age": age, "places": own.tolist(), **panes.dump(rows[own])})
        return found

    def restore(self, slots: Ints, state: Iterable[Mapping[str, Any]]) -> None:
        """Raises LookupError, TypeError, ValueError where it is not what ``dump`` wrote of as many slots."""
        for item in state:
            name = Name(Take(*item["take"]), item["age"])
            if name not in self._panes:
                continue
            rows = self._rows[name][slots[np.array(item["places"], np.int64)]]
            if (rows < 0).any():
                raise ValueError("windows of a series that has none")
            self._panes[name].restore(rows, item)

    def _new_row(self, name: Name, panes: Panes) -> int:
        free = self._free[name]
        if not free:
            first = len(panes.known)
            count = max(16, first // 8)
            panes.add_rows(count)
            free.extend(range(first + count - 1, first - 1, -1))
        return free.pop()

    def _turns(self, panes: Panes, rows: Ints, run: Run, quiet: Quiet, first: Ints, count: Ints) -> list[Ints]:
        """The slots of which a window may matter."""
        found = []
        for turn in range(int(count.max())):
            there = count > turn
            index = first[there] + turn
            slot = run.slot[index]
            then, number = _earlier(run, quiet, index, slot, turn)
            passing = self._go(panes, rows[there], run.at[index], run.value[index], then, number)
            if passing.any():
                found.append(slot[passing])
        return found

    def _go(self, panes: Panes, rows: Ints, at: Ints, value: Floats, then: Ints, number: Floats) -> Flags:
        """``then`` and ``number`` are the observations before this one, the oldest first; at 0 where there are none."""
        border, border_before = at - self._lateness, then[-1] - self._lateness
        is_known = panes.known[rows]
        is_settled = then <= border
        settles = is_settled & (then > np.maximum(border_before, 0)) & is_known
        for place in np.flatnonzero(settles.any(axis=1)).tolist():
            own = settles[place]
            panes.enter(rows[own], then[place, own], number[place, own])
        panes.tick(rows, border // panes.take.every_us)
        panes.known[rows] = True
        waits = ~is_settled & (then > 0)
        # Windows that end before this observation were never looked at where the series was not.
        passing = np.zeros(len(rows), np.bool_)
        passing |= (waits & ~is_known).any(axis=0)
        asked = np.flatnonzero(panes.may_pass(rows, at, value))
        if len(asked):
            ahead = panes.ahead(rows[asked], at[asked])
            waits, then, number = waits[:, asked], then[:, asked], number[:, asked]
            for place in np.flatnonzero(waits.any(axis=1)).tolist():
                own = np.flatnonzero(waits[place])
                ahead.enter(own, then[place, own], number[place, own])
            ahead.enter(np.arange(len(asked)), at[asked], value[asked])
            passing[asked] |= ahead.passing()
        return passing


def _earlier(run: Run, quiet: Quiet, index: Ints, slot: Ints, turn: int) -> tuple[Ints, Floats]:
    """What was said before that of this turn, the oldest first."""
    backs = np.arange(KEPT - 1, 0, -1)[:, None]
    if turn >= KEPT - 1:
        return run.at[index - backs], run.value[index - backs]
    in_run, places = backs[backs[:, 0] <= turn], backs[backs[:, 0] > turn] - turn - 1
    then = np.minimum(quiet.last_ts[places, slot], quiet.last_received[places, slot])
    number = quiet.last_value[places, slot]
    if turn:
        then = np.concatenate([then, run.at[index - in_run]])
        number = np.concatenate([number, run.value[index - in_run]])
    return then, number
