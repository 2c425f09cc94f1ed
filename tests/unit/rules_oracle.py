"""The oracle of the rules: it knows everything, sorts it, and applies the definitions at every tick.

Time is a grid of half seconds. It reads rules in its own form (a dict, durations in ticks), which are also written out
for the engine; the two have the parser and the data types in common, and nothing that decides.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hub.model.area import Area
from hub.model.observation import Stored
from rules.language import parse
from rules.registry import Registry
from rules.rule import Rule
from rules.schedule import Schedule
from rules.window import Span, instant
from tests.unit.rules_of_oracle import RULES
from tests.unit.rules_timeline import G1, G2, PLACES, REGISTRY, at, rule, seconds

Known = dict[str, Any]
"""A rule as the oracle reads it."""

TICK_S = 0.5
LATENESS_S = 2.0
LATE_TICKS = int(LATENESS_S / TICK_S)
LAST_TICK = 60
END = LAST_TICK + 60
AHEAD_S = 120.0  # the clock of smoke-3 is fast by this

DURATIONS = {"for", "within", "in", "absent_for", "keep_firing_for", "over", "every", "after"}
PERIOD_TICKS = 4


def written(value: Any) -> Any:
    """The oracle's form of a rule in the words of the language."""
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, dict):
        return {
            key: duration(item) if key in DURATIONS and isinstance(item, int) else written(item)
            for key, item in value.items()
        }
    return value


def duration(ticks: int) -> str:
    return f"{round(ticks * TICK_S * 1000)}ms"


def parsed(rules: Mapping[str, Known]) -> list[Rule]:
    """The rules as the engine has them. Raises ConfigError where the language refuses one."""
    return [_with_hours(found, rules[found.name]) for found in parse(source_text(rules), "rules.yaml")]


def source_text(rules: Mapping[str, Known]) -> str:
    text = "rules:\n"
    for name, known in rules.items():
        when = json.dumps(named(written(known["when"]), (f"c{number}" for number in itertools.count())))
        keys = {key: value for key, value in written(known).items() if key not in {"when", "open", "elsewhere"}}
        if "severity" in keys:
            keys["severity"] = json.dumps(keys["severity"])
        if "elsewhere" in known:
            when = when.replace('"above": 0.3', '"above": $limit')
            keys["params"] = "{limit: 0.3}"
            keys["overrides"] = f"[{{areas: [{G2}], params: {{limit: {known['elsewhere']}}}}}]"
        text += rule(when, name, **keys)
    return text


def named(when: dict[str, Any], names: Any) -> dict[str, Any]:
    for key in ("all", "any", "sequence"):
        if key in when:
            return {**when, key: [named(part, names) for part in when[key]]}
    for key, inner in (("at_least", "of"), ("weigh", "evidence")):
        if key in when:
            return {key: {**when[key], inner: [named(part, names) for part in when[key][inner]]}}
    if "not" in when:
        return {"not": named(when["not"], names)}
    return {**when, "as": next(names)}


class Hours(Schedule):
    """Open in these ticks."""

    def __init__(self, ticks: list[tuple[int, int]]) -> None:
        self.open = [Span(*(instant(at(tick * TICK_S)) for tick in ends)) for ends in ticks]

    def spans(self, first: int, last: int) -> list[Span]:
        return [span for span in self.open if span.start <= last and first < span.end]


def _with_hours(rule: Rule, known: Known) -> Rule:
    ticks = known.get("open")
    return replace(rule, during=Hours(ticks)) if ticks else rule


FILE = parsed(RULES)


def _square(west: float) -> dict[str, Any]:
    ring = [[west, 45.0], [west + 1, 45.0], [west + 1, 46.0], [west, 46.0], [west, 45.0]]
    return {"type": "Polygon", "coordinates": [ring]}


ORACLE_REGISTRY = Registry(
    areas={
        "qth/taoshan": Area("qth/taoshan", "桃山", "district"),
        G1: Area(G1, "一区", "grid", _square(130.0)),
        G2: Area(G2, "二区", "grid", _square(131.0)),
    },
    sources={
        name: replace(source, config={"period": duration(PERIOD_TICKS)}) for name, source in REGISTRY.sources.items()
    },
)
"""The two grids touch."""


@dataclass(frozen=True)
class Seen:
    tick: int
    ts: float
    value: float


History = dict[tuple[str, str], list[Seen]]


def history(observations: list[Stored]) -> History:
    """Every distinct observation at the time at which it counts, sorted."""
    found: dict[tuple[str, str], dict[float, Seen]] = {}
    for item in observations:
        when = min(item.ts, item.received_at)
        seen = Seen(round(seconds(when) / TICK_S), seconds(item.ts), item.value or 0.0)
        found.setdefault((item.source, item.metric), {}).setdefault(seen.ts, seen)
    return {key: sorted(own.values(), key=lambda seen: (seen.tick, seen.ts)) for key, own in found.items()}


