"""What was set down and left, and what was taken away."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from hub.model.observation import Observation
from ingest.video.analyse import MotionDetector
from ingest.video.analysis import Track
from ingest.video.decode import Luma
from ingest.video.left import Left
from ingest.video.zones import Zones
from tests.fix_analysis import frame, noisy, snapshots, stills, told, watch
from tests.unit.test_video_zones import zone

EVERYWHERE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
BOTTLES = "bottle-detection.mp4"
PEOPLE = "one-by-one-person-detection.mp4"
Shot = tuple[float, float]
"""Of the clip: from, to, backwards where that is earlier; where both are the same, one still."""


def left(folder: Path, after: str = "10s", polygon: tuple[tuple[float, float], ...] = EVERYWHERE) -> Left:
    return Left("cam-1", Zones([zone("hall", polygon, left=after)]), snapshots(folder))


def changes(found: Iterable[Observation]) -> list[tuple[float, str, float | None]]:
    """What is said, without the zeros at the beginning and what is repeated."""
    kept: list[tuple[float, str, float | None]] = []
    for second, metric, value in told(found):
        before = [each for _, name, each in kept if name == metric]
        if (before[-1] if before else 0.0) != value:
            kept.append((second, metric, value))
    return kept


@functools.cache
def film(*shots: tuple[Shot, float]) -> tuple[Luma, ...]:
    """Five pictures a second: stretches of the clip of the bottles, and stills of it with the sensor's noise."""
    rng, clip = np.random.default_rng(8), stills(BOTTLES)
    found: list[Luma] = []
    for (first, last), seconds in shots:
        if first == last:
            found += [noisy(clip[round(first * 5)], 2, rng) for _ in range(round(seconds * 5))]
        else:
            found += clip[round(min(first, last) * 5) : round(max(first, last) * 5)][:: 1 if first < last else -1]
    return tuple(found)


def timed(pictures: Iterable[Luma], step_s: float = 0.2, every: int = 1) -> list[tuple[float, Luma]]:
    return [(index * step_s, luma) for index, luma in enumerate(pictures)][::every]


TAKEN = film(((5, 5), 25), ((5, 9), 0), ((9, 9), 20), ((9, 5), 0), ((5, 5), 10))
"""A bottle is taken away at about 27 s and put back at about 51."""
SET_DOWN = film(((20, 20), 25), ((20, 25.6), 0), ((25.6, 25.6), 20), ((25.6, 20), 0), ((20, 20), 10))
"""A bottle is set down at about 30 s and is gone at about 53."""


@pytest.mark.parametrize("every", [2, 10], ids=["moving", "keyframes"])
def test_what_is_set_down_is_left_after_the_zones_time_until_it_is_taken(tmp_path: Path, every: int) -> None:
    found = changes(watch(left(tmp_path), timed(SET_DOWN, every=every)))
    assert [(metric, value) for _, metric, value in found] == [("left.hall", 1.0), ("left.hall", 0.0)]
    assert 39 <= found[0][0] <= 45
    assert 52 <= found[1][0] <= 60


@pytest.mark.parametrize("every", [2, 10], ids=["moving", "keyframes"])
def test_what_is_taken_away_is_removed_until_something_stands_there_again(tmp_path: Path, every: int) -> None:
    found = changes(watch(left(tmp_path), timed(TAKEN, every=every)))
    assert [(metric, value) for _, metric, value in found] == [("removed.hall", 1.0), ("removed.hall", 0.0)]
    assert 36 <= found[0][0] <= 43
    assert 51 <= found[1][0] <= 57


def test_it_is_told_where_with_a_picture(tmp_path: Path) -> None:
    found = watch(left(tmp_path), timed(SET_DOWN[: 50 * 5], every=5))
    attrs = next(item.attrs or {} for item in found if item.value)
    assert all(0.4 < x < 0.55 and y > 0.25 for x, y, _, _ in attrs["boxes"])
    assert (tmp_path / "snapshots" / attrs["snapshot"]).is_file()


