"""What is kept in memory of devices that are not known, and what of refused payloads."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from ingest.mqtt import quarantine, strangers
from ingest.mqtt.decoded import Announced
from ingest.mqtt.quarantine import Allowance
from ingest.mqtt.strangers import Strangers

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def test_what_is_heard_is_taken_once_with_its_count_and_its_last_payloads() -> None:
    desk = Strangers()
    for number in range(9):
        desk.heard("pump-1", f"t{number}", b"x" * 9000, at(number))
    [found] = desk.take()
    assert (found.count, found.first_seen_at, found.last_seen_at) == (9, at(0), at(8))
    assert [head["topic"] for head in found.heads] == ["t4", "t5", "t6", "t7", "t8"]
    assert {head["size_bytes"] for head in found.heads} == {9000}
    assert {len(base64.b64decode(head["head"])) for head in found.heads} == {strangers.HEAD_BYTES}
    assert desk.take() == []


def test_what_could_not_be_written_down_is_added_to_what_comes_meanwhile() -> None:
    desk = Strangers()
    desk.heard("pump-1", "t1", b"1", at(0))
    desk.announced(Announced("pump-1", "Pump"), "t", at(0))
    desk.heard("pump-2", "t", b"1", at(0))
    taken = desk.take()
    desk.heard("pump-1", "t2", b"2", at(5))
    desk.put_back(taken)
    one, two = sorted(desk.take(), key=lambda item: item.id)
    assert (one.count, one.first_seen_at, one.last_seen_at) == (2, at(0), at(5))
    assert ([head["topic"] for head in one.heads], one.announced) == (["t1", "t2"], {"name": "Pump"})
    assert (two.id, two.count) == ("pump-2", 1)


def test_the_topic_of_an_unknown_device_is_that_of_its_last_message_and_not_of_who_announced_it() -> None:
    desk = Strangers()
    desk.announced(Announced("pump-1", "Pump"), "bridge/devices", at(0))
    desk.heard("pump-1", "t/pump-1", b"1", at(1))
    taken = desk.take()
    assert [item.topic for item in taken] == ["t/pump-1"]
    desk.announced(Announced("pump-1", "Pump"), "bridge/devices", at(2))
    desk.put_back(taken)
    assert [item.topic for item in desk.take()] == ["t/pump-1"]


def test_a_flood_of_invented_ids_is_bounded_and_counted() -> None:
    desk = Strangers()
    desk.heard("pump-1", "t", b"1", at(0))
    for number in range(5000):
        desk.heard(f"x-{number}", "t", b"1", at(1))
        desk.announced(Announced(f"y-{number}"), "t", at(1))
    desk.heard("pump-1", "t", b"1", at(2))
    taken = desk.take()
    assert len(taken) == strangers.MAX_AT_ONCE
    assert next(item.count for item in taken if item.id == "pump-1") == 2
    heard = sum(item.count for item in taken)
    assert desk.passed_over == 5002 - heard
    desk.put_back(taken)
    assert len(desk.take()) == strangers.MAX_AT_ONCE


def test_what_is_announced_is_kept_within_bounds_and_as_a_database_can_hold_it() -> None:
    desk = Strangers()
    metrics = {f"m{number}\0": "Cel" * 100 for number in range(500)}
    desk.announced(Announced("pump-1", "Pump\0" * 100, "", "\ud800", metrics), "t", at(0))
    [found] = desk.take()
    assert found.announced is not None
    assert len(found.announced["name"]) <= 200
    assert "\0" not in str(found.announced)
    assert found.announced["model"] == "?"
    assert len(found.announced["metrics"]) == 64
    assert found.count == 0


def test_a_payload_is_kept_as_a_whole_while_there_is_room_and_else_its_head() -> None:
    desk = Allowance()
    whole = quarantine.WHOLE_BYTES
    assert desk.keeps("a", "x", whole, 0.0) == whole
    assert desk.keeps("a", "x", whole + 1, 0.0) == quarantine.HEAD_BYTES
    assert desk.keeps("a", "x", 0, 0.0) == 0
    sizes = [desk.keeps(f"b{number}", "x", whole, 1.0) for number in range(200)]
    assert sizes.count(whole) == quarantine.WHOLE_BYTES_IN_ALL // whole - 2
    assert sizes[-1] == quarantine.HEAD_BYTES
    assert desk.keeps("c", "x", whole, quarantine.WINDOW_S) == whole
