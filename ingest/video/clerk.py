"""What a video worker tells the store: observations by the writer, and by a thread of its own, in order, the health of
its cameras and the files they have finished. While the store is away this waits here, bounded; cameras never wait.

The same thread removes what is old (``retention.py``).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from hub.backoff import Backoff
from hub.clock import Clock
from hub.errors import NotFound, StoreError, StoreUnavailable
from hub.model.observation import Observation
from hub.model.source import Health
from hub.store import Store, health, segments
from hub.store.segments import Segment
from hub.tally import Tally
from ingest.video.record import Plan, adopt, settle
from ingest.video.retention import Retention
from ingest.writer import Writer

_CAPACITY = 20_000

_log = logging.getLogger(__name__)


class Clerk:
    """An ``Outlet`` for cameras. ``process`` is the name of the worker in the store."""

    def __init__(
        self, store: Store, writer: Writer, process: str, data_dir: Path, clock: Clock, tally: Tally
    ) -> None:
        self._store = store
        self._writer = writer
        self._process = process
        self._data_dir = data_dir
        self._tally = tally
        self._waiting: deque[Health | Segment] = deque()
        self._lock = threading.Condition()
        self._closing = False
        self._retention = Retention(store, data_dir, clock, tally)
        self._thread = threading.Thread(target=self._run, name="clerk", daemon=True)

    def start(self) -> Clerk:
        self._thread.start()
        return self

    def observe(self, observations: Sequence[Observation]) -> None:
        if not self._writer.put_observations(observations):
            self._tally.add("gridhub_ingest_dropped_total", len(observations), cause="queue_full")

    def report(self, health: Health) -> None:
        self._put(health)

    def finished(self, segment: Segment) -> None:
        self._put(segment)

    def adopt(self, camera: str) -> None:
        """Take over what a killed worker left of a camera's recordings; before the camera is started."""
        try:
            found = adopt(self._data_dir, camera)
        except OSError as error:
            _log.warning("camera %s: what was left behind cannot be read: %s", camera, error.strerror)
            return
        for segment in found:
            self._put(segment)

    def plan(self, plans: Mapping[str, Plan]) -> None:
        """How long and how much to keep of each camera."""
        self._retention.plan(plans)

    @property
    def trouble(self) -> str:
        """What a person should know of the disk; empty where all is well."""
        return self._retention.trouble

    def alive(self) -> bool:
        return self._thread.is_alive()

    def close(self, timeout_s: float = 3.0) -> None:
        """Write what waits, for at most ``timeout_s``."""
        with self._lock:
            self._closing = True
            self._lock.notify()
        self._thread.join(timeout_s)

    def _put(self, item: Health | Segment) -> None:
        with self._lock:
            if len(self._waiting) >= _CAPACITY:
                self._waiting.popleft()
                self._tally.add("gridhub_video_reports_dropped_total")
            self._waiting.append(item)
            self._lock.notify()

    def _run(self) -> None:
        backoff = Backoff(0.2, 5.0)
        while True:
            with self._lock:
                if not self._waiting and not self._closing:
                    self._lock.wait(timeout=5.0)
                group = self._next_group()
                if not group and self._closing:
                    return
            try:
                self._write(group)
                if not self._closing:
                    self._retention.run()
            except StoreUnavailable:
                with self._lock:
                    self._waiting.extendleft(reversed(group))
                    if self._closing:
                        return  # segments are found again at the next start; health is the keeper's to say
                    self._lock.wait(timeout=backoff.next_s())
            else:
                backoff.reset()

    def _next_group(self) -> list[Health | Segment]:
        """One segment, or reports of different cameras: the store takes one a camera at a time."""
        group: list[Health | Segment] = []
        sources: set[str] = set()
        while self._waiting:
            item = self._waiting[0]
            if isinstance(item, Segment):
                return group or [self._waiting.popleft()]
            if item.source in sources:
                break
            sources.add(item.source)
            group.append(self._waiting.popleft())
        return group

    def _write(self, group: Sequence[Health | Segment]) -> None:
        reports = [item for item in group if isinstance(item, Health)]
        try:
            health.report(self._store, reports, self._process)
            for item in group:
                if isinstance(item, Segment):
                    self._file(item)
        except StoreUnavailable:
            raise
        except StoreError:
            _log.exception("the store refuses what a camera reports")
            self._tally.add("gridhub_video_reports_refused_total", len(group))

    def _file(self, segment: Segment) -> None:
        try:
            segments.add(self._store, segment)
        except NotFound:
            _log.info("camera %s was removed: its last file is kept as %s", segment.camera, segment.path)
        try:
            settle(self._data_dir, segment)
        except OSError as error:
            _log.warning("camera %s: a recording cannot be renamed: %s", segment.camera, error.strerror)
