"""The heartbeat of a process: a row that says it lives, how it is, and what it has counted."""

from __future__ import annotations

import logging
import os
import threading

from hub.clock import Clock
from hub.errors import StoreError
from hub.model.source import SourceKind
from hub.store import health, processes
from hub.store.store import Store
from hub.tally import Tally

PERIOD_S = 2.0
"""Every so often a beat; one that is missing for ``LATE_S`` means that the process does not live."""
LATE_S = 8.0

_log = logging.getLogger(__name__)


class Heart:
    """Beats in a thread of its own. ``set`` tells a change at once. A store that is away is passed over."""

    def __init__(self, store: Store, name: str, clock: Clock, tally: Tally) -> None:
        self.name = name
        self._store = store
        self._clock = clock
        self._tally = tally
        self._state, self._detail = "ok", "starting"
        self._started_at = clock.now()
        self._wake = threading.Event()
        self._stopped = False
        self._away = False
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> Heart:
        """Begin to beat. The cameras of a process of this name that died were not watched since its last beat.

        Devices were: while their worker is away the broker keeps what they say.
        """
        reason = f"{self.name} was restarted"
        try:
            for process in processes.list_processes(self._store):
                if process.name == self.name:
                    health.blind(self._store, self.name, process.beat_at, reason, SourceKind.CAMERA)
        except StoreError as error:
            _log.warning("heartbeat: %s", error)
        self._thread.start()
        return self

    def set(self, state: str, detail: str) -> None:
        """``state`` is ok or degraded; ``detail`` one line for a person."""
        if (state, detail) != (self._state, self._detail):
            self._state, self._detail = state, detail
            self._wake.set()

    def stop(self) -> None:
        """Say goodbye: the last beat marks the process as down."""
        self._state, self._detail = "down", "stopped"
        self._stopped = True
        self._wake.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopped:
            self._beat()
            self._wake.wait(PERIOD_S)
            self._wake.clear()
        self._beat()

    def _beat(self) -> None:
        arguments = (self.name, os.getpid(), self._state, self._detail, self._started_at, self._clock.now())
        try:
            processes.beat(self._store, *arguments, self._tally.samples())
            self._away = False
        except StoreError as error:
            if not self._away:
                _log.warning("heartbeat: %s", error)
            self._away = True
