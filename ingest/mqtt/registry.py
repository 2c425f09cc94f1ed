"""The devices that the hub knows, in memory: read again on every notice of a change, and every half minute."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.clock import Clock
from hub.config.device_types import TypeSettings
from hub.errors import StoreError
from hub.model.source import SourceState
from hub.store import Store, devices, health
from hub.store.devices import Known
from hub.store.listen import Listener
from ingest.base import Shard
from ingest.mqtt.presence import Past, Profile

RELOAD_S = 30.0
_POLL_S = 1.0
_GATHER_S = 0.05
_NOBODY: frozenset[str] = frozenset()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Roll:
    """All devices, the types that there are, and unknown devices of which nothing is to be heard."""

    known: Mapping[str, Known] = field(default_factory=dict)
    types: Mapping[str, TypeSettings] = field(default_factory=dict)
    blocked: frozenset[str] = _NOBODY

    def profiles(self, shard: Shard) -> dict[str, Profile]:
        """Of the approved devices of a worker. Those that are alike share one."""
        nothing = TypeSettings()
        made: dict[tuple[str, float], Profile] = {}
        found = {}
        for device, known in self.known.items():
            if known.approved and shard.owns(device):
                alike = (known.type, known.period.total_seconds() if known.period else 0.0)
                if alike not in made:
                    made[alike] = Profile(self.types.get(known.type, nothing), alike[1])
                found[device] = made[alike]
        return found


class Registry:
    """``changed`` is called with the roll after every load. While the store is away the last that was read holds."""

    def __init__(self, store: Store, clock: Clock, changed: Callable[[Roll], None]) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed
        self._roll = Roll()
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
        known = self._roll.known.get(device)
        return None if known is None else known.approved

    def count(self) -> int:
        return len(self._roll.known)

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
            roll = Roll(devices.known(self._store), devices.types(self._store), devices.blocked(self._store))
            self._changed(roll)
        except StoreError as error:
            _log.debug("the devices cannot be read now: %s", error)
            return False
        self._roll = roll
        self._loaded.set()
        return True


def pasts(store: Store) -> dict[str, Past]:
    """What the store has of each device. Raises StoreUnavailable."""
    return {row["source"]: _past(row) for row in devices.remembered(store)}


def _past(row: Mapping[str, Any]) -> Past:
    """Of a device whose worker was down, what was known before that."""
    state, was_heard, detail = SourceState(row["state"]), row["seen_at"] is not None, row["detail"]
    if state is not SourceState.WORKER_DOWN:
        return Past(state, was_heard, detail, row["reason"], row["since"])
    before = detail.get(health.BEFORE)
    if before is None:  # as an earlier version left it
        return Past(SourceState.WATCHING if was_heard else SourceState.UNKNOWN, was_heard, detail, lost=True)
    since = datetime.fromisoformat(before["since"])
    return Past(SourceState(before["state"]), was_heard, detail, before["reason"], since, lost=True)
