"""Windows in arrays against ``rules.take.Window``: the same panes after each number, no value that matters missed."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.panes import Panes
from rules.shelf import new_panes
from rules.take import KINDS, MAX_VALUES, PERCENTILES, Made, Take, Window
from rules.window import SECOND

ROWS = 4
EXACT = (*PERCENTILES, "distinct")
"""Of these nothing is added up that could lose a digit, and the values themselves are looked at."""
START = 1_700_000_000 * SECOND


def state(window: Window) -> tuple[list[float], int, int, int]:
    return list(window.panes), window.ticked, window.nth, window.passed


class Both:
    """Rows of panes, and a window for each."""

    def __init__(self, take: Take, chance: Random) -> None:
        self.take, self.chance = take, chance
        self.panes: Panes = new_panes(take)
        self.panes.add_rows(ROWS)
        self.panes.low[:] = chance.choice([-np.inf, 0.3])
        self.panes.high[:] = chance.choice([np.inf, 0.6, 2.0, 8.0])
        if take.kind in EXACT and chance.random() < 0.7:
            for row in range(ROWS):
                self.panes.low[row], self.panes.high[row] = near(take.kind, chance)
        self.windows = [Window(take) for _ in range(ROWS)]
        self.time = [START] * ROWS

    def turn(self, numbers: list[float]) -> None:
        """Some of the rows hear a number each."""
        rows = [row for row in range(ROWS) if self.chance.random() < 0.7]
        for row in rows:
            self.time[row] += self.step()
        at = [self.time[row] for row in rows]
        value = [1.0 if self.take.kind == "count" else self.chance.choice(numbers) for _ in rows]
        if not rows:
            return
        self.panes.enter(np.array(rows), np.array(at), np.array(value))
        self.panes.tick(np.array(rows), np.array(at) // self.take.every_us)
        made: dict[int, list[Made]] = {}
        for row, then, number in zip(rows, at, value, strict=True):
            made[row] = self.windows[row].go_on([(then, number)], then)
            assert state(self.panes.window(row, then)) == state(self.windows[row])
        passing = self.panes.ahead(np.array(rows), np.array(at)).passing().tolist()
        for row, is_passing in zip(rows, passing, strict=True):
            matters = any(self.matters(row, each) for each in self.windows[row].foresee([]))
            assert is_passing or not matters
            if self.take.kind in EXACT:  # the window that ends just now counts, too
                assert matters or not is_passing or any(
                    self.matters(row, each) for each in made[row] if each[0] == self.time[row]
                )

    def matters(self, row: int, made: Made) -> bool:
        return bool(made[1] > self.panes.high[row] or made[1] < self.panes.low[row])

    def step(self) -> int:
        every = self.take.every_us
        usual = [SECOND, SECOND, SECOND // 2, 3 * SECOND + 1, every]
        return self.chance.choice(usual if self.chance.random() < 0.97 else [10 * every, 100 * every])

    def hand_over(self) -> None:
        row = self.chance.randrange(ROWS)
        self.panes.load(row, self.panes.window(row, self.time[row]))


def near(kind: str, chance: Random) -> tuple[float, float]:
    """Limits on which values often fall, or between which they often are."""
    if kind == "distinct":
        return chance.choice([-np.inf, 0, 1, 2]), chance.choice([np.inf, 1, 2, 3, 8, 20])
    middle = PERCENTILES[kind]
    return chance.choice([-np.inf, middle - chance.random() / 5]), middle + chance.uniform(-0.1, 0.1)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**48), steps=st.sampled_from([10, 120]))
def test_rows_of_panes_are_windows(kind: str, seed: int, steps: int) -> None:
    chance = Random(seed)
    every = chance.choice([1, 2, 5]) * SECOND
    both = Both(Take(kind, every * chance.choice([1, 2, 5, 10]), every), chance)
    numbers = [0.1, 0.3, 0.7, 1e9, -2.0, 1e-9] if chance.random() < 0.3 else [chance.random() for _ in range(40)]
    for _ in range(steps):
        both.turn(numbers)
        if chance.random() < 0.1:
            both.hand_over()


def test_numbers_too_large_to_be_added_up_are_never_taken_for_harmless() -> None:
    panes = new_panes(Take("mean", 2 * SECOND, SECOND))
    panes.add_rows(1)
    panes.high[:] = 1e300
    rows, times = np.array([0]), [np.array([START + second * SECOND]) for second in (1, 2)]
    panes.enter(rows, times[0], np.array([1.7e308]))
    ahead = panes.ahead(rows, times[1])
    ahead.enter(rows, times[1], np.array([1.7e308]))
    assert ahead.passing()[0]


def test_of_as_many_values_as_are_kept_all_count() -> None:
    panes = new_panes(Take("median", 10 * SECOND, 10 * SECOND))
    panes.add_rows(1)
    panes.high[:] = 15.2
    rows = np.array([0])
    for number in range(MAX_VALUES):
        at = np.array([START + 1 + number])
        assert not panes.ahead(rows, at).passing()[0]
        panes.enter(rows, at, np.array([float(number)]))
    assert panes.ahead(rows, at).passing()[0], "the middle of 0 to 31 is 15.5"
