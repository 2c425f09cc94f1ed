"""What every answer says to make a browser careful."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.tally import Tally

_SECURITY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "media-src 'self' blob:; worker-src 'self' blob:; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), usb=()"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


_TLS_ONLY = {"strict-transport-security": "max-age=31536000"}


def security_headers(path: str, scheme: str = "http") -> dict[str, str]:
    """``scheme``: once a browser has seen the hub over TLS it does not go to it without (RFC 6797)."""
    known = _SECURITY | _TLS_ONLY if scheme == "https" else _SECURITY
    if path.startswith("/api") or path == "/metrics":
        return {**known, "cache-control": "no-store"}
    return known


class Headers:
    """Middleware that adds them, and counts the answers by status."""

    def __init__(self, app: ASGIApp, tally: Tally) -> None:
        self._app = app
        self._tally = tally

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tally.add("gridhub_http_responses_total", status=str(message["status"]))
                MutableHeaders(scope=message).update(security_headers(scope["path"], scope["scheme"]))
            await send(message)

        await self._app(scope, receive, send_with_headers)
