"""Sparkplug B: births, aliases, sequences, deaths, and what a host asks for when it has missed something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ingest.mqtt.decoded import Decoded
from ingest.mqtt.mapping import sparkplug
from ingest.mqtt.mapping.sparkplug_payload import DataType, Payload
from tests.unit.mapping_trial import NOW, NOW_S, Trial, said

NOW_MS = NOW_S * 1000
NODE, PUMP = "plant.edge-1", "plant.edge-1.pump"


def payload(*metrics: dict[str, Any], seq: int | None = None, at_ms: int = NOW_MS) -> bytes:
    """A metric is its fields; ``unit`` becomes a property."""
    told = Payload(timestamp=at_ms)
    if seq is not None:
        told.seq = seq
    for metric in metrics:
        unit = metric.pop("unit", None)
        added = told.metrics.add(**metric)
        if unit is not None:
            added.properties.keys.append("engUnit")
            added.properties.values.add(type=DataType.STRING, string_value=unit)
    return bytes(told.SerializeToString())


def bd_seq(number: int) -> dict[str, Any]:
    return {"name": "bdSeq", "datatype": DataType.INT64, "long_value": number}


class Plant:
    """One edge node with one device, as the hub hears them."""

    def __init__(self, mapping: str = "  - codec: sparkplug\n") -> None:
        self.trial = Trial.of(mapping)

    def say(self, kind: str, data: bytes, after_s: float = 0.0, **flags: Any) -> Decoded:
        level = "/pump" if kind.startswith("D") else ""
        return self.trial.read(f"spBv1.0/plant/{kind}/edge-1{level}", data, NOW + timedelta(seconds=after_s), **flags)

    def born(self) -> Plant:
        node = payload(
            bd_seq(3), {"name": "Node Control/Rebirth", "datatype": DataType.BOOLEAN, "boolean_value": False},
            {"name": "cpu", "alias": 1, "datatype": DataType.FLOAT, "float_value": 0.5, "unit": "%"}, seq=0,
        )  # fmt: skip
        device = payload(
            {"name": "Inputs/Temp", "alias": 2, "datatype": DataType.INT16, "int_value": 21, "unit": "°C"},
            {"name": "Running", "alias": 3, "datatype": DataType.BOOLEAN, "boolean_value": True}, seq=1,
        )  # fmt: skip
        self.say("NBIRTH", node)
        self.say("DBIRTH", device)
        return self

    @property
    def asked(self) -> list[str]:
        return [topic for topic, _ in self.trial.asked]


def rows(decoded: Decoded) -> list[tuple[str, str, Any]]:
    return [(item.source, item.metric, said(item)) for item in decoded.observations]


def test_births_say_who_is_there_with_what_and_data_may_name_it_by_alias() -> None:
    plant = Plant()
    birth = plant.say("NBIRTH", payload(
        bd_seq(3), {"name": "cpu", "alias": 1, "datatype": DataType.DOUBLE, "double_value": 0.5, "unit": "%"}, seq=0,
    ))  # fmt: skip
    assert rows(birth) == [(NODE, "device.online", 1.0), (NODE, "cpu", 0.5)]
    [announced] = birth.announced
    assert (announced.device, announced.name, announced.metrics) == (NODE, "edge-1", {"cpu": "%"})
    plant.born()
    data = plant.say("DDATA", payload({"alias": 2, "int_value": 22, "timestamp": NOW_MS - 1000}, seq=2))
    [found] = data.observations
    assert (found.source, found.metric, found.value, found.unit) == (PUMP, "inputs.temp", 22.0, "Cel")
    assert found.ts == NOW - timedelta(seconds=1)
    assert plant.asked == []


@pytest.mark.parametrize(
    ("datatype", "field", "sent", "expected"),
    [
        (DataType.INT8, "int_value", 0xFFFFFFFF, -1.0), (DataType.INT8, "int_value", 0xFF, -1.0),
        (DataType.INT16, "int_value", 0xFFFF8000, -32768.0), (DataType.INT32, "int_value", 0x80000000, -(2.0**31)),
        (DataType.INT64, "long_value", 2**64 - 5, -5.0), (DataType.UINT8, "int_value", 255, 255.0),
        (DataType.UINT32, "int_value", 2**32 - 1, 2.0**32 - 1), (DataType.UINT64, "long_value", 2**53, 2.0**53),
        (DataType.FLOAT, "float_value", 1.5, 1.5), (DataType.DOUBLE, "double_value", 0.1, 0.1),
        (DataType.BOOLEAN, "boolean_value", False, 0.0), (DataType.STRING, "string_value", "开", "开"),
        (DataType.UUID, "string_value", "u", "u"),
        (DataType.DATE_TIME, "long_value", NOW_MS, "2026-03-01T12:00:00.000000Z"),
    ],
)  # fmt: skip
def test_values_of_every_type(datatype: DataType, field: str, sent: Any, expected: Any) -> None:
    plant = Plant().born()
    found = plant.say("NDATA", payload({"name": "x", "datatype": datatype, field: sent}, seq=2))
    assert rows(found) == [(NODE, "x", expected)]


def test_what_is_no_single_value_is_refused_by_name_and_count() -> None:
    found = Plant().born().say("NDATA", payload(
        {"name": "t", "datatype": DataType.TEMPLATE, "template_value": b""},
        {"name": "d", "datatype": DataType.DATA_SET, "dataset_value": b""},
        {"name": "b", "datatype": DataType.BYTES, "bytes_value": b"\0"},
        {"name": "nan", "datatype": DataType.DOUBLE, "double_value": float("nan")},
        {"name": "none", "datatype": DataType.INT8, "is_null": True},
        {"name": "ok", "datatype": DataType.INT8, "int_value": 1}, seq=2,
    ))  # fmt: skip
    assert rows(found) == [(NODE, "ok", 1.0)]
    assert found.skipped == 1
    told = {str(fault.cause): (fault.count, fault.detail) for fault in found.faults}
    assert told["unsupported"][0] == 3
    assert "'t' is a template" in told["unsupported"][1]
    assert told["bad_value"][0] == 1


def test_a_missing_message_is_counted_and_a_rebirth_is_asked_for_once_in_a_while() -> None:
    plant = Plant().born()
    found = plant.say("NDATA", payload({"alias": 1, "float_value": 1.0}, seq=5))
    assert (NODE, "device.missed", 3.0) in rows(found)
    assert (NODE, "cpu", 1.0) in rows(found), "what is understood is kept all the same"
    assert plant.asked == ["spBv1.0/plant/NCMD/edge-1"]
    told = Payload.FromString(plant.trial.asked[0][1])
    assert [(metric.name, metric.boolean_value) for metric in told.metrics] == [("Node Control/Rebirth", True)]
    plant.say("NDATA", payload({"alias": 1, "float_value": 1.0}, seq=9), 5.0)
    assert len(plant.asked) == 1
    plant.say("NDATA", payload({"alias": 1, "float_value": 1.0}, seq=12), 11.0)
    assert len(plant.asked) == 2


def test_the_sequence_begins_anew_after_255_and_with_a_birth() -> None:
    plant = Plant().born()
    for seq in [*range(2, 256), 0, 1]:
        assert plant.say("NDATA", payload({"alias": 1, "float_value": 1.0}, seq=seq)).faults == ()
    plant.born()
    assert plant.asked == []


def test_a_message_delivered_again_is_no_gap() -> None:
    plant = Plant().born()
    data = payload({"alias": 1, "float_value": 1.0}, seq=2)
    first, again = plant.say("NDATA", data), plant.say("NDATA", data, again=True)
    assert rows(first) == rows(again)
    assert plant.asked == []


def test_data_without_a_birth_asks_for_one_and_is_told() -> None:
    plant = Plant()
    found = plant.say("DDATA", payload(
        {"alias": 2, "int_value": 1}, {"alias": 3, "boolean_value": True},
        {"name": "named", "datatype": DataType.INT8, "int_value": 7}, seq=4,
    ))  # fmt: skip
    assert rows(found) == [(PUMP, "named", 7.0)], "a metric with its name needs no birth"
    assert [(str(fault.cause), fault.count, fault.device) for fault in found.faults] == [("no_birth", 2, PUMP)]
    assert plant.asked == ["spBv1.0/plant/NCMD/edge-1"]
    plant.born()
    assert plant.say("DDATA", payload({"alias": 2, "int_value": 1}, seq=2)).faults == ()


def test_only_the_worker_that_a_node_belongs_to_asks() -> None:
    trial = Trial.of("  - codec: sparkplug\n")
    [route] = trial.router.routes
    object.__setattr__(route.codec._surroundings, "owns", lambda _device: False)  # type: ignore[attr-defined]
    trial.read("spBv1.0/plant/NDATA/edge-1", payload({"alias": 1, "float_value": 1.0}, seq=1))
    assert trial.asked == []


def test_a_death_takes_node_and_devices_offline_unless_it_is_an_old_will() -> None:
    plant = Plant().born()
    old = plant.say("NDEATH", payload(bd_seq(2)))
    assert (list(old.observations), old.skipped) == ([], 1)
    found = plant.say("NDEATH", payload(bd_seq(3)))
    assert rows(found) == [(NODE, "device.online", 0.0), (PUMP, "device.online", 0.0)]
    assert rows(Plant().say("NDEATH", b"")) == [], "an empty will says nothing"
    assert rows(Plant().say("NDEATH", payload(bd_seq(3)))) == [(NODE, "device.online", 0.0)]


def test_a_device_dies_alone() -> None:
    plant = Plant().born()
    assert rows(plant.say("DDEATH", payload(seq=2))) == [(PUMP, "device.online", 0.0)]
    assert plant.say("NDATA", payload({"alias": 1, "float_value": 1.0}, seq=3)).faults == ()
    found = plant.say("DDATA", payload({"alias": 2, "int_value": 1}, seq=4))
    assert [str(fault.cause) for fault in found.faults] == ["no_birth"]


@pytest.mark.parametrize("data", [b"\xff", b"\x0a", b"hello", b"\x12\xff\xff\xff\xff\x0f", b"\x12\x03\x0a\x01\xff"])
def test_what_is_no_payload_is_refused(data: bytes) -> None:
    found = Plant().born().say("NDATA", data)
    assert [str(fault.cause) for fault in found.faults] == ["not_protobuf"]
    assert list(found.observations) == []


def test_a_payload_that_is_too_large_is_refused() -> None:
    metric = {"name": "x", "datatype": DataType.STRING, "string_value": "x" * 300_000}
    found = Plant().born().say("NDATA", payload(metric))
    assert [str(fault.cause) for fault in found.faults] == ["too_large"]
    assert "300" in found.faults[0].detail


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparkplug, "MAX_NODES", 3)
    monkeypatch.setattr(sparkplug, "MAX_METRICS", 10)
    trial = Trial.of("  - codec: sparkplug\n")
    [route] = trial.router.routes
    for number in range(20):
        metrics = [{"name": f"m{n}", "alias": n, "datatype": DataType.INT8, "int_value": 1} for n in range(8)]
        trial.read(f"spBv1.0/plant/NBIRTH/edge-{number}", payload(bd_seq(0), *metrics, seq=0))
    codec: Any = route.codec
    assert len(codec._nodes) == 1
    assert codec._metrics == sum(node.size for node in codec._nodes.values()) == 9
    trial.read("spBv1.0/plant/NDATA/edge-0", payload({"alias": 1, "int_value": 1}, seq=1))
    assert trial.asked[0][0] == "spBv1.0/plant/NCMD/edge-0", "who was forgotten is asked when it speaks again"


@pytest.mark.parametrize(
    "topic",
    ["STATE/host", "plant/NCMD/edge-1", "plant/DCMD/edge-1/pump", "plant", "plant/NDATA", "plant/NDATA/a/b", ""],
)
def test_one_subscription_keeps_the_order_and_what_is_no_data_is_left_out(topic: str) -> None:
    trial = Plant().trial
    assert trial.router.subscriptions == ("spBv1.0/#",)
    assert trial.read(f"spBv1.0/{topic}", b"x").skipped == 1


def test_ids_are_the_installations() -> None:
    own = Plant('  - {codec: sparkplug, node: "n-{edge}", device: "{edge}-{device}"}\n')
    assert rows(own.say("NBIRTH", payload(bd_seq(0), seq=0))) == [("n-edge-1", "device.online", 1.0)]
