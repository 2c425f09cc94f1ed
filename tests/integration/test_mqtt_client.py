"""One connection, against a broker that is told byte by byte what to answer (MQTT 5)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from hub.clock import SystemClock
from hub.config import BrokerAccess
from ingest.mqtt import topics
from ingest.mqtt.client import BrokerAway, Connection, Dialler
from tests.fix_mqtt import City, in_process, wait_for

CONNECT, PUBACK, SUBSCRIBE, UNSUBSCRIBE = 1, 4, 8, 10
CONNACK = b"\x20\x03\x00\x00\x00"


class Puppet:
    """A server for one connection: ``receive`` answers the next packet as (type, body)."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connection: socket.socket | None = None
        self.port = self._listener.getsockname()[1]

    def receive(self) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection, _ = self._listener.accept()
            self._connection.settimeout(10)
        head, length, shift = self._connection.recv(1)[0], 0, 0
        while True:
            byte = self._connection.recv(1)[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        body = b""
        while len(body) < length:
            body += self._connection.recv(length - len(body))
        return head >> 4, body

    def send(self, data: bytes) -> None:
        assert self._connection is not None
        self._connection.sendall(data)

    def welcome(self) -> None:
        """Answer CONNECT and SUBSCRIBE."""
        assert self.receive()[0] == CONNECT
        self.send(CONNACK)
        kind, body = self.receive()
        assert kind == SUBSCRIBE
        self.send(b"\x90\x05" + body[:2] + b"\x00\x01\x01")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._listener.close()


@pytest.fixture
def puppet() -> Iterator[Puppet]:
    made = Puppet()
    yield made
    made.close()


@pytest.fixture
def connection(puppet: Puppet) -> Iterator[Connection]:
    """A connection that the puppet has welcomed."""
    welcoming = threading.Thread(target=puppet.welcome)
    welcoming.start()
    dialler = Dialler("gridhub-test-0", topics.SUBSCRIPTIONS, SystemClock())
    made = dialler.connect(BrokerAccess("127.0.0.1", puppet.port))
    welcoming.join()
    yield made
    puppet.close()
    made.close()


def publish(packet_id: int) -> bytes:
    body = b"\x00\x01t" + packet_id.to_bytes(2, "big") + b"\x00" + b"x"
    return bytes([0x32, len(body)]) + body


def test_a_message_is_acknowledged_when_told_and_not_by_the_library(puppet: Puppet, connection: Connection) -> None:
    puppet.send(publish(7) + publish(8))
    taken: list[int] = []

    def both() -> bool:
        taken.extend(message.packet_id for message in connection.take(0.1))
        return taken == [7, 8]

    wait_for(both, "both are there")
    assert connection.ack([8])
    kind, body = puppet.receive()
    assert (kind, body[:2]) == (PUBACK, b"\x00\x08"), "nothing was acknowledged before"


def test_flush_returns_when_the_broker_has_read_what_went_before(puppet: Puppet, connection: Connection) -> None:
    connection.ack([7])
    flushing = threading.Thread(target=connection.flush)
    flushing.start()
    assert puppet.receive()[0] == PUBACK
    kind, body = puppet.receive()
    assert kind == UNSUBSCRIBE
    assert flushing.is_alive(), "it waits for the answer"
    puppet.send(b"\xb0\x04" + body[:2] + b"\x00\x11")
    flushing.join(1.5)
    assert not flushing.is_alive()


def test_flush_does_not_wait_for_ever(
    puppet: Puppet, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.mqtt.client._FLUSH_TIMEOUT_S", 0.1)
    connection.flush()


@pytest.mark.parametrize("nonsense", [b"\x32\x02\x00\x09", b"\xff" * 8, b"\x00\x00", b"\xe0\x02\x8e\x00"])
def test_a_broker_that_talks_nonsense_or_sends_us_away_is_a_lost_connection(
    puppet: Puppet, connection: Connection, nonsense: bytes
) -> None:
    puppet.send(nonsense)

    def lost() -> str:
        try:
            connection.take(0.1)
        except BrokerAway as error:
            return str(error)
        return ""

    assert "lost" in wait_for(lost, "the connection is given up", 5)
    assert not connection.ack([7]), "what cannot be acknowledged is known"


def test_the_worker_asks_before_it_closes(mqtt_city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []


    def noted(name: str) -> None:
        real = getattr(Connection, name)

        def call(self: Connection) -> None:
            order.append(name)
            real(self)

        monkeypatch.setattr(Connection, name, call)

    noted("flush")
    noted("close")
    _, stop, thread = in_process(mqtt_city)
    order.clear()
    stop.set()
    thread.join()
    assert order == ["flush", "close"]
