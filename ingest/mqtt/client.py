"""One connection to a broker, from CONNECT to its loss. The only file that knows paho.

MQTT 5 is tried first and 3.1.1 where the broker does not speak it (nats-server). The session is persistent: the broker
keeps what arrives while nobody is connected. Nothing here reconnects or retries: a lost connection says why it was
lost, and whoever made it makes another one.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.clock import Clock
from hub.config import BrokerAccess
from hub.errors import HubError
from ingest.mqtt.message import Message
from ingest.mqtt.wire import Malformed, Wire

KEEPALIVE_S = 15
SESSION_EXPIRY_S = 7 * 86_400
RECEIVE_MAXIMUM = 2000
"""MQTT 5: the broker stops after so many messages that wait for their acknowledgement."""
MAXIMUM_PACKET_BYTES = 16 * 1024 * 1024
_CONNECT_TIMEOUT_S = 5.0
_ANSWER_TIMEOUT_S = 10.0
_FLUSH_TIMEOUT_S = 2.0
_NO_TOPIC = "gridhub/v1/none"
_NOBODY = 0x10
_PINGREQ = b"\xc0\x00"


class BrokerAway(HubError):
    """There is no connection to the broker; the message says why, in words."""


class _OtherVersion(BrokerAway):
    """The broker does not speak this version of MQTT."""


def _context(access: BrokerAccess) -> ssl.SSLContext:
    """Raises OSError where the file cannot be read."""
    context = ssl.create_default_context(cafile=access.ca_file)
    if access.pinned:
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


class Dialler:
    """Makes connections of one session: the client ``client_id``, subscribed to ``subscriptions`` with QoS 1."""

    def __init__(self, client_id: str, subscriptions: Sequence[str], clock: Clock) -> None:
        self._client_id = client_id
        self._subscriptions = subscriptions
        self._clock = clock
        self._versions = [MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311]
        self._subscribed = False

    def connect(self, access: BrokerAccess) -> Connection:
        """A connection that is subscribed. Raises BrokerAway."""
        try:
            connection = self._connect(access, self._versions[0])
        except _OtherVersion:
            connection = self._connect(access, self._versions[1])
            self._versions.reverse()
        # A session that is still there keeps its subscriptions, and subscribing anew would send every retained
        # message again. The first time this process subscribes all the same, as it wants those.
        if self._subscriptions and not (connection.session_present and self._subscribed):
            try:
                connection.subscribe(self._subscriptions)
            except BrokerAway:
                connection.close()
                raise
            self._subscribed = True
        return connection

    def end_session(self, access: BrokerAccess) -> None:
        """Have the broker forget the session and all that it holds; after ``connect``. Raises BrokerAway."""
        self._connect(access, self._versions[0], ends=True).close()

    def _connect(self, access: BrokerAccess, version: MQTTProtocolVersion, *, ends: bool = False) -> Connection:
        connection = Connection(access, self._client_id, version, self._clock, ends=ends)
        try:
            connection.open(access)
        except BrokerAway:
            connection.close()
            raise
        return connection


class Connection:
    """Made by ``Dialler.connect``. All is for one thread, but ``ack`` and ``poke``, which are for any.

    There is no thread in it: whoever calls ``take`` reads the socket and lets paho do what it has to do.
    """

    def __init__(
        self, access: BrokerAccess, client_id: str, version: MQTTProtocolVersion, clock: Clock, *, ends: bool = False
    ) -> None:
        """``ends``: it begins by ending the session, and leaves none."""
        self.version = version
        self._ends = ends
        self.session_present = False
        self._clock = clock
        self._messages: list[Message] = []
        self._published: list[tuple[int, str]] = []
        self._answered = False
        self._connected = False
        self._heard_s = self._pinged_s = clock.monotonic()
        self._lost = ""
        self._granted: Sequence[ReasonCode] | None = None
        self._poked, self._poke = socket.socketpair()
        self._poked.setblocking(False)
        self._poke.setblocking(False)
        self._client = self._make_client(access, client_id)

    def open(self, access: BrokerAccess) -> None:
        """Raises BrokerAway."""
        where = f"the broker at {access.host}:{access.port}"
        properties = None
        if self.version is MQTTProtocolVersion.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = 0 if self._ends else SESSION_EXPIRY_S
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
            properties.MaximumPacketSize = MAXIMUM_PACKET_BYTES
        clean_start: Any = self._ends if properties is not None else mqtt.MQTT_CLEAN_START_FIRST_ONLY
        try:
            if access.tls:
                self._client.tls_set_context(_context(access))
            self._client.connect(access.host, access.port, KEEPALIVE_S, clean_start=clean_start, properties=properties)
        except (OSError, ValueError) as error:  # ValueError: a host name that cannot be one
            raise BrokerAway(f"{where} cannot be reached: {getattr(error, 'strerror', None) or error}") from error
        if not self._wait(lambda: self._connected or bool(self._lost), _ANSWER_TIMEOUT_S):
            raise BrokerAway(f"{where} does not answer")
        if self._lost:
            refuses_version = "protocol version" in self._lost or "before it answered" in self._lost
            kind = _OtherVersion if refuses_version and properties is not None else BrokerAway
            raise kind(f"{where}: {self._lost}")

    def subscribe(self, topics: Sequence[str]) -> None:
        """QoS 1. Raises BrokerAway."""
        self._client.subscribe([(topic, 1) for topic in topics])
        answered = self._wait(lambda: self._granted is not None or bool(self._lost), _ANSWER_TIMEOUT_S)
        if not answered or self._granted is None:
            raise BrokerAway(self._lost or "the broker does not answer to the subscription")
        refused = [str(reason) for reason in self._granted if reason.is_failure]
        if refused:
            raise BrokerAway(f"the broker refuses the subscription: {refused[0]}")

    def take(self, timeout_s: float) -> list[Message]:
        """What has come, oldest first; [] after ``timeout_s`` of nothing. Raises BrokerAway when the link is gone."""
        if not self._messages:
            self._turn(timeout_s)
        if self._lost:
            raise BrokerAway(self._lost)
        taken, self._messages = self._messages, []
        return taken

    def rest(self, timeout_s: float) -> None:
        """Leave what comes where it is, for so long; pings and acknowledgements go out. Raises BrokerAway."""
        self._turn(timeout_s, reads=False)
        if self._lost:
            raise BrokerAway(self._lost)

    def ack(self, packet_ids: Sequence[int]) -> bool:
        """False where the connection is gone; the broker will deliver the messages again."""
        wire = self._client.wire
        return not self._lost and wire is not None and wire.acknowledge(packet_ids)

    def publish(self, topic: str, payload: bytes, expiry_s: int) -> int | None:
        """QoS 1; the packet's number, by which ``published`` tells of its acknowledgement. None where it was not sent.

        ``expiry_s``: the broker keeps it for so long, where it speaks MQTT 5.
        """
        properties = None
        if self.version is MQTTProtocolVersion.MQTTv5:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = expiry_s
        if self._lost:
            return None
        sent = self._client.publish(topic, payload, 1, properties=properties)
        return sent.mid if sent.rc == mqtt.MQTT_ERR_SUCCESS else None

    def published(self) -> list[tuple[int, str]]:
        """Since the last call: (number, why nobody gets it, or empty) of what the broker has acknowledged."""
        found, self._published = self._published, []
        return found

    def poke(self) -> None:
        """``take`` returns, now or when it is called next."""
        with contextlib.suppress(BlockingIOError, OSError):  # full: it was poked already; closed: nobody waits
            self._poke.send(b"x")

    def flush(self) -> None:
        """Return when the broker has read every acknowledgement given so far, or does not answer in time.

        Closing a socket with unread messages in it resets the connection, and the broker may then never read what was
        sent last (RFC 2525, 2.17). Any answer of the broker shows that it has read what went before the question.
        """
        if self._lost:
            return
        self._answered = False
        self._client.unsubscribe(_NO_TOPIC)
        self._wait(lambda: self._answered or bool(self._lost), _FLUSH_TIMEOUT_S)

    def close(self) -> None:
        """Say goodbye. May be repeated."""
        self._client.disconnect()
        if self._client.wire is not None:  # paho has said goodbye, and would wait for the broker to hang up
            self._client.wire.close()
        self._lost = self._lost or "it was closed"
        self._poke.close()
        self._poked.close()

    def _make_client(self, access: BrokerAccess, client_id: str) -> _Client:
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if self.version is MQTTProtocolVersion.MQTTv5 else self._ends,
            protocol=self.version,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.now = self._clock.now
        client.connect_timeout = _CONNECT_TIMEOUT_S
        if access.username is not None:
            client.username_pw_set(access.username, access.password)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_unsubscribe = self._on_unsubscribe
        client.on_publish = self._on_publish
        return client

    def _wait(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        deadline_s = self._clock.monotonic() + timeout_s
        while not condition() and (left_s := deadline_s - self._clock.monotonic()) > 0:
            self._turn(min(left_s, 0.5))
        return condition()

    def _turn(self, timeout_s: float, *, reads: bool = True) -> None:
        """Wait for the socket, read what there is, let paho read and write, and keep the connection alive."""
        client, wire = self._client, self._client.wire
        if self._lost or wire is None:
            return
        try:
            ready_for: list[Any] = [wire, self._poked] if reads else [self._poked]
            waits: list[Any] = [wire] if wire.has_unsent() or client.want_write() else []
            ready, writable, _ = select.select(ready_for, waits, [], timeout_s)
            if self._poked in ready:
                self._poked.recv(4096)
            if wire in ready:
                self._messages += wire.receive()
                while wire.has_for_paho() and client.loop_read() == mqtt.MQTT_ERR_SUCCESS:
                    pass
            if writable:
                wire.send_rest()
                client.loop_write()
            self._keep_alive(wire, heard=wire in ready or not reads)
        except (OSError, ValueError, Malformed) as error:  # ValueError: the socket was closed under our hands
            self._lose(f"the connection to the broker was lost: {error}")

    def _keep_alive(self, wire: Wire, *, heard: bool) -> None:
        """Ping, and give the broker up that says nothing. Whatever it says counts.

        The answer to a ping may stand behind a minute's worth of messages: paho's own check calls that a dead link.
        """
        now_s = self._clock.monotonic()
        if heard:
            self._heard_s = now_s
        if self._connected and now_s - self._pinged_s >= KEEPALIVE_S / 2:
            self._pinged_s = now_s
            wire.send(_PINGREQ)
        if now_s - self._heard_s >= 1.5 * KEEPALIVE_S:
            self._lose("the connection to the broker was lost: it does not answer")
            self._client.wire = None
            wire.close()

    def _lose(self, reason: str) -> None:
        if not self._lost:
            self._lost = reason if self._connected else "it closed the connection before it answered"

    # --- called by paho, from within a turn ---------------------------------------------------------------------------

    def _on_connect(self, _client: Any, _userdata: Any, flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            self._lost = f"it refuses the connection: {reason}"
        else:
            self._connected, self.session_present = True, flags.session_present

    def _on_disconnect(self, _client: Any, _userdata: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        self._lose(f"the connection to the broker was lost: {reason}")

    def _on_subscribe(self, _client: Any, _userdata: Any, _mid: Any, reasons: Any, _properties: Any) -> None:
        self._granted = list(reasons)

    def _on_unsubscribe(self, _client: Any, _userdata: Any, _mid: Any, _reasons: Any, _properties: Any) -> None:
        self._answered = True

    def _on_publish(self, _client: Any, _userdata: Any, mid: int, reason: ReasonCode, _properties: Any) -> None:
        # MQTT 5, 3.4.2.1: 0x10 is no failure, but nobody has subscribed.
        refused = reason.is_failure or reason.value == _NOBODY
        self._published.append((mid, str(reason) if refused else ""))


class _Client(mqtt.Client):
    """paho with our wire in place of its socket. Its ``_create_socket`` is where it makes a WebSocket of it as well."""

    wire: Wire | None = None
    now: Callable[[], datetime]

    def _create_socket(self) -> Any:
        with_properties = self.protocol == MQTTProtocolVersion.MQTTv5
        self.wire = Wire(cast(socket.socket, super()._create_socket()), self.now, with_properties=with_properties)
        return self.wire
