"""The HTTP server, as it is set up for this application."""

from __future__ import annotations

import logging
import socket

import uvicorn
from fastapi import FastAPI

from dashboard.api.connection import Connection
from dashboard.api.tls import Certificate
from hub.config import Config
from hub.errors import StartError

_USER_TIMEOUT_MS = 30_000
_LOOK_TICKS = 100  # of 0.1 s, between two looks at the certificate

_CUT_SHORT = "ASGI callable returned without completing response."
_VIEWER = '%s - "WebSocket %s"'


class Server(uvicorn.Server):
    """When it is asked to stop it ends the event streams first: they would never end by themselves.

    Stops when its follower has died, so that the supervisor starts it anew: without one the console would stand still.
    """

    def __init__(self, app: FastAPI, certificate: Certificate | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=Connection,
                ssl_context_factory=None if certificate is None else lambda *_: certificate.context,
                # Without compression: the picture is compressed. A viewer that does not answer a ping is gone.
                ws="websockets-sansio",
                ws_per_message_deflate=False,
                ws_max_size=4096,
                ws_ping_interval=10.0,
                ws_ping_timeout=10.0,
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        )
        self._certificate = certificate
        self._live = app.state.context.live
        self._follower = app.state.follower
        logging.getLogger("uvicorn.error").addFilter(_is_news)

    async def on_tick(self, counter: int) -> bool:
        if self._certificate is not None and counter % _LOOK_TICKS == 0:
            self._certificate.look()
        return await super().on_tick(counter) or bool(self._follower.has_died)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.close()
        await super().shutdown(sockets)


def _is_news(record: logging.LogRecord) -> bool:
    """A client of the event stream that takes nothing is cut short on purpose, and told of by the stream itself.

    Requests are not logged, and so are viewers not.
    """
    return record.msg != _CUT_SHORT and not str(record.msg).startswith(_VIEWER)


def listen(config: Config) -> socket.socket:
    """Raises StartError where the address cannot be had."""
    listener = socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted connections inherit it. A browser that is frozen acknowledges but takes nothing, for ever: the kernel
    # gives such a connection up (RFC 5482), so that its end is not waited for.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _USER_TIMEOUT_MS)
    try:
        listener.bind((config.host, config.port))
    except OSError as error:
        listener.close()
        raise StartError(f"cannot listen on {config.listen}: {(error.strerror or str(error)).lower()}") from error
    return listener
