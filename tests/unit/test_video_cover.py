"""Masks burnt into pictures: all of what is under them is gone, and nothing else."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from hub.model.mask import Masks, digest, masks_of, names_of, uncovered
from ingest.video.cover import GREY, Cover, cover_jpeg, raster, size_of

SQUARE: Masks = (((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)),)
STAR = tuple((0.5 + 0.4 * np.sin(n * 4 * np.pi / 5), 0.5 - 0.4 * np.cos(n * 4 * np.pi / 5)) for n in range(5))
ZONE = {"name": "window", "polygon": SQUARE[0], "privacy": True}


def noise(width: int, height: int) -> av.VideoFrame:
    pixels = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return av.VideoFrame.from_ndarray(pixels, format="bgr24").reformat(format="yuv420p")


@pytest.mark.parametrize(("width", "height"), [(320, 180), (300, 170), (352, 288), (1366, 768), (2560, 1440), (98, 98)])
def test_nothing_of_what_is_under_a_mask_is_left_in_any_plane(width: int, height: int) -> None:
    covered = Cover(SQUARE).frame(noise(width, height))
    assert (covered.width, covered.height) == size_of(width, height)
    planes = covered.to_ndarray()
    rows, columns = covered.height, covered.width
    luma = planes[:rows]
    inside = luma[int(0.25 * rows) : int(0.75 * rows), int(0.25 * columns) : int(0.75 * columns)]
    assert np.all(inside == GREY)
    for chroma in planes[rows:].reshape(2, rows // 2, columns // 2):
        half = chroma[rows // 8 : rows * 3 // 8, columns // 8 : columns * 3 // 8]
        assert np.all(half == 128)
    assert luma[: rows // 5].std() > 10, "what is not masked is shown"


def test_the_picture_that_the_decoder_builds_upon_stays_as_it_is() -> None:
    frame = noise(320, 180)
    before = frame.to_ndarray().copy()
    Cover(SQUARE).frame(frame)
    assert np.array_equal(frame.to_ndarray(), before)


def test_a_mask_whose_outline_crosses_itself_covers_what_it_encloses() -> None:
    found = raster((STAR,), (200, 200))
    assert found[100, 100] == 255, "the middle of a star is outside of it by the rule of even and odd"
    assert found[2, 2] == 0


def test_each_of_several_masks_is_drawn_and_a_pixel_around_it() -> None:
    found = raster((*SQUARE, ((0.0, 0.9), (0.1, 0.9), (0.1, 1.0), (0.0, 1.0))), (101, 101))
    assert found[24, 24] == 255
    assert found[23, 23] == 0
    assert found[95, 5] == found[100, 0] == 255


def test_a_still_is_covered_and_carries_nothing_else_of_its_file() -> None:
    picture = np.full((90, 160, 3), 200, np.uint8)
    data = cv2.imencode(".jpg", picture)[1].tobytes()
    thumbnail = b"\xff\xe1\x00\x10Exif\0\0thumbnail"
    found = cover_jpeg(data[:2] + thumbnail[:18] + data[2:], SQUARE)
    assert b"thumbnail"[:6] not in found
    pixels = cv2.imdecode(np.frombuffer(found, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    assert np.abs(pixels[30:60, 50:110].astype(int) - GREY).max() < 6
    assert np.abs(pixels[:15].astype(int) - 200).max() < 6


@pytest.mark.parametrize("data", [b"", b"\xff\xd8 no picture", b"GIF89a"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no picture"):
        cover_jpeg(data, SQUARE)


def test_the_masks_of_a_camera_are_its_zones_for_privacy() -> None:
    config = {"zones": [ZONE, {**ZONE, "name": "tree", "privacy": False, "mask": True}, {"name": "old", "polygon": []}]}
    assert masks_of(config) == SQUARE
    assert names_of(config) == ["window"]
    assert masks_of({}) == masks_of({"zones": None}) == ()


def test_what_is_uncovered_is_told_and_another_name_or_one_more_mask_is_not() -> None:
    more = {**ZONE, "name": "door", "polygon": STAR}
    smaller = {**ZONE, "polygon": SQUARE[0][:3]}
    before = {"zones": [ZONE]}
    for after in ([ZONE, more], [{**ZONE, "name": "glass"}], [{**ZONE, "loiter": "1m"}]):
        assert uncovered(before, {"zones": after}) == []
    for after in ([], [smaller], [{**ZONE, "privacy": False}], [more]):
        assert uncovered(before, {"zones": after}) == ["window"]
    assert uncovered(before, {}) == ["window"]


def test_a_digest_tells_masks_apart_and_is_the_same_after_a_way_through_json() -> None:
    assert digest(()) == ""
    assert digest(masks_of({"zones": [{**ZONE, "polygon": [list(point) for point in SQUARE[0]]}]})) == digest(SQUARE)
    assert digest(SQUARE) != digest((STAR,))
