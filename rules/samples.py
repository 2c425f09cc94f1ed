"""Windows that need the values themselves, in arrays: percentiles, and how many different ones. Pure.

See ``rules.panes``.
"""

from __future__ import annotations

import numpy as np

from rules.columns import Flags, Floats, Ints
from rules.panes import Ahead, Panes
from rules.take import MAX_VALUES, PERCENTILES, Take, Window
from rules.window import Instant

_PLACES = np.arange(MAX_VALUES)


class Samples(Panes):
    """``data`` of a row are its ``count`` pairs of a pane and a value, the oldest first."""

    def __init__(self, take: Take, rows: int = 0) -> None:
        super().__init__(take, rows)
        self.count, self.passed = (np.zeros(rows, np.int32) for _ in range(2))
        self.ticked, self.nth = np.zeros(rows, np.int64), np.ones(rows, np.int32)

    def _shape(self) -> tuple[int, int]:
        return MAX_VALUES, 2

    def clear(self, row: int) -> None:
        super().clear(row)
        self.count[row] = self.passed[row] = self.ticked[row] = 0
        self.nth[row] = 1

    def enter(self, rows: Ints, at: Ints, value: Floats) -> None:
        pane = self.pane(at)
        first = self.ticked[rows] == 0
        self.ticked[rows[first]] = pane[first] - 1
        self.tick(rows, pane - 1)
        self.begun[rows] = True
        if self.take.kind == "distinct":
            kept = ~self._is_known(rows, pane, value) & (self.count[rows] < MAX_VALUES)
        else:
            self.passed[rows] += 1
            kept = self.passed[rows] >= self.nth[rows]
            self.passed[rows[kept]] = 0
            self._thin(rows[kept & (self.count[rows] >= MAX_VALUES)])
        chosen = rows[kept]
        self.data[chosen, self.count[chosen]] = np.stack([pane[kept], value[kept]], axis=1)
        self.count[chosen] += 1

    def tick(self, rows: Ints, last: Ints) -> None:
        is_plain = self.nth[rows] == 1
        self._trim(rows[is_plain], last[is_plain])
        rare = rows[~is_plain]
        until = last[~is_plain]
        while (behind := self.ticked[rare] < until).any():
            rare, until = rare[behind], until[behind]
            self.ticked[rare] += 1
            self._trim(rare, self.ticked[rare])
            fewer = rare[(self.nth[rare] > 1) & (2 * self.count[rare] < MAX_VALUES // 2)]
            self.nth[fewer] //= 2
            is_empty = self.count[rare] == 0
            self.nth[rare[is_empty]] = 1
            self.ticked[rare[is_empty]] = until[is_empty]
        self.ticked[rows] = np.where(self.ticked[rows] > 0, np.maximum(self.ticked[rows], last), 0)

    def ahead(self, rows: Ints, at: Ints) -> Ahead:
        return Copies(self.part(rows), self.pane(at))

    def passing(self, pane: Ints) -> Flags:
        """As ``Ahead.passing``, of all rows."""
        is_there = self.count[:, None] > _PLACES
        values = self.data[:, :, 1]
        if self.take.kind == "distinct":
            may = ~((self.low <= 0) & (self.count <= self.high))
        else:
            low = np.where(is_there, values, np.inf).min(axis=1)
            high = np.where(is_there, values, -np.inf).max(axis=1)
            may = ~((low >= self.low) & (high <= self.high))
        rows = np.flatnonzero(may)
        if len(rows):
            may[rows] = self.part(rows).values_pass(pane[rows])
        return may

    def values_pass(self, pane: Ints) -> Flags:
        """By what the windows really have."""
        is_there = self.count[:, None] > _PLACES
        values = np.where(is_there, self.data[:, :, 1], np.inf)
        order = np.argsort(values, axis=1, kind="stable")  # those alike stay in order of time
        values = np.take_along_axis(values, order, axis=1)
        panes = np.where(is_there, self.data[:, :, 0], -1.0)
        panes = np.take_along_axis(panes, order, axis=1)
        found = np.zeros(len(pane), np.bool_)
        for later in range(self.many):
            is_in = panes > (pane + (later - self.many))[:, None]
            if self.take.kind == "distinct":
                # What comes again counts by its newest.
                is_last = np.append(values[:, 1:] != values[:, :-1], np.ones((len(pane), 1), np.bool_), axis=1)
                value = (is_in & is_last).sum(axis=1).astype(np.float64)
                found |= (value > self.high) | (value < self.low)
            else:
                value = _percentile(values, is_in, PERCENTILES[self.take.kind])
                found |= is_in.any(axis=1) & ~((value <= self.high) & (value >= self.low))
        return found | (self.low > 0) if self.take.kind == "distinct" else found

    def window(self, row: int, border: Instant) -> Window:
        if not self.begun[row]:
            return Window(self.take, passed=int(self.passed[row]))
        values = self.data[row, : self.count[row]].ravel()
        return Window(self.take, border // self.take.every_us, values, int(self.nth[row]), int(self.passed[row]))

    def load(self, row: int, window: Window) -> None:
        self.clear(row)
        self.known[row], self.begun[row] = True, window.ticked > 0
        self.ticked[row], self.nth[row], self.passed[row] = window.ticked, window.nth, window.passed
        pairs = np.asarray(window.panes).reshape(-1, 2)
        self.count[row] = len(pairs)
        self.data[row, : len(pairs)] = pairs

    def _is_known(self, rows: Ints, pane: Ints, value: Floats) -> Flags:
        own = self.data[rows]
        same = (own[:, :, 0] == pane[:, None]) & (own[:, :, 1] == value[:, None])
        found: Flags = (same & (self.count[rows, None] > _PLACES)).any(axis=1)
        return found

    def _trim(self, rows: Ints, last: Ints) -> None:
        """Without what a window that ends at ``last`` has not."""
        panes = self.data[rows, :, 0]
        is_old = (panes <= (last - self.many)[:, None]) & (self.count[rows, None] > _PLACES)
        gone = is_old.sum(axis=1)
        some = gone > 0
        if some.any():
            shifted, by = rows[some], gone[some]
            places = (_PLACES + by[:, None]) % MAX_VALUES
            self.data[shifted] = self.data[shifted[:, None], places]
            self.count[shifted] -= by

    def _thin(self, rows: Ints) -> None:
        if len(rows):
            half = MAX_VALUES // 2
            self.data[rows, :half] = self.data[rows, ::2]
            self.count[rows] = half
            self.nth[rows] *= 2


class Copies:
    """Rows of which ``pane`` will be the newest."""

    def __init__(self, rows: Samples, pane: Ints) -> None:
        self._rows, self._pane = rows, pane

    def enter(self, rows: Ints, at: Ints, value: Floats) -> None:
        self._rows.enter(rows, at, value)

    def passing(self) -> Flags:
        return self._rows.passing(self._pane)


def _percentile(values: Floats, is_in: Flags, share: float) -> Floats:
    """Of each row's sorted values those that count; see ``rules.take``. Means nothing where none do."""
    rank = is_in.cumsum(axis=1)
    number = rank[:, -1]
    place = (number - 1) * share
    below = np.floor(place)
    rows = np.arange(len(values))
    first = values[rows, (rank >= below[:, None] + 1).argmax(axis=1)]
    next_ = values[rows, (rank >= np.minimum(below + 2, number)[:, None]).argmax(axis=1)]
    with np.errstate(over="ignore", invalid="ignore"):
        found: Floats = np.where(below + 1 >= number, next_, first + (next_ - first) * (place - below))
    return found
