"""Which pictures are analysed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from ingest.video.turns import Turns

START = datetime(2026, 3, 1, tzinfo=UTC)


def taken(times_s: Iterable[float], keyframes_s: Iterable[float] = ()) -> list[float]:
    turns, keyframes = Turns(), set(keyframes_s)
    return [at for at in times_s if turns.take(START + timedelta(seconds=at), keyframe=at in keyframes)]


@pytest.mark.parametrize("fps", [10, 15, 25, 30])
def test_five_pictures_a_second(fps: int) -> None:
    assert 4 * 20 <= len(taken(number / fps for number in range(20 * fps))) <= 5 * 20


@pytest.mark.parametrize("first", [0, 1, 2])
def test_no_picture_before_a_keyframe_keeps_it_from_being_analysed(first: int) -> None:
    times = [number / 10 for number in range(200)]
    keyframes = [at for number, at in enumerate(times) if number % 20 == first]
    assert set(keyframes) <= set(taken(times, keyframes))


def test_of_a_stream_that_is_all_keyframes_six_a_second_at_most() -> None:
    times = [number / 25 for number in range(500)]
    assert len(taken(times, times)) <= 6 * 20


def test_what_is_caught_up_with_is_not_analysed_again() -> None:
    assert taken([0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 2.1, 2.2], [0.0, 1.0, 2.0]) == [0.0, 1.0, 2.0, 2.2]


def test_after_a_clock_was_set_back_it_goes_on() -> None:
    assert taken([60.0, 50.0, 50.1, 50.2], [60.0]) == [60.0, 50.0, 50.2]