def level_holds(when: dict[str, Any], own: list[Seen]) -> list[bool]:
    """At each tick, from the definition of a threshold with hysteresis."""
    holds, result, index = False, [], 0
    for tick in range(END):
        while index < len(own) and own[index].tick <= tick:
            value = own[index].value
            holds = passes(when, value) or (holds and not clears(when, value))
            index += 1
        result.append(holds)
    return result


def derived(when: dict[str, Any], own: list[Seen]) -> list[Seen]:
    """The values made of windows, one at every multiple from the first observation on."""
    if not own:
        return []
    made = []
    for tick in range(0, END, when["every"]):
        window = [seen for seen in own if tick - when["over"] < seen.tick <= tick]
        value = made_of(when["take"], window) if tick >= own[0].tick else None
        if value is not None:
            made.append(Seen(tick, tick * TICK_S, value))
    return made


def made_of(kind: str, window: list[Seen]) -> float | None:
    values = [seen.value for seen in window]
    if kind in {"count", "sum", "distinct"}:
        return {"count": len(values), "sum": math.fsum(values), "distinct": len(set(values))}[kind]
    if not values:
        return None
    if kind in {"rate", "change"}:
        ticks = window[-1].tick - window[0].tick
        change = values[-1] - values[0]
        return None if not ticks else change if kind == "change" else change / (ticks * TICK_S)
    if kind in {"median", "p90"}:
        return float(np.percentile(values, {"median": 50, "p90": 90}[kind]))
    return {"min": min(values), "max": max(values), "mean": math.fsum(values) / len(values), "last": values[-1]}[kind]


def passes(when: dict[str, Any], value: float) -> bool:
    return bool(value > when["above"] if "above" in when else value < when["below"])


def clears(when: dict[str, Any], value: float) -> bool:
    if "clear_below" in when:
        return bool(value < when["clear_below"])
    if "clear_above" in when:
        return bool(value > when["clear_above"])
    return not passes(when, value)


def condition_holds(when: dict[str, Any], own: list[Seen]) -> list[bool]:
    if "absent_for" in when:
        silence = when["absent_for"] if isinstance(when["absent_for"], int) else 3 * PERIOD_TICKS
        silence = max(silence, 10)
        return [
            any(seen.tick <= tick for seen in own)
            and tick - max(seen.tick for seen in own if seen.tick <= tick) >= silence
            for tick in range(END)
        ]
    base = level_holds(when, derived(when, own) if "take" in when else own)
    if hold := when.get("for"):
        base = [tick >= hold and all(base[tick - hold : tick + 1]) for tick in range(END)]
    if within := when.get("within"):
        base = [any(base[max(0, tick - within) : tick + 1]) for tick in range(END)]
    return base


def observed(
    when: dict[str, Any], sources: list[str], seen: History, all_of_it: bool = False
) -> list[list[Seen]]:
    """Of each source that a condition looks at what it said, and what it is let through of it."""
    looked_at = list(PLACES) if "from" in when else sources
    own = {source: seen.get((source, when["metric"]), []) for source in looked_at}
    if all_of_it:
        return list(own.values())
    if "value" in when.get("where", ""):
        return [[item for item in said if item.value > 0.2] for said in own.values()]
    return [said for source, said in own.items() if "where" not in when or source != "smoke-2"]


def rule_holds(when: dict[str, Any], sources: list[str], seen: History) -> list[bool]:
    if "not" in when:
        return [not held for held in rule_holds(when["not"], sources, seen)]
    if "weigh" in when:
        return weighs(when["weigh"], sources, seen)
    if "sequence" in when:
        return follows([rule_holds(part, sources, seen) for part in when["sequence"]], when["in"])
    if "all" in when or "any" in when or "at_least" in when:
        listed = when.get("all") or when.get("any") or when["at_least"]["of"]
        parts = [rule_holds(part, sources, seen) for part in listed]
        least = len(parts) if "all" in when else 1 if "any" in when else when["at_least"]["count"]
        return [sum(column) >= least for column in zip(*parts, strict=True)]
    series = observed(when, sources, seen)
    if when.get("across"):
        together = sorted((item for own in series for item in own), key=lambda item: item.tick)
        return condition_holds(when, together)
    if "count" in when:
        ticks = [item.tick for own in series for item in own if passes(when, item.value)]
        window = when["in"]
        return [sum(tick - window < then <= tick for then in ticks) >= when["count"] for tick in range(END)]
    held = [condition_holds(when, own) for own in series]
    return [sum(own[tick] for own in held) >= when.get("sources", 1) for tick in range(END)]


