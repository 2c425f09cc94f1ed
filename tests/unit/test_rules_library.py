"""The rules of examples/rules pass the tests beside them, and each of them fails a test once it is broken."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.errors import ConfigError
from hub.model.times import format_duration, parse_duration
from rules import language, testing, trial
from rules.trial import Trial

FOLDER = Path(__file__).parents[2] / "examples" / "rules"
RULES = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(trial.SUFFIX))
FAR = 1e9
DROPPED = ("for", "within", "clear_below", "clear_above", "keep_firing_for", "where", "during", "sources", "calendar")
STRETCHED = ("for", "within", "keep_firing_for", "absent_for", "in", "over", "after")
TURNED = {"above": "below", "below": "above"}
OTHER: dict[str, Callable[[Any], Any]] = {
    "take": {"change": "rate", "rate": "change"}.__getitem__,
    "only": {"holidays": "workdays", "workdays": "holidays"}.__getitem__,
    "where": "!({})".format,
    "metric": "{}x".format,
    "types": lambda _: ["other"],
}
NOT_TOLD = {"name", "summary", "procedure", "as", "by", "hours", "zone", "max_sources", "inhibits", "latch", "re_alarm"}
"""Names and words; and what becomes of an alert after it was made, which no story of a test can tell."""
SEVERITIES = {"critical": "major", "major": "minor", "minor": "warning", "warning": "critical"}


def beside(path: Path) -> Trial:
    return trial.load(path.with_name(path.stem + trial.SUFFIX))


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_the_tests_beside_the_rules_pass(path: Path) -> None:
    assert [str(problem) for outcome in testing.run(beside(path)) for problem in outcome.problems] == []


def test_some_test_expects_each_rule() -> None:
    assert [rule.name for rule in testing.untested(beside(path) for path in RULES)] == []


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_a_rule_that_is_broken_fails_a_test(path: Path) -> None:
    found = beside(path)
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    survived = [what for what, broken in broken_files(text) if passes(found, broken)]
    assert survived == []


def passes(found: Trial, text: dict[str, Any]) -> bool:
    try:
        rules = language.parse(yaml.safe_dump(text, allow_unicode=True), "broken.yaml")
    except ConfigError:
        return False  # nobody could have deployed it
    return all(outcome.passed for outcome in testing.run(found, rules))


def broken_files(text: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was broken, and the whole file with it: one thing at a time."""
    for index, rule in enumerate(text["rules"]):
        if len(text["rules"]) > 1:
            yield f"{rule['name']}: removed", {"rules": [*text["rules"][:index], *text["rules"][index + 1 :]]}
        for what, broken in broken_rules(rule):
            yield f"{rule['name']}: {what}", {"rules": [*text["rules"][:index], broken, *text["rules"][index + 1 :]]}


def broken_rules(rule: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each way in which an author might have got it wrong."""
    for way in list(ways(rule)):
        for what, value in wrong_values(rule, way):
            yield f"{dotted(way)}{what}", changed(rule, way, value)
        for what, renamed in wrong_words(rule, way):
            yield f"{dotted(way)} is {what}", renamed


def wrong_values(rule: dict[str, Any], way: tuple[str | int, ...]) -> Iterator[tuple[str, Any]]:
    """What may stand there instead; None: nothing."""
    *above, key = way
    value, node = at(rule, way), at(rule, above)
    yield from wrong_numbers(str(key), value, "prior" in node)
    if key in {"severity", "start"} and isinstance(value, str):
        yield f" = {SEVERITIES[value]}", SEVERITIES[value]
    if key in DROPPED or (isinstance(node, list) and len(node) > 1):
        yield " left out", None
    if key in STRETCHED and isinstance(value, str):
        yield from ((f" = {other}", other) for other in longer_and_shorter(value))
    if key in OTHER:
        yield " is another", OTHER[str(key)](value)


def wrong_numbers(key: str, value: Any, is_probability: bool) -> Iterator[tuple[str, Any]]:
    if key in TURNED and isinstance(value, int | float):
        limits = (0.999999, 0.000001) if is_probability else (FAR, -FAR)
        yield from ((f" = {limit:g}", limit) for limit in limits)
    if key in {"ratio", "ratio_absent"}:
        yield " = 1", 1
    if key == "prior":
        yield " × 3", 3 * value
    if key in {"count", "sources"}:
        yield " + 1", value + 1
        if value > 2:
            yield " - 1", value - 1


def longer_and_shorter(value: str) -> list[str]:
    if value.endswith("periods"):
        return [f"{float(value.split()[0]) * factor:g} periods" for factor in (2, 0.5)]
    return [format_duration(parse_duration(value) * factor) for factor in (2, 0.5)]


def wrong_words(rule: dict[str, Any], way: tuple[str | int, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The whole rule with another word there."""
    *above, key = way
    words = {"all": "any", "any": "all"}
    if key in words and len(at(rule, way)) > 1:
        yield words[key], renamed(rule, way, words[key])
    node = at(rule, above)
    if key in TURNED and "metric" in node and not node.keys() & {"clear_below", "clear_above"}:
        yield TURNED[key], renamed(rule, way, TURNED[key])


def ways(node: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """To everything in a rule that decides."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key not in NOT_TOLD:
            yield (*way, key)
            yield from ways(value, (*way, key))


def at(node: Any, way: Any) -> Any:
    for key in way:
        node = node[key]
    return node


def test_what_a_rule_inhibits_is_there() -> None:
    rules = {rule.name: rule for path in RULES for rule in language.load(path)}
    assert {name for rule in rules.values() for name in rule.inhibits} <= rules.keys()


def changed(rule: dict[str, Any], way: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """A copy in which one thing is another, or is not there."""
    copied = copy.deepcopy(rule)
    *above, key = way
    node = at(copied, above)
    if value is None:
        del node[key]
    else:
        node[key] = value
    return copied


def renamed(rule: dict[str, Any], way: tuple[str | int, ...], word: str) -> dict[str, Any]:
    copied = copy.deepcopy(rule)
    *above, key = way
    node = at(copied, above)
    node[word] = node.pop(key)
    return copied


def dotted(way: tuple[str | int, ...]) -> str:
    return ".".join(map(str, way))


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_the_document_lists_each_file(path: Path) -> None:
    listed = (FOLDER.parents[1] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert f"[{path.stem}](../examples/rules/{path.name})" in listed
