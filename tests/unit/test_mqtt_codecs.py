"""Payloads of devices: what is stored of them, and why the rest is refused."""

from __future__ import annotations

import json
import math
import string
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.config.settings import Accept
from hub.model.observation import Observation
from hub.model.quality import Quality
from hub.model.times import parse_instant
from ingest.mqtt import codecs, topics, values
from ingest.mqtt.decoded import Cause, Decoded
from ingest.mqtt.topics import Address, Kind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCEPT = Accept(past=timedelta(days=30), future=timedelta(minutes=5))


def decode(payload: object) -> Decoded:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return codecs.telemetry("smoke-1", data, NOW, ACCEPT)


def causes(payload: object) -> list[Cause]:
    return [fault.cause for fault in decode(payload).faults]


def only(payload: object) -> Observation:
    decoded = decode(payload)
    assert decoded.faults == ()
    [observation] = decoded.observations
    return observation


@pytest.mark.parametrize(
    ("value", "number", "text"),
    [(0.25, 0.25, None), (7, 7.0, None), (True, 1.0, None), (False, 0.0, None), ("开", None, "开"), ("", None, "")],
)
def test_a_value_is_a_number_a_truth_value_or_text(value: object, number: float | None, text: str | None) -> None:
    found = only({"ts": "2026-03-01T11:59:00Z", "id": "m1", "values": {"smoke": value}})
    assert (found.source, found.metric, found.value, found.text) == ("smoke-1", "smoke", number, text)
    assert (found.ts, found.received_at) == (NOW - timedelta(minutes=1), NOW)


@pytest.mark.parametrize("stamp", ["2026-03-01T12:00:00.5Z", "2026-03-01T20:00:00.5+08:00", 1772366400500])
def test_a_time_is_rfc_3339_or_epoch_milliseconds(stamp: object) -> None:
    assert only({"ts": stamp, "values": {"smoke": 1}}).ts == NOW + timedelta(seconds=0.5)


def test_identity_is_the_id_where_there_is_one() -> None:
    with_both = only({"ts": "2026-03-01T12:00:00Z", "id": "m1", "values": {"smoke": 1}})
    assert (with_both.key, with_both.arrival_key) == ("m1", "")
    without_time = only({"id": 17, "values": {"smoke": 1}})
    assert (without_time.ts, without_time.key, without_time.arrival_key) == (NOW, "17", "17")
    without_both = only({"values": {"smoke": 1}})
    assert (without_both.ts, without_both.key, without_both.arrival_key) == (NOW, "", "")


def test_samples_of_one_message_without_times_are_all_kept_in_order() -> None:
    found = decode([{"values": {"smoke": number}} for number in range(5)]).observations
    assert [item.value for item in sorted(found, key=lambda item: item.ts)] == [0, 1, 2, 3, 4]
    assert len({item.ts for item in found}) == 5


