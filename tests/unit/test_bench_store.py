"""What the benchmark of the store makes of what it measured."""

from __future__ import annotations

import pytest

from bench.city import DEVICES, Plan
from bench.store import behind_s, reading_rows


@pytest.mark.parametrize("rows", [1_000_000, 10_000_000, 100_000_000])
def test_rows_are_spread_over_all_devices(rows: int) -> None:
    plan = Plan(rows)
    assert plan.per_tick * 30 * 8640 == pytest.approx(rows, rel=0.3)
    assert plan.quick + (plan.per_tick - plan.quick) * plan.slots >= DEVICES
    assert 0.5 <= plan.quick / plan.per_tick < 1


def test_what_is_not_shown_yet_is_as_late_as_the_first_of_it() -> None:
    assert behind_s([], 0, 5.0) == 0
    assert behind_s([1.0, 2.0, 3.0], 3, 5.0) == 0
    assert behind_s([1.0, 2.0, 3.0], 1, 5.0) == 3.0


def test_fifty_times_faster_holds_and_forty_does_not() -> None:
    looks, charts = [10.0] * 100, [20.0] * 100
    assert [row.holds for row in reading_rows(looks, charts, [10.0] * 3, [500.0] * 3)] == [True, True, True]
    assert [row.holds for row in reading_rows(looks, charts, [10.0] * 3, [400.0] * 3)] == [True, True, False]


def test_one_look_in_ten_that_is_slow_fails() -> None:
    status, chart, _ = reading_rows([10.0] * 90 + [25.0] * 10, [20.0] * 90 + [35.0] * 10, [1.0] * 3, [500.0] * 3)
    assert not status.holds
    assert not chart.holds
