"""Parameters, overrides, severity steps, windows and joins: what a rule file may say of them, and what it is told."""

from __future__ import annotations

import pytest

from hub.errors import ConfigError
from hub.model.alert import Severity
from rules.conditions import Absence, Threshold
from rules.language import parse
from rules.rule import Rule
from rules.take import Take

SECOND = 1_000_000
BASE = {"name": "r", "severity": "major", "summary": "s", "when": "{metric: a, above: 1}"}


def text(**keys: str) -> str:
    lines = [f"{key}: {value}" for key, value in {**BASE, **keys}.items()]
    return "rules:\n  - " + "\n    ".join(lines) + "\n"


def one(**keys: str) -> Rule:
    [rule] = parse(text(**keys), "a.yaml")
    return rule


def problems(**keys: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text(**keys), "a.yaml")
    return [f"{problem.key}: {problem.message}" for problem in caught.value.problems]


def limit(rule: Rule | None) -> float:
    assert rule is not None
    condition = rule.conditions[0]
    assert isinstance(condition, Threshold)
    return condition.level.limit


def test_a_rule_is_another_where_an_override_says_so_the_first_that_fits() -> None:
    rule = one(
        params="{limit: 0.3, hold: 10s}",
        when="{metric: smoke, above: $limit, for: $hold}",
        overrides="[{areas: [a/x], params: {limit: 0.5}, severity: minor}, {areas: [a/**], params: {hold: 1m}}, "
        "{areas: [b], off: true}]",
    )
    assert (limit(rule.at("c")), limit(rule.at("a/x")), limit(rule.at("a/y"))) == (0.3, 0.5, 0.3)
    there = rule.at("a/y")
    assert there is not None
    assert there.conditions[0] == Threshold(
        "smoke", "smoke", frozenset(), rule.conditions[0].level, 60 * SECOND  # type: ignore[union-attr]
    )
    assert rule.at("b") is None
    assert rule.at("a/x").severity is Severity.MINOR  # type: ignore[union-attr]


def test_types_of_a_rule_are_those_of_its_conditions_that_say_none() -> None:
    rule = one(types="[smoke]", when="{all: [{metric: a, above: 1}, {metric: b, types: [door], above: 1}]}")
    assert [condition.types for condition in rule.conditions] == [frozenset({"smoke"}), frozenset({"door"})]


def test_severity_steps_look_at_the_first_threshold_and_are_told_to_nobody() -> None:
    rule = one(severity="{start: minor, major: {after: 5m}, critical: {above: 8}}")
    assert rule.severity is Severity.MINOR
    assert [(step.severity, step.after_us, step.condition) for step in rule.steps] == [
        (Severity.CRITICAL, 0, 1),
        (Severity.MAJOR, 300 * SECOND, None),
    ]
    assert [condition.name for condition in rule.shown] == ["a"]
    assert limit(rule) == 1


@pytest.mark.parametrize(
    ("over", "every_s"), [("5m", 30), ("1s", 1), ("7s", 1), ("5s", 1), ("15s", 1.5), ("5500ms", 1.1)]
)
def test_a_window_moves_by_a_tenth_and_by_a_second_at_least(over: str, every_s: float) -> None:
    condition = one(when=f"{{metric: a, take: mean, over: {over}, above: 1}}").conditions[0]
    assert condition.take is not None
    assert condition.take.every_us == every_s * SECOND
    assert condition.take.over_us % condition.take.every_us == 0


def test_a_window_may_be_of_all_sources_together() -> None:
    condition = one(when="{metric: a, take: p95, over: 1m, every: 1m, across: true, above: 1}").conditions[0]
    assert condition.take == Take("p95", 60 * SECOND, 60 * SECOND, across=True)


def test_a_silence_may_be_counted_in_periods() -> None:
    condition = one(when="{metric: a, absent_for: 2.5 periods}").conditions[0]
    assert isinstance(condition, Absence)
    assert condition.periods == 2.5
    assert condition.of_period(10 * SECOND).silence_us == 25 * SECOND
    assert condition.of_period(SECOND).silence_us == 5 * SECOND  # a late message is no silence


