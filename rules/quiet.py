"""Quiet series: what is remembered of those that the evaluator does not know, in arrays. Pure."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rules.columns import Block, Floats, Ints
from rules.conditions import Point
from rules.state import Series
from rules.window import FOREVER, Instant, instant

KEPT = 4
"""Observations kept of a quiet series. Those that are a third of the lateness apart are settled after so many."""


class Run:
    """The observations of a block that somebody looks at, those of a series together and in their order."""

    __slots__ = ("at", "first", "position", "slot", "ts", "value")

    def __init__(self, slot: Ints, position: Ints, block: Block) -> None:
        self.slot, self.position = slot, position
        self.ts = block.ts[position]
        self.at = np.minimum(self.ts, block.received[position])
        self.value = block.value[position]
        self.first = np.empty(len(slot), np.bool_)
        self.first[:1] = True
        np.not_equal(slot[1:], slot[:-1], out=self.first[1:])

    @classmethod
    def of(cls, block: Block, slot: Ints, chosen: Ints) -> Run:
        own = slot[chosen]
        # Numbers of 16 bits are sorted by radix, in a fraction of the time.
        narrow = own.astype(np.uint16) if len(own) and own.max() < 2**16 else own
        order = np.argsort(narrow, kind="stable")
        return cls(own[order], chosen[order], block)


class Quiet:
    """What is known of each series by its slot, in arrays. Of a ``hot`` one only the times mean something, roughly.

    ``count`` is how many observations are known of it; the newest ``KEPT`` of them are in ``last_…``, the newest first.
    ``newest`` is 0 for one that was never heard.
    """

    def __init__(self) -> None:
        self.key = np.empty(0, np.int64)
        self.hot, self.wanted, self.linked, self.always = (np.empty(0, np.bool_) for _ in range(4))
        self.high, self.low = np.empty(0), np.empty(0)
        self.silence, self.newest, self.newest_ts, self.received, self.count = (np.empty(0, np.int64) for _ in range(5))
        self.last_ts, self.last_received = np.empty((KEPT, 0), np.int64), np.empty((KEPT, 0), np.int64)
        self.last_value = np.empty((KEPT, 0))

    def grow(self, size: int) -> None:
        for name, column in vars(self).items():
            short = size - column.shape[-1]
            if short > 0:
                room = np.zeros((*column.shape[:-1], max(short, column.shape[-1] // 8)), column.dtype)
                setattr(self, name, np.concatenate([column, room], axis=-1))

    def due(self, heard_from: Instant) -> Ints:
        """By slot, when the evaluator has to look at a silence; FOREVER where there is nothing to look at."""
        is_waiting = (self.silence < FOREVER) & (self.newest > 0) & ~self.hot
        return np.where(is_waiting, np.maximum(self.received, heard_from) + self.silence, FOREVER)

    def heard(self) -> Ints:
        return np.flatnonzero((self.newest > 0) & ~self.hot)

    def clear(self, slot: int) -> None:
        self.hot[slot] = False
        self.newest[slot] = self.newest_ts[slot] = self.received[slot] = self.count[slot] = 0
        for _, column in self._lasts():
            column[:, slot] = 0

    def load(self, slot: int, series: Series) -> None:
        """Of a series of which no more is known than is kept here."""
        self.clear(slot)
        self.newest[slot], self.newest_ts[slot], self.received[slot] = series.newest, series.newest_ts, series.received
        known = [*([series.before] if series.before else []), *series.tail]
        self.count[slot] = len(known)
        for place, point in enumerate(reversed(known)):
            self.last_ts[place, slot] = point.ts
            self.last_received[place, slot] = instant(point.observation.received_at)
            self.last_value[place, slot] = point.value

    def dump(self, slots: Sequence[int]) -> dict[str, str]:
        """What ``restore`` needs, as text."""
        return {
            name: base64.b64encode(column[..., slots].astype(column.dtype.newbyteorder("<")).tobytes()).decode()
            for name, column in (("count", self.count), *self._lasts())
        }

    def restore(self, slots: Ints, state: Mapping[str, str]) -> None:
        """Raises LookupError, TypeError, ValueError where it is not what ``dump`` wrote for as many."""
        self.count[slots] = np.frombuffer(base64.b64decode(state["count"]), "<i8").reshape(len(slots))
        for name, column in self._lasts():
            kind = column.dtype.newbyteorder("<")
            column[:, slots] = np.frombuffer(base64.b64decode(state[name]), kind).reshape(KEPT, len(slots))
        self.newest_ts[slots], self.received[slots] = self.last_ts[0, slots], self.last_received[0, slots]
        self.newest[slots] = np.minimum(self.newest_ts[slots], self.received[slots])

    def _lasts(self) -> tuple[tuple[str, npt.NDArray[Any]], ...]:
        return ("ts", self.last_ts), ("received", self.last_received), ("value", self.last_value)

    def take(self, run: Run, block: Block) -> None:
        """Go on by the observations of a run. Each of a quiet series is newer than the one before it."""
        slots, position = run.slot, run.position
        if not len(slots):
            return
        ends = np.flatnonzero(np.append(slots[1:] != slots[:-1], True)) + 1
        counts = np.diff(ends, prepend=0)
        touched = slots[ends - 1]
        for column, kept in (
            (block.ts, self.last_ts), (block.received, self.last_received), (block.value, self.last_value)
        ):  # fmt: skip
            _push(kept, column[position], touched, ends, counts)
        last = position[ends - 1]
        ts, received = block.ts[last], block.received[last]
        self.newest[touched] = np.minimum(ts, received)
        self.newest_ts[touched], self.received[touched] = ts, received
        self.count[touched] += counts


def _push(kept: npt.NDArray[Any], column: Ints | Floats, touched: Ints, ends: Ints, counts: Ints) -> None:
    """Put the newest of each series in front of those that are kept of it."""
    old = kept[:, touched]
    if len(counts) == len(column):  # one of each, as nearly always in life
        kept[1:, touched] = old[:-1]
        kept[0, touched] = column
        return
    for place in range(KEPT):
        shifted = np.clip(place - counts, 0, None)
        own = column[np.maximum(ends - 1 - place, 0)]
        kept[place, touched] = np.where(counts > place, own, old[shifted, np.arange(len(touched))])


def fits(series: Series, gap: Instant) -> bool:
    """Whether the arrays can hold all that counts of a series: few bare numbers in order, those that are not settled
    at least ``gap`` apart."""
    known = [*([series.before] if series.before else []), *series.tail]
    times = [(point.at, point.ts) for point in known]
    gaps = (after.at - before.at for before, after in itertools.pairwise(series.tail))
    return (
        len(known) <= KEPT
        and all(_is_bare(point) for point in known)
        and all(one[0] < other[0] and one[1] < other[1] for one, other in itertools.pairwise(times))
        and all(between >= gap for between in gaps)
        and (not known or series.newest_ts == known[-1].ts)
    )


def _is_bare(point: Point) -> bool:
    seen = point.observation
    return seen.value is not None and seen.text is None and seen.attrs is None and not seen.quality
