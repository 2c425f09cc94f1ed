"""What is told of a group when its alert begins."""

from __future__ import annotations

import json
from typing import Any

from hub.model.alert import Fire
from hub.model.source import Source, SourceKind
from rules.evaluator import Evaluator, Registry
from rules.language import parse
from tests.unit.rules_timeline import G1, REGISTRY, at, evaluator, fires, rule, said, seconds

NAMES = '"{rule.name} {area.name} {area.path}"'


def one(decisions: Any) -> Fire:
    [fire] = fires(decisions)
    return fire


def evidence(fire: Fire) -> list[tuple[str, str, float, float | None]]:
    return [(item.source, item.metric, seconds(item.ts), item.value) for item in fire.evidence]


def test_the_evidence_is_what_began_a_stretch_and_the_newest_that_spoke_for_it_each_once() -> None:
    engine = evaluator(rule("{metric: smoke, above: 0.3, for: 10s}", summary=NAMES, severity="minor"))
    engine.feed([said("smoke-1", second, value) for second, value in ((0, 0.4), (4, 0.5), (8, 0.6))])
    engine.feed([said("smoke-2", 3, 0.7, text="x", attrs={"a": 1})])
    fire = one(engine.advance(at(12)))
    assert evidence(fire) == [("smoke-1", "smoke", 0, 0.4), ("smoke-1", "smoke", 8, 0.6)]
    assert (fire.rule, fire.fingerprint, fire.area, fire.severity) == ("r", f"area:{G1}", G1, "minor")
    assert (fire.reason, fire.detail, fire.sources) == ("condition_met", None, ("smoke-1",))
    assert fire.summary == f"r 一区 {G1}"


def test_all_that_hold_speak_for_it_in_the_order_of_the_conditions() -> None:
    engine = evaluator(
        rule("{all: [{metric: motion, above: 0, within: 9s}, {metric: smoke, above: 0.3}]}", summary='"{smoke.source}"')
    )
    engine.feed([said("smoke-2", 1, 0.4)])
    engine.feed([said("smoke-1", 2, 0.5)])
    fire = one(engine.feed([said("cam-1", 3, 0.1, text="one", attrs={"n": 1})]) + engine.advance(at(6)))
    assert evidence(fire) == [("cam-1", "motion", 3, 0.1), ("smoke-2", "smoke", 1, 0.4), ("smoke-1", "smoke", 2, 0.5)]
    assert (fire.evidence[0].text, fire.evidence[0].attrs) == ("one", {"n": 1})
    assert fire.sources == ("cam-1", "smoke-1", "smoke-2")
    assert fire.summary == "smoke-2", "the first of those that hold"


def test_of_many_only_twenty_are_shown_and_all_are_named() -> None:
    names = [f"s{number:02}" for number in range(30)]
    registry = Registry(sources={name: Source(name, SourceKind.DEVICE, G1, "smoke", name) for name in names})
    engine = Evaluator(parse("rules:\n" + rule("{metric: smoke, above: 0.3, sources: 30}"), "x"), registry)
    words = [said("smoke-1", number / 10, 0.5) for number in range(30)]
    told = [word._replace(source=name) for word, name in zip(words, names, strict=True)]
    fire = one([*engine.feed(told), *engine.advance(at(10))])
    assert len(fire.evidence) == 20
    assert fire.sources == tuple(names)


def test_a_value_of_all_sources_together_names_them_all() -> None:
    engine = evaluator(rule("{metric: smoke, take: mean, over: 10s, every: 10s, across: true, above: 0.3}"))
    engine.feed([said("smoke-2", 1, 0.5), said("smoke-1", 2, 0.5)])
    fire = one(engine.advance(at(13)))
    assert fire.sources == ("smoke-1", "smoke-2")
    assert [item.attrs for item in fire.evidence] == [
        {"take": "mean", "over_s": 10.0, "sources": ["smoke-1", "smoke-2"]}
    ]


def test_what_a_device_says_of_sources_is_not_taken_for_that() -> None:
    engine = evaluator(rule("{metric: smoke, above: 0.3}"))
    assert one(engine.feed([said("smoke-1", 0, 0.5, attrs={"sources": ["x"]})])).sources == ("smoke-1",)


def test_what_nobody_knows_is_called_by_its_id() -> None:
    text = parse("rules:\n" + rule("{metric: smoke, above: 0.3}", by="source",
                                   summary='"{source.id} {source.name} {area.name}"'), "x")  # fmt: skip
    known, unknown = Evaluator(text, REGISTRY), Evaluator(text, Registry())
    assert one(known.feed([said("smoke-1", 0, 0.5)])).summary == "smoke-1 smoke-1 name 一区"
    assert one(unknown.feed([said("smoke-1", 0, 0.5)])).summary == f"smoke-1 smoke-1 {G1}"


def test_how_the_alarm_behaves_is_told_with_it() -> None:
    plain = evaluator(rule("{metric: smoke, above: 0.3}"))
    latched = evaluator(rule("{metric: smoke, above: 0.3}", latch="true", re_alarm="5m"))
    assert one(plain.feed([said("smoke-1", 0, 0.5)])).detail is None
    detail = one(latched.feed([said("smoke-1", 0, 0.5)])).detail
    assert json.loads(json.dumps(detail)) == {"latch": True, "re_alarm_s": 300.0}
