"""Tracks: one thing is one track, though it is looked at only now and then."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from ingest.video.analysis import Box
from ingest.video.track import Tracker, carried
from ingest.video.yolo import Detection

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
SIZE = (0.1, 0.3)


def box(x: float, y: float = 0.3) -> Box:
    return x, y, *SIZE


def person(x: float, score: float = 0.8, label: str = "person", y: float = 0.3) -> Detection:
    return Detection(label, score, box(x, y))


class Timeline:
    """A tracker that is shown pictures by the second."""

    def __init__(self, tracker: Tracker | None = None) -> None:
        self.tracker = tracker or Tracker(0.4)
        self.at_s = 0.0
        self.seen: set[int] = set()

    def show(
        self, found: list[Detection] | None = None, moving: list[Box] | None = None, after_s: float = 0.2
    ) -> list[int]:
        """The ids after the next picture. ``found`` is None where the detector did not look."""
        self.at_s += after_s
        if self.tracker.advance(START + timedelta(seconds=self.at_s)):
            looked = list(self.tracker.followed) if found is not None else []
            self.tracker.update(found or [], moving or [], looked)
        ids = [track.id for track in self.tracker.tracks()]
        self.seen.update(ids)
        return ids


def test_a_thing_is_spoken_of_when_it_was_found_twice() -> None:
    line = Timeline()
    assert line.show([person(0.1)], [box(0.1)]) == []
    assert len(line.show([person(0.11)], [box(0.11)])) == 1


def test_what_is_found_once_is_nothing() -> None:
    line = Timeline()
    line.show([person(0.1)], [box(0.1)])
    for _ in range(5):
        assert line.show([], []) == []


def test_a_weak_find_begins_no_track_and_carries_one_on() -> None:
    line = Timeline()
    for _ in range(4):
        assert line.show([person(0.1, score=0.3)]) == []
    line.show([person(0.1)])
    (track,) = line.show([person(0.1)], [box(0.1)])
    assert line.show([person(0.12, score=0.25)], []) == [track]


def test_between_two_looks_motion_carries_a_thing_across_the_picture() -> None:
    line = Timeline()
    line.show([person(0.0)], [box(0.0)])
    (track,) = line.show([person(0.02)], [box(0.02)])
    for step in range(2, 40):
        x = 0.02 * step
        found = [person(x)] if step % 5 == 0 else None
        assert line.show(found, [box(x)]) == [track]
        assert line.tracker.tracks()[0].box == pytest.approx(box(x), abs=0.05)


def test_two_things_that_pass_each_other_stay_two() -> None:
    line = Timeline()
    for step in range(50):
        left, right = 0.02 * step, 0.9 - 0.02 * step
        found = [person(left, y=0.1), person(right, y=0.5)] if step % 4 < 2 else None
        line.show(found, [box(left, 0.1), box(right, 0.5)])
    assert len(line.seen) == 2


def test_who_stands_still_is_kept_through_pictures_in_which_nothing_happens() -> None:
    line = Timeline()
    line.show([person(0.1)], [box(0.1)])
    (track,) = line.show([person(0.12)], [box(0.12)])
    line.show([person(0.12)], [])
    for _ in range(100):
        assert line.show(None, []) == [track]
    for _ in range(10):
        assert line.show(None, [], after_s=9.0) == [track], "pictures may be as far apart as keyframes"


def test_who_moved_last_and_is_not_found_again_is_gone_in_seconds() -> None:
    line = Timeline()
    line.show([person(0.85)], [box(0.85)])
    line.show([person(0.87)], [box(0.87)])
    assert line.show(None, [box(0.9)])
    left_s = line.at_s
    while line.show([] if line.at_s - left_s > 0.5 else None, []):
        assert line.at_s - left_s < 3.0


def test_who_stood_is_gone_when_looks_find_nothing() -> None:
    line = Timeline()
    line.show([person(0.1)], [box(0.1)])
    line.show([person(0.1)], [])
    assert line.show(None, [])
    for _ in range(4):
        assert line.show([], []), "a look may miss who does not move"
    assert line.show([], []) == []


def test_who_stands_for_long_is_not_gone_with_one_look_that_misses() -> None:
    line = Timeline()
    line.show([person(0.1)], [box(0.1)])
    (track,) = line.show([person(0.12)], [box(0.12)])
    line.show([person(0.12)], [])
    for _ in range(100):
        line.show(None, [])
    assert line.show([], []) == [track]
    for _ in range(20):
        assert line.show(None, []) == [track]
    assert line.show([person(0.12)], []) == [track]


def test_who_comes_to_rest_between_two_looks_stands_there_until_one_says_that_nobody_does() -> None:
    line = Timeline()
    line.show([person(0.1)], [box(0.1)])
    (track,) = line.show([person(0.12)], [box(0.12)])
    line.show(None, [box(0.16)])
    for _ in range(100):
        assert line.show(None, []) == [track]


@pytest.mark.parametrize(
    "order",
    [((0.5, 0.06, 0.2, 0.3), (0.49, 0.05, 0.22, 0.86)), ((0.49, 0.05, 0.22, 0.86), (0.5, 0.06, 0.2, 0.3))],
    ids=["part first", "whole first"],
)
def test_who_was_found_in_part_and_then_whole_is_one(order: tuple[Box, Box]) -> None:
    line = Timeline()
    part, whole = (Detection("person", 0.8, each) for each in order)
    for _ in range(3):
        line.show([part], [order[0]])
    for _ in range(3):
        assert len(line.show([whole], [order[1]])) == 1
    assert len(line.seen) == 1


def test_two_halves_that_turn_out_to_be_one_whole_are_one_at_once() -> None:
    line = Timeline()
    upper, lower = Detection("person", 0.8, (0.5, 0.1, 0.2, 0.38)), Detection("person", 0.8, (0.51, 0.6, 0.18, 0.32))
    for _ in range(2):
        line.show([upper], [upper.box])
    (track,) = line.seen
    for _ in range(2):
        line.show([lower], [lower.box])
    for _ in range(2):
        ids = line.show([Detection("person", 0.9, (0.5, 0.05, 0.2, 0.9))], [])
    assert ids == [track], "the elder of the two"


def test_who_comes_out_from_behind_another_is_another() -> None:
    line = Timeline()
    near, far = Detection("person", 0.9, (0.3, 0.1, 0.3, 0.9)), Detection("person", 0.8, (0.35, 0.2, 0.1, 0.3))
    for _ in range(3):
        line.show([near], [near.box])
    for _ in range(3):
        line.show([near, far], [near.box])
    assert len(line.tracker.tracks()) == 2


def test_it_is_known_where_a_thing_came_from_before_it_was_found() -> None:
    line = Timeline()
    for step in range(4):
        line.show([], [box(0.1 + 0.05 * step)])
    line.show([person(0.3)], [box(0.3)])
    line.show([person(0.35)], [box(0.35)])
    (track,) = line.tracker.tracks()
    assert [before[0] for before in track.before] == pytest.approx([0.1, 0.15, 0.2, 0.25, 0.3])
    for _ in range(12):
        line.show([person(0.35)], [])
    assert line.tracker.tracks()[0].before == (), "it is of use while it is new"


def test_what_moves_on_where_looks_find_nothing_is_something_else() -> None:
    line = Timeline()
    line.show([person(0.1)], [box(0.1)])
    assert line.show([person(0.1)], [box(0.1)])
    for step in range(20):
        line.show([], [box(0.1 + 0.01 * step)])
    assert line.tracker.tracks() == ()


def test_what_has_always_stood_there_is_not_spoken_of_until_it_moves() -> None:
    line = Timeline()
    for _ in range(10):
        assert line.show([person(0.1, label="car")], [(0.6, 0.6, 0.1, 0.1)]) == []
    line.show([person(0.12, label="car")], [box(0.12)])
    assert len(line.seen) == 1


def test_what_is_found_elsewhere_has_moved_though_no_motion_was_seen() -> None:
    line = Timeline()
    for step in range(8):
        line.show([person(0.1 + 0.03 * step)], [])
    assert len(line.seen) == 1


def test_the_label_is_what_it_was_found_to_be_most_often() -> None:
    line = Timeline()
    for label in ("truck", "car", "car", "truck", "car"):
        line.show([person(0.1, label=label)], [box(0.1)])
    assert [track.label for track in line.tracker.tracks()] == ["car"]


def test_a_clock_that_is_set_back_or_a_long_pause_begins_anew() -> None:
    for pause_s in (-3600.0, 61.0):
        line = Timeline()
        for _ in range(3):
            line.show([person(0.1)], [box(0.1)])
        before = set(line.seen)
        assert line.show([person(0.1)], [box(0.1)], after_s=pause_s) == []
        assert set(line.show([person(0.1)], [box(0.1)])).isdisjoint(before)


def test_a_picture_of_the_same_moment_is_of_no_use() -> None:
    line = Timeline()
    line.show([person(0.1)])
    assert not line.tracker.advance(START + timedelta(seconds=line.at_s))


def test_ids_are_of_the_process_and_never_come_again() -> None:
    lines = [Timeline(), Timeline()]
    for line, _ in itertools.product(lines, range(3)):
        line.show([person(0.1)], [box(0.1)])
    assert len(lines[0].seen | lines[1].seen) == 2


def test_motion_alone_is_followed_where_nothing_is_named() -> None:
    line = Timeline(Tracker(0.5, confirm=3))
    for step in range(20):
        line.show([Detection("moving", 1.0, box(0.02 * step))], [box(0.02 * step)])
    assert len(line.seen) == 1
    assert [track.label for track in line.tracker.tracks()] == ["moving"]


def test_irregular_pictures_break_no_track() -> None:
    line = Timeline()
    x = 0.0
    for index in range(30):
        after_s = (0.2, 0.35, 0.8, 0.2)[index % 4]
        x += 0.04 * after_s
        line.show([person(x)] if index % 2 else None, [box(x)], after_s=after_s)
    assert len(line.seen) == 1


def test_motion_of_the_size_of_a_thing_is_the_thing() -> None:
    assert carried(box(0.1), [box(0.14)]) == pytest.approx(box(0.14))


def test_motion_within_a_thing_leaves_it_where_it_is() -> None:
    assert carried(box(0.1), [(0.12, 0.35, 0.04, 0.08)]) == box(0.1)


def test_motion_far_larger_than_a_thing_tells_nothing_of_it() -> None:
    assert carried(box(0.3), [(0.1, 0.1, 0.6, 0.8)]) is None


def test_a_thing_is_never_carried_out_of_the_picture() -> None:
    x, _, width, _ = carried(box(0.88), [(0.93, 0.3, 0.07, 0.3)]) or box(0)
    assert x + width <= 1.0
