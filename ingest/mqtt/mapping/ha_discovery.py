"""One discovery payload of Home Assistant (MQTT integration, "Discovery messages") taken apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub.errors import Refused
from ingest.mqtt import values
from ingest.mqtt.decoded import Cause
from ingest.mqtt.mapping import ha_template, units
from ingest.mqtt.mapping.ha_template import Extract
from ingest.mqtt.mapping.names import metric_name
from ingest.mqtt.values import short

_ABBREVIATIONS = {
    "stat_t": "state_topic", "val_tpl": "value_template", "unit_of_meas": "unit_of_measurement", "dev": "device",
    "dev_cla": "device_class", "stat_cla": "state_class", "uniq_id": "unique_id", "obj_id": "object_id",
    "pl_on": "payload_on", "pl_off": "payload_off", "stat_on": "state_on", "stat_off": "state_off",
    "avty": "availability", "avty_t": "availability_topic", "avty_tpl": "availability_template",
    "pl_avail": "payload_available", "pl_not_avail": "payload_not_available", "json_attr_t": "json_attributes_topic",
    "stat_val_tpl": "state_value_template", "cmps": "components", "p": "platform", "o": "origin", "t": "topic",
    "pl_locd": "state_locked", "stat_locked": "state_locked", "stat_unlocked": "state_unlocked",
}  # fmt: skip
_DEVICE_ABBREVIATIONS = {"ids": "identifiers", "cns": "connections", "mf": "manufacturer", "mdl": "model"}
_TWO_STATES = {
    # component: (keys for true, keys for false, and what they are when left out)
    "binary_sensor": (("payload_on",), ("payload_off",), "ON", "OFF"),
    "switch": (("state_on", "payload_on"), ("state_off", "payload_off"), "ON", "OFF"),
    "siren": (("state_on", "payload_on"), ("state_off", "payload_off"), "ON", "OFF"),
    "fan": (("state_on", "payload_on"), ("state_off", "payload_off"), "ON", "OFF"),
    "light": (("state_on", "payload_on"), ("state_off", "payload_off"), "ON", "OFF"),
    "lock": (("state_locked",), ("state_unlocked",), "LOCKED", "UNLOCKED"),
}
_STATELESS = frozenset({"button", "scene", "notify", "camera", "image", "tag", "device_automation"})
_MAX_COMPONENTS = 500
_NO_NUMBERS = frozenset({"date", "enum", "timestamp"})


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that is said on ``topic``. ``component`` is also ``availability`` or ``position``."""

    component: str
    metric: str
    topic: str
    extract: Extract
    reads_json: bool
    unit: str = ""
    words: Mapping[str, bool] | None = None
    is_number: bool = False
    device_class: str = ""
    device: str = ""

    def named(self, device: str, metric: str) -> Entity:
        return replace(self, device=device, metric=metric)


@dataclass(slots=True)
class Found:
    """What one discovery tells. ``id`` is the first identifier of the device, or what the topic calls it."""

    id: str
    name: str
    model: str
    entities: list[Entity] = field(default_factory=list)
    availability: list[Entity] = field(default_factory=list)
    faults: list[Refused] = field(default_factory=list)


def read(levels: list[str], document: Any) -> Found:
    """``levels`` of the topic between prefix and ``config``: component, perhaps node, object. Raises Refused."""
    if len(levels) not in {2, 3} or not all(levels):
        raise Refused(Cause.BAD_TOPIC, "a discovery's topic is prefix/component/[node/]object/config")
    values.check_object(document, "a discovery")
    component, called = levels[0], levels[-1]
    whole = _spelled_out(document, _ABBREVIATIONS)
    base = str(whole.get("~", ""))
    found = _device(whole, levels)
    parts = whole.get("components") if component == "device" else {called: whole}
    if not isinstance(parts, dict) or len(parts) > _MAX_COMPONENTS:
        raise Refused(Cause.WRONG_SHAPE, f"the components of a device are an object of at most {_MAX_COMPONENTS}")
    for name, part in parts.items():
        try:
            values.check_object(part, "a component")
            told = part if part is whole else {**_common(whole), **_spelled_out(part, _ABBREVIATIONS)}
            sort = told.get("platform") if component == "device" else component
            if isinstance(sort, str):
                found.entities += _entities(sort, _short_name(name, found.id), told, base)
        except Refused as error:
            found.faults.append(error)
    try:
        found.availability = _availability(whole, base)
    except Refused as error:
        found.faults.append(error)
    return found


