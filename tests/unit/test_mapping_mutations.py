"""Documents of every dialect with one place at a time made odd: what comes of them is told, and nothing fails at it.

Random bytes seldom get past the first look at a payload. A document that is right but for one place gets everywhere.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import cbor2
import pytest

from ingest.mqtt.decoded import Cause, Decoded
from ingest.mqtt.message import Message
from tests.unit.mapping_trial import NOW, NOW_S, Trial

_MAPPINGS = """\
  - {codec: json, topic: "j/{device}", each: "$.s[*]", id: $.id, time: {path: $.ts, format: epoch_s},
     values: {temperature: {path: $.a.b, unit: "[degF]", to: Cel}, door: {path: $.d, kind: boolean},
              m: {path: $.m, map: {"on": 1, "off": 0}}, position: {lat: $.lat, lon: $.lon, alt: $.alt},
              t: {path: $.t, kind: text}}}
  - {codec: json, topic: "k/{x}", device: "{$.serial}-{x}", everything: true,
     time: {path: $.ts, format: "%Y-%m-%d %H:%M:%S", zone: Asia/Shanghai}}
  - {codec: json, topic: "l/{device}", each: "$..s[?@.n != 'x']", named: {metric: $.n, value: $.v, unit: $.u},
     time: {path: $.ts, format: epoch_ns}}
  - {codec: senml+json, topic: "s/{device}"}
  - {codec: senml+cbor, topic: "c/{device}"}
  - {codec: zigbee2mqtt}
  - {codec: homeassistant, topics: ["x/#"]}
  - {codec: frigate, cameras: {c: [640, 480]}}
