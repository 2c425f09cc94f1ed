"""Every word of the language comes to what it stands for, in each condition, in each way to join them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.model.alert import Severity
from rules import language
from rules.conditions import Absence, Condition, Count, Level, Threshold
from rules.fusion import AllOf, AnyOf, AtLeast, Leaf, Not, Sequence, Weigh
from rules.language import parse
from rules.rule import Rule
from rules.schedule import Schedule
from rules.take import Take
from rules.weigh import Ratio
from rules.window import SECOND

A = "{metric: a, above: 1}"
BASE = {"name": "r", "severity": "major", "summary": "s", "when": A}


def text(**keys: str) -> str:
    lines = [f"{key}: {value}" for key, value in {**BASE, **keys}.items()]
    return "rules:\n  - " + "\n    ".join(lines) + "\n"


def one(**keys: str) -> Rule:
    [rule] = parse(text(**keys), "a.yaml")
    return rule


def problems(**keys: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text(**keys), "a.yaml")
    return [str(problem) for problem in caught.value.problems]


NO_TYPES: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{metric: a.b-c, below: -1.5}", Threshold("a_b_c", "a.b-c", NO_TYPES, Level(-1.5, rising=False))),
        ("{metric: A1, above: 0}", Threshold("a1", "A1", NO_TYPES, Level(0))),
        ("{metric: a, below: 1, clear_above: 2}", Threshold("a", "a", NO_TYPES, Level(1, rising=False, clear=2))),
        (
            "{metric: a, above: 1, for: 1m30s, within: 2s}",
            Threshold("a", "a", NO_TYPES, Level(1), 90 * SECOND, 2 * SECOND),
        ),
        ("{metric: a, above: 1, sources: 3}", Threshold("a", "a", NO_TYPES, Level(1), sources=3)),
        ("{metric: a, above: 1, from: neighbours}", Threshold("a", "a", NO_TYPES, Level(1), scope="neighbours")),
        ("{metric: a, above: 1, from: {kind: ward}}", Threshold("a", "a", NO_TYPES, Level(1), scope="ward")),
        (
            "{as: b, metric: a, types: [x, y], take: p90, over: 20s, above: 1, from: parent, sources: 2}",
            Threshold(
                "b", "a", frozenset({"x", "y"}), Level(1), scope="parent", sources=2,
                take=Take("p90", 20 * SECOND, 2 * SECOND),
            ),
        ),
        ("{metric: a, above: 1, count: 2, in: 5s}", Count("a", "a", NO_TYPES, Level(1), 2, 5 * SECOND)),
        (
            "{metric: a, below: 1, count: 3, in: 5s, from: parent}",
            Count("a", "a", NO_TYPES, Level(1, rising=False), 3, 5 * SECOND, scope="parent"),
        ),
        ("{metric: a, absent_for: 5s}", Absence("a", "a", NO_TYPES, 5 * SECOND)),
        ("{metric: a, absent_for: 7d}", Absence("a", "a", NO_TYPES, 7 * 86_400 * SECOND)),
        (
            "{metric: a, absent_for: 1 period, from: parent, sources: 2}",
            Absence("a", "a", NO_TYPES, 0, periods=1.0, scope="parent", sources=2),
        ),
        ("{metric: a, absent_for: 1000 periods}", Absence("a", "a", NO_TYPES, 0, periods=1000.0)),
    ],
)  # fmt: skip
def test_a_condition_is_what_is_written(when: str, expected: Condition) -> None:
    rule = one(when=when)
    assert rule.when == Leaf(0, expected)
    assert rule.conditions == rule.shown == (expected,)


@pytest.mark.parametrize("more", ["above: 1", "above: 1, count: 2, in: 5s", "absent_for: 5s"])
def test_any_condition_may_have_a_filter_and_may_be_weighed(more: str) -> None:
    [found] = one(when=f"{{metric: a, {more}, where: 'value > 0.5'}}").conditions
    assert found.where is not None
    assert found.where.text == "value > 0.5"
    assert not found.weighed
    weigh = f"{{weigh: {{prior: 0.1, above: 0.5, evidence: [{{metric: a, {more}, ratio: 9}}]}}}}"
    [found] = one(when=weigh).conditions
    assert found.weighed
    assert found.where is None


def test_conditions_are_joined_as_is_written_and_numbered_in_that_order() -> None:
    b, c, d = (f"{{metric: {name}, above: 1}}" for name in "bcd")
    of = f"[{d}, {{as: e, metric: a, above: 2}}]"
    rule = one(when=f"{{all: [{{any: [{A}, {b}]}}, {{not: {c}}}, {{at_least: {{count: 2, of: {of}}}}}]}}")
    leaves = [Leaf(number, condition) for number, condition in enumerate(rule.conditions)]
    assert [leaf.condition.name for leaf in leaves] == ["a", "b", "c", "d", "e"]
    assert rule.when == AllOf(
        (AnyOf((leaves[0], leaves[1])), Not((leaves[2],)), AtLeast((leaves[3], leaves[4]), 2))
    )


def test_each_sequence_and_each_weighing_has_a_place_of_its_own() -> None:
    b, c, d = (f"{{metric: {name}, above: 1}}" for name in "bcd")
    weigh = (
        "{weigh: {prior: 0.1, above: 0.5, clear_below: 0.2, evidence: "
        "[{metric: x, above: 1, ratio: 9, ratio_absent: 0.5}, {as: why, metric: y, below: 1, ratio: 4}]}}"
    )
    rule = one(when=f"{{any: [{{sequence: [{A}, {b}], in: 5s}}, {weigh}, {{sequence: [{c}, {d}], in: 1m}}]}}")
    assert isinstance(rule.when, AnyOf)
    first, second, third = rule.when.parts
    assert isinstance(first, Sequence)
    assert isinstance(second, Weigh)
    assert isinstance(third, Sequence)
    assert (first.in_us, first.place, [part.index for part in first.parts if isinstance(part, Leaf)]) == (
        5 * SECOND, 0, [0, 1],
    )  # fmt: skip
    assert (third.in_us, third.place) == (60 * SECOND, 2)
    assert (second.level, second.place) == (Level(0.5, clear=0.2), 1)
    assert list(second.weigher.ratios) == [Ratio("x", 9, 0.5, "x"), Ratio("why", 4, 1.0, "y")]
    assert [part.condition.weighed for part in second.parts] == [True, True]


def test_a_rule_has_what_is_written_beside_its_condition() -> None:
    rule = one(
        by="source", areas="[a/*, b]", keep_firing_for="20s", latch="true", re_alarm="5m", max_sources="7",
        inhibits="[x, y]", procedure="do it", during="{hours: ['22:00-06:00'], zone: Asia/Shanghai}",
    )  # fmt: skip
    assert (rule.by, [pattern.text for pattern in rule.areas]) == ("source", ["a/*", "b"])
    assert (rule.keep_firing_us, rule.re_alarm_us, rule.max_sources) == (20 * SECOND, 300 * SECOND, 7)
    assert (rule.latch, rule.inhibits, rule.procedure) == (True, ("x", "y"), "do it")
    assert isinstance(rule.during, Schedule)
    plain = one()
    assert (plain.by, plain.areas, plain.keep_firing_us, plain.re_alarm_us) == ("area", (), 0, 0)
    assert (plain.max_sources, plain.latch, plain.inhibits, plain.procedure) == (None, False, (), None)
    assert (plain.during, plain.steps, plain.variants) == (None, (), ())


def test_a_step_by_value_is_the_first_threshold_with_another_limit() -> None:
    when = "{all: [{metric: q, absent_for: 1m}, {metric: a, below: 5, for: 10s, within: 3s, sources: 2, types: [x]}]}"
    rule = one(when=when, severity="{start: warning, major: {below: 2}, minor: {after: 1m}, critical: {below: 1}}")
    steps = [(step.severity, step.after_us, step.condition) for step in rule.steps]
    assert rule.severity is Severity.WARNING
    assert steps == [(Severity.CRITICAL, 0, 2), (Severity.MAJOR, 0, 3), (Severity.MINOR, 60 * SECOND, None)]
    level = Level(1, rising=False)
    assert rule.conditions[2] == Threshold("a", "a", frozenset({"x"}), level)
    assert [condition.metric for condition in rule.shown] == ["q", "a"]


def test_an_override_says_what_is_other_there_and_all_else_stays() -> None:
    rule = one(
        params="{limit: 1, long: 5s}", when="{metric: a, above: $limit, for: $long}", keep_firing_for="$long",
        overrides="[{areas: [x/*, y], params: {limit: 2}}, {areas: [w], off: true}, "
        "{areas: [z], severity: {start: minor, critical: {above: 9}}}]",
    )  # fmt: skip
    first, third, second = rule.variants
    assert [[pattern.text for pattern in variant.areas] for variant in rule.variants] == [["x/*", "y"], ["w"], ["z"]]
    assert third.rule is None
    assert first.rule is not None
    assert second.rule is not None
    assert first.rule.conditions == (Threshold("a", "a", NO_TYPES, Level(2), 5 * SECOND),)
    assert (first.rule.severity, first.rule.keep_firing_us) == (Severity.MAJOR, 5 * SECOND)
    assert (second.rule.severity, len(second.rule.steps)) == (Severity.MINOR, 1)
    assert second.rule.conditions[0] == Threshold("a", "a", NO_TYPES, Level(1), 5 * SECOND)
    for variant in (first.rule, second.rule):
        assert (variant.name, variant.file, variant.line, variant.text) == ("r", "a.yaml", 2, rule.text)
        assert variant.variants == ()


def test_what_is_wrong_with_an_override_stands_at_its_place() -> None:
    found = problems(
        params="{limit: 1}", when="{metric: a, above: $limit, clear_below: 0}",
        overrides="[{areas: [x], params: {limit: 2}}, {areas: [y], params: {limit: -1}}]",
    )  # fmt: skip
    told = "with these, when.clear_below 0 is above the threshold -1, so the condition would end as it begins"
    assert found == [f"a.yaml:7:51: rules[0].overrides[1]: {told}"]


def test_what_is_wrong_with_parameters_stands_at_its_place() -> None:
    found = problems(
        params="{limit: 1, other: 2}",
        when="{all: [{metric: a, above: $limit}, {metric: b, above: $limt}]}",
        severity="{start: minor, major: {above: $wrong}}",
        overrides="[{areas: [x], params: {limit: 2, othr: 3}}]",
    )
    assert found == [
        "a.yaml:3:38: rules[0].severity.major.above: $wrong is not among the params",
        "a.yaml:5:58: rules[0].when.all[1].above: $limt is not among the params; did you mean 'limit'?",
        "a.yaml:6:24: rules[0].params.other: nothing uses $other",
        "a.yaml:7:49: rules[0].overrides[0].params.othr: is not among the rule's params; did you mean 'other'?",
    ]


def test_a_parameter_stands_wherever_a_number_or_a_duration_may() -> None:
    rule = one(
        params="{high: 3, long: 10s, most: 4}", keep_firing_for="$long", re_alarm="$long", max_sources="$most",
        when="{any: [{metric: a, above: $high, for: $long}, {metric: b, below: $high}]}",
        severity="{start: minor, major: {after: $long}}",
    )  # fmt: skip
    assert rule.conditions == (
        Threshold("a", "a", NO_TYPES, Level(3), 10 * SECOND), Threshold("b", "b", NO_TYPES, Level(3, rising=False)),
    )  # fmt: skip
    assert (rule.keep_firing_us, rule.re_alarm_us, rule.max_sources) == (10 * SECOND, 10 * SECOND, 4)
    assert rule.steps[0].after_us == 10 * SECOND


def test_a_word_with_a_dollar_elsewhere_is_no_parameter() -> None:
    rule = one(params="{limit: 3}", when="{metric: a, above: $limit}", summary="'$limit'", procedure="'$limit $'")
    assert rule.procedure == "$limit $"
    [part] = rule.summary.parts
    assert part.literal == "$limit"


@pytest.mark.parametrize(
    ("one_way", "another"),
    [
        ({"types": "[x]"}, {"types": "[y]"}),
        ({}, {"types": "[x]"}),
        ({"during": "{days: [mon]}"}, {"during": "{days: [tue]}"}),
        ({"severity": "{start: minor, major: {after: 5m}}"}, {"severity": "{start: minor, major: {after: 6m}}"}),
        ({"severity": "minor"}, {"severity": "{start: minor, major: {after: 6m}}"}),
        ({"overrides": "[{areas: [x], off: true}]"}, {"overrides": "[{areas: [y], off: true}]"}),
        ({"overrides": "[{areas: [x], off: true}]"}, {"overrides": "[{areas: [x], severity: minor}]"}),
        ({"overrides": "[{areas: [x], off: true}]"}, {}),
        ({"when": "{metric: a, above: 1, for: 5s}"}, {"when": "{metric: a, above: 1, for: 6s}"}),
    ],
)
def test_rules_that_decide_differently_have_different_digests(one_way: dict[str, str], another: dict[str, str]) -> None:
    assert one(**one_way).digest != one(**another).digest


def test_rules_that_decide_alike_have_the_same_digest() -> None:
    same = [{"latch": "true"}, {"max_sources": "3"}, {"inhibits": "[x]"}, {"procedure": "p"}, {"re_alarm": "5m"}]
    assert {one(**keys).digest for keys in [{}, *same]} == {one().digest}


def test_a_rule_keeps_its_digest_when_the_hub_is_updated() -> None:
    """What is in a checkpoint of today has to be known tomorrow: alerts of rules that decide otherwise are ended."""
    whole = one(
        by="source", areas="[a/*]", types="[x]", keep_firing_for="20s", during="{hours: ['22:00-06:00'], days: [mon]}",
        when="{all: [{metric: a, above: 1, for: 5s}, {metric: b, absent_for: 3 periods}]}",
        severity="{start: minor, major: {after: 5m}, critical: {above: 9}}",
        overrides="[{areas: [b], off: true}, {areas: [c], severity: minor}]",
    )  # fmt: skip
    assert one().digest == "6d640974c56150e0ead05af0cab41e26e7618a43da17555295991326f416f33a"
    assert whole.digest == "f5a4421bd90a1a1b1edf027645ffb1abe78a27b436cf95e32d8c9c69397addee"


def test_the_text_of_a_rule_ends_with_it() -> None:
    found = parse(
        "# fire\nrules:\n# first\n- name: a\n  severity: major\n\n  summary: s  # why\n  when: {metric: a, above: 1}\n"
        "  # the end\n\n# next\n- {name: b, severity: minor, summary: s,\n   when: {metric: a, above: 1}}\n\n# done\n",
        "a.yaml",
    )
    assert [rule.line for rule in found] == [4, 12]
    assert found[0].text == "name: a\nseverity: major\n\nsummary: s  # why\nwhen: {metric: a, above: 1}\n"
    assert found[1].text == "{name: b, severity: minor, summary: s,\n when: {metric: a, above: 1}}\n"


def test_files_without_a_mistake_are_read_though_another_has_one(tmp_path: Path) -> None:
    rule = "rules:\n  - {{name: {}, severity: major, summary: s, inhibits: [{}], when: {{metric: a, above: 1}}}}\n"
    good, bad, broken, odd = (tmp_path / f"{name}.yaml" for name in ("good", "bad", "broken", "odd"))
    good.write_text(rule.format("one", "two, three, four"))
    bad.write_text(rule.format("two", "one").replace("above", "abov"))
    broken.write_text("rules: [{\n")
    odd.write_text("rules: [7, {name: 3}, {severity: major}]\n")
    rules, found = language.load_what_is_right([good, bad, broken, odd], known=["three"])
    assert [each.name for each in rules] == ["one"]
    files = [problem.file for problem in found]
    assert files[0] == str(bad)
    assert {str(broken), str(odd)} <= set(files)
    assert [problem.message for problem in found if problem.file == str(good)] == ["'four' is the name of no rule"]
