"""The dialects json, text and gridhub: what a mapping finds in a payload, and what is made of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.model.quality import Quality
from tests.unit.mapping_trial import NOW, NOW_S, Trial

PRESS = """\
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
      site: {const: north}
      position: {lat: $.gps.lat, lon: "$.gps['lon']", alt: "$.gps.alt"}
"""


def simple(values: str, more: str = "") -> Trial:
    return Trial.of(f"  - codec: json\n    topic: x/{{device}}\n    values: {values}\n{more}")


def test_a_payload_becomes_what_the_mapping_says() -> None:
    found = Trial.of(PRESS).read(
        "plant/a/press-7/up",
        {"t": NOW_S - 60, "seq": 17, "temp": "212", "p": {"raw": 1113.25}, "door": "open", "mode": "自动",
         "gps": {"lat": 30.5, "lon": "114.3", "alt": 12.5}},
    )  # fmt: skip
    assert found.faults == ()
    assert {item.source for item in found.observations} == {"a-press-7"}
    assert {(item.ts, item.key, item.arrival_key) for item in found.observations} == {
        (NOW - timedelta(minutes=1), "17", "")
    }
    told = {item.metric: (item.value, item.text, item.unit, item.attrs) for item in found.observations}
    assert told["temperature"][0] == 100.0
    assert told["temperature"][2] == "Cel"
    assert told["pressure"][0] == pytest.approx(1013.25)
    assert told["door"] == (1.0, None, "", None)
    assert told["mode"] == (None, "自动", "", None)
    assert told["site"] == (None, "north", "", None)
    assert told["position"] == (None, "30.5,114.3", "", {"lat": 30.5, "lon": 114.3, "alt": 12.5})


def test_a_value_that_is_wrong_spoils_no_other_and_says_what_was_expected() -> None:
    found = Trial.of(PRESS).read(
        "plant/a/press-7/up", {"t": NOW_S, "temp": "warm", "door": "ajar", "mode": None, "p": {"raw": float("nan")}}
    )
    assert [item.metric for item in found.observations] == ["site"]
    assert found.skipped == 1, "mode is null"
    [fault] = found.faults
    assert (fault.cause, fault.count, fault.device) == ("bad_value", 3, "a-press-7")
    assert "'warm' is not a number" in fault.detail


@pytest.mark.parametrize(
    ("payload", "cause", "words"),
    [
        (b"{", "not_json", "at character 1"),
        (b"\xff", "not_json", "not UTF-8"),
        (b'{"t": 1, "t": 2}', "duplicate_key", "'t' twice"),
        (b"[" * 200_000, "wrong_shape", "nested"),
        (b" " * 300_000, "too_large", "300000 bytes"),
        (b'{"temp": 1}', "bad_time", "it has the keys ['temp']"),
        (b'{"t": "yesterday", "temp": 1}', "bad_time", "a number"),
        (b'{"t": 1e300, "temp": 1}', "bad_time", "outside the calendar"),
        (b'{"t": true, "temp": 1}', "bad_time", "true or false"),
        (b'{"t": 1772366400, "seq": {}, "temp": 1}', "bad_id", "an id is text"),
        (b"7", "bad_time", "it is a number"),
    ],
)
def test_what_is_refused_and_why(payload: bytes, cause: str, words: str) -> None:
    decoded = Trial.of(PRESS).read("plant/a/press-7/up", payload)
    assert decoded.observations in ((), [])
    assert [str(fault.cause) for fault in decoded.faults] == [cause]
    assert words in decoded.faults[0].detail


def test_a_payload_of_which_nothing_is_found_says_what_it_has() -> None:
    [fault] = simple("{t: $.temp}").read("x/d", {"temperature": 1, "hum": 2}).faults
    assert fault.cause == "wrong_shape"
    assert "['temperature', 'hum']" in fault.detail


def test_a_wrong_clock_is_kept_with_a_mark() -> None:
    [found, *_] = Trial.of(PRESS).read("plant/a/p/up", {"t": 0, "temp": 212}).observations
    assert (found.ts, found.quality) == (NOW, Quality.MISDATED)
    assert found.attrs == {"device_ts": "1970-01-01T00:00:00.000000Z"}


@pytest.mark.parametrize(
    ("how", "told", "expected"),
    [
        ("{path: $.t}", "2026-03-01T20:00:00+08:00", NOW),
        ("{path: $.t, zone: Asia/Shanghai}", "2026-03-01 20:00:00", NOW),
        ("{path: $.t, format: epoch_s}", NOW_S + 0.25, NOW + timedelta(seconds=0.25)),
        ("{path: $.t, format: epoch_s}", str(NOW_S), NOW),
        ("{path: $.t, format: epoch_ms}", NOW_S * 1000 + 1, NOW + timedelta(milliseconds=1)),
        ("{path: $.t, format: epoch_us}", NOW_S * 10**6 + 1, NOW + timedelta(microseconds=1)),
        ("{path: $.t, format: epoch_ns}", NOW_S * 10**9 + 1999, NOW + timedelta(microseconds=1)),
        ('{path: $.t, format: "%Y%m%d%H%M%S", zone: Asia/Shanghai}', "20260301200000", NOW),
        ('{path: $.t, format: "%d.%m.%Y %H:%M", zone: Europe/Berlin}', "01.03.2026 13:00", NOW),
        ('{path: $.t, format: "%d/%b/%Y %H:%M %z"}', "01/Mar/2026 12:00 +0000", NOW),
        ("$.t", "2026-03-01T12:00:00Z", NOW),
    ],
)
def test_times_are_read_as_they_are_written(how: str, told: object, expected: datetime) -> None:
    found = simple("{v: $.v}", f"    time: {how}\n").read("x/d", {"t": told, "v": 1})
    assert [item.ts for item in found.observations] == [expected], found.faults


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-03-29 01:30", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        ("2026-03-29 03:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2025-10-26 02:30", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        ("2025-10-26 03:30", datetime(2025, 10, 26, 2, 30, tzinfo=UTC)),
    ],
)
def test_local_times_around_a_change_to_summer_time(local: str, utc: datetime) -> None:
    how = '{path: $.t, format: "%Y-%m-%d %H:%M", zone: Europe/Berlin}'
    found = simple("{v: $.v}", f"    time: {how}\n").read("x/d", {"t": local, "v": 1}, at=utc)
    assert [item.ts for item in found.observations] == [utc]


def test_a_number_where_text_was_expected_says_what_to_configure() -> None:
    [fault] = simple("{v: $.v}", "    time: $.t\n").read("x/d", {"t": NOW_S, "v": 1}).faults
    assert "say format: epoch_s or epoch_ms" in fault.detail
    [fault] = simple("{v: $.v}", "    time: $.t\n").read("x/d", {"t": "2026-03-01T12:00:00", "v": 1}).faults
    assert "zone: Asia/Shanghai" in fault.detail


def test_several_samples_in_one_message_have_their_own_device_and_time() -> None:
    trial = Trial.of("""\
  - codec: json
    topic: gateway/{gw}
    device: "{gw}-{$.serial}"
    each: $.readings[?@.ok == true]
    time: {path: $.at, format: epoch_ms}
    named: {metric: $.k, value: $.v, unit: $.u}
