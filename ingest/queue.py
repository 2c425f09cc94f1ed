"""A bounded queue between the threads of a source and the one that writes: it says when it is full."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec

from hub.model.observation import Observation, Refusal


class Item(msgspec.Struct, frozen=True):
    """What one message or one frame gave. ``receipt`` is handed back once it is committed."""

    observations: Sequence[Observation] = ()
    refusals: Sequence[Refusal] = ()
    receipt: Any = None


class BoundedQueue:
    """Holds at most ``capacity`` items. ``take`` answers all that is there, up to a number of rows."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: Item) -> bool:
        """False where the queue is full or closed: the item was not taken, and the caller says so or counts it."""
        with self._changed:
            if self._closed or len(self._items) >= self._capacity:
                return False
            self._items.append(item)
            if len(self._items) == 1:  # whoever takes, takes all: nobody waits while there is something
                self._changed.notify()
            return True

    def take(self, max_rows: int, timeout_s: float) -> list[Item]:
        """Everything that waits, oldest first, until ``max_rows`` observations; [] after ``timeout_s`` of nothing."""
        with self._changed:
            if not self._items and not self._closed:
                self._changed.wait(timeout_s)
            taken: list[Item] = []
            rows = 0
            while self._items and rows < max_rows:
                item = self._items.popleft()
                rows += max(1, len(item.observations))
                taken.append(item)
            return taken

    def close(self) -> None:
        """Nothing more is taken in; what waits can still be taken out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def drained(self) -> bool:
        """Closed, and nothing is left in it."""
        with self._changed:
            return self._closed and not self._items

    def __len__(self) -> int:
        with self._changed:
            return len(self._items)
