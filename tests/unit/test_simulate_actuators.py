"""The simulated siren and barrier keep the rules of a device that takes commands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from hub.config.device_commands import BUILT_IN
from hub.model.times import rfc3339
from ingest.simulate import city
from ingest.simulate.actuators import TYPES, Actuator

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def command(name: str, command_id: str = "1", expires: datetime = T0 + timedelta(minutes=1), **params: object) -> bytes:
    said = {"id": command_id, "name": name, "params": params, "expires": rfc3339(expires)}
    return json.dumps(said).encode()


def test_a_siren_sounds_for_as_long_as_it_is_told() -> None:
    siren = Actuator("siren")
    assert siren.obey(command("sound", seconds=5), T0) == {"id": "1", "ok": True, "detail": "sounding for 5 s"}
    assert siren.values(T0 + timedelta(seconds=4)) == {"sounding": True}
    assert siren.values(T0 + timedelta(seconds=5)) == {"sounding": False}


def test_what_was_done_is_not_done_again_and_answered_as_before() -> None:
    barrier = Actuator("barrier")
    first = barrier.obey(command("open", "1"), T0)
    barrier.obey(command("close", "2"), T0)
    assert barrier.obey(command("open", "1"), T0 + timedelta(hours=1)) == first
    assert barrier.values(T0) == {"open": False}
    for number in range(10):
        barrier.obey(command("close", f"more {number}"), T0)
    barrier.obey(command("open", "1"), T0)
    assert barrier.values(T0) == {"open": True}, "it remembers the last ten"


def test_what_came_too_late_is_not_done() -> None:
    siren = Actuator("siren")
    assert not siren.obey(command("sound", expires=T0, seconds=5), T0)["ok"]
    assert siren.values(T0) == {"sounding": False}


@pytest.mark.parametrize("kind", TYPES)
def test_it_knows_every_command_of_its_type_and_no_other(kind: str) -> None:
    for name, settings in BUILT_IN[kind].items():
        assert Actuator(kind).obey(command(name, **settings.check({})), T0)["ok"], name
    assert not Actuator(kind).obey(command("dance"), T0)["ok"]


def test_the_city_has_one_of_each() -> None:
    assert [device.type for device in city.actuators()] == list(TYPES)