def test_what_lies_outside_the_zone_is_nobodys(tmp_path: Path) -> None:
    right = ((0.65, 0.0), (1.0, 0.0), (1.0, 1.0), (0.65, 1.0))
    assert changes(watch(left(tmp_path, polygon=right), timed(SET_DOWN, every=5))) == []


def test_a_thing_that_is_fetched_in_time_was_not_left(tmp_path: Path) -> None:
    assert changes(watch(left(tmp_path, after="40s"), timed(SET_DOWN, every=5))) == []


def scene(
    draw: Callable[[float, Luma], None], until_s: float, light: Callable[[float], float] = lambda _: 1.0
) -> Iterator[tuple[float, Luma]]:
    """An empty hall with its sensor's noise, in which things are drawn."""
    rng, empty = np.random.default_rng(2), stills(PEOPLE, from_s=3.0, until_s=3.1)[0]
    for index in range(round(until_s * 2)):
        picture = empty.copy()
        draw(index / 2, picture)
        yield index / 2, noisy(picture * light(index / 2), 2, rng)


def shadow(second: float, picture: Luma) -> None:
    """Of a house: for fifty seconds it grows by half a column a second, then it stays."""
    edge = 80 + int(min(25.0, max(0.0, second - 30) / 2))
    picture[60:170, 80:edge] = picture[60:170, 80:edge] * 0.6


def bag(second: float, picture: Luma) -> None:
    if second >= 30:
        picture[120:150, 60:84] = 40
        picture[116:120, 66:78] = 60


@pytest.mark.parametrize(
    "light",
    [lambda s: 0.7 if s > 45 else 1.0, lambda s: 1 + 0.3 * np.sin(s / 5), lambda s: 1.4 if int(s) % 20 < 13 else 1.0],
    ids=["darker", "clouds", "a lamp"],
)
def test_a_change_of_light_leaves_nothing_and_takes_nothing(tmp_path: Path, light: Callable[[float], float]) -> None:
    assert changes(watch(left(tmp_path), scene(lambda *_: None, 90, light))) == []
    found = changes(watch(left(tmp_path), scene(bag, 60, light)))
    assert [each[1:] for each in found] == [("left.hall", 1.0)]


def test_a_change_of_light_is_nothing_in_real_footage_either(tmp_path: Path) -> None:
    clip = stills("brightness-change.avi")
    assert changes(watch(left(tmp_path, after="5s"), timed(clip * 3))) == []


def test_infrared_is_another_place_and_nothing_was_left_there(tmp_path: Path) -> None:
    across, down = np.meshgrid(np.linspace(-1, 1, 320), np.linspace(-1, 1, 180))
    lamp = np.exp(-1.2 * (across**2 + down**2))

    def switch(second: float, picture: Luma) -> None:
        if second > 40:
            picture[:] = np.clip(10 + 230 * (255 - picture) / 255 * lamp, 0, 255)

    assert changes(watch(left(tmp_path), scene(switch, 90))) == []


def test_a_shadow_that_creeps_is_not_set_down(tmp_path: Path) -> None:
    assert changes(watch(left(tmp_path), scene(shadow, 150))) == []


def test_what_is_set_down_in_an_old_shadow_is_left(tmp_path: Path) -> None:
    def in_shadow(second: float, picture: Luma) -> None:
        shadow(second, picture)
        if second >= 130:
            picture[120:150, 85:109] = 20

    found = changes(watch(left(tmp_path), scene(in_shadow, 155)))
    assert [each[1:] for each in found] == [("left.hall", 1.0)]
    assert 140 <= found[0][0] <= 145


def test_people_who_stand_for_a_while_are_not_things(tmp_path: Path) -> None:
    """In this footage they stand for up to 26 s, and it begins again and again."""
    people = stills(PEOPLE)
    assert changes(watch(left(tmp_path, after="20s"), timed(people * 2, every=2))) == []


