"""What comes too late changes nothing that was decided, and whoever judges the alert afterwards can read of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.model.observation import Observation
from hub.store import alerts, journal
from rules.engine import Engine
from tests.fix_rules import City
from tests.unit.rules_timeline import rule

HELD = rule("{metric: smoke, above: 0.3, for: 5s}", by="source")


@pytest.fixture
def city(rules_city: City) -> City:
    return rules_city


def say(city: City, second: float, value: float, arrives: float) -> None:
    city.writer.append([Observation("smoke-1", "smoke", city.at(second), city.at(arrives), value)])


def look(city: City, engine: Engine, second: float) -> None:
    city.pass_time(engine, second)
    engine.step()


def notes(city: City) -> list[tuple[str, str]]:
    """(rule, note) of what the journals of alerts say of late observations."""
    entries = [entry for entry in journal.after(city.store, 0) if entry.body.get("reason") == "late_evidence"]
    return [(entry.body["alert"]["rule"], entry.body["note"]) for entry in entries]


@pytest.fixture
def engine(city: City) -> Engine:
    """An alert that began in second 5 is on, and it is second 20."""
    made = city.engine(HELD)
    say(city, 0, 0.5, 0)
    look(city, made, 8)
    say(city, 20, 0.6, 20)
    look(city, made, 20)
    assert city.spans() == [(5, None)]
    return made


def test_an_observation_that_comes_too_late_changes_nothing_and_the_alert_says_so(city: City, engine: Engine) -> None:
    say(city, 7, 0.1, 21)
    look(city, engine, 21)
    assert city.spans() == [(5, None)]
    time = f"{city.at(7):%H:%M:%S}"
    assert notes(city) == [("r", f"smoke-1 said smoke of {time} UTC too late to change anything")]
    assert city.tally.get("gridhub_rules_left_out_total", cause="late") == 1


def test_many_that_come_too_late_are_told_together_once_a_minute(city: City, engine: Engine) -> None:
    for second in (7, 8, 9, 10):
        say(city, second, 0.1, 21)
        look(city, engine, 21)
    look(city, engine, 80)
    assert len(notes(city)) == 1
    look(city, engine, 82)
    assert [note.partition(" too late ")[2] for _, note in notes(city)] == [
        "to change anything", "to change anything, and 2 more",
    ]  # fmt: skip


@pytest.mark.parametrize("second", [15, 29])
def test_what_concerns_an_alert_that_is_over_is_said_in_its_journal(city: City, engine: Engine, second: float) -> None:
    """Whether it is too late for its source or only for the end that was decided."""
    look(city, engine, 29)
    say(city, 30, 0.1, 30)
    look(city, engine, 33)
    assert city.spans() == [(5, 30)]
    say(city, second, 0.1, 34)
    say(city, 3, 0.1, 34)  # before it began: it was not on then
    look(city, engine, 34)
    assert city.spans() == [(5, 30)]
    assert len(notes(city)) == 1


def test_what_concerns_no_alert_is_only_counted(city: City, engine: Engine) -> None:
    city.writer.append([Observation("smoke-2", "smoke", city.at(20), city.at(21), 0.1)])
    city.writer.append([Observation("smoke-2", "smoke", city.at(2), city.at(21), 0.5)])
    look(city, engine, 21)
    assert notes(city) == []
    assert city.tally.get("gridhub_rules_left_out_total", cause="late") == 1


def test_what_was_told_is_not_told_again_by_an_engine_that_starts_again(city: City, engine: Engine) -> None:
    say(city, 7, 0.1, 21)
    look(city, engine, 21)
    again = city.engine(HELD)
    look(city, again, 22)
    assert len(notes(city)) == 1
    [alert] = alerts.active(city.store)
    assert alert.started_at == city.at(0) + timedelta(seconds=5)