def _spelled_out(document: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    return {words.get(key, key): value for key, value in document.items()}


def _common(whole: Mapping[str, Any]) -> dict[str, Any]:
    """What the parts of a device inherit."""
    return {key: whole[key] for key in ("state_topic", "json_attributes_topic") if key in whole}


def _device(whole: Mapping[str, Any], levels: list[str]) -> Found:
    told = whole.get("device")
    told = _spelled_out(told, _DEVICE_ABBREVIATIONS) if isinstance(told, dict) else {}
    identifiers = told.get("identifiers")
    first = identifiers[0] if isinstance(identifiers, list) and identifiers else identifiers
    connections = told.get("connections")
    if not isinstance(first, str | int) and isinstance(connections, list) and connections:
        pair = connections[0]
        first = pair[1] if isinstance(pair, list) and len(pair) == 2 else None
    called = levels[1]  # the node, or the object where there is no node
    name = told.get("name") or told.get("model")
    model = " ".join(str(told[key]) for key in ("manufacturer", "model") if isinstance(told.get(key), str))
    return Found(str(first) if isinstance(first, str | int) else called, str(name) if name else called, model)


def _short_name(name: str, device: str) -> str:
    """Many begin the object's name with that of the device."""
    for begin in (f"{device}_", f"{device}-"):
        if name.startswith(begin) and len(name) > len(begin):
            return name[len(begin) :]
    return name


def _entities(component: str, name: str, told: Mapping[str, Any], base: str) -> list[Entity]:
    """Raises Refused. None for what has no state, such as a button."""
    found = []
    attributes = told.get("json_attributes_topic")
    if component == "device_tracker" and isinstance(attributes, str):
        found.append(Entity("position", "position", _topic(attributes, base), ha_template.plain, True))
    topic = told.get("state_topic")
    if not isinstance(topic, str) or component in _STATELESS:
        return found
    template = told.get("value_template", told.get("state_value_template"))
    extract = _template(template, name)
    unit, device_class = told.get("unit_of_measurement"), told.get("device_class")
    device_class = device_class if isinstance(device_class, str) else ""
    is_number = component == "number" or (
        component == "sensor" and device_class not in _NO_NUMBERS
        and any(isinstance(told.get(key), str) for key in ("unit_of_measurement", "state_class", "device_class"))
    )  # fmt: skip
    entity = Entity(
        component, metric_name(name), _topic(topic, base), extract, "value_json" in str(template or ""),
        units.common(unit) if isinstance(unit, str) else "", _two_states(component, told), is_number, device_class,
    )
    return [*found, entity]


def _two_states(component: str, told: Mapping[str, Any]) -> dict[str, bool] | None:
    if component not in _TWO_STATES:
        return None
    for_true, for_false, on, off = _TWO_STATES[component]
    words = {}
    for keys, default, truth in ((for_true, on, True), (for_false, off, False)):
        word = next((told[key] for key in keys if isinstance(told.get(key), str | bool | int | float)), default)
        words[str(word)] = truth
    return words


def _availability(whole: Mapping[str, Any], base: str) -> list[Entity]:
    """Raises Refused."""
    listed = whole.get("availability")
    listed = listed if isinstance(listed, list) else []
    topics = [_spelled_out(one, _ABBREVIATIONS) for one in listed if isinstance(one, dict)]
    if isinstance(whole.get("availability_topic"), str):
        own = {key: whole[key] for key in ("payload_available", "payload_not_available") if key in whole}
        template = whole.get("availability_template")
        topics.append({"topic": whole["availability_topic"], "value_template": template, **own})
    found = []
    for one in topics[:8]:
        topic, template = one.get("topic"), one.get("value_template")
        if isinstance(topic, str):
            words = {
                str(one.get("payload_available", "online")): True,
                str(one.get("payload_not_available", "offline")): False,
            }
            reads_json = "value_json" in str(template or "")
            extract = _template(template, "availability")
            found.append(Entity("availability", "", _topic(topic, base), extract, reads_json, words=words))
    return found


def _topic(topic: str, base: str) -> str:
    """``~`` at either end stands for the base topic."""
    if base and topic.startswith("~"):
        return base + topic[1:]
    return topic[:-1] + base if base and topic.endswith("~") else topic


def _template(template: Any, name: str) -> Extract:
    """Raises Refused."""
    if template is None:
        return ha_template.plain
    try:
        return ha_template.parse(str(template))
    except ValueError as error:
        words = f"the template of {short(name)} {error}: {short(template)}. Map its topic with codec json or text"
        raise Refused(Cause.UNSUPPORTED, words) from error
