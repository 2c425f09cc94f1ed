"""How fast somebody may ask: so many requests a second in the long run, and a number at once (GCRA, ITU-T I.371).

Not by the library ``limits``: it reads the wall clock, and its memory grows with every address that is made up.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from ipaddress import IPv6Network

from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.api.problems import ProblemError, respond
from hub.clock import Clock
from hub.tally import Tally

BURST_S = 10.0
"""What may come at once, in seconds of the rate: a console that is opened asks for much."""
_MAX_KNOWN = 20_000


class Pace:
    """Of many callers, each with its own key. Bounded: who was seen least lately is forgotten. Threads may share it."""

    def __init__(self, clock: Clock, per_s: float, burst: float | None = None) -> None:
        self._clock = clock
        self._every_s = 1.0 / per_s
        self._slack_s = (per_s * BURST_S if burst is None else burst) * self._every_s
        self._free_at_s: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, key: str) -> float:
        """0 and counted where this request is within the pace; else, uncounted, the seconds until one would be."""
        now_s = self._clock.monotonic()
        with self._lock:
            free_at_s = max(self._free_at_s.get(key, now_s), now_s)
            wait_s = free_at_s + self._every_s - now_s - self._slack_s
            if wait_s > 1e-9:
                return wait_s
            self._free_at_s[key] = free_at_s + self._every_s
            self._free_at_s.move_to_end(key)
            if len(self._free_at_s) > _MAX_KNOWN:
                self._free_at_s.popitem(last=False)
            return 0.0


def too_fast(wait_s: float) -> ProblemError:
    headers = {"Retry-After": str(int(wait_s) + 1)}
    return ProblemError(429, "too_many_requests", "too many requests: slow down", headers=headers)


class AddressPace:
    """Middleware: one address asks at most at this pace, whoever is behind it."""

    def __init__(self, app: ASGIApp, pace: Pace, tally: Tally) -> None:
        self._app = app
        self._pace = pace
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        wait_s = self._pace.wait_s(network(client[0])) if client and scope["type"] != "lifespan" else 0.0
        if wait_s <= 0:
            await self._app(scope, receive, send)
            return
        self._tally.add("gridhub_http_too_fast_total", of="address")
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013, "reason": "too_many_requests"})
        else:
            await respond(too_fast(wait_s))(scope, receive, send)


def network(address: str) -> str:
    """One host has a whole /64 of IPv6 addresses."""
    return str(IPv6Network((address, 64), strict=False)) if ":" in address and "%" not in address else address