""")
    readings = [
        {"ok": True, "serial": 7, "at": NOW_S * 1000, "k": "Temp/Water", "v": 21.5, "u": "°C"},
        {"ok": False, "serial": 8, "at": 0, "k": "x", "v": 1},
        {"ok": True, "serial": "B9", "at": NOW_S * 1000 + 5, "k": "leak", "v": False},
        {"ok": True, "at": NOW_S * 1000, "k": "x", "v": 1},
    ]
    found = trial.read("gateway/g1", {"readings": readings})
    assert [(item.source, item.metric, item.value, item.unit) for item in found.observations] == [
        ("g1-7", "temp.water", 21.5, "Cel"), ("g1-B9", "leak", 0.0, ""),
    ]  # fmt: skip
    [fault] = found.faults
    assert fault.cause == "bad_device"
    assert fault.detail == "sample 2: whose it is cannot be told: {$.serial} is no text in it"


def test_text_in_a_document_is_not_read_as_a_document() -> None:
    trial = Trial.of("  - {codec: json, topic: 'x/{device}', each: '$..s', values: {v: '$..v', w: $.w}}\n")
    assert trial.causes("x/d", {"s": '{"v": 1}'}) == {"wrong_shape": 1}


def test_samples_without_a_time_are_kept_in_their_order() -> None:
    trial = Trial.of("  - {codec: json, topic: 'x/{device}', each: '$[*]', values: {v: '$'}}\n")
    found = trial.read("x/d", [1, 2, 3]).observations
    assert [item.value for item in sorted(found, key=lambda item: item.ts)] == [1, 2, 3]
    assert len({item.ts for item in found}) == 3
    assert trial.causes("x/d", list(range(1001))) == {"too_large": 1}
    assert trial.causes("x/d", []) == {"wrong_shape": 1}


def test_everything_in_a_sample_by_its_own_name() -> None:
    trial = Trial.of("  - {codec: json, topic: 'x/{device}', everything: true}\n")
    payload = {"Temp": 1, "wifi": {"RSSI": -60, "ap": {"name": "a"}}, "on": True, "none": None, "list": [1], "温度": 20}
    found = trial.rows("x/d", payload)
    assert found[:4] == [("d", "temp", 1.0), ("d", "wifi.rssi", -60.0), ("d", "wifi.ap.name", "a"), ("d", "on", 1.0)]
    assert len(found) == 5
    assert trial.read("x/d", payload).skipped == 1
    assert trial.causes("x/d", {"a": {"b": {}}}) == {"wrong_shape": 1}


def test_two_names_that_would_fall_together_are_told() -> None:
    trial = Trial.of("  - {codec: json, topic: 'x/{device}', everything: true}\n")
    found = trial.read("x/d", {"Temp": 1, "temp": 2})
    assert [item.value for item in found.observations] == [1.0]
    assert [(str(fault.cause), "would both be called temp" in fault.detail) for fault in found.faults] == [
        ("bad_metric", True)
    ]


def test_the_same_metric_twice_at_one_time_is_told_since_the_store_keeps_one() -> None:
    trial = Trial.of("  - {codec: json, topic: 'x/{device}', each: '$[*]', time: $.t, values: {v: $.v}}\n")
    sample = {"t": "2026-03-01T12:00:00Z", "v": 1}
    assert len(trial.read("x/d", [sample, sample]).observations) == 1
    assert trial.causes("x/d", [sample, sample]) == {"duplicate_key": 1}


@pytest.mark.parametrize(
    ("spec", "told", "expected"),
    [
        ("{path: $.v}", "23.5", "23.5"), ("{path: $.v, kind: number}", " 23.5 ", 23.5),
        ("{path: $.v, kind: number}", True, 1.0), ("{path: $.v, kind: boolean}", "On", 1.0),
        ("{path: $.v, kind: boolean}", 0, 0.0), ("{path: $.v, kind: text}", 7, "7"),
        ("{path: $.v, kind: text}", True, "true"), ("{path: $.v, unit: Cel}", "1e2", 100.0),
        ('{path: $.v, map: {"0": off line, "1": on line}}', 1.0, "on line"),
        ('{path: $.v, map: {"true": 5}}', True, 5.0), ('{path: $.v, map: {"ON": true}}', "ON ", 1.0),
    ],
)  # fmt: skip
def test_what_is_made_of_a_value(spec: str, told: object, expected: object) -> None:
    assert simple(f"{{v: {spec}}}").rows("x/d", {"v": told}) == [("d", "v", expected)]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("{path: $.v, kind: number}", "1_000"), ("{path: $.v, kind: number}", "nan"), ("{path: $.v, unit: Cel}", [1]),
        ("{path: $.v, kind: boolean}", "perhaps"), ("{path: $.v, kind: boolean}", 2), ("{path: $.v, kind: text}", {}),
        ("{path: $.v, kind: number}", "9" * 1000), ("{path: $.v, map: {a: 1}}", [1]), ("{path: $.v}", {"a": 1}),
        ("{path: $.v, scale: 1e300}", 1e300),
    ],
)  # fmt: skip
def test_what_cannot_be_made_of_a_value(spec: str, told: object) -> None:
    assert simple(f"{{v: {spec}}}").causes("x/d", {"v": told}) == {"bad_value": 1}


@pytest.mark.parametrize(
    "place",
    [{"lat": 91, "lon": 0}, {"lat": 0, "lon": 181}, {"lat": True, "lon": 0}, {"lat": "x", "lon": 0}, {"lat": 1}],
)
def test_a_position_is_one_on_earth(place: Any) -> None:
    trial = simple("{position: {lat: $.lat, lon: $.lon}}")
    assert trial.causes("x/d", place) == {"bad_value": 1}


def test_a_text_is_one_value() -> None:
    trial = Trial.of("""\
  - {codec: text, topic: "home/{device}/temp", values: {temperature: {unit: "[degF]", to: Cel}}}
  - {codec: text, topic: "home/{device}/switch", values: {"on": {map: {"ON": 1, "OFF": 0}}}}
  - {codec: text, topic: "home/{device}/state", values: {state: {}}}
