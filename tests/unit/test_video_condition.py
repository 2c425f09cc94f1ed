"""When a condition is said."""

from __future__ import annotations

from ingest.video.condition import Condition
from tests.fix_analysis import at


def said(holds: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    condition = Condition()
    values = [(second, condition.see(at(second), holds=each)) for second, each in holds]
    return [(second, value) for second, value in values if value is not None]


def test_each_change_is_said_once_and_first_of_all_that_it_does_not_hold() -> None:
    states = [(0, False), (1, False), (2, True), (3, True), (4, False), (5, False)]
    assert said([(float(second), each) for second, each in states]) == [(0, 0.0), (2, 1.0), (4, 0.0)]


def test_what_lasts_is_said_again_every_thirty_seconds_and_what_does_not_is_not() -> None:
    assert said([(float(second), 100 <= second < 200) for second in range(400)]) == [
        (0, 0.0), (100, 1.0), (130, 1.0), (160, 1.0), (190, 1.0), (200, 0.0),
    ]  # fmt: skip


def test_a_clock_that_is_set_back_silences_nothing() -> None:
    assert said([(0, False), (100, True), (50, True), (60, False)]) == [(0, 0.0), (100, 1.0), (50, 1.0), (60, 0.0)]


def test_it_knows_since_when_it_lasts() -> None:
    condition = Condition()
    for second in range(10):
        condition.see(at(second), holds=3 <= second < 8)
        assert condition.since == (at(3) if 3 <= second < 8 else None)
