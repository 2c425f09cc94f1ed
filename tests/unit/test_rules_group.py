"""What is decided of one group: how bad its alert is and why, whose word counts, and for how long anything is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from hub.model.alert import Decision, Resolve, Revise
from hub.model.source import Health, SourceState
from rules.evaluator import Evaluator
from tests.unit.rules_timeline import G1, G2, Wall, at, evaluator, fires, rule, said, seconds

SMOKE = "{metric: smoke, above: 0.3}"


def told(engine: Evaluator, *words: tuple[float, float], until: float | None = None) -> list[Decision]:
    """What smoke-1 says at these seconds, heard at once, the clock going on with it."""
    found: list[Decision] = []
    for second, value in words:
        found += engine.feed([said("smoke-1", second, value)])
        found += engine.advance(at(second))
    return found if until is None else [*found, *engine.advance(at(until))]


def steps(decisions: Sequence[Decision]) -> list[tuple[float, str, str]]:
    return [(seconds(item.at), item.severity, item.reason) for item in decisions if isinstance(item, Revise)]


# --- severity -------------------------------------------------------------------------------------------------------


def test_a_step_says_whether_it_is_worse_or_less_bad_and_of_which_alert() -> None:
    engine = evaluator(rule(SMOKE, severity="{start: minor, major: {above: 0.5}, critical: {above: 0.8}}"))
    decisions = told(engine, (0, 0.4), (10, 0.9), (20, 0.6), (30, 0.9), (40, 0.4), until=50)
    assert steps(decisions) == [
        (10, "critical", "severity_raised"),
        (20, "major", "severity_lowered"),
        (30, "critical", "severity_raised"),
        (40, "minor", "severity_lowered"),
    ]
    revises = [item for item in decisions if isinstance(item, Revise)]
    assert {(item.rule, item.fingerprint, item.started_at) for item in revises} == {("r", f"area:{G1}", at(0))}


def test_how_bad_it_is_at_its_beginning_is_told_with_it_and_not_again() -> None:
    text = rule(SMOKE, severity="{start: warning, minor: {after: 10s}, major: {above: 0.5}}")
    engine = evaluator(text)
    decisions = told(engine, (0, 0.6), until=100)
    assert [fire.severity for fire in fires(decisions)] == ["major"]
    assert steps(decisions) == []


def test_a_step_is_told_when_it_is_settled_and_by_the_clock_alone() -> None:
    engine = evaluator(rule(SMOKE, severity="{start: warning, minor: {after: 10s}, major: {after: 20s}}"))
    told(engine, (0, 0.6))
    assert steps(engine.advance(at(11.9))) == []
    assert engine.next_timer == at(12)
    assert steps(engine.advance(at(12))) == [(10, "minor", "severity_raised")]
    assert engine.next_timer == at(22)
    assert steps(engine.advance(at(22))) == [(20, "major", "severity_raised")]
    assert steps(engine.advance(at(1000))) == []


def test_the_next_alert_of_a_group_is_as_bad_as_at_its_own_beginning() -> None:
    engine = evaluator(rule(SMOKE, severity="{start: minor, major: {after: 10s}}"))
    decisions = told(engine, (0, 0.5), (20, 0.1), (40, 0.5), (60, 0.1), until=100)
    assert [(seconds(fire.started_at), fire.severity) for fire in fires(decisions)] == [(0, "minor"), (40, "minor")]
    assert steps(decisions) == [(10, "major", "severity_raised"), (50, "major", "severity_raised")]


def test_an_alert_that_turns_out_to_have_begun_earlier_is_as_bad_as_it_was_then() -> None:
    engine = evaluator(rule(SMOKE, severity="{start: minor, major: {above: 0.5}}"))
    first = engine.feed([said("smoke-1", 10, 0.4)])
    second = engine.feed([said("smoke-2", 9, 0.9, received=10.5)])
    assert [(seconds(fire.started_at), fire.reason) for fire in fires([*first, *second])] == [
        (10, "condition_met"),
        (9, "earlier_evidence"),
    ]
    later = [*engine.feed([said("smoke-2", 12, 0.4)]), *engine.advance(at(20))]
    assert steps(later) == [(9, "major", "severity_raised"), (12, "minor", "severity_lowered")]


# --- beginnings and ends --------------------------------------------------------------------------------------------


def test_ends_name_the_alert_and_why() -> None:
    engine = evaluator(rule(SMOKE))
    [end] = [item for item in told(engine, (0, 0.5), (20, 0.1), until=30) if isinstance(item, Resolve)]
    assert (end.rule, end.reason, end.resolved_at, end.started_at) == ("r", "condition_cleared", at(20), at(0))


def test_what_keeps_on_is_one_alert_over_pauses_that_are_short_enough() -> None:
    engine, wall = evaluator(rule(SMOKE, keep_firing_for="10s")), Wall()
    wall.see(told(engine, (0, 0.5), (5, 0.1), (14, 0.5), (20, 0.1), (31, 0.5), (32, 0.1), until=60))
    assert wall.of() == [(0, 30), (31, 42)]


def test_what_was_decided_is_not_opened_again_by_what_began_before_its_end() -> None:
    """The second detector has smoked all the while; its words come when the alert is over."""
    engine, wall = evaluator(rule(SMOKE)), Wall()
    wall.see(told(engine, (0, 0.5), (10, 0.1), until=13))
    late = [said("smoke-2", second, 0.6, received=15) for second in (5, 12)]
    wall.see([*engine.feed(late), *engine.advance(at(20))])
    assert wall.of() == [(0, 10), (10, None)]


def test_an_alert_whose_only_ground_is_taken_from_it_says_so() -> None:
    engine = evaluator(rule(SMOKE, by="area"))
    told(engine, (0, 0.5), until=5)
    moved = said("smoke-1", 10, 0.5)._replace(area=G2)
    ends = [item for item in engine.feed([moved]) if isinstance(item, Resolve)]
    assert [(item.reason, item.started_at) for item in ends] == [("late_data", at(0))]


# --- whose word counts ----------------------------------------------------------------------------------------------

WEIGHED = rule(
    "{weigh: {prior: 0.01, above: 0.5, evidence: [{metric: smoke, above: 0.3, ratio: 20}, "
    "{metric: motion, above: 0, ratio: 10, ratio_absent: 0.1}]}}"
)


def blind(source: str, second: float) -> dict[str, Health]:
    return {source: Health(source, SourceState.UNREACHABLE, "no answer", at(second))}


def test_what_a_source_said_before_it_went_blind_speaks_for_nothing_any_more() -> None:
    """0.0101 · 20 · 10 is two to one; without the camera it is one to five."""
    engine, wall = evaluator(WEIGHED), Wall()
    wall.see(engine.feed([said("cam-1", 0, 0.5), said("smoke-1", 5, 0.5)]))
    wall.see(engine.advance(at(10)))
    assert wall.of() == [(5, None)]
    wall.see([*engine.see(blind("cam-1", 20)), *engine.advance(at(30))])
    assert wall.of() == [(5, 20)]


def test_of_two_only_the_one_that_sees_is_asked() -> None:
    smoke = "{metric: smoke, above: 0.3, ratio: 200}"
    engine, wall = evaluator(rule(f"{{weigh: {{prior: 0.01, above: 0.5, evidence: [{smoke}]}}}}")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5), said("smoke-2", 0, 0.1)]))
    wall.see(engine.advance(at(10)))
    assert wall.of() == [(0, None)]
    wall.see([*engine.see(blind("smoke-1", 20)), *engine.advance(at(30))])
    assert wall.of() == [(0, 20)], "who is left says that there is none"


def test_a_rule_that_counts_takes_a_source_at_its_last_word_though_it_is_blind() -> None:
    engine, wall = evaluator(rule("{metric: motion, above: 0}")), Wall()
    wall.see(engine.feed([said("cam-1", 0, 0.5)]))
    wall.see([*engine.see(blind("cam-1", 20)), *engine.advance(at(30))])
    assert wall.of() == [(0, None)]


def test_that_nobody_was_there_to_see_is_no_evidence_against() -> None:
    """Before the camera said its first word nothing is known of movement."""
    engine = evaluator(
        rule(
            "{weigh: {prior: 0.01, above: 0.5, evidence: [{metric: smoke, above: 0.3, ratio: 200}, "
            "{metric: motion, above: 0, ratio: 5, ratio_absent: 0.1}]}}"
        )
    )
    [fire] = fires(told(engine, (5, 0.5), until=10))
    assert fire.detail is not None
    assert fire.detail["not_available"] == ["motion"]
    assert [item["name"] for item in fire.detail["contributions"]] == ["smoke"]
    wall = Wall()
    wall.see([fire])
    wall.see([*engine.feed([said("cam-1", 20, 0.0)]), *engine.advance(at(30))])
    assert wall.of() == [(5, 20)]


def test_what_a_source_said_where_it_stood_before_is_not_joined_with_what_it_says_now() -> None:
    engine = evaluator(rule("{all: [{metric: smoke, above: 0.3}, {metric: heat, above: 30}]}", by="source"))
    engine.feed([said("smoke-1", 0, 0.1), said("smoke-1", 0, 40, "heat")])
    engine.feed([said("smoke-1", 5, 0.9)._replace(area=G2)])
    assert fires(engine.advance(at(60))) == []
    engine.feed([said("smoke-1", 70, 40, "heat")._replace(area=G2)])
    [fire] = fires(engine.advance(at(80)))
    assert (fire.area, seconds(fire.started_at)) == (G2, 70)


def test_a_count_of_several_goes_on_without_a_source_that_is_elsewhere() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3, count: 2, in: 1m}")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5), said("smoke-2", 5, 0.5)]))
    wall.see(engine.advance(at(10)))
    assert wall.of() == [(5, None)]
    wall.see(engine.feed([said("smoke-2", 11, 0.1)._replace(area=G2)]))
    assert wall.of() == [(5, 8)], "up to where it was known to hold"


# --- how long anything is kept --------------------------------------------------------------------------------------


def groups(engine: Evaluator) -> list[Any]:
    found: list[Any] = engine.snapshot()["groups"]
    return found


def test_a_group_is_kept_for_half_a_minute_after_its_alert() -> None:
    """What comes late may still be told to concern it."""
    engine = evaluator(rule(SMOKE))
    told(engine, (0, 0.5), (10, 0.1), until=39.9)
    assert len(groups(engine)) == 1
    assert engine.next_timer == at(40)
    engine.advance(at(40))
    assert groups(engine) == []
    assert engine.next_timer is None


def test_a_condition_that_ended_is_kept_for_half_a_minute_for_one_that_comes_later() -> None:
    text = rule("{all: [{metric: smoke, above: 0.3}, {metric: motion, above: 0, for: 5s}]}")
    engine = evaluator(text)
    engine.feed([said("cam-1", 0, 0.5), said("cam-1", 10, 0.0), said("cam-1", 41, 0.0)])
    assert len(groups(engine)) == 1
    engine.feed([said("cam-1", 42.5, 0.0)])
    assert groups(engine) == []


@pytest.mark.parametrize(("second", "is_kept"), [(94, True), (95, False)])
def test_a_beginning_is_kept_for_as_long_as_a_sequence_may_take(second: float, is_kept: bool) -> None:
    engine = evaluator(rule("{sequence: [{metric: motion, above: 0}, {metric: smoke, above: 0.3}], in: 1m}"))
    engine.feed([said("cam-1", 5, 0.5), said("cam-1", 6, 0.0), said("cam-1", 40, 0.0), said("cam-1", 41, 0.0)])
    engine.advance(at(second))
    assert bool(groups(engine)) is is_kept


def test_of_a_schedule_eight_days_are_looked_back_upon_and_one_ahead() -> None:
    """An alert of a rule with hours that goes on over days is cut into those hours."""
    text = rule(SMOKE, during="{hours: ['20:00-21:00'], zone: Asia/Shanghai}")
    engine, wall = evaluator(text), Wall()
    wall.see(told(engine, (0, 0.5)))
    for day in range(4):
        wall.see(engine.advance(at(day * 86_400 + 1800)))
        wall.see(engine.advance(at(day * 86_400 + 7200)))
    day_s = 86_400
    assert wall.of() == [(0, 3600)] + [(day * day_s, day * day_s + 3600) for day in range(1, 4)]
