"""One connection of simulated devices to the broker, which comes back by itself."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from hub import config
from hub.backoff import Backoff
from hub.errors import HubError
from ingest.simulate.city import Device

_log = logging.getLogger(__name__)


def telemetry_topic(device_id: str) -> str:
    return f"gridhub/v1/devices/{device_id}/telemetry"


def status_topic(device_id: str) -> str:
    return f"gridhub/v1/devices/{device_id}/status"


class Link:
    """One connection to the broker and the devices behind it."""

    def __init__(self, devices: Sequence[Device], access: Callable[[], config.BrokerAccess], name: str) -> None:
        self.devices = devices
        self._access = access
        self._backoff = Backoff(base_s=0.5, cap_s=10.0)
        self._next_attempt = 0.0
        self._connected = threading.Event()
        self._greeted = False
        # nats-server, the embedded broker, speaks 3.1.1 only.
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv311, reconnect_on_failure=False
        )
        self._client.max_queued_messages_set(2000)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._tls_is_set = False
        if len(devices) == 1:
            self._client.will_set(status_topic(devices[0].id), "offline", qos=1, retain=True)

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    def tend(self, monotonic_s: float) -> None:
        """Connect where that is due; after each connect say that the devices are there."""
        if self.connected:
            if not self._greeted:
                self._greeted = True
                self._backoff.reset()
                self._say("online")
        elif monotonic_s >= self._next_attempt:
            self._next_attempt = monotonic_s + self._backoff.next_s()
            self._connect()

    def publish(self, device: Device, message: bytes) -> None:
        if self.connected:
            self._client.publish(telemetry_topic(device.id), message, qos=1)

    def cut(self) -> None:
        """Lose the connection without a goodbye, as a device does that loses its power."""
        connection = self._client.socket()
        if connection is not None:
            with suppress(OSError):
                cast(socket.socket, connection).shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye, within half a second."""
        if self.connected and (last := self._say("offline")) is not None:
            with suppress(RuntimeError):
                last.wait_for_publish(timeout=0.5)
        self._client.disconnect()
        self._client.loop_stop()

    def _connect(self) -> None:
        self._client.loop_stop()
        try:
            access = self._access()
            self._client.username_pw_set(access.username, access.password)
            if access.tls and not self._tls_is_set:
                self._client.tls_set_context(ssl.create_default_context(cafile=access.ca_file))
                self._tls_is_set = True
            self._client.connect(access.host, access.port, keepalive=30)
        except (OSError, HubError) as error:
            _log.debug("the broker cannot be reached: %s", error)
            return
        self._client.loop_start()

    def _say(self, status: str) -> mqtt.MQTTMessageInfo | None:
        last = None
        for device in self.devices:
            last = self._client.publish(status_topic(device.id), status, qos=1, retain=True)
        return last

    def _on_connect(
        self, _client: mqtt.Client, _userdata: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        if not reason.is_failure:
            self._greeted = False
            self._connected.set()

    def _on_disconnect(
        self, _client: mqtt.Client, _userdata: object, _flags: object, _reason: ReasonCode, _properties: object
    ) -> None:
        self._connected.clear()
