"""What every answer says to make a browser careful."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.tally import Tally

_SECURITY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "media-src 'self' blob:; worker-src 'self' blob:; font-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def security_headers(path: str) -> dict[str, str]:
    if path.startswith("/api") or path == "/metrics":
        return {**_SECURITY, "cache-control": "no-store"}
    return _SECURITY


class Headers:
    """Middleware that adds them, and counts the answers by status."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        tally: Tally = scope["app"].state.context.tally

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                tally.add("gridhub_http_responses_total", status=str(message["status"]))
                MutableHeaders(scope=message).update(security_headers(scope["path"]))
            await send(message)

        await self._app(scope, receive, send_with_headers)
