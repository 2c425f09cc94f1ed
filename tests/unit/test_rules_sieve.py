"""The sieve before the evaluator against the evaluator alone: the same decisions at each step, whatever comes."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.alert import Decision
from hub.model.observation import Stored
from rules.evaluator import Evaluator
from rules.rule import Rule
from rules.sieve import Sieve
from tests.unit.rules_of_oracle import RULES
from tests.unit.rules_oracle import FILE
from tests.unit.rules_timeline import G1, PLACES, REGISTRY, said

SOURCES = sorted(PLACES)
VALUES = [0.0, 0.1, 0.2, 0.2, 0.25, 0.25, 0.3, 0.3, 0.5, math.nan, math.inf, None]


@st.composite
def streams(draw: st.DrawFn) -> list[tuple[str, float, float | None, float, str]]:
    """What sources say: (source, second, value, how late it arrives, a text), in the order of arrival."""
    quiet = draw(st.booleans())  # mostly below every limit, so that series go to and fro
    sources = SOURCES if draw(st.booleans()) else SOURCES[:1]
    values = st.sampled_from(VALUES[:4] * 3 + VALUES[6:9]) if quiet else st.sampled_from(VALUES)
    steps = st.sampled_from([0.0, 0.1, 0.5, 0.7, 1.0, 2.0, 2.1, 5.0, 11.0, 40.0] if draw(st.booleans()) else [0.3])
    second, found = 0.0, []
    for source, step, value, delay, text in draw(
        st.lists(
            st.tuples(
                st.sampled_from(sources), steps, values,
                st.sampled_from([0.0, 0.0, 0.0, 0.4, 1.9, 2.0, 7.0, -3.0]), st.sampled_from(["", "", "", "words"]),
            ),
            min_size=5, max_size=80,
        )
    ):  # fmt: skip
        second += step
        found.append((source, second, value, delay, text))
    return found


def observations(stream: Sequence[tuple[str, float, float | None, float, str]], chance: Random) -> list[Stored]:
    found = []
    for source, second, value, delay, text in stream:
        words = text if value is not None else "broken"
        item = said(source, second - delay, value, received=second, text=words or None)
        found.append(item)
        if chance.random() < 0.1:
            again = timedelta(seconds=chance.choice([0.0, 0.5, 3.0]))
            found.append(item._replace(received_at=item.received_at + again))
        if chance.random() < 0.05:  # it stands elsewhere from now on, or for a while
            found.append(item._replace(area=G1 if item.area != G1 else "qth/taoshan/g2", ts=item.ts + timedelta(1e-5)))
    return found


def ordered(decisions: Sequence[Decision]) -> list[Decision]:
    """Those of a group in their order; nothing is said of the order of groups."""
    return sorted(decisions, key=lambda decision: (decision.rule, decision.fingerprint))


def remembered(evaluator: Evaluator | Sieve) -> list[str]:
    """The series as a snapshot has them; those of which nothing counted yet aside."""
    if isinstance(evaluator, Sieve):
        quiet = [evaluator._series(slot) for slot in evaluator._quiet.heard().tolist()]
        state = evaluator.exact.snapshot(quiet)
    else:
        state = evaluator.snapshot()
    return sorted(json.dumps(series) for series in state["series"] if series[4])


class Pair:
    """Both, in step."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.alone = Evaluator(rules, REGISTRY)
        self.sieve = Sieve(rules, REGISTRY)

    def do(self, name: str, *values: Any, **named: Any) -> None:
        expected = getattr(self.alone, name)(*values, **named)
        told = getattr(self.sieve, name)(*values, **named)
        if expected is not None:
            assert ordered(told) == ordered(expected), name
        assert self.sieve.now == self.alone.now, name
        assert self.sieve.left_out == self.alone.left_out, name
        assert {(fire.rule, fire.fingerprint): fire for fire in self.sieve.active()} == {
            (fire.rule, fire.fingerprint): fire for fire in self.alone.active()
        }, name
        assert remembered(self.sieve) == remembered(self.alone), name

    def start_again(self) -> None:
        """Each from its own snapshot."""
        before = (self.alone, self.sieve)
        self.alone, self.sieve = Evaluator(self.rules, REGISTRY), Sieve(self.rules, REGISTRY)
        self.alone.restore(json.loads(json.dumps(before[0].snapshot())))
        self.sieve.restore(json.loads(json.dumps(before[1].snapshot())))
        for new, old in ((self.alone, before[0]), (self.sieve, before[1])):
            new.left_out.update(old.left_out)


def compare(stream: Sequence[tuple[str, float, float | None, float, str]], rules: Sequence[Rule], seed: int) -> Pair:
    chance = Random(seed)
    items = observations(stream, chance)
    pair = Pair(rules)
    most = chance.choice([1, 3, 20, 1000])
    while items:
        count = chance.randint(1, most)
        batch, items = items[:count], items[count:]
        pair.do("feed", batch, hold=chance.random() < 0.1)
        latest = batch[-1].received_at
        draw = chance.random()
        if draw < 0.3:
            pair.do("advance", latest + timedelta(seconds=chance.choice([0.0, 0.3, 3.0, 20.0])))
        elif draw < 0.35:
            pair.do("heard_nothing_until", latest)
        elif draw < 0.4:
            gone = chance.choice(SOURCES)
            kept = {name: source for name, source in REGISTRY.sources.items() if name != gone}
            pair.do("renew", replace(REGISTRY, sources=kept))
        elif draw < 0.5:
            pair.start_again()
    for later in (2.1, 5.0, 100.0, 1000.0):
        pair.do("advance", pair.alone.now + timedelta(seconds=later))
    return pair


SETTINGS = settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.timeout(600)
@settings(SETTINGS, max_examples=100)
@given(stream=streams(), seed=st.integers(0, 2**32))
def test_a_sieve_changes_no_decision(
    stream: list[tuple[str, float, float | None, float, str]], seed: int
) -> None:
    compare(stream, FILE, seed)


@SETTINGS
@given(
    stream=streams(),
    names=st.lists(st.sampled_from(sorted(RULES)), min_size=1, max_size=2),
    seed=st.integers(0, 2**32),
)
def test_a_sieve_changes_no_decision_of_few_rules(
    stream: list[tuple[str, float, float | None, float, str]], names: list[str], seed: int
) -> None:
    """With few rules most series are quiet most of the time."""
    compare(stream, [item for item in FILE if item.name in names], seed)
