"""What is removed, and when: recordings by the age and the size that their camera's plan allows, and before their time
where the disk gets short; snapshots after a week; files of cameras that were removed, when their time is over.

What is worth least goes first (``hub.store.segments.Worth``): a minute in which nothing happened, then one in which
something did, then that of an alert. What an open alert or incident is about is kept whatever its age, and never given
up for room; only a camera's own limit of size takes it, as the last.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from pathlib import Path

from hub.clock import Clock
from hub.model.source import SourceKind
from hub.store import Store, segments, sources
from hub.store.segments import Segment, Worth
from hub.tally import Tally
from ingest.video import disk, snapshot
from ingest.video.record import PART, Plan

_SWEEP_S = 300.0
_ROWS = 200  # files removed in one go, so that reports never wait long behind them
_SHED_AT_ONCE = 20  # between two looks at how much is free
_SHEDDABLE = (Worth.NOTHING_HAPPENED, Worth.EVENTFUL, Worth.OF_AN_ALERT)

_log = logging.getLogger(__name__)


class Retention:
    """Of one worker's cameras. Belongs to the clerk's thread."""

    def __init__(
        self, store: Store, data_dir: Path, clock: Clock, tally: Tally, low_bytes: int = disk.LOW_BYTES
    ) -> None:
        self._store = store
        self._data_dir = data_dir
        self._clock = clock
        self._tally = tally
        self._low_bytes = low_bytes
        self._plans: Mapping[str, Plan] = {}
        self._swept_s: float | None = None
        self.trouble = ""
        """What a person should know of; empty where all is well."""

    def plan(self, plans: Mapping[str, Plan]) -> None:
        self._plans = dict(plans)

    def run(self) -> None:
        """Do what is due; often. Raises StoreUnavailable."""
        try:
            self._make_room()
            now_s = self._clock.monotonic()
            if self._swept_s is not None and now_s - self._swept_s < _SWEEP_S:
                return
            self._swept_s = now_s
            if self._by_age() or self._by_size():
                self._swept_s = None  # there is more
            self._removed_cameras()
            snapshot.sweep(self._data_dir, self._clock.now(), lambda day: segments.snapshots_kept(self._store, day))
        except OSError as error:
            _log.warning("old recordings cannot be removed: %s", error.strerror)

    def _make_room(self) -> None:
        """Where the disk gets short: remove the least valuable video, and go on until a quarter more is free."""
        folder = self._data_dir / "recordings"
        short = folder.is_dir() and disk.free_bytes(folder) < self._low_bytes
        if not short:
            self.trouble = ""
            return
        removed = 0
        for worth in _SHEDDABLE:
            while disk.free_bytes(folder) < self._low_bytes * 5 // 4:
                found = segments.spare(self._store, self._plans, [worth], self._clock.now(), _SHED_AT_ONCE)
                self._remove(found)
                removed += len(found)
                if len(found) < _SHED_AT_ONCE or removed >= _ROWS:
                    break
        self._tally.add("gridhub_recordings_shed_total", removed)
        said = "video is removed before its time" if removed else "nothing is left to remove"
        self.trouble = f"the disk is nearly full: {said}"

    def _by_age(self) -> bool:
        """Whether there is more."""
        more = False
        for camera, plan in self._plans.items():
            before = self._clock.now() - plan.keep
            found = segments.spare(self._store, [camera], _SHEDDABLE, before, _ROWS)
            self._remove(found)
            more = more or len(found) == _ROWS
        return more

    def _by_size(self) -> bool:
        """Whether there is more."""
        limits = {camera: plan.max_bytes for camera, plan in self._plans.items() if plan.max_bytes is not None}
        kept = segments.sizes(self._store, limits) if limits else {}
        more = False
        for camera, size_bytes in kept.items():
            excess = size_bytes - limits[camera]
            for worth in Worth:
                if excess <= 0:
                    break
                found = enough(segments.spare(self._store, [camera], [worth], self._clock.now(), _ROWS), excess)
                self._remove(found)
                excess -= sum(segment.size_bytes for segment in found)
                if len(found) == _ROWS:
                    more = True
                    break
        return more

    def _remove(self, found: Sequence[Segment]) -> None:
        for segment in found:
            (self._data_dir / segment.path).unlink(missing_ok=True)
        if found:
            segments.delete(self._store, [segment.path for segment in found])
        today = self._clock.now().astimezone(UTC).strftime("%Y-%m-%d")  # a recorder may be about to use its folder
        for folder in {(self._data_dir / segment.path).parent for segment in found}:
            if folder.name != today and folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _removed_cameras(self) -> None:
        """Files that no row knows, of days that are over: of cameras that were removed, or never told to the store."""
        folder = self._data_dir / "recordings"
        if not folder.is_dir():
            return
        there = sources.known_ids(self._store, SourceKind.CAMERA)
        removed = segments.removed_cameras(self._store)
        for camera in _folders(folder):
            if camera.name in self._plans:
                keep = self._plans[camera.name].keep
            elif camera.name not in there:
                keep = removed.get(camera.name) or Plan().keep
            else:
                continue  # another worker's
            oldest = (self._clock.now().astimezone(UTC) - keep - timedelta(days=1)).strftime("%Y-%m-%d")
            for day in _folders(camera):
                if day.name < oldest:
                    self._remove_unknown(day)
            if camera.name not in there and not any(camera.iterdir()):
                camera.rmdir()
                segments.forget_removed(self._store, camera.name)

    def _remove_unknown(self, day: Path) -> None:
        names = {file: file.relative_to(self._data_dir).as_posix().removesuffix(PART) for file in day.iterdir()}
        known = segments.known(self._store, list(names.values()))
        for file, name in names.items():
            if name not in known:
                file.unlink(missing_ok=True)
        if not any(day.iterdir()):
            day.rmdir()


def _folders(folder: Path) -> list[Path]:
    """Those in ``folder``, sorted; what else somebody put there is left alone."""
    return sorted(path for path in folder.iterdir() if path.is_dir())


def enough(found: Sequence[Segment], excess_bytes: int) -> list[Segment]:
    """The first of ``found`` that together hold ``excess_bytes``; all where that is not enough. Pure."""
    taken: list[Segment] = []
    for segment in found:
        if excess_bytes <= 0:
            break
        taken.append(segment)
        excess_bytes -= segment.size_bytes
    return taken
