"""How the benchmark of cameras holds reports against the truth."""

from __future__ import annotations

import pytest

from bench.score import NOTHING, Report, Score, percentile, score, truth

EVENTS = [(10.0, 14.0), (50.0, 53.0)]
LOOP_S = 100.0
BEGAN = 1000.0
WINDOW = (1100.0, 1200.0)


def of(*reports: Report) -> Score:
    return score(EVENTS, LOOP_S, BEGAN, reports, WINDOW)


def test_truth_repeats_with_the_loop_and_keeps_to_the_window() -> None:
    assert truth(EVENTS, LOOP_S, BEGAN, (1040.0, 1112.0)) == [(1050.0, 1053.0), (1110.0, 1114.0)]


def test_nothing_reported_finds_nothing() -> None:
    assert of() == Score(2, 0, 0, ())


def test_a_report_of_an_event_finds_it_after_its_delay() -> None:
    assert of(Report(1110.4, 1117.0, 1110.9)).found == 1
    assert of(Report(1110.4, 1117.0, 1110.9)).delays_s == pytest.approx((0.9,))


def test_a_report_that_goes_on_from_before_finds_an_event_but_tells_no_delay() -> None:
    assert of(Report(1090.0, 1111.0, 1090.0)) == Score(2, 1, 0, ())


def test_a_report_when_nothing_is_in_view_is_a_false_alarm() -> None:
    assert of(Report(1130.0, 1134.0, 1130.2)) == Score(2, 0, 1, ())


def test_a_report_that_begins_as_the_thing_leaves_is_no_false_alarm() -> None:
    assert of(Report(1115.9, 1118.0, 1116.0)).false_alarms == 0
    assert of(Report(1116.1, 1118.0, 1116.2)).false_alarms == 1


def test_a_shadow_that_comes_before_its_thing_counts_as_the_thing() -> None:
    assert of(Report(1109.6, 1117.0, 1109.8)) == Score(2, 1, 0, (0.0,))


def test_what_is_outside_the_window_counts_for_nothing() -> None:
    assert of(Report(1030.0, 1034.0, 1030.0), Report(1210.0, 1214.0, 1210.0)) == Score(2, 0, 0, ())


def test_an_event_that_began_before_the_window_excuses_a_report_within_it() -> None:
    window = (1112.0, 1140.0)
    assert score(EVENTS, LOOP_S, BEGAN, [Report(1113.0, 1117.0, 1113.0)], window) == Score(0, 0, 0, ())


def test_scores_add_up() -> None:
    assert Score(2, 1, 0, (0.5,)) + Score(1, 1, 3, (0.7,)) + NOTHING == Score(3, 2, 3, (0.5, 0.7))


def test_percentile_is_the_nearest_rank() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95.0
