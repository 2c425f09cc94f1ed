"""Foreign topics through the intake: one message may speak for several devices, known, unknown, another worker's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.clock import SimulatedClock
from hub.config.settings import Accept
from hub.model.observation import Observation, Refusal
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt.intake import Intake
from ingest.mqtt.mapping.build import build
from ingest.mqtt.message import Message
from ingest.mqtt.presence import Presence
from tests.unit.mapping_trial import config

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAPPINGS = """\
  - {codec: json, topic: 'gateway/{gw}', device: '{$.id}', each: '$[*]', values: {v: $.v}}
  - codec: zigbee2mqtt
"""
KNOWN = {"leak-1": True, "leak-2": True, "new-1": False}


class Devices:
    def approved(self, device: str) -> bool | None:
        return KNOWN.get(device)


class Desk:
    def __init__(self, shard: str = "0/1") -> None:
        self.clock = SimulatedClock(T0)
        self.tally = Tally()
        self.presence = Presence()
        self.presence.know(["leak-1", "leak-2"], {}, 0.0)
        owner = Shard.parse(shard)
        router = build(config(MAPPINGS), lambda _topic, _payload: None, owner.owns)
        accept = Accept(past=timedelta(days=30), future=timedelta(minutes=5))
        self.intake = Intake(owner, Devices(), self.presence, accept, self.tally, self.clock, router)

    def read(self, topic: str, payload: Any, **flags: Any) -> tuple[list[Observation], list[Refusal]]:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        observations, refusals = self.intake.read(Message(topic, data, self.clock.now(), **flags))
        return list(observations), list(refusals)


def samples(*devices: str) -> list[dict[str, Any]]:
    return [{"id": device, "v": number} for number, device in enumerate(devices)]


def test_each_device_of_a_message_is_let_in_or_not_by_itself() -> None:
    desk = Desk()
    observations, refusals = desk.read("gateway/g", samples("leak-1", "stranger", "new-1", "leak-2", "stranger"))
    assert [(item.source, item.value) for item in observations] == [("leak-1", 0.0), ("leak-2", 3.0)]
    assert [(one.cause, one.device, one.detail) for one in refusals] == [
        ("unknown_device", "stranger", "stranger is not known (and 1 more samples)"),
        ("not_approved", "new-1", "new-1 is waiting for approval"),
    ]
    assert desk.tally.get("gridhub_mqtt_refused_total", cause="unknown_device") == 2
    assert desk.tally.get("gridhub_mqtt_messages_total", kind="mapped") == 1
    assert [one.id for one in desk.intake.strangers.take()] == ["stranger"]


def test_of_several_workers_each_device_and_each_fault_is_one_workers() -> None:
    desks = [Desk("0/2"), Desk("1/2")]
    devices = ["leak-1", "leak-2", "a", "b", "c", "d"]
    told = [desk.read("gateway/g", [*samples(*devices), {"v": 1}]) for desk in desks]
    stored = [item.source for observations, _ in told for item in observations]
    refused = [one.device for _, refusals in told for one in refusals]
    assert sorted(stored) == ["leak-1", "leak-2"]
    assert sorted(refused) == ["", "a", "b", "c", "d"], "the sample that is nobody's is told once"
    assert sum(desk.tally.get("gridhub_mqtt_messages_total", kind="mapped") for desk in desks) == 1


def test_what_is_announced_of_an_unknown_device_waits_with_it() -> None:
    desk = Desk()
    exposes = [{"type": "numeric", "property": "battery", "unit": "%"}]
    listed = [
        {"friendly_name": name, "definition": {"vendor": "V", "model": "M", "exposes": exposes}}
        for name in ("leak-1", "stranger")
    ]
    assert desk.read("zigbee2mqtt/bridge/devices", listed, retained=True) == ([], [])
    [stranger] = desk.intake.strangers.take()
    assert stranger.id == "stranger"
    assert stranger.announced == {"name": "stranger", "model": "V M", "metrics": {"battery": "%"}}


def test_an_availability_is_a_status_and_a_retained_one_that_is_known_is_not_news() -> None:
    desk = Desk()
    topic = "zigbee2mqtt/leak-1/availability"
    told = [
        [item.value for item in desk.read(topic, payload, retained=retained)[0]]
        for payload, retained in ((b"offline", True), (b"offline", True), (b"online", False), (b"offline", False))
    ]
    assert told == [[0.0], [], [1.0], [0.0]]


def test_a_device_that_is_heard_watches_and_one_at_fault_is_complained_of() -> None:
    desk = Desk()
    desk.read("zigbee2mqtt/leak-1", {"battery": 5})
    desk.read("zigbee2mqtt/leak-2", b"nonsense")
    reports = {health.source: str(health.state) for health in desk.presence.due(desk.clock.now(), 1.0)}
    assert reports["leak-1"] == "watching"
    assert reports.get("leak-2") != "watching"


def test_a_blocked_device_leaves_nothing_but_a_count() -> None:
    desk = Desk()
    desk.intake.strangers.block(frozenset({"stranger"}))
    assert desk.read("gateway/g", samples("stranger")) == ([], [])
    assert desk.intake.strangers.take() == []
    assert desk.tally.get("gridhub_mqtt_refused_total", cause="blocked") == 1


def test_a_topic_of_nobody_is_told_once() -> None:
    desk = Desk()
    [refusal] = desk.read("nobody/x", b"1")[1]
    assert (refusal.cause, refusal.device) == ("bad_topic", "")


def test_what_was_quarantined_is_read_again_when_the_device_is_known() -> None:
    desk = Desk()
    message = Message("gateway/g", json.dumps(samples("leak-1", "stranger")).encode(), T0)
    decoded = desk.intake.read_again(message)
    assert [item.source for item in decoded.observations] == ["leak-1"]
    assert [str(fault.cause) for fault in decoded.faults] == ["unknown_device"]
    KNOWN["stranger"] = True
    try:
        again = desk.intake.read_again(message)
    finally:
        del KNOWN["stranger"]
    assert ([item.source for item in again.observations], list(again.faults)) == (["leak-1", "stranger"], [])


def test_samples_with_neither_time_nor_id_stay_apart_in_messages_that_came_at_once() -> None:
    desk = Desk()
    first = desk.read("gateway/g", samples("leak-1", "leak-1", "leak-1"))[0]
    second = desk.read("gateway/h", samples("leak-1", "leak-1"))[0]
    assert [item.ts - T0 for item in (*first, *second)] == [timedelta(microseconds=number) for number in range(5)]
