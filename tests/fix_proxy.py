"""A way to the tests' PostgreSQL that can be cut and blocked: the store is away, or hangs, and comes back."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

_NAME = ".s.PGSQL.5432"


class StoreProxy:
    """Between ``conninfo`` of this object and the Unix socket of the server that ``upstream`` names."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = str(Path(unquote(parse_qs(parts.query)["host"][0])) / _NAME)
        self._folder = tempfile.TemporaryDirectory(prefix="gridhub-proxy-")
        self.conninfo = parts._replace(query=f"host={quote(self._folder.name)}").geturl()
        self._flows = threading.Event()
        self._flows.set()
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None

    def mend(self) -> None:
        """Let connections through, new ones too."""
        self._flows.set()
        if self._listener is None:
            path = Path(self._folder.name) / _NAME
            path.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(path))
            self._listener.listen(64)
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Close what is open and refuse what comes: the server is not running."""
        with self._lock:
            if self._listener is not None:
                self._listener.shutdown(socket.SHUT_RDWR)
                self._listener.close()
                self._listener = None
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._connections.clear()

    def block(self) -> None:
        """Keep everything open and pass nothing on: the server hangs."""
        self._flows.clear()

    def close(self) -> None:
        self._flows.set()
        self.cut()
        self._folder.cleanup()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._upstream)
            with self._lock:
                if self._listener is not listener:  # it was cut while this one was on its way
                    client.close()
                    server.close()
                    return
                self._connections += [client, server]
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self._flows.wait()
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            source.close()


@pytest.fixture
def proxy(database: str) -> Iterator[StoreProxy]:
    made = StoreProxy(database)
    made.mend()
    yield made
    made.close()
