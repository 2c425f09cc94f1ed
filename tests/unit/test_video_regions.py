"""What is cut out of a picture for the detector."""

from __future__ import annotations

from datetime import UTC, datetime

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.video.analysis import Box
from ingest.video.decode import Picture
from ingest.video.regions import Region, area, cut, once, overlap, place, regions, shared
from ingest.video.yolo import Detection

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
MODEL = (416, 416)
FULL_HD = (1920, 1080)

sides = st.floats(0.0, 0.95)
box_strategy = st.builds(
    lambda x, y, w, h: (x, y, max(min(w, 1 - x), 0.005), max(min(h, 1 - y), 0.005)), sides, sides, sides, sides
)


def as_fractions(region: Region, picture: tuple[int, int]) -> Box:
    return region.x / picture[0], region.y / picture[1], region.width / picture[0], region.height / picture[1]


@settings(max_examples=200, deadline=None)
@given(
    boxes=st.lists(box_strategy, min_size=1, max_size=12),
    picture=st.tuples(st.integers(32, 4096), st.integers(32, 2304)),
)
def test_regions_hold_every_box_and_lie_in_the_picture(boxes: list[Box], picture: tuple[int, int]) -> None:
    found = regions(boxes, picture, MODEL)
    assert 1 <= len(found) <= 2
    for region in found:
        assert all(value % 2 == 0 for value in (region.x, region.y, region.width, region.height))
        assert 0 <= region.x <= region.x + region.width <= picture[0]
        assert 0 <= region.y <= region.y + region.height <= picture[1]
        assert region.width >= min(MODEL[0], picture[0] // 2 * 2)
        assert region.height >= min(MODEL[1], picture[1] // 2 * 2)
    odd = (2 / picture[0], 2 / picture[1])  # an odd picture loses its last line
    for x, y, w, h in boxes:
        inner = (x, y, max(min(w, 1 - odd[0] - x), 0.0), max(min(h, 1 - odd[1] - y), 0.0))
        assert any(shared(as_fractions(region, picture), inner) >= area(inner) * 0.999 for region in found)


def test_a_small_thing_is_looked_at_closely() -> None:
    (region,) = regions([(0.5, 0.5, 0.02, 0.05)], FULL_HD, MODEL)
    assert (region.width, region.height) == MODEL


def test_neighbours_share_a_region_and_small_things_far_apart_do_not() -> None:
    assert len(regions([(0.5, 0.5, 0.02, 0.05), (0.55, 0.52, 0.02, 0.05)], FULL_HD, MODEL)) == 1
    assert len(regions([(0.1, 0.5, 0.02, 0.05), (0.9, 0.52, 0.02, 0.05)], FULL_HD, MODEL)) == 2


def test_large_things_far_apart_share_a_region() -> None:
    assert len(regions([(0.1, 0.2, 0.15, 0.6), (0.7, 0.2, 0.15, 0.6)], FULL_HD, MODEL)) == 1


def test_many_places_are_one_region() -> None:
    spread = [(0.05 + 0.3 * index, 0.5, 0.02, 0.04) for index in range(4)]
    (region,) = regions(spread, FULL_HD, MODEL)
    assert region.width > 1700


def test_a_thing_is_found_once_though_two_regions_show_it_and_two_classes_fit() -> None:
    found = [
        Detection("car", 0.7, (0.10, 0.1, 0.2, 0.2)),
        Detection("truck", 0.8, (0.11, 0.1, 0.2, 0.2)),
        Detection("car", 0.5, (0.50, 0.1, 0.2, 0.2)),
    ]
    assert [(each.label, each.score) for each in once(found)] == [("truck", 0.8), ("car", 0.5)]


def test_what_is_found_in_a_region_is_placed_in_the_picture() -> None:
    (placed,) = place([Detection("car", 0.7, (0.5, 0.0, 0.5, 1.0))], Region(200, 100, 400, 200), (1000, 500))
    assert placed.box == pytest.approx((0.4, 0.2, 0.2, 0.4))


def test_overlap_is_intersection_over_union() -> None:
    assert overlap((0, 0, 0.2, 0.2), (0.1, 0, 0.2, 0.2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 0.2, 0.2), (0.5, 0.5, 0.2, 0.2)) == 0.0


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "nv12", "bgr24"])
def test_a_cut_is_that_part_of_the_picture(pixels: str) -> None:
    ys, xs = np.mgrid[:180, :330]  # FFmpeg pads its lines at this width
    whole = np.stack([xs * 255 // 330, ys * 255 // 180, np.full_like(xs, 90)], axis=-1).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(whole, format="bgr24").reformat(format=pixels)
    part = cut(Picture(frame, NOW), Region(100, 40, 64, 32))
    assert part.shape == (32, 64, 3)
    assert np.abs(part.astype(int) - whole[40:72, 100:164]).max() <= 6, "but for the rounding of colours"
