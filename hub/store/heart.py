"""The heartbeat of a process: a row that says it lives, how it is, and what it has counted."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

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
    """Beats in a thread of its own. ``set`` tells a change at once. A store that is away is passed over.

    ``given_up`` is called in that thread when a beat finds that others took this process for dead, and so have written
    of its sources what is not so.
    """

    def __init__(
        self, store: Store, name: str, clock: Clock, tally: Tally, given_up: Callable[[], None] | None = None
    ) -> None:
        self.name = name
        self._store = store
        self._clock = clock
        self._tally = tally
        self._given_up = given_up
        self._state, self._detail = "ok", "starting"
        self._started_at = clock.now()
        self._wake = threading.Event()
        self._stopped = False
        self._away = False
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> Heart:
        self._thread.start()
        return self

    def begun(self) -> bool:
        """Whether the store knows of this process. Before, what one says of one's cameras would hide that they were
        not watched since a process of this name died."""
        return self._begun.is_set()

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
            if not self._begun.is_set():
                self._take_over()
            was_down = processes.beat(self._store, *arguments, self._tally.samples())
            self._away = False
            if was_down and self._begun.is_set() and self._given_up is not None and not self._stopped:
                _log.warning("%s was taken for dead; saying again how everything is", self.name)
                self._given_up()
            self._begun.set()
        except StoreError as error:
            if not self._away:
                _log.warning("heartbeat: %s", error)
            self._away = True

    def _take_over(self) -> None:
        """The cameras of a process of this name that died were not watched since its last beat.

        Devices were: while their worker is away the broker keeps what they say.
        """
        died_at = [process.beat_at for process in processes.list_processes(self._store) if process.name == self.name]
        with self._store.transaction() as tx:
            for beat_at in died_at:
                health.blind(tx, self.name, beat_at, f"{self.name} was restarted", SourceKind.CAMERA)
