"""Joins over a long time, who is blind, who is a neighbour, and alerts that are too many: as timelines."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest

from hub.model.alert import Fire, Resolve
from hub.model.area import Area
from hub.model.source import Health, Source, SourceKind, SourceState
from rules.adjacency import neighbours
from rules.evaluator import Evaluator, Registry
from rules.language import parse
from rules.sieve import Sieve
from rules.take import KINDS, MAX_PANES, MAX_VALUES, Take, Window
from tests.unit.rules_timeline import G1, G2, REGISTRY, Wall, at, evaluator, fires, rule, said

SECOND = 1_000_000


# --- over a long time -----------------------------------------------------------------------------------------------


def test_a_schedule_is_looked_up_for_what_is_heard_while_the_clock_is_held() -> None:
    """As after a start without a checkpoint, or after the hub was away for days."""
    text = rule("{metric: smoke, above: 0.3}", during="{hours: ['19:00-21:00'], zone: Asia/Shanghai}")
    engine, wall = evaluator(text), Wall()
    wall.see(engine.feed([said("smoke-1", 1, 0.5), said("smoke-1", 60, 0.1), said("smoke-1", 70, 0.1)], hold=True))
    assert wall.of() == [(1, 60)]


@pytest.mark.parametrize("kind", [Evaluator, Sieve])
def test_no_alert_ends_before_a_silence_that_may_carry_it_on_is_noticed(kind: type[Evaluator | Sieve]) -> None:
    text = rule("{any: [{metric: smoke, above: 0.3}, {metric: motion, absent_for: 10s}]}")
    engine, wall = kind(parse("rules:\n" + text, "r.yaml"), REGISTRY), Wall()
    wall.see(engine.feed([said("cam-1", 0, 0.0)]))
    wall.see(engine.advance(at(5)))
    wall.see(engine.feed([said("smoke-1", 9, 0.5), said("smoke-1", 11, 0.1), said("smoke-1", 14, 0.1)], hold=True))
    assert wall.of() == [(9, None)]
    wall.see(engine.advance(at(14)))
    assert wall.of() == [(9, None)]
    wall.see(engine.feed([said("cam-1", 20, 0.0)]))
    wall.see(engine.advance(at(23)))
    assert wall.of() == [(9, 20)]


def test_what_is_no_longer_remembered_does_not_make_not_hold_in_the_past() -> None:
    engine, wall = evaluator(rule("{all: [{metric: smoke, above: 0.3}, {not: {metric: heat, above: 30}}]}")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 40, "heat"), said("smoke-1", 1, 0.5)]))
    wall.see(engine.feed([said("smoke-2", 35, 40, "heat"), said("smoke-1", 40, 20, "heat")]))
    for second in range(42, 200, 5):
        wall.see(engine.advance(at(second)))
    assert wall.of() == []
    wall.see(engine.feed([said("smoke-2", 200, 20, "heat")]))
    wall.see(engine.advance(at(203)))
    assert wall.of() == [(200, None)]


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_sequence_is_remembered_when_its_beginning_is_long_over(is_restarted: bool) -> None:
    text = rule("{sequence: [{metric: motion, above: 0}, {metric: smoke, above: 0.3}], in: 5m}")
    engine, wall = evaluator(text), Wall()
    wall.see(engine.feed([said("cam-1", 0, 0.5), said("cam-1", 5, 0.0)]))
    for second in (10, 40, 41, 80, 150):
        wall.see(engine.advance(at(second)))
    if is_restarted:
        state = json.loads(json.dumps(engine.snapshot()))
        engine = evaluator(text)
        engine.restore(state)
    wall.see(engine.feed([said("smoke-1", 200, 0.5)]))
    for second in (203, 400, 800):
        wall.see(engine.advance(at(second)))
    assert wall.of() == [(200, None)]
    wall.see(engine.feed([said("smoke-1", 900, 0.1), said("smoke-1", 1000, 0.5)]))
    wall.see(engine.advance(at(1003)))
    assert wall.of() == [(200, 900)]


def test_a_group_whose_sequence_can_no_longer_count_is_forgotten() -> None:
    engine = evaluator(rule("{sequence: [{metric: motion, above: 0}, {metric: smoke, above: 0.3}], in: 1m}"))
    engine.feed([said("cam-1", 0, 0.5), said("cam-1", 5, 0.0)])
    engine.advance(at(40))
    engine.feed([said("cam-1", 41, 0.0)])
    assert engine.snapshot()["groups"] != []
    engine.feed([said("cam-1", 50, 0.0)])
    engine.advance(at(120))
    assert engine.snapshot()["groups"] == []


def test_that_two_sources_hold_at_once_waits_for_the_one_that_spoke_before() -> None:
    engine, wall = evaluator(rule("{metric: smoke, above: 0.3, sources: 2}")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5)]))
    wall.see(engine.feed([said("smoke-2", 5, 0.5)]))
    assert wall.of() == []
    wall.see(engine.feed([said("smoke-1", 4.5, 0.1, received=5.5)]))
    wall.see(engine.advance(at(20)))
    assert wall.of() == []
    wall.see(engine.feed([said("smoke-1", 30, 0.5), said("smoke-2", 30, 0.5)]))
    assert wall.of() == [(30, None)]


def test_an_alert_is_not_said_to_be_worse_or_better_at_its_end() -> None:
    text = rule("{metric: smoke, above: 0.3}", severity="{start: minor, major: {above: 0.5}, critical: {after: 20s}}")
    engine, wall = evaluator(text), Wall()
    for second, value in ((0, 0.4), (5, 0.6), (20, 0.1)):
        wall.see(engine.feed([said("smoke-1", second, value)]))
        wall.see(engine.advance(at(second + 3)))
    assert wall.of() == [(0, 20)]
    assert wall.steps["r", f"area:{G1}"] == [(0, "minor"), (5, "major")]


def test_an_alert_that_goes_on_becomes_worse_with_time_and_less_bad_with_its_value() -> None:
    text = rule("{metric: smoke, above: 0.3}", severity="{start: minor, major: {after: 1m}, critical: {above: 0.5}}")
    engine, wall = evaluator(text), Wall()
    for second, value in ((0, 0.6), (30, 0.4)):
        wall.see(engine.feed([said("smoke-1", second, value)]))
    wall.see(engine.advance(at(61.9)))
    assert wall.steps["r", f"area:{G1}"] == [(0, "critical"), (30, "minor")]
    assert [fire.severity for fire in engine.active()] == ["minor"]
    assert engine.next_timer == at(62)
    wall.see(engine.advance(at(62)))
    assert wall.steps["r", f"area:{G1}"] == [(0, "critical"), (30, "minor"), (60, "major")]


# --- evidence -------------------------------------------------------------------------------------------------------

WEIGHED = rule(
    "{weigh: {prior: 0.01, above: 0.5, evidence: [{metric: smoke, above: 0.3, ratio: 200, ratio_absent: 0.5}, "
    "{metric: motion, above: 0, ratio: 5, ratio_absent: 0.1}]}}"
)


def blind(source: str, second: float) -> dict[str, Health]:
    return {source: Health(source, SourceState.UNREACHABLE, "no answer", at(second))}


def test_evidence_that_nobody_can_see_is_not_held_against_an_event_and_is_named() -> None:
    engine, wall = evaluator(WEIGHED), Wall()
    wall.see(engine.feed([said("cam-1", 0, 0.0), said("smoke-1", 5, 0.5)]))
    wall.see(engine.advance(at(10)))
    assert wall.of() == []  # 0.0101 · 200 · 0.1: the camera sees nobody
    wall.see(engine.see(blind("cam-1", 20)))
    decisions = engine.advance(at(23))
    [fire] = fires(decisions)
    wall.see(decisions)
    assert wall.of() == [(20, None)]
    assert fire.detail is not None
    assert fire.detail["not_available"] == ["motion"]
    assert fire.detail["probability"] == pytest.approx(200 / 99 / (1 + 200 / 99), abs=1e-5)
    assert [(item["name"], item["held"]) for item in fire.detail["contributions"]] == [("smoke", True)]
    odds = fire.detail["prior_log_odds"] + sum(item["log_odds"] for item in fire.detail["contributions"])
    assert 1 / (1 + math.exp(-odds)) == pytest.approx(fire.detail["probability"], abs=1e-5)
    engine.advance(at(50))
    wall.see([*engine.see({}), *engine.advance(at(60))])
    assert wall.of() == [(20, 48)]  # what was decided before the hub knew is not taken back


def test_who_is_blind_is_remembered_over_a_restart() -> None:
    engine = evaluator(WEIGHED)
    engine.feed([said("cam-1", 0, 0.0), said("smoke-1", 5, 0.1)])
    engine.advance(at(10))
    engine.see(blind("cam-1", 10))
    again = evaluator(WEIGHED)
    again.restore(json.loads(json.dumps(engine.snapshot())))
    [fire] = fires([*again.feed([said("smoke-1", 20, 0.5)]), *again.advance(at(23))])
    assert fire.detail is not None
    assert fire.detail["not_available"] == ["motion"]


# --- what is known of sources and areas -----------------------------------------------------------------------------

PERIODS = rule("{metric: smoke, absent_for: 3 periods}", by="source")


def with_period(period: str | None) -> Registry:
    source = replace(REGISTRY.sources["smoke-1"], config={} if period is None else {"period": period})
    return replace(REGISTRY, sources={**REGISTRY.sources, "smoke-1": source})


@pytest.mark.parametrize("kind", [Evaluator, Sieve])
def test_another_period_makes_another_silence(kind: Any) -> None:
    engine, wall = kind(parse("rules:\n" + PERIODS, "r.yaml"), with_period("10s")), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.1)]))
    wall.see(engine.renew(with_period("20s")))
    wall.see(engine.advance(at(40)))
    assert wall.of() == []
    wall.see(engine.advance(at(63)))
    assert wall.of() == [(60, None)]


@pytest.mark.parametrize("kind", [Evaluator, Sieve])
def test_a_period_that_is_learnt_later_counts_from_then_on(kind: Any) -> None:
    engine, wall = kind(parse("rules:\n" + PERIODS, "r.yaml"), with_period(None)), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.1)]))
    wall.see(engine.advance(at(40)))
    wall.see(engine.renew(replace(REGISTRY, periods_us={"smoke-1": 20 * SECOND})))
    wall.see(engine.feed([said("smoke-1", 50, 0.1)]))
    wall.see(engine.advance(at(113)))
    assert wall.of() == [(110, None)]


def square(west: float, south: float, size: float = 1.0) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_areas_are_neighbours_where_their_shapes_touch_be_it_at_a_corner() -> None:
    shapes = {
        "c/a": square(130, 45),
        "c/b": square(131, 45.3),       # along a part of an edge
        "c/c": square(131, 46.3),       # at its corner with b, and not with a
        "c/d": square(130.4, 45.4, 0.1),  # within a
        "c/e": square(140, 45),
        "c/f": square(140.5, 44.5),     # over a corner of e
        "c": square(129, 44, 12),       # above them all
    }  # fmt: skip
    found = neighbours({path: Area(path, path, "grid", shape) for path, shape in shapes.items()})
    assert found == {
        "c": frozenset(),
        "c/a": {"c/b", "c/d"},
        "c/b": {"c/a", "c/c"},
        "c/c": {"c/b"},
        "c/d": {"c/a"},
        "c/e": {"c/f"},
        "c/f": {"c/e"},
    }


def test_a_hole_is_no_part_of_a_shape() -> None:
    ring = square(0, 0, 9)["coordinates"][0]
    hole = square(3, 3, 3)["coordinates"][0]
    shapes = {
        "a": {"type": "Polygon", "coordinates": [ring, hole]},
        "b": square(4, 4),
        "c": square(1, 1),
        "d": {"type": "MultiPolygon", "coordinates": [square(20, 20)["coordinates"], square(9, 9)["coordinates"]]},
    }
    found = neighbours({path: Area(path, path, "grid", shape) for path, shape in shapes.items()})
    assert found == {"a": {"c", "d"}, "b": frozenset(), "c": {"a"}, "d": {"a"}}


def test_a_neighbour_that_came_to_be_one_counts_from_then_on() -> None:
    def registry(west: float) -> Registry:
        areas = {G1: Area(G1, "一", "grid", square(130, 45)), G2: Area(G2, "二", "grid", square(west, 45))}
        return replace(REGISTRY, areas=areas)

    text = rule("{metric: smoke, above: 0.3, from: neighbours}")
    engine, wall = Evaluator(parse("rules:\n" + text, "r.yaml"), registry(140)), Wall()
    wall.see(engine.feed([said("smoke-3", 0, 0.1)]))
    wall.see(engine.renew(registry(131)))
    wall.see(engine.feed([said("smoke-3", 10, 0.5)]))
    assert {key for _, key in wall.alerts} == {f"area:{G1}", f"area:{G2}"}
    wall.see(engine.renew(registry(140)))
    wall.see(engine.advance(at(20)))
    assert wall.alerts["r", f"area:{G1}"] == [(10, 10)]
    assert wall.alerts["r", f"area:{G2}"] == [(10, None)]


# --- too many -------------------------------------------------------------------------------------------------------


def many(count: int) -> Registry:
    names = [f"smoke-{number}" for number in range(count)]
    return Registry({}, {name: Source(name, SourceKind.DEVICE, G1, "smoke", name) for name in names})


def storm(rules: str, count: int) -> tuple[Evaluator, list[Any]]:
    engine = Evaluator(parse("rules:\n" + rules, "r.yaml"), many(count))
    words = [said("smoke-1", 1, 0.5)._replace(source=f"smoke-{number}") for number in range(count)]
    return engine, engine.feed(words)


def quiet(number: int, second: float) -> Any:
    return said("smoke-1", second, 0.1)._replace(source=f"smoke-{number}")


LIMITED = rule("{metric: smoke, above: 0.3}", by="source", max_sources="3")


def test_more_alerts_at_once_than_a_rule_allows_are_held_back_and_counted() -> None:
    engine, decisions = storm(LIMITED, 5)
    assert len(fires(decisions)) == len(engine.active()) == 3
    assert engine.held_back == {"r": 2}
    ends = [*engine.feed([quiet(0, 10), quiet(4, 10)]), *engine.advance(at(13))]
    # One of those that were told ended, and one that was not; the other is told now, as it is one of three.
    assert [type(decision) for decision in ends] == [Resolve, Fire]
    assert +engine.held_back == {}
    assert len(engine.active()) == 3


def test_whoever_allows_more_is_told_what_was_held_back() -> None:
    engine, _ = storm(LIMITED, 5)
    after = Evaluator(parse("rules:\n" + LIMITED.replace("3\n", "9\n"), "r.yaml"), many(5))
    after.restore(json.loads(json.dumps(engine.snapshot())))
    assert len(after.active()) == 3
    assert len(fires(after.advance(at(5)))) == 2
    assert len(after.active()) == 5


def test_a_rule_that_takes_too_much_of_the_machine_is_set_aside_and_the_others_go_on() -> None:
    slow = "{all: [{metric: smoke, above: 0.3}, {as: slow, metric: smoke, above: 0.1}]}"
    taken_ns = 0

    def meter() -> int:
        return taken_ns

    rules = parse("rules:\n" + rule(slow, "slow") + rule("{metric: smoke, above: 0.3}", "quick"), "r.yaml")
    engine = Evaluator(rules, REGISTRY, meter=meter)
    engine.advance(at(0))
    original = engine.announce

    def announce(*args: Any) -> Fire:
        nonlocal taken_ns
        taken_ns += 6_000_000_000 if args[0].rule.name == "slow" else 1_000
        return original(*args)

    engine.announce = announce  # type: ignore[method-assign,assignment]
    engine.feed([said("smoke-1", 0.5, 0.5)])
    assert [fault.rule for fault in engine.faults] == ["slow"]
    assert "took 6.0 s of CPU time" in engine.faults[0].reason
    assert set(engine.rules) == {"quick"}


def test_a_rule_whose_filter_is_slow_is_set_aside_before_its_batch_is_over() -> None:
    taken = iter(range(0, 10**12, 2 * 10**9))  # the filter takes two seconds of CPU time each time
    rules = parse("rules:\n" + rule("{metric: smoke, above: 0.3, where: 'value < 9.0'}", "slow"), "r.yaml")
    engine = Evaluator(rules, REGISTRY, meter=lambda: next(taken))
    engine.advance(at(0))
    engine.feed([said("smoke-1", 0.1 * number, 0.1) for number in range(1, 20)])
    assert [(fault.rule, fault.is_slow) for fault in engine.faults] == [("slow", True)]
    assert next(taken) == 12 * 10**9, "three times it was allowed, at half a second for each of ten"


# --- windows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_is_less_than_a_kilobyte(kind: str) -> None:
    window = Window(Take(kind, MAX_PANES * SECOND, SECOND))
    window.go_on(((number * SECOND // 10, float(number)) for number in range(1, 5000)), 0)
    assert len(window.panes) > MAX_PANES
    assert len(window.panes) * window.panes.itemsize < 1024


def test_a_percentile_of_more_values_than_are_kept_is_near() -> None:
    window = Window(Take("median", 10 * SECOND, SECOND))
    made = window.go_on(((number * SECOND // 100, float(number * 37 % 101)) for number in range(1, 1001)), 10 * SECOND)
    assert len(window.panes) <= 2 * MAX_VALUES
    assert made[-1][0] == 10 * SECOND
    assert made[-1][1] == pytest.approx(50, abs=12)


def test_a_sum_does_not_depend_on_the_order_of_its_numbers() -> None:
    numbers = [1e16, 1.0, -1e16, 0.1, 0.2]
    for order in (numbers, numbers[::-1], sorted(numbers)):
        window = Window(Take("sum", SECOND, SECOND))
        assert window.go_on([(9 * SECOND, number) for number in order], 9 * SECOND) == [(9 * SECOND, 1.3)]


def test_texts_are_told_apart_where_different_ones_are_counted() -> None:
    engine, wall = evaluator(rule("{metric: smoke, take: distinct, over: 10s, above: 1}")), Wall()
    wall.see(engine.feed([said("smoke-1", 1, None, text="a"), said("smoke-1", 2, None, text="a")]))
    wall.see(engine.feed([said("smoke-1", 5, None, text="b")]))
    wall.see(engine.advance(at(8)))
    assert wall.of() == [(5, None)]


def test_what_comes_to_a_common_window_too_late_is_left_out_and_counted() -> None:
    text = rule("{metric: smoke, take: count, over: 10s, every: 10s, across: true, above: 0}")
    engine, wall = evaluator(text), Wall()
    wall.see(engine.feed([said("smoke-1", 5, 0.1)]))
    wall.see(engine.advance(at(13)))
    wall.see(engine.feed([said("smoke-2", 6, 0.1, received=13.5)]))
    wall.see(engine.advance(at(40)))
    assert wall.of() == [(10, 20)]
    assert engine.left_out == {"late": 1}
