"""What the evaluator decides and when, as timelines: seconds, a source, a value."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hub.model.alert import Alert, AlertState, Fire, Resolve, Severity
from hub.model.area import Area
from rules.conditions import Threshold
from rules.evaluator import Evaluator, Registry
from rules.language import parse
from rules.orphans import orphans
from tests.unit.rules_timeline import G1, G2, REGISTRY, Wall, at, evaluator, fires, rule, said, seconds

SMOKE = "{metric: smoke, above: 0.3, clear_below: 0.2}"


# --- when a decision is made ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["area", "source"])
def test_a_plain_threshold_fires_at_once(by: str) -> None:
    engine = evaluator(rule(SMOKE, by=by))
    [fire] = fires(engine.feed([said("smoke-1", 10, 0.5, received=10.05)]))
    assert seconds(fire.started_at) == 10
    assert fire.reason == "condition_met"


def test_a_count_and_a_join_with_something_recent_fire_at_once() -> None:
    engine = evaluator(
        rule("{metric: smoke, above: 0.3, count: 2, in: 1m}", "count")
        + rule("{all: [{metric: smoke, above: 0.3}, {metric: motion, above: 0, within: 60s}]}", "join")
    )
    assert engine.feed([said("cam-1", 1, 0.1), said("smoke-1", 2, 0.5)]) != []
    assert [fire.rule for fire in fires(engine.feed([said("smoke-1", 8, 0.5)]))] == ["count"]


def test_an_end_waits_for_the_lateness_and_is_exact() -> None:
    engine, wall = evaluator(rule(SMOKE)), Wall()
    wall.see(engine.feed([said("smoke-1", 10, 0.5)]))
    wall.see(engine.feed([said("smoke-1", 20, 0.1)]))
    wall.see(engine.advance(at(21.9)))
    assert wall.of() == [(10, None)]
    wall.see(engine.advance(at(22)))
    assert wall.of() == [(10, 20)]


def test_a_plain_threshold_that_is_passed_again_fires_again_at_once() -> None:
    engine, wall = evaluator(rule(SMOKE, by="source")), Wall()
    for second, value in ((0, 0.5), (0.15, 0.1), (0.3, 0.5)):
        wall.see(engine.feed([said("smoke-1", second, value)]))
    assert wall.of() == [(0, 0.15), (0.3, None)]


def test_a_duration_is_reached_by_the_clock_where_nothing_more_is_said() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3, for: 10s}")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5)]))
    wall.see(engine.advance(at(11.9)))
    assert wall.of() == []
    assert engine.next_timer == at(12)
    wall.see(engine.advance(at(12)))
    assert wall.of() == [(10, None)]


def test_a_duration_that_is_broken_in_time_does_not_fire() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3, for: 10s}")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5)]))
    wall.see(engine.advance(at(11)))
    wall.see(engine.feed([said("smoke-1", 9.9, 0.1, received=11)]))
    wall.see(engine.advance(at(60)))
    assert wall.of() == []


def test_silence_is_noticed_by_the_clock_and_ends_with_the_next_word() -> None:
    engine, wall = evaluator(rule("{metric: smoke, absent_for: 2m}", by="source")), Wall()
    for second in (0, 10, 20):
        wall.see(engine.feed([said("smoke-1", second, 0.0)]))
    wall.see(engine.advance(at(141)))
    assert wall.of() == []
    wall.see(engine.advance(at(142)))
    assert wall.of() == [(140, None)]
    wall.see(engine.feed([said("smoke-1", 200, 0.0)]))
    wall.see(engine.advance(at(202)))
    assert wall.of() == [(140, 200)]
    wall.see(engine.advance(at(400)))
    assert wall.of() == [(140, 200), (320, None)]


def test_who_never_said_anything_is_not_missed() -> None:
    engine = evaluator(rule("{metric: smoke, absent_for: 2m}", by="source"))
    assert engine.feed([said("smoke-1", 0, 1.0, metric="battery")]) == []
    assert engine.advance(at(1000)) == []


def test_a_word_without_a_number_breaks_a_silence_and_nothing_else() -> None:
    engine, wall = evaluator(rule("{metric: smoke, absent_for: 1m}", "silent") + rule(SMOKE, "high")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5)]))
    wall.see(engine.feed([said("smoke-1", 50, None, text="self-test")]))
    wall.see(engine.advance(at(100)))
    assert engine.faults == []
    assert wall.of("silent") == []
    assert wall.of("high") == [(0, None)]


def test_a_window_ends_by_the_clock() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3, count: 2, in: 10s}")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5), said("smoke-2", 4, 0.5)]))
    assert wall.of() == [(4, None)]
    wall.see(engine.advance(at(20)))
    assert wall.of() == [(4, 10)]


# --- disorder -------------------------------------------------------------------------------------------------------


def test_an_alert_that_turns_out_to_have_begun_earlier_is_corrected_within_the_lateness() -> None:
    engine = evaluator(rule(SMOKE))
    engine.feed([said("smoke-1", 10, 0.5)])
    [fire] = fires(engine.feed([said("smoke-2", 9, 0.6, received=10.5)]))
    assert (fire.reason, seconds(fire.started_at), fire.sources) == ("earlier_evidence", 9, ("smoke-2",))


def test_what_was_decided_is_not_changed_by_later_news_of_earlier_times() -> None:
    engine, wall = evaluator(rule(SMOKE)), Wall()
    wall.see(engine.feed([said("smoke-1", 10, 0.5)]))
    wall.see(engine.advance(at(13)))
    wall.see(engine.feed([said("smoke-2", 9, 0.6, received=14)]))
    wall.see(engine.feed([said("smoke-1", 20, 0.1), said("smoke-2", 20, 0.1)]))
    wall.see(engine.advance(at(30)))
    assert wall.of() == [(10, 20)]


def test_late_observations_of_a_source_are_left_out_and_counted() -> None:
    engine = evaluator(rule(SMOKE))
    engine.feed([said("smoke-1", 10, 0.0)])
    assert engine.feed([said("smoke-1", 8, 0.9, received=10.5)]) == []
    assert engine.left_out == {"late": 1}


def test_repeated_observations_change_nothing_and_are_counted() -> None:
    engine = evaluator(rule("{metric: smoke, above: 0.3, count: 2, in: 1m}"))
    assert engine.feed([said("smoke-1", 10, 0.5), said("smoke-1", 10, 0.5, received=11)]) == []
    assert engine.left_out == {"repeated": 1}


def test_values_that_are_no_numbers_are_left_out_and_counted() -> None:
    engine = evaluator(rule("{metric: smoke, below: 0.3}"))
    assert engine.feed([said("smoke-1", 10, float("nan")), said("smoke-1", 11, float("-inf"))]) == []
    assert engine.left_out == {"unusable": 2}


def test_a_clock_that_is_ahead_does_not_drag_the_time_of_others_with_it() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3, for: 10s}", by="area")), Wall()
    wall.see(engine.feed([said("smoke-1", 300, 0.5, received=0)]))
    wall.see(engine.feed([said("smoke-2", 1, 0.5)]))
    assert wall.of() == []
    wall.see(engine.feed([said("smoke-1", 305, 0.0, received=5)]))
    wall.see(engine.advance(at(14)))
    assert wall.of() == [(11, None)]


def test_a_clock_that_is_slow_is_waited_for() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3, for: 10s}", by="source")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5, received=100)]))
    wall.see(engine.advance(at(105)))
    wall.see(engine.feed([said("smoke-1", 5, 0.0, received=105)]))
    wall.see(engine.feed([said("smoke-1", 20, 0.5, received=120)]))
    wall.see(engine.advance(at(131.9)))
    assert wall.of() == []
    wall.see(engine.advance(at(132)))
    assert wall.of() == [(30, None)]


def test_a_backlog_is_judged_by_its_own_times() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3, for: 10s}", by="source")), Wall()
    values = {0: 0.5, 5: 0.0, 10: 0.5, 15: 0.5, 25: 0.5, 30: 0.0}
    for second, value in values.items():
        wall.see(engine.feed([said("smoke-1", second, value, received=3600)]))
        wall.see(engine.advance(at(3600)))
    wall.see(engine.advance(at(3700)))
    assert wall.of() == [(20, 30)]


# --- scope and groups -----------------------------------------------------------------------------------------------


def test_rules_look_only_at_their_areas_and_types() -> None:
    rules = rule(SMOKE, "here", areas="['qth/*/g1']") + rule("{metric: smoke, types: [cam], above: 0.3}", "typed")
    engine = evaluator(rules)
    assert engine.feed([said("smoke-3", 0, 0.9)]) == []
    assert [fire.area for fire in fires(engine.feed([said("smoke-1", 0, 0.9)]))] == [G1]
    assert [fire.rule for fire in fires(engine.feed([said("cam-1", 0, 0.9, metric="smoke")]))] == ["typed"]


def test_an_area_has_one_alert_and_a_source_its_own() -> None:
    engine = evaluator(rule(SMOKE, "one", by="area") + rule(SMOKE, "each", by="source"))
    decisions = engine.feed([said("smoke-1", 0, 0.9), said("smoke-2", 1, 0.8), said("smoke-3", 2, 0.7)])
    assert sorted((fire.rule, fire.fingerprint) for fire in fires(decisions)) == [
        ("each", "source:smoke-1"),
        ("each", "source:smoke-2"),
        ("each", "source:smoke-3"),
        ("one", f"area:{G1}"),
        ("one", f"area:{G2}"),
    ]


def test_sources_of_different_areas_are_not_joined() -> None:
    engine = evaluator(rule("{all: [{metric: smoke, above: 0.3}, {metric: motion, above: 0, within: 60s}]}"))
    engine.feed([said("cam-2", 0, 0.1), said("smoke-1", 1, 0.5)])
    assert engine.advance(at(60)) == []


def test_no_state_is_kept_where_nothing_happened() -> None:
    engine = evaluator(rule(SMOKE) + rule("{metric: smoke, absent_for: 1h}", "silent"))
    for second in range(0, 100, 10):
        engine.feed([said(f"smoke-{number}", second, 0.1) for number in (1, 2, 3)])
    assert engine.snapshot()["groups"] == []


def test_state_goes_when_an_alert_is_over() -> None:
    engine = evaluator(rule(SMOKE))
    engine.feed([said("smoke-1", 0, 0.9)])
    engine.feed([said("smoke-1", 10, 0.0)])
    engine.advance(at(12))
    engine.advance(at(60))
    assert engine.snapshot()["groups"] == []


def ended_stretches(engine: Evaluator) -> int:
    [group] = engine.snapshot()["groups"]
    return sum(len(track["ended"]) for tracks in group["tracks"] for _, _, track in tracks)


def test_a_long_alert_does_not_remember_every_time_its_sources_wavered() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3}", keep_firing_for="1m")), Wall()
    for second in range(0, 600, 10):
        wall.see(engine.feed([said("smoke-1", second, 0.5), said("smoke-1", second + 5, 0.1)]))
    assert wall.of() == [(0, None)]
    assert ended_stretches(engine) < 15


def test_half_a_minute_of_what_ended_is_kept_for_a_join_and_no_more() -> None:
    engine = evaluator(rule("{all: [{metric: smoke, above: 0.3}, {metric: motion, above: 0}]}"))
    for second in range(0, 300, 2):
        engine.feed([said("cam-1", second, 0.1), said("cam-1", second + 1, 0.0)])
    assert 10 < ended_stretches(engine) < 20
    # A detector whose clock is ten seconds behind tells of what was then.
    [fire] = fires(engine.feed([said("smoke-1", 288.5, 0.5, received=299)]))
    assert seconds(fire.started_at) == 288.5


# --- what an alert says ---------------------------------------------------------------------------------------------


def test_an_alert_tells_what_spoke_for_it() -> None:
    text = rule(
        "{all: [{as: smoke, metric: smoke, above: 0.3, for: 10s},"
        " {as: movement, metric: motion, above: 0.01, within: 60s}]}",
        name="both",
        severity="critical",
        summary='"{smoke.value:.2f} {smoke.source} {movement.value} {movement.text} {area.name} {rule.name}"',
    )
    engine = evaluator(text)
    engine.feed([said("cam-1", 5, 0.2, attrs={"boxes": [[0.1, 0.2, 0.3, 0.4]], "snapshot": "a.jpg"})])
    engine.feed([said("smoke-1", 10, 0.5), said("smoke-1", 15, 0.62)])
    [fire] = fires(engine.advance(at(22)))
    assert fire.severity is Severity.CRITICAL
    assert fire.summary == "0.62 smoke-1 0.2 – 一区 both"
    assert fire.sources == ("cam-1", "smoke-1")
    seen = [(item.source, item.metric, seconds(item.ts), item.value) for item in fire.evidence]
    assert seen == [("smoke-1", "smoke", 10, 0.5), ("smoke-1", "smoke", 15, 0.62), ("cam-1", "motion", 5, 0.2)]
    assert fire.evidence[2].attrs == {"boxes": [[0.1, 0.2, 0.3, 0.4]], "snapshot": "a.jpg"}


def test_an_alert_of_a_source_can_name_it_and_silence_has_its_last_word_as_evidence() -> None:
    engine = evaluator(rule("{metric: smoke, absent_for: 1m}", by="source", summary='"{source.name} {source.id}"'))
    engine.feed([said("smoke-1", 3, 0.1)])
    [fire] = fires(engine.advance(at(70)))
    assert fire.summary == "smoke-1 name smoke-1"
    assert [(item.source, seconds(item.ts)) for item in fire.evidence] == [("smoke-1", 3)]


# --- life of the hub ------------------------------------------------------------------------------------------------


def test_a_rule_that_fails_is_set_aside_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = evaluator(rule("{metric: smoke, above: 0.3, for: 1s}", "bad") + rule(SMOKE, "good"))
    engine.feed([said("smoke-2", 0, 0.9)])
    shape = Threshold.shape

    def broken(self: Threshold, stretch: Any) -> Any:
        if self.hold_us:
            raise ZeroDivisionError("a mistake")
        return shape(self, stretch)

    monkeypatch.setattr(Threshold, "shape", broken)
    assert [fire.rule for fire in fires(engine.feed([said("smoke-3", 5, 0.9)]))] == ["good"]
    assert [(fault.rule, fault.reason) for fault in engine.faults] == [("bad", "ZeroDivisionError: a mistake")]
    monkeypatch.undo()
    assert engine.advance(at(60)) == []
    assert [fire.rule for fire in engine.active()] == ["good", "good"]


def test_the_silence_of_a_hub_that_was_down_is_not_held_against_the_devices() -> None:
    engine, wall = evaluator(rule("{metric: smoke, absent_for: 2m}", by="source")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.1), said("smoke-2", 0, 0.1)]))
    engine.heard_nothing_until(at(600))
    wall.see(engine.advance(at(600)))
    wall.see(engine.feed([said("smoke-1", 610, 0.1)]))
    wall.see(engine.advance(at(719)))
    assert wall.of() == []
    wall.see(engine.advance(at(720)))
    assert list(wall.alerts) == [("r", "source:smoke-2")]


def test_a_held_clock_decides_nothing_that_older_news_could_change() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3, for: 10s}", by="source")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5)]))
    wall.see(engine.feed([said("smoke-2", 60, 0.0)], hold=True))
    wall.see(engine.feed([said("smoke-1", 5, 0.0)], hold=True))
    wall.see(engine.advance(at(70)))
    assert wall.of() == []


def test_the_alerts_of_a_source_that_is_gone_or_moved_end_with_a_reason() -> None:
    engine = evaluator(rule(SMOKE, by="source"))
    engine.feed([said("smoke-1", 0, 0.9), said("smoke-2", 0, 0.9), said("smoke-3", 0, 0.9)])
    left = {name: source for name, source in REGISTRY.sources.items() if name != "smoke-1"}
    left["smoke-2"] = replace(left["smoke-2"], area=G2)
    decisions = engine.renew(Registry(REGISTRY.areas, left))
    assert [(item.fingerprint, item.reason) for item in decisions if isinstance(item, Resolve)] == [
        ("source:smoke-1", "source_gone"),
        ("source:smoke-2", "source_gone"),
    ]
    assert [fire.fingerprint for fire in engine.active()] == ["source:smoke-3"]


@pytest.mark.parametrize("is_renewed", [True, False])
@pytest.mark.parametrize("was_on", [True, False])
def test_the_group_of_a_source_that_moved_is_of_where_it_stands_now(was_on: bool, is_renewed: bool) -> None:
    """Its area, and what an override says of it."""
    overrides = f"[{{areas: [{G2}], params: {{limit: 0.6}}, severity: critical}}]"
    when = "{metric: smoke, above: $limit, for: 1s}"
    engine, wall = evaluator(rule(when, by="source", params="{limit: 0.3}", overrides=overrides)), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.9), said("smoke-1", 8 if was_on else 0.5, 0.2)]))
    wall.see(engine.advance(at(5)))
    assert len(engine.active()) == was_on
    if is_renewed:
        moved = replace(REGISTRY.sources["smoke-1"], area=G2)
        wall.see(engine.renew(Registry(REGISTRY.areas, {**REGISTRY.sources, "smoke-1": moved})))
        assert engine.active() == []
    words = [(9, 0.5), (10, 0.5), (14, 0.9), (15.5, 0.9)]
    wall.see(engine.feed([said("smoke-1", second, value)._replace(area=G2) for second, value in words]))
    restored = evaluator(rule(when, by="source", params="{limit: 0.3}", overrides=overrides))
    restored.restore(json.loads(json.dumps(engine.snapshot())))
    for each in (engine, restored):
        [fire] = fires(each.advance(at(30)))
        assert (fire.area, str(fire.severity), seconds(fire.started_at)) == (G2, "critical", 15)


def test_of_a_source_that_moves_what_one_metric_said_stays_when_another_comes_after() -> None:
    text = rule("{all: [{metric: smoke, above: 0.3}, {metric: heat, above: 30}]}", by="source")
    engine = evaluator(text)
    engine.feed([said("smoke-1", 0, 0.1), said("smoke-1", 0, 40, "heat")])
    there = [each._replace(area=G2) for each in (said("smoke-1", 5, 0.9), said("smoke-1", 6, 40, "heat"))]
    assert fires(engine.feed(there[:1])) == [], "the heat is of the old place"
    [fire] = fires([*engine.feed(there[1:]), *engine.advance(at(9))])
    assert (fire.area, seconds(fire.started_at)) == (G2, 6)


def test_a_source_that_speaks_from_another_area_counts_there() -> None:
    engine = evaluator(rule(SMOKE, by="area"))
    engine.feed([said("smoke-1", 0, 0.9)])
    moved = said("smoke-1", 5, 0.9)._replace(area=G2)
    decisions = engine.feed([moved])
    assert {type(item): item.fingerprint for item in decisions} == {Resolve: f"area:{G1}", Fire: f"area:{G2}"}


# --- snapshots ------------------------------------------------------------------------------------------------------


def restored(engine: Evaluator, rules: str) -> Evaluator:
    fresh = evaluator(rules)
    fresh.restore(json.loads(json.dumps(engine.snapshot())))
    return fresh


def test_a_restored_evaluator_goes_on_where_the_other_was() -> None:
    text = rule(SMOKE, "high") + rule("{metric: smoke, above: 0.3, for: 10s}", "held")
    engine = evaluator(text)
    engine.feed([said("smoke-1", 0, 0.9, attrs={"a": 1}), said("smoke-2", 1, 0.9)])
    again = restored(engine, text)
    assert again.active() == engine.active()
    assert again.kept == {"high", "held"}
    assert again.advance(at(100)) == engine.advance(at(100)) != []


def test_only_rules_that_decide_as_before_keep_their_state() -> None:
    engine = evaluator(rule(SMOKE, "same") + rule(SMOKE, "changed") + rule(SMOKE, "gone"))
    engine.feed([said("smoke-1", 0, 0.9)])
    text = rule(SMOKE, "same", summary="other", severity="minor") + rule("{metric: smoke, above: 0.31}", "changed")
    again = restored(engine, text)
    assert [fire.rule for fire in again.active()] == ["same"]
    opened = [alert_of(fire, number) for number, fire in enumerate(engine.active(), 1)]
    ends = orphans(opened, again, at(50))
    assert [(end.rule, end.reason, seconds(end.resolved_at)) for end in ends] == [
        ("changed", "rule_changed", 50),
        ("gone", "rule_removed", 50),
    ]


def test_alerts_of_a_rule_that_was_set_aside_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = evaluator(rule(SMOKE))
    [fire] = fires(engine.feed([said("smoke-1", 0, 0.9)]))
    monkeypatch.setattr(Threshold, "run", lambda *_: 1 / 0)
    engine.feed([said("smoke-1", 1, 0.9)])
    assert engine.faults != []
    assert orphans([alert_of(fire, 1)], engine, at(50)) == []


def test_alerts_of_a_rule_that_is_taken_up_again_end_with_that_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = evaluator(rule(SMOKE))
    [fire] = fires(engine.feed([said("smoke-1", 0, 0.9)]))
    with monkeypatch.context() as broken:
        broken.setattr(Threshold, "run", lambda *_: 1 / 0)
        engine.feed([said("smoke-1", 1, 0.9)])
    again = restored(engine, rule(SMOKE))
    assert [end.reason for end in orphans([alert_of(fire, 1)], again, at(50))] == ["rule_taken_up"]
    assert again.taken_up == {"r"}


@pytest.mark.parametrize(
    "damage",
    [
        {"format": 0},
        {"series": [["smoke-1", "smoke"]]},
        {"groups": [{"rule": "r"}]},
        {"rules": None},
    ],
)
def test_a_snapshot_that_cannot_be_read_is_refused(damage: dict[str, Any]) -> None:
    engine = evaluator(rule(SMOKE))
    engine.feed([said("smoke-1", 0, 0.9)])
    with pytest.raises(ValueError, match="the snapshot"):
        evaluator(rule(SMOKE)).restore({**engine.snapshot(), **damage})


def alert_of(fire: Fire, number: int) -> Alert:
    return Alert(
        number, fire.rule, fire.fingerprint, fire.severity, AlertState.FIRING, fire.area, fire.sources, fire.summary,
        fire.started_at, fire.started_at,
    )  # fmt: skip


def test_names_come_from_the_registry_or_are_the_ids() -> None:
    rules = parse("rules:\n" + rule(SMOKE, summary='"{area.name}"'), "rules.yaml")
    engine = Evaluator(rules, Registry())
    [fire] = fires(engine.feed([said("smoke-1", 0, 0.9)]))
    assert fire.summary == G1
    engine = Evaluator(rules, Registry({G1: Area(G1, "一区", "grid")}))
    [fire] = fires(engine.feed([said("smoke-1", 0, 0.9)]))
    assert fire.summary == "一区"
