"""Windows of values against their definition: all observations of (t - over, t] at every multiple of ``every``."""

from __future__ import annotations

import statistics
from random import Random

import numpy as np
import pytest

from rules.take import KINDS, MAX_VALUES, PERCENTILES, Made, Take, Window

EVERY = 1000
T0 = 50 * EVERY
END = 100 * EVERY
Said = list[tuple[int, float]]


def value_of(kind: str, said: Said) -> float | None:
    """From the definition."""
    values = [value for _, value in said]
    if kind == "count":
        return len(values)
    if kind == "distinct":
        return len(set(values))
    if kind == "sum":
        return sum(values)
    if not values:
        return None
    if kind in PERCENTILES:
        return float(np.percentile(values, 100 * PERCENTILES[kind]))
    if kind in {"rate", "change"}:
        passed_s = (said[-1][0] - said[0][0]) / 1e6
        change = values[-1] - values[0]
        return None if not passed_s else change if kind == "change" else change / passed_s
    if kind == "last":
        return values[-1]
    return statistics.fmean(values) if kind == "mean" else min(values) if kind == "min" else max(values)


def by_definition(take: Take, said: Said) -> dict[int, float]:
    """The values while the window holds something, and that of the first empty one after it."""
    found = {}
    for at in range(0, END, EVERY):
        own, before = ([item for item in said if now - take.over_us < item[0] <= now] for now in (at, at - EVERY))
        value = value_of(take.kind, own)
        if value is not None and (own or before):
            found[at] = round(value, 9)
    return found


def told(made: list[Made], wanted: dict[int, float]) -> dict[int, float]:
    """Without what is said of windows that are empty still."""
    return {at: round(value, 9) for at, value in made if at in wanted or value}


def some(chance: Random) -> Said:
    times = sorted(chance.sample(range(T0, T0 + 20 * EVERY), chance.randint(1, 14)))
    times += [times[-1] + chance.randint(5, 12) * EVERY] * chance.randint(0, 1)
    return [(at, float(chance.choice([-2, 0, 1, 1, 2.5, 7]))) for at in times]


@pytest.mark.parametrize("kind", KINDS)
def test_the_values_are_those_of_the_definition_however_they_come_to_be_known(kind: str) -> None:
    for seed in range(40):
        chance = Random(seed)
        take = Take(kind, EVERY * chance.choice([1, 2, 5]), EVERY)
        said, window, made, border = some(chance), Window(take), list[Made](), 0
        wanted = by_definition(take, said)
        said = [(at, take.number_of(value, None) or 0.0) for at, value in said]
        while border < END:
            ahead = {at: value for at, value in wanted.items() if at > window.ticked * EVERY}
            assert told(window.foresee([item for item in said if item[0] > border]), wanted) == ahead
            after = border + chance.choice([300, 1000, 2500, 9000])
            made += window.go_on([item for item in said if border < item[0] <= after], after)
            window = Window(take, window.ticked, list(window.panes), window.nth, window.passed)
            border = after
        assert told(made, wanted) == wanted
        assert not window


def test_the_order_of_numbers_does_not_matter_to_a_sum() -> None:
    values = [1e16, 3.0, -1e16, 0.25, 1e-3]
    sums = set()
    for seed in range(20):
        mixed = Random(seed).sample(values, len(values))
        [(_, found)] = Window(Take("sum", EVERY, EVERY)).go_on([(T0 + 1, value) for value in mixed], T0 + EVERY)
        sums.add(found)
    assert sums == {3.251}


def test_of_too_many_values_a_percentile_takes_every_second_or_fourth_evenly() -> None:
    window = Window(Take("median", EVERY, EVERY))
    count = 4 * MAX_VALUES
    [(_, found)] = window.go_on([(T0 + 1 + number, float(number)) for number in range(count)], T0 + EVERY)
    assert found == pytest.approx(count / 2, rel=0.1)
    assert len(window.panes) <= 2 * MAX_VALUES


def test_a_window_that_had_too_many_values_keeps_them_all_again_when_there_are_few() -> None:
    window = Window(Take("median", 2 * EVERY, EVERY))
    window.go_on([(T0 + 1 + number, float(number)) for number in range(2 * MAX_VALUES)], T0 + EVERY)
    assert window.nth == 2
    window.go_on([], T0 + 10 * EVERY)
    made = window.go_on([(T0 + 10 * EVERY + n, value) for n, value in ((1, 1.0), (2, 2.0), (3, 9.0))], T0 + 11 * EVERY)
    assert (window.nth, made[-1]) == (1, (T0 + 11 * EVERY, 2.0))


def test_no_more_different_values_are_counted_than_are_kept() -> None:
    window = Window(Take("distinct", EVERY, EVERY))
    said = [(T0 + 1 + number, float(number % 50)) for number in range(100)]
    assert window.go_on(said, T0 + EVERY) == [(T0 + EVERY, float(MAX_VALUES))]


def test_texts_count_and_differ_and_are_no_numbers() -> None:
    assert Take("count", 1, 1).number_of(None, "words") == 1
    assert Take("mean", 1, 1).number_of(None, "words") is None
    distinct = Take("distinct", 1, 1)
    one, other = distinct.number_of(None, "one"), distinct.number_of(None, "other")
    assert one is not None
    assert other is not None
    assert one != other
    assert one > 1e12
    assert one == distinct.number_of(None, "one")
    assert distinct.number_of(4.0, "one") == 4
    assert distinct.number_of(None, None) is None
