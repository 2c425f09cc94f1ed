"""Whatever the bytes: no dialect raises, and everything is stored, refused, announced or left out on purpose."""

from __future__ import annotations

import json
import math
import string
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mqtt.decoded import Decoded
from ingest.mqtt.mapping.sparkplug_payload import Payload
from tests.unit import (
    test_mapping_frigate,
    test_mapping_homeassistant,
    test_mapping_sparkplug,
    test_mapping_zigbee2mqtt,
)
from tests.unit.mapping_trial import NOW, NOW_S, Trial
from tests.unit.test_mapping_document import PRESS
from tests.unit.test_mapping_senml import PACK, as_cbor

ALL = PRESS + """\
  - {codec: json, topic: 'all/{device}', everything: true}
  - {codec: json, topic: 'deep/{device}', each: '$..x', named: {metric: $.k, value: $.v, unit: $.u}}
  - {codec: text, topic: 'text/{device}', values: {v: {kind: number}}}
  - {codec: gridhub, topic: 'own/{device}'}
  - {codec: senml+json, topic: 'senml/{gw}'}
  - {codec: senml+cbor, topic: 'cbor/{gw}'}
  - codec: sparkplug
  - codec: zigbee2mqtt
  - {codec: homeassistant, topics: ['tele/+/SENSOR', 'tele/+/LWT']}
  - {codec: frigate, cameras: {front: [1280, 720]}}
"""
WHOLE: dict[str, bytes] = {
    "plant/a/press-7/up": json.dumps({"t": NOW_S, "seq": 1, "temp": 1, "gps": {"lat": 1, "lon": 2}}).encode(),
    "all/d": json.dumps({"a": {"b": 1}, "c": None, "d": "x", "e": True}).encode(),
    "deep/d": json.dumps({"x": {"k": "a", "v": 1, "u": "°C"}, "y": [{"x": {"k": "b", "v": 2}}]}).encode(),
    "text/d": b" 23.5",
    "own/d": json.dumps([{"ts": "2026-03-01T12:00:00Z", "id": "a", "values": {"smoke": 1}}]).encode(),
    "senml/g": json.dumps(PACK).encode(),
    "cbor/g": as_cbor(PACK),
    "spBv1.0/plant/NBIRTH/edge-1": test_mapping_sparkplug.payload(
        test_mapping_sparkplug.bd_seq(3),
        {"name": "cpu", "alias": 1, "datatype": 9, "float_value": 0.5, "unit": "%"},
        seq=0,
    ),
    "spBv1.0/plant/NDATA/edge-1": test_mapping_sparkplug.payload({"alias": 1, "float_value": 0.5}, seq=1),
    "spBv1.0/plant/NDEATH/edge-1": test_mapping_sparkplug.payload(test_mapping_sparkplug.bd_seq(3)),
    "spBv1.0/plant/DBIRTH/edge-1/p": test_mapping_sparkplug.payload(
        {"name": "t", "alias": 2, "datatype": 2, "int_value": 5, "unit": "°C"}, seq=2
    ),
    "spBv1.0/plant/DDATA/edge-1/p": test_mapping_sparkplug.payload({"alias": 2, "int_value": 5}, seq=3),
    "spBv1.0/plant/DDEATH/edge-1/p": test_mapping_sparkplug.payload(seq=4),
    "zigbee2mqtt/bridge/devices": json.dumps(test_mapping_zigbee2mqtt.DEVICES).encode(),
    "zigbee2mqtt/cellar-leak": json.dumps({"battery": 97, "water_leak": True, "last_seen": NOW_S * 1000}).encode(),
    "zigbee2mqtt/cellar-leak/availability": b'{"state":"online"}',
    "homeassistant/sensor/A_t/config": json.dumps(test_mapping_homeassistant.TEMPERATURE).encode(),
    "homeassistant/device/A/config": json.dumps(
        {
            "dev": {"ids": ["e"]},
            "cmps": {"t": {"p": "sensor", "stat_t": "tele/x/SENSOR"}},
            "avty": [{"t": "tele/x/LWT"}],
        }
    ).encode(),
    "tele/tasmota_1/SENSOR": b'{"AM2301":{"Temperature":21.4}}',
    "tele/tasmota_1/LWT": b"Online",
    "frigate/events": json.dumps(test_mapping_frigate.event()).encode(),
    "frigate/available": b"online",
    "frigate/front/status/detect": b"online",
}
TOPICS = sorted(WHOLE)
TRIAL = Trial.of(ALL)


def check(decoded: Decoded) -> None:
    assert decoded.observations or decoded.faults or decoded.announced or decoded.skipped, "it was counted as something"
    for item in decoded.observations:
        assert (item.value is None) != (item.text is None)
        assert item.value is None or math.isfinite(item.value)
        for text in (item.source, item.metric, item.text or "", item.key, item.arrival_key, item.unit):
            assert "\0" not in text
            text.encode()
        assert item.received_at == NOW
        json.dumps(item.attrs).encode()
    for fault in decoded.faults:
        assert fault.count > 0
        fault.detail.encode(errors="surrogatepass")
        assert len(fault.detail) < 600


