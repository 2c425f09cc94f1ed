"""What the simulated devices publish, and when."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from hub.config.settings import Accept
from ingest.mqtt import codecs
from ingest.simulate import city, devices, script
from ingest.simulate.city import Role

EPOCH_S = 1_772_366_400.0
ACCEPT = Accept(past=timedelta(days=30), future=timedelta(minutes=5))
ALL = city.devices(200)
CYCLE_TICKS = round(script.CYCLE_S / devices.TICK_S)


def device(role: Role) -> city.Device:
    return next(device for device in ALL if device.role is role)


def reports_of(one: city.Device, ticks: range, place: float = 0.37) -> list[int]:
    return [tick for tick in ticks if devices.reports(one, place, tick)]


@pytest.mark.parametrize("tick", [0, 77, 601, 3333])
def test_every_message_is_what_the_contract_and_the_script_say(tick: int) -> None:
    for one in ALL:
        if script.mangled(one, tick * devices.TICK_S):
            continue
        payload = devices.payload(one, tick, EPOCH_S)
        at = datetime.fromtimestamp(EPOCH_S + tick * devices.TICK_S, UTC)
        decoded = codecs.telemetry(one.id, payload, at, ACCEPT)
        assert decoded.faults == ()
        expected = {metric: float(value) for metric, value in script.reading(one, tick * devices.TICK_S).items()}
        assert {found.metric: found.value for found in decoded.observations} == expected
        assert {found.ts for found in decoded.observations} == {at}
        assert {found.key for found in decoded.observations} == {json.loads(payload)["id"]}


def test_two_messages_of_a_device_never_have_the_same_id() -> None:
    ids = [json.loads(devices.payload(ALL[0], tick, EPOCH_S))["id"] for tick in range(2000)]
    assert len(set(ids)) == 2000


def test_an_ordinary_device_reports_every_ten_seconds_and_all_of_them_are_spread_over_the_interval() -> None:
    ordinary = next(one for one in ALL if one.role is Role.ORDINARY)
    times = reports_of(ordinary, range(CYCLE_TICKS))
    assert [later - earlier for earlier, later in pairwise(times)] == [100] * 11
    load = Counter(
        tick for number, one in enumerate(ALL) for tick in range(200, 300) if devices.reports(one, number / 200, tick)
    )
    assert max(load.values()) <= 5


def test_a_device_reports_every_second_while_its_value_changes() -> None:
    times = reports_of(device(Role.FIRE), range(20, 400))
    assert len(times) == 38


def test_a_silent_device_says_nothing_and_the_unplugged_one_neither() -> None:
    assert not reports_of(device(Role.SILENT), range(300, 2100))
    assert reports_of(device(Role.SILENT), range(2100, 2300))
    assert not reports_of(device(Role.UNPLUGGED), range(840, 980))
    assert reports_of(device(Role.UNPLUGGED), range(980, 1100))


def test_the_broken_device_sends_each_kind_of_nonsense_and_mostly_sense() -> None:
    broken = device(Role.BROKEN)
    causes: Counter[str] = Counter()
    for tick in reports_of(broken, range(4 * CYCLE_TICKS)):
        now = datetime.fromtimestamp(EPOCH_S + tick * devices.TICK_S, UTC)
        decoded = codecs.telemetry(broken.id, devices.payload(broken, tick, EPOCH_S), now, ACCEPT)
        causes.update(fault.cause.value for fault in decoded.faults)
        causes["fine"] += not decoded.faults
    assert causes["fine"] == 40
    assert sum(causes.values()) == 48
    assert len(causes) >= 3, causes
