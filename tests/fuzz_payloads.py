"""Messages for the device worker to stumble over: good ones of every dialect, damaged in bits, in values and in shape.

The same number is the same message in every run.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cbor2

from ingest.mqtt.mapping.sparkplug_payload import DataType, Payload
from tests.fuzz_bytes import mutate

NOW_S = 1_772_366_400
"""2026-03-01 12:00 UTC: when the first message arrives."""

MAPPINGS = """\
mappings:
  - codec: json
    topic: plant/{line}/{device}/up
    device: "{line}-{device}"
    time: {path: $.t, format: epoch_s}
    id: $.seq
    values:
      temperature: {path: $.temp, unit: "[degF]", to: Cel}
      pressure: {path: $.p.raw, scale: 0.1, offset: -10, unit: kPa, to: hPa}
      door: {path: $.door, map: {open: true, closed: false}}
      mode: $.mode
      position: {lat: $.gps.lat, lon: "$.gps['lon']", alt: "$.gps.alt"}
  - {codec: json, topic: "all/{device}", everything: true}
  - {codec: json, topic: "named/{device}", each: "$.samples[*]", named: {metric: $.name, value: $.value, unit: $.unit}}
  - {codec: text, topic: "text/{device}/t", values: {temperature: {kind: number}}}
  - {codec: gridhub, topic: "site/{device}/telemetry"}
  - {codec: senml+json, topic: "senml/{device}/json"}
  - {codec: senml+cbor, topic: "senml/{device}/cbor"}
  - {codec: sparkplug}
  - {codec: zigbee2mqtt}
  - {codec: homeassistant, topics: ["tele/#"]}
  - {codec: frigate, cameras: {front: [1280, 720]}}
"""
"""Every dialect there is."""
OWN = "gridhub/v1/devices"


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What is delivered. ``millis`` is when, after the first."""

    number: int
    topic: str
    payload: bytes
    retained: bool
    again: bool
    millis: int


Seed = tuple[str, Any]
"""A topic and what is said there: a tree for JSON, or bytes."""


def _sparkplug(*metrics: tuple[str, int, DataType, Any], seq: int = 1) -> bytes:
    payload = Payload(timestamp=NOW_S * 1000, seq=seq)
    for name, alias, kind, value in metrics:
        metric = payload.metrics.add(alias=alias, timestamp=NOW_S * 1000, datatype=int(kind))
        if name:
            metric.name = name
        field = {DataType.DOUBLE: "double_value", DataType.BOOLEAN: "boolean_value", DataType.STRING: "string_value"}
        setattr(metric, field.get(kind, "int_value"), value)
    found: bytes = payload.SerializeToString()
    return found


_SENML: list[dict[str, Any]] = [
    {"bn": "urn:dev:ow:10e2073a01080063:", "bt": float(NOW_S), "bu": "A", "bver": 5, "n": "voltage", "u": "V", "v": 12},
    {"n": "current", "t": -5.0, "v": 1.2}, {"n": "open", "vb": True}, {"n": "label", "vs": "门"},
]  # fmt: skip
_LABELS = {
    "bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "t": 6,
}  # fmt: skip
_ZIGBEE = [
    {"ieee_address": "0x00158d0002b5196f", "type": "EndDevice", "friendly_name": "leak", "definition": {
        "vendor": "Aqara", "model": "SJCGQ11LM", "exposes": [
            {"type": "binary", "name": "water_leak", "property": "water_leak", "value_on": True, "value_off": False},
            {"type": "numeric", "name": "battery", "property": "battery", "unit": "%"},
            {"type": "light", "features": [{"type": "composite", "property": "color", "features": [
                {"type": "numeric", "property": "x"}]}]}]}},
]  # fmt: skip
_DISCOVERY = {
    "name": "Temp", "unique_id": "a1", "state_topic": "tele/a1/SENSOR", "unit_of_measurement": "°C",
    "value_template": "{{ value_json.AM2301.Temperature }}", "device": {"identifiers": ["a1"], "name": "Attic"},
}  # fmt: skip
_EVENT = {"type": "update", "before": {"id": "1.a", "camera": "front", "label": "person"}, "after": {
    "id": "1.a", "camera": "front", "label": "person", "score": 0.8, "top_score": 0.9, "frame_time": NOW_S + 0.5,
    "start_time": NOW_S - 2.0, "end_time": None, "box": [100, 200, 180, 400], "false_positive": False,
    "current_zones": ["yard"], "entered_zones": ["yard"]}}  # fmt: skip


