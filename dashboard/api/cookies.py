"""The cookies of the console. No script can read them, and no other site has a browser send them."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Response
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION = "gridhub_session"
BROWSER = "gridhub_browser"
"""Says that somebody has signed in with this browser before: then others' attempts do not make them wait."""
FLOW = "gridhub_flow"
"""Whoever comes back from the provider is who went there."""
_RENEWED = "gridhub_renewed"


def put(response: Response, request: HTTPConnection, name: str, value: str, lives: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(lives.total_seconds()),
        path="/",
        secure=request.url.scheme in {"https", "wss"},
        httponly=True,
        samesite="strict",
    )


def drop(response: Response, name: str, path: str = "/") -> None:
    response.delete_cookie(name, path=path, httponly=True, samesite="strict")


def renew(request: HTTPConnection, secret: str, lives: timedelta) -> None:
    """Have the answer carry a new secret of the session, whatever makes the answer."""
    answer = Response()
    put(answer, request, SESSION, secret, lives)
    request.scope.setdefault("state", {})[_RENEWED] = answer.headers["set-cookie"]


class Renewal:
    """Middleware that puts what ``renew`` left into the answer, unless that sets the cookie itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_cookie(message: Message) -> None:
            waiting = scope.get("state", {}).get(_RENEWED)
            if waiting is not None and message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                own = f"{SESSION}=".encode()
                if not any(name == b"set-cookie" and value.startswith(own) for name, value in headers):
                    message["headers"] = [*headers, (b"set-cookie", waiting.encode())]
            await send(message)

        await self._app(scope, receive, send_with_cookie if scope["type"] == "http" else send)
