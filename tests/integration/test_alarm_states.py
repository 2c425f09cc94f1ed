"""Alarm states in the store: what rules, people, time and outages do to alerts, each with its row in the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.cases import acts, intake
from hub.config.alarms import Alarms
from hub.errors import Conflict
from hub.model.alarm import Act, Event
from hub.model.alert import Alert, AlertChange, AlertState, Damping, Fire, Resolve, Revise, Severity, Stage
from hub.model.area import Area
from hub.model.incident import IncidentState
from hub.model.times import rfc3339
from hub.store import Store, alerts, areas, check, incidents, journal, outages
from hub.store.alerts import Due, Filter

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRID = "town/g1"
FIRE = Fire("smoke", "smoke@g1", Severity.MAJOR, GRID, ("smoke-1",), "Smoke", T0, ())
CHATTER = Alarms().chattering.within


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


@pytest.fixture
def city(store: Store) -> Store:
    with store.transaction() as tx:
        areas.put(tx, [Area("town", "Town", "city"), Area(GRID, "Grid 1", "grid"), Area("town/g2", "Grid 2", "grid")])
    return store


def begin(store: Store, second: float = 0, **changed: Any) -> Alert:
    decision = replace(FIRE, started_at=at(second), **changed)
    with store.transaction() as tx:
        return intake.carry_out(tx, [decision], at(second + 1))[-1]


def end(store: Store, second: float) -> Alert:
    with store.transaction() as tx:
        return intake.carry_out(tx, [Resolve("smoke", "smoke@g1", at(second))], at(second + 1))[-1]


def occur(store: Store, first: float, last: float, **changed: Any) -> Alert:
    begin(store, first, **changed)
    return end(store, last)


def stage(store: Store, alert: Alert) -> Stage:
    return alerts.get(store, alert.id).stage


def log(store: Store, alert: Alert) -> list[tuple[str, str]]:
    entries = journal.of_subject(store, "alert", str(alert.id))
    return [(entry.change, entry.body["reason"]) for entry in entries]


def open_ids(store: Store) -> list[int]:
    return [alert.id for alert in alerts.list_alerts(store, Filter(open=True))]


def tick(store: Store, second: float) -> list[Alert]:
    return acts.do_due(store, at(second), CHATTER)


def test_what_returned_unseen_stays_until_it_is_acknowledged(city: Store) -> None:
    alert = occur(city, 0, 60)
    assert (alert.stage, alert.state, open_ids(city)) == (Stage.RETURNED, AlertState.RESOLVED, [alert.id])
    after = acts.act(city, alert.id, AlertChange.ACKNOWLEDGED, "otto", at(90))
    assert (after.stage, after.acked_by, after.resolved_at, open_ids(city)) == (Stage.NORMAL, "otto", at(60), [])
    assert log(city, alert) == [
        ("fired", ""), ("resolved", "returned_unacknowledged"), ("acknowledged", "by_person"),
    ]  # fmt: skip


def test_a_queue_holds_one_line_for_what_comes_again(city: Store) -> None:
    first = occur(city, 0, 60)
    second = begin(city, 300)
    assert open_ids(city) == [second.id]
    assert (second.repeats, alerts.get(city, first.id).superseded_by) == (1, second.id)
    assert log(city, first)[-1] == ("superseded", "came_again")
    end(city, 400)
    assert (begin(city, 500).repeats, len(open_ids(city))) == (2, 1)


def test_a_latched_alert_stays_until_it_is_reset(city: Store) -> None:
    alert = begin(city, detail={"latch": True, "probability": 0.93})
    acts.act(city, alert.id, AlertChange.ACKNOWLEDGED, "otto", at(5))
    with pytest.raises(Conflict, match="still_active"):
        acts.act(city, alert.id, AlertChange.RESET, "otto", at(6), "looked")
    assert end(city, 60).stage is Stage.LATCHED_ACKNOWLEDGED
    assert open_ids(city) == [alert.id]
    assert acts.act(city, alert.id, AlertChange.RESET, "otto", at(70), "looked").stage is Stage.NORMAL
    assert alerts.get(city, alert.id).detail == {"latch": True, "probability": 0.93}


def test_severity_rises_and_falls_and_what_is_worse_asks_again(city: Store) -> None:
    alert = begin(city, severity=Severity.MINOR)
    acts.act(city, alert.id, AlertChange.ACKNOWLEDGED, "otto", at(5))
    revise = Revise("smoke", "smoke@g1", Severity.CRITICAL, at(10), detail={"probability": 0.99})
    with city.transaction() as tx:
        [worse] = intake.carry_out(tx, [revise], at(11))
        assert intake.carry_out(tx, [revise], at(11)) == [], "nothing twice when it is replayed"
    assert (worse.severity, worse.stage, worse.acked_by) == (Severity.CRITICAL, Stage.UNACKNOWLEDGED, None)
    assert worse.incident is not None, "a critical one opens an incident"
    assert alerts.get(city, alert.id).detail == {"probability": 0.99, "severity_since": rfc3339(at(10))}
    acts.act(city, alert.id, AlertChange.ACKNOWLEDGED, "li", at(15))
    with city.transaction() as tx:
        [less] = intake.carry_out(tx, [replace(revise, severity=Severity.WARNING, reason="severity_lowered")], at(20))
    assert (less.severity, less.stage, less.acked_by) == (Severity.WARNING, Stage.ACKNOWLEDGED, "li")
    changes = [change for change, _ in log(city, alert)]
    assert changes == ["fired", "acknowledged", "raised", "acknowledged", "lowered"]
    assert incidents.get(city, worse.incident).severity is Severity.CRITICAL


def test_what_was_acknowledged_for_long_asks_again_once(city: Store) -> None:
    alert = begin(city, detail={"re_alarm_s": 1800})
    acts.act(city, alert.id, AlertChange.ACKNOWLEDGED, "otto", at(10))
    assert tick(city, 1809) == []
    assert [found.stage for found in tick(city, 1811)] == [Stage.UNACKNOWLEDGED]
    assert tick(city, 1812) == []
    assert log(city, alert)[-1] == ("re_alarmed", "acknowledged_for_long")


def test_a_shelf_holds_for_the_next_occurrence_unless_that_is_worse(city: Store) -> None:
    alert = begin(city)
    acts.act(city, alert.id, AlertChange.SHELVED, "otto", at(1), until=at(3600))
    assert (end(city, 100).stage, stage(city, begin(city, 200))) == (Stage.NORMAL, Stage.SHELVED)
    end(city, 250)
    assert begin(city, 300, severity=Severity.CRITICAL).stage is Stage.UNACKNOWLEDGED


def test_a_shelf_that_is_over_or_taken_away_brings_the_alert_back(city: Store) -> None:
    alert = begin(city)
    acts.act(city, alert.id, AlertChange.SHELVED, "otto", at(1), until=at(60))
    assert [found.stage for found in tick(city, 61)] == [Stage.UNACKNOWLEDGED]
    acts.act(city, alert.id, AlertChange.SHELVED, "otto", at(70), until=at(700))
    assert acts.act(city, alert.id, AlertChange.UNSHELVED, "otto", at(80)).stage is Stage.UNACKNOWLEDGED
    assert [reason for _, reason in log(city, alert)] == ["", "by_person", "shelf_over", "by_person", "by_person"]


def test_chatter_is_told_twice_and_then_no_more_until_it_stays(city: Store) -> None:
    told = [begin_and_end(city, second) for second in (0, 15, 30, 45)]
    assert [alert.damped for alert in told] == [None, None, Damping.CHATTERING, Damping.CHATTERING]
    assert [alert.announced_at is not None for alert in told] == [True, True, False, False]
    assert open_ids(city) == [told[1].id], "the last that called for somebody waits still"
    acts.act(city, told[1].id, AlertChange.ACKNOWLEDGED, "otto", at(59))
    last = begin(city, 60)
    assert (last.stage, last.damped) == (Stage.UNACKNOWLEDGED, Damping.CHATTERING)
    assert [found.damped for found in tick(city, 60 + CHATTER.total_seconds())] == [None]
    assert alerts.get(city, last.id).announced_at is not None
    assert log(city, last) == [("fired", "chattering"), ("updated", "stayed_on")]


def begin_and_end(store: Store, second: float) -> Alert:
    begin(store, second)
    return end(store, second + 5)


def test_chatter_that_becomes_worse_is_told(city: Store) -> None:
    for second in (0, 15):
        begin_and_end(city, second)
    assert begin(city, 30, severity=Severity.CRITICAL).damped is None


@pytest.mark.parametrize(
    ("severity", "lasted", "waits"),
    [(Severity.MINOR, 5, False), (Severity.MINOR, 11, True), (Severity.MAJOR, 5, True)],
)
def test_only_a_slight_alert_may_be_too_short_to_be_acknowledged(
    city: Store, severity: Severity, lasted: int, waits: bool
) -> None:
    alert = occur(city, 0, lasted, severity=severity)
    assert (alert.stage is Stage.RETURNED, alert.damped) == (waits, None if waits else Damping.FLEETING)


def test_what_is_muted_is_kept_and_surfaces_and_its_end_is_never_muted(city: Store) -> None:
    with city.transaction() as tx:
        muted = [replace(FIRE, fingerprint=name) for name in ("a", "b")]
        first, second = intake.carry_out(tx, muted, T0, muted_by=lambda _: "topology:switch-1")
        assert alerts.suppressed(tx) == {first.id: "topology:switch-1", second.id: "topology:switch-1"}
    assert (first.stage, first.incident, first.announced_at, open_ids(city)) == (Stage.SUPPRESSED, None, None, [])
    with city.transaction() as tx:
        [ended] = intake.carry_out(tx, [Resolve("smoke", "a", at(60))], at(60), muted_by=lambda _: "topology:switch-1")
    assert (ended.stage, ended.resolved_at) == (Stage.NORMAL, at(60))
    with city.transaction() as tx:
        events = [Due(number, Event(Act.SURFACE)) for number in alerts.suppressed(tx, "topology:switch-1")]
        [shown] = acts.happen(tx, events, at(90), "rules", "switch-1 is up")
    assert (shown.id, shown.stage, shown.announced_at) == (second.id, Stage.UNACKNOWLEDGED, at(90))
    assert shown.incident is not None, "now it makes people work"
    assert log(city, second) == [("fired", "suppressed"), ("surfaced", "cause_over")]


def take_out(store: Store, until: float = 3600, **what: str | None) -> int:
    given: dict[str, Any] = {"rule": None, "source": None, "area": None, **what}
    return outages.begin(store, **given, owner="ines", reason="new detectors", now=at(10), until=at(until)).id


@pytest.mark.parametrize(
    ("what", "hides"),
    [
        ({"rule": "smoke"}, True), ({"rule": "heat"}, False), ({"area": "town"}, True), ({"area": "town/g2"}, False),
        ({"source": "smoke-1"}, True), ({"source": "cam-1"}, False), ({"rule": "smoke", "area": "town/g2"}, False),
    ],
)  # fmt: skip
def test_what_is_out_of_service_is_hidden_now_and_when_it_comes(
    city: Store, what: dict[str, Any], hides: bool
) -> None:
    before = begin(city)
    take_out(city, **what)
    tick(city, 20)
    after = begin(city, 30, fingerprint="another")
    assert [stage(city, alert) is Stage.OUT_OF_SERVICE for alert in (before, after)] == [hides, hides]


def test_an_alert_for_which_another_source_speaks_is_not_out_of_service(city: Store) -> None:
    take_out(city, source="smoke-1")
    assert begin(city, 20, sources=("cam-1", "smoke-1")).stage is Stage.UNACKNOWLEDGED


def test_an_outage_ends_by_itself_and_what_is_still_on_comes_back(city: Store) -> None:
    number = take_out(city, until=100, rule="smoke")
    still, over = begin(city, 20), begin(city, 20, rule="smoke", fingerprint="b")
    with city.transaction() as tx:
        intake.carry_out(tx, [Resolve("smoke", "b", at(50))], at(50))
    assert tick(city, 99) == []
    assert [(found.id, found.stage) for found in tick(city, 101)] == [(still.id, Stage.UNACKNOWLEDGED)]
    assert stage(city, over) is Stage.NORMAL
    assert outages.get(city, number).ended_at == at(100)
    changes = [entry.change for entry in journal.of_subject(city, "outage", str(number))]
    assert changes == ["began", "expired"]


def test_an_outage_that_another_one_covers_gives_over_to_it(city: Store) -> None:
    first, second = take_out(city, until=300, rule="smoke"), take_out(city, until=200, area=GRID)
    alert = begin(city, 20)
    assert alert.out_of_service == first
    outages.end(city, first, "ines", at(30))
    tick(city, 31)
    assert (stage(city, alert), alerts.get(city, alert.id).out_of_service) == (Stage.OUT_OF_SERVICE, second)
    with pytest.raises(Conflict, match="not_open"):
        outages.end(city, first, "ines", at(40))


def test_an_incident_is_closed_by_the_last_end_and_everything_is_consistent(city: Store) -> None:
    alert = occur(city, 0, 60)
    begin_and_end(city, 100)
    take_out(city, area="town/g2")
    begin(city, 120, area="town/g2", fingerprint="c")
    assert alert.incident is not None
    assert incidents.get(city, alert.incident).state is IncidentState.CLOSED
    assert [finding.sentence for finding in check.alerts(city, T0)] == []


def test_what_is_kept_against_itself_is_found(city: Store) -> None:
    begin(city)
    with city.transaction() as tx:
        tx.execute("update alert set stage = 'returned'")
    [finding] = check.alerts(city, T0)
    assert "does not stand as its other columns say" in finding.sentence
