"""The devices that the hub knows, in memory: read again on every notice of a change, and every half minute."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from hub.clock import Clock
from hub.errors import StoreError
from hub.model.source import SourceKind, SourceState
from hub.store import Store, readings, sources
from hub.store.listen import Listener

RELOAD_S = 30.0
_POLL_S = 1.0
_GATHER_S = 0.05
_PAGE = 1000
_log = logging.getLogger(__name__)


class Registry:
    """``changed`` is called with the ids after every load. While the store is away the last that was read holds."""

    def __init__(self, store: Store, clock: Clock, changed: Callable[[Mapping[str, bool]], None]) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed
        self._approved: Mapping[str, bool] = {}
        self._loaded = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="registry", daemon=True)

    def start(self) -> Registry:
        self._thread.start()
        return self

    def wait_loaded(self, timeout_s: float) -> bool:
        """Whether it has been read at all: before that, no device could be told from an unknown one."""
        return self._loaded.wait(timeout_s)

    def approved(self, device: str) -> bool | None:
        """None for an unknown device."""
        return self._approved.get(device)

    def count(self) -> int:
        return len(self._approved)

    def stop(self) -> None:
        """The thread ends within a moment, or when the store answers."""
        self._stop.set()

    def _run(self) -> None:
        listener = Listener(self._store.conninfo, ["gridhub_sources"], self._clock)
        loaded_s = float("-inf")
        while not self._stop.is_set():
            noticed = bool(listener.wait(_POLL_S))
            for _ in range(20):  # a list that is imported is many changes at once
                if not (noticed and listener.wait(_GATHER_S)):
                    break
            now_s = self._clock.monotonic()
            if (noticed or now_s - loaded_s >= RELOAD_S) and self._load():
                loaded_s = now_s
        listener.close()

    def _load(self) -> bool:
        try:
            approved = sources.known_ids(self._store, SourceKind.DEVICE)
            self._changed(approved)
        except StoreError as error:
            _log.debug("the devices cannot be read now: %s", error)
            return False
        self._approved = approved
        self._loaded.set()
        return True


def heard_before(store: Store) -> set[str]:
    """The devices that have ever been heard of. Raises StoreUnavailable."""
    heard: set[str] = set()
    cursor = ""
    while page := readings.source_page(store, SourceKind.DEVICE, cursor=cursor, limit=_PAGE):
        heard |= {row["id"] for row in page if row["seen_at"] is not None or row["state"] != SourceState.UNKNOWN}
        cursor = page[-1]["id"]
    return heard
