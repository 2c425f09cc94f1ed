"""The sieve and the evaluator in step, from seeds: what the property tests do at length, shorter and always alike."""

from __future__ import annotations

import itertools
from datetime import timedelta
from random import Random

import pytest

from rules.evaluator import Evaluator
from rules.rule import Rule
from rules.sieve import Sieve
from rules.window import SECOND, instant
from tests.unit.rules_random import random_rules
from tests.unit.rules_timeline import REGISTRY, Wall
from tests.unit.test_rules_windows_quiet import compare, rules, stream


@pytest.mark.parametrize("seed", range(24))
def test_with_windows_a_sieve_changes_no_decision(seed: int) -> None:
    compare(seed)


def few(chance: Random) -> list[Rule]:
    """So that most series are quiet for most of the time."""
    return random_rules(chance, chance.choice([1, 2, 4]))[1]


@pytest.mark.parametrize("seed", range(24))
def test_with_any_rules_a_sieve_changes_no_decision(seed: int) -> None:
    compare(seed, few)


@pytest.mark.parametrize("seed", range(12))
def test_a_long_block_cut_into_seconds_gives_the_alerts_of_life(seed: int) -> None:
    """As a backtest reads it; in life the evaluator hears a batch a second."""
    chance = Random(seed)
    found = rules(chance) if seed % 2 else few(chance)
    words = stream(chance)
    alone, sieve, walls = Evaluator(found, REGISTRY), Sieve(found, REGISTRY), (Wall(), Wall())
    for _, batch in itertools.groupby(words, key=lambda word: instant(word.received_at) // SECOND):
        walls[0].see(alone.feed(list(batch)))
    for begin in range(0, len(words), 50):
        walls[1].see(sieve.feed(sieve.book.block(words[begin : begin + 50]), step_us=SECOND))
    last = words[-1].received_at + timedelta(seconds=100)
    walls[0].see(alone.advance(last))
    walls[1].see(sieve.advance(last))
    assert walls[1].alerts == {key: own for key, own in walls[0].alerts.items() if own}