def test_the_digest_is_of_what_decides_in_every_area() -> None:
    keys = {"params": "{limit: 1}", "when": "{metric: a, above: $limit}"}
    there = "[{areas: [x], params: {limit: 2}}]"
    assert one(**keys, overrides=there).digest != one(**keys, overrides=there.replace("2", "3")).digest
    assert one(**keys, overrides=there).digest == one(**keys, overrides=there, latch="true", re_alarm="5m").digest
    assert one(**keys).digest == one().digest
    assert one(during="{days: [mon]}").digest != one().digest


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"when": "{metric: a, above: $x}"}, "rules[0].when.above: $x is not among the params"),
        (
            {"when": "{metric: a, above: $limt}", "params": "{limit: 1}"},
            "rules[0].when.above: $limt is not among the params; did you mean 'limit'?",
        ),
        ({"params": "{limit: 1}"}, "rules[0].params.limit: nothing uses $limit"),
        (
            {"when": "{metric: a, for: $limit, above: 1}", "params": "{limit: 1}"},
            "rules[0].when.for: 1 is not a duration",
        ),
        (
            {
                "when": "{metric: a, above: $limit}",
                "params": "{limit: 1}",
                "overrides": "[{areas: [x], params: {limit: 1m}}]",
            },
            "rules[0].overrides[0]: with these, when.above input should be a valid number",
        ),
        ({"overrides": "[{areas: [x], params: {y: 1}}]"}, "rules[0].overrides[0].params.y: is not among the rule's"),
        ({"severity": "{start: minor, majr: {after: 5m}}"}, "rules[0].severity.majr: is not a known key; did you mean"),
        ({"severity": "{start: major, minor: {after: 5m}}"}, "rules[0].severity: minor is no worse than major"),
        ({"severity": "{start: minor, major: {below: 1}}"}, "rules[0].severity: major: the rule's first threshold has"),
        ({"severity": "{start: minor, major: {below: 1, after: 1m}}"}, "rules[0].severity.major: is one of after"),
        ({"severity": "{start: minor}"}, "rules[0].severity: has no step after 'start'"),
        ({"when": "{not: {metric: a, above: 1}}"}, "rules[0].when: 'not' stands only under 'all'"),
        ({"when": "{all: [{not: {metric: a, above: 1}}]}"}, "rules[0].when: 'not' stands only under 'all'"),
        (
            {"when": "{any: [{metric: b, above: 1}, {not: {metric: a, above: 1}}]}"},
            "rules[0].when: 'not' stands only under 'all'",
        ),
        (
            {"when": "{at_least: {count: 3, of: [{metric: a, above: 1}]}}"},
            "rules[0].when.at_least: can never hold: 3 of 1",
        ),
        ({"when": "{sequence: [{metric: a, above: 1}, {metric: b, above: 1}]}"}, "rules[0].when: 'in' is missing"),
        ({"when": "{metric: a, take: mean, above: 1}"}, "rules[0].when: 'take' and 'over' go together: 'over' is miss"),
        ({"when": "{metric: a, take: avg, over: 1m, above: 1}"}, "rules[0].when.take: must be one of min, max, mean"),
        ({"when": "{metric: a, take: mean, over: 1m, every: 25s, above: 1}"}, "rules[0].when.every: must go into 1m"),
        ({"when": "{metric: a, take: mean, over: 1m, every: 1s, above: 1}"}, "rules[0].when.every: must go into 1m"),
        ({"when": "{metric: a, take: rate, over: 1m, across: true, above: 1}"}, "rules[0].when.across: 'rate' is of"),
        ({"when": "{metric: a, above: 1, sources: 2}", "by": "source"}, "rules[0].when: a: 'sources' is about several"),
        (
            {"when": "{metric: a, above: 1, from: neighbours}", "by": "source"},
            "rules[0].when: a: 'from' is about several",
        ),
        ({"when": "{metric: a, above: 1, from: next}"}, "rules[0].when.from: must be one of neighbours, parent"),
        ({"when": "{metric: a, above: 1, where: 'value >'}"}, "rules[0].when.where: "),
        ({"when": "{metric: a, absent_for: 1000.5 periods}"}, "rules[0].when.absent_for: '1000.5 periods': from 1 to"),
        ({"when": "{metric: a, absent_for: 0 periods}"}, "rules[0].when.absent_for: '0 periods': from 1 to 1000"),
        (
            {"when": "{weigh: {prior: 0.5, above: 0.4, evidence: [{metric: a, above: 1, ratio: 3}]}}"},
            "rules[0].when.weigh: the prior 0.5 is above 0.4 already",
        ),
        (
            {"when": "{weigh: {prior: 0.1, above: 0.4, evidence: [{metric: a, above: 1}]}}"},
            "rules[0].when.weigh.evidence[0]: 'ratio' is missing",
        ),
        (
            {"when": "{all: [{metric: t, types: [x], above: 5}, {as: b, metric: t, below: 3}]}"},
            "rules[0].when: can never hold: t cannot be above 5 and below 3 at one time",
        ),
        (
            {"when": "{all: [{metric: u, below: 9}, {metric: t, above: 5}, {metric: q, above: 1, for: 5s}, "
                     "{as: b, metric: t, types: [x], below: 3}]}"},
            "rules[0].when: can never hold: t cannot be above 5 and below 3 at one time",
        ),
        (
            {"when": "{metric: a, above: 1, take: mean, over: 5s, across: true}", "by": "source"},
            "rules[0].when: a: 'across' is about several sources: write by: area",
        ),
        (
            {"severity": "{start: warning, major: {after: 5m}, minor: {below: 1}}"},
            "rules[0].severity: minor: the rule's first threshold has no 'below' that could go further",
        ),
        ({"inhibits": "[r]"}, "rules[0].inhibits: a rule cannot inhibit itself"),
        ({"during": "{hours: [25]}"}, "rules[0].during.hours[0]: "),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told(keys: dict[str, str], expected: str) -> None:
    assert [problem for problem in problems(**keys) if problem.startswith(expected)], problems(**keys)
