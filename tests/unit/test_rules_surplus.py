"""More alerts of a rule at once than it may have: which are told, which are held, and when they are told after all."""

from __future__ import annotations

import json

import pytest

from hub.model.alert import Decision, Fire, Resolve
from rules.evaluator import Evaluator
from rules.language import parse
from rules.surplus import Hold
from tests.unit.rules_timeline import G1, REGISTRY, evaluator, rule, said

SMOKE = "{metric: smoke, above: 0.3}"
LIMITED = rule(SMOKE, by="source", max_sources="1")
FREE = rule(SMOKE, "free", by="source")


def told(decisions: list[Decision]) -> list[str]:
    return [
        f"{'+' if isinstance(item, Fire) else '-'}{item.fingerprint.partition(':')[2]}"
        for item in decisions
        if isinstance(item, Fire | Resolve) and item.rule == "r"
    ]


@pytest.fixture
def engine() -> Evaluator:
    """Three alerts are on, of which one may be."""
    found = evaluator(LIMITED + FREE)
    assert told(found.feed([said("smoke-1", 1, 0.5)])) == ["+smoke-1"]
    assert told(found.feed([said("smoke-2", 2, 0.5)])) == []
    assert told(found.feed([said("smoke-3", 3, 0.5)])) == []
    return found


def test_a_rule_without_a_limit_holds_nothing(engine: Evaluator) -> None:
    assert engine.held_back == {"r": 2, "free": 0}
    assert len([fire for fire in engine.active() if fire.rule == "free"]) == 3


def test_what_is_held_is_not_on_for_anybody(engine: Evaluator) -> None:
    assert [fire.fingerprint for fire in engine.active() if fire.rule == "r"] == ["source:smoke-1"]


def test_a_hold_says_how_many_and_where(engine: Evaluator) -> None:
    assert engine.holds() == [Hold("r", 1, 3, 2, "qth/taoshan")]


def test_what_is_held_and_ends_was_seen_by_nobody(engine: Evaluator) -> None:
    assert told(engine.feed([said("smoke-3", 4, 0.1)]) + engine.feed([said("smoke-3", 9, 0.1)])) == []
    assert engine.unseen == {"r": 1, "free": 0}
    assert engine.holds() == [Hold("r", 1, 2, 1, G1)]


def test_what_is_held_is_told_when_there_are_not_too_many_any_more(engine: Evaluator) -> None:
    engine.feed([said("smoke-3", 4, 0.1), said("smoke-3", 9, 0.1)])
    assert told(engine.feed([said("smoke-1", 10, 0.1), said("smoke-1", 15, 0.1)])) == ["-smoke-1", "+smoke-2"]
    assert engine.holds() == []


def test_one_of_the_held_is_not_told_while_there_are_too_many(engine: Evaluator) -> None:
    assert told(engine.feed([said("smoke-1", 4, 0.1), said("smoke-1", 9, 0.1)])) == ["-smoke-1"]
    assert engine.holds() == [Hold("r", 1, 2, 2, "qth/taoshan")]


def test_what_a_person_confirms_is_told_and_so_is_what_follows(engine: Evaluator) -> None:
    assert sorted(told(engine.confirm(["r"]))) == ["+smoke-2", "+smoke-3"]
    assert engine.holds() == [Hold("r", 1, 3, 0, "qth/taoshan")]
    engine.feed([said("smoke-2", 4, 0.1), said("smoke-2", 9, 0.1)])
    assert told(engine.feed([said("smoke-2", 12, 0.5)])) == ["+smoke-2"]


def test_a_confirmation_holds_until_there_are_not_too_many(engine: Evaluator) -> None:
    engine.confirm(["r"])
    for source, at in (("smoke-2", 4), ("smoke-3", 10)):
        assert told(engine.feed([said(source, at, 0.1), said(source, at + 5, 0.1)])) == [f"-{source}"]
    assert engine.holds() == []
    assert told(engine.feed([said("smoke-2", 20, 0.5)])) == []
    assert engine.holds() == [Hold("r", 1, 2, 1, G1)]


def test_only_a_rule_that_has_too_many_can_be_confirmed() -> None:
    engine = evaluator(LIMITED)
    engine.feed([said("smoke-1", 1, 0.5)])
    assert engine.confirm(["r", "unknown"]) == []
    assert told(engine.feed([said("smoke-2", 2, 0.5)])) == []


def test_what_is_held_is_held_after_a_restart(engine: Evaluator) -> None:
    again = Evaluator(parse("rules:\n" + LIMITED + FREE, "rules.yaml"), REGISTRY)
    again.restore(json.loads(json.dumps(engine.snapshot())))
    assert again.holds() == [Hold("r", 1, 3, 2, "qth/taoshan")]
    assert [fire.fingerprint for fire in again.active() if fire.rule == "r"] == ["source:smoke-1"]
    again.feed([said("smoke-3", 4, 0.1), said("smoke-3", 9, 0.1)])
    assert told(again.feed([said("smoke-1", 10, 0.1), said("smoke-1", 15, 0.1)])) == ["-smoke-1", "+smoke-2"]


def test_a_rule_that_allows_more_tells_what_was_held(engine: Evaluator) -> None:
    again = Evaluator(parse("rules:\n" + LIMITED.replace("max_sources: 1", "max_sources: 3") + FREE, "x"), REGISTRY)
    again.restore(json.loads(json.dumps(engine.snapshot())))
    assert sorted(told(again.feed([said("smoke-1", 5, 0.6)]))) == ["+smoke-2", "+smoke-3"]