def test_who_the_detector_knows_for_a_person_is_never_a_thing(tmp_path: Path) -> None:
    def said(tracks: tuple[Track, ...]) -> list[tuple[float, str, float | None]]:
        analyser, detector = left(tmp_path), MotionDetector()
        found: list[Observation] = []
        for second, luma in scene(bag, 60):
            seen = frame(second, luma, tracks if second >= 30 else ())
            seen.motion = detector.see(luma, seen.ts)
            found += analyser.see(seen)
        return changes(found)

    box = (60 / 320, 116 / 180, 24 / 320, 34 / 180)
    assert said((Track(1, "person", 0.9, box),)) == []
    assert [each[1:] for each in said((Track(1, "suitcase", 0.9, box),))] == [("left.hall", 1.0)]


def test_who_passes_before_a_thing_does_not_take_it(tmp_path: Path) -> None:
    coat = np.random.default_rng(7).integers(60, 220, (11, 4)).repeat(10, axis=0).repeat(10, axis=1)

    def passers(second: float, picture: Luma) -> None:
        bag(second, picture)
        if 50 <= second < 70:  # somebody waits before it, and cannot keep still
            x = 55 + int(8 * np.sin(3 * second))
            picture[60:170, x : x + 40] = coat

    found = changes(watch(left(tmp_path), scene(passers, 85)))
    assert [each[1:] for each in found] == [("left.hall", 1.0)]


def test_a_second_thing_is_told_as_well(tmp_path: Path) -> None:
    def two(second: float, picture: Luma) -> None:
        bag(second, picture)
        if second >= 64:
            picture[130:155, 200:230] = 30

    found = [item for item in watch(left(tmp_path), scene(two, 80)) if item.metric == "left.hall" and item.value]
    assert next(len((item.attrs or {})["boxes"]) for item in found) == 1
    second = next(item for item in found if len((item.attrs or {})["boxes"]) == 2)
    assert 74 <= told([second])[0][0] <= 77


def test_what_has_been_there_for_a_day_belongs_to_the_place(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    day = 24 * 3600.0
    pictures = [*scene(bag, 60)]
    with_bag = stills(PEOPLE, from_s=3.0, until_s=3.1)[0].copy()
    bag(30, with_bag)
    pictures += [(100 + day + index, noisy(with_bag, 2, rng)) for index in range(60)]
    found = changes(watch(left(tmp_path), pictures))
    assert [each[1:] for each in found] == [("left.hall", 1.0), ("left.hall", 0.0)]
    assert found[1][0] >= day


def test_another_picture_altogether_is_learnt_anew(tmp_path: Path) -> None:
    def turned(second: float, picture: Luma) -> None:
        if second >= 45:
            picture[:] = stills("car-detection.mp4", until_s=0.1)[0]
        else:
            bag(second, picture)

    found = changes(watch(left(tmp_path), scene(turned, 90)))
    assert [each[1:] for each in found] == [("left.hall", 1.0), ("left.hall", 0.0)]
    assert 45 <= found[1][0] <= 80


def test_a_camera_that_was_turned_a_little_sees_nothing_left(tmp_path: Path) -> None:
    def turned(second: float, picture: Luma) -> None:
        if second >= 30:
            picture[:] = np.roll(picture, 10, axis=0)

    assert changes(watch(left(tmp_path), scene(turned, 60))) == []


def test_a_picture_of_another_size_is_learnt_anew(tmp_path: Path) -> None:
    pictures = [*scene(bag, 45)]
    pictures += [(45 + at_s, cast(Luma, cv2.resize(luma, (320, 240)))) for at_s, luma in scene(bag, 20)]
    found = changes(watch(left(tmp_path), pictures))
    assert [each[1:] for each in found] == [("left.hall", 1.0), ("left.hall", 0.0)]
