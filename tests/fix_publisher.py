"""Devices for tests: publishes by MQTT, QoS 1, and knows what was acknowledged."""

from __future__ import annotations

import json
import threading
import uuid
from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.clock import SystemClock
from hub.config import BrokerAccess, broker_access, load
from hub.model.times import rfc3339


class Publisher:
    """Reconnects by itself and sends what was not acknowledged again, as a device with a memory would."""

    def __init__(self, access: BrokerAccess) -> None:
        self._sent: dict[int, tuple[str, float]] = {}
        self._acknowledged: defaultdict[str, set[float]] = defaultdict(set)
        self._early: set[int] = set()
        self._lock = threading.Lock()
        self._clock = SystemClock()
        name = f"test-{uuid.uuid4().hex[:12]}"
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=False, protocol=mqtt.MQTTv311)
        self._client.max_inflight_messages_set(100)
        self._client.reconnect_delay_set(1, 2)
        if access.username:
            self._client.username_pw_set(access.username, access.password)
        self._client.on_publish = self._on_publish
        self._client.connect(access.host, access.port, keepalive=10)
        self._client.loop_start()

    @classmethod
    def of_hub(cls, config: Path) -> Publisher:
        return cls(broker_access(load(config)))

    def __enter__(self) -> Publisher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, device: str, payload: bytes) -> None:
        self._client.publish(f"gridhub/v1/devices/{device}/telemetry", payload, qos=1)

    def send_value(self, device: str, value: float, metric: str = "smoke") -> None:
        payload = json.dumps({"ts": rfc3339(self._clock.now()), "values": {metric: value}})
        info = self._client.publish(f"gridhub/v1/devices/{device}/telemetry", payload, qos=1)
        with self._lock:
            if info.mid in self._early:
                self._early.discard(info.mid)
                self._acknowledged[device].add(value)
            else:
                self._sent[info.mid] = (device, value)

    def say_status(self, device: str, status: str) -> None:
        self._client.publish(f"gridhub/v1/devices/{device}/status", status.encode(), qos=1, retain=True)

    def waiting(self) -> int:
        """How many values are not acknowledged yet."""
        with self._lock:
            return len(self._sent)

    def acknowledged(self, device: str) -> set[float]:
        with self._lock:
            return set(self._acknowledged[device])

    def _on_publish(
        self, _client: mqtt.Client, _data: Any, mid: int, _reason: ReasonCode, _properties: Properties
    ) -> None:
        with self._lock:
            if mid in self._sent:
                device, value = self._sent.pop(mid)
                self._acknowledged[device].add(value)
            else:
                self._early.add(mid)
