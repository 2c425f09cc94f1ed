"""What a rule file may say, and what it is told where it says something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.model.alert import Severity
from rules import language
from rules.conditions import Absence, Count, Level, Threshold
from rules.fusion import AllOf, AnyOf, Leaf
from rules.language import load, load_all, parse
from rules.rule import AreaPattern, Rule

SECOND = 1_000_000

WHOLE = """\
rules:
  # Both together.
  - name: smoke-and-movement
    severity: critical
    summary: "烟雾 {smoke.value:.2f}，{area.name} / smoke"
    areas: ["qth/**"]
    by: area
    when:
      all:
        - {as: smoke, metric: smoke, above: 0.3, clear_below: 0.2, for: 10s}
        - {as: movement, metric: motion, above: 0.01, within: 60s}
    keep_firing_for: 20s
    procedure: "what to do"

  # The others.
  - name: others
    severity: warning
    summary: "{{x}} {pm25.text}"
    when:
      any:
        - {metric: pm25, types: [air], above: 150, count: 5, in: 10m}
        - all:
            - {metric: smoke, absent_for: 2m}
            - {metric: camera.health, below: 1}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text, "rules.yaml")
    return [str(problem) for problem in caught.value.problems]


def one(when: str) -> list[str]:
    """The problems of a file whose only rule has this condition in line 5."""
    return problems(f"rules:\n  - name: r\n    summary: s\n    severity: major\n    when: {when}\n")


def test_every_part_of_a_rule_is_read() -> None:
    first, second = parse(WHOLE, "rules.yaml")
    smoke = Threshold("smoke", "smoke", frozenset(), Level(0.3, True, 0.2), 10 * SECOND, 0)
    movement = Threshold("movement", "motion", frozenset(), Level(0.01, True, None), 0, 60 * SECOND)
    assert (first.name, first.severity, first.by) == ("smoke-and-movement", Severity.CRITICAL, "area")
    assert first.when == AllOf((Leaf(0, smoke), Leaf(1, movement)))
    assert first.conditions == (smoke, movement)
    assert (first.keep_firing_us, first.procedure) == (20 * SECOND, "what to do")
    assert (first.file, first.line) == ("rules.yaml", 3)
    assert [pattern.text for pattern in first.areas] == ["qth/**"]
    count = Count("pm25", "pm25", frozenset({"air"}), Level(150), 5, 600 * SECOND)
    silent = Absence("smoke", "smoke", frozenset(), 120 * SECOND)
    blind = Threshold("camera_health", "camera.health", frozenset(), Level(1, False))
    assert second.when == AnyOf((Leaf(0, count), AllOf((Leaf(1, silent), Leaf(2, blind)))))
    assert second.by == "area"


def test_a_zone_may_have_a_name_in_any_script() -> None:
    named = WHOLE.replace("metric: motion", "metric: loitering.东大门-2")
    text = named.replace("{smoke.value:.2f}", "{movement.value}")
    condition = parse(text, "rules.yaml")[0].conditions[1]
    assert condition.metric == "loitering.东大门-2"
    own_name = parse(text.replace("as: movement, ", "").replace("movement.", "loitering_东大门_2."), "rules.yaml")
    assert own_name[0].conditions[1].name == "loitering_东大门_2"


