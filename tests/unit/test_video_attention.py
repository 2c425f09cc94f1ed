"""When the detector looks, and when it does not."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from ingest.video.analysis import Box
from ingest.video.attention import Attention
from ingest.video.track import Followed
from ingest.video.yolo import Detection

THING = (0.3, 0.3, 0.1, 0.2)
WHOLE = (0.0, 0.0, 1.0, 1.0)


def looks(attention: Attention, seconds: float, moving: list[Box], found: list[Detection]) -> list[float]:
    """The times at which it looks while that moves and is found."""
    at = []
    for step in range(round(seconds / 0.2)):
        now_s = step * 0.2
        if attention.due(now_s, moving, []):
            at.append(round(now_s, 1))
            attention.looked(now_s, [WHOLE], moving, found)
    return at


def track(track_id: int = 1, moved_s: float = 0.0, box: Box = THING) -> Followed:
    return Followed(track_id, box, box, True, 0.9, Counter(person=3), found_s=moved_s, seen_s=moved_s, moved_s=moved_s)


def test_a_picture_in_which_nothing_happens_is_not_looked_at() -> None:
    assert looks(Attention(), 60, [], []) == []


def test_what_has_begun_to_move_is_looked_at_in_every_picture_until_it_is_followed() -> None:
    assert len(looks(Attention(), 2, [THING], [Detection("person", 0.9, THING)])) == 10


def test_where_nothing_is_found_it_looks_less_and_less() -> None:
    times = looks(Attention(), 60, [THING], [])
    assert times[0] == 0.0
    assert times[1] < 1.0
    assert len(times) <= 35
    assert min(b - a for a, b in pairwise(times[5:])) >= 1.9


def test_something_new_is_looked_at_though_a_tree_waves_elsewhere() -> None:
    attention = Attention()
    looks(attention, 20, [THING], [])
    attention.looked(20.0, [WHOLE], [THING], [])
    assert attention.due(20.2, [THING], []) == []
    assert attention.due(20.2, [THING, (0.8, 0.8, 0.1, 0.1)], []) == [(0.8, 0.8, 0.1, 0.1)]


def test_a_place_that_was_fruitless_is_new_again_after_a_while() -> None:
    attention = Attention()
    looks(attention, 20, [THING], [])
    assert attention.due(31.0, [THING], []) == [THING]
    attention.looked(31.0, [WHOLE], [THING], [])
    assert attention.due(31.4, [THING], []) == [THING], "soon, as for the first time"


def test_motion_that_was_not_in_the_part_looked_at_is_still_new() -> None:
    attention = Attention()
    assert attention.due(0.0, [THING], []) == [THING]
    attention.looked(0.0, [(0.6, 0.6, 0.3, 0.3)], [THING], [])
    assert attention.due(0.2, [THING], []) == [THING]


def test_what_is_followed_is_looked_at_once_a_second_while_it_moves() -> None:
    attention, followed, count = Attention(), track(), 0
    for step in range(50):
        followed.moved_s = now_s = step * 0.2
        if attention.due(now_s, [THING], [followed]):
            count += 1
            attention.note(now_s, followed)
    assert 9 <= count <= 11


def test_what_stands_still_is_looked_at_more_and_more_rarely_and_never_forgotten() -> None:
    attention, followed, times = Attention(), track(moved_s=0.0), []
    for step in range(5 * 600):
        now_s = step * 0.2
        if attention.due(now_s, [], [followed]):
            times.append(now_s)
            attention.note(now_s, followed)
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps[1] < 2.0
    assert 29.0 < gaps[-1] < 31.0
    assert len(times) < 30, "in ten minutes"


def test_while_it_stands_long_no_more_pictures_are_wanted() -> None:
    attention, followed = Attention(), track(moved_s=0.0)
    curious = {}
    for step in range(5 * 60):
        now_s = step * 0.2
        if attention.due(now_s, [], [followed]):
            attention.note(now_s, followed)
        curious[round(now_s, 1)] = attention.curious
    assert curious[0.4]
    assert not curious[50.0]


def test_what_moves_at_the_edge_of_somebody_known_is_looked_at_with_the_whole_of_them() -> None:
    attention, followed = Attention(), track(moved_s=0.0)
    attention.note(0.0, followed)
    assert attention.due(0.2, [(0.38, 0.35, 0.06, 0.1)], [followed]) == [pytest.approx((0.3, 0.3, 0.14, 0.2))]


def test_after_a_look_that_missed_the_next_comes_soon() -> None:
    attention, followed = Attention(), track(moved_s=0.0)
    attention.note(100.0, followed)
    followed.misses = 1
    attention.note(100.2, followed)
    followed.moved_s = 100.4
    assert attention.due(100.8, [THING], [followed]) == [THING]


def test_where_much_goes_on_a_look_is_for_everything() -> None:
    attention = Attention()
    many = [track(index, box=(0.1 * index, 0.1, 0.05, 0.05)) for index in range(6)]
    for each in many:
        attention.note(0.0, each)
    new = (0.9, 0.9, 0.05, 0.05)
    assert set(attention.due(0.2, [new], many)) == {new, *(each.box for each in many)}
