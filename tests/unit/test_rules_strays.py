"""Which observations that came too late concern an alert, and how often that is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.model.alert import Decision, Fire, Resolve
from rules.evaluator import Evaluator
from rules.language import parse
from rules.sieve import Sieve
from rules.strays import AGAIN_S, Stray, Strays
from tests.unit.rules_timeline import REGISTRY, at, evaluator, rule, said

SMOKE = rule("{metric: smoke, above: 0.3, where: 'attrs.kind == \"real\"'}", by="source", max_sources="1")


@pytest.mark.parametrize(("kind", "strays"), [("real", 1), ("test", 0)])
def test_what_the_filter_keeps_out_concerns_nobody(kind: str, strays: int) -> None:
    engine = evaluator(SMOKE)
    engine.feed([said("smoke-1", 10, 0.5, attrs={"kind": "real"})])
    engine.feed([said("smoke-1", 5, 0.1, attrs={"kind": kind})])
    assert engine.left_out == {"late": 1}
    assert engine.strays == [Stray("r", "source:smoke-1", at(10), "smoke-1", "smoke", at(5))] * strays


def test_what_nobody_was_told_of_is_concerned_by_nothing() -> None:
    engine = evaluator(SMOKE)
    for source in ("smoke-1", "smoke-2"):
        engine.feed([said(source, 10, 0.5, attrs={"kind": "real"})])
        engine.feed([said(source, 5, 0.1, attrs={"kind": "real"})])
    assert [stray.source for stray in engine.strays] == ["smoke-1"]


@pytest.mark.parametrize("kind", [Evaluator, Sieve])
def test_what_has_gone_back_into_the_sieve_is_still_concerned(kind: type[Evaluator] | type[Sieve]) -> None:
    text = rule("{metric: smoke, take: max, over: 2s, every: 1s, above: 0.3}", by="source")
    engine = kind(parse("rules:\n" + text, "r.yaml"), REGISTRY)
    decisions: list[Decision] = []
    for second in range(12):
        decisions += engine.feed([said("smoke-1", second, 0.5 if second == 3 else 0.1)])
        decisions += engine.advance(at(second))
    [fire, resolve] = decisions
    assert isinstance(fire, Fire)
    assert isinstance(resolve, Resolve)
    engine.feed([said("smoke-1", 4.5, 0.9, received=12)])
    engine.feed([said("smoke-1", 2.5, 0.9, received=12)])  # before it began
    exact = engine.exact if isinstance(engine, Sieve) else engine
    assert [(stray.started_at, stray.ts) for stray in exact.strays] == [(fire.started_at, at(4.5))]


def test_what_was_handed_over_without_its_windows_is_still_concerned() -> None:
    engine = evaluator(rule("{metric: smoke, take: max, over: 2s, every: 1s, above: 0.3}", by="source"))
    for second in range(12):
        engine.feed([said("smoke-1", second, 0.5 if second == 3 else 0.1)])
    engine.advance(at(60))
    engine.feed([said("smoke-1", 61, 0.1)])
    [lent] = engine.release([("smoke-1", "smoke")], lambda _: True) or []
    engine.adopt(lent.series)
    engine.feed([said("smoke-1", 4, 0.9, received=62)])
    assert [stray.ts for stray in engine.strays] == [at(4)]


STRAY = Stray("r", "source:a", at(1), "a", "smoke", at(10))


def test_of_one_alert_it_is_told_at_once_and_then_once_a_minute() -> None:
    strays = Strays()
    strays.add([STRAY])
    assert strays.due(0.0) == [STRAY]
    later = replace(STRAY, ts=at(12))
    strays.add([later, STRAY])
    assert strays.due(AGAIN_S - 1) == []
    assert strays.due(AGAIN_S + 1) == [replace(later, count=2)]
    assert strays.due(AGAIN_S + 1) == []


def test_alerts_are_told_apart() -> None:
    strays = Strays()
    other = replace(STRAY, started_at=at(2))
    strays.add([STRAY, other])
    assert strays.due(0.0) == [STRAY, other]


def test_more_than_a_thousand_alerts_at_one_time_are_only_counted() -> None:
    strays = Strays()
    strays.add(replace(STRAY, fingerprint=str(number)) for number in range(1001))
    assert len(strays.due(0.0)) == 1000


def test_it_is_said_in_a_sentence() -> None:
    assert STRAY.sentence == f"a said smoke of {at(10):%H:%M:%S} UTC too late to change anything"
    assert replace(STRAY, count=3).sentence.endswith(" anything, and 2 more")
