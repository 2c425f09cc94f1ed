"""The data directory: held by one hub at a time, of a format this program knows, with room to write."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import TextIO

from hub.errors import StartError

FORMAT = "1"
MIN_FREE_BYTES = 256 * 1024 * 1024
FULL_BYTES = 64 * 1024 * 1024


def free_bytes(path: Path) -> int:
    """What can still be written to the disk of ``path``."""
    return shutil.disk_usage(path).free


class Room:
    """Whether there is room on a disk: full below ``FULL_BYTES``, and again free only above ``MIN_FREE_BYTES``."""

    def __init__(self) -> None:
        self.is_full = False

    def look(self, free: int) -> bool:
        """Note how many bytes are free; whether that has changed ``is_full``."""
        was_full = self.is_full
        self.is_full = free < (MIN_FREE_BYTES if was_full else FULL_BYTES)
        return self.is_full != was_full


def say_full(path: Path, free: int) -> str:
    return f"the disk of {path} is full: {free // 2**20} MiB are free"


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
        free = free_bytes(self._path)
        if free < MIN_FREE_BYTES:
            needed = f"gridhub needs at least {MIN_FREE_BYTES // 2**20} MiB to start"
            raise StartError(f"{say_full(self._path, free)}, and {needed}")

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
