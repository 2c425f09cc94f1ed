"""Failed logins, and how long a name has to wait for its next attempt from the same address. In memory, bounded."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import anyio

from hub.clock import Clock

FREE_ATTEMPTS = 3
_LONGEST_WAIT_S = 300.0
_FORGET_S = 900.0
_MAX_ENTRIES = 10_000


@dataclass(slots=True)
class _Entry:
    failures: int
    failed_at_s: float


class Logins:
    """Threads may share it. After ``FREE_ATTEMPTS`` failures the wait doubles with each one: 1 s, 2 s, … 5 min.

    ``limiter``: how many passwords are verified at a time.
    """

    def __init__(self, clock: Clock) -> None:
        self.limiter = anyio.CapacityLimiter(2)
        self._clock = clock
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, name: str, address: str) -> float:
        """Seconds until the next attempt is allowed; 0 where it is allowed now."""
        with self._lock:
            entry = self._entries.get((name, address))
            if entry is None:
                return 0.0
            since_s = self._clock.monotonic() - entry.failed_at_s
            if since_s > _FORGET_S:
                del self._entries[name, address]
                return 0.0
            beyond = entry.failures - FREE_ATTEMPTS
            return 0.0 if beyond < 0 else max(0.0, min(_LONGEST_WAIT_S, 2.0 ** min(beyond, 30)) - since_s)

    def failed(self, name: str, address: str) -> None:
        with self._lock:
            entry = self._entries.pop((name, address), _Entry(0, 0.0))
            self._entries[name, address] = _Entry(entry.failures + 1, self._clock.monotonic())
            if len(self._entries) > _MAX_ENTRIES:
                self._entries.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        with self._lock:
            self._entries.pop((name, address), None)
