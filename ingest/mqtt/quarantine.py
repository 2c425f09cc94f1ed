"""How much of what is refused is kept for a person to look at. Everything refused is counted all the same.

A device that sends nonsense sends it again and again: its first payloads tell the story, and a flood of them must not
fill the store, nor must a flood of invented device ids. What is kept as a whole can be read again, when what was in its
way is mended.
"""

from __future__ import annotations

WINDOW_S = 600.0
KEPT_PER_ORIGIN = 5
"""Payloads kept of one device and cause in ten minutes."""
KEPT_IN_ALL = 1000
"""Payloads kept of all devices together in ten minutes."""
WHOLE_BYTES = 64 * 1024
"""A payload of up to so many bytes is kept as a whole,"""
WHOLE_BYTES_IN_ALL = 8 * 1024 * 1024
"""while all that are kept in ten minutes have no more than this."""
_MAX_ORIGIN = 200
HEAD_BYTES = 2048
"""Bytes kept of any other. It cannot be read again."""


class Allowance:
    """For one thread. ``now_s`` is monotonic."""

    def __init__(self) -> None:
        self._began_s = float("-inf")
        self._kept: dict[tuple[str, str], int] = {}
        self._in_all = 0
        self._bytes = 0

    def keeps(self, origin: str, cause: str, size_bytes: int, now_s: float) -> int | None:
        """How many bytes are kept of one more payload of ``origin``, refused for ``cause``; None where none is."""
        if now_s - self._began_s >= WINDOW_S:
            self._began_s = now_s
            self._kept.clear()
            self._in_all = self._bytes = 0
        origin = origin[:_MAX_ORIGIN]
        kept = self._kept.get((origin, cause), 0)
        if kept >= KEPT_PER_ORIGIN or self._in_all >= KEPT_IN_ALL:
            return None
        self._kept[origin, cause] = kept + 1
        self._in_all += 1
        is_whole = size_bytes <= WHOLE_BYTES and self._bytes + size_bytes <= WHOLE_BYTES_IN_ALL
        size = size_bytes if is_whole else min(size_bytes, HEAD_BYTES)
        self._bytes += size
        return size
