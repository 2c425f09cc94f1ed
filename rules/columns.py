"""Observations in columns: the form in which many of them are looked at at once. Pure.

A ``Book`` numbers the series it meets; a ``Block`` holds observations in the order in which they were committed, as
arrays. What is not a bare number (a text, attributes, a mark of quality, no value at all) is kept beside, by position.
Times are microseconds since 1970, as everywhere in the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hub.model.observation import Stored
from rules.window import Instant, moment

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Key(NamedTuple):
    """A series at a place: the same (source, metric) has another one when its source stands elsewhere."""

    source: str
    area: str
    type: str
    metric: str


class Extra(NamedTuple):
    """What an observation has beside a number."""

    text: str | None = None
    attrs: Mapping[str, Any] | None = None
    quality: int = 0
    is_number: bool = True  # whether there is a value


_NOTHING = Extra()


class Book:
    """Gives every key a number, from 0 on; ``keys`` are in that order."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self._numbers: dict[tuple[str, str, str, str], int] = {}

    def number(self, key: Key) -> int:
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return found

    def block(self, observations: Iterable[Stored]) -> Block:
        items = list(observations)
        if not items:
            nothing = np.empty(0, np.int64)
            return Block(self, nothing, nothing, nothing, np.empty(0, np.float64), items=items)
        sources, areas, types, metrics, ts, received, value, text, attrs, quality = zip(*items, strict=True)
        places = zip(sources, areas, types, metrics, strict=True)
        numbers = list(map(self._numbers.get, places))
        if None in numbers:
            numbers = [self.number(Key(*item[:4])) for item in items]
        count = len(items)
        extras: dict[int, Extra] = {}
        # Told of all at once: most have nothing beside a number.
        if text.count(None) < count or attrs.count(None) < count or any(quality) or None in value:
            extras = {
                position: Extra(item.text, item.attrs, item.quality, item.value is not None)
                for position, item in enumerate(items)
                if item.text is not None or item.attrs is not None or item.quality or item.value is None
            }
        values = np.array(value, np.float64)  # None becomes NaN
        return Block(
            self, np.array(numbers, np.int64), _instants(ts, count), _instants(received, count), values, extras, items
        )  # fmt: skip


def _instants(moments: Iterable[datetime], count: int) -> Ints:
    """As ``rules.window.instant``, of many."""
    return np.rint(np.fromiter(map(datetime.timestamp, moments), np.float64, count) * 1e6).astype(np.int64)


@dataclass(slots=True)
class Block:
    """``value`` is NaN where there is none; each such position is in ``extras``, which tells it from one that was said.

    ``items`` are the observations themselves where they were at hand.
    """

    book: Book
    series: Ints
    ts: Ints
    received: Ints
    value: Floats
    extras: Mapping[int, Extra] = field(default_factory=dict)
    items: Sequence[Stored] | None = None

    def __len__(self) -> int:
        return len(self.series)

    def stored(self, positions: Iterable[int]) -> list[Stored]:
        """The observations at these positions."""
        if self.items is not None:
            return [self.items[position] for position in positions]
        return [
            stored(
                self.book.keys[self.series[position]],
                int(self.ts[position]),
                int(self.received[position]),
                float(self.value[position]),
                self.extras.get(position),
            )
            for position in positions
        ]

    def select(self, chosen: Flags | slice) -> Block:
        """A block of the chosen ones only, in the same order."""
        if isinstance(chosen, slice) or not chosen.all():
            return self.ordered(np.arange(len(self))[chosen])
        return self

    def ordered(self, positions: Ints) -> Block:
        """A block of the observations at these positions."""
        kept = positions.tolist() if self.extras or self.items is not None else []
        extras = {new: self.extras[old] for new, old in enumerate(kept) if old in self.extras}
        items = None if self.items is None else [self.items[position] for position in kept]
        return Block(
            self.book, self.series[positions], self.ts[positions], self.received[positions], self.value[positions],
            extras, items,
        )  # fmt: skip


def stored(key: Key, ts: Instant, received: Instant, value: float, extra: Extra | None = None) -> Stored:
    """An observation from its columns."""
    beside = _NOTHING if extra is None else extra
    number = value if beside.is_number else None
    return Stored(
        key.source, key.area, key.type, key.metric, moment(ts), moment(received), number,
        beside.text, beside.attrs, beside.quality,
    )  # fmt: skip
