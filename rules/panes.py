"""Windows of many series at once, in arrays: for each row what a ``rules.take.Window`` would hold. Pure.

A row is a ring of panes, one more than a window has. What has left the window stays until its place is needed: whether
a pane counts is told by its number. Numbers enter a row in order of time, each row once at a time, by the same
operations as in ``Window``, so that a window may be made of a row, and a row of a window, at any point.

Beside that a row is only asked whether any value that its windows may have could matter (``Ahead``). That answer may
be yes where the exact one is no, never the other way round.
"""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from rules.columns import Flags, Floats, Ints
from rules.take import PERCENTILES, SPEAKS_OF_NOTHING, WIDTH, Take, Window
from rules.window import SECOND, Instant

_BETWEEN = {"min", "max", "mean", "last", *PERCENTILES}
"""A value of these lies between the lowest and the highest number of its window."""
_LIMITS = {"low", "high", "near"}
_NOT_KNOWN = np.iinfo(np.uint32).max
_MARGIN = 1e-9
"""Of a number: a mean of numbers that are all this much within a limit is within it, however it is rounded."""
_ROUNDING = 1e-12
"""Of the sum of what is added up: many times what a few dozen additions in any order can lose."""


class Panes(ABC):
    """``known``: a number was heard; ``begun``: one has entered. ``low`` and ``high``: a value beyond them matters.
    ``near``: when the last number was said that is not well within them, in seconds since 1970, rounded up."""

    def __init__(self, take: Take, rows: int = 0) -> None:
        self.take = take
        self.known, self.begun = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
        self.low, self.high = np.full(rows, -np.inf), np.full(rows, np.inf)
        self.near = np.full(rows, _NOT_KNOWN, np.uint32)
        self.many = take.over_us // take.every_us
        self.data: Floats = np.zeros((rows, *self._shape()))

    def _columns(self) -> dict[str, npt.NDArray[Any]]:
        return {name: column for name, column in vars(self).items() if isinstance(column, np.ndarray)}

    def add_rows(self, count: int) -> None:
        room = type(self)(self.take, count)
        for name, column in self._columns().items():
            setattr(self, name, np.concatenate([column, getattr(room, name)]))

    def part(self, rows: Ints) -> Self:
        """A copy of these rows."""
        other = type(self)(self.take)
        for name, column in self._columns().items():
            setattr(other, name, column[rows])
        return other

    def put(self, rows: Ints, part: Panes, chosen: Flags | slice = slice(None)) -> None:
        """Put back what ``part`` took, of the chosen ones."""
        for name, column in self._columns().items():
            column[rows[chosen]] = getattr(part, name)[chosen]

    def clear(self, row: int) -> None:
        self.known[row] = self.begun[row] = False
        self.data[row] = 0.0
        self.near[row] = _NOT_KNOWN

    def limit(self, row: int, low: float, high: float) -> None:
        """A value of the row matters from now on beyond these limits."""
        self.low[row], self.high[row] = low, high
        self.near[row] = _NOT_KNOWN

    def may_pass(self, rows: Ints, at: Ints, value: Floats) -> Flags:
        """For each of these rows, in which a number is said next, whether a window that ends then or later may have a
        value that matters. Where all numbers of it are well within the limits there is no need to ask ``ahead``."""
        if self.take.kind not in _BETWEEN:
            return np.ones(len(rows), np.bool_)
        with np.errstate(over="ignore"):
            margin = np.abs(value) * _MARGIN
            is_within = (value - margin > self.low[rows]) & (value + margin < self.high[rows])
        now_s = -(-at // SECOND)
        near = np.where(is_within, np.minimum(self.near[rows], now_s), now_s)
        self.near[rows] = near
        found: Flags = near > (at - (self.take.over_us + self.take.every_us)) // SECOND
        return found

    def pane(self, at: Ints) -> Ints:
        return -(-at // self.take.every_us)

    @abstractmethod
    def _shape(self) -> tuple[int, int]:
        """Of what ``data`` holds of a row."""

    @abstractmethod
    def enter(self, rows: Ints, at: Ints, value: Floats) -> None:
        """One number for each of these rows, later than all that have entered it."""

    @abstractmethod
    def tick(self, rows: Ints, last: Ints) -> None:
        """The time of these rows has come to the multiple ``last``."""

    @abstractmethod
    def ahead(self, rows: Ints, at: Ints) -> Ahead:
        """What these rows would be, if nothing entered but what is said up to ``at``, the newest."""

    @abstractmethod
    def window(self, row: int, border: Instant) -> Window:
        """Of a row whose time has come to ``border``."""

    @abstractmethod
    def load(self, row: int, window: Window) -> None:
        """Make this row of ``window``."""

    def dump(self, rows: Ints) -> dict[str, str]:
        """What ``restore`` needs, as text."""
        return {
            name: base64.b64encode(column[rows].astype(column.dtype.newbyteorder("<")).tobytes()).decode()
            for name, column in self._state().items()
        }

    def restore(self, rows: Ints, state: Mapping[str, str]) -> None:
        """Raises LookupError, TypeError, ValueError where it is not what ``dump`` wrote for as many."""
        for name, column in self._state().items():
            kind = column.dtype.newbyteorder("<")
            column[rows] = np.frombuffer(base64.b64decode(state[name]), kind).reshape(len(rows), *column.shape[1:])

    def _state(self) -> dict[str, npt.NDArray[Any]]:
        return {name: column for name, column in self._columns().items() if name not in _LIMITS}


class Ahead(Protocol):
    """Rows as they would be."""

    def enter(self, rows: Ints, at: Ints, value: Floats) -> None:
        """As ``Panes.enter``; ``rows`` count from 0 on."""

    def passing(self) -> Flags:
        """For each row whether a value of a window that ends at its newest pane or later, if nothing more enters, may
        be beyond its limits."""


class Folded(Panes):
    """``data`` of a row are its panes, in a ring: the number of each, and what its numbers come to."""

    def _shape(self) -> tuple[int, int]:
        return self.many + 1, WIDTH.get(self.take.kind, 2)

    def enter(self, rows: Ints, at: Ints, value: Floats) -> None:
        pane = self.pane(at)
        place = pane % (self.many + 1)
        cell = self.data[rows, place]
        self.into(cell, pane, at, value)
        self.data[rows, place] = cell
        self.begun[rows] = True

    def into(self, cell: Floats, pane: Ints, at: Ints, value: Floats) -> None:
        """Put a number each into what stands at the places of these panes."""
        is_new = cell[:, 0] != pane
        if is_new.any():
            cell[is_new] = 0.0
            cell[:, 0] = pane
        self._add(cell, is_new, at, value)

    def tick(self, rows: Ints, last: Ints) -> None:
        """Nothing to do: a pane that has left the windows is told by its number."""

    def ahead(self, rows: Ints, at: Ints) -> Ahead:
        return Rings(self, rows, self.pane(at))

    def window(self, row: int, border: Instant) -> Window:
        if not self.begun[row]:
            return Window(self.take)
        ticked = border // self.take.every_us
        cells = self.data[row]
        cells = cells[cells[:, 0] > ticked - self.many]
        return Window(self.take, ticked, cells[np.argsort(cells[:, 0])].ravel())

    def load(self, row: int, window: Window) -> None:
        self.clear(row)
        self.known[row], self.begun[row] = True, window.ticked > 0
        cells = np.asarray(window.panes).reshape(-1, self.data.shape[2])
        self.data[row, cells[:, 0].astype(np.int64) % (self.many + 1)] = cells

    @abstractmethod
    def _add(self, cell: Floats, is_new: Flags, at: Ints, value: Floats) -> None:
        """Put a number each into these panes."""

    @abstractmethod
    def extremes(self, cells: Floats, counts: Flags) -> tuple[Floats, Floats]:
        """The lowest and the highest value of the windows that begin with the newest pane, the newest two, … The panes
        are the newest first, and the first ``counts`` always."""


class Rings:
    """The panes of windows that end at ``pane`` or later, the newest first."""

    def __init__(self, panes: Folded, rows: Ints, pane: Ints) -> None:
        self._panes, self._pane = panes, pane
        self._numbers = pane[:, None] - np.arange(panes.many)
        self._cells = panes.data[rows[:, None], self._numbers % (panes.many + 1)]
        self._low, self._high = panes.low[rows], panes.high[rows]

    def enter(self, rows: Ints, at: Ints, value: Floats) -> None:
        pane = self._panes.pane(at)
        place = self._pane[rows] - pane
        if place.max(initial=0) >= self._panes.many:  # it has left those windows
            inside = place < self._panes.many
            rows, at, value, pane, place = rows[inside], at[inside], value[inside], pane[inside], place[inside]
        cell = self._cells[rows, place]
        self._panes.into(cell, pane, at, value)
        self._cells[rows, place] = cell

    def passing(self) -> Flags:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            low, high = self._panes.extremes(self._cells, self._cells[:, :, 0] == self._numbers)
            if self._panes.take.kind in SPEAKS_OF_NOTHING:
                low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)
            inside: Flags = (low >= self._low) & (high <= self._high)
        return ~inside


class Sums(Folded):
    """sum, mean"""

    def _add(self, cell: Floats, is_new: Flags, at: Ints, value: Floats) -> None:  # noqa: ARG002  as its siblings
        before = cell[:, 2].copy()
        with np.errstate(over="ignore", invalid="ignore"):
            total = before + value
            is_smaller = np.abs(before) >= np.abs(value)
            cell[:, 3] += np.where(is_smaller, (before - total) + value, (value - total) + before)
        cell[:, 2] = total
        cell[:, 1] += 1

    def extremes(self, cells: Floats, counts: Flags) -> tuple[Floats, Floats]:
        own = np.where(counts, cells[:, :, 2] + cells[:, :, 3], 0.0)
        total = own.cumsum(axis=1)
        doubt = np.abs(own).cumsum(axis=1) * _ROUNDING
        if self.take.kind == "mean":
            number = np.where(counts, cells[:, :, 1], 0.0).cumsum(axis=1)
            total, doubt = total / number, doubt / number
        return (total - doubt).min(axis=1), (total + doubt).max(axis=1)


class Counts(Folded):
    def _add(self, cell: Floats, is_new: Flags, at: Ints, value: Floats) -> None:  # noqa: ARG002  as its siblings
        cell[:, 1] += 1

    def extremes(self, cells: Floats, counts: Flags) -> tuple[Floats, Floats]:
        number = np.where(counts, cells[:, :, 1], 0.0)
        return number[:, 0], number.sum(axis=1)


class Ends(Folded):
    """rate, change"""

    def _add(self, cell: Floats, is_new: Flags, at: Ints, value: Floats) -> None:
        cell[is_new, 1], cell[is_new, 2] = at[is_new], value[is_new]
        cell[:, 3], cell[:, 4] = at, value

    def extremes(self, cells: Floats, counts: Flags) -> tuple[Floats, Floats]:
        oldest = np.maximum.accumulate(np.where(counts, np.arange(self.many), 0), axis=1)
        firsts = cells[np.arange(len(cells))[:, None], oldest]
        passed_us = cells[:, :1, 3] - firsts[:, :, 1]
        value = cells[:, :1, 4] - firsts[:, :, 2]
        if self.take.kind == "rate":
            value = value / passed_us * 1e6
        there = passed_us > 0
        return np.where(there, value, np.inf).min(axis=1), np.where(there, value, -np.inf).max(axis=1)


class Bests(Folded):
    """min, max, last"""

    def _add(self, cell: Floats, is_new: Flags, at: Ints, value: Floats) -> None:  # noqa: ARG002  as its siblings
        if self.take.kind == "last":
            cell[:, 1] = value
            return
        best = np.minimum if self.take.kind == "min" else np.maximum
        cell[:, 1] = np.where(is_new, value, best(cell[:, 1], value))

    def extremes(self, cells: Floats, counts: Flags) -> tuple[Floats, Floats]:
        newest = cells[:, 0, 1]
        if self.take.kind == "min":
            return np.where(counts, cells[:, :, 1], np.inf).min(axis=1), newest
        if self.take.kind == "max":
            return newest, np.where(counts, cells[:, :, 1], -np.inf).max(axis=1)
        return newest, newest

