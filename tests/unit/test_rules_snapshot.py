"""What is written of the evaluator and read again: nothing is lost by it, whatever the rules, whatever was heard."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from hub.model.alert import Fire, Severity
from hub.model.source import Health, SourceState
from rules.evaluator import Evaluator, Registry
from rules.language import parse
from rules.rule import Rule
from tests.unit.rules_cases import Story
from tests.unit.rules_oracle import FILE, ORACLE_REGISTRY
from tests.unit.rules_timeline import REGISTRY, Wall, at, evaluator, fires, rule, said

SMOKE = "{metric: smoke, above: 0.3}"


def plain(engine: Evaluator) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(engine.snapshot()))
    return found


def again(engine: Evaluator, rules: Sequence[Rule], registry: Registry = REGISTRY) -> Evaluator:
    fresh = Evaluator(rules, registry)
    fresh.restore(plain(engine))
    return fresh


@pytest.mark.parametrize("seed", range(6))
def test_what_is_read_is_what_was_written_and_the_alerts_are_the_same(seed: int) -> None:
    """With random rules, and with those that were thought of."""
    story = Story.of(seed)
    rules = FILE if seed % 2 else story.rules
    engine, wall = Evaluator(rules, ORACLE_REGISTRY), Wall()
    other, others = Evaluator(rules, ORACLE_REGISTRY), Wall()
    for number, word in enumerate(story.words):
        wall.see(engine.feed([word.item]))
        others.see(other.feed([word.item]))
        if number % 5 == 0:
            fresh = again(other, rules, ORACLE_REGISTRY)
            assert plain(fresh) == plain(other)
            assert (fresh.now, fresh.heard_from) == (other.now, other.heard_from)
            assert fresh.active() == other.active()
            other = fresh
    for second in (70, 80, 200, 1000):
        wall.see(engine.advance(at(second)))
        others.see(other.advance(at(second)))
    assert {key: alerts for key, alerts in others.alerts.items() if alerts} == wall.alerts
    assert others.steps == wall.steps


def test_an_alert_is_read_as_it_was_told() -> None:
    weighed = "{weigh: {prior: 0.01, above: 0.5, evidence: [{metric: smoke, above: 0.3, ratio: 200}]}}"
    text = rule(weighed, "weighed", latch="true", re_alarm="5m", severity="critical", summary='"{smoke.text}"')
    text += rule("{metric: smoke, take: distinct, over: 2s, above: 0}", "texts", by="source")
    engine = evaluator(text)
    decisions = engine.feed([said("smoke-1", 1, 0.5, text="x", attrs={"boxes": [[0.1, 0.2]], "n": None})])
    decisions += engine.advance(at(8))
    told = {fire.rule: fire for fire in fires(decisions)}
    assert told.keys() == {"weighed", "texts"}
    found = {fire.rule: fire for fire in again(engine, parse("rules:\n" + text, "x")).active()}
    assert found["weighed"] == told["weighed"]
    assert found["weighed"].severity is Severity.CRITICAL
    assert found["weighed"].evidence[0].attrs == {"boxes": [[0.1, 0.2]], "n": None}


def test_an_alert_is_as_bad_after_a_restart_as_it_was_last_told() -> None:
    text = rule(SMOKE, severity="{start: minor, major: {after: 10s}, critical: {above: 0.8}}")
    engine, wall = evaluator(text), Wall()
    wall.see(engine.feed([said("smoke-1", 0, 0.5)]))
    wall.see(engine.advance(at(13)))
    other = again(engine, parse("rules:\n" + text, "x"))
    assert [fire.severity for fire in other.active()] == ["major"]
    wall.see(other.feed([said("smoke-1", 20, 0.9)]))
    wall.see(other.advance(at(23)))
    [steps] = wall.steps.values()
    assert steps == [(0, "minor"), (10, "major"), (20, "critical")]


def test_what_the_hub_knows_of_its_own_silence_and_of_who_is_blind_is_kept() -> None:
    engine = evaluator(rule("{metric: smoke, absent_for: 2m}", by="source"))
    engine.feed([said("smoke-1", 0, 0.1)])
    engine.heard_nothing_until(at(60))
    engine.see({"smoke-1": Health("smoke-1", SourceState.UNREACHABLE, "no answer", at(30))})
    other = again(engine, list(engine.rules.values()))
    assert other.heard_from == at(60)
    assert other.blind("smoke-1") == engine.blind("smoke-1") != []
    assert fires(other.advance(at(179))) == []
    assert len(fires(other.advance(at(190)))) == 1


def test_series_that_are_kept_elsewhere_are_written_too() -> None:
    engine = evaluator(rule(SMOKE))
    engine.feed([said("smoke-1", 1, 0.1)])
    others = evaluator(rule(SMOKE))
    others.feed([said("smoke-2", 2, 0.1), said("smoke-3", 2, 0.1)])
    fresh = evaluator(rule(SMOKE))
    fresh.restore(json.loads(json.dumps(engine.snapshot(others.heard()))))
    assert [series.source for series in fresh.heard()] == ["smoke-1", "smoke-2", "smoke-3"]
    assert fresh.feed([said("smoke-3", 2, 0.5)]) == []
    assert fresh.left_out == {"repeated": 1}


def test_of_a_group_where_a_rule_is_off_now_nothing_is_kept() -> None:
    text = rule(SMOKE, overrides="[{areas: [qth/taoshan/g2], off: true}]")
    everywhere = rule(SMOKE)
    engine = evaluator(everywhere)
    engine.feed([said("smoke-1", 0, 0.9), said("smoke-3", 0, 0.9)])
    state = plain(engine)
    [changed] = parse("rules:\n" + text, "x")
    state["rules"] = {"r": changed.digest}
    fresh = Evaluator([changed], REGISTRY)
    fresh.restore(state)
    assert [fire.area for fire in fresh.active()] == ["qth/taoshan/g1"]


def test_what_is_known_of_the_rules_themselves_is_told_apart() -> None:
    engine = evaluator(rule(SMOKE, "same") + rule(SMOKE, "changed") + rule(SMOKE, "gone"))
    fresh = evaluator(rule(SMOKE, "same") + rule("{metric: smoke, above: 1}", "changed") + rule(SMOKE, "new"))
    fresh.restore(plain(engine))
    assert fresh.kept == {"same"}
    assert fresh.taken_up == {"new"}


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({"format": 1}, "the snapshot has format 1, not 2"),
        ({"format": None}, "the snapshot has format None, not 2"),
        ({"groups": [{"rule": "r", "key": "k"}]}, "the snapshot is damaged: KeyError: 'area'"),
        ({"series": [["a"]]}, "the snapshot is damaged: ValueError: not enough values"),
        ({"series": 3}, "the snapshot is damaged: TypeError: "),
    ],
)
def test_what_is_wrong_with_a_snapshot_is_said(damage: dict[str, Any], told: str) -> None:
    state = plain(evaluator(rule(SMOKE))) | damage
    with pytest.raises(ValueError, match="the snapshot") as refused:
        evaluator(rule(SMOKE)).restore(state)
    assert str(refused.value).startswith(told)


def test_an_alert_that_was_held_back_is_held_back_after_a_restart() -> None:
    text = rule(SMOKE, by="source", max_sources="1")
    engine = evaluator(text)
    engine.feed([said("smoke-1", 0, 0.9), said("smoke-2", 1, 0.9)])
    other = again(engine, parse("rules:\n" + text, "x"))
    assert [fire.fingerprint for fire in other.active()] == ["source:smoke-1"]
    decisions = [*other.feed([said("smoke-1", 5, 0.1)]), *other.advance(at(8))]
    assert [fire.fingerprint for fire in decisions if isinstance(fire, Fire)] == ["source:smoke-2"]


def test_of_what_all_sources_said_together_the_evidence_is_the_same_after_a_restart() -> None:
    together = "{metric: smoke, take: mean, over: 4s, every: 2s, across: true, above: 0.3}"
    text = rule(f"{{all: [{together}, {{metric: motion, above: 0}}]}}")
    engine = evaluator(text)
    for second in (1, 3, 5):
        engine.feed([said("smoke-2", second, 0.5), said("smoke-1", second + 0.5, 0.5)])
    other = again(engine, parse("rules:\n" + text, "x"))
    [fire], [expected] = (
        fires([*each.feed([said("cam-1", 6.5, 0.1)]), *each.advance(at(9))]) for each in (other, engine)
    )
    assert fire == expected
