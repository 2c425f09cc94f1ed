"""A bound on request bodies, answered with a problem document.

The library's own limit (``max_body_size``) answers in plain text, outside of all other middleware.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.api.problems import ProblemError, respond

MAX_BODY_BYTES = 1024 * 1024
_DETAIL = f"a request holds at most {MAX_BODY_BYTES} bytes"


class BodyLimit:
    """Middleware: 413 where a body is larger than ``MAX_BODY_BYTES``, whether it says so beforehand or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = Headers(scope=scope).get("content-length", "0") if scope["type"] == "http" else "0"
        if not said.isdecimal() or int(said[:20]) > MAX_BODY_BYTES:
            await respond(ProblemError(413, "too_large", _DETAIL))(scope, receive, send)
            return
        received = 0

        async def receive_within() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                # Of this kind, the framework lets an error through that comes up while it reads a body.
                raise HTTPException(413, _DETAIL)
            return message

        await self._app(scope, receive_within, send)
