"""Follows the journal and the batches of the store in one thread, for all clients of the event stream.

Notifications only say "look": the tables are also looked at every ``POLL_S``, so that a lost one costs time only.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

from dashboard.api import frames
from dashboard.api.live import Live
from hub.clock import Clock
from hub.errors import StoreError
from hub.store import Store, areas, journal, processes, readings, sessions
from hub.store.listen import Listener

POLL_S = 2.0
_SLICE_S = 0.1
_PEOPLE = "gridhub_people"
_GATHER_S = 0.04
"""The first event is told at once. What comes within so long after it is told together: in a storm every console is
written to 25 times a second, and not a thousand times."""
_PAGE = 200
_BATCHES = 500
_MANY = 50
_PAUSE_S = 0.02
_PAUSE_MANY_S = 0.25

_log = logging.getLogger(__name__)


class Follower:
    """``start`` and ``stop`` are called in the event loop that ``live`` belongs to."""

    def __init__(self, store: Store, live: Live, clock: Clock) -> None:
        self._store = store
        self._live = live
        self._clock = clock
        self._listener = Listener(store.conninfo, ["gridhub_journal", "gridhub_batch", _PEOPLE], clock)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._position: int | None = None
        self._ends: dict[str, int] = {}
        self._poll_at_s = 0.0
        self._observe_at_s = 0.0
        self._gather_until_s = 0.0
        self._is_behind = False
        self._away = False

    @property
    def has_died(self) -> bool:
        """Of an error that nobody foresaw; the thread has told of it."""
        return self._thread.ident is not None and not self._thread.is_alive() and not self._stop.is_set()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread.start()

    async def stop(self) -> None:
        self._stop.set()
        await asyncio.to_thread(self._thread.join, 2.0)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    self._turn()
                except StoreError as error:
                    if not self._away:
                        _log.warning("the store is away: %s", error)
                    self._away = True
                    self._hand_over(self._live.lost, str(error))
        finally:
            self._listener.close()

    def _turn(self) -> None:
        began_s = self._clock.monotonic()
        due_s = min(self._poll_at_s, self._observe_at_s) if self._is_behind else self._poll_at_s
        timeout_s = min(_SLICE_S, max(0.0, due_s - began_s))
        heard = self._listener.wait(timeout_s)
        now_s = self._clock.monotonic()
        lost = not heard and now_s - began_s < 0.9 * timeout_s  # the listener came back early, with nothing
        if _PEOPLE in {channel for channel, _ in heard}:
            self._ask_who_may()  # before anything is told that came after it
        news = [self._is_news(channel, payload) for channel, payload in heard]
        if self._position is None or any(news):
            self._stop.wait(max(0.0, self._gather_until_s - now_s))
            self._read_journal()
            self._gather_until_s = self._clock.monotonic() + _GATHER_S
        if now_s >= self._poll_at_s or lost or self._away:
            self._poll_at_s = now_s + POLL_S
            self._poll()
        if self._is_behind and now_s >= self._observe_at_s:
            self._observe(now_s)

    def _is_news(self, channel: str, payload: str) -> bool:
        """Whether the journal has to be read; notes on the way which batches are new."""
        if channel == "gridhub_journal":
            return not payload or int(payload) > (self._position or 0)
        if channel == _PEOPLE:
            return False
        writer, _, number = payload.rpartition(":")
        if not payload:
            self._is_behind = True
            if not self._live.observed:
                self._ends = readings.batch_ends(self._store)
                self._is_behind = False
        elif int(number) > self._ends.get(writer, 0):
            if self._live.observed:
                self._is_behind = True
            else:
                self._ends[writer] = int(number)
        return False

    def _read_journal(self) -> None:
        if self._position is None:
            self._position = journal.last_id(self._store)
            self._ends = readings.batch_ends(self._store)
            self._hand_over(self._live.stand_at, self._position, self._area_names())
        while not self._stop.is_set():
            entries = journal.after(self._store, self._position, _PAGE)
            if not entries:
                return
            if any(entry.area is not None and entry.area not in self._live.area_names for entry in entries):
                self._hand_over(self._live.stand_at, self._position, self._area_names())
            self._position = entries[-1].id
            self._hand_over(self._live.publish, self._position, frames.of_entries(entries, self._live.area_names))
            if len(entries) < _PAGE:
                return

    def _area_names(self) -> dict[str, str]:
        return {area.path: area.name for area in areas.list_areas(self._store)}

    def _poll(self) -> None:
        known = processes.list_processes(self._store)
        newest = journal.last_id(self._store)
        if self._away:
            _log.info("the store is back")
            self._away = False
        self._hand_over(self._live.heard, known)
        self._ask_who_may()
        if newest < (self._position or 0):
            _log.warning("the journal went back from %s to %d: it is another one", self._position, newest)
            self._position = newest
            self._hand_over(self._live.stand_at, newest, self._area_names())
        elif newest > (self._position or 0):
            self._read_journal()

    def _ask_who_may(self) -> None:
        """What those who look on may see now; a session that is over, and a grant that was taken back, end it."""
        if keys := self._live.keys:
            holding = sessions.standings(self._store, keys, self._clock.now())
            self._hand_over(self._live.allow, keys, holding)

    def _observe(self, now_s: float) -> None:
        """The newest value of each series of the areas that are looked at: at once when few, seldom when many."""
        observed = self._live.observed
        found = readings.newest_after(self._store, self._ends, sorted(observed), _BATCHES)
        self._ends.update(found.ends)
        self._is_behind = found.more
        self._observe_at_s = now_s + (_PAUSE_MANY_S if len(found.items) > _MANY else _PAUSE_S)
        if found.items:
            self._hand_over(self._live.observe, found.items)

    def _hand_over(self, call: Callable[..., None], *arguments: Any) -> None:
        """Do it in the event loop, and wait until it is done: the follower never runs ahead of the loop."""
        done = threading.Event()

        def run() -> None:
            try:
                call(*arguments)
            finally:
                done.set()

        self._loop.call_soon_threadsafe(run)
        while not done.wait(0.5) and not self._stop.is_set():
            pass