def test_a_rule_keeps_its_text_as_it_was_written() -> None:
    first, second = parse(WHOLE, "rules.yaml")
    assert first.text.startswith("name: smoke-and-movement\nseverity: critical\n")
    assert first.text.endswith('keep_firing_for: 20s\nprocedure: "what to do"\n')
    assert second.text.startswith("name: others\n")
    assert second.text.endswith("      - {metric: camera.health, below: 1}\n")
    assert parse(f"rules:\n- {second.text.replace(chr(10), chr(10) + '  ')}", "again.yaml")[0].when == second.when


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{metric: smoke}", "5:5: rules[0].when: what to look for is missing: 'above', 'below' or 'absent_for'"),
        ("{above: 1}", "5:5: rules[0].when: 'metric' is missing (or 'all' or 'any' with a list of conditions)"),
        ("{metric: a, abov: 1}", "5:23: rules[0].when.abov: is not a known key; did you mean 'above'?"),
        ("{metric: a, above: high}", "5:23: rules[0].when.above: must be a number, without quotes and"),
        ("{metric: a, above: true}", "5:23: rules[0].when.above: must be a number, without quotes and"),
        ("{metric: a, above: .nan}", "5:23: rules[0].when.above: must be a finite number (found nan)"),
        ("{metric: a, above: }", "5:23: rules[0].when.above: has no value: write one, or leave the key out"),
        ("{metric: 'a b', above: 1}", "5:12: rules[0].when.metric: string should match pattern"),
        ("{metric: 'zone.大 门', above: 1}", "5:12: rules[0].when.metric: string should match pattern"),
        (
            "{metric: a, above: 5, below: 3}",
            "5:33: rules[0].when.below: cannot stand beside 'above': write two conditions under all (a band) or any",
        ),
        (
            "{metric: a, above: 5, clear_below: 6}",
            "5:33: rules[0].when.clear_below: 6 is above the threshold 5, so the condition would end as it begins",
        ),
        (
            "{metric: a, below: 5, clear_above: 4}",
            "5:33: rules[0].when.clear_above: 4 is below the threshold 5, so the condition would end as it begins",
        ),
        (
            "{metric: a, above: 5, clear_above: 6}",
            "5:33: rules[0].when.clear_above: belongs to 'below'; to 'above' belongs 'clear_below'",
        ),
        (
            "{metric: a, below: 5, clear_below: 6}",
            "5:33: rules[0].when.clear_below: belongs to 'above'; to 'below' belongs 'clear_above'",
        ),
        ("{metric: a, above: 5, for: 10}", "5:33: rules[0].when.for: 10 is not a duration: a number and a unit"),
        ("{metric: a, above: 5, for: 10 s}", "5:33: rules[0].when.for: '10 s' is not a duration"),
        ("{metric: a, above: 5, for: 0s}", "5:33: rules[0].when.for: must be longer than nothing"),
        ("{metric: a, above: 5, within: 8d}", "5:33: rules[0].when.within: 8d is longer than 7d, the most a rule can"),
        ("{metric: a, above: 5, for: 8d}", "5:33: rules[0].when.for: 8d is longer than 7d, the most a rule can"),
        ("{metric: a, absent_for: 2s}", "5:23: rules[0].when.absent_for: is shorter than 5s: a late message would"),
        ("{metric: a, absent_for: 1m, for: 1m}", "5:39: rules[0].when.for: cannot stand beside 'absent_for'"),
        ("{metric: a, above: 1, absent_for: 1m}", "5:33: rules[0].when.absent_for: cannot stand beside a threshold"),
        ("{metric: a, absent_for: 1m, count: 2}", "5:39: rules[0].when.count: cannot stand beside 'absent_for'"),
        ("{metric: a, above: 1, count: 3}", "5:5: rules[0].when: 'count' and 'in' go together: 'in' is missing"),
        ("{metric: a, above: 1, in: 3m}", "5:5: rules[0].when: 'count' and 'in' go together: 'count' is missing"),
        ("{metric: a, above: 1, count: 1, in: 3m}", "5:33: rules[0].when.count: must be greater than or"),
        ("{metric: a, above: 1, count: 2, in: 3m, for: 2s}", "5:51: rules[0].when.for: cannot stand beside 'count'"),
        (
            "{metric: a, above: 1, clear_below: 0, count: 2, in: 3m}",
            "5:5: rules[0].when: a count has no hysteresis: leave out clear_below and clear_above",
        ),
        ("{all: []}", "5:12: rules[0].when.all: must have at least 1 of them (found 0)"),
        ("{all: {metric: a}}", "5:12: rules[0].when.all: must be a list, as [a, b]"),
        ("{all: [{metric: a, above: 1}], metric: b}", "5:42: rules[0].when.metric: cannot stand beside 'all'"),
        ("{any: [{metric: a, above: 1}], for: 1m}", "5:42: rules[0].when.for: cannot stand beside 'any'"),
        ("{metric: a, above: 1, types: smoke}", "5:33: rules[0].when.types: must be a list, as [a, b]"),
        ("{metric: a, above: 1, types: [Smoke]}", "5:41: rules[0].when.types[0]: 'Smoke' must be a lower-case word"),
        ("{metric: a, above: 1, as: area}", "5:33: rules[0].when.as: 'area' is taken"),
        (
            "{all: [{metric: a, above: 1}, {metric: a, above: 2}]}",
            "5:5: rules[0].when: two conditions are called 'a': give one another name with 'as'",
        ),
        (
            "{all: [{metric: t, above: 5}, {as: low, metric: t, below: 3}]}",
            "5:5: rules[0].when: can never hold: t cannot be above 5 and below 3 at one time",
        ),
        (
            "{any: [{metric: x, above: 1}, {all: [{metric: t, above: 3}, {all: [{as: u, metric: t, below: 3}]}]}]}",
            "5:5: rules[0].when: can never hold: t cannot be above 3 and below 3 at one time",
        ),
        ("smoke > 3", "5:5: rules[0].when: must be a condition, such as {metric: smoke, above: 0.3}"),
    ],
)
def test_a_wrong_condition_is_named_with_file_line_and_key(when: str, expected: str) -> None:
    assert [problem for problem in one(when) if problem.startswith(f"rules.yaml:{expected}")], one(when)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("severty: major", "4:5: rules[0].severty: is not a known key; did you mean 'severity'?"),
        ("severity: majr", "4:5: rules[0].severity: must be one of critical, major, minor, warning; did you mean 'maj"),
        ("by: grid", "4:5: rules[0].by: must be one of area, source"),
        ("areas: ['Qth/**']", "4:13: rules[0].areas[0]: 'Qth/**' is not a pattern of areas"),
        ("areas: ['qth/*x']", "4:13: rules[0].areas[0]: 'qth/*x' is not a pattern of areas"),
        ("areas: []", "4:5: rules[0].areas: must have at least 1 of them (found 0)"),
        ("keep_firing_for: soon", "4:5: rules[0].keep_firing_for: 'soon' is not a duration"),
        ("procedure: ''", "4:5: rules[0].procedure: string should have at least 1 character"),
        ("name: A rule", "4:5: rules[0].name: 'A rule' must be a lower-case word"),
        ("summary: '{smok.value}'", "4:5: rules[0].summary: {smok.value} is not a field: known are smoke.value"),
        ("summary: '{smoke.value.real}'", "4:5: rules[0].summary: {smoke.value.real} is not a field"),
        ("summary: '{smoke.__class__}'", "4:5: rules[0].summary: {smoke.__class__} is not a field"),
        ("summary: '{source.name}'", "4:5: rules[0].summary: {source.name} is not a field"),
        ("summary: '{smoke.value:9999999f}'", "4:5: rules[0].summary: {smoke.value} has a format that is not allowed"),
        ("summary: '{smoke.text:.2f}'", "4:5: rules[0].summary: {smoke.text} has a format that is not allowed"),
        ("summary: '{smoke.value!r}'", "4:5: rules[0].summary: {smoke.value} has a format that is not allowed"),
        ("summary: '{smoke.value'", "4:5: rules[0].summary: is not a template: expected '}' before end of string"),
        ("summary: ''", "4:5: rules[0].summary: string should have at least 1 character"),
    ],
)
def test_a_wrong_key_of_a_rule_is_named_with_file_line_and_key(line: str, expected: str) -> None:
    fixed = {"name": "r", "severity": "major", "summary": "s"}
    others = [f"{key}: {value}" for key, value in fixed.items() if not line.startswith(f"{key}:")]
    when = "when: {metric: smoke, above: 1}"
    keys = [others[0], others[1], line, *others[2:], when]
    text = "rules:\n  - " + "\n    ".join(keys) + "\n"
    assert [problem for problem in problems(text) if problem.startswith(f"rules.yaml:{expected}")], problems(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rules: []", "rules.yaml:1:1: rules: must have at least 1 of them (found 0)"),
        ("rule: []", "rules.yaml:1:1: rule: is not a known key; did you mean 'rules'?"),
        ("- a", "rules.yaml:1:1: must be a mapping of keys to values"),
        ("", "rules.yaml: is empty: must be a mapping of keys to values, beginning with 'rules:'"),
        ("rules: [{", "rules.yaml:2:1: is not YAML"),
        ("rules: [{severity: major, summary: s}]", "rules.yaml:1:9: rules[0]: 'name' is missing"),
    ],
)
def test_a_file_that_holds_no_rules_is_named(text: str, expected: str) -> None:
    assert [problem for problem in problems(text) if problem.startswith(expected)], problems(text)


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    text = """\
rules:
  - name: a
    severity: bad
    summary: s
    when: {metric: smoke, above: x}
  - name: b
    severity: major
    summary: "{nothing}"
    when: {metric: smoke, above: 1, fro: 1s}
  - name: c
    severity: major
    summary: "{nothing}"
    when: {metric: smoke, above: 1}
"""
    lines = [int(problem.split(":")[1]) for problem in problems(text)]
    assert sorted(lines) == [3, 5, 9, 12]


