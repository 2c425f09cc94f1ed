"""MQTT discovery of Home Assistant: devices announce their entities, and where the states of those are to be read.

``{prefix}/{component}/[{node}/]{object}/config`` (retained) announces one entity, or with the component ``device`` a
device with several. Their state topics may lie anywhere; which of them are read is for the configuration to say
(``topics``), so that nobody who can publish a discovery can make the hub subscribe to everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.errors import Refused
from ingest.mqtt import values
from ingest.mqtt.decoded import Announced, Cause, Decoded, refused
from ingest.mqtt.mapping.codec import Surroundings
from ingest.mqtt.mapping.desk import Desk, Made
from ingest.mqtt.mapping.ha_discovery import Entity, Found, read
from ingest.mqtt.mapping.ha_template import MISSING
from ingest.mqtt.mapping.names import Template
from ingest.mqtt.mapping.patterns import Pattern
from ingest.mqtt.mapping.tray import Tray
from ingest.mqtt.message import Message
from ingest.mqtt.values import short

MAX_ENTITIES = 50_000
MAX_BYTES = 32 * 1024 * 1024
"""Of all discoveries that are remembered together."""
_NO_STATE = frozenset({"", "unknown", "unavailable", "None", "null"})


@dataclass(frozen=True, slots=True)
class _Listener:
    """Who waits for a topic, and which discovery said so."""

    announced_by: str
    entity: Entity


class HomeAssistant:
    """Names for the template: ``{id}`` (the device's first identifier, else what the topic calls it), ``{name}``."""

    def __init__(self, surroundings: Surroundings, prefix: str, device: Template, topics: tuple[Pattern, ...]) -> None:
        self._accept = surroundings.accept
        self._prefix = prefix
        self._device = device
        self._topics = topics
        self._listeners: dict[str, list[_Listener]] = {}
        self._topics_of: dict[str, tuple[str, ...]] = {}
        self._sizes: dict[str, int] = {}
        self._bytes = 0
        self._metrics: dict[tuple[str, str], str] = {}
        self._count = 0

    def decode(self, message: Message, _found: Mapping[str, str]) -> Decoded:
        tray = Tray(message, self._accept)
        try:
            values.check_size(message.payload)
            if message.topic.startswith(f"{self._prefix}/"):
                if message.topic.endswith("/config"):
                    self._discover(tray, message)
                else:
                    tray.skipped += 1
            else:
                self._said(tray, message)
        except Refused as error:
            return refused(error)
        return tray.decoded()

    # --- announced ---------------------------------------------------------------------------------------------------

    def _discover(self, tray: Tray, message: Message) -> None:
        """Raises Refused."""
        self._forget(message.topic)
        if not message.payload:
            tray.skipped += 1  # it takes the discovery back
            return
        if self._bytes + len(message.payload) > MAX_BYTES:
            raise Refused(Cause.TOO_LARGE, f"the discoveries come to more than {MAX_BYTES // 2**20} MiB")
        levels = message.topic[len(self._prefix) + 1 :].split("/")[:-1]
        found = read(levels, values.read_document(message.payload))
        device = self._device.device({"id": found.id, "name": found.name})
        for error in found.faults:
            tray.fault(error, device)
        metrics: dict[str, str] = {}
        topics: list[str] = []
        for entity in found.entities:
            metric = self._own_name(device, entity, message.topic)
            metrics[metric] = entity.unit
            topics += self._listen(tray, message.topic, entity.named(device, metric))
        for entity in found.availability:
            topics += self._listen(tray, message.topic, entity.named(device, ""))
        if topics:
            self._topics_of[message.topic] = tuple(topics)
            self._sizes[message.topic] = len(message.payload)
            self._bytes += len(message.payload)
        tray.announce(Announced(device, found.name[:200], _suggest(found), found.model[:200], metrics))

    def _own_name(self, device: str, entity: Entity, topic: str) -> str:
        """Two entities of one device may share a name, such as a sensor and a switch."""
        for metric in (entity.metric, f"{entity.component}.{entity.metric}"[:63]):
            if self._metrics.get((device, metric), topic) == topic:
                return metric
        return entity.metric

    def _listen(self, tray: Tray, announced_by: str, entity: Entity) -> list[str]:
        if not any(pattern.match(entity.topic) is not None for pattern in self._topics):
            words = f"{short(entity.topic)} lies outside of what the mapping reads: add a pattern for it to topics"
            tray.fault(Refused(Cause.UNSUPPORTED, words), entity.device)
            return []
        if self._count >= MAX_ENTITIES:
            tray.fault(Refused(Cause.TOO_LARGE, f"more than {MAX_ENTITIES} entities are announced"), entity.device)
            return []
        self._count += 1
        if entity.metric:
            self._metrics[entity.device, entity.metric] = announced_by
        self._listeners.setdefault(entity.topic, []).append(_Listener(announced_by, entity))
        return [entity.topic]

    def _forget(self, announced_by: str) -> None:
        self._bytes -= self._sizes.pop(announced_by, 0)
        for topic in set(self._topics_of.pop(announced_by, ())):
            listeners = self._listeners.get(topic, [])
            rest = [one for one in listeners if one.announced_by != announced_by]
            for one in listeners:
                if one.announced_by == announced_by:
                    self._metrics.pop((one.entity.device, one.entity.metric), None)
            self._count -= len(listeners) - len(rest)
            if rest:
                self._listeners[topic] = rest
            else:
                self._listeners.pop(topic, None)

    # --- said --------------------------------------------------------------------------------------------------------

    def _said(self, tray: Tray, message: Message) -> None:
        """Raises Refused."""
        listeners = self._listeners.get(message.topic)
        if not listeners:
            raise Refused(Cause.NO_BIRTH, f"no discovery has told what {short(message.topic)} means")
        try:
            text = message.payload.decode().strip()
        except UnicodeDecodeError as error:
            raise Refused(Cause.NOT_TEXT, f"not UTF-8 at byte {error.start}") from error
        document: Any = MISSING
        if any(one.entity.reads_json for one in listeners):
            document = values.read_document(message.payload)
        for listener in listeners:
            try:
                self._put(tray, listener.entity, text, document)
            except Refused as error:
                tray.fault(error, listener.entity.device)

    @staticmethod
    def _put(tray: Tray, entity: Entity, text: str, document: Any) -> None:
        """Raises Refused."""
        if entity.component == "position":
            place = document if isinstance(document, dict) else {}
            if place.get("latitude") is None or place.get("longitude") is None:
                tray.skipped += 1
                return
            told = (place["latitude"], place["longitude"], place.get("altitude"))
            tray.add_position(entity.device, *told, tray.stamp(None))
            return
        found = entity.extract(text, document)
        if found is MISSING or found is None or (isinstance(found, str) and found.strip() in _NO_STATE):
            tray.skipped += 1
            return
        if entity.words is not None:
            found = entity.words.get(_word(found), found)
            if not isinstance(found, bool):
                raise Refused(Cause.BAD_VALUE, f"{entity.metric}: {short(found)} is none of {list(entity.words)}")
        if entity.component == "availability":
            tray.online(entity.device, found)
            return
        if entity.is_number and isinstance(found, str):
            number = values.number_in(found)
            if number is None:
                raise Refused(Cause.BAD_VALUE, f"{entity.metric}: {short(found)} is not a number")
            found = number
        tray.add(entity.device, entity.metric, found, tray.stamp(None), entity.unit)


def _word(found: Any) -> str:
    """As a template would print it."""
    return str(found)


def _suggest(found: Found) -> str:
    return next((entity.device_class for entity in found.entities if entity.device_class in _TYPES), "")


_TYPES = frozenset({"smoke", "gas", "door", "motion", "vibration"})


def make(desk: Desk) -> Made:
    prefix = desk.prefix("homeassistant")
    device = desk.template("device", desk.settings.device or "{id}", {"id", "name"})
    found = desk.patterns(f"{prefix}/#")
    topics = [desk.pattern(text, ("topics", index)) for index, text in enumerate(desk.settings.topics)]
    others = tuple(pattern for pattern in topics if pattern is not None)
    if device is None or desk.problems:
        return None
    return HomeAssistant(desk.surroundings, prefix, device, others), (*found, *others)
