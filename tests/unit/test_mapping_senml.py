"""SenML (RFC 8428): records are resolved, and what the hub cannot keep is told by the record."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import cbor2
import pytest

from tests.unit.mapping_trial import NOW, NOW_S, Trial

LABELS = {
    "bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "bs": -6,
    "n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "s": 5, "t": 6, "ut": 7, "vd": 8,
}  # fmt: skip
OWN = "urn-dev-ow-10e2073a01080063-da1746ad"


def trial(codec: str = "senml+json", more: str = "") -> Trial:
    return Trial.of(f"  - codec: {codec}\n    topic: senml/{{gw}}/#\n{more}")


def as_cbor(pack: list[dict[str, Any]]) -> bytes:
    return cbor2.dumps([{LABELS[label]: value for label, value in record.items()} for record in pack])


PACK: list[dict[str, Any]] = [
    {"bn": "urn:dev:ow:10e2073a01080063:", "bt": float(NOW_S), "bu": "A", "bver": 5,
     "n": "voltage", "u": "V", "v": 120.1},
    {"n": "current", "t": -5.0, "v": 1.2},
    {"n": "current", "t": -4.0, "v": 1.3},
    {"n": "open", "vb": True},
    {"n": "label", "vs": "门"},
]  # fmt: skip


@pytest.mark.parametrize("codec", ["senml+json", "senml+cbor"])
def test_a_pack_is_resolved(codec: str) -> None:
    found = trial(codec).read("senml/g1/x", as_cbor(PACK) if codec == "senml+cbor" else PACK)
    assert found.faults == ()
    assert [(item.source, item.metric, item.value, item.text, item.unit, item.ts) for item in found.observations] == [
        (OWN, "voltage", 120.1, None, "V", NOW),
        (OWN, "current", 1.2, None, "A", NOW - timedelta(seconds=5)),
        (OWN, "current", 1.3, None, "A", NOW - timedelta(seconds=4)),
        (OWN, "open", 1.0, None, "", NOW),
        (OWN, "label", None, "门", "", NOW),
    ]


@pytest.mark.parametrize(
    ("record", "device", "metric"),
    [
        ({"n": "urn:dev:ow:10e2073a01080063", "v": 1}, "urn-dev-ow-10e2073a01080063-da1746ad", "value"),
        ({"n": "urn:dev:ow:10e2073a01080063:temp", "v": 1}, "urn-dev-ow-10e2073a01080063-da1746ad", "temp"),
        ({"bn": "pump-1/", "n": "temp", "v": 1}, "pump-1", "temp"),
        ({"bn": "pump-1", "n": "/temp/in", "v": 1}, "pump-1", "temp.in"),
        ({"bn": "pump-1/temp", "v": 1}, "pump-1", "temp"),
    ],
)
def test_a_name_says_whose_it_is_and_what(record: dict[str, Any], device: str, metric: str) -> None:
    assert trial().rows("senml/g1/x", [record]) == [(device, metric, 1.0)]


def test_the_device_may_stand_in_the_topic() -> None:
    found = Trial.of("  - {codec: senml+json, topic: 'senml/{device}/x'}\n").rows("senml/d7/x", [{"n": "temp", "v": 1}])
    assert found == [("d7", "temp", 1.0)]
    by_both = trial(more='    device: "{gw}.{name}"\n')
    assert by_both.rows("senml/g1/x", [{"n": "p1/temp", "v": 1}]) == [("g1.p1", "temp", 1.0)]


def test_base_values_add_up_and_times_without_a_base_are_relative_to_now() -> None:
    found = trial().read(
        "senml/g/x", [{"bn": "d/", "bv": 20, "n": "a", "v": 1.5, "t": -60}, {"n": "b", "v": 0.5, "t": 2}]
    ).observations
    assert [(item.value, item.ts - NOW) for item in found] == [
        (21.5, timedelta(seconds=-60)), (20.5, timedelta(seconds=2)),
    ]  # fmt: skip
    assert [item.ts for item in trial().read("senml/g/x", [{"bn": "d/", "n": "a", "v": 1}]).observations] == [NOW]


def test_latitude_and_longitude_of_one_time_are_one_position() -> None:
    found = trial().read("senml/g/x", [
        {"bn": "d/", "bt": NOW_S, "n": "lat", "u": "lat", "v": 30.5}, {"n": "lon", "u": "lon", "v": 114.3},
        {"n": "lat", "u": "lat", "v": 30.6, "t": 1},
    ])  # fmt: skip
    assert [(item.metric, item.text, item.value, item.unit, item.attrs) for item in found.observations] == [
        ("position", "30.5,114.3", None, "", {"lat": 30.5, "lon": 114.3}), ("lat", None, 30.6, "deg", None),
    ]  # fmt: skip
    assert trial().causes("senml/g/x", [{"n": "d/a", "u": "lat", "v": 95}, {"n": "d/b", "u": "lon", "v": 1}]) == {
        "bad_value": 1
    }


@pytest.mark.parametrize(
    ("record", "cause", "words"),
    [
        ({"n": "d/a", "s": 5.0}, "unsupported", "a sum (s)"),
        ({"n": "d/a"}, "bad_value", "none of v, vs, vb, vd"),
        ({"n": "d/a", "v": 1, "vb": True}, "wrong_shape", "more than one value"),
        ({"n": "d/a", "v": "1"}, "bad_value", "v is a number, not text"),
        ({"n": "d/a", "v": True}, "bad_value", "v is a number, not true"),
        ({"n": "d/a", "vb": 1}, "bad_value", "vb is true or false"),
        ({"n": "d/a", "vs": 1}, "bad_value", "vs is text"),
        ({"n": "d/a", "v": 1, "t": "x"}, "bad_time", "a number of seconds"),
        ({"n": "d/a", "v": 1, "t": 1e300}, "bad_time", "calendar"),
        ({"n": "d a", "v": 1}, "bad_metric", "not a name of SenML"),
        ({"v": 1}, "bad_metric", "not a name"),
        ({"n": 5, "v": 1}, "wrong_shape", "are texts"),
        ({"n": "d/a", "v": 1, "bt": "x"}, "wrong_shape", "bt is text"),
        ({"n": "a", "v": 1}, "bad_device", "{name} is empty"),
    ],
)
def test_a_record_that_is_wrong_is_told_and_spoils_no_other(record: dict[str, Any], cause: str, words: str) -> None:
    found = trial().read("senml/g/x", [{"n": "d/ok", "v": 1}, record, {"n": "d/ok2", "v": 1}])
    assert [item.metric for item in found.observations] == ["ok", "ok2"]
    [fault] = found.faults
    assert (fault.cause, fault.count) == (cause, 1)
    assert fault.detail.startswith("record 1: ")
    assert words in fault.detail


@pytest.mark.parametrize(
    ("pack", "cause"),
    [
        ({}, "wrong_shape"), ([], "wrong_shape"), ([1], "wrong_shape"),
        ([{"n": "d/a", "v": 1, "bver": 11}], "unsupported"), ([{"n": "d/a", "v": 1, "new_": 1}], "unsupported"),
        ([{"n": f"d/a{n}", "v": 1} for n in range(1001)], "too_large"),
    ],
)  # fmt: skip
def test_a_pack_that_cannot_be_understood_is_refused_whole(pack: Any, cause: str) -> None:
    assert trial().causes("senml/g/x", pack) == {cause: 1}


@pytest.mark.parametrize(
    ("payload", "cause"),
    [
        (b"", "skipped"), (b"\x81", "not_cbor"), (b"\xff", "not_cbor"), (cbor2.dumps([]) + b"x", "not_cbor"),
        (b"\x81" * 5000, "not_cbor"), (cbor2.dumps({}), "wrong_shape"), (cbor2.dumps([1]), "wrong_shape"),
        (b"\x81\xa2\x00\x63d/a\x00\x63d/b", "not_cbor"),
        (cbor2.dumps([{0: "d/a", 2: NOW}]), "unsupported"), (cbor2.dumps([{0: "d/a", 2: 10**400}]), "bad_value"),
        (cbor2.dumps([{0: "d/a", 2: [1]}]), "unsupported"), (b"x" * 300_000, "too_large"),
    ],
)  # fmt: skip
def test_cbor_that_is_none_or_holds_what_senml_has_not(payload: bytes, cause: str) -> None:
    found = trial("senml+cbor").read("senml/g/x", payload)
    assert [str(fault.cause) for fault in found.faults] == ([] if cause == "skipped" else [cause])
    assert len(found.observations) == 0
    assert found.skipped == (cause == "skipped")


def test_decimal_fractions_and_bytes_of_cbor() -> None:
    pack = [{-2: "d/", 0: "a", 2: Decimal("21.5")}, {0: "b", 8: b"\x01\xff"}, {0: "c", 2: 7, 99: 1}]
    found = trial("senml+cbor").rows("senml/g/x", cbor2.dumps(pack))
    assert found == [("d", "a", 21.5), ("d", "b", "Af8"), ("d", "c", 7.0)]
