"""A bound on request bodies, answered with a problem document.

The library's own limit (``max_body_size``) answers in plain text, outside of all other middleware.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 1024 * 1024


class BodyLimit:
    """Middleware: 413 as soon as more than ``MAX_BODY_BYTES`` of a body have come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = 0

        async def receive_within() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                # Of this kind, the framework lets an error through that comes up while it reads a body.
                raise HTTPException(413, f"a request holds at most {MAX_BODY_BYTES} bytes")
            return message

        await self._app(scope, receive_within, send)