def _seeds() -> list[Seed]:
    sample = {"ts": NOW_S * 1000, "id": "m17", "values": {"smoke": 0.31, "battery": 87, "alarm": True, "mode": "自动"}}
    array: list[Any] = [{"ts": NOW_S * 1000 + n, "values": {"smoke": n / 10}} for n in range(5)]
    up = {"t": NOW_S - 60, "seq": 17, "temp": "212", "p": {"raw": 1113.25}, "door": "open", "mode": "自动",
          "gps": {"lat": 30.5, "lon": "114.3", "alt": 12.5}}  # fmt: skip
    own = [(f"{OWN}/smoke-1/telemetry", tree) for tree in (
        sample, {"values": {"smoke": 1}}, {"id": 5, "values": {"smoke": 1}}, array, [*array, 7, {"values": {}}],
        {"ts": "2026-03-01T12:00:00.250+08:00", "values": {"a.b_c": -1e-7}}, {"ts": 0, "values": {"smoke": 1}},
    )]  # fmt: skip
    born = [("Temp", 1, DataType.DOUBLE, 21.5), ("Open", 2, DataType.BOOLEAN, True), ("bdSeq", 0, DataType.INT64, 0)]
    birth, data = _sparkplug(*born, seq=0), _sparkplug(("", 1, DataType.DOUBLE, 22.5), seq=2)
    more = _sparkplug(("", 1, DataType.DOUBLE, 22.5), ("label", 9, DataType.STRING, "x"), seq=3)
    named = {"samples": [{"name": "temp", "value": 21, "unit": "Cel"}, {"name": "hum", "value": 40, "unit": "%"}]}
    leak = {"battery": 97, "water_leak": True, "color": {"x": 0.3}, "last_seen": NOW_S * 1000, "voltage": None}
    attic = {"Time": "2026-03-01T12:00:00", "AM2301": {"Temperature": 21.5, "Humidity": 40}}
    return [
        *own, *own,
        (f"{OWN}/smoke-1/status", b"online"), (f"{OWN}/smoke-1/status", b"offline"),
        (f"{OWN}/stranger/telemetry", sample),
        ("plant/a/press-7/up", up),
        ("all/d1", {"Temp": 1, "wifi": {"RSSI": -60, "ap": {"name": "a"}}, "on": True, "l": [1]}),
        ("named/d1", named), ("text/d1/t", b"21.5"), ("site/d1/telemetry", sample),
        ("senml/d1/json", _SENML),
        ("senml/d1/cbor", cbor2.dumps([{_LABELS[key]: value for key, value in record.items()} for record in _SENML])),
        ("spBv1.0/plant/NBIRTH/e1", birth), ("spBv1.0/plant/DBIRTH/e1/d1", birth),
        ("spBv1.0/plant/DDATA/e1/d1", data), ("spBv1.0/plant/NDATA/e1", more),
        ("spBv1.0/plant/NDEATH/e1", _sparkplug(born[2])), ("spBv1.0/plant/DDEATH/e1/d1", _sparkplug()),
        ("zigbee2mqtt/bridge/devices", _ZIGBEE), ("zigbee2mqtt/bridge/state", {"state": "online"}),
        ("zigbee2mqtt/leak", leak), ("zigbee2mqtt/leak/availability", {"state": "online"}),
        ("homeassistant/sensor/a1/temp/config", _DISCOVERY),
        ("homeassistant/device/a1/config", {"dev": {"ids": "a1"}, "cmps": {"t": {"p": "sensor", **_DISCOVERY}}}),
        ("tele/a1/SENSOR", attic), ("tele/a1/LWT", b"Online"),
        ("frigate/events", _EVENT), ("frigate/available", b"online"), ("frigate/front/status/detect", b"online"),
    ]  # fmt: skip