def test_a_rule_of_too_many_or_too_deep_conditions_is_refused() -> None:
    each = [f"{{as: a{number}, metric: m, above: 1}}" for number in range(33)]
    assert "has more than 32 conditions or is nested deeper than 8" in one(f"{{all: [{', '.join(each)}]}}")[0]
    deep = "{metric: m, above: 1}"
    for _ in range(7):
        deep = f"{{all: [{deep}]}}"
    for taken in (f"{{all: [{', '.join(each[1:])}]}}", deep):
        parse(f"rules:\n  - {{name: r, severity: major, summary: s, when: {taken}}}\n", "rules.yaml")
    assert "nested deeper than 8" in one(f"{{all: [{deep}]}}")[0]


def test_a_name_that_appears_twice_is_told_with_its_first_place(tmp_path: Path) -> None:
    rule = "  - {name: same, severity: major, summary: s, when: {metric: a, above: 1}}\n"
    assert problems(f"rules:\n{rule}{rule}") == [
        "rules.yaml:3:1: name: 'same' is already the name of a rule: rules.yaml:2"
    ]
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for path in (first, second):
        path.write_text(f"rules:\n{rule}")
    with pytest.raises(ConfigError) as caught:
        load_all([first, second])
    assert str(caught.value) == f"{second}:2:1: name: 'same' is already the name of a rule: {first}:2"


