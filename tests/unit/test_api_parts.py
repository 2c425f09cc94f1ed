"""What is said of the parts of the hub: of a process that beats, is late or was never there, the broker, the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.api.frames import part_json
from dashboard.api.parts import Part, StoreHealth, is_down, parts_of
from dashboard.commands import table
from hub.store.heart import LATE_S
from hub.store.processes import Process

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
WELL = StoreHealth(True, LONG_AGO)


def process(
    name: str, state: str = "ok", detail: str = "", late_s: float = 1.0, connected: float | None = None
) -> Process:
    samples: list[dict[str, Any]] = [{"name": "other", "labels": {}, "value": 0}]
    if connected is not None:
        samples.append({"name": "gridhub_broker_connected", "labels": {}, "value": connected})
    return Process(name, 1, state, detail, LONG_AGO, LONG_AGO, NOW - timedelta(seconds=late_s), samples)


def part(name: str, *known: Process, store: StoreHealth = WELL, now: datetime = NOW) -> tuple[str, str]:
    names = {one for one in (name, *(item.name for item in known)) if one not in {"store", "broker"}}
    found = parts_of(sorted(names), known, store, now)
    return next((item.state, item.detail) for item in found if item.name == name)


@pytest.mark.parametrize(("state", "detail"), [("ok", "12 rules"), ("degraded", "broker away"), ("down", "stopped")])
def test_a_process_that_beats_is_what_it_says(state: str, detail: str) -> None:
    assert part("rules", process("rules", state, detail)) == (state, detail)


def test_a_process_that_has_not_beaten_for_a_while_is_down() -> None:
    assert part("rules", process("rules", late_s=LATE_S - 0.1)) == ("ok", "")
    assert part("rules", process("rules", late_s=LATE_S + 0.1)) == ("down", "has stopped answering")


def test_a_process_that_was_never_there_is_down() -> None:
    assert part("rules") == ("down", "has not started")
    assert part("rules", store=StoreHealth(True, NOW)) == ("down", "has not started"), "and the hub is not ready"


def test_a_process_is_given_time_to_beat_after_the_store_came_back() -> None:
    late = process("rules", late_s=60)
    back = StoreHealth(True, NOW)
    assert part("rules", late, store=back) == ("ok", "")
    assert part("rules", late, store=back, now=NOW + timedelta(seconds=LATE_S + 1))[0] == "down"


def test_while_the_store_is_away_the_others_are_as_they_were() -> None:
    away = StoreHealth(False, NOW - timedelta(minutes=5), "refused")
    late = process("rules", late_s=302)
    assert part("rules", late, store=away) == ("ok", "")
    assert part("store", late, store=away) == ("down", "refused")


def test_asked_once_nobody_is_given_time() -> None:
    once = StoreHealth(True, None)
    assert part("rules", process("rules", late_s=LATE_S + 1), store=once)[0] == "down"
    assert part("rules", store=once) == ("down", "has not started")


def test_the_broker_is_what_the_living_device_workers_say() -> None:
    assert part("broker", process("mqtt-0", connected=1)) == ("ok", "")
    assert part("broker", process("mqtt-0", connected=0)) == ("down", "not connected")
    said = process("mqtt-1", "degraded", "refused by the broker", connected=0)
    assert part("broker", process("mqtt-0", connected=1), said) == ("down", "refused by the broker")
    assert part("broker", process("mqtt-0", connected=0, late_s=60), process("mqtt-1", connected=1)) == ("ok", "")
    unknown = ("degraded", "not known: no device worker has said anything of it")
    assert part("broker", process("mqtt-0", connected=1, late_s=60)) == unknown
    assert part("broker", process("rules")) == unknown


def test_a_part_is_news_when_anything_but_its_beat_changes() -> None:
    one = Part("rules", "ok", "", LONG_AGO, NOW)
    assert one.told == Part("rules", "ok", "", LONG_AGO, NOW + timedelta(seconds=2)).told
    assert one.told != Part("rules", "ok", "1 rule failed", LONG_AGO, NOW).told


def test_parts_in_json_and_as_a_table() -> None:
    parts = [Part("store", "ok", "", NOW), Part("规则", "down", "倒了", None, NOW)]
    assert part_json(parts[0]) == {
        "name": "store", "state": "ok", "detail": "", "since": "2026-03-01T12:00:00.000000Z", "beat_at": None,
    }  # fmt: skip
    assert is_down(parts) == ["规则"]
    assert table(parts) == (
        "PART   STATE  SINCE                 LAST BEAT             DETAIL\n"
        "store  ok     2026-03-01 12:00:00Z  -\n"
        "规则   down   -                     2026-03-01 12:00:00Z  倒了"
    )
