"""Bounds on what a request sends: the size of its body and how long that may take, the ranges it asks for.

The library's own limit (``max_body_size``) answers in plain text, outside of all other middleware.
"""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.problems import ProblemError, respond

MAX_BODY_BYTES = 1024 * 1024
MAX_OPEN_BYTES = 16 * 1024
"""Of whoever has not signed in: a megabyte of mistakes takes nearly a second to be told."""
_OPEN = "/api/v1/session"
MAX_PATH_BYTES = 8 * 1024
"""Of the path and the query together."""
MAX_RANGES = 8
_MAX_RANGE_BYTES = 200
BODY_TIMEOUT_S = 30.0


class BodyLimit:
    """Middleware: 413 as soon as more than ``MAX_BODY_BYTES`` of a body have come, ``MAX_OPEN_BYTES`` where somebody
    signs in; 408 where it takes too long, 414.

    A request for more ranges than anybody needs gets the whole (RFC 9110, 14.2 allows it; CVE-2025-62727).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received, complete = 0, scope["type"] != "http"
        most = MAX_OPEN_BYTES if scope.get("path", "").startswith(_OPEN) else MAX_BODY_BYTES

        async def receive_within() -> Message:
            nonlocal received, complete
            if complete:  # what comes now is the end of the connection
                return await receive()
            try:
                async with asyncio.timeout(BODY_TIMEOUT_S):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(408, "the body of the request did not come") from error
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > most:
                # Of this kind, the framework lets an error through that comes up while it reads a body.
                raise HTTPException(413, f"a request holds at most {most} bytes")
            return message

        if scope["type"] == "http":
            scope["headers"] = [item for item in scope["headers"] if item[0] != b"range" or _is_sane(item[1])]
            if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_PATH_BYTES:
                problem = ProblemError(414, "too_long", f"an address has at most {MAX_PATH_BYTES} bytes")
                await respond(problem)(scope, receive, send)
                return
        await self._app(scope, receive_within, send)


def _is_sane(ranges: bytes) -> bool:
    return len(ranges) <= _MAX_RANGE_BYTES and ranges.count(b",") < MAX_RANGES
