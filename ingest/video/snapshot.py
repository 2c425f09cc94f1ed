"""Pictures kept on disk, one at the onset of what is said: ``snapshots/{date}/{camera}/{time}.jpg``, in UTC.

They are kept for a week, and those that an alert shows as long as the alert.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.tally import Tally
from ingest.video import disk
from ingest.video.decode import Picture

FOLDER = "snapshots"
KEEP = timedelta(days=7)
MAX_WIDTH = 960
_SWEPT = "swept"  # the mark of a day of which only the pictures of alerts are left
_AT_MOST_EVERY = timedelta(seconds=5)


class Snapshots:
    """Of one camera. A disk that does not take a picture costs the picture, and is counted."""

    def __init__(self, data_dir: Path, camera: str, tally: Tally) -> None:
        self._data_dir = data_dir
        self._camera = camera
        self._tally = tally
        self._saved_at: datetime | None = None

    def save(self, picture: Picture) -> str | None:
        """The name of the new file, relative to ``snapshots/``; None where there is none."""
        if self._saved_at is not None and timedelta(0) <= picture.ts - self._saved_at < _AT_MOST_EVERY:
            return None
        ts = picture.ts.astimezone(UTC)
        name = f"{ts:%Y-%m-%d}/{self._camera}/{ts:%H%M%S}-{ts.microsecond // 1000:03d}.jpg"
        path = self._data_dir / FOLDER / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if disk.is_full(path.parent):
                self._tally.add("gridhub_snapshots_skipped_total", cause="disk_full")
                return None
            path.write_bytes(picture.jpeg(MAX_WIDTH))
        except OSError as error:
            path.unlink(missing_ok=True)
            self._tally.add("gridhub_snapshots_skipped_total", cause=disk.cause_of(error))
            return None
        self._saved_at = picture.ts
        return name


def sweep(data_dir: Path, now: datetime, shown: Callable[[str], Collection[str]]) -> int:
    """Remove what is older than ``KEEP``, but for the pictures that an alert shows; answers how many days were done.

    ``shown`` tells their names, given a day (``2026-03-01``). Each day is done once. Raises OSError.
    """
    folder = data_dir / FOLDER
    oldest = (now.astimezone(UTC) - KEEP).strftime("%Y-%m-%d")
    old = [day for day in folder.iterdir() if day.name < oldest and day.is_dir()] if folder.is_dir() else []
    old = [day for day in old if not (day / _SWEPT).exists()]
    for day in old:
        kept = shown(day.name)
        for file in day.glob("*/*"):
            if file.relative_to(folder).as_posix() not in kept:
                file.unlink(missing_ok=True)
        for camera in day.iterdir():
            if camera.is_dir() and not any(camera.iterdir()):
                camera.rmdir()
        if any(day.iterdir()):
            (day / _SWEPT).touch()
        else:
            day.rmdir()
    return len(old)
