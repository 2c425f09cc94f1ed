"""The sieve and the evaluator in step, from seeds: what the property tests do at length, shorter and always alike."""

from __future__ import annotations

from random import Random

import pytest

from rules.rule import Rule
from tests.unit.rules_random import random_rules
from tests.unit.test_rules_windows_quiet import compare


@pytest.mark.parametrize("seed", range(24))
def test_with_windows_a_sieve_changes_no_decision(seed: int) -> None:
    compare(seed)


def few(chance: Random) -> list[Rule]:
    """So that most series are quiet for most of the time."""
    return random_rules(chance, chance.choice([1, 2, 4]))[1]


@pytest.mark.parametrize("seed", range(24))
def test_with_any_rules_a_sieve_changes_no_decision(seed: int) -> None:
    compare(seed, few)
