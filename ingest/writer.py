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
from hub.clock import Clock, SystemClock
from hub.errors import StoreError, StoreUnavailable
from hub.model.observation import Batch, Observation, Refusal
from hub.model.source import SourceKind
from hub.store import Store
from hub.store.batches import BatchWriter
from hub.tally import Tally
from ingest.queue import BoundedQueue, Item
from ingest.spool import Spool

MAX_ROWS = 5000
"""Rows in one batch at most: about 10 ms of COPY."""
_RECEIPTS = 250
_RECORDS = 10  # of the spool, between two looks at what comes in
_SPOOL_WAIT_S = 0.05

_log = logging.getLogger(__name__)


class Writer:
    """``name`` is the writer's in the store (``mqtt-0``), so it belongs to one process at a time.

    ``kind``: of all sources it writes for. ``committed`` is called in the writer's thread with the receipts of what a
    commit held, in the order in which it was put in. ``spool``: where it is kept while the store is away; it counts as
    committed there, and goes to the store in its order. Left out: nothing is committed meanwhile, and the queue fills.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        kind: SourceKind,
        tally: Tally,
        capacity: int = 20_000,
        committed: Callable[[Sequence[Any]], None] = lambda _receipts: None,
        spool: Spool | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._batches = BatchWriter(store, name, kind)
        self._name = name
        self._tally = tally
        self._committed = committed
        self._spool = spool
        self._clock = clock or SystemClock()
        self._next_try_s = float("-inf")
        self._away = Backoff(0.5, 5.0)
        self._queue = BoundedQueue(capacity)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"writer {name}", daemon=True)
        self.trouble = ""
        """Why nothing can be written now; empty while it can."""
        self.spool_is_full = False

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

    def spooled(self) -> int:
        """Rows that are on this machine's disk, and not in the store yet."""
        return 0 if self._spool is None else self._spool.rows

    def keeps(self) -> bool:
        """Whether what is put in now comes to rest, in the store or in the spool."""
        return not self.trouble or (self._spool is not None and not self.spool_is_full)

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
            self._empty_spool()
            items = self._queue.take(MAX_ROWS, timeout_s=_SPOOL_WAIT_S if self._spool else 5.0)
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
            if self._spool and self._keep(observations, refusals):  # in its order: after what is there already
                return True
            if self._spool:  # it is full: it must be emptied first
                self._empty_spool()
                self._stop.wait(0.1)
                continue
            try:
                batch = self._batches.append(observations, refusals)
            except StoreUnavailable as error:
                if not self.trouble:
                    _log.warning("writer %s: %s; keeping %d rows", self._name, error, len(observations))
                self.trouble = str(error)
                self._tally.add("gridhub_ingest_commit_retries_total")
                if self._keep(observations, refusals):
                    return True
                self._stop.wait(backoff.next_s())
                continue
            except StoreError:
                _log.exception("writer %s: the store refuses a batch of %d rows", self._name, len(observations))
                return False
            self._is_back()
            self._count(batch, observations, refusals)
            return True
        return False

    def _is_back(self) -> None:
        if self.trouble:
            _log.info("writer %s: the store is back", self._name)
            self.trouble = ""

    def _count(
        self, batch: Batch | None, observations: Sequence[Observation], refusals: Sequence[Refusal]
    ) -> None:
        rows = 0
        if batch is not None:
            rows = batch.rows
            self._tally.add("gridhub_ingest_batches_total")
            self._tally.add("gridhub_ingest_rows_total", rows)
        if rows < len(observations):  # or, of a device whose clock is too coarse, values that nothing tells apart
            self._tally.add("gridhub_ingest_repeated_total", len(observations) - rows)
        self._tally.add("gridhub_ingest_refused_total", len(refusals))

    def _keep(self, observations: Sequence[Observation], refusals: Sequence[Refusal]) -> bool:
        """Whether it is in the spool now."""
        if self._spool is None:
            return False
        kept = self._spool.put(observations, refusals)
        if kept:
            self._tally.add("gridhub_ingest_spooled_total", len(observations))
        elif not self.spool_is_full:
            _log.warning("writer %s: the spool is full: nothing more is acknowledged", self._name)
        self.spool_is_full = not kept
        self._tally.set("gridhub_ingest_spool_rows", self._spool.rows)
        return kept

    def _empty_spool(self) -> None:
        """Some of it, oldest first; what comes in meanwhile joins its end, so that the order stays."""
        if not self._spool or self._clock.monotonic() < self._next_try_s:
            return
        for _ in range(_RECORDS):
            found = self._spool.oldest()
            if found is None:
                break
            number, (observations, refusals) = found
            try:
                self._store_held(observations, refusals)
            except StoreUnavailable as error:
                self.trouble = str(error)
                self._next_try_s = self._clock.monotonic() + self._away.next_s()
                break
            self._is_back()
            self._away.reset()
            self._spool.drop(number)
            self.spool_is_full = False
        self._tally.set("gridhub_ingest_spool_rows", self._spool.rows)

    def _store_held(self, observations: Sequence[Observation], refusals: Sequence[Refusal]) -> None:
        """Raises StoreUnavailable. What the store refuses is found part by part: nobody waits for it any more."""
        try:
            self._count(self._batches.append(observations, refusals), observations, refusals)
        except StoreUnavailable:
            raise
        except StoreError:
            parts = _parts(observations)
            if len(parts) + len(refusals) == 1:
                self._tally.add("gridhub_ingest_dropped_total", max(1, len(observations)), cause="store_refused")
                return
            for part in parts:
                self._store_held(part, ())
            for refusal in refusals:
                self._store_held((), [refusal])

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


def _parts(observations: Sequence[Observation]) -> list[list[Observation]]:
    """One by one, but together what has one id and no time: of what came first the store takes no more later."""
    parts: dict[object, list[Observation]] = {}
    for place, item in enumerate(observations):
        parts.setdefault((item.source, item.arrival_key) if item.arrival_key else place, []).append(item)
    return list(parts.values())
