"""Which names the hub answers to.

A page of somebody else can have its own name resolved to the hub's address (DNS rebinding), and is then, for the
browser, a page of the hub. The name in the request gives it away: it is none of ours. An address in numbers cannot be
rebound.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.api.problems import ProblemError, respond


class Hosts:
    """Middleware: 421 (RFC 9110, 15.5.20) for a name that is not ours."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        own = socket.gethostname().lower()
        self._names = frozenset({"localhost", own, own.partition(".")[0], *names})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self.answers_to(_host_of(scope)):
            await self._app(scope, receive, send)
            return
        detail = "this hub does not answer to that name; whoever runs it can add it to web.hosts"
        problem = ProblemError(421, "unknown_host", detail)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": problem.code})
        else:
            await respond(problem)(scope, receive, send)

    def answers_to(self, host: str | None) -> bool:
        """``host`` as in the header: with a port, or without. None: there is none (HTTP/1.0), or there are two."""
        if host is None:
            return False
        name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        if not colon:
            name = host
        elif not port.isdecimal():
            return False
        name = name.rstrip(".").lower()
        return name in self._names or _is_number(name)


def _host_of(scope: Scope) -> str | None:
    found = [value for name, value in scope["headers"] if name == b"host"]
    return found[0].decode("latin-1") if len(found) == 1 else None


def _is_number(name: str) -> bool:
    try:
        ip_address(name[1:-1] if name.startswith("[") and name.endswith("]") else name)
    except ValueError:
        return False
    return True
