"""A video worker: one process that carries its share of the cameras, each in a thread of its own.

Cameras that were added, changed or removed are started and stopped without touching the others. A thread that is
stuck inside a library cannot be ended in Python: the process says so and ends itself, and the hub starts it again.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from hub.clock import Clock
from hub.config.settings import NetworkSettings
from hub.config.vault import Vault
from hub.errors import HubError, StoreError
from hub.model.source import GapCause, Health, Source, SourceKind, SourceState
from hub.store import Store, sources
from hub.store.heart import Heart
from hub.store.listen import Listener
from hub.tally import Tally
from ingest.base import Shard
from ingest.video import heap
from ingest.video.camera import Camera
from ingest.video.clerk import Clerk
from ingest.video.masked import MOST
from ingest.video.record import Plan
from ingest.video.serve import PictureServer, View, socket_path
from ingest.writer import Writer

_POLL_S = 10.0
_TICK_S = 1.0
_GOODBYE_S = 3.0

_log = logging.getLogger(__name__)


class Stuck(HubError):
    """A thread of this process does not move any more."""


class Worker:
    """``run`` returns when ``stop`` is set, and raises Stuck or StartError."""

    def __init__(
        self, store: Store, shard: Shard, data_dir: Path, clock: Clock, network: NetworkSettings, vault: Vault
    ) -> None:
        self.name = f"video-{shard.index}"
        self._store = store
        self._shard = shard
        self._data_dir = data_dir
        self._network = network
        self._vault = vault
        self._clock = clock
        self._tally = Tally()
        self._writer = Writer(store, self.name, SourceKind.CAMERA, self._tally)
        self._clerk = Clerk(store, self._writer, self.name, data_dir, clock, self._tally)
        self._was_given_up = threading.Event()
        self._heart = Heart(store, self.name, clock, self._tally, self._was_given_up.set)
        self._places = threading.BoundedSemaphore(MOST)
        self._cameras: dict[str, Camera] = {}
        self._leaving: list[Camera] = []
        self._off: set[str] = set()
        self._said_off: set[str] = set()
        self._adopted: set[str] = set()
        self._looked_s: float | None = None
        self._trimmed_s = clock.monotonic()
        self._store_is_away = False

    def run(self, stop: threading.Event) -> None:
        pictures = PictureServer(socket_path(self._data_dir, self._shard.index), self._view)
        listener = Listener(self._store.conninfo, ["gridhub_sources"], self._clock)
        self._writer.start()
        self._clerk.start()
        self._heart.start()
        pictures.start()
        try:
            while not stop.is_set():
                if (listener.wait(_TICK_S) or self._is_due()) and self._heart.begun():
                    self._look()
                self._check()
                self._trim()
        finally:
            listener.close()
            pictures.stop()
            self._end()

    def _is_due(self) -> bool:
        return self._looked_s is None or self._clock.monotonic() - self._looked_s >= _POLL_S

    def _look(self) -> None:
        """Make the running cameras be those of the store. While it is away, those that run go on."""
        self._looked_s = self._clock.monotonic()
        try:
            found = sources.list_sources(self._store, SourceKind.CAMERA)
        except StoreError as error:
            if not self._store_is_away:
                _log.warning("cannot read the cameras: %s", error)
            self._store_is_away = True
            return
        self._store_is_away = False
        owned = {source.id: source for source in found if source.approved and self._shard.owns(source.id)}
        wanted = {source.id: source for source in owned.values() if source.config.get("enabled", True)}
        for camera_id, camera in list(self._cameras.items()):
            source = wanted.get(camera_id)
            if source is not None and self._is_same(camera.source, source):
                camera.source = source  # with another key, it is to be read with that one the next time
                continue
            camera.stop()
            self._leaving.append(self._cameras.pop(camera_id))
        for source in wanted.values():
            if source.id not in self._cameras:
                self._begin(source)
        off = owned.keys() - wanted.keys()
        self._said_off &= off
        self._off = off
        self._clerk.plan({source.id: _plan(source) for source in owned.values()})

    def _is_same(self, old: Source, new: Source) -> bool:
        """Whether a camera need not be opened again."""
        return old.config == new.config and self._vault.same_secret(old, new)

    def _begin(self, source: Source) -> None:
        if source.id not in self._adopted:
            # Once: later, what is found there is this process's own and being written.
            self._adopted.add(source.id)
            self._clerk.adopt(source.id)
        camera = Camera(
            source,
            self._data_dir,
            self._clerk,
            self._clock,
            self._tally,
            network=self._network,
            vault=self._vault,
            places=self._places,
        )
        self._cameras[source.id] = camera.start()

    def _check(self) -> None:
        """Raises Stuck. A camera whose thread has ended by a mistake of ours is begun again, later."""
        self._leaving = [camera for camera in self._leaving if camera.alive()]
        self._say_off()
        for camera in [*self._cameras.values(), *self._leaving]:
            if camera.stuck():
                raise Stuck(f"the thread of camera {camera.source.id} is stuck")
        if not (self._writer.alive() and self._clerk.alive()):
            raise Stuck("the thread that writes to the store has ended")
        for camera_id, camera in list(self._cameras.items()):
            if not camera.alive():
                _log.error("the thread of camera %s has ended; it is started again", camera_id)
                reason = "the reader of this camera failed"
                now = self._clock.now()
                camera.stop()
                self._leaving.append(camera)
                self._clerk.report(Health(camera_id, SourceState.ENDED, reason, now, cause=GapCause.WORKER))
                del self._cameras[camera_id]
        if self._was_given_up.is_set():
            self._was_given_up.clear()
            for camera in self._cameras.values():
                camera.say_again()
        watching = sum(camera.state.watching for camera in self._cameras.values())
        self._tally.set("gridhub_cameras", len(self._cameras))
        self._tally.set("gridhub_cameras_watching", watching)
        count = f"{watching} of {len(self._cameras)} cameras watching"
        trouble = self._writer.trouble or self._unrecorded() or self._clerk.trouble
        self._heart.set("degraded" if trouble else "ok", trouble or count)

    def _trim(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._trimmed_s >= heap.TRIM_EVERY_S:
            self._trimmed_s = now_s
            heap.trim()

    def _say_off(self) -> None:
        """Cameras that were switched off, once their threads have ended: nobody speaks for them after that."""
        for camera_id in self._off - self._said_off - {camera.source.id for camera in self._leaving}:
            self._clerk.report(Health(camera_id, SourceState.DISABLED, "switched off", self._clock.now()))
            self._said_off.add(camera_id)

    def _unrecorded(self) -> str:
        reasons = [reason for camera in self._cameras.values() if (reason := camera.unrecorded)]
        return f"{len(reasons)} of {len(self._cameras)} cameras cannot be recorded: {reasons[0]}" if reasons else ""

    def _view(self, camera_id: str) -> View | None:
        camera = self._cameras.get(camera_id)
        return None if camera is None else camera.view()

    def _end(self) -> None:
        """Stop the cameras, end their files, write what is left: a few seconds, then go in any case."""
        leaving = [*self._cameras.values(), *self._leaving]
        for camera in leaving:
            camera.stop()
        until_s = self._clock.monotonic() + _GOODBYE_S
        for camera in leaving:
            camera.join(max(0.0, until_s - self._clock.monotonic()))
        self._clerk.close(1.5)
        self._writer.close(1.5)
        self._heart.stop()


def _plan(source: Source) -> Plan:
    try:
        return Plan.of(source.config)
    except ValueError:
        return Plan()
