"""A connection's way through a place that can be cut, stalled (half-open) and slowed down, for any stream socket.

What a stalled link has taken it holds back, and takes no more: each end sees a peer that is there and does not answer.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import Literal

Address = tuple[str, int] | str
"""Host and port, or the path of a Unix socket."""
Direction = Literal["up", "down"]
"""``up`` is towards the server."""


@dataclass(eq=False, slots=True)
class _Pair:
    client: socket.socket
    server: socket.socket
    is_cut: bool = False

    def cut(self) -> None:
        self.is_cut = True
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@dataclass(eq=False)
class Link:
    """Listens at ``listen``, connects to ``upstream``. Made whole; ``close`` in the end."""

    listen: Address
    upstream: Address
    delay_s: float = 0.0
    """Held back in each direction, for every piece of up to 64 KiB."""
    _stalled: set[Direction] = field(default_factory=set)
    _pairs: set[_Pair] = field(default_factory=set)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _closed: bool = False

    def __post_init__(self) -> None:
        self._listener = _socket(self.listen)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(self.listen)
        self._listener.listen(128)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Break what is open; new connections are let through."""
        with self._changed:
            for pair in self._pairs:
                pair.cut()
            self._changed.notify_all()

    def stall(self, *directions: Direction) -> None:
        """Pass nothing on, in both directions where none is named, also for new connections."""
        with self._changed:
            self._stalled.update(directions or ("up", "down"))

    def mend(self) -> None:
        """Pass on what was held back, and everything after it, without delay."""
        with self._changed:
            self._stalled.clear()
            self.delay_s = 0.0
            self._changed.notify_all()

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = _socket(self.upstream)
            try:
                server.connect(self.upstream)
            except OSError:  # nobody is there: whoever connects is turned away
                client.close()
                server.close()
                continue
            pair = _Pair(client, server)
            with self._changed:
                self._pairs.add(pair)
            threading.Thread(target=self._pump, args=(pair, client, server, "up"), daemon=True).start()
            threading.Thread(target=self._pump, args=(pair, server, client, "down"), daemon=True).start()

    def _pump(self, pair: _Pair, source: socket.socket, target: socket.socket, direction: Direction) -> None:
        try:
            while data := source.recv(65536):
                with self._changed:
                    if self.delay_s:
                        self._changed.wait_for(lambda: pair.is_cut, self.delay_s)
                    self._changed.wait_for(lambda: pair.is_cut or direction not in self._stalled)
                    if pair.is_cut:
                        break
                target.sendall(data)
        except OSError:
            pass
        with self._changed:
            is_last = pair.is_cut
            pair.cut()
            self._changed.notify_all()
            if is_last:
                self._pairs.discard(pair)
        source.close()


def _socket(address: Address) -> socket.socket:
    made = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    if not isinstance(address, str):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
