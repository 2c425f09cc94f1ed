"""One message in, what is to be written out: who it is from, what it says, and why not where it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from msgspec import structs

from hub.clock import Clock
from hub.config.settings import Accept
from hub.model.observation import Observation, Refusal
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt import codecs, fastpath, topics
from ingest.mqtt.decoded import Cause, Decoded, Fault
from ingest.mqtt.foreign import Foreign
from ingest.mqtt.mapping.router import Router
from ingest.mqtt.message import Message
from ingest.mqtt.presence import Presence
from ingest.mqtt.quarantine import Allowance
from ingest.mqtt.strangers import Strangers
from ingest.mqtt.values import MAX_SAMPLES

_MAX_ADDRESSES = 100_000
_TICK = timedelta(microseconds=1)
_AT_ONCE = timedelta(seconds=1)
"""Messages that were read together arrived within it; what seems to be earlier still, came when the clock went back."""


class Knows(Protocol):
    """The registry as far as this file needs it."""

    def approved(self, device: str) -> bool | None:
        """None for an unknown device."""


class Intake:
    """For one thread."""

    def __init__(
        self,
        shard: Shard,
        devices: Knows,
        presence: Presence,
        accept: Accept,
        tally: Tally,
        clock: Clock,
        router: Router | None = None,
    ) -> None:
        """``router``: what takes the topics that are not the hub's own."""
        self._shard = shard
        self._devices = devices
        self._presence = presence
        self._accept = accept
        self._tally = tally
        self._clock = clock
        self._allowance = Allowance()
        self.strangers = Strangers()
        self._addresses: dict[str, topics.Address] = {}
        self._counted = dict.fromkeys(topics.Kind, 0)
        self._taken_until = datetime.min.replace(tzinfo=UTC)
        self._foreign: Foreign | None = None
        if router is not None:
            self._foreign = Foreign(
                router, shard, devices, presence, self.strangers, self._refuse, tally, clock
            )

    def count(self) -> None:
        """Add what was read since the last call to the tally: once for many messages, as each addition takes a lock."""
        for kind, number in self._counted.items():
            if number:
                self._tally.add("gridhub_mqtt_messages_total", number, kind=str(kind))
                self._counted[kind] = 0

    def read(self, message: Message) -> tuple[Sequence[Observation], Sequence[Refusal]]:
        """What is to be committed before the message is acknowledged; may be nothing at all."""
        message = self._apart(message)
        address = self._addresses.get(message.topic)
        if address is None:
            if self._foreign is not None and not message.topic.startswith(topics.OWN):
                found = self._foreign.read(message)
                self._is_spread(message, self._foreign.spread_us)
                return found
            try:
                address = topics.parse(message.topic)
            except ValueError as error:
                # One worker looks after it, as they all get it.
                if topics.is_probe(message.topic) or not self._shard.owns(message.topic):
                    return (), ()
                return (), self._refuse(message.topic, message, [Fault(Cause.BAD_TOPIC, str(error))])
            if not self._shard.owns(address.device):
                return (), ()
            if len(self._addresses) >= _MAX_ADDRESSES:  # somebody invents ids
                self._addresses.clear()
            self._addresses[message.topic] = address
        self._counted[address.kind] += 1
        approved = self._devices.approved(address.device)
        if not approved:
            return (), self._turn_away(address.device, message, is_known=approved is not None)
        if address.kind is topics.Kind.TELEMETRY:
            plain = fastpath.telemetry(address.device, message.payload, message.received_at, self._accept)
            if plain is not None:
                if not message.retained:  # old news, and no sign that it is there
                    self._presence.heard(address.device, message.received_at, self._clock.monotonic(), plain)
                return self._presence.checks.check(plain), ()
        decoded = self._decode(address, message)
        self._is_spread(message, decoded.spread_us)
        return self._presence.checks.check(decoded.observations), self._refuse(address.device, message, decoded.faults)

    def _turn_away(self, device: str, message: Message, *, is_known: bool) -> Sequence[Refusal]:
        if is_known:
            return self._refuse(device, message, [Fault(Cause.NOT_APPROVED, f"{device} is waiting for approval")])
        if self.strangers.is_blocked(device):
            self._tally.add("gridhub_mqtt_refused_total", cause="blocked")
            return ()
        self.strangers.heard(device, message.topic, message.payload, message.received_at)
        return self._refuse(device, message, [Fault(Cause.UNKNOWN_DEVICE, f"{device} is not known")])

    def read_again(self, message: Message) -> Decoded:
        """A message that was kept in the quarantine: a sign of life at its own time, not quarantined a second time."""
        if self._foreign is not None and not message.topic.startswith(topics.OWN):
            return self._foreign.read_again(message)
        try:
            address = topics.parse(message.topic)
        except ValueError as error:
            return Decoded(faults=(Fault(Cause.BAD_TOPIC, str(error)),))
        if not self._devices.approved(address.device):
            return Decoded(faults=(Fault(Cause.UNKNOWN_DEVICE, f"{address.device} is still not known and approved"),))
        if address.kind is topics.Kind.STATUS:
            decoded = codecs.status(address.device, message.payload, message.received_at)
        else:
            decoded = codecs.telemetry(address.device, message.payload, message.received_at, self._accept)
        if decoded.observations and address.kind is topics.Kind.TELEMETRY:
            now, now_s = self._clock.now(), self._clock.monotonic()
            self._presence.heard_then(address.device, message.received_at, now, now_s)
        return replace(decoded, observations=self._presence.checks.check(decoded.observations))

    def _apart(self, message: Message) -> Message:
        """Else its samples without a time and an id would be taken for those of the message before, and be lost."""
        if not message.received_at <= self._taken_until < message.received_at + _AT_ONCE:
            return message
        self._taken_until += _TICK
        return structs.replace(message, received_at=self._taken_until)

    def _is_spread(self, message: Message, spread_us: int) -> None:
        """Messages that are read at once stand a microsecond apart, and so do the samples in one: the next waits."""
        until = message.received_at + spread_us * _TICK
        if spread_us and not until <= self._taken_until < message.received_at + _AT_ONCE:
            self._taken_until = until

    def _decode(self, address: topics.Address, message: Message) -> Decoded:
        device, at, now_s = address.device, message.received_at, self._clock.monotonic()
        if address.kind is topics.Kind.TELEMETRY:
            decoded = codecs.telemetry(device, message.payload, at, self._accept, retained=message.retained)
            if decoded.skipped:
                self._tally.add("gridhub_mqtt_skipped_total", decoded.skipped)
            if decoded.observations and not message.retained:
                self._presence.heard(device, at, now_s, decoded.observations)
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
            size_bytes = len(message.payload)
            room = self._allowance.keeps(origin, fault.cause, size_bytes, self._clock.monotonic())
            if room is not None:
                detail = fault.detail if fault.count == 1 else f"{fault.detail} (and {fault.count - 1} more samples)"
                device = "" if origin == message.topic else origin
                head, at = message.payload[:room], message.received_at
                kept.append(Refusal(message.topic, fault.cause, detail, head, size_bytes, at, device))
        if kept:
            self._is_spread(message, MAX_SAMPLES)  # it may be read again, and nobody knows yet what is in it
        return kept
