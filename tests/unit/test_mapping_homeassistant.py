"""Discovery of Home Assistant: announced entities, where their states are, and templates that are only a path."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.mqtt.mapping import ha_template, homeassistant
from ingest.mqtt.mapping.ha_template import MISSING
from tests.unit.mapping_trial import Trial

MAPPING = "  - codec: homeassistant\n    topics: [tele/+/SENSOR, tele/+/LWT, '{room}/state', esp/#]\n"
DEVICE = {"ids": ["A1B2C3"], "name": "Cellar", "mf": "Tasmota", "mdl": "Sonoff TH"}
TEMPERATURE: dict[str, Any] = {
    "~": "tele/tasmota_1", "name": "Temperature", "stat_t": "~/SENSOR", "uniq_id": "A1B2C3_temp",
    "val_tpl": "{{ value_json.AM2301.Temperature }}", "unit_of_meas": "°C", "dev_cla": "temperature",
    "stat_cla": "measurement", "avty_t": "~/LWT", "pl_avail": "Online", "pl_not_avail": "Offline", "dev": DEVICE,
}  # fmt: skip


def ready(**configs: dict[str, Any]) -> Trial:
    trial = Trial.of(MAPPING)
    for name, config in (configs or {"A1B2C3_temperature": TEMPERATURE}).items():
        found = trial.read(f"homeassistant/sensor/{name}/config", config, retained=True)
        assert found.faults == (), found.faults
    return trial


def test_a_sensor_is_announced_and_read() -> None:
    trial = Trial.of(MAPPING)
    [told] = trial.read("homeassistant/sensor/A1B2C3_temperature/config", TEMPERATURE, retained=True).announced
    assert (told.device, told.name, told.model) == ("A1B2C3", "Cellar", "Tasmota Sonoff TH")
    assert told.metrics == {"temperature": "Cel"}
    found = trial.read("tele/tasmota_1/SENSOR", {"Time": "x", "AM2301": {"Temperature": 21.4, "Humidity": 55}})
    assert [(item.source, item.metric, item.value, item.unit) for item in found.observations] == [
        ("A1B2C3", "temperature", 21.4, "Cel")
    ]
    assert trial.rows("tele/tasmota_1/LWT", b"Offline", retained=True) == [("A1B2C3", "device.online", 0.0)]
    assert trial.rows("tele/tasmota_1/LWT", b"Online") == [("A1B2C3", "device.online", 1.0)]
    assert trial.causes("tele/tasmota_1/LWT", b"Perhaps") == {"bad_value": 1}


def test_several_entities_of_one_topic() -> None:
    humidity = {**TEMPERATURE, "val_tpl": "{{ value_json['AM2301'].Humidity | float | round(1) }}", "unit_of_meas": "%"}
    trial = ready(A1B2C3_temperature=TEMPERATURE, A1B2C3_humidity=humidity)
    payload = {"AM2301": {"Temperature": "21.4", "Humidity": 55}}
    assert trial.rows("tele/tasmota_1/SENSOR", payload) == [
        ("A1B2C3", "temperature", 21.4), ("A1B2C3", "humidity", 55.0),
    ]  # fmt: skip
    assert trial.read("tele/tasmota_1/SENSOR", {"other": 1}).skipped == 2


def test_two_states_are_truth_values_by_the_words_that_were_announced() -> None:
    trial = Trial.of(MAPPING)
    for component, topic, more in (
        ("binary_sensor", "esp/door", {}), ("switch", "esp/relay", {"pl_on": "1", "pl_off": "0"}),
        ("lock", "esp/lock", {}),
    ):
        config = {"state_topic": topic, "device": {"identifiers": "esp-1"}, **more}
        trial.read(f"homeassistant/{component}/esp-1/{topic[4:]}/config", config)
    assert trial.rows("esp/door", b"ON") == [("esp-1", "door", 1.0)]
    assert trial.rows("esp/relay", b"0") == [("esp-1", "relay", 0.0)]
    assert trial.rows("esp/lock", b"LOCKED") == [("esp-1", "lock", 1.0)]
    assert trial.causes("esp/relay", b"ON") == {"bad_value": 1}
    assert trial.read("esp/door", b"unavailable").skipped == 1


def test_a_device_with_components_is_announced_at_once() -> None:
    trial = Trial.of(MAPPING)
    found = trial.read("homeassistant/device/0AFFD2/config", {
        "dev": {"ids": ["ea334450945afc"], "name": "Kitchen", "mf": "Bla", "mdl": "xya"}, "o": {"name": "bla2mqtt"},
        "cmps": {
            "temp": {"p": "sensor", "dev_cla": "temperature", "unit_of_meas": "°F",
                     "val_tpl": "{{ value_json.temperature }}"},
            "hum": {"p": "sensor", "unit_of_meas": "%", "val_tpl": "{{ value_json.humidity }}"},
            "press": {"p": "button", "cmd_t": "x"},
            "smoke": {"p": "binary_sensor", "dev_cla": "smoke", "stat_t": "esp/s"},
            "wrong": 5,
        },
        "stat_t": "kitchen/state", "qos": 2,
    })  # fmt: skip
    [told] = found.announced
    assert (told.device, told.type, dict(told.metrics)) == (
        "ea334450945afc", "smoke", {"temp": "[degF]", "hum": "%", "smoke": ""},
    )  # fmt: skip
    assert [str(fault.cause) for fault in found.faults] == ["wrong_shape"]
    assert trial.rows("kitchen/state", {"temperature": 70, "humidity": 40}) == [
        ("ea334450945afc", "temp", 70.0), ("ea334450945afc", "hum", 40.0),
    ]  # fmt: skip


def test_a_tracker_has_a_position() -> None:
    trial = Trial.of(MAPPING)
    config = {"stat_t": "esp/t/state", "json_attr_t": "esp/t/attributes", "dev": {"ids": "car-1"}}
    trial.read("homeassistant/device_tracker/car-1/config", config)
    place = {"latitude": 30.5, "longitude": 114.3}
    assert trial.rows("esp/t/attributes", place) == [("car-1", "position", "30.5,114.3")]
    assert trial.rows("esp/t/state", b"home") == [("car-1", "car_1", "home")]
    assert trial.read("esp/t/attributes", {"battery": 5}).skipped == 1


def test_an_announcement_is_taken_back_and_changed() -> None:
    trial = ready()
    moved = {**TEMPERATURE, "stat_t": "esp/new"}
    trial.read("homeassistant/sensor/A1B2C3_temperature/config", moved)
    assert trial.causes("tele/tasmota_1/SENSOR", {}) == {"no_birth": 1}
    assert trial.rows("esp/new", {"AM2301": {"Temperature": 1}}) == [("A1B2C3", "temperature", 1.0)]
    assert trial.read("homeassistant/sensor/A1B2C3_temperature/config", b"").skipped == 1
    assert trial.causes("esp/new", {"AM2301": {"Temperature": 1}}) == {"no_birth": 1}
    assert trial.causes("tele/tasmota_1/LWT", b"Online") == {"no_birth": 1}


def test_two_entities_of_one_name_are_told_apart() -> None:
    trial = Trial.of(MAPPING)
    for component, topic in (("sensor", "esp/a"), ("switch", "esp/b")):
        trial.read(f"homeassistant/{component}/esp-1/relay/config", {"stat_t": topic, "dev": {"ids": "esp-1"}})
    assert trial.rows("esp/a", b"x") == [("esp-1", "relay", "x")]
    assert trial.rows("esp/b", b"ON") == [("esp-1", "switch.relay", 1.0)]


@pytest.mark.parametrize(
    ("levels", "config", "cause", "words"),
    [
        ("sensor/a", {**TEMPERATURE, "stat_t": "elsewhere/a"}, "unsupported", "add a pattern for it to topics"),
        ("sensor/a", {**TEMPERATURE, "val_tpl": "{{ value_json.t * 2 }}"}, "unsupported", "more than a path"),
        ("sensor/a", {**TEMPERATURE, "val_tpl": "{{ value_json.t | timestamp_local }}"}, "unsupported", "filter"),
        ("sensor/a", [1], "wrong_shape", "must be an object"),
        ("sensor/a", b"{", "not_json", "at character"),
        ("sensor", {}, "bad_topic", "component"),
        ("sensor/a/b/c", {}, "bad_topic", "component"),
        ("device/a", {"cmps": []}, "wrong_shape", "components"),
    ],
)
def test_what_cannot_be_read_of_an_announcement_is_told(levels: str, config: object, cause: str, words: str) -> None:
    found = Trial.of(MAPPING).read(f"homeassistant/{levels}/config", config)
    assert (str(found.faults[0].cause), words in found.faults[0].detail) == (cause, True), found.faults


def test_what_lies_outside_of_topics_is_not_listened_to() -> None:
    trial = Trial.of(MAPPING)
    elsewhere = {**TEMPERATURE, "stat_t": "homeassistant/mine", "avty_t": "x/y/z"}
    found = trial.read("homeassistant/sensor/a/config", elsewhere)
    assert [(str(fault.cause), fault.count) for fault in found.faults] == [("unsupported", 2)]
    [route] = trial.router.routes
    assert route.codec._count == 0  # type: ignore[attr-defined]


def test_a_number_is_one() -> None:
    trial = ready()
    assert trial.causes("tele/tasmota_1/SENSOR", {"AM2301": {"Temperature": "warm"}}) == {"bad_value": 1}
    assert trial.causes("tele/tasmota_1/SENSOR", b"warm") == {"not_json": 1}
    assert trial.causes("tele/tasmota_1/SENSOR", b"\xff") == {"not_text": 1}


def test_others_topics_below_the_prefix_are_left_out() -> None:
    assert ready().read("homeassistant/status", b"online").skipped == 1


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homeassistant, "MAX_ENTITIES", 10)
    trial = Trial.of(MAPPING)
    told = [
        trial.causes(f"homeassistant/sensor/s{n}/config", {"stat_t": f"esp/{n}", "dev": {"ids": f"d{n}"}})
        for n in range(20)
    ]
    assert told == [{}] * 10 + [{"too_large": 1}] * 10
    trial.read("homeassistant/sensor/s0/config", b"")
    assert trial.causes("homeassistant/sensor/s19/config", {"stat_t": "esp/19", "dev": {"ids": "d19"}}) == {}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ value }}", "text"), ("{{value}}", "text"), ("{{ value | upper }}", "TEXT"), ("{{ value_json.a }}", 1),
        ("{{ value_json.b.c }}", "x"), ("{{ value_json['b']['c'] }}", "x"), ('{{ value_json["l"][1] }}', 5),
        ("{{- value_json.b.c | upper -}}", "X"), ("{{ value_json.a | float(0) }}", 1),
        ("{{ value_json.none }}", MISSING), ("{{ value_json.l[9] }}", MISSING), ("{{ value_json.a.b }}", MISSING),
        ("{{ value_json.a | default('x') | int | round(2) }}", 1),
    ],
)  # fmt: skip
def test_a_template_that_is_a_path_is_followed(template: str, expected: object) -> None:
    assert ha_template.parse(template)("text", {"a": 1, "b": {"c": "x"}, "l": [4, 5]}) == expected


@pytest.mark.parametrize(
    "template",
    [
        "", "value", "{{ }}", "{{ value.x }}", "{{ 1 }}", "{{ value_json.a + 1 }}", "{% if value %}1{% endif %}",
        "{{ value_json.a }}{{ value_json.b }}", "{{ ''.__class__ }}", "{{ value_json.a | map('x') }}",
        "{{ value_json.a | round(value) }}", "{{ value_json.a if value_json.b else 1 }}", "{{ value * 99999999 }}",
        "{{ value_json." + "a" * 400 + " }}", "{{ states('x') }}", "{{ value_json['{{'] }}",
    ],
)  # fmt: skip
def test_a_template_that_is_a_program_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"more than a path|filter|round"):
        ha_template.parse(template)
