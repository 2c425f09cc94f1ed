"""What an engine that was killed tells again does not befall the alert that came after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.cases import intake
from hub.errors import Conflict
from hub.model.alert import Decision, Fire, Resolve, Revise, Severity
from hub.model.area import Area
from hub.model.observation import Observation
from hub.store import Store, alerts, areas, journal
from tests.fix_rules import City, settle
from tests.unit.rules_timeline import rule

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def city(rules_city: City) -> City:
    return rules_city


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


def fire(second: float) -> Fire:
    return Fire("smoke", "area:qth", Severity.MINOR, "qth", (), "s", at(second), ())


def resolve(started: float, second: float) -> Resolve:
    return Resolve("smoke", "area:qth", at(second), started_at=at(started))


def carry_out(store: Store, *decisions: Decision) -> None:
    with store.transaction() as tx:
        areas.put(tx, [Area("qth", "City", "city")])
        intake.carry_out(tx, decisions, at(60))


def spans(store: Store) -> list[tuple[datetime, datetime | None]]:
    found = alerts.list_alerts(store, alerts.Filter())
    return sorted((item.started_at, item.resolved_at) for item in found)


def test_the_end_of_an_alert_that_is_told_again_does_not_end_the_next_one(store: Store) -> None:
    carry_out(store, fire(0), resolve(0, 5), fire(10))
    carry_out(store, resolve(0, 5), fire(10))
    assert spans(store) == [(at(0), at(5)), (at(10), None)]
    carry_out(store, resolve(10, 15))
    assert spans(store) == [(at(0), at(5)), (at(10), at(15))]


def test_how_bad_an_alert_became_is_not_told_of_the_next_one(store: Store) -> None:
    worse = Revise("smoke", "area:qth", Severity.CRITICAL, at(3), started_at=at(0))
    carry_out(store, fire(0), worse, resolve(0, 5), fire(10))
    carry_out(store, worse, resolve(0, 5), fire(10))
    assert [item.severity for item in alerts.active(store)] == [Severity.MINOR]


def test_how_bad_an_alert_was_for_a_while_is_not_told_twice(store: Store) -> None:
    worse = Revise("smoke", "area:qth", Severity.CRITICAL, at(3), started_at=at(0))
    better = replace(worse, severity=Severity.MINOR, at=at(6), reason="severity_lowered")
    carry_out(store, fire(0), worse, better)
    known = journal.after(store, 0)
    carry_out(store, fire(0), worse, better)
    assert journal.after(store, 0) == known
    carry_out(store, replace(worse, at=at(9)))
    assert [item.severity for item in alerts.active(store)] == [Severity.CRITICAL]


def test_how_bad_an_alert_was_in_its_beginning_is_corrected_where_it_is_told_again(store: Store) -> None:
    """It was told as of its first evidence; what came late was heard, and the engine killed before it said so."""
    worse = Revise("smoke", "area:qth", Severity.MAJOR, at(3), started_at=at(0))
    carry_out(store, replace(fire(0), severity=Severity.MAJOR))
    carry_out(store, fire(0))
    [alert] = alerts.active(store)
    assert alert.severity is Severity.MINOR
    told = [entry.body["note"] for entry in journal.after(store, 0) if entry.kind == "alert"]
    assert told[-1] == "severity_lowered"
    carry_out(store, worse)
    carry_out(store, fire(0))
    assert [item.severity for item in alerts.active(store)] == [Severity.MAJOR], "it has become so since"
    carry_out(store, replace(fire(1), severity=Severity.MINOR))
    assert [item.severity for item in alerts.active(store)] == [Severity.MAJOR], "that is no beginning of it"


def test_an_end_holds_for_an_alert_that_was_found_to_have_begun_earlier(store: Store) -> None:
    carry_out(store, fire(4))
    carry_out(store, replace(fire(2), reason="earlier_evidence"))
    carry_out(store, resolve(4, 8))
    assert spans(store) == [(at(2), at(8))]


def test_an_engine_whose_place_was_taken_while_it_slept_does_nothing_until_it_has_started_again(
    city: City,
) -> None:
    """It would raise what the other one had corrected and ended, since it was not there when that happened."""
    asleep, other = city.engine(), city.engine()
    asleep.step()
    for second, received, value in ((1.0, 1.0, 0.5), (0.5, 1.5, 0.5), (4.0, 4.0, 0.1)):
        said = Observation("smoke-1", "smoke", city.at(second), city.at(received), value)
        city.writer.append([said])
    settle(city, other)
    city.pass_time(other, 10)
    known = city.alerts()
    assert [(start, end) for _, _, start, end in known] == [(0.5, 4.0)]
    with pytest.raises(Conflict, match="somebody else reads as 'rules'"):
        asleep.step()
    assert city.alerts() == known
    with pytest.raises(Conflict):
        city.run(asleep, 1)
    city.run(asleep, 2)
    assert city.alerts() == known
    assert [change for change, _ in city.reasons()] == ["fired", "updated", "resolved"]


def test_what_only_the_replay_decided_is_told(city: City) -> None:
    """The engine looks at a group when something happens to it, or when all of its sources are settled. The one that
    starts from a checkpoint looks at all of them, and may find what the one before it had not looked for."""
    smoke = rule("{metric: smoke, above: 0.4, for: 1s}", "smoke", by="area")
    engine = city.engine(smoke)
    city.go_on_to(3)
    engine.step()
    city.say(("smoke-2", 8, 0.5), ("smoke-2", 8.5, 0.1))
    city.writer.append([Observation("smoke-2", "smoke", city.at(10), city.at(11.5), 0.1)])  # on its way for long
    city.say(("smoke-1", 10, 0.5), ("smoke-1", 11, 0.5), ("smoke-1", 12, 0.1))
    for second in (12, 13.2):  # with the latter the next checkpoint is written
        city.go_on_to(second)
        engine.step()
    city.say(("smoke-3", 13.25, 0.1))  # of another grid
    city.go_on_to(13.25)
    engine.step()
    assert city.spans() == []
    engine = city.engine(smoke)
    city.go_on_to(13.5)
    engine.step()
    city.say(("smoke-2", 14, 0.1))
    city.go_on_to(14)
    settle(city, engine)
    assert city.spans() == [(11, 12)]
    assert [change for change, _ in city.reasons()] == ["fired", "resolved"]


def test_an_alert_that_was_found_to_have_begun_earlier_is_known_by_its_first_beginning_too(store: Store) -> None:
    earlier = replace(fire(2), reason="earlier_evidence")
    carry_out(store, fire(4), earlier, resolve(2, 8), fire(10))
    carry_out(store, fire(4), earlier, resolve(2, 8), fire(10))
    assert spans(store) == [(at(2), at(8)), (at(10), None)]
    carry_out(store, fire(9))
    assert spans(store) == [(at(2), at(8)), (at(9), None)], "that is the beginning of the second"
