"""Windows whose numbers are all well within the limits: they are not asked, and no value of theirs can matter."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from rules.shelf import new_panes
from rules.take import Take, Window
from rules.window import SECOND

EVERY = 10 * SECOND
OVER = 30 * SECOND
KINDS = ("min", "max", "mean", "last", "median", "p95")
ROW = np.array([0])


def told(kind: str, said: list[tuple[int, float]], low: float, high: float) -> list[tuple[bool, bool]]:
    """After each number: whether its windows are asked, and whether one of them has a value beyond the limits."""
    panes = new_panes(Take(kind, OVER, EVERY))
    panes.add_rows(1)
    panes.limit(0, low, high)
    found = []
    said = [(at * SECOND, value) for at, value in said]
    for index, (at, value) in enumerate(said):
        asked = bool(panes.may_pass(ROW, np.array([at]), np.array([value]))[0])
        made = Window(panes.take).foresee(said[: index + 1])
        matters = [made_value for end, made_value in made if end >= at and not low <= made_value <= high]
        found.append((asked, bool(matters)))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_asked_does_not_matter(kind: str) -> None:
    chance = Random(kind)
    asked = spared = mattered = 0
    for _ in range(300):
        at, said = 1_000, []
        level = chance.choice([0.5, 0.99999999999, 1.0, 3.0])
        for _ in range(chance.randrange(2, 12)):
            at += chance.choice([1, 4, 11, 35])
            said.append((at, chance.choice([level, -level, level * chance.random(), 1.0])))
        for is_asked, matters in told(kind, said, chance.choice([-np.inf, -1.0]), chance.choice([1.0, np.inf])):
            assert is_asked or not matters, said
            asked, spared, mattered = asked + is_asked, spared + (not is_asked), mattered + matters
    assert min(asked, spared, mattered) > 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_near_a_limit_is_asked_about_until_it_has_left_all_windows(kind: str) -> None:
    said = [(1_000, 0.2), (1_040, 0.2), (1_050, 1.5), (1_060, 0.2), (1_079, 0.2), (1_091, 0.2)]
    # The first: what was said before is not known.
    assert [asked for asked, _ in told(kind, said, -1.0, 1.0)] == [True, False, True, True, True, False]


def test_the_largest_number_is_near_any_limit_but_none() -> None:
    said = [(1_000, 0.2), (1_040, 1.7976931348623157e308), (1_100, 0.2)]
    assert [asked for asked, _ in told("max", said, -np.inf, 1e308)] == [True, True, False]
    assert [asked for asked, _ in told("max", said[:2], -np.inf, np.inf)] == [True, True]


def test_with_other_limits_or_another_series_in_its_place_what_was_said_is_not_known() -> None:
    panes = new_panes(Take("mean", OVER, EVERY))
    panes.add_rows(1)

    def asked(at: int) -> bool:
        return bool(panes.may_pass(ROW, np.array([at * SECOND]), np.array([0.2]))[0])

    panes.limit(0, -1.0, 1.0)
    assert [asked(at) for at in (1_000, 1_100)] == [True, False]
    panes.limit(0, -1.0, 0.3)
    assert [asked(at) for at in (1_110, 1_200)] == [True, False]
    panes.clear(0)
    assert [asked(at) for at in (1_210, 1_300)] == [True, False]


@pytest.mark.parametrize("kind", ["sum", "count", "rate", "change", "distinct"])
def test_what_does_not_lie_between_its_numbers_is_always_asked(kind: str) -> None:
    assert all(asked for asked, _ in told(kind, [(1_000, 0.2), (1_100, 0.2), (1_200, 0.2)], -1.0, 1.0))
