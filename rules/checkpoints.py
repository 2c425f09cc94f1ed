"""The engine's checkpoints: its state at offsets that were committed, written from time to time beside its work.

That of a city takes PostgreSQL a third of a second, in which no alert would be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

from hub.clock import Clock
from hub.store import Store, offsets
from hub.store.offsets import Checkpoint

_EVERY_S = 10.0


class Checkpoints:
    """Those of one reader. They are all handed over by one thread."""

    def __init__(self, store: Store, clock: Clock, reader: str) -> None:
        self._store = store
        self._clock = clock
        self._reader = reader
        self._due_s = 0.0
        self._aside: Executor | None = None
        self._writing: Future[None] | None = None

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Within, they are written by a thread of their own; at the end it is waited for."""
        try:
            with ThreadPoolExecutor(1, "checkpoint") as self._aside:
                yield
        finally:
            self._aside = self._writing = None

    @property
    def is_due(self) -> bool:
        return self._clock.monotonic() >= self._due_s

    def hasten(self) -> None:
        """The last one is of another state: the next is due now."""
        self._due_s = self._clock.monotonic()

    def last(self) -> Checkpoint | None:
        """Raises StoreError."""
        return offsets.load_checkpoint(self._store, self._reader)

    def write(self, checkpoint: Checkpoint, now: datetime) -> None:
        """Raises StoreError, also that of the one before."""
        self._due_s = self._clock.monotonic() + _EVERY_S

        def write() -> None:
            with self._store.transaction() as tx:
                offsets.save_checkpoint(tx, self._reader, checkpoint, now)

        if self._writing is not None:
            self._writing.result()
        if self._aside is None:
            write()
        else:
            self._writing = self._aside.submit(write)
