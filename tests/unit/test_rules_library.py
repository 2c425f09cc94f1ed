"""The rules of examples/rules pass the tests beside them, and each of them fails a test once it is broken."""

from __future__ import annotations

import copy
from collections.abc import Iterator
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
DROPPED = ("for", "within", "clear_below", "clear_above", "keep_firing_for", "where", "during", "sources", "latch")
STRETCHED = ("for", "within", "keep_firing_for", "absent_for", "in", "over")
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
    if isinstance(rule["severity"], str):
        yield "another severity", {**rule, "severity": SEVERITIES[rule["severity"]]}
    for way in list(ways(rule)):
        *above, key = way
        value = at(rule, way)
        if key in {"above", "below"} and isinstance(value, int | float):
            for limit in (FAR, -FAR):
                yield f"{dotted(way)} = {limit:g}", changed(rule, way, limit)
        if key in DROPPED:
            yield f"without {dotted(way)}", changed(rule, way, None)
        if key in STRETCHED and isinstance(value, str) and "period" not in value:
            doubled = format_duration(2 * parse_duration(value))
            yield f"{dotted(way)} = {doubled}", changed(rule, way, doubled)
        if key == "count":
            yield f"one more in {dotted(way)}", changed(rule, way, value + 1)
        if isinstance(at(rule, above), list) and len(at(rule, above)) > 1:
            yield f"without {dotted(way)}", changed(rule, way, None)


def ways(node: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """To everything in a rule that decides."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key not in {"name", "summary", "procedure", "types", "areas", "metric", "as", "by", "severity", "hours"}:
            yield (*way, key)
            yield from ways(value, (*way, key))


def at(node: Any, way: Any) -> Any:
    for key in way:
        node = node[key]
    return node


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


def dotted(way: tuple[str | int, ...]) -> str:
    return ".".join(map(str, way))
