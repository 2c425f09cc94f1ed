"""The simulated siren and barrier: they do what they are told, once, and answer (``docs/devices.md``, "Commands")."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.reasoncodes import ReasonCode

from hub import config
from hub.clock import Clock
from hub.model.times import parse_instant, rfc3339
from ingest.simulate.city import Device
from ingest.simulate.link import Link

TYPES = ("siren", "barrier")
REPORT_S = 10.0
_REMEMBERED = 10


def commands_topic(device_id: str) -> str:
    return f"gridhub/v1/devices/{device_id}/commands"


class Actuator:
    """One device, without its connection."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._sounds_until: datetime | None = None
        self._is_open = False
        self._answers: dict[str, dict[str, Any]] = {}

    def obey(self, payload: bytes, now: datetime) -> dict[str, Any]:
        """Do what a command says, and answer. One that was done before is only answered again."""
        command = json.loads(payload)
        known = self._answers.get(command["id"])
        if known is not None:
            return known
        done, detail = self._do(command["name"], command["params"], now, parse_instant(command["expires"]))
        answer = {"id": command["id"], "ok": done, "detail": detail}
        self._answers[command["id"]] = answer
        while len(self._answers) > _REMEMBERED:
            del self._answers[next(iter(self._answers))]
        return answer

    def values(self, now: datetime) -> dict[str, bool]:
        """What it reports."""
        if self._kind == "siren":
            return {"sounding": self._sounds_until is not None and now < self._sounds_until}
        return {"open": self._is_open}

    def _do(self, name: str, params: dict[str, Any], now: datetime, expires: datetime) -> tuple[bool, str]:
        if now >= expires:
            return False, "it came too late"
        match self._kind, name:
            case "siren", "sound":
                self._sounds_until = now + timedelta(seconds=params["seconds"])
                return True, f"sounding for {params['seconds']} s"
            case "siren", "silence":
                self._sounds_until = None
                return True, "silent"
            case "barrier", "open" | "close":
                self._is_open = name == "open"
                return True, "open" if self._is_open else "closed"
        return False, f"a {self._kind} knows no {name!r}"


class Actuators(Link):
    """All of them, on one connection."""

    def __init__(
        self, devices: Sequence[Device], access: Callable[[], config.BrokerAccess], name: str, clock: Clock
    ) -> None:
        super().__init__(devices, access, name)
        self._clock = clock
        self._known = {commands_topic(device.id): (device, Actuator(device.type)) for device in devices}
        self._told: dict[str, tuple[dict[str, bool], float]] = {}
        self._lock = threading.Lock()
        self._client.on_message = self._on_message

    def step(self) -> None:
        """Connect where that is due; report what has changed, and everything every ``REPORT_S``."""
        if not self._known:
            return
        now, now_s = self._clock.now(), self._clock.monotonic()
        self.tend(now_s)
        for device, actuator in self._known.values():
            with self._lock:
                values = actuator.values(now)
            before, said_s = self._told.get(device.id, (None, 0.0))
            if self.connected and (values != before or now_s - said_s >= REPORT_S):
                self._told[device.id] = values, now_s
                self.publish(device, json.dumps({"ts": rfc3339(now), "values": values}).encode())

    def _on_connect(
        self, client: mqtt.Client, userdata: object, flags: object, reason: ReasonCode, properties: object
    ) -> None:
        if not reason.is_failure:
            client.subscribe([(topic, 1) for topic in self._known])
        super()._on_connect(client, userdata, flags, reason, properties)

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        _, actuator = self._known[message.topic]
        with self._lock:
            answer = actuator.obey(bytes(message.payload), self._clock.now())
        self._client.publish(f"{message.topic}/answer", json.dumps(answer), qos=1)
