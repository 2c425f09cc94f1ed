"""The rule engine on a real PostgreSQL: batches in, alerts out, each once, whatever ends the engine in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from hub.cases import acts, intake
from hub.clock import SimulatedClock, SystemClock
from hub.errors import StoreUnavailable
from hub.model.alert import Alert, AlertChange, AlertState
from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.store import Tx, alerts, batches, offsets, sources
from hub.store.heart import Heart
from hub.store.listen import Listener
from hub.tally import Tally
from rules.conditions import Threshold
from rules.engine import CHANNELS, READER, Engine
from rules.language import parse
from tests.fix_rules import PLAIN, SMOKE, City, catch_up, settle
from tests.unit.rules_timeline import G1, rule


@pytest.fixture
def city(rules_city: City) -> City:
    return rules_city


# --- the way of a batch ---------------------------------------------------------------------------------------------


def test_what_a_batch_causes_is_committed_with_the_offset(city: City) -> None:
    engine = city.engine()
    city.say(("smoke-1", 0, 0.1), ("smoke-2", 0, 0.5))
    engine.step()
    assert city.alerts() == [("smoke", "source:smoke-2", 0, None)]
    assert offsets.load(city.store, READER) == {"mqtt-0": 1}
    city.say(("smoke-2", 5, 0.1))
    city.go_on_to(7)
    engine.step()
    assert city.spans() == [(0, 5)]
    assert city.reasons() == [("fired", "condition_met"), ("resolved", "condition_cleared")]


def test_beginnings_steps_and_ends_are_counted_apart(city: City) -> None:
    steps = "{start: minor, critical: {above: 0.8}}"
    engine = city.engine(rule(SMOKE, "smoke", by="source", severity=steps))
    engine.step()
    for second, value in ((0, 0.5), (5, 0.9), (10, 0.1)):
        city.say(("smoke-1", second, value))
        city.go_on_to(second + 3)
        engine.step()
    kinds = {"fired": "condition_met", "revised": "severity_raised", "resolved": "condition_cleared"}
    name = "gridhub_rules_decisions_total"
    assert [city.tally.get(name, kind=kind, reason=reason) for kind, reason in kinds.items()] == [1, 1, 1]
    assert city.tally.get(name, kind="resolved", reason="severity_raised") == 0


def test_a_camera_and_a_sensor_of_one_grid_make_one_alert_whichever_writer_is_first(city: City) -> None:
    text = rule("{all: [{metric: smoke, above: 0.3, for: 10s}, {metric: motion, above: 0, within: 60s}]}", "both")
    video = batches.BatchWriter(city.store, "video-0", SourceKind.CAMERA)
    engine = city.engine(text)
    city.say(("smoke-1", 3, 0.5))
    engine.step()
    video.append([Observation("cam-1", "motion", city.at(1), city.at(1.2), 0.2)])
    city.pass_time(engine, 16)
    [(_, fingerprint, start, end)] = city.alerts()
    assert (fingerprint, start, end) == (f"area:{G1}", 13, None)
    [alert] = alerts.active(city.store)
    assert alert.sources == ("cam-1", "smoke-1")
    assert alert.incident is not None


def test_a_backlog_of_many_batches_is_read_in_pieces(city: City) -> None:
    for number in range(120):
        city.say(("smoke-1", number, 0.5 if number % 10 == 0 else 0.1))
    city.go_on_to(200)
    catch_up(city.engine())
    assert city.spans() == [(number, number + 1) for number in range(0, 120, 10)]
    assert offsets.load(city.store, READER) == {"mqtt-0": 120}


def test_observations_that_do_not_count_are_counted(city: City) -> None:
    city.say(("smoke-1", 10, 0.1))
    city.say(("smoke-1", 2, 0.9))
    city.engine().step()
    assert city.alerts() == []
    assert city.tally.get("gridhub_rules_left_out_total", cause="late") == 1


# --- ends and beginnings of the engine ------------------------------------------------------------------------------


def test_an_engine_that_starts_again_goes_on_and_repeats_nothing(city: City) -> None:
    """Between the checkpoint and the crash an alert ended and the next began."""
    engine = city.engine()
    city.say(("smoke-1", 0, 0.5))
    engine.step()
    city.say(("smoke-1", 1, 0.1))
    city.go_on_to(3)
    engine.step()
    city.say(("smoke-1", 4, 0.5))
    engine.step()
    assert city.spans() == [(0, 1), (4, None)]
    for _ in range(3):
        engine = city.engine()
        engine.step()
    assert city.spans() == [(0, 1), (4, None)]
    assert [change for change, _ in city.reasons()] == ["fired", "resolved", "superseded", "fired"]
    city.say(("smoke-1", 9, 0.1))
    city.go_on_to(11)
    engine.step()
    assert city.spans() == [(0, 1), (4, 9)]


def test_a_database_whose_clock_is_ahead_of_the_hub_is_no_clock_that_was_set_back(
    city: City,
) -> None:
    city.began -= timedelta(minutes=10)
    city.clock = SimulatedClock(city.began)
    test_an_engine_that_starts_again_goes_on_and_repeats_nothing(city)


@pytest.mark.parametrize("second", [5, 10.5, 11.5, 12.5, 20])
def test_a_duration_runs_on_through_a_restart(city: City, second: float) -> None:
    text = rule("{metric: smoke, above: 0.3, for: 10s}", "held")
    city.say(("smoke-1", 0, 0.5))
    engine = city.engine(text)
    engine.step()
    city.pass_time(engine, second)
    for _ in range(2):
        engine = city.engine(text)
        catch_up(engine)
    city.pass_time(engine, 40)
    assert city.spans() == [(10, None)]
    assert [change for change, _ in city.reasons()] == ["fired"]


@pytest.mark.parametrize("is_committed", [False, True])
def test_a_commit_whose_outcome_is_not_known_loses_and_repeats_nothing(
    city: City, monkeypatch: pytest.MonkeyPatch, is_committed: bool
) -> None:
    engine = city.engine()
    engine.step()
    city.say(("smoke-1", 0, 0.5))
    carry_out, transaction = intake.carry_out, city.store.transaction
    written: list[Alert] = []

    def carry_out_and_note(*arguments: Any, **named: Any) -> list[Alert]:
        written.extend(carry_out(*arguments, **named))
        return written

    @contextmanager
    def breaking() -> Iterator[Tx]:
        with transaction() as tx:
            yield tx
            if written and not is_committed:
                raise StoreUnavailable("the connection broke before the commit")
        if written:
            raise StoreUnavailable("the connection broke before the answer")

    monkeypatch.setattr(intake, "carry_out", carry_out_and_note)
    monkeypatch.setattr(city.store, "transaction", breaking)
    with pytest.raises(StoreUnavailable):
        city.run(engine, passes=5)
    monkeypatch.undo()
    assert len(city.alerts()) == is_committed
    engine.step()
    assert city.spans() == [(0, None)]
    assert [change for change, _ in city.reasons()] == ["fired"]
    assert offsets.load(city.store, READER) == {"mqtt-0": 1}


def test_an_alert_that_a_person_cleared_stays_cleared_over_a_restart(city: City) -> None:
    city.say(("smoke-1", 0, 0.5))
    city.engine().step()
    [alert] = alerts.active(city.store)
    acts.act(city.store, alert.id, AlertChange.CLEARED, "anna", city.clock.now(), note="false alarm")
    city.go_on_to(5)
    catch_up(city.engine())
    assert alerts.active(city.store) == []
    assert len(city.alerts()) == 1


def test_alerts_of_rules_that_are_gone_or_changed_end_with_a_reason(city: City) -> None:
    rules = PLAIN + rule(SMOKE, "gone") + rule(SMOKE, "changed")
    city.say(("smoke-1", 0, 0.5))
    city.engine(rules).step()
    city.go_on_to(5)
    settle(city, city.engine(PLAIN + rule("{metric: smoke, above: 0.4}", "changed")))
    assert [(item.rule, item.state) for item in alerts.active(city.store)] == [("smoke", AlertState.FIRING)]
    ends = sorted(reason for change, reason in city.reasons() if change == "resolved")
    assert ends == ["rule_changed", "rule_removed"]
    city.say(("smoke-1", 8, 0.5))
    settle(city, city.engine(PLAIN + rule("{metric: smoke, above: 0.4}", "changed")))
    assert [item.rule for item in alerts.active(city.store)] == ["smoke", "changed"]


def test_a_new_rule_leaves_the_state_of_the_others_alone(city: City) -> None:
    held = rule("{metric: smoke, above: 0.3, for: 10s}", "held")
    city.say(("smoke-1", 0, 0.5))
    city.engine(held).step()
    city.go_on_to(5)
    engine = city.engine(held + PLAIN)
    engine.step()
    city.pass_time(engine, 12)
    assert ("held", f"area:{G1}", 10, None) in city.alerts()


def test_a_new_rule_tells_what_it_finds_in_what_was_read_since_the_checkpoint(city: City) -> None:
    engine = city.engine(rule(SMOKE, "old"))
    engine.step()
    city.say(("smoke-1", 0, 0.5))
    engine.step()
    settle(city, city.engine(rule(SMOKE, "old") + rule(SMOKE, "new")))
    assert [(item.rule, item.state) for item in alerts.active(city.store)] == [
        ("old", AlertState.FIRING),
        ("new", AlertState.FIRING),
    ]


def test_a_checkpoint_that_cannot_be_read_is_started_without(city: City) -> None:
    city.say(("smoke-1", 0, 0.5))
    city.engine().step()
    with city.store.transaction() as tx:
        tx.execute("update reader_checkpoint set state = '{\"format\": 0}'")
    city.say(("smoke-2", 1, 0.5))
    engine = city.engine()
    settle(city, engine)
    assert [item.fingerprint for item in alerts.active(city.store)] == ["source:smoke-2"]
    city.say(("smoke-1", 3, 0.5))
    engine.step()
    assert {item.fingerprint for item in alerts.active(city.store)} == {"source:smoke-1", "source:smoke-2"}


def test_a_source_that_is_removed_takes_its_alerts_with_it(city: City) -> None:
    city.say(("smoke-1", 0, 0.5))
    engine = city.engine()
    city.run(engine, passes=3)
    with city.store.transaction() as tx:
        sources.remove(tx, "smoke-1")
    city.run(engine, passes=3)
    assert alerts.active(city.store) == []
    assert city.reasons()[-1] == ("resolved", "source_gone")


def test_the_devices_are_not_called_silent_because_the_hub_was_down(city: City) -> None:
    text = rule("{metric: smoke, absent_for: 2m}", "silent", by="source")
    city.say(("smoke-1", 0, 0.1), ("smoke-2", 0, 0.1))
    city.engine(text).step()
    city.go_on_to(600)
    engine = city.engine(text)
    engine.step()
    city.pass_time(engine, 608)
    city.say(("smoke-1", 608, 0.1))
    city.pass_time(engine, 719)
    assert city.alerts() == []
    city.pass_time(engine, 726)
    assert [fingerprint for _, fingerprint, _, _ in city.alerts()] == ["source:smoke-2"]


def test_what_was_held_back_while_the_store_was_away_is_judged_in_its_order(city: City) -> None:
    """After the interruption one writer is quick, and the other brings what breaks the duration a moment later."""
    text = rule("{metric: smoke, above: 0.3, for: 10s}", "held", by="source")
    engine = city.engine(text)
    city.say(("smoke-1", 0, 0.5))
    engine.step()
    city.go_on_to(60)
    other = batches.BatchWriter(city.store, "mqtt-1", SourceKind.DEVICE)
    other.append([Observation("smoke-2", "smoke", city.at(60), city.at(60), 0.1)])
    engine.step()
    city.say(("smoke-1", 5, 0.1))
    city.go_on_to(63)
    engine.step()
    city.go_on_to(67)
    engine.step()
    assert city.alerts() == []


def test_a_clock_that_was_set_back_does_not_make_the_rules_deaf(city: City) -> None:
    engine = city.engine()
    city.say(("smoke-1", 0, 0.5), ("smoke-2", 0, 0.1))
    engine.step()
    engine._clock = city.clock = SimulatedClock(city.at(-3600))
    city.say(("smoke-2", -3600, 0.5))
    engine.step()
    assert [item.fingerprint for item in alerts.active(city.store)] == ["source:smoke-2"]
    assert city.reasons()[-1] == ("resolved", "not_held_after_restart")
    again = city.engine()
    again.step()
    assert [item.fingerprint for item in alerts.active(city.store)] == ["source:smoke-2"]


def test_a_rule_that_fails_is_reported_and_the_others_go_on(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Threshold.shape
    monkeypatch.setattr(Threshold, "shape", lambda self, stretch: 1 / 0 if self.hold_us else shape(self, stretch))
    engine = city.engine(PLAIN + rule("{metric: smoke, above: 0.3, for: 1s}", "bad"))
    city.say(("smoke-1", 0, 0.5))
    engine.step()
    assert [item.rule for item in alerts.active(city.store)] == ["smoke"]
    assert city.tally.get("gridhub_rules_failed_total", rule="bad") == 1
    assert city.tally.get("gridhub_rules_failing", rule="bad") == 1
    assert city.tally.get("gridhub_rules_too_slow", rule="bad") == 0


# --- in real time ---------------------------------------------------------------------------------------------------


@pytest.mark.alone
def test_an_alert_follows_its_batch_within_moments(city: City) -> None:
    clock, tally, stop = SystemClock(), Tally(), threading.Event()
    rules = parse("rules:\n" + PLAIN, "rules.yaml")
    engine = Engine(city.store, rules, clock, tally, Heart(city.store, "rules", clock, tally))
    listener = Listener(city.store.conninfo, CHANNELS, clock)
    started = threading.Event()
    thread = threading.Thread(target=engine.run_once, args=(started.set, listener, stop))
    thread.start()
    assert started.wait(10)
    taken = []
    for number in range(5):
        began = time.monotonic()
        now = clock.now()
        city.writer.append([Observation("smoke-1", "smoke", now, now, 0.5)])
        while not any(item.fingerprint == "source:smoke-1" for item in alerts.active(city.store)):
            assert time.monotonic() - began < 10, f"no alert {number}"
            time.sleep(0.001)
        taken.append(time.monotonic() - began)
        now = clock.now()
        city.writer.append([Observation("smoke-1", "smoke", now, now, 0.1)])
        while alerts.active(city.store):
            assert time.monotonic() - began < 10, f"alert {number} does not end"
            time.sleep(0.01)
    stop.set()
    thread.join(10)
    listener.close()
    assert sorted(taken)[len(taken) // 2] < 0.1


def test_an_alert_that_the_clock_had_settled_outlives_a_restart_in_which_it_is_open_again(city: City) -> None:
    """A word that was long on its way sets the source's clock back by that, and what was not yet said to be so, too."""
    rules = rule(f"{{all: [{SMOKE}, {{not: {{metric: motion, above: 0.3}}}}]}}", "alone")
    engine = city.engine(rules)
    engine.step()
    city.say(("smoke-1", 0, 0.5))
    city.pass_time(engine, 2.1)
    assert city.spans() == [(0, None)]
    late = Observation("smoke-1", "smoke", city.at(0.2), city.at(2.1), 0.5)
    city.writer.append([late])
    again = city.engine(rules)
    catch_up(again)
    settle(city, again)
    assert city.spans() == [(0, None)]
    assert [change for change, _ in city.reasons()] == ["fired"]
