"""What is said about motion, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ingest.video.analysis import Box, Motion
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


def box_at(x: float, size: float = 0.05) -> tuple[Box, ...]:
    return ((x, 0.5, size, size),)


def told_onsets(pictures: list[tuple[float, Motion]]) -> list[float]:
    episode = Episode()
    words = [(at_s, episode.see(START + timedelta(seconds=at_s), motion)) for at_s, motion in pictures]
    return [round(at_s, 1) for at_s, word in words if word is not None and word.onset]


def test_flakes_that_are_each_elsewhere_are_no_motion() -> None:
    flakes = [(index * 0.2, Motion(0.002, box_at(0.1 if index % 2 else 0.8))) for index in range(20)]
    alone = [(at_s, motion if round(at_s * 5) % 3 == 0 else Motion(0.0)) for at_s, motion in flakes]
    assert told_onsets(alone) == []
    assert told_onsets([(at_s, Motion(0.002, box_at(0.1 + 0.1 * at_s))) for at_s, _ in flakes]) == [0.2]


def test_what_is_seen_again_only_after_three_pictures_without_it_was_something_else() -> None:
    def every(step: int) -> list[tuple[float, Motion]]:
        return [(i * 0.2, Motion(0.01, box_at(0.5)) if i % step == 0 else Motion(0.0)) for i in range(13)]

    assert told_onsets(every(3)) == [0.6]
    assert told_onsets(every(4)) == []


def test_at_keyframes_a_thing_may_have_gone_far() -> None:
    assert told_onsets([(0.0, Motion(0.01, box_at(0.05))), (2.0, Motion(0.01, box_at(0.9)))]) == [2.0]


def test_what_seems_to_move_as_the_light_changes_proves_nothing() -> None:
    lit = [(index * 0.2, Motion(0.3, box_at(0.5, 0.5), in_new_light=index < 3)) for index in range(6)]
    assert told_onsets(lit[:4]) == []
    assert told_onsets(lit) == [0.8]


def test_more_pictures_are_asked_for_only_while_it_is_in_doubt() -> None:
    episode, doubts, fading = Episode(), [], []
    for index, score in enumerate([0, 0.1, 0.1, 0.1, *[0] * 16, 0.1, 0, 0, 0, 0]):
        episode.see(START + timedelta(seconds=index * 0.2), Motion(score, BOX if score else ()))
        doubts.append(episode.in_doubt)
        fading.append(episode.fading)
    begins, goes_on = doubts[1], doubts[2:20]
    assert (doubts[0], begins, any(goes_on)) == (False, True, False)
    assert fading == [*[False] * 4, *[True] * 14, *[False] * 7], "from the last that moved until it is over"
    assert doubts[20:] == [True, True, True, True, False], "a single picture is in doubt for three more"


def test_a_pause_shorter_than_the_quiet_time_does_not_end_it() -> None:
    words = said([*steady(0, 2, 0.1), *steady(2, 4.6, 0.0), *steady(4.6, 6, 0.1)])
    assert [word.onset for _, word in words].count(True) == 1
    assert 0.0 not in [word.score for _, word in words]


def test_it_goes_on_when_the_clock_is_set_back() -> None:
    words = said([*steady(0, 3, 0.1), *steady(-3600, -3590, 0.0)])
    assert words[-1][1].score == 0.0
