"""What is said about motion, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ingest.video.analysis import Motion
from ingest.video.motion import Episode, Word

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
BOX = ((0.1, 0.2, 0.3, 0.4),)


def said(scores: list[tuple[float, float]]) -> list[tuple[float, Word]]:
    """What an episode says to (second, score)s."""
    episode = Episode()
    found = []
    for at_s, score in scores:
        word = episode.see(START + timedelta(seconds=at_s), Motion(score, BOX if score else ()))
        if word is not None:
            found.append((at_s, word))
    return found


def steady(first_s: float, last_s: float, score: float, step_s: float = 0.2) -> list[tuple[float, float]]:
    return [(first_s + index * step_s, score) for index in range(round((last_s - first_s) / step_s))]


def test_a_quiet_camera_says_so_at_once_and_every_thirty_seconds() -> None:
    words = said(steady(0, 65, 0.0))
    assert [round(at_s) for at_s, _ in words] == [0, 30, 60]
    assert {word.score for _, word in words} == {0.0}


def test_motion_is_said_at_once_then_every_second_then_that_it_is_over() -> None:
    words = said([*steady(0, 1, 0.0), *steady(1, 4, 0.05), *steady(4, 10, 0.0)])[1:]
    onset_s, onset = words[0]
    assert onset.onset
    assert onset.boxes == BOX
    assert onset_s == 1.2, "with the second moving picture"
    assert [round(at_s, 1) for at_s, word in words if word.score > 0] == [1.2, 2.2, 3.2]
    end_s, end = words[-1]
    assert end.score == 0.0
    assert 6.8 <= end_s <= 7.0, "three quiet seconds after the last moving picture"
    assert len(words) == 4


def test_a_single_moving_picture_is_no_motion() -> None:
    words = said([*steady(0, 2, 0.0), (2.0, 0.3), *steady(2.2, 10, 0.0), (10.0, 0.3), *steady(10.2, 12, 0.0)])
    assert {word.score for _, word in words} == {0.0}


def test_a_pause_shorter_than_the_quiet_time_does_not_end_it() -> None:
    words = said([*steady(0, 2, 0.1), *steady(2, 4.6, 0.0), *steady(4.6, 6, 0.1)])
    assert [word.onset for _, word in words].count(True) == 1
    assert 0.0 not in [word.score for _, word in words]


def test_it_goes_on_when_the_clock_is_set_back() -> None:
    words = said([*steady(0, 3, 0.1), *steady(-3600, -3590, 0.0)])
    assert words[-1][1].score == 0.0
