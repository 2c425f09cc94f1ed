"""Refused messages that somebody wants to be read again, since what was in their way is mended.

A row of the quarantine goes to the thread that reads messages, which knows the dialects and their state, and comes back
decoded; what came of it is then committed, and the row taken away. Read at its own time of arrival it gives the same
rows each time: a worker that dies in between repeats what is recognised by its key.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from hub.clock import Clock
from hub.errors import StoreError, StoreUnavailable
from hub.model.source import SourceKind
from hub.store import Store, quarantine
from hub.store.batches import BatchWriter
from hub.store.listen import Listener
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt.decoded import Cause, Decoded
from ingest.mqtt.message import Message

LOOK_S = 30.0
"""What was asked for is looked for this often where no notice came."""
_POLL_S = 1.0
_AT_ONCE = 100
_log = logging.getLogger(__name__)
_Row = dict[str, Any]


class Replay:
    """``read`` is for the thread that reads messages; everything else happens in a thread of its own.

    ``approved``: whether the worker itself knows a device by now. Approving one tells it and asks for its messages at
    once, and they must not be read before it is known.
    """

    def __init__(
        self, store: Store, shard: Shard, approved: Callable[[str], bool | None], clock: Clock, tally: Tally
    ) -> None:
        self._store = store
        self._shard = shard
        self._approved = approved
        self._clock = clock
        self._tally = tally
        self._batches = BatchWriter(store, f"replay-{shard.index}", SourceKind.DEVICE)
        self._asked: SimpleQueue[_Row] = SimpleQueue()
        self._decoded: SimpleQueue[tuple[_Row, Decoded]] = SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)

    def start(self) -> Replay:
        self._thread.start()
        return self

    def stop(self) -> None:
        """The thread ends within a moment, or when the store answers."""
        self._stop.set()

    def read(self, read_again: Callable[[Message], Decoded]) -> None:
        """Decode what waits for it. Costs nothing where nothing does."""
        while not self._asked.empty():
            row = self._asked.get()
            message = Message(row["origin"], bytes(row["payload"]), row["received_at"])
            self._decoded.put((row, read_again(message)))

    def _run(self) -> None:
        listener = Listener(self._store.conninfo, [quarantine.CHANNEL], self._clock)
        looked_s = float("-inf")
        while not self._stop.is_set():
            noticed = bool(listener.wait(_POLL_S))
            now_s = self._clock.monotonic()
            if noticed or now_s - looked_s >= LOOK_S:
                looked_s = now_s
                try:
                    if not self._look():
                        looked_s = float("-inf")
                except StoreError as error:
                    _log.debug("the quarantine cannot be read again now: %s", error)
                    looked_s = float("-inf")
        listener.close()

    def _look(self) -> bool:
        """Everything that is asked for, oldest first. False where some of it has to wait. Raises StoreError."""
        after, is_all = 0, True
        while rows := quarantine.asked(self._store, after, _AT_ONCE):
            after = rows[-1]["id"]
            own = [row for row in rows if self._shard.owns(row["device"] or row["origin"])]
            mine = [row for row in own if not row["approved"] or self._approved(row["device"])]
            is_all = is_all and len(mine) == len(own)
            for row in mine:
                self._asked.put(row)
            decoded = [self._wait() for _ in mine]
            for item in decoded:
                if item is not None:
                    self._write(*item)
        return is_all

    def _wait(self) -> tuple[_Row, Decoded] | None:
        """The next that is decoded; that takes until the broker is there. None where the worker ends."""
        while not self._stop.is_set():
            try:
                return self._decoded.get(timeout=_POLL_S)
            except Empty:
                continue
        return None

    def _write(self, row: _Row, decoded: Decoded) -> None:
        """Raises StoreUnavailable. What the store refuses stays, and keeps nothing from its turn."""
        if decoded.observations:
            try:
                self._batches.append(decoded.observations)
            except StoreUnavailable:
                raise
            except StoreError as error:
                _log.exception("the store refuses what was read again of refused message %d", row["id"])
                quarantine.failed(self._store, row["id"], Cause.INTERNAL, f"the store refuses it: {error}")
                return
            self._tally.add("gridhub_mqtt_replayed_total", len(decoded.observations))
        if decoded.faults:
            fault = decoded.faults[0]
            rest = f"; the other {len(decoded.observations)} values are stored" if decoded.observations else ""
            quarantine.failed(self._store, row["id"], str(fault.cause), fault.detail + rest)
        else:
            quarantine.delete(self._store, [row["id"]])
