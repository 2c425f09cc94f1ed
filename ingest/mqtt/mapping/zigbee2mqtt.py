"""Zigbee2MQTT: what devices say, whether they are there, and the bridge's list of them with types and units.

``{prefix}/bridge/devices`` (retained) tells what each device exposes; ``{prefix}/{friendly name}`` is a flat object of
its properties; ``{prefix}/{friendly name}/availability`` is ``online`` or ``offline``, as a word or in an object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.errors import Refused
from ingest.mqtt import values
from ingest.mqtt.decoded import Announced, Cause, Decoded, refused
from ingest.mqtt.mapping import instants, units
from ingest.mqtt.mapping.codec import Surroundings
from ingest.mqtt.mapping.desk import Desk, Made
from ingest.mqtt.mapping.document import leaves
from ingest.mqtt.mapping.names import MAX_NAME, Template, metric_name
from ingest.mqtt.mapping.tray import Tray
from ingest.mqtt.message import Message
from ingest.mqtt.values import kind, short

MAX_DEVICES = 5_000
MAX_LIST_BYTES = 8 * 1024 * 1024
"""Of the bridge's list: it has some eight kilobytes for each device."""
_MAX_EXPOSED = 500
_MAX_DEPTH = 8
_ORDERS = ("/set", "/get")
_NOT_MEASURED = frozenset({"last_seen", "device", "update"})
_TYPES = (
    # what a device must expose, and the type that is suggested for it
    ("smoke", "smoke"), ("gas", "gas"), ("carbon_monoxide", "gas"), ("water_leak", "water"), ("contact", "door"),
    ("occupancy", "motion"), ("presence", "motion"), ("vibration", "vibration"), ("power", "meter"),
    ("pm25", "air"), ("co2", "air"), ("temperature", "air"), ("humidity", "air"), ("illuminance", "light"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exposed:
    """One property. ``words`` are what stands for true and false, where it has two values."""

    unit: str
    words: Mapping[Any, bool]


class Zigbee2Mqtt:
    """Name for the template: ``{device}``, the friendly name."""

    def __init__(self, surroundings: Surroundings, prefix: str, device: Template) -> None:
        self._accept = surroundings.accept
        self._prefix = prefix
        self._device = device
        self._exposed: dict[str, Mapping[str, Exposed]] = {}

    def decode(self, message: Message, _found: Mapping[str, str]) -> Decoded:
        tray = Tray(message, self._accept)
        name = message.topic[len(self._prefix) + 1 :]
        try:
            if name == "bridge/devices":
                self._list(tray, message.payload)
            elif name.partition("/")[0] == "bridge" or not name or name.endswith(_ORDERS):
                tray.skipped += 1
            elif name.endswith("/availability"):
                self._availability(tray, name.removesuffix("/availability"), message.payload)
            else:
                self._said(tray, name, message.payload)
        except Refused as error:
            return refused(error)
        return tray.decoded()

    def _said(self, tray: Tray, name: str, payload: bytes) -> None:
        """Raises Refused."""
        document = values.read_document(payload)
        values.check_object(document, "what a device says")
        device = self._device.device({"device": name})
        told = document.get("last_seen")
        stamp = tray.stamp(None if told is None else _last_seen(told, tray.received_at), "", document)
        exposed = self._exposed.get(name, {})
        for prop, value in leaves({key: one for key, one in document.items() if key not in _NOT_MEASURED}):
            known = exposed.get(prop, _UNKNOWN)
            hashable = isinstance(value, str | bool | int | float)
            value = known.words.get(value, value) if hashable else value
            tray.add(device, prop, value, stamp, known.unit)

    def _availability(self, tray: Tray, name: str, payload: bytes) -> None:
        """Raises Refused."""
        word: Any = payload.decode(errors="replace").strip()
        if word.startswith("{"):
            document = values.read_document(payload)
            values.check_object(document, "an availability")
            word = document.get("state")
        if not isinstance(word, str) or word not in {"online", "offline"}:
            raise Refused(Cause.WRONG_SHAPE, f"an availability is online or offline, not {short(word)}")
        tray.online(self._device.device({"device": name}), word == "online")

    def _list(self, tray: Tray, payload: bytes) -> None:
        """Raises Refused."""
        document = values.read_document(payload, MAX_LIST_BYTES)
        if not isinstance(document, list):
            raise Refused(Cause.WRONG_SHAPE, f"the bridge's list is an array, not {kind(document)}")
        self._exposed = {}
        for entry in document:
            if isinstance(entry, dict) and entry.get("type") == "Coordinator":
                continue
            if len(self._exposed) >= MAX_DEVICES:
                tray.fault(Refused(Cause.TOO_LARGE, f"more than {MAX_DEVICES} devices behind one bridge"))
                continue
            try:
                self._listed(tray, entry)
            except Refused as error:
                tray.fault(error)

    def _listed(self, tray: Tray, entry: Any) -> None:
        """Raises Refused."""
        values.check_object(entry, "a device of the list")
        name = entry.get("friendly_name")
        if not isinstance(name, str):
            raise Refused(Cause.WRONG_SHAPE, "a device of the list has no friendly_name")
        definition = entry.get("definition")
        definition = definition if isinstance(definition, dict) else {}
        exposed = dict(_exposes(definition.get("exposes"), 0))
        self._exposed[name] = exposed
        metrics = {}
        for prop, one in exposed.items():
            try:
                metrics[metric_name(prop)] = one.unit
            except Refused:
                continue  # it will be told where such a value comes
        sort = next((sort for prop, sort in _TYPES if prop in exposed), "")
        model = " ".join(str(definition[key]) for key in ("vendor", "model") if isinstance(definition.get(key), str))
        tray.announce(Announced(self._device.device({"device": name}), name[:200], sort, model[:200], metrics))


_UNKNOWN = Exposed("", {})


def _exposes(found: Any, depth: int, way: str = "") -> Iterator[tuple[str, Exposed]]:
    """Properties of a definition, also those within others: a light has features, a composite has parts."""
    if not isinstance(found, list) or depth > _MAX_DEPTH:
        return
    for one in found[:_MAX_EXPOSED]:
        if not isinstance(one, dict):
            continue
        prop = one.get("property")
        if isinstance(prop, str) and len(way) + len(prop) >= MAX_NAME:
            continue  # no metric is called so, and the names of what is in it would be longer still
        called = f"{way}.{prop}" if way and isinstance(prop, str) else prop
        if isinstance(one.get("features"), list):
            composite = one.get("type") == "composite" and isinstance(called, str)
            yield from _exposes(one["features"], depth + 1, str(called) if composite else way)
        elif isinstance(called, str):
            unit = one.get("unit")
            words = {
                one[key]: truth
                for key, truth in (("value_on", True), ("value_off", False))
                if one.get("type") == "binary" and isinstance(one.get(key), str | bool | int)
            }
            yield called, Exposed(units.common(unit) if isinstance(unit, str) else "", words)


def _last_seen(told: Any, received_at: datetime) -> datetime:
    """As the bridge is set: ISO 8601 text, or milliseconds. Raises Refused."""
    return instants.reader("rfc3339" if isinstance(told, str) else "epoch_ms", None)(told, received_at).astimezone(UTC)


def make(desk: Desk) -> Made:
    prefix = desk.prefix("zigbee2mqtt")
    device = desk.template("device", desk.settings.device or "{device}", {"device"})
    found = desk.patterns(f"{prefix}/#")
    if device is None or desk.problems:
        return None
    return Zigbee2Mqtt(desk.surroundings, prefix, device), found
