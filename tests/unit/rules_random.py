"""Rules drawn by chance, in the oracle's form: every word of the language beside every other that may stand there."""

from __future__ import annotations

from random import Random
from typing import Any

from hub.errors import ConfigError
from rules.rule import Rule
from tests.unit.rules_oracle import Known, parsed

_LIMITS = [0.15, 0.2, 0.22, 0.25, 0.28, 0.3, 0.4]
_TAKEN = {
    "min": 0.22, "max": 0.28, "mean": 0.26, "sum": 0.71, "count": 2, "last": 0.22, "median": 0.24, "p90": 0.28,
    "distinct": 1, "rate": 0.051, "change": 0.11,
}  # fmt: skip
"""With limits that no sum of the numbers that are said comes to."""


def random_rules(chance: Random, count: int, by: str | None = None) -> tuple[dict[str, Known], list[Rule]]:
    """Rules that the language takes, by name, and as the engine has them."""
    known: dict[str, Known] = {}
    found: list[Rule] = []
    while len(known) < count:
        name = f"r{len(known)}"
        drawn = random_rule(chance, by or chance.choice(["area", "area", "source"]))
        try:
            found += parsed({name: drawn})
        except ConfigError:
            continue  # such as what could never hold
        known[name] = drawn
    return known, found


def random_rule(chance: Random, by: str) -> Known:
    if chance.random() < 0.12:
        return _stepped(chance, by)
    if by == "area" and chance.random() < 0.06:
        when = {"metric": "smoke", "above": 0.3, **_shaped(chance)}
        return {"by": by, "when": when, "elsewhere": chance.choice([0.15, 0.2, 0.4])}
    known: Known = {"by": by, "when": _node(chance, by, 0)}
    if chance.random() < 0.3:
        known["keep_firing_for"] = chance.randint(1, 9)
    if chance.random() < 0.1:
        edges = sorted(chance.sample(range(4, 100), 6))
        known["open"] = list(zip(edges[::2], edges[1::2], strict=True))
    return known


def _stepped(chance: Random, by: str) -> Known:
    """A rule whose severity rises and falls."""
    first: dict[str, Any] = {"metric": "smoke", "above": 0.2, **_shaped(chance)}
    steps: dict[str, Any] = {"start": chance.choice(["warning", "minor"])}
    if chance.random() < 0.7:
        steps["major"] = chance.choice([{"after": chance.randint(1, 14)}, {"above": 0.25}])
    if len(steps) == 1 or chance.random() < 0.5:
        steps["critical"] = chance.choice([{"after": chance.randint(8, 20)}, {"above": 0.4}])
    known: Known = {"by": by, "when": first, "severity": steps}
    if by == "area" and chance.random() < 0.4:
        known["when"] = {"all": [first, _leaf(chance, by)]}
    if chance.random() < 0.4:
        known["keep_firing_for"] = chance.randint(1, 6)
    return known


def _node(chance: Random, by: str, depth: int) -> dict[str, Any]:
    kind = chance.choices(["leaf", "all", "any", "at_least", "not", "sequence", "weigh"], [8, 3, 3, 1, 3, 3, 2])[0]
    if kind == "leaf" or depth > 1:
        return _leaf(chance, by)
    if kind == "weigh":
        return {"weigh": _weigh(chance, by)}
    parts = [_node(chance, by, depth + 1) for _ in range(chance.choice([2, 2, 3]))]
    if kind == "at_least":
        return {"at_least": {"count": chance.randint(1, len(parts)), "of": parts}}
    if kind == "not":
        return {"all": [parts[0], {"not": parts[1]}]}
    if kind == "sequence":
        return {"sequence": parts, "in": chance.randint(3, 30)}
    return {kind: parts}


def _leaf(chance: Random, by: str) -> dict[str, Any]:
    when: dict[str, Any] = {"metric": chance.choice(["smoke", "smoke", "motion"])}
    kind = chance.choices(["threshold", "absence", "count", "take"], [8, 2, 2, 3])[0]
    if kind == "take":
        when |= _taken(chance, by)
    elif kind == "absence":
        when["absent_for"] = chance.choice([10, 12, 15, 20, "3 periods"])
    else:
        when |= _level(chance)
        if kind == "count":
            return {key: value for key, value in when.items() if not key.startswith("clear")} | {
                "count": chance.randint(2, 4), "in": chance.randint(3, 12), **_looking(chance, by)
            }  # fmt: skip
        when |= _shaped(chance)
    when |= _looking(chance, by)
    if by == "area" and "across" not in when and chance.random() < 0.15:
        when["sources"] = 2
    return when


def _level(chance: Random) -> dict[str, Any]:
    limit, other = chance.choice(_LIMITS), chance.choice(_LIMITS)
    above = chance.random() < 0.7
    level: dict[str, Any] = {"above" if above else "below": limit}
    if chance.random() < 0.5 and (other < limit if above else other > limit):
        level["clear_below" if above else "clear_above"] = other
    return level


def _shaped(chance: Random) -> dict[str, Any]:
    shaped = {}
    if chance.random() < 0.35:
        shaped["for"] = chance.randint(1, 8)
    if chance.random() < 0.3:
        shaped["within"] = chance.randint(1, 14)
    return shaped


def _looking(chance: Random, by: str) -> dict[str, Any]:
    """At whom, and at what of it."""
    looking: dict[str, Any] = {}
    if chance.random() < 0.15:
        looking["where"] = chance.choice(["source != 'smoke-2'", "value > 0.2"])
    if by == "area" and chance.random() < 0.12:
        looking["from"] = chance.choice(["neighbours", "parent", {"kind": "district"}])
    return looking


def _taken(chance: Random, by: str) -> dict[str, Any]:
    kind = chance.choice(sorted(_TAKEN))
    every = chance.choice([2, 4, 6])
    when = {"take": kind, "every": every, "over": every * chance.randint(1, 4)}
    if chance.random() < 0.2:
        when["below"] = _TAKEN[kind]
    else:
        when["above"] = _TAKEN[kind]
        if chance.random() < 0.3:
            when["clear_below"] = _TAKEN[kind] * 0.7
    if by == "area" and kind not in {"last", "rate", "change"} and chance.random() < 0.3:
        when["across"] = True
    return when | _shaped(chance)


def _weigh(chance: Random, by: str) -> dict[str, Any]:
    evidence = [
        _leaf(chance, by) | {"ratio": round(chance.uniform(2, 60), 3), "ratio_absent": round(chance.uniform(0.1, 1), 3)}
        for _ in range(chance.choice([2, 2, 3]))
    ]
    above = round(chance.uniform(0.3, 0.9), 3)
    weigh: dict[str, Any] = {"prior": round(chance.uniform(0.01, 0.2), 3), "above": above, "evidence": evidence}
    if chance.random() < 0.4:
        weigh["clear_below"] = round(above * chance.uniform(0.4, 0.95), 3)
    return weigh