@pytest.mark.parametrize(
    ("payload", "cause"),
    [
        (b"", Cause.NOT_JSON),
        (b"hello", Cause.NOT_JSON),
        (b'{"values": {"smoke": 1}', Cause.NOT_JSON),
        (b'{"values": {"smoke": 1}} x', Cause.NOT_JSON),
        (b"\xff\xfe\x00", Cause.NOT_JSON),
        ('{"values": {"smoke": 1}}'.encode("utf-16"), Cause.NOT_JSON),
        (b"[" * 100_000, Cause.WRONG_SHAPE),
        (b'{"values": {"smoke": ' + b"[" * 5000 + b"]" * 5000 + b"}}", Cause.WRONG_SHAPE),
        (b"7", Cause.WRONG_SHAPE),
        (b"[]", Cause.WRONG_SHAPE),
        (b"{}", Cause.WRONG_SHAPE),
        (b'{"values": 7}', Cause.WRONG_SHAPE),
        (b'{"values": [1]}', Cause.WRONG_SHAPE),
        (b'{"values": {}}', Cause.WRONG_SHAPE),
        (b'{"timestamp": 1, "values": {"smoke": 1}}', Cause.WRONG_SHAPE),
        (b'{"values": {"smoke": 1}, "values": {"smoke": 2}}', Cause.DUPLICATE_KEY),
        (b'{"values": {"smoke": 1, "smoke": 2}}', Cause.DUPLICATE_KEY),
        (b'{"ts": "yesterday", "values": {"smoke": 1}}', Cause.BAD_TIME),
        (b'{"ts": "2026-03-01T12:00:00", "values": {"smoke": 1}}', Cause.BAD_TIME),
        (b'{"ts": true, "values": {"smoke": 1}}', Cause.BAD_TIME),
        (b'{"ts": [], "values": {"smoke": 1}}', Cause.BAD_TIME),
        (b'{"ts": 1e300, "values": {"smoke": 1}}', Cause.BAD_TIME),
        (b'{"ts": NaN, "values": {"smoke": 1}}', Cause.BAD_TIME),
        (b'{"ts": 1' + b"0" * 350 + b', "values": {"smoke": 1}}', Cause.BAD_TIME),
        (b'{"id": "", "values": {"smoke": 1}}', Cause.BAD_ID),
        (b'{"id": 1.5, "values": {"smoke": 1}}', Cause.BAD_ID),
        (b'{"id": true, "values": {"smoke": 1}}', Cause.BAD_ID),
        (b'{"id": 99999999999999999999, "values": {"smoke": 1}}', Cause.BAD_ID),
        (b'{"id": "a\\u0000b", "values": {"smoke": 1}}', Cause.BAD_ID),
        (b'{"id": "' + b"x" * 129 + b'", "values": {"smoke": 1}}', Cause.BAD_ID),
        (b'{"values": {"": 1}}', Cause.BAD_METRIC),
        (b'{"values": {"Smoke": 1}}', Cause.BAD_METRIC),
        (b'{"values": {"smoke\\u0000": 1}}', Cause.BAD_METRIC),
        (b'{"values": {"' + b"m" * 64 + b'": 1}}', Cause.BAD_METRIC),
        (b'{"values": {"smoke": null}}', Cause.BAD_VALUE),
        (b'{"values": {"smoke": [1]}}', Cause.BAD_VALUE),
        (b'{"values": {"smoke": {"a": 1}}}', Cause.BAD_VALUE),
        (b'{"values": {"smoke": NaN}}', Cause.BAD_VALUE),
        (b'{"values": {"smoke": Infinity}}', Cause.BAD_VALUE),
        (b'{"values": {"smoke": 1e999}}', Cause.BAD_VALUE),
        (b'{"values": {"smoke": 1' + b"0" * 350 + b"}}", Cause.BAD_VALUE),
        (b'{"values": {"smoke": ' + b"9" * 200_000 + b"}}", Cause.BAD_VALUE),
        (b'{"values": {"smoke": "a\\u0000b"}}', Cause.BAD_VALUE),
        (b'{"values": {"smoke": "\\ud800"}}', Cause.BAD_VALUE),
        (b'{"values": {"smoke": "' + b"x" * 1025 + b'"}}', Cause.TOO_LARGE),
        (b'{"values": {"smoke": "' + b"x" * 2_000_000 + b'"}}', Cause.TOO_LARGE),
        (b'{"values": {"smoke": 1}}' + b" " * 262_144, Cause.TOO_LARGE),
        (json.dumps({"values": {f"m{n}": n for n in range(65)}}).encode(), Cause.TOO_LARGE),
        (json.dumps([{"values": {"smoke": n}} for n in range(1001)]).encode(), Cause.TOO_LARGE),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else str(value),
)
def test_what_is_refused_and_why(payload: bytes, cause: Cause) -> None:
    decoded = codecs.telemetry("smoke-1", payload, NOW, ACCEPT)
    assert decoded.observations == ()
    [fault] = decoded.faults
    assert fault.cause is cause
    assert fault.detail.encode(), "the reason can be stored"
    assert len(fault.detail) < 400


def test_a_bad_sample_does_not_touch_its_neighbours() -> None:
    good = [{"ts": "2026-03-01T12:00:00Z", "id": str(number), "values": {"smoke": number}} for number in range(3)]
    huge = {"values": {"smoke": 10**350}}
    decoded = decode([good[0], {"values": {"smoke": None}}, good[1], 7, huge, {"ts": "?", "values": {"a": 1}}, good[2]])
    assert [item.value for item in decoded.observations] == [0, 1, 2]
    assert [(fault.cause, fault.count) for fault in decoded.faults] == [
        (Cause.BAD_VALUE, 2), (Cause.WRONG_SHAPE, 1), (Cause.BAD_TIME, 1),
    ]  # fmt: skip
    assert decoded.faults[0].detail.startswith("sample 1:")


@pytest.mark.parametrize("stamp", ["1970-01-01T00:00:00Z", 0, "2090-01-01T00:00:00Z", "2026-03-01T12:06:00Z"])
def test_a_time_that_cannot_be_is_kept_at_its_arrival_with_a_mark_and_the_devices_own(stamp: object) -> None:
    found = only({"ts": stamp, "values": {"smoke": 1}})
    assert (found.ts, found.quality) == (NOW, Quality.MISDATED)
    assert parse_instant(found.attrs["device_ts"] if found.attrs else None) == parse_instant(stamp)


def test_a_message_of_a_wrong_clock_is_known_again_and_told_from_the_next() -> None:
    def key(number: int, message_id: str | None = None) -> tuple[str, str]:
        found = only({"ts": 0, "values": {"smoke": number}} | ({"id": message_id} if message_id else {}))
        return found.key, found.arrival_key

    assert key(1) == key(1), "delivered again"
    assert key(1) != key(2), "another value at the time at which the clock stands still"
    assert key(1, "m1") == key(2, "m1") == ("m1", "m1")


def test_a_duplicate_key_in_a_sample_does_not_touch_its_neighbours() -> None:
    decoded = decode(b'[{"values": {"a": 1, "a": 2}}, {"values": {"b": 3}}]')
    assert [item.metric for item in decoded.observations] == ["b"]
    assert causes(b'[{"values": {"a": 1, "a": 2}}, {"values": {"b": 3}}]') == [Cause.DUPLICATE_KEY]


def test_the_bounds_themselves_are_accepted() -> None:
    assert len(decode([{"values": {"smoke": n}} for n in range(1000)]).observations) == 1000
    assert len(decode({"values": {f"m{n}": n for n in range(64)}}).observations) == 64
    assert only({"values": {"m" * 63: "x" * 1024}}).text == "x" * 1024
    assert codecs.telemetry("smoke-1", b'{"values": {"smoke": 1}}'.ljust(262_144), NOW, ACCEPT).faults == ()
    assert only({"ts": "2026-01-30T12:00:00Z", "values": {"smoke": 1}}).ts == NOW - timedelta(days=30)
    assert only({"ts": "2026-03-01T12:05:00Z", "values": {"smoke": 1}}).ts == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    "payload",
    [
        ("{" + ",".join(f'"{n}":1' for n in range(20_000)) + ',"19999":1}').encode(),
        b'{"values": {"smoke": 1.' + b"1" * 250_000 + b"}}",
        b'{"values": {"smoke": ' + b"9" * 250_000 + b"}}",
        json.dumps([{"values": {f"m{k}": 1 for k in range(30)}} for _ in range(800)]).encode(),
        b"[" * 131_072 + b"]" * 131_072,
    ],
    ids=["many keys", "long fraction", "long number", "many values", "deep"],
)
def test_no_payload_takes_long(payload: bytes) -> None:
    began_s = time.process_time()
    codecs.telemetry("smoke-1", payload, NOW, ACCEPT)
    assert len(payload) <= values.MAX_PAYLOAD_BYTES
    assert time.process_time() - began_s < 2.0


