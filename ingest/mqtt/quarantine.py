"""How much of what is refused is kept for a person to look at. Everything refused is counted all the same.

A device that sends nonsense sends it again and again: its first payloads tell the story, and a flood of them must not
fill the store, nor must a flood of invented device ids.
"""

from __future__ import annotations

WINDOW_S = 600.0
KEPT_PER_ORIGIN = 5
"""Payloads kept of one device and cause in ten minutes."""
KEPT_IN_ALL = 1000
"""Payloads kept of all devices together in ten minutes."""
HEAD_BYTES = 2048
"""Bytes kept of a payload."""


class Allowance:
    """For one thread. ``now_s`` is monotonic."""

    def __init__(self) -> None:
        self._began_s = float("-inf")
        self._kept: dict[tuple[str, str], int] = {}
        self._in_all = 0

    def keeps(self, origin: str, cause: str, now_s: float) -> bool:
        """Whether one more payload of ``origin``, refused for ``cause``, is kept; counts it where it is."""
        if now_s - self._began_s >= WINDOW_S:
            self._began_s = now_s
            self._kept.clear()
            self._in_all = 0
        kept = self._kept.get((origin, cause), 0)
        if kept >= KEPT_PER_ORIGIN or self._in_all >= KEPT_IN_ALL:
            return False
        self._kept[origin, cause] = kept + 1
        self._in_all += 1
        return True
