"""Where a zone is, what stands in it and what moves in it; masks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.config.settings import Point, ZoneSettings
from hub.model.observation import Observation
from ingest.video.analysis import WIDTH
from ingest.video.decode import Luma
from ingest.video.motion import MotionAnalyser
from ingest.video.zones import Zones, draw
from tests.fix_analysis import EMPTY, ROWS, frame, noisy, person, snapshots, told

SHAPE = (ROWS, WIDTH)
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))


def zone(name: str = "gate", polygon: tuple[Point, ...] = LEFT_HALF, **more: object) -> ZoneSettings:
    return ZoneSettings.model_validate({"name": name, "polygon": polygon, **more})


def inside(polygon: tuple[Point, ...], x: float, y: float) -> bool:
    """Whether a ray from the point crosses the outline an odd number of times."""
    odd = False
    for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            odd = not odd
    return odd


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=8))
def test_a_raster_holds_the_points_that_are_inside_the_polygon(corners: list[Point]) -> None:
    polygon = tuple(corners)
    raster = draw(polygon, SHAPE)
    outline = cv2.dilate(cv2.polylines(np.zeros(SHAPE, np.uint8), [corners_of(polygon)], True, 255), np.ones((5, 5)))
    rows, columns = np.nonzero(outline == 0)
    for row, column in list(zip(rows, columns, strict=True))[::997]:
        assert bool(raster[row, column]) == inside(polygon, column / (WIDTH - 1), row / (ROWS - 1))


def corners_of(polygon: tuple[Point, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    return np.round(np.array(polygon) * (WIDTH - 1, ROWS - 1)).astype(np.int32)


def test_a_thing_is_where_it_stands() -> None:
    zones = Zones([zone(polygon=((0, 0.5), (1, 0.5), (1, 1), (0, 1)))])
    behind, before = person(1, 0.5, 0.45), person(2, 0.5, 0.6)
    assert zones.standing(zones.named[0], [behind, before], SHAPE) == [before]


def test_feet_on_the_edge_of_the_picture_are_in_it() -> None:
    zones = Zones([zone(polygon=((0, 0.5), (1, 0.5), (1, 1), (0, 1)))])
    assert len(zones.standing(zones.named[0], [person(1, 0.0, 1.0), person(2, 1.0, 1.0)], SHAPE)) == 2


def test_a_mask_takes_its_part_out_of_every_zone_and_has_no_name_of_its_own() -> None:
    zones = Zones([zone(), zone("sky", ((0, 0), (1, 0), (1, 0.5), (0, 0.5)), mask=True)])
    assert [each.name for each in zones.named] == ["gate"]
    raster = zones.raster(zones.named[0], SHAPE)
    assert raster[20, 20] == 0
    assert raster[150, 20] == 255
    assert zones.unmasked([person(1, 0.2, 0.4), person(2, 0.2, 0.9)], SHAPE) == [person(2, 0.2, 0.9)]


def test_rasters_follow_the_size_of_the_picture() -> None:
    zones = Zones([zone(), zone("sky", RIGHT_HALF, mask=True)])
    for shape in (SHAPE, (240, WIDTH), SHAPE):
        looked_at = zones.looked_at(shape)
        assert looked_at is not None
        assert zones.raster(zones.named[0], shape).shape == looked_at.shape == shape


def texture() -> Luma:
    rng = np.random.default_rng(3)
    return noisy(cv2.GaussianBlur(rng.normal(0, 1, SHAPE), (0, 0), 4) * 220 + 110, 0, rng)


def walk(folder: Path, zones: list[ZoneSettings], first_x: int, last_x: int, light: bool = False) -> list[Observation]:
    """What is said when something bright goes from one column to another, 8 a picture, from second 4 on."""
    rng, background = np.random.default_rng(4), texture().astype(float)
    analyser = MotionAnalyser("cam-1", Zones(zones), lambda: snapshots(folder))
    steps = (last_x - first_x) // 8
    found: list[Observation] = []
    for index in range(20 + steps + 25):
        picture = background * (0.7 if light and index % 10 < 5 else 1.0)
        if 20 <= index < 20 + steps:
            x = first_x + 8 * (index - 20)
            picture[60:120, x : x + 24] = 235
        found += analyser.see(frame(index * 0.2, noisy(picture, 2, rng)))
    return found


def spoken(found: list[Observation], metric: str) -> list[tuple[float, float | None]]:
    return [(second, value) for second, name, value in told(found) if name == metric]


def test_a_zone_speaks_of_what_moves_in_it_while_it_does(tmp_path: Path) -> None:
    found = walk(tmp_path, [zone("西门"), zone("east", RIGHT_HALF)], 40, 280)
    west, east, whole = (spoken(found, metric) for metric in ("zone.西门", "zone.east", "motion"))
    assert [value > 0 for _, value in west if value is not None] == [False, *[True] * (len(west) - 2), False]
    assert west[1][0] == whole[1][0], "it begins with the motion"
    assert 6.4 <= east[1][0] <= 7.2, "when it comes over"
    assert west[-1][0] < whole[-1][0]
    assert east[-1] == (whole[-1][0], 0.0)
    assert 0.02 < (west[1][1] or 0) < 0.2, "the fraction of the zone"


def test_motion_names_the_zones_it_touches_and_its_picture_is_theirs(tmp_path: Path) -> None:
    found = walk(tmp_path, [zone("西门"), zone("east", RIGHT_HALF)], 40, 280)
    touched = [(item.attrs or {}).get("zones") for item in found if item.metric == "motion" and item.value]
    assert touched[0] == ["西门"]
    assert touched[-1] == ["east"]
    onsets = {item.metric: (item.attrs or {}).get("snapshot") for item in reversed(found) if item.value}
    assert onsets["motion"] == onsets["zone.西门"] is not None
    assert onsets["zone.east"] not in {None, onsets["motion"]}, "what flaps elsewhere costs no picture of this zone"
    assert len(list(tmp_path.rglob("*.jpg"))) == 2


def test_what_moves_under_a_mask_is_not_seen(tmp_path: Path) -> None:
    masked = [zone("sky", ((0, 0.2), (1, 0.2), (1, 0.8), (0, 0.8)), mask=True)]
    assert {value for _, value in spoken(walk(tmp_path, masked, 40, 280), "motion")} == {0.0}
    assert max(value or 0 for _, value in spoken(walk(tmp_path, [], 40, 280), "motion")) > 0


@pytest.mark.parametrize("light", [False, True])
def test_the_edge_of_a_mask_is_no_motion_though_something_passes_behind_it(tmp_path: Path, light: bool) -> None:
    masked = [zone("road", ((0, 0.3), (1, 0.3), (1, 0.69), (0, 0.69)), mask=True)]
    assert {value for _, value in spoken(walk(tmp_path, masked, 40, 280, light), "motion")} == {0.0}


def test_a_mere_touch_of_a_zone_is_none() -> None:
    zones = Zones([zone()])
    where = EMPTY * 0
    where[50:54, 159:163] = 255
    assert zones.moving(zones.named[0], where) == 0.0
    where[50:60, 140:150] = 255
    assert zones.moving(zones.named[0], where) > 0.0
