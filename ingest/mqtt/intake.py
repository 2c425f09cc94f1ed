"""One message in, what is to be written out: who it is from, what it says, and why not where it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hub.clock import Clock
from hub.config.settings import Accept
from hub.model.observation import Observation, Refusal
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt import codecs, topics
from ingest.mqtt.decoded import Cause, Decoded, Fault
from ingest.mqtt.message import Message
from ingest.mqtt.presence import Presence
from ingest.mqtt.quarantine import HEAD_BYTES, Allowance


class Knows(Protocol):
    """The registry as far as this file needs it."""

    def approved(self, device: str) -> bool | None:
        """None for an unknown device."""


class Intake:
    """For one thread."""

    def __init__(
        self, shard: Shard, devices: Knows, presence: Presence, accept: Accept, tally: Tally, clock: Clock
    ) -> None:
        self._shard = shard
        self._devices = devices
        self._presence = presence
        self._accept = accept
        self._tally = tally
        self._clock = clock
        self._allowance = Allowance()

    def read(self, message: Message) -> tuple[Sequence[Observation], Sequence[Refusal]]:
        """What is to be committed before the message is acknowledged; may be nothing at all."""
        try:
            address = topics.parse(message.topic)
        except ValueError as error:
            # One worker looks after it, as they all get it.
            if not self._shard.owns(message.topic):
                return (), ()
            return (), self._refuse(message.topic, message, [Fault(Cause.BAD_TOPIC, str(error))])
        if not self._shard.owns(address.device):
            return (), ()
        self._tally.add("gridhub_mqtt_messages_total", kind=str(address.kind))
        approved = self._devices.approved(address.device)
        if not approved:
            cause = Cause.UNKNOWN_DEVICE if approved is None else Cause.NOT_APPROVED
            detail = f"{address.device} is {'not known' if approved is None else 'waiting for approval'}"
            return (), self._refuse(address.device, message, [Fault(cause, detail)])
        decoded = self._decode(address, message)
        return decoded.observations, self._refuse(address.device, message, decoded.faults)

    def _decode(self, address: topics.Address, message: Message) -> Decoded:
        device, at, now_s = address.device, message.received_at, self._clock.monotonic()
        if address.kind is topics.Kind.TELEMETRY:
            decoded = codecs.telemetry(device, message.payload, at, self._accept)
            if decoded.observations:
                self._presence.heard(device, at, now_s)
        else:
            decoded = codecs.status(device, message.payload, at)
            for observation in decoded.observations:
                online = observation.value == 1.0
                if not self._presence.status(device, online, at, now_s, retained=message.retained):
                    decoded = Decoded()  # a retained status that is known already
        if decoded.faults:
            self._presence.complain(device, str(decoded.faults[0].cause))
        return decoded

    def _refuse(self, origin: str, message: Message, faults: Sequence[Fault]) -> list[Refusal]:
        """Count all of them; answer those that are kept."""
        kept = []
        for fault in faults:
            self._tally.add("gridhub_mqtt_refused_total", fault.count, cause=str(fault.cause))
            if self._allowance.keeps(origin, fault.cause, self._clock.monotonic()):
                detail = fault.detail if fault.count == 1 else f"{fault.detail} (and {fault.count - 1} more samples)"
                head = message.payload[:HEAD_BYTES]
                size_bytes = len(message.payload)
                kept.append(Refusal(message.topic, fault.cause, detail, head, size_bytes, message.received_at))
        return kept
