"""The data directory: held by one hub at a time, of a format this program knows, with room to write."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import TextIO

from hub.errors import StartError

FORMAT = "1"
MIN_FREE_BYTES = 256 * 1024 * 1024


class DataDir:
    """Holds the data directory for this process alone. Raises StartError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock: TextIO | None = None

    def __enter__(self) -> None:
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            self._lock = (self._path / "lock").open("w")
        except OSError as error:
            raise StartError(f"the data directory {self._path} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._check_format()
            self._check_room()
        except BlockingIOError as error:
            self._lock.close()
            raise StartError(f"another gridhub is running in the data directory {self._path}") from error
        except StartError:
            self._lock.close()
            raise

    def _check_room(self) -> None:
        free = shutil.disk_usage(self._path).free
        if free < MIN_FREE_BYTES:
            raise StartError(
                f"the disk of {self._path} is full: {free // 2**20} MiB are free, and gridhub needs at least "
                f"{MIN_FREE_BYTES // 2**20} MiB to start"
            )

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()

    def _check_format(self) -> None:
        file = self._path / "format"
        try:
            found = file.read_text().strip() if file.exists() else None
            if found is None:
                file.write_text(FORMAT + "\n")
                return
        except OSError as error:
            raise StartError(f"the data directory {self._path} cannot be used: {error.strerror}") from error
        if found != FORMAT:
            raise StartError(
                f"the data directory {self._path} has format {found!r}, and this gridhub knows {FORMAT!r}: "
                "use the gridhub that made it"
            )
