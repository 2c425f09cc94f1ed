"""Messages of foreign topics: decoded by their mapping, then told apart by device, since one may speak for many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import msgspec

from hub.clock import Clock
from hub.model.observation import Observation, Refusal
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt.decoded import ONLINE_METRIC, Announced, Cause, Decoded, Fault
from ingest.mqtt.mapping.router import Router
from ingest.mqtt.message import Message
from ingest.mqtt.presence import Presence
from ingest.mqtt.strangers import Strangers

Refuse = Callable[[str, Message, Sequence[Fault]], list[Refusal]]


class Knows(Protocol):
    """The registry as far as this file needs it."""

    def approved(self, device: str) -> bool | None:
        """None for an unknown device."""


class Foreign:
    """For the thread of the intake, whose ``refuse`` counts and keeps what is refused."""

    def __init__(
        self,
        router: Router,
        shard: Shard,
        devices: Knows,
        presence: Presence,
        strangers: Strangers,
        refuse: Refuse,
        tally: Tally,
        clock: Clock,
    ) -> None:
        self._router = router
        self._shard = shard
        self._devices = devices
        self._presence = presence
        self._strangers = strangers
        self._refuse = refuse
        self._tally = tally
        self._clock = clock
        self.spread_us = 0
        """Of the message that was read last; see ``Decoded``."""

    def read(self, message: Message) -> tuple[Sequence[Observation], Sequence[Refusal]]:
        """What is to be committed before the message is acknowledged. Every worker reads all, and keeps its own."""
        decoded = self._router.read(message)
        self.spread_us = decoded.spread_us
        if self._shard.owns(message.topic):
            self._tally.add("gridhub_mqtt_messages_total", kind="mapped")
            if decoded.skipped:
                self._tally.add("gridhub_mqtt_skipped_total", decoded.skipped)
        self._hear_of(decoded.announced, message)
        kept: list[Observation] = []
        refusals: list[Refusal] = []
        for device, said in self._by_device(decoded.observations).items():
            if self._lets_in(device, message):
                kept += self._said(device, said, message)
            elif not self._strangers.is_blocked(device):
                refusals += self._refuse(device, message, [_unknown(device, len(said), self._devices)])
            else:
                self._tally.add("gridhub_mqtt_refused_total", len(said), cause="blocked")
        for fault in decoded.faults:
            origin = fault.device or message.topic
            if self._shard.owns(origin):
                refusals += self._refuse(origin, message, [fault])
                if fault.device and self._devices.approved(fault.device):
                    self._presence.complain(fault.device, str(fault.cause))
        return self._presence.checks.check(kept), refusals

    def read_again(self, message: Message) -> Decoded:
        """Out of the quarantine: a sign of life at its own time; its number in a sequence was counted when it came."""
        decoded = self._router.read(msgspec.structs.replace(message, again=True))
        faults = list(decoded.faults)
        kept: list[Observation] = []
        for device, said in self._by_device(decoded.observations).items():
            if self._devices.approved(device):
                kept += said
                if any(item.metric != ONLINE_METRIC for item in said):
                    now, now_s = self._clock.now(), self._clock.monotonic()
                    self._presence.heard_then(device, message.received_at, now, now_s)
            else:
                faults.append(_unknown(device, len(said), self._devices))
        return replace(decoded, observations=self._presence.checks.check(kept), faults=faults)

    def _by_device(self, observations: Sequence[Observation]) -> dict[str, list[Observation]]:
        """Of this worker's devices."""
        found: dict[str, list[Observation]] = {}
        for item in observations:
            found.setdefault(item.source, []).append(item)
        return {device: said for device, said in found.items() if self._shard.owns(device)}

    def _hear_of(self, announced: Sequence[Announced], message: Message) -> None:
        for told in announced:
            if self._shard.owns(told.device) and self._devices.approved(told.device) is None:
                self._strangers.announced(told, message.topic, message.received_at)

    def _lets_in(self, device: str, message: Message) -> bool:
        approved = self._devices.approved(device)
        if approved is None and not self._strangers.is_blocked(device):
            self._strangers.heard(device, message.topic, message.payload, message.received_at)
        return bool(approved)

    def _said(self, device: str, said: list[Observation], message: Message) -> list[Observation]:
        """Without what a retained status says that is known already."""
        at, now_s = message.received_at, self._clock.monotonic()
        kept = [item for item in said if item.metric != ONLINE_METRIC]
        if kept and not message.retained:  # else old news, and no sign that it is there
            self._presence.heard(device, at, now_s, kept)
        for item in said:
            if item.metric == ONLINE_METRIC:
                online = item.value == 1.0
                if self._presence.status(device, online, at, now_s, retained=message.retained):
                    kept.append(item)
        return kept


def _unknown(device: str, count: int, devices: Knows) -> Fault:
    if devices.approved(device) is None:
        return Fault(Cause.UNKNOWN_DEVICE, f"{device} is not known", count, device)
    return Fault(Cause.NOT_APPROVED, f"{device} is waiting for approval", count, device)
