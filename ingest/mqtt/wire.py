"""A socket that takes the messages out of the stream itself, many at a time, and leaves everything else to paho.

Of every message, paho makes four reads of the socket, a ``select`` and some twenty objects, and of every
acknowledgement a write of its own: about three quarters of what a message costs. But a PUBLISH is three fields and its
PUBACK four bytes (MQTT 3.1.1 and 5, 3.3 and 3.4). So the wire reads what there is at once, takes out PUBLISH of QoS 0
and 1, and lets paho read the rest as if nothing else had come: CONNACK, SUBACK, PINGRESP, DISCONNECT, and all that is
malformed at that level.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from ingest.mqtt.message import Message

_READ_BYTES = 256 * 1024
"""At most so much at once: some 1,500 messages, a few milliseconds of work."""
_PUBLISH = 0x30
_QOS_2 = 0x04
_PUBACK = 0x4002_0000  # the whole packet is this and the packet's identifier; MQTT 5: no reason code means success
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

_TICK = timedelta(microseconds=1)
"""Between two messages read at once: without a time and an id of their own, nothing else tells them apart."""


class Malformed(Exception):
    """The bytes are no MQTT."""


class Wire:
    """Stands in for the socket of paho. ``receive`` is for one thread, sending for any.

    ``now`` gives the time of arrival of what is read; ``with_properties``: MQTT 5.
    """

    def __init__(self, connected: socket.socket, now: Callable[[], datetime], *, with_properties: bool) -> None:
        self._socket = connected
        self._now = now
        self._with_properties = with_properties
        self._partial = bytearray()
        self._wanted = 0
        self._others = bytearray()
        self._unsent = bytearray()
        self._ended = False
        # OpenSSL's objects are not safe between threads, so reading takes the lock as well; neither ever waits.
        self._lock = threading.Lock()

    def receive(self) -> list[Message]:
        """The messages among what can be read now; what is paho's is kept for it. Raises OSError and Malformed."""
        data = self._read()
        if not data:
            return []
        if self._partial:
            self._partial += data
            if len(self._partial) < self._wanted:  # a large packet: not looked at again until it is whole
                return []
            data = bytes(self._partial)
        messages: list[Message] = []
        position = self._split(data, messages)
        self._partial = bytearray(data[position:])
        return messages

    def has_for_paho(self) -> bool:
        return bool(self._others) or self._ended

    def acknowledge(self, packet_ids: Sequence[int]) -> bool:
        """PUBACK of each, in one write. False where the connection is gone."""
        packets = struct.pack(f">{len(packet_ids)}I", *[_PUBACK | packet_id for packet_id in packet_ids])
        try:
            self.send(packets)
        except OSError:
            return False
        return True

    def has_unsent(self) -> bool:
        return bool(self._unsent)

    def send_rest(self) -> None:
        """Raises OSError."""
        with self._lock:
            self._push()

    # --- what paho asks of a socket -----------------------------------------------------------------------------------

    def recv(self, size: int) -> bytes:
        if not self._others:
            if self._ended:
                return b""
            raise BlockingIOError
        taken = bytes(self._others[:size])
        del self._others[:size]
        return taken

    def send(self, data: bytes | bytearray) -> int:
        """Takes all of it, so that two threads never write into each other's packets."""
        with self._lock:
            self._unsent += data
            self._push()
        return len(data)

    def fileno(self) -> int:
        return self._socket.fileno()

    def setblocking(self, flag: bool) -> None:
        self._socket.setblocking(flag)

    def close(self) -> None:
        self._socket.close()

    # --- how ----------------------------------------------------------------------------------------------------------

    def _push(self) -> None:
        while self._unsent:
            try:
                sent = self._socket.send(self._unsent)
            except _WOULD_BLOCK:
                return
            del self._unsent[:sent]

    def _read(self) -> bytes:
        chunks = []
        with self._lock:
            while True:
                try:
                    chunk = self._socket.recv(_READ_BYTES)
                except _WOULD_BLOCK:
                    break
                if not chunk:
                    self._ended = True
                    break
                chunks.append(chunk)
                # A TLS record that is decrypted already does not wake a ``select``.
                if not (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
                    break
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _split(self, data: bytes, messages: list[Message]) -> int:
        """Take whole packets from the front; answers where the first that is not whole begins."""
        now, end, position = self._now(), len(data), 0
        self._wanted = 0
        while end - position >= 2:
            head, length, start = data[position], data[position + 1], position + 2
            if length & 0x80:
                length, start = _variable(data, position + 1)
                if not start:
                    break
            stop = start + length
            if stop > end:
                self._wanted = stop - position
                break
            if head & 0xF0 == _PUBLISH and not head & _QOS_2:
                messages.append(self._message(head, data, start, stop, now))
                now += _TICK
            else:
                self._others += data[position:stop]
            position = stop
        return position

    def _message(self, head: int, data: bytes, start: int, stop: int, now: datetime) -> Message:
        topic_end = start + 2 + (data[start] << 8 | data[start + 1]) if stop - start >= 2 else stop + 1
        packet_id, at = 0, topic_end
        if head & 0x06:
            at += 2
            if at <= stop:
                packet_id = data[topic_end] << 8 | data[topic_end + 1]
        if self._with_properties:
            skipped, ends = _variable(data, at) if at < stop else (0, 0)
            at = ends + skipped if ends else stop + 1
        if at > stop:
            raise Malformed("a PUBLISH that ends too early")
        topic = str(data[start + 2 : topic_end], "utf-8", "replace")
        return Message(topic, data[at:stop], now, packet_id, bool(head & 0x06), bool(head & 0x08), bool(head & 0x01))


def _variable(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer (MQTT 5, 1.5.5) and where it ends; 0 for the latter where it is not whole."""
    value = 0
    for index, shift in enumerate((0, 7, 14, 21)):
        if at + index >= len(data):
            return 0, 0
        byte = data[at + index]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at + index + 1
    raise Malformed("a length of more than four bytes")
