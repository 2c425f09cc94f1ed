"""What would matter of a series to the conditions that look at it."""

from __future__ import annotations

import math

import pytest

from rules.evaluator import Evaluator
from rules.language import parse
from rules.looks import Bounds, Look, look
from rules.shelf import Name
from rules.take import Take
from rules.window import SECOND
from tests.unit.rules_timeline import G1, REGISTRY, rule

EVERYTHING = Bounds(always=True)


def of(*rules: str, metric: str = "smoke", ages: dict[str, int] | None = None) -> Look:
    """Of smoke in the first grid."""
    engine = Evaluator(parse("rules:\n" + "".join(rules), "r.yaml"), REGISTRY)
    wanted = engine.conditions_of("smoke-1", metric, G1, "smoke")
    return look(wanted, dict.fromkeys(engine.rules, 0) | (ages or {}))


def when(condition: str, name: str = "r", **keys: str) -> str:
    return rule(condition, name, **{"by": "source", **keys})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{metric: smoke, above: 0.3}", Bounds(high=0.3)),
        ("{metric: smoke, below: 0.3}", Bounds(low=0.3)),
        ("{metric: smoke, above: 0.3, clear_below: 0.1, for: 10s}", Bounds(high=0.3)),
        ("{metric: smoke, above: 0.3, within: 10s, types: [smoke]}", Bounds(high=0.3)),
        ("{metric: smoke, above: 0.3, count: 3, in: 1m}", Bounds(high=0.3)),
        ("{metric: smoke, absent_for: 1m}", Bounds(silence_us=60 * SECOND)),
        ("{all: [{metric: smoke, above: 0.3}, {metric: motion, above: 0.1}]}", Bounds(high=0.3)),
        ("{any: [{metric: smoke, above: 0.3}, {as: b, metric: smoke, below: 0.1}]}", Bounds(high=0.3, low=0.1)),
    ],
)
def test_a_value_beyond_the_limit_or_a_silence_matters(condition: str, expected: Bounds) -> None:
    found = of(when(condition))
    assert found == Look(True, expected)


def test_of_several_conditions_the_nearest_limit_and_the_shortest_silence_count() -> None:
    found = of(
        *(when(f"{{metric: smoke, above: {limit}}}", f"above-{number}") for number, limit in enumerate((5, 3, 4))),
        *(when(f"{{metric: smoke, below: {limit}}}", f"below-{number}") for number, limit in enumerate((0, 2, 1))),
        *(when(f"{{metric: smoke, absent_for: {s}s}}", f"silent-{number}") for number, s in enumerate((90, 60, 70))),
    )
    assert found.bounds == Bounds(high=3, low=2, silence_us=60 * SECOND)


def test_what_nobody_looks_at_matters_never() -> None:
    assert of(when("{metric: heat, above: 30}")) == Look(False, Bounds())


@pytest.mark.parametrize(
    "condition",
    [
        "{metric: smoke, above: 0.3, where: 'value < 9.0'}",
        "{metric: smoke, above: 0.3, sources: 2}",
        "{metric: smoke, above: 0.3, from: parent}",
        "{metric: smoke, take: mean, over: 10s, across: true, above: 0.3}",
        "{all: [{metric: smoke, above: 0.3}, {not: {metric: motion, above: 0.1}}]}",
        "{any: [{metric: heat, above: 1}, {all: [{metric: smoke, above: 3}, {not: {metric: motion, above: 2}}]}]}",
        "{at_least: {count: 1, of: [{metric: smoke, above: 0.3}, {metric: motion, above: 0.1}]}}",
        "{sequence: [{metric: smoke, above: 0.3}, {metric: motion, above: 0.1}], in: 1m}",
        "{weigh: {prior: 0.01, above: 0.5, evidence: [{metric: smoke, above: 0.3, ratio: 200}]}}",
        "{all: [{metric: smoke, take: mean, over: 10s, above: 1}, {metric: motion, above: 1, from: neighbours}]}",
    ],
)
def test_where_a_condition_is_not_understood_everything_matters(condition: str) -> None:
    found = of(when(condition, by="area"), when("{metric: smoke, above: 5}", "other"))
    assert found.is_wanted
    assert found.bounds == EVERYTHING
    assert found.windows == {}


def window(kind: str, limit: str, over: int = 10, every: int = 2) -> str:
    return f"{{metric: smoke, take: {kind}, over: {over}s, every: {every}s, {limit}}}"


def name(kind: str, age: int = 0, over: int = 10, every: int = 2) -> Name:
    return Name(Take(kind, over * SECOND, every * SECOND), age)


def test_of_windows_not_the_values_matter_but_what_is_made_of_them() -> None:
    found = of(when(window("mean", "above: 0.3")), when(window("max", "below: 0.1"), "low"))
    assert found.bounds == Bounds()
    assert found.windows == {name("mean"): (-math.inf, 0.3), name("max"): (0.1, math.inf)}
    assert found.by == frozenset()


def test_rules_share_a_window_with_the_nearest_limits_of_all() -> None:
    limits = ("above: 0.5", "above: 0.3", "below: 0.1", "below: 0.2")
    found = of(*(when(window("mean", limit), f"r{number}") for number, limit in enumerate(limits)))
    assert found.windows == {name("mean"): (0.2, 0.3)}


def test_a_rule_that_looked_for_another_time_has_windows_of_its_own() -> None:
    found = of(when(window("mean", "above: 0.5")), when(window("mean", "above: 0.3"), "young"), ages={"young": 1})
    assert found.windows == {name("mean"): (-math.inf, 0.5), name("mean", 1): (-math.inf, 0.3)}


def test_a_group_that_looks_through_windows_at_several_series_keeps_them_together() -> None:
    own, both = window("mean", "above: 0.3"), f"{{all: [{window('mean', 'above: 0.3')}, {{metric: motion, above: 1}}]}}"
    twice = f"{{all: [{window('mean', 'above: 0.3')}, {{as: b, metric: smoke, above: 1}}]}}"
    plain = "{all: [{metric: smoke, above: 0.3}, {metric: motion, above: 1}]}"
    assert of(when(own, by="area")).by == {"area"}
    assert of(when(own)).by == of(when(twice)).by == frozenset()
    assert of(when(both)).by == {"source"}
    assert of(when(both), when(own, "b", by="area")).by == {"area", "source"}
    assert of(when(plain, by="area")).by == frozenset()
    assert of(when(both), metric="motion").by == {"source"}


def test_a_rule_that_looks_at_other_types_or_areas_hides_none_that_follows() -> None:
    smoke = "{metric: smoke, above: 0.3}"
    typed = when("{metric: smoke, types: [cam], above: 0.1}", "typed")
    elsewhere = rule("{metric: smoke, above: 0.2}", "elsewhere", areas="['qth/taoshan/g2']")
    for order in ((typed, elsewhere, when(smoke)), (when(smoke), elsewhere, typed), (elsewhere, when(smoke), typed)):
        assert of(*order) == Look(True, Bounds(high=0.3))