"""
_ODD: list[Any] = [
    0, -1, 1.5, 1e308, 10**399, 10**22, -(2**63), 2**64, True, None, "", "x", "on", "٣", "\ud800", "\0", [], {}, [1],
    [[]], [None], {"a": 1}, {"a": None}, "1e5", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-03-01 12:00:00", "a" * 600, float("nan"), float("inf"), [{}], [["a"]], [{"topic": 1}], "{{ value_json.a }}",
    "{{ value_json.a[0]['b'] | round(2) }}", "~a",
]  # fmt: skip
_ODD_IN_CBOR: list[Any] = [
    *_ODD, b"x", Decimal("1e999999"), Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), 2**3000, -(2**3000),
    cbor2.undefined, cbor2.CBORSimpleValue(99), NOW, cbor2.CBORTag(9999, 1),
]  # fmt: skip
_SENML: list[dict[str, Any]] = [
    {"bver": 10, "bn": "urn:dev:ow:1:", "bt": NOW_S, "bu": "Cel", "bv": 1, "n": "a", "u": "K", "v": 1, "t": -1},
    {"n": "b", "vs": "x"}, {"n": "lat", "u": "lat", "v": 1}, {"n": "lon", "u": "lon", "v": 1}, {"n": "e", "vb": True},
    {"n": "f", "vd": "aa"}, {"n": "g", "s": 1},
]  # fmt: skip
_LABELS = {"bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "s": 5,
           "t": 6, "vd": 8}  # fmt: skip
_EVENT = {
    "id": "1", "camera": "c", "label": "person", "frame_time": NOW_S, "start_time": NOW_S, "end_time": NOW_S,
    "score": 0.5, "box": [1, 2, 3, 4], "current_zones": ["z"], "stationary": True, "has_clip": True,
    "sub_label": ["a", 1], "false_positive": False,
}  # fmt: skip
_LIGHT = [
    {"type": "binary", "property": "state", "value_on": "ON", "value_off": "OFF", "unit": "x"},
    {"type": "composite", "property": "a", "features": [{"property": "b", "unit": "°C"}]},
]
_DOCUMENTS: list[tuple[str, Any]] = [
    ("j/d", {"s": [{"id": "1", "ts": NOW_S, "a": {"b": 70}, "d": "on", "m": "on", "lat": 1, "lon": "2", "alt": 3,
                    "t": "x"}]}),
    ("k/d", {"serial": "a", "ts": "2026-03-01 12:00:00", "a": {"b": 1}}),
    ("l/d", {"s": [{"n": "temp", "v": 1, "u": "°C", "ts": NOW_S * 10**9}]}),
    ("s/d", _SENML),
    ("zigbee2mqtt/lamp", {"last_seen": NOW_S * 1000, "state": "ON", "a": {"b": 1}}),
    ("zigbee2mqtt/lamp/availability", {"state": "online"}),
    ("zigbee2mqtt/bridge/devices", [{"type": "Router", "friendly_name": "lamp",
                                     "definition": {"vendor": "v", "model": "m", "exposes": _LIGHT}}]),
    ("homeassistant/binary_sensor/n/o/config", {
        "~": "x/y", "stat_t": "~/s", "val_tpl": "{{ value_json.a }}", "unit_of_meas": "°C", "dev_cla": "smoke",
        "stat_cla": "m", "uniq_id": "u", "pl_on": "ON", "pl_off": "OFF", "avty_t": "x/b", "avty_tpl": "{{ value }}",
        "dev": {"ids": ["a"], "name": "n", "mf": "m", "mdl": "d", "cns": [["mac", "1"]]}, "json_attr_t": "x/j",
        "avty": [{"t": "x/a", "pl_avail": "on", "pl_not_avail": "off", "val_tpl": "{{ value }}"}],
    }),
    ("homeassistant/device/n/config", {
        "dev": {"ids": "a", "name": "n"}, "stat_t": "x/s",
        "cmps": {"t": {"p": "sensor", "val_tpl": "{{ value_json.a }}", "unit_of_meas": "%"},
                 "tr": {"p": "device_tracker", "json_attr_t": "x/j"}, "l": {"p": "light", "pl_on": 1}},
    }),
    ("frigate/events", {"type": "new", "after": _EVENT}),
    ("frigate/events", {"type": "end", "after": _EVENT}),
]  # fmt: skip
_AFTERWARDS = {
    "homeassistant": [
        (topic, said)
        for topic in ("x/y/s", "x/s", "x/j", "x/a", "x/b")
        for said in (b'{"a":1}', b'{"a":{"b":1}}', b"ON", b"1", b'{"latitude":1,"longitude":"x"}', b"null", b"[]")
    ],
    "zigbee2mqtt": [("zigbee2mqtt/lamp", b'{"state":"ON","a":{"b":1}}')],
}


@pytest.mark.parametrize(("topic", "document"), _DOCUMENTS)
def test_whatever_stands_at_one_place_is_read_or_refused(topic: str, document: Any) -> None:
    trial = Trial.of(_MAPPINGS)
    for changed in _mutations(document, _ODD):
        _told(trial, topic, json.dumps(changed).encode())
        for other, said in _AFTERWARDS.get(topic.partition("/")[0], []):
            _told(trial, other, said)


def test_so_is_whatever_only_cbor_has() -> None:
    trial = Trial.of(_MAPPINGS)
    labelled = [{_LABELS[name]: value for name, value in record.items()} for record in _SENML]
    for changed in _mutations(labelled, _ODD_IN_CBOR):
        try:
            payload = cbor2.dumps(changed)
        except (cbor2.CBOREncodeError, UnicodeEncodeError):
            continue
        _told(trial, "c/d", payload)


def test_a_dialect_that_fails_costs_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    trial = Trial.of(_MAPPINGS)
    route = next(route for route in trial.router.routes if "senml+json" in route.name)

    def fail(_message: Message, _found: object) -> Decoded:
        raise ZeroDivisionError

    monkeypatch.setattr(type(route.codec), "decode", lambda _self, message, found: fail(message, found))
    assert trial.causes("s/d", [{"n": "a", "v": 1}]) == {"internal": 1}
    assert trial.rows("zigbee2mqtt/lamp", {"t": 1}) == [("lamp", "t", 1.0)]


def _told(trial: Trial, topic: str, payload: bytes) -> None:
    decoded = trial.router.read(Message(topic, payload, NOW))
    assert Cause.INTERNAL not in [fault.cause for fault in decoded.faults], payload


def _mutations(document: Any, odd: list[Any]) -> Iterator[Any]:
    """``document`` with each of its places made each of ``odd``, and with each left out."""
    for place in _places(document):
        for value in odd:
            yield _put(document, place, value)
        if place:
            changed = copy.deepcopy(document)
            del _within(changed, place[:-1])[place[-1]]
            yield changed


def _places(document: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    inner: Any = ()
    if isinstance(document, dict):
        inner = document.items()
    elif isinstance(document, list):
        inner = enumerate(document)
    for key, value in inner:
        yield from _places(value, (*way, key))


def _put(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    changed = copy.deepcopy(document)
    _within(changed, place[:-1])[place[-1]] = value
    return changed


def _within(document: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        document = document[key]
    return document
