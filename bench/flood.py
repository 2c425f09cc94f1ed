"""A publisher that is not the bottleneck: ready-made MQTT 3.1.1 packets on a plain socket, QoS 1, many at a time.

It knows as much of MQTT as it needs: CONNECT, PUBLISH, and the four bytes of a PUBACK, which it only counts.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator

WINDOW = 2000
"""Messages on their way without an acknowledgement."""
_PUBACK_BYTES = 4


def packet(topic: str, payload: bytes, packet_id: int) -> bytes:
    """A PUBLISH with QoS 1 (MQTT 3.1.1, 3.3)."""
    name = topic.encode()
    body = len(name).to_bytes(2, "big") + name + packet_id.to_bytes(2, "big") + payload
    return b"\x32" + _length(len(body)) + body


class Flood:
    """One connection. ``send`` answers when the broker has acknowledged everything."""

    def __init__(self, port: int, username: str = "", password: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.settimeout(60.0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._send_connect(username, password)
        self._rest = 0
        self.sent = 0

    def send(self, messages: Iterable[tuple[str, bytes]], *, per_s: float = 0.0) -> None:
        """As fast as the broker acknowledges, or ``per_s`` messages a second in small steps."""
        began_s = time.monotonic()
        most = WINDOW // 4 if not per_s else max(1, round(per_s / 100))
        under_way = done = 0
        for chunk in _chunks(messages, most):
            if per_s:
                time.sleep(max(0.0, began_s + done / per_s - time.monotonic()))
            numbered = enumerate(chunk, self.sent)
            self._socket.sendall(b"".join(packet(topic, data, n % 65_535 + 1) for n, (topic, data) in numbered))
            self.sent += len(chunk)
            done += len(chunk)
            under_way += len(chunk)
            while under_way > (0 if per_s else WINDOW - most):
                under_way -= self._acknowledged()
        while under_way > 0:
            under_way -= self._acknowledged()

    def send_until(self, deadline_s: float, make: Callable[[int], Iterable[tuple[str, bytes]]]) -> None:
        """``make(number)`` gives the next messages, again and again until ``deadline_s`` (monotonic)."""
        while time.monotonic() < deadline_s:
            self.send(make(self.sent))

    def close(self) -> None:
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def _acknowledged(self) -> int:
        data = self._socket.recv(65_536)
        if not data:
            raise ConnectionError("the broker has closed the connection")
        count, self._rest = divmod(self._rest + len(data), _PUBACK_BYTES)
        return count

    def _send_connect(self, username: str, password: str) -> None:
        flags = 0x02 | (0xC0 if username else 0)
        strings = ["bench-flood", *([username, password] if username else [])]
        body = b"\x00\x04MQTT\x04" + bytes([flags]) + b"\x00\x00"
        body += b"".join(len(text.encode()).to_bytes(2, "big") + text.encode() for text in strings)
        self._socket.sendall(b"\x10" + _length(len(body)) + body)
        answer = self._socket.recv(4)
        if answer[:1] != b"\x20" or answer[3:] != b"\x00":
            raise ConnectionError(f"the broker refuses the publisher: {answer!r}")


def _length(number: int) -> bytes:
    """A variable byte integer (MQTT 3.1.1, 2.2.3)."""
    encoded = bytearray()
    while True:
        number, low = divmod(number, 128)
        encoded.append(low | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


def _chunks(messages: Iterable[tuple[str, bytes]], size: int) -> Iterator[list[tuple[str, bytes]]]:
    chunk: list[tuple[str, bytes]] = []
    for message in messages:
        chunk.append(message)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