@pytest.mark.parametrize(("payload", "values"), [(b"online", [1.0]), (b"offline", [0.0]), (b"", [])])
def test_a_status_is_an_observation(payload: bytes, values: list[float]) -> None:
    decoded = codecs.status("smoke-1", payload, NOW)
    assert [item.value for item in decoded.observations] == values
    assert {item.metric for item in decoded.observations} <= {"device.online"}
    assert decoded.faults == ()


@pytest.mark.parametrize("payload", [b"ONLINE", b"online ", b"1", b"\xff", b"x" * 2_000_000])
def test_any_other_status_is_refused(payload: bytes) -> None:
    decoded = codecs.status("smoke-1", payload, NOW)
    assert (len(decoded.observations), [fault.cause for fault in decoded.faults]) == (0, [Cause.WRONG_SHAPE])


def test_topics_are_those_of_the_contract() -> None:
    assert topics.parse("gridhub/v1/devices/smoke-0001/telemetry") == Address("smoke-0001", Kind.TELEMETRY)
    assert topics.parse(topics.status("smoke-0001")) == Address("smoke-0001", Kind.STATUS)
    assert topics.telemetry("a.b") == "gridhub/v1/devices/a.b/telemetry"


@pytest.mark.parametrize(
    "topic",
    [
        "", "gridhub", "gridhub/v1/devices", "gridhub/v1/devices//telemetry", "gridhub/v1/devices/a/b/telemetry",
        "gridhub/v1/devices/a/other", "gridhub/v1/devices/a/telemetry/", "gridhub/v2/devices/a/telemetry",
        "x/gridhub/v1/devices/a/telemetry", "gridhub/v1/devices/+/telemetry", "gridhub/v1/devices/a b/telemetry",
        "gridhub/v1/devices/../telemetry", "gridhub/v1/devices/<b>/telemetry", "gridhub/v1/devices/\ufffd/telemetry",
        f"gridhub/v1/devices/{'a' * 128}/telemetry", "gridhub/v1/devices/a\n/telemetry",
    ],
)  # fmt: skip
def test_other_topics_are_refused(topic: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        topics.parse(topic)


# --- whatever the bytes ----------------------------------------------------------------------------------------------

_ANY_TEXT = st.text(max_size=20) | st.text(string.ascii_lowercase + "._", min_size=1, max_size=8)
_SCALARS: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats() | _ANY_TEXT | st.sampled_from([10**400, 0, "\ud800", "\0"])
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_ANY_TEXT, inner, max_size=4), max_leaves=8
)
_STAMPS = st.sampled_from(["2026-03-01T12:00:00Z", 1772366400000, "2026-03-01T12:00:00", "1970-01-01T00:00:00Z"])
_SAMPLES = st.fixed_dictionaries(
    {}, optional={"ts": _STAMPS | _VALUES, "id": _VALUES, "values": st.dictionaries(_ANY_TEXT, _VALUES), "x": _VALUES}
)
_DOCUMENTS = _SAMPLES | st.lists(_SAMPLES | _VALUES, max_size=4) | _VALUES


