"""Rule files as people write them who come from other systems: what they meant is said, not only what is wrong."""

from __future__ import annotations

import pytest

from hub.errors import ConfigError
from rules.condition_words import LISTS, When
from rules.habits import HABITS
from rules.language import parse
from rules.words import OverrideText, RuleText

WHEN = "{metric: smoke, above: 0.3}"


def told(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        parse(text, "r.yaml")
    return [str(problem) for problem in refused.value.problems]


def with_when(when: str) -> str:
    return f"rules:\n  - name: a\n    severity: major\n    summary: s\n    when: {when}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("groups: []\n", "1:1: groups: is not a known key; the rules of all groups stand"),
        (with_when(WHEN).replace("name", "alert"), "2:5: rules[0].alert: is not a known key; did you mean 'name'?"),
        (with_when("[" + WHEN + "]"), "5:5: rules[0].when: is a list of conditions: say whether all or any"),
        (with_when("{and: [" + WHEN + "]}"), "5:12: …and: is not a known key; did you mean 'all'?"),
        (with_when("{or: [" + WHEN + "]}"), "5:12: …or: is not a known key; did you mean 'any'?"),
        (with_when("{metric: a, op: gt, value: 3}"), "5:23: …op: is not a known key; write the limit"),
        (with_when("{metric: a, above: 35C}"), "5:23: …above: must be a number, without quotes and"),
        (with_when("{metric: a, above: '35'}"), "5:23: …above: must be a number, without quotes and"),
        (with_when("{metric: a, take: avg, over: 5m, above: 1}"), "5:23: …take: must be one of min,"),
        (with_when("{metric: a, where: 'attrs.a = 1', above: 1}"), "5:23: …where: is not CEL, column 9"),
        (with_when(WHEN).replace("\n    summary", "\n\tsummary"), "4:1: is not YAML: found a tab character"),
        (with_when(WHEN).replace("summary: s", "summary: {s} high"), "4:18: is not YAML: did not find expected"),
        (with_when(WHEN).replace("summary: s", "summary: a: b"), "4:15: is not YAML: mapping values are not"),
        (with_when(WHEN).replace("summary: s", "summary: %s"), "4:14: is not YAML: found character that cannot"),
        (with_when(WHEN).replace("name: a", "name: no"), "2:5: rules[0].name: must be text: put it into quotes"),
        (with_when(WHEN).replace("major", "{start: minor, major: 5m}"), "3:30: rules[0].severity.major: must be a"),
        ("", " is empty: must be a mapping of keys to values, beginning with 'rules:'"),
    ],
)  # fmt: skip
def test_what_was_meant_is_said(text: str, expected: str) -> None:
    """``…`` is the condition of the first rule."""
    start = f"r.yaml:{expected.replace('…', 'rules[0].when.')}"
    assert [line for line in told(text) if line.startswith(start)], told(text)


@pytest.mark.parametrize(
    ("when", "hint"),
    [
        ("{metric: a, take: avg, over: 5m, above: 1}", "did you mean 'mean'?"),
        ("{metric: a, where: 'attrs.a = 1', above: 1}", "equal is written =="),
        ("{metric: a, where: 'value > 1.0 and value < 2.0', above: 1}", "and is written &&"),
        ("{metric: a, where: 'value > 1.0 or value < 2.0', above: 1}", "or is written ||"),
    ],
)
def test_the_word_that_was_meant_ends_the_sentence(when: str, hint: str) -> None:
    [line] = told(with_when(when))
    assert line.endswith(hint)


def test_no_word_of_ours_is_told_to_be_another() -> None:
    ours = {
        info.alias or name for model in (RuleText, OverrideText, When) for name, info in model.model_fields.items()
    }
    assert not HABITS.keys() & (ours | set(LISTS))
    hints = [hint for hint in HABITS.values() if hint.startswith("did you mean")]
    told_of = {word for hint in hints for word in hint.split("'")[1::2]}
    others = {"critical", "major", "minor", "warning", "mean", "change", "median"}
    assert told_of <= ours | others


def test_what_is_wrong_with_parameters_is_told_with_all_else_in_the_order_of_the_text() -> None:
    text = with_when("{metric: smoke, above: $limt, abov: 1}").replace("major", "majr")
    lines = told(text.replace("    when", "    params: {limit: 1}\n    when"))
    assert [line.partition(" ")[0] for line in lines] == ["r.yaml:3:5:", "r.yaml:5:14:", "r.yaml:6:27:", "r.yaml:6:41:"]
    assert lines[2].endswith("$limt is not among the params; did you mean 'limit'?")
