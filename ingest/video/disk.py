"""Room on the disk of the data directory, and what an error of the disk is called."""

from __future__ import annotations

import errno
import os
from pathlib import Path

RESERVE_BYTES = 512 * 1024 * 1024
"""Left free for everything else, the database first: pictures and recordings stop before it is touched."""
LOW_BYTES = 2 * RESERVE_BYTES
"""With less than this left, the least valuable video is removed before its time, so that recording can go on."""


def free_bytes(directory: Path) -> int:
    """What an ordinary user may still write. Raises OSError."""
    found = os.statvfs(directory)
    return found.f_bavail * found.f_frsize


def is_full(directory: Path, reserve_bytes: int = RESERVE_BYTES) -> bool:
    """Whether less than the reserve is left. Raises OSError."""
    return free_bytes(directory) < reserve_bytes


def cause_of(error: OSError) -> str:
    """``disk_full``, ``no_permission`` or ``disk_error``: a fixed word, counted and shown."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return "disk_full"
    return "no_permission" if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS} else "disk_error"
