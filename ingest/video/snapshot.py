"""Pictures kept on disk, one at the onset of each motion: ``snapshots/{date}/{camera}/{time}.jpg``, in UTC."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.tally import Tally
from ingest.video import disk
from ingest.video.decode import Picture

FOLDER = "snapshots"
KEEP = timedelta(days=7)
MAX_WIDTH = 960
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


def sweep(data_dir: Path, now: datetime) -> int:
    """Remove the days that are older than ``KEEP``, whole; answers how many. Raises OSError."""
    folder = data_dir / FOLDER
    oldest = (now.astimezone(UTC) - KEEP).strftime("%Y-%m-%d")
    old = [day for day in folder.iterdir() if day.name < oldest] if folder.is_dir() else []
    for day in old:
        shutil.rmtree(day)
    return len(old)
