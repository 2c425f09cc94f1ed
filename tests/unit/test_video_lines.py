"""Who crosses a line, and which way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from hub.config.settings import LineSettings, Point
from hub.model.observation import Observation
from ingest.video.analysis import Track
from ingest.video.lines import Line
from ingest.video.zones import Zones
from tests.fix_analysis import EMPTY, frame, person, show, snapshots, told
from tests.unit.test_video_zones import zone

UPRIGHT = ((0.5, 0.9), (0.5, 0.3))
"""From the bottom up: to its left is the left of the picture."""


def line(folder: Path, points: tuple[Point, Point] = UPRIGHT, zones: Zones | None = None) -> Line:
    return Line("cam-1", zones or Zones(), LineSettings(name="路口", points=points), snapshots(folder))


def going(
    track: int, start: Point, end: Point, steps: int = 10, from_s: float = 0.0
) -> list[tuple[float, list[Track]]]:
    ways = np.linspace(start, end, steps + 1)
    return [(from_s + index / 5, [person(track, float(x), float(y))]) for index, (x, y) in enumerate(ways)]


def crossings(found: Iterable[Observation]) -> list[float]:
    return [value for _, _, value in told(found) if value]


@pytest.mark.parametrize(
    ("points", "start", "end", "way"),
    [
        (UPRIGHT, (0.2, 0.6), (0.8, 0.6), 1.0),
        (UPRIGHT, (0.8, 0.6), (0.2, 0.6), -1.0),
        (UPRIGHT[::-1], (0.2, 0.6), (0.8, 0.6), -1.0),
        (((0.1, 0.5), (0.9, 0.5)), (0.4, 0.2), (0.6, 0.9), 1.0),
        (((0.1, 0.5), (0.9, 0.5)), (0.4, 0.9), (0.6, 0.2), -1.0),
        (((0.1, 0.1), (0.9, 0.9)), (0.8, 0.3), (0.3, 0.8), 1.0),
    ],
)
def test_forward_is_from_the_left_of_the_line_to_its_right(
    tmp_path: Path, points: tuple[Point, Point], start: Point, end: Point, way: float
) -> None:
    assert crossings(show(line(tmp_path, points), going(7, start, end))) == [way]


def test_who_crosses_is_told_with_where_and_a_picture(tmp_path: Path) -> None:
    crossed = next(item for item in show(line(tmp_path), going(7, (0.2, 0.6), (0.8, 0.6))) if item.value)
    attrs = crossed.attrs or {}
    assert (attrs["direction"], attrs["track"], attrs["label"]) == ("forward", 7, "person")
    assert len(attrs["boxes"][0]) == 4
    assert (tmp_path / "snapshots" / attrs["snapshot"]).is_file()


def test_a_second_after_the_last_crossing_it_is_zero_again(tmp_path: Path) -> None:
    scenes = going(7, (0.2, 0.6), (0.8, 0.6)) + [(2.2 + index / 5, []) for index in range(20)]
    found = told(show(line(tmp_path), scenes))
    assert {metric for _, metric, _ in found} == {"line.路口"}
    assert [(second, value) for second, _, value in found] == [(0.0, 0.0), (1.2, 1.0), (2.2, 0.0)]


def test_who_walks_around_the_end_of_the_line_does_not_cross_it(tmp_path: Path) -> None:
    around = going(7, (0.2, 0.6), (0.3, 0.1)) + going(7, (0.3, 0.1), (0.7, 0.1), from_s=2.2)
    around += going(7, (0.7, 0.1), (0.8, 0.6), from_s=4.4)
    assert crossings(show(line(tmp_path), around)) == []


def test_who_wavers_at_the_line_crosses_it_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    at_line = [(2.2 + index / 5, [person(7, 0.5 + float(rng.uniform(-0.013, 0.013)), 0.6)]) for index in range(50)]
    scenes = going(7, (0.2, 0.6), (0.48, 0.6)) + at_line + going(7, (0.52, 0.6), (0.8, 0.6), from_s=14)
    assert crossings(show(line(tmp_path), scenes)) == [1.0]


def test_who_comes_up_to_it_and_turns_round_does_not_cross_it(tmp_path: Path) -> None:
    scenes = going(7, (0.2, 0.6), (0.502, 0.6)) + going(7, (0.502, 0.6), (0.2, 0.6), from_s=2.2)
    assert crossings(show(line(tmp_path), scenes)) == []


def test_there_and_back_is_two_crossings(tmp_path: Path) -> None:
    scenes = going(7, (0.2, 0.6), (0.8, 0.6)) + going(7, (0.8, 0.6), (0.2, 0.6), from_s=2.2)
    assert crossings(show(line(tmp_path), scenes)) == [1.0, -1.0]


def test_two_who_cross_in_one_picture_are_two(tmp_path: Path) -> None:
    first, second = going(7, (0.2, 0.6), (0.8, 0.6)), going(8, (0.2, 0.7), (0.8, 0.7))
    found = show(line(tmp_path), [(at_s, a + b) for (at_s, a), (_, b) in zip(first, second, strict=True)])
    assert crossings(found) == [1.0, 1.0]
    assert len({(item.metric, item.ts, item.key) for item in found if item.value}) == 2


def test_who_runs_through_between_two_pictures_crosses(tmp_path: Path) -> None:
    assert crossings(show(line(tmp_path), going(7, (0.3, 0.6), (0.7, 0.6), steps=1))) == [1.0]


def test_a_track_that_comes_back_after_a_long_time_begins_anew(tmp_path: Path) -> None:
    scenes = [*going(7, (0.2, 0.6), (0.3, 0.6)), (15.0, []), *going(7, (0.7, 0.6), (0.8, 0.6), from_s=30)]
    assert crossings(show(line(tmp_path), scenes)) == []


def test_who_walks_under_a_mask_does_not_cross(tmp_path: Path) -> None:
    masked = Zones([zone("hedge", ((0, 0.5), (1, 0.5), (1, 1), (0, 1)), mask=True)])
    assert crossings(show(line(tmp_path, zones=masked), going(7, (0.2, 0.6), (0.8, 0.6)))) == []


def test_a_busy_line_does_not_fill_the_disk_with_pictures(tmp_path: Path) -> None:
    analyser = line(tmp_path)
    for each in range(10):
        show(analyser, going(each, (0.2, 0.6), (0.8, 0.6), from_s=each * 6.0))
    assert len(list(tmp_path.rglob("*.jpg"))) == 1


def test_it_asks_for_every_picture_only_while_somebody_is_near(tmp_path: Path) -> None:
    analyser = line(tmp_path)
    wanted = []
    for x in (0.1, 0.4, 0.6, 0.9):
        analyser.see(frame(x, EMPTY, [person(7, x, 0.6)]))
        wanted.append(analyser.wants_more)
    assert wanted == [False, True, True, False]


def test_who_was_past_the_line_before_it_was_known_what_it_is_crosses(tmp_path: Path) -> None:
    came_by = tuple(person(7, x, 0.6).box for x in (0.3, 0.4, 0.5))
    known = Track(7, "person", 0.9, person(7, 0.62, 0.6).box, came_by)
    scenes = [(0.0, [known]), (0.2, [known]), *going(7, (0.62, 0.6), (0.8, 0.6), from_s=0.4)]
    assert crossings(show(line(tmp_path), scenes)) == [1.0]


def test_a_box_that_flutters_across_the_line_is_one_passage(tmp_path: Path) -> None:
    places = (0.3, 0.4, 0.6, 0.4, 0.6, 0.42, 0.6, 0.65, 0.7, 0.75)
    assert crossings(show(line(tmp_path), [(i / 5, [person(7, x, 0.6)]) for i, x in enumerate(places)])) == [1.0]


def test_a_wide_thing_is_past_the_line_with_a_third_of_it(tmp_path: Path) -> None:
    def wide(x: float) -> Track:
        return Track(7, "car", 0.9, (x - 0.15, 0.4, 0.3, 0.2))

    found = show(line(tmp_path), [(i * 2.0, [wide(x)]) for i, x in enumerate((0.3, 0.55, 0.45, 0.55, 0.45, 0.7))])
    assert crossings(found) == [1.0]


def test_what_only_moves_and_falls_into_parts_is_one_passage(tmp_path: Path) -> None:
    def part(track: int, x: float, y: float) -> Track:
        return Track(track, "moving", 1.0, (x - 0.05, y - 0.2, 0.1, 0.2))

    scenes = [(i / 5, [part(7, x, 0.6), part(8, 1 - x, 0.7)]) for i, x in enumerate((0.4, 0.45, 0.5, 0.54, 0.54))]
    assert crossings(show(line(tmp_path), scenes)) in ([1.0], [-1.0])