""")
    [(_, _, value)] = trial.rows("home/k/temp", b" 212\n")
    assert value == pytest.approx(100.0)
    assert trial.rows("home/k/switch", b"ON") == [("k", "on", 1.0)]
    assert trial.rows("home/k/state", "离线".encode()) == [("k", "state", "离线")]
    assert trial.rows("home/k/state", b"7") == [("k", "state", 7.0)]
    assert trial.causes("home/k/temp", b"warm") == {"bad_value": 1}
    assert trial.causes("home/k/switch", b"on") == {"bad_value": 1}
    assert trial.causes("home/k/state", b"\xff") == {"not_text": 1}
    assert trial.causes("home/k/state", b"x" * 2000) == {"too_large": 1}
    assert trial.read("home/k/state", b"").skipped == 1


def test_the_hubs_own_json_on_a_foreign_topic() -> None:
    trial = Trial.of("  - {codec: gridhub, topic: 'old/{device}'}\n")
    sample = {"ts": "2026-03-01T12:00:00Z", "id": "a", "values": {"smoke": 1}}
    assert trial.rows("old/smoke-1", sample) == [("smoke-1", "smoke", 1.0)]
    assert trial.causes("old/smoke-1", {"values": {"smoke": None}}) == {"bad_value": 1}


def test_retained_news_of_which_nobody_knows_how_old_it_is_is_not_news_of_now() -> None:
    assert simple("{v: $.v}").read("x/d", {"v": 1}, retained=True).skipped == 1
    assert simple("{v: $.v}").rows("x/d", {"v": 1}, retained=True) == []
    dated = simple("{v: $.v}", "    time: $.t\n")
    assert len(dated.rows("x/d", {"v": 1, "t": "2026-03-01T11:00:00Z"}, retained=True)) == 1


def test_a_message_delivered_again_gives_the_same_rows() -> None:
    payload = json.dumps({"t": NOW_S, "temp": 1, "gps": {"lat": 1, "lon": 2}}).encode()
    trial = Trial.of(PRESS)
    assert trial.read("plant/a/p/up", payload) == trial.read("plant/a/p/up", payload, again=True)


def test_a_topic_that_nobody_reads_is_told() -> None:
    assert Trial.of(PRESS).causes("plant/a/p/down", {}) == {"bad_topic": 1}
