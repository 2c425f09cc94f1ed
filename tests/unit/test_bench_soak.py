"""What the soak makes of its samples."""

from __future__ import annotations

import pytest

from bench.meter import Sample
from bench.soak import rows, slope_per_hour


def samples(memory: list[int], handles: list[int]) -> list[tuple[float, Sample]]:
    pairs = zip(memory, handles, strict=True)
    return [(60.0 * n, Sample(0.0, 0, 12, open_files, own)) for n, (own, open_files) in enumerate(pairs)]


def test_the_slope_is_in_per_cent_of_the_mean_an_hour() -> None:
    assert slope_per_hour([0.0, 1800.0, 3600.0], [99.0, 100.0, 101.0]) == pytest.approx(2.0)


def test_growth_in_the_warm_up_counts_for_nothing() -> None:
    memory = [100, 150, 200, *[300] * 15]
    slope, threads, handles = rows(samples(memory, [9] * 18), warm_up_s=180.0)
    assert (slope.value, threads.value, handles.value) == (0.0, 0, 0)
    assert slope.holds
    assert threads.holds
    assert handles.holds


def test_decoders_that_come_and_go_are_no_growth_and_a_floor_that_rises_is() -> None:
    comes_and_goes = [300, 300, 330] * 6 + [300, 390]
    slope, *_ = rows(samples(comes_and_goes, [9] * 20), warm_up_s=0.0)
    assert slope.value == 0.0
    slope, *_ = rows(samples([value + n for n, value in enumerate(comes_and_goes)], [9] * 20), warm_up_s=0.0)
    assert slope.value == pytest.approx(100 * 60 / 307, rel=0.1)
    assert not slope.holds


def test_a_handle_that_is_left_over_fails() -> None:
    *_, handles = rows(samples([300] * 18, [9] * 15 + [10] * 3), warm_up_s=180.0)
    assert handles.value == 1
    assert not handles.holds


def test_a_worker_that_ended_holds_nothing() -> None:
    assert not any(row.holds for row in rows(samples([300] * 18, [9] * 18), 0.0, "the worker ended by itself"))
    assert not any(row.holds for row in rows([], 0.0))