def test_all_files_are_checked_before_any_is_refused(tmp_path: Path) -> None:
    missing, wrong = tmp_path / "missing.yaml", tmp_path / "wrong.yaml"
    wrong.write_text("rules: 7\n")
    with pytest.raises(ConfigError) as caught:
        load_all([missing, wrong])
    assert [problem.file for problem in caught.value.problems] == [str(missing), str(wrong)]


def test_thresholds_of_one_metric_that_leave_room_are_allowed() -> None:
    for when in (
        "{all: [{metric: t, above: 3}, {as: b, metric: t, below: 5}]}",
        "{all: [{metric: t, above: 5, clear_below: 2}, {as: b, metric: t, below: 3}]}",
        "{any: [{metric: t, above: 5}, {as: b, metric: t, below: 3}]}",
        "{all: [{metric: t, above: 5, within: 1m}, {as: b, metric: t, below: 3}]}",
        "{all: [{metric: t, types: [in], above: 5}, {as: b, metric: t, types: [out], below: 3}]}",
    ):
        [rule] = parse(f"rules:\n  - {{name: r, severity: major, summary: s, when: {when}}}\n", "rules.yaml")
        assert [condition.name for condition in rule.conditions] == ["t", "b"], when


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("qth", "qth", True),
        ("qth", "qth/a", False),
        ("qth/**", "qth", True),
        ("qth/**", "qth/a/b", True),
        ("qth/**", "qthx/a", False),
        ("qth/*", "qth/a", True),
        ("qth/*", "qth", False),
        ("qth/*", "qth/a/b", False),
        ("**/g1", "qth/a/g1", True),
        ("**/g1", "g1", True),
        ("qth/*/g1", "qth/a/g1", True),
        ("**", "anything/at/all", True),
        ("**/**/g1", "g1", True),
        ("qth/**/**", "qth/a/b", True),
        ("qth/**/**/*", "qth", False),
    ],
)
def test_area_patterns(pattern: str, path: str, expected: bool) -> None:
    assert AreaPattern.parse(pattern).matches(path) is expected


def test_a_pattern_takes_no_longer_the_more_it_repeats() -> None:
    """A thousand times "any number of parts" would be tried in more ways than anybody can wait for."""
    assert AreaPattern.parse("/".join(["**"] * 1000) + "/x").regex == AreaPattern.parse("**/x").regex


def digest(text: str) -> str:
    [rule] = parse(f"rules:\n  - {text}\n", "rules.yaml")
    return rule.digest


def test_the_digest_covers_what_decides_and_nothing_else() -> None:
    base = "{name: r, severity: major, summary: s, when: {metric: a, above: 1}}"
    for same in (
        "{name: r, severity: minor, summary: t, procedure: p, when: {metric: a, above: 1.0}}",
        "{name: r, severity: major, summary: s, by: area, when: {above: 1, metric: a}}",
    ):
        assert digest(same) == digest(base)
    for other in (
        "{name: r, severity: major, summary: s, when: {metric: a, above: 2}}",
        "{name: r, severity: major, summary: s, by: source, when: {metric: a, above: 1}}",
        "{name: r, severity: major, summary: s, areas: [x], when: {metric: a, above: 1}}",
        "{name: r, severity: major, summary: s, keep_firing_for: 1s, when: {metric: a, above: 1}}",
        "{name: q, severity: major, summary: s, when: {metric: a, above: 1}}",
    ):
        assert digest(other) != digest(base)


EXAMPLES = Path(__file__).parents[2] / "examples" / "rules"


FILES = sorted(path for path in EXAMPLES.glob("*.yaml") if not path.name.endswith(".test.yaml"))


def examples() -> dict[str, Rule]:
    return {rule.name: rule for path in FILES for rule in load(path)}


def test_the_examples_are_right_and_written_in_two_languages() -> None:
    rules = examples()
    assert {"smoke-and-movement", "smoke", "water-level", "manhole-open", "door-at-night"} <= rules.keys()
    assert {"air-quality", "device-silent", "camera-blind"} <= rules.keys()
    assert rules["smoke-and-movement"].severity is Severity.CRITICAL
    assert language.load_all(FILES)
