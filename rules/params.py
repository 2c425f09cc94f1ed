"""Parameters of rules: numbers and durations by name, put where ``$name`` stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.document import Document, Loc, nearest
from hub.errors import Problem

_NAME = re.compile(r"\$([a-z][a-z0-9_]*)")
_USED_IN = ("when", "severity", "keep_firing_for", "re_alarm", "max_sources")


def filled(source: Document) -> tuple[Document, list[Problem]]:
    """A file of rules with their own parameters in place, and every name that is unknown (and left as it is) or not
    used."""
    rules = source.value.get("rules") if isinstance(source.value, dict) else None
    if not isinstance(rules, list):
        return source, []
    problems: list[Problem] = []
    for index, rule in enumerate(rules):
        if isinstance(rule, dict):
            _read_off(rule.get("overrides"))
            problems += _check(source, index, rule)
    return replace(source, value={**source.value, "rules": [_fill(rule, {}) for rule in rules]}), problems


def overridden(rule: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A rule as it is written, with what one of its overrides says; without any overrides."""
    override = rule["overrides"][number]
    found = dict(_fill(rule, override.get("params", {})))
    del found["overrides"]
    if "severity" in override:
        found["severity"] = override["severity"]
    return found


def _read_off(overrides: Any) -> None:
    """To YAML 1.1 the word off is no word, but false."""
    for override in overrides if isinstance(overrides, list) else ():
        if isinstance(override, dict) and False in override:
            override["off"] = override.pop(False)


def _fill(rule: Any, others: Mapping[str, Any]) -> Any:
    if not isinstance(rule, dict):
        return rule
    own = rule.get("params")
    values = {**own, **others} if isinstance(own, dict) else {}
    return {key: _put(value, values) if key in _USED_IN else value for key, value in rule.items()}


def _put(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_put(item, values) for item in value]
    if isinstance(value, dict):
        return {key: _put(item, values) for key, item in value.items()}
    found = _NAME.fullmatch(value) if isinstance(value, str) else None
    return values[found[1]] if found is not None and found[1] in values else value


def _check(source: Document, index: int, rule: Mapping[str, Any]) -> list[Problem]:
    given = rule.get("params", {})
    names = [str(name) for name in given] if isinstance(given, dict) else []
    problems: list[Problem] = []
    used: set[str] = set()
    for key in _USED_IN:
        for way, name in _uses(rule.get(key), ("rules", index, key)):
            used.add(name)
            if name not in names:
                problems.append(source.problem(way, f"${name} is not among the params{nearest(name, names)}"))
    unused = [name for name in names if name not in used]
    problems += [source.problem(("rules", index, "params", name), f"nothing uses ${name}") for name in unused]
    overrides = rule.get("overrides")
    for number, override in enumerate(overrides if isinstance(overrides, list) else ()):
        own = override.get("params") if isinstance(override, dict) else None
        for name in own if isinstance(own, dict) else ():
            if name not in names:
                way = ("rules", index, "overrides", number, "params", str(name))
                problems.append(source.problem(way, f"is not among the rule's params{nearest(str(name), names)}"))
    return problems


def _uses(value: Any, way: Loc) -> list[tuple[Loc, str]]:
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in _uses(item, (*way, index))]
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in _uses(item, (*way, str(key)))]
    found = _NAME.fullmatch(value) if isinstance(value, str) else None
    return [] if found is None else [(way, found[1])]
