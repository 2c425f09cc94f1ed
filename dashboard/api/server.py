"""The HTTP server, as it is set up for this application."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from hub.config import Config
from hub.errors import StartError

_USER_TIMEOUT_MS = 30_000


class Server(uvicorn.Server):
    """Ends the event streams first when it is asked to stop: they would never end by themselves."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http="httptools",
                ws="none",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        )
        self._live = app.state.context.live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.close()
        await super().shutdown(sockets)


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