SEEDS = _seeds()
_NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, -(2**63) - 1, 10**400, 1e308, -0.0, 5e-324, float("nan"), float("inf"), "", " ",
    "\0", "a\0b", "\ud800", "𝄞", "x" * 2000, "NaN", "1e999", "21.5", "on", [], {}, [[[[]]]], {"": {"": {}}}, NOW_S,
    NOW_S * 1000, -62_135_596_800_000, 253_402_300_800_000, 1e18, "1970-01-01T00:00:00Z", "2026-03-01T12:00:00",
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "{{ value_json.a }}", "{{ 9**9**9 }}", "../../x", "a/b",
)  # fmt: skip
_LEVELS = ("", "+", "#", "\0", "x" * 300, "..", "a b", "设备", "$SYS", "telemetry", "stranger-9", "-x", "\ufffd", "d2")


def fuzzed(number: int) -> Fuzzed:
    """Message ``number``."""
    noise = random.Random(f"payload {number}")
    topic, tree = noise.choice(SEEDS)
    if noise.random() < 0.03:
        tree = noise.choice(SEEDS)[1]  # what belongs elsewhere
    way = noise.random()
    if isinstance(tree, bytes):
        payload = tree if way < 0.1 else mutate(tree, noise)
    elif way < 0.1:
        payload = _dump(tree)
    elif way < 0.6:
        payload = _dump(_bent(tree, noise), noise)
    else:
        payload = mutate(_dump(tree), noise)
    if noise.random() < 0.7:  # a message of its own; the others repeat what was said before
        payload = payload.replace(b"%d" % NOW_S, b"%d" % (NOW_S + number // 5)).replace(b'"m17"', b'"m%d"' % number)
    if noise.random() < 0.05:
        payload = noise.choice(_ODD)(payload)
    if noise.random() < 0.08:
        levels = topic.split("/")
        levels[noise.randrange(len(levels))] = noise.choice(_LEVELS)
        topic = "/".join(levels)
    return Fuzzed(number, topic, payload, noise.random() < 0.1, noise.random() < 0.05, number + noise.randrange(3))


_ODD: tuple[Callable[[bytes], bytes], ...] = (
    lambda _: b"",
    lambda payload: b"\xef\xbb\xbf" + payload,
    lambda payload: payload.decode(errors="replace").encode("utf-16"),
    lambda payload: payload * 2,
    lambda payload: b"[" * 2000 + payload,
    lambda payload: b"[" + b",".join([payload] * 1100) + b"]",
    lambda payload: payload + b" " * (300 * 1024),
    lambda payload: payload.replace(b'"values"', b'"values": {"smoke": 9}, "values"'),
)


def as_bytes(tree: Any) -> bytes:
    return tree if isinstance(tree, bytes) else _dump(tree)


def _dump(tree: Any, noise: random.Random | None = None) -> bytes:
    text = json.dumps(tree, ensure_ascii=noise is None or noise.random() < 0.5)
    return text.encode(errors="surrogatepass")


def _bent(tree: Any, noise: random.Random) -> Any:
    """A copy with one to three values replaced, removed, doubled or renamed."""
    whole = json.loads(json.dumps(tree))
    for _ in range(noise.choice((1, 1, 2, 3))):
        place, key = _somewhere(whole, noise)
        if place is None:
            return _nasty(noise)
        match noise.randrange(5):
            case 0 | 1:
                place[key] = _nasty(noise)
            case 2:
                del place[key]
            case 3 if isinstance(place, dict):
                name = noise.choice(("ts", "id", "values", "x" * 70, "A b", "é", "\0", "smoke", "", "v" * 63))
                place[name] = place.pop(key)
            case _ if isinstance(place, list):
                place[key:key] = [copy.deepcopy(place[key]) for _ in range(noise.choice((1, 2, 40)))]
            case _:
                place[key] = [place[key]]
    return whole


def _nasty(noise: random.Random) -> Any:
    """A copy: what is put into it later must not come again in other messages."""
    return copy.deepcopy(noise.choice(_NASTY))


def _somewhere(tree: Any, noise: random.Random) -> tuple[Any, Any]:
    """A container and a key in it."""
    place: Any = None
    key: Any = None
    here = tree
    while isinstance(here, dict | list) and here and (place is None or noise.random() < 0.7):
        place = here
        key = noise.choice(list(here)) if isinstance(here, dict) else noise.randrange(len(here))
        here = place[key]
    return place, key
