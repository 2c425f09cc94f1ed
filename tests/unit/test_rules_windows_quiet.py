"""Windows of quiet series, kept in arrays, against the evaluator alone: the same decisions at each step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.observation import Stored
from rules.language import parse
from rules.rule import Rule
from rules.take import KINDS
from tests.unit.rules_timeline import G1, G2, PLACES, REGISTRY, rule, said
from tests.unit.test_rules_sieve import Pair

LIMITS = {"sum": 9, "count": 9, "distinct": 5, "rate": 0.3, "change": 0.8}
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def rules(chance: Random) -> list[Rule]:
    text = "rules:\n"
    for number in range(chance.choice([1, 1, 2, 4])):
        when = leaf(chance)
        if chance.random() < 0.3:
            plain = ["{metric: motion, above: 0.6}", "{metric: motion, absent_for: 9s}"]
            other = chance.choice([leaf(chance, "motion"), *plain])
            when = f"{{{chance.choice(['all', 'any'])}: [{when}, {other}]}}"
        keys = {"keep_firing_for": "4s"} if chance.random() < 0.2 else {}
        by = "area" if "across" in when else chance.choice(["area", "source"])
        if chance.random() < 0.3:
            keys["overrides"] = f"[{{areas: [{G1}], severity: critical}}]"
        text += rule(when, f"r{number}", by=by, **keys)
    return parse(text, "rules.yaml")


def leaf(chance: Random, metric: str = "smoke") -> str:
    kind = chance.choice(KINDS)
    every = chance.choice([1, 2, 5])
    over = every * chance.choice([1, 2, 4, 10])
    limit = LIMITS.get(kind, 0.6)
    level = f"above: {limit}" if chance.random() < 0.8 else f"below: {0.3 if kind not in LIMITS else 1}"
    more = ", for: 3s" if chance.random() < 0.2 else ", within: 3s" if chance.random() < 0.2 else ""
    if chance.random() < 0.1 and kind not in {"last", "rate", "change"}:
        more += ", across: true"
    name = f"{metric}{chance.randrange(10**6)}"
    return f"{{as: {name}, metric: {metric}, take: {kind}, over: {over}s, every: {every}s, {level}{more}}}"


def stream(chance: Random) -> list[Stored]:
    """Sources that speak regularly, at times too late, twice, too fast, not at all, or from somewhere else."""
    items: list[Stored] = []
    for source in chance.sample(sorted(PLACES), chance.choice([1, 2, 5])):
        period, delay = chance.choice([0.7, 1.0, 1.5, 5.0, 20.0]), chance.choice([0.0, 0.0, 0.5, 3.0])
        usual, second = chance.choice([0.3, 0.5]), chance.random()
        disorder, area = chance.choice([0.0, 0.0, 0.05]), G1
        for _ in range(chance.choice([20, 60, 150])):
            second += period * (30 if chance.random() < disorder else 1)
            value = usual + chance.random() * chance.choice([0.1, 0.1, 0.1, 0.8])
            late = delay + (chance.choice([-1.0, 0.3, 1.9, 3.0]) if chance.random() < disorder else 0.0)
            text = "words" if chance.random() < disorder / 3 else None
            item = said(source, second - late, value, received=second, text=text)
            if chance.random() < disorder / 5:
                item = item._replace(area=area)
                area = chance.choice([G1, G2])
            items.append(item)
            if chance.random() < disorder:
                again = chance.choice([0.0, 0.2, 3.0])
                items.append(item._replace(received_at=item.received_at + timedelta(seconds=again)))
    return sorted(items, key=lambda item: item.received_at)


def batches(items: list[Stored], chance: Random) -> Iterator[list[Stored]]:
    most = chance.choice([1, 3, 20, 1000])
    while items:
        count = chance.randint(1, most)
        yield items[:count]
        items = items[count:]


def changed(pair: Pair, chance: Random) -> None:
    """One rule decides otherwise from now on."""
    names = [item.name for item in pair.rules]
    name = chance.choice(names)
    pair.rules = [replace(item, digest=item.digest + "x") if item.name == name else item for item in pair.rules]
    pair.start_again()


def compare(seed: int, drawn: Callable[[Random], list[Rule]] = rules) -> Pair:
    chance = Random(seed)
    pair = Pair(drawn(chance))
    for batch in batches(stream(chance), chance):
        pair.do("feed", batch, hold=chance.random() < 0.05)
        latest, draw = batch[-1].received_at, chance.random()
        if draw < 0.2:
            pair.do("advance", latest + timedelta(seconds=chance.choice([0.0, 0.3, 3.0])))
        elif draw < 0.22:
            name = chance.choice(sorted(PLACES))
            known = {other: source for other, source in REGISTRY.sources.items() if other != name}
            if chance.random() < 0.5:  # it is gone, or stands elsewhere
                known[name] = replace(REGISTRY.sources[name], area=chance.choice([G1, G2]))
            pair.do("renew", replace(REGISTRY, sources=known))
        elif draw < 0.26:
            pair.start_again()
        elif draw < 0.28:
            changed(pair, chance)
    for later in (1.0, 2.1, 5.0, 100.0):
        pair.do("advance", pair.alone.now + timedelta(seconds=later))
    return pair


@pytest.mark.timeout(600)
@SETTINGS
@given(seed=st.integers(0, 2**48))
def test_windows_in_arrays_change_no_decision(seed: int) -> None:
    compare(seed)


def minutes(source: str, value: float, first: int, last: int, behind: float = 0.0) -> list[Stored]:
    """A word a second; ``behind``: how slow its clock is."""
    return [said(source, second - behind, value, received=second) for second in range(first, last)]


def test_a_group_waits_for_its_quiet_sources_too() -> None:
    """The second source is never near the limit, but its clock is slow: it might still tell of something earlier."""
    text = "rules:\n" + rule("{metric: smoke, take: mean, over: 4s, every: 2s, above: 0.6}", by="area")
    pair = Pair(parse(text, "rules.yaml"))
    items = minutes("smoke-1", 0.5, 10, 30) + minutes("smoke-1", 0.9, 30, 60) + minutes("smoke-1", 0.5, 60, 90)
    items += minutes("smoke-2", 0.2, 10, 90, 8)
    was_on = False
    for item in sorted(items, key=lambda item: item.received_at):
        pair.do("feed", [item])
        was_on |= bool(pair.sieve.active())
    assert was_on


def test_what_comes_too_late_for_an_alert_that_is_over_is_told_of_a_series_that_went_back() -> None:
    text = "rules:\n" + rule("{metric: smoke, take: max, over: 2s, every: 1s, above: 0.6}", by="source")
    pair = Pair(parse(text, "rules.yaml"))
    items = minutes("smoke-1", 0.5, 10, 30) + minutes("smoke-1", 0.9, 30, 40) + minutes("smoke-1", 0.5, 40, 90)
    for item in items:
        pair.do("feed", [item])
    assert not pair.sieve.exact.heard()
    pair.do("feed", [said("smoke-1", 35.5, 0.9, received=91)])
    assert pair.sieve.exact.strays == pair.alone.strays
    assert len(pair.alone.strays) == 1
