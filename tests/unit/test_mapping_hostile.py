"""Payloads that are small themselves and ask for much: names that are multiplied, and what is remembered of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hub.config.settings import Accept
from ingest.mqtt.decoded import Cause, Decoded
from ingest.mqtt.mapping import homeassistant, names, router, sparkplug, units
from ingest.mqtt.mapping.codec import Surroundings
from ingest.mqtt.mapping.document import leaves
from ingest.mqtt.mapping.homeassistant import HomeAssistant
from ingest.mqtt.mapping.names import Template
from ingest.mqtt.mapping.patterns import Pattern
from ingest.mqtt.mapping.router import Router
from ingest.mqtt.mapping.sparkplug import Sparkplug
from ingest.mqtt.mapping.sparkplug_payload import Payload
from ingest.mqtt.mapping.zigbee2mqtt import Zigbee2Mqtt
from ingest.mqtt.message import Message
from ingest.mqtt.quarantine import KEPT_PER_ORIGIN, Allowance
from ingest.mqtt.values import MAX_PAYLOAD_BYTES

_NOW = datetime(2026, 11, 23, tzinfo=UTC)
_AROUND = Surroundings(Accept(), lambda _topic, _payload: None, lambda _device: True)


def test_a_long_name_is_not_multiplied_by_what_is_within_it() -> None:
    inner = {f"m{index}": index for index in range(2000)}
    document = {"a" * 100_000: inner, "b": {"c": 1}}
    assert sum(len(name) for name, _ in leaves(document)) < 2 * MAX_PAYLOAD_BYTES
    said = _zigbee().decode(_message("zigbee2mqtt/x", document), {})
    assert [item.metric for item in said.observations] == ["b.c"]
    assert [fault.cause for fault in said.faults] == [Cause.BAD_METRIC]


def test_a_long_name_in_the_bridges_list_is_not_multiplied_either() -> None:
    parts = [{"property": f"p{index}"} for index in range(500)]
    exposes = [{"type": "composite", "property": "a" * 100_000, "features": parts}, {"property": "temperature"}]
    codec = _zigbee()
    codec.decode(_message("zigbee2mqtt/bridge/devices", [_listed("lamp", exposes)]), {})
    assert list(codec._exposed["lamp"]) == ["temperature"]


def test_long_names_are_refused_and_not_remembered() -> None:
    before = names._metric_name.cache_info().currsize, names._device_id.cache_info().currsize
    long = "x" * (names.MAX_NAME + 1)
    said = _zigbee().decode(_message("zigbee2mqtt/y", {long: 1}), {})
    assert [fault.cause for fault in said.faults] == [Cause.BAD_METRIC]
    said = _zigbee().decode(_message(f"zigbee2mqtt/{long}", {"a": 1}), {})
    assert [fault.cause for fault in said.faults] == [Cause.BAD_DEVICE]
    after = names._metric_name.cache_info().currsize, names._device_id.cache_info().currsize
    assert after[0] <= before[0] + 1  # "a" may be new
    assert after[1] <= before[1] + 1  # "y" may be new


def test_a_long_topic_is_refused_and_not_remembered() -> None:
    routes = Router(())
    said = routes.read(Message("x" * (router._MAX_TOPIC + 1), b"1", _NOW))
    assert [fault.cause for fault in said.faults] == [Cause.BAD_TOPIC]
    assert not routes._known


def test_of_a_long_unit_little_is_remembered() -> None:
    assert units.common("µ" * 300_000) == units.common("µ" * 200)
    assert units.senml("%" + "x" * 300_000) == units.senml("%" + "x" * 199)


def test_discoveries_that_lead_nowhere_leave_nothing_behind() -> None:
    codec = _home_assistant()
    for index in range(100):
        told = {"state_topic": "elsewhere/state", "device": {"identifiers": f"d{index}"}}
        codec.decode(_message(f"homeassistant/sensor/n{index}/config", told), {})
    assert (len(codec._metrics), len(codec._topics_of), codec._count, codec._bytes) == (0, 0, 0, 0)


def test_what_discoveries_say_is_remembered_up_to_a_size_and_given_back() -> None:
    codec = _home_assistant()
    told = {"state_topic": "x/y", "device": {"identifiers": "d"}, "payload_on": "n" * 200_000}
    causes: list[str] = []
    count = homeassistant.MAX_BYTES // 200_000 + 10
    for index in range(count):
        said = codec.decode(_message(f"homeassistant/switch/n{index}/config", told), {})
        causes += [fault.cause for fault in said.faults]
    assert set(causes) == {Cause.TOO_LARGE}
    assert codec._bytes <= homeassistant.MAX_BYTES
    for index in range(count):
        codec.decode(Message(f"homeassistant/switch/n{index}/config", b"", _NOW), {})
    assert (codec._bytes, codec._count, codec._metrics, codec._topics_of) == (0, 0, {}, {})


def test_aliases_of_one_name_are_not_more_than_names() -> None:
    codec = _sparkplug()
    codec.decode(Message("spBv1.0/g/NBIRTH/e", Payload(seq=0).SerializeToString(), _NOW), {})
    for device in range(3):
        _born(codec, f"d{device}", [("same", alias) for alias in range(device * 1000, device * 1000 + 1000)])
    [node] = codec._nodes.values()
    assert (len(node.by_alias), node.size, codec._metrics) == (3, 3, 3)


def test_a_device_that_is_born_anew_takes_only_its_own_aliases_along() -> None:
    codec = _sparkplug()
    codec.decode(Message("spBv1.0/g/NBIRTH/e", Payload(seq=0).SerializeToString(), _NOW), {})
    _born(codec, "one", [("a", 1), ("b", 2)])
    _born(codec, "two", [("c", 3), ("stolen", 2)])
    _born(codec, "one", [("a", 1)])
    [node] = codec._nodes.values()
    assert {alias: known.name for alias, known in node.by_alias.items()} == {1: "a", 2: "stolen", 3: "c"}
    assert codec._metrics == 3


def test_devices_behind_one_node_are_bounded() -> None:
    codec = _sparkplug()
    codec.decode(Message("spBv1.0/g/NBIRTH/e", Payload(seq=0).SerializeToString(), _NOW), {})
    said = [_born(codec, f"d{device}", []) for device in range(sparkplug.MAX_DEVICES + 1)]
    assert [fault.cause for fault in said[-1].faults] == [Cause.TOO_LARGE]
    assert not said[-2].faults
    [node] = codec._nodes.values()
    assert len(node.devices) == sparkplug.MAX_DEVICES


def test_long_topics_are_told_apart_by_their_beginning_only() -> None:
    allowance = Allowance()
    kept = [allowance.keeps("t" * 60_000 + str(index), "bad_topic", 1, 0.0) for index in range(20)]
    assert sum(one is not None for one in kept) == KEPT_PER_ORIGIN


def _message(topic: str, document: Any) -> Message:
    return Message(topic, json.dumps(document).encode(), _NOW)


def _zigbee() -> Zigbee2Mqtt:
    return Zigbee2Mqtt(_AROUND, "zigbee2mqtt", Template("{device}", ["device"]))


def _listed(name: str, exposes: list[Any]) -> dict[str, Any]:
    return {"friendly_name": name, "definition": {"exposes": exposes}}


def _home_assistant() -> HomeAssistant:
    return HomeAssistant(_AROUND, "homeassistant", Template("{id}", ["id", "name"]), (Pattern.parse("x/#"),))


def _sparkplug() -> Sparkplug:
    node = Template("{group}.{edge}", ["group", "edge"])
    return Sparkplug(_AROUND, "spBv1.0", node, Template("{group}.{edge}.{device}", ["group", "edge", "device"]))


def _born(codec: Sparkplug, device: str, metrics: list[tuple[str, int]]) -> Decoded:
    payload = Payload(seq=1)
    for name, alias in metrics:
        payload.metrics.add(name=name, alias=alias)
    return codec.decode(Message(f"spBv1.0/g/DBIRTH/e/{device}", payload.SerializeToString(), _NOW), {})
