"""A connection of the server, with bounds that the library does not have: on the head of a request, in bytes and time.

Whoever sends a head without end, or byte by byte, would else hold memory, or one of the connections, for ever.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 32 * 1024
HEAD_TIMEOUT_S = 20.0
WRITES = "gridhub.writes"
"""The extension of ASGI by which the event stream reaches ``Connection.write_at_once``."""


class Connection(HttpToolsProtocol):
    """Closed with 431 where a head is too long, and 408 where it does not come within ``HEAD_TIMEOUT_S``."""

    _head_bytes = 0
    _in_head = True
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._give_up(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {WRITES: {"at_once": self.write_at_once}}
        self._in_head = True
        if self._late is None:
            self._expect()

    def on_headers_complete(self) -> None:
        self._arrived()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def write_at_once(self, chunk: bytes) -> bool:
        """Hand ``chunk``, coded for the transfer (RFC 9112, 7.1), to the kernel, between two messages of whoever
        answers; False, and nothing done, where the other side has not taken yet what came before."""
        if self.transport.is_closing() or self.transport.get_write_buffer_size():
            return False
        self.transport.write(chunk)
        return True

    def _expect(self) -> None:
        self._late = self.loop.call_later(HEAD_TIMEOUT_S, self._give_up, b"408 Request Timeout")

    def _arrived(self) -> None:
        self._in_head, self._head_bytes = False, 0
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self, status: bytes) -> None:
        self._arrived()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self.transport.close()