def check(payload: bytes) -> None:
    decoded = codecs.telemetry("smoke-1", payload, NOW, ACCEPT)
    assert decoded.observations or decoded.faults, "every payload is stored or refused"
    for item in decoded.observations:
        assert (item.value is None) != (item.text is None)
        assert item.value is None or math.isfinite(item.value)
        for text in (item.metric, item.text or "", item.key, item.arrival_key):
            assert "\0" not in text
            text.encode()
        assert NOW - ACCEPT.past <= item.ts <= NOW + ACCEPT.future
    for fault in decoded.faults:
        fault.detail.encode()


@settings(max_examples=300, deadline=None)
@given(_DOCUMENTS)
def test_any_json_is_stored_or_refused(document: Any) -> None:
    check(json.dumps(document).encode())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_stored(payload: bytes) -> None:
    check(payload)
    codecs.status("smoke-1", payload, NOW)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_message_that_was_damaged_on_its_way_is_stored_or_refused(data: st.DataObject) -> None:
    whole = b'[{"ts":"2026-03-01T12:00:00.25Z","id":"a\\u5f00","values":{"smoke":0.25,"on":true,"w":"\xe5\xbc\x80"}}]'
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(damaged) - 1))
        kind = data.draw(st.integers(0, 2))
        if kind == 0:
            damaged[position] = data.draw(st.integers(0, 255))
        elif kind == 1:
            damaged[position : position + data.draw(st.integers(0, 8))] = b""
        else:
            damaged[position:position] = data.draw(st.binary(max_size=8))
    check(bytes(damaged))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_topic_is_an_address_or_refused(topic: str) -> None:
    for whole in (topic, f"gridhub/v1/devices/{topic}/telemetry"):
        try:
            address = topics.parse(whole)
        except ValueError:
            continue
        assert whole in {topics.telemetry(address.device), topics.status(address.device)}
