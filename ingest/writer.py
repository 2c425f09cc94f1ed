"""The writer of a worker: one thread that turns a queue into numbered batches, and says what is committed.

There is no timer: while one batch is being committed the next one gathers, so that a batch is a single message when
little comes in and thousands of rows in a storm. While the store is away the batch at hand is kept and tried again;
the queue fills up and refuses, and whoever fills it stops acknowledging.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from hub import crash
from hub.backoff import Backoff
from hub.errors import StoreError, StoreUnavailable
from hub.model.observation import Observation, Refusal
from hub.model.source import SourceKind
from hub.store import Store
from hub.store.batches import BatchWriter
from hub.tally import Tally
from ingest.queue import BoundedQueue, Item

MAX_ROWS = 5000
"""Rows in one batch at most: about 10 ms of COPY."""
_RECEIPTS = 250

_log = logging.getLogger(__name__)


class Writer:
    """``name`` is the writer's in the store (``mqtt-0``), so it belongs to one process at a time.

    ``kind``: of all sources it writes for. ``committed`` is called in the writer's thread with the receipts of what a
    commit held, in the order in which it was put in.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        kind: SourceKind,
        tally: Tally,
        capacity: int = 20_000,
        committed: Callable[[Sequence[Any]], None] = lambda _receipts: None,
    ) -> None:
        self._batches = BatchWriter(store, name, kind)
        self._name = name
        self._tally = tally
        self._committed = committed
        self._queue = BoundedQueue(capacity)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"writer {name}", daemon=True)
        self.trouble = ""
        """Why nothing can be written now; empty while it can."""

    def start(self) -> Writer:
        self._thread.start()
        return self

    def put(self, item: Item) -> bool:
        """False where the queue is full. Never waits."""
        taken = self._queue.put(item)
        if not taken:
            self._tally.add("gridhub_ingest_queue_full_total")
        return taken

    def put_observations(self, observations: Sequence[Observation]) -> bool:
        return self.put(Item(observations))

    def waiting(self) -> int:
        return len(self._queue)

    def alive(self) -> bool:
        return self._thread.is_alive()

    def close(self, timeout_s: float = 3.0) -> None:
        """Write what waits, for at most ``timeout_s``; what is left was never acknowledged."""
        self._queue.close()
        self._thread.join(timeout_s)
        self._stop.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            items = self._queue.take(MAX_ROWS, timeout_s=5.0)
            if items:
                self._commit(items)
            elif self._queue.drained():
                return

    def _commit(self, items: Sequence[Item]) -> None:
        observations = [observation for item in items for observation in item.observations]
        refusals = [refusal for item in items for refusal in item.refusals]
        if self._append(observations, refusals):
            self._hand_back([item.receipt for item in items if item.receipt is not None])
            crash.point("after_acknowledgements")
        elif not self._stop.is_set():
            # The store refuses something in it: one item at a time shows which, and saves its neighbours.
            for item in items:
                if len(items) > 1:
                    self._commit([item])
                else:
                    self._give_up(item)

    def _append(self, observations: Sequence[Observation], refusals: Sequence[Refusal]) -> bool:
        """True when committed; False when the store will never take it, or the worker ends."""
        backoff = Backoff(0.1, 5.0)
        while not self._stop.is_set():
            try:
                batch = self._batches.append(observations, refusals)
            except StoreUnavailable as error:
                if not self.trouble:
                    _log.warning("writer %s: %s; keeping %d rows", self._name, error, len(observations))
                self.trouble = str(error)
                self._tally.add("gridhub_ingest_commit_retries_total")
                self._stop.wait(backoff.next_s())
                continue
            except StoreError:
                _log.exception("writer %s: the store refuses a batch of %d rows", self._name, len(observations))
                return False
            if self.trouble:
                _log.info("writer %s: the store is back", self._name)
                self.trouble = ""
            if batch is not None:
                self._tally.add("gridhub_ingest_batches_total")
                self._tally.add("gridhub_ingest_rows_total", batch.rows)
            self._tally.add("gridhub_ingest_refused_total", len(refusals))
            return True
        return False

    def _give_up(self, item: Item) -> None:
        """It can never be stored: count it and let it go, or it would come back for ever."""
        self._tally.add("gridhub_ingest_dropped_total", max(1, len(item.observations)), cause="store_refused")
        if item.receipt is not None:
            self._hand_back([item.receipt])

    def _hand_back(self, receipts: Sequence[Any]) -> None:
        """Some at a time, so that a large batch does not keep the other thread from its locks."""
        for start in range(0, len(receipts), _RECEIPTS):
            self._committed(receipts[start : start + _RECEIPTS])
            crash.point("between_acknowledgements")