def begins(held: list[bool]) -> list[int]:
    return [tick for tick in range(END) if held[tick] and not (tick and held[tick - 1])]


def follows(parts: list[list[bool]], within: int) -> list[bool]:
    """Whether some chain of beginnings, one of each part, each after the one before, ends where the last part began."""

    def chained(number: int, before: int, least: int) -> bool:
        earlier = [begin for begin in begins(parts[number]) if least <= begin < before]
        return bool(earlier) if number == 0 else any(chained(number - 1, begin, least) for begin in earlier)

    last, result, is_on = parts[-1], [], False
    for tick in range(END):
        if last[tick] and not (tick and last[tick - 1]):
            is_on = chained(len(parts) - 2, tick, tick - within)
        result.append(last[tick] and is_on)
    return result


def weighs(weigh: dict[str, Any], sources: list[str], seen: History) -> list[bool]:
    """Bayes' rule at every tick; what no source of the group has ever spoken of says nothing. Of pieces of one metric
    that speak for the same side, the k-th strongest counts n(k) - n(k - 1), where n(k) = k / (1 + (k - 1) / 2)."""
    evidence = weigh["evidence"]
    held = [rule_holds(item, sources, seen) for item in evidence]
    first = [
        min((said.tick for own in observed(item, sources, seen, all_of_it=True) for said in own), default=END)
        for item in evidence
    ]
    result, is_on = [], False
    for tick in range(END):
        pieces: dict[tuple[str, bool], list[float]] = {}
        for number, item in enumerate(evidence):
            if tick >= first[number]:
                weight = math.log(item["ratio"] if held[number][tick] else item.get("ratio_absent", 1))
                pieces.setdefault((item["metric"], weight > 0), []).append(abs(weight))
        log_odds = math.log(weigh["prior"] / (1 - weigh["prior"]))
        for (_, speaks_for), weights in pieces.items():
            for place, weight in enumerate(sorted(weights, reverse=True)):
                worth = (place + 1) / (1 + place / 2) - (place / (1 + (place - 1) / 2) if place else 0)
                log_odds += weight * worth if speaks_for else -weight * worth
        likely = 1 / (1 + math.exp(-log_odds))
        is_on = likely > weigh["above"] or (is_on and likely >= weigh.get("clear_below", math.inf))
        result.append(is_on)
    return result


Alerts = list[tuple[float, float | None]]


def severities(known: Known, sources: list[str], seen: History, start: float) -> list[str]:
    """How bad an alert that began then is, at each tick."""
    steps = known["severity"]
    first = known["when"] if "metric" in known["when"] else known["when"]["all"][0]
    values = {
        name: [any(column) for column in zip(*(level_holds(step, own) for own in observed(first, sources, seen)),
                                             strict=True)]
        for name, step in steps.items()
        if name != "start" and "above" in step
    }  # fmt: skip
    found = []
    for tick in range(END):
        reached = [steps["start"]]
        reached += [name for name, held in values.items() if held[tick]]
        reached += [
            name
            for name, step in steps.items()
            if name != "start" and "after" in step and tick * TICK_S >= start + step["after"] * TICK_S
        ]
        found.append(min(reached, key=["critical", "major", "minor", "warning"].index))
    return found


def groups(known: Known) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, area in PLACES.items():
        found.setdefault(source if known["by"] == "source" else area, []).append(source)
    return found


def expected(known: Known, seen: History) -> dict[str, Alerts]:
    """fingerprint → the alerts of one rule, [start, end] in seconds."""
    result = {}
    for key, sources in groups(known).items():
        when = known["when"]
        if "elsewhere" in known and key == G2:
            when = {**when, "above": known["elsewhere"]}
        holds = rule_holds(when, sources, seen)
        is_open = [any(a <= tick < b for a, b in known["open"]) if "open" in known else True for tick in range(END)]
        holds = [held and now for held, now in zip(holds, is_open, strict=True)]
        if keep := known.get("keep_firing_for"):
            holds = [any(holds[max(0, tick - keep) : tick + 1]) for tick in range(END)]
        holds = [held and now for held, now in zip(holds, is_open, strict=True)]
        alerts: Alerts = []
        for tick in range(END):
            if holds[tick] and (tick == 0 or not holds[tick - 1]):
                alerts.append((tick * TICK_S, None))
            elif not holds[tick] and tick and holds[tick - 1]:
                alerts[-1] = (alerts[-1][0], tick * TICK_S)
        if alerts:
            result[f"{known['by']}:{key}"] = alerts
    return result