@pytest.mark.parametrize("topic", TOPICS)
def test_the_payloads_themselves_are_understood(topic: str) -> None:
    trial = Trial.of(ALL)
    for before in ("homeassistant/sensor/A_t/config", "spBv1.0/plant/NBIRTH/edge-1", "spBv1.0/plant/DBIRTH/edge-1/p"):
        trial.read(before, WHOLE[before])
    assert trial.read(topic, WHOLE[topic]).faults == ()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TOPICS), st.binary(max_size=120), st.booleans())
def test_any_bytes(topic: str, payload: bytes, retained: bool) -> None:
    check(TRIAL.read(topic, payload, retained=retained))


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(TOPICS), st.data())
def test_a_message_that_was_damaged_on_its_way(topic: str, data: st.DataObject) -> None:
    damaged = bytearray(WHOLE[topic])
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, max(0, len(damaged) - 1)))
        kind = data.draw(st.integers(0, 2))
        if kind == 0 and damaged:
            damaged[position] = data.draw(st.integers(0, 255))
        elif kind == 1:
            damaged[position : position + data.draw(st.integers(0, 8))] = b""
        else:
            damaged[position:position] = data.draw(st.binary(max_size=8))
    check(TRIAL.read(topic, bytes(damaged)))


_TEXTS = st.text(max_size=12) | st.text(string.ascii_letters + "._/:{}~", min_size=1, max_size=8)
_SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS | st.sampled_from([10**400, "\ud800", "\0", "ON"])
)
_KNOWN = sorted({
    "t", "temp", "door", "gps", "lat", "lon", "seq", "n", "v", "vs", "vb", "bn", "bt", "u", "bu", "s", "type", "after",
    "before", "id", "camera", "label", "frame_time", "box", "score", "state", "last_seen", "friendly_name",
    "definition", "exposes", "features", "property", "unit", "value_on", "dev", "ids", "cmps", "p", "stat_t",
    "val_tpl", "avty", "avty_t", "unit_of_meas", "dev_cla", "~", "AM2301", "Temperature", "x", "k", "values", "ts",
    "current_zones",
})  # fmt: skip
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KNOWN) | _TEXTS, inner, max_size=6),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from([topic for topic in TOPICS if not topic.startswith(("spBv1.0", "cbor"))]), _VALUES, st.data())
def test_any_document(topic: str, document: Any, data: st.DataObject) -> None:
    try:
        whole = json.loads(WHOLE[topic])
    except ValueError:
        whole = {}
    inner = whole[0] if isinstance(whole, list) and whole else whole
    for target in (inner, inner.get("after") if isinstance(inner, dict) else None):
        if isinstance(target, dict) and target and data.draw(st.booleans()):
            target[data.draw(st.sampled_from(sorted(target)))] = document
    chosen = data.draw(st.sampled_from([whole, document]))
    check(TRIAL.read(topic, json.dumps(chosen).encode()))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(
    st.integers(-6, 9) | _TEXTS.filter(lambda text: "\ud800" not in text),
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=8)
    | st.binary(max_size=8),
), max_size=4))  # fmt: skip
def test_any_cbor(pack: list[dict[Any, Any]]) -> None:
    check(TRIAL.read("cbor/g", cbor2.dumps(pack)))


_METRICS = st.fixed_dictionaries({}, optional={
    "name": st.sampled_from(["cpu", "bdSeq", "Node Control/Rebirth", "温度", "", "a" * 70]), "alias": st.integers(0, 5),
    "timestamp": st.integers(0, 2**64 - 1), "datatype": st.integers(0, 40), "is_null": st.booleans(),
    "is_historical": st.booleans(),
})  # fmt: skip
_FIELDS = st.sampled_from([
    ("int_value", 2**32 - 1), ("long_value", 2**64 - 1), ("float_value", float("nan")), ("double_value", 1e308),
    ("boolean_value", True), ("string_value", "x\0"), ("bytes_value", b"x"), ("template_value", b""), None,
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([topic for topic in TOPICS if topic.startswith("spBv1.0")]),
    st.lists(st.tuples(_METRICS, _FIELDS), max_size=5),
    st.none() | st.integers(0, 2**64 - 1),
    st.none() | st.integers(0, 2**64 - 1),
)
def test_any_sparkplug_payload(
    topic: str, metrics: list[tuple[dict[str, Any], tuple[str, Any] | None]], seq: int | None, at: int | None
) -> None:
    payload = Payload()
    for known, value in metrics:
        payload.metrics.add(**known, **({value[0]: value[1]} if value else {}))
    if seq is not None:
        payload.seq = seq
    if at is not None:
        payload.timestamp = at
    check(TRIAL.read(topic, payload.SerializeToString()))
