"""What mutes alerts, in the store: made suppressed, shown again when the cause is over, and never kept from ending."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.app.app import prepare_store
from hub.app.keeper import Keeper
from hub.cases import intake, quiet
from hub.clock import SimulatedClock
from hub.config.topology import SignSettings, ThingSettings
from hub.errors import Conflict, NotFound
from hub.model.alert import Alert, Decision, Fire, Resolve, Revise, Severity, Stage
from hub.model.area import Area
from hub.model.silence import Field, How, Matcher
from hub.model.source import Health, Source, SourceKind, SourceState
from hub.model.topology import ThingKind
from hub.store import Store, alerts, areas, health, incidents, journal, mutes, silences, sources
from tests.fix_api import write_config

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = ThingSettings(name="line-2", kind=ThingKind.POWER, down=(SignSettings(rule="power-lost"),), areas=("town/a",))
SWITCH = ThingSettings(
    name="sw-3", kind=ThingKind.SWITCH, depends_on=("line-2",), down=(SignSettings(source="sw-3-*"),),
    sources=("cam-*",),
)  # fmt: skip
POWER = Fire("power-lost", "power-lost@a", Severity.MAJOR, "town/a", ("meter-1",), "Power lost", T0, ())
UP, GONE = SourceState.WATCHING, SourceState.UNREACHABLE


class Town:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = SimulatedClock(T0)
        self.watch = quiet.Watch(self.clock)

    def carry_out(self, *decisions: Decision) -> list[Alert]:
        with self.store.transaction() as tx:
            return intake.carry_out(tx, decisions, self.clock.now())

    def fire(self, area: str = "town/b", source: str = "cam-1", rule: str = "blind", second: float = 0) -> Alert:
        [alert] = self.carry_out(fire(area, source, rule, second=second))
        return alert

    def look(self, after_s: float = 1.0) -> list[Alert]:
        self.clock.advance(after_s)
        return self.watch.look(self.store)

    def say(self, state: SourceState, source: str = "sw-3-mgmt") -> None:
        now = self.clock.now()
        health.report(self.store, [Health(source, state, "", now, now)], "mqtt-0")

    def silence(self, minutes: float = 60, area: str | None = None, **matchers: str) -> int:
        now = self.clock.now()
        asked = [Matcher(Field(field), How.GLOB, value) for field, value in matchers.items()]
        with self.store.transaction() as tx:
            return silences.add(tx, asked, area, "otto", "repairs", now, now + timedelta(minutes=minutes), now).id

    def by(self, alert: Alert) -> str | None:
        return alerts.get(self.store, alert.id).suppressed_by

    def stage(self, alert: Alert) -> Stage:
        return alerts.get(self.store, alert.id).stage

    def log(self, kind: str, subject: int) -> list[str]:
        return [entry.change for entry in journal.of_subject(self.store, kind, str(subject))]

    def muted(self, cause: str) -> list[int]:
        rows = self.store.fetch(b"select alert from muted where cause = %(cause)s order by alert", {"cause": cause})
        return [row["alert"] for row in rows]


def fire(area: str = "town/b", source: str = "cam-1", rule: str = "blind", severity: Severity = Severity.MAJOR,
         second: float = 0) -> Fire:  # fmt: skip
    started_at = T0 + timedelta(seconds=second)
    return Fire(rule, f"{rule}@{area}@{source}", severity, area, (source,), "Blind", started_at, ())


def over(alert: Alert | Fire, second: float = 60) -> Resolve:
    return Resolve(alert.rule, alert.fingerprint, T0 + timedelta(seconds=second))


def plan(store: Store, things: Sequence[ThingSettings] = (), **inhibitions: list[str]) -> None:
    with store.transaction() as tx:
        mutes.put_topology(tx, things)
        mutes.put_inhibitions(tx, {rule.replace("_", "-"): muted for rule, muted in inhibitions.items()})


@pytest.fixture
def town(store: Store) -> Town:
    known = [Source("cam-1", SourceKind.CAMERA, "town/b", "camera", "C")]
    known += [Source(name, SourceKind.DEVICE, "town/b", "net", name) for name in ("sw-3-mgmt", "meter-1", "door-1")]
    with store.transaction() as tx:
        areas.put(tx, [Area("town", "Town", "city"), Area("town/a", "A", "grid"), Area("town/b", "B", "grid")])
        sources.sync(tx, known, T0)
    plan(store, [LINE, SWITCH])
    town = Town(store)
    town.say(UP)
    return town


def test_what_hangs_on_a_dead_switch_is_made_suppressed_and_opens_no_incident(town: Town) -> None:
    town.say(GONE)
    alert = town.fire()
    assert (town.by(alert), town.stage(alert), alert.incident) == ("topology:sw-3", Stage.SUPPRESSED, None)
    assert town.muted("topology:sw-3") == [alert.id]
    assert town.log("alert", alert.id) == ["fired"]
    assert incidents.list_incidents(town.store, None) == []


def test_when_the_switch_is_up_again_what_is_still_on_is_shown_with_its_incident(town: Town) -> None:
    town.say(GONE)
    alert, ended = town.fire(), town.fire(source="cam-2")
    town.carry_out(over(ended))
    assert town.look() == []
    town.say(UP)
    assert [shown.id for shown in town.look()] == [alert.id]
    shown = alerts.get(town.store, alert.id)
    assert (shown.suppressed_by, shown.stage) == (None, Stage.UNACKNOWLEDGED)
    assert shown.incident is not None
    assert town.log("alert", alert.id) == ["fired", "surfaced"]
    assert (town.stage(ended), town.log("alert", ended.id)) == (Stage.NORMAL, ["fired", "resolved"])
    assert town.muted("topology:sw-3") == [alert.id, ended.id]


def test_the_end_of_a_muted_alert_is_not_held_back(town: Town) -> None:
    town.say(GONE)
    alert = town.fire()
    town.carry_out(over(alert))
    found = alerts.get(town.store, alert.id)
    assert (found.stage, found.resolved_at) == (Stage.NORMAL, T0 + timedelta(seconds=60))


@pytest.mark.parametrize("reverse", [False, True])
def test_a_cause_and_its_consequences_come_in_any_order(town: Town, reverse: bool) -> None:
    decisions = [POWER, fire("town/a", "door-1"), fire("town/b", "cam-1")]
    made = town.carry_out(*(decisions[::-1] if reverse else decisions))
    assert {alert.rule: alert.suppressed_by for alert in made if alert.rule == "power-lost"} == {"power-lost": None}
    assert {alert.suppressed_by for alert in made if alert.rule == "blind"} == {"topology:line-2"}


def test_a_cause_that_ends_with_its_consequences_in_one_batch_mutes_nothing(town: Town) -> None:
    town.carry_out(POWER)
    *_, made = town.carry_out(over(POWER, 1), fire("town/a", "door-1"))
    assert made.suppressed_by is None


def test_what_was_shown_before_the_cause_was_known_stays_shown(town: Town) -> None:
    alert = town.fire()
    town.say(GONE)
    assert town.look() == []
    town.silence(rule="another")
    assert town.look() == []
    assert town.by(alert) is None


def test_an_alert_muted_by_one_cause_goes_over_to_the_other(town: Town) -> None:
    town.say(GONE)
    alert = town.fire()
    town.carry_out(POWER)
    assert [each.suppressed_by for each in town.look()] == ["topology:line-2"]
    town.carry_out(over(POWER))
    assert [each.suppressed_by for each in town.look()] == ["topology:sw-3"]
    town.say(UP)
    assert [each.suppressed_by for each in town.look()] == [None]
    assert town.muted("topology:line-2") == town.muted("topology:sw-3") == [alert.id]
    assert town.log("alert", alert.id) == ["fired", "suppressed", "suppressed", "surfaced"]
    notes = [entry.body["note"] for entry in journal.of_subject(town.store, "alert", str(alert.id))]
    assert notes[1] == "line-2 is down (power-lost is on in town/a); sw-3 hangs on it"


def test_a_cause_that_is_out_of_service_mutes_nothing(town: Town) -> None:
    [cause] = town.carry_out(POWER)
    town.store.fetch(b"update alert set stage = 'out_of_service' where id = %(id)s returning id", {"id": cause.id})
    assert town.fire("town/a", "door-1").suppressed_by is None


def test_a_muted_alert_that_becomes_critical_is_shown(town: Town) -> None:
    town.say(GONE)
    alert = town.fire()
    town.look()
    town.carry_out(Revise(alert.rule, alert.fingerprint, Severity.CRITICAL, T0))
    assert [shown.id for shown in town.look(5)] == [alert.id]


def test_a_rule_that_is_on_mutes_another_below_it_until_it_is_over(town: Town) -> None:
    plan(town.store, flood=["wet"])
    flood = fire("town", "door-1", "flood")
    town.carry_out(flood)
    alert = town.fire(rule="wet")
    assert town.by(alert) == "inhibition:flood"
    town.carry_out(over(flood))
    assert [shown.id for shown in town.look()] == [alert.id]


def test_a_silence_takes_away_what_is_shown_and_gives_back_what_is_still_on(town: Town) -> None:
    alert, other = town.fire(), town.fire("town/a")
    number = town.silence(10, rule="bl*", area="town/b")
    assert [each.suppressed_by for each in town.look()] == [f"silence:{number}"]
    fresh = town.fire(source="door-1")
    assert town.by(fresh) == f"silence:{number}"
    assert town.by(other) is None
    assert silences.get(town.store, number).muted == 2
    assert town.look(590) == []
    assert {shown.id for shown in town.look(10)} == {alert.id, fresh.id}
    assert town.log("alert", alert.id) == ["fired", "suppressed", "surfaced"]
    [word] = [
        entry.body["note"] for entry in journal.of_subject(town.store, "alert", str(alert.id))
        if entry.change == "suppressed"
    ]  # fmt: skip
    assert word == f"silence {number} of otto: repairs"


def test_a_silence_by_type_looks_at_the_types_of_the_sources(town: Town) -> None:
    shown = town.fire()
    number = town.silence(type="cam*")
    assert [each.id for each in town.look()] == [shown.id]
    assert town.fire(source="door-1").suppressed_by is None
    assert town.fire("town/a", "cam-1").suppressed_by == f"silence:{number}"


def test_it_is_said_once_that_a_silence_will_end_and_once_that_it_is_over(town: Town) -> None:
    number = town.silence(60, rule="x")
    for seconds in (1, 3000, 1, 1, 600, 1, 1):
        town.look(seconds)
    assert town.log("silence", number) == ["created", "ends_soon", "over"]
    told = journal.of_subject(town.store, "silence", str(number))[1]
    assert timedelta(minutes=9, seconds=50) < T0 + timedelta(hours=1) - told.at <= timedelta(minutes=10)


def test_a_silence_that_is_ended_by_a_person_mutes_no_more(town: Town) -> None:
    number, alert = town.silence(rule="blind"), town.fire()
    assert town.by(alert) == f"silence:{number}"
    town.clock.advance(1)
    with town.store.transaction() as tx:
        silences.end(tx, number, "ines", town.clock.now())
    assert [shown.id for shown in town.look()] == [alert.id]
    assert town.log("silence", number) == ["created", "ended"]
    for wrong, error in ((number, Conflict), (4711, NotFound)):
        with pytest.raises(error), town.store.transaction() as tx:
            silences.end(tx, wrong, "ines", town.clock.now())


def test_a_decision_that_is_repeated_after_a_restart_mutes_nothing_that_was_shown(town: Town) -> None:
    alert = town.fire()
    town.say(GONE)
    assert town.carry_out(fire()) == []
    assert town.by(alert) is None


def test_a_storm_comes_to_light_in_portions(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "_AT_ONCE", 2)
    monkeypatch.setattr(quiet, "_MOST", 4)
    town.say(GONE)
    made = town.carry_out(*(fire(source=f"cam-{number}") for number in range(7)))
    town.look()
    town.say(UP)
    portions = [[alert.id for alert in town.look()] for _ in range(3)]
    assert [len(portion) for portion in portions] == [4, 3, 0]
    assert sorted(portions[0] + portions[1]) == [alert.id for alert in made]


def test_the_keeper_looks(town: Town, tmp_path: Path) -> None:
    town.say(GONE)
    alert = town.fire()
    town.say(UP)
    stop = threading.Event()
    Keeper(write_config(tmp_path), town.store, town.clock, stop).run_once(stop.set)
    assert town.by(alert) is None


def test_the_topology_of_the_configuration_is_in_the_store_from_the_start(
    town: Town, database: str, tmp_path: Path
) -> None:
    things = "topology: {things: [{name: sw-9, kind: switch, sources: [x], mutes: [blind]}]}\n"
    config = write_config(tmp_path, f"{things}store: {{url: '{database}'}}\n")
    prepare_store(config, [], [], town.clock)
    for _ in range(2):  # the second time it is known already
        with town.store.transaction() as tx:
            topology, _ = mutes.rules(tx)
        assert [(name, thing.mutes and thing.mutes.patterns) for name, thing in topology.things.items()] == [
            ("sw-9", ("blind",))
        ]


PLACES = [("town/a", "door-1"), ("town/b", "cam-1"), ("town/b", "door-1")]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("fire"), st.sampled_from(PLACES), st.sampled_from(["blind", "wet", "power-lost", "flood"])),
        st.tuples(st.just("end"), st.integers(0, 9), st.none()),
        st.tuples(st.just("state"), st.sampled_from([UP, GONE]), st.none()),
        st.tuples(st.just("silence"), st.sampled_from(["blind", "w*"]), st.integers(1, 3)),
        st.tuples(st.just("look"), st.integers(1, 90), st.none()),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_nothing_is_ever_lost_and_every_end_is_carried_out(town: Town, story: list[tuple[Any, ...]]) -> None:
    with town.store.transaction() as tx:
        tx.execute(b"truncate alert, silence, incident, muted restart identity cascade")
    plan(town.store, [LINE, SWITCH], flood=["wet"])
    town.say(UP)
    town.watch = quiet.Watch(town.clock)
    made: dict[str, Fire] = {}
    on: set[str] = set()
    for number, (kind, one, two) in enumerate(story):
        town.clock.advance(0.001)
        if kind == "fire":
            area, source = one
            decision = fire(area, source, two, second=(town.clock.now() - T0).total_seconds())
            if decision.fingerprint not in on:
                assert len(town.carry_out(decision)) >= 1
            made[decision.fingerprint] = decision
            on.add(decision.fingerprint)
        elif kind == "end" and on:
            ended = made[sorted(on)[one % len(on)]]
            changed = town.carry_out(Resolve(ended.rule, ended.fingerprint, town.clock.now()))
            assert [alert.resolved_at is not None for alert in changed] == [True]
            on.discard(ended.fingerprint)
        elif kind == "state":
            town.say(one)
        elif kind == "silence":
            town.silence(two, rule=one)
        elif kind == "look":
            town.look(one)
        active = alerts.active(town.store)
        assert {alert.fingerprint for alert in active} == on, number
        muted = {alert.fingerprint for alert in active if alert.suppressed_by is not None}
        assert all((alert.stage is Stage.SUPPRESSED) is (alert.fingerprint in muted) for alert in active)
    town.say(UP)
    town.carry_out(*(Resolve(made[name].rule, name, town.clock.now()) for name in on if made[name].rule in CAUSES))
    town.look(3600)
    assert [alert.suppressed_by for alert in alerts.active(town.store)] == [None] * len(
        [name for name in on if made[name].rule not in CAUSES]
    )


CAUSES = {"power-lost", "flood"}
