"""Zigbee2MQTT: the bridge's list gives types and units, devices say flat objects, and whether they are there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ingest.mqtt.mapping import zigbee2mqtt
from tests.unit.mapping_trial import NOW, Trial

DEVICES: list[dict[str, Any]] = [
    {"ieee_address": "0x00124b0018e27bb2", "type": "Coordinator", "friendly_name": "Coordinator", "definition": None},
    {
        "ieee_address": "0x00158d0002b5196f", "type": "EndDevice", "friendly_name": "cellar-leak",
        "definition": {"vendor": "Aqara", "model": "SJCGQ11LM", "exposes": [
            {"type": "binary", "name": "water_leak", "property": "water_leak", "value_on": True, "value_off": False},
            {"type": "numeric", "name": "battery", "property": "battery", "unit": "%", "value_min": 0},
            {"type": "numeric", "name": "device_temperature", "property": "device_temperature", "unit": "°C"},
        ]},
    },
    {
        "ieee_address": "0x0017880104e45517", "type": "Router", "friendly_name": "floor1/lamp",
        "definition": {"vendor": "Philips", "model": "7146060PH", "exposes": [
            {"type": "light", "features": [
                {"type": "binary", "property": "state", "value_on": "ON", "value_off": "OFF", "value_toggle": "TOGGLE"},
                {"type": "numeric", "property": "brightness", "value_max": 254},
                {"type": "composite", "property": "color", "features": [
                    {"type": "numeric", "property": "x"}, {"type": "numeric", "property": "y"}]},
            ]},
            {"type": "enum", "property": "effect", "values": ["blink", "okay"]},
        ]},
    },
]  # fmt: skip


def ready() -> Trial:
    trial = Trial.of("  - codec: zigbee2mqtt\n")
    trial.read("zigbee2mqtt/bridge/devices", DEVICES, retained=True)
    return trial


def test_the_bridges_list_announces_devices_with_types_and_units() -> None:
    found = Trial.of("  - codec: zigbee2mqtt\n").read("zigbee2mqtt/bridge/devices", DEVICES, retained=True)
    assert found.faults == ()
    [leak, lamp] = found.announced
    assert (leak.device, leak.name, leak.type, leak.model) == ("cellar-leak", "cellar-leak", "water", "Aqara SJCGQ11LM")
    assert leak.metrics == {"water_leak": "", "battery": "%", "device_temperature": "Cel"}
    assert lamp.name == "floor1/lamp"
    assert set(lamp.metrics) == {"state", "brightness", "color.x", "color.y", "effect"}


def test_what_a_device_says_has_its_units_and_truth_values() -> None:
    trial = ready()
    payload = {"battery": 97, "water_leak": True, "device_temperature": 21, "linkquality": 120, "voltage": None,
               "update": {"state": "idle"}, "last_seen": "2026-03-01T19:59:00+08:00"}  # fmt: skip
    found = trial.read("zigbee2mqtt/cellar-leak", payload)
    assert (found.faults, found.skipped) == ((), 1)
    assert {(item.metric, item.value, item.unit) for item in found.observations} == {
        ("battery", 97.0, "%"), ("water_leak", 1.0, ""), ("device_temperature", 21.0, "Cel"),
        ("linkquality", 120.0, ""),
    }  # fmt: skip
    assert {item.ts for item in found.observations} == {NOW - timedelta(minutes=1)}
    lamp = trial.rows("zigbee2mqtt/floor1/lamp", {"state": "ON", "brightness": 254, "color": {"x": 0.3, "y": 0.4}})
    assert [(metric, value) for _, metric, value in lamp] == [
        ("state", 1.0), ("brightness", 254.0), ("color.x", 0.3), ("color.y", 0.4),
    ]  # fmt: skip


def test_before_the_list_came_words_are_kept_as_words() -> None:
    assert Trial.of("  - codec: zigbee2mqtt\n").rows("zigbee2mqtt/lamp", {"state": "ON"}) == [("lamp", "state", "ON")]


@pytest.mark.parametrize(
    ("payload", "value"),
    [(b"online", 1.0), (b"offline", 0.0), ({"state": "online"}, 1.0), ({"state": "offline"}, 0.0)],
)
def test_availability_in_both_forms(payload: object, value: float) -> None:
    assert ready().rows("zigbee2mqtt/cellar-leak/availability", payload, retained=True) == [
        ("cellar-leak", "device.online", value)
    ]


@pytest.mark.parametrize(
    ("topic", "payload", "cause"),
    [
        ("cellar-leak/availability", b"here", "wrong_shape"), ("cellar-leak/availability", {"state": 5}, "wrong_shape"),
        ("cellar-leak/availability", b"{", "not_json"), ("cellar-leak", b"ON", "not_json"),
        ("cellar-leak", [1], "wrong_shape"), ("cellar-leak", {"last_seen": "x", "battery": 1}, "bad_time"),
        ("bridge/devices", {}, "wrong_shape"), ("bridge/devices", [{"friendly_name": 5}], "wrong_shape"),
        ("bridge/devices", [5], "wrong_shape"), ("cellar-leak", b"x" * 300_000, "too_large"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(topic: str, payload: object, cause: str) -> None:
    assert ready().causes(f"zigbee2mqtt/{topic}", payload) == {cause: 1}


@pytest.mark.parametrize("topic", ["bridge/state", "bridge/info", "bridge/logging", "lamp/set", "lamp/get", "a/b/set"])
def test_what_the_bridge_and_others_say_to_each_other_is_left_out(topic: str) -> None:
    found = ready().read(f"zigbee2mqtt/{topic}", b"whatever")
    assert (list(found.observations), found.faults, found.skipped) == ([], (), 1)


def test_a_list_larger_than_any_other_message_is_read_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zigbee2mqtt, "MAX_DEVICES", 50)
    many = [{**DEVICES[1], "friendly_name": f"leak-{n}", "note": "x" * 8000} for n in range(60)]
    found = Trial.of("  - codec: zigbee2mqtt\n").read("zigbee2mqtt/bridge/devices", many)
    assert len(found.announced) == 50
    assert [(str(fault.cause), fault.count) for fault in found.faults] == [("too_large", 10)]


def test_prefix_and_ids_are_the_installations() -> None:
    trial = Trial.of('  - {codec: zigbee2mqtt, prefix: site/z2m, device: "zb-{device}"}\n')
    assert trial.router.subscriptions == ("site/z2m/#",)
    assert trial.rows("site/z2m/lamp", {"brightness": 1}) == [("zb-lamp", "brightness", 1.0)]
