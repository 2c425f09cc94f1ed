"""Which parts of a picture are given to the detector. Pure geometry, on boxes as fractions and regions in pixels.

A region is as small as may be: a detector shrinks what it is given to its input, and what is small in a whole picture
is lost in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np

from ingest.video.analysis import Box
from ingest.video.decode import Picture
from ingest.video.yolo import Detection, Picture3

_AROUND = 0.3  # of a box's longer side, left free on each side: only part of a thing may be moving
_MOST = 2
_PART = 0.85  # of a part lies in the whole
_PART_SIDE = 0.6  # of the width or the height of the whole
_SMALLEST_PX = 48.0  # the longer side of a box in the detector's input, below which regions are not joined


@dataclass(frozen=True, slots=True)
class Region:
    """In pixels of the picture; all four are even, as its colours are sampled."""

    x: int
    y: int
    width: int
    height: int


def regions(boxes: Sequence[Box], picture: tuple[int, int], least: tuple[int, int]) -> list[Region]:
    """Few regions that hold all the boxes with something around each, none smaller than ``least``, all in the picture.

    In the order of ``boxes``: what comes first is in the first region. Where it would take more than ``_MOST``, it is
    one for all: many things are followed better by looking often than by looking closely. Sizes are width and height.
    """
    groups: list[list[Box]] = []
    for box in boxes:
        for group in groups:
            if _fits([*group, box], picture, least):
                group.append(box)
                break
        else:
            groups.append([box])
    if len(groups) > _MOST:
        groups = [list(boxes)]
    return [_region(group, picture, least) for group in groups]


def place(found: Iterable[Detection], region: Region, picture: tuple[int, int]) -> list[Detection]:
    """What was found in a region, as fractions of the whole picture."""
    return [
        Detection(
            each.label,
            each.score,
            (
                (region.x + each.box[0] * region.width) / picture[0],
                (region.y + each.box[1] * region.height) / picture[1],
                each.box[2] * region.width / picture[0],
                each.box[3] * region.height / picture[1],
            ),
        )
        for each in found
    ]


def once(found: Iterable[Detection]) -> list[Detection]:
    """Each thing once, best first: regions overlap, and one thing may look like two classes, or be found in part."""
    kept: list[Detection] = []
    for each in sorted(found, key=lambda each: -each.score):
        whole = next((other for other in kept if same_label(each, other) and is_part(other.box, each.box)), None)
        if whole is not None and each.score >= 0.5 * whole.score:
            kept[kept.index(whole)] = each  # the part was surer, but the whole is where it stands
        elif not any(
            overlap(each.box, other.box) >= 0.6 or (same_label(each, other) and is_part(each.box, other.box))
            for other in kept
        ):
            kept.append(each)
    return kept


def same_label(one: Detection, other: Detection) -> bool:
    return one.label == other.label


def is_part(part: Box, whole: Box) -> bool:
    """Whether one box may be of a part of the thing in the other: in it, and nearly as wide or as high.

    Somebody far away behind somebody near is smaller both ways.
    """
    if not 0.0 < area(part) <= area(whole) or shared(part, whole) < _PART * area(part):
        return False
    return any(part[side] >= _PART_SIDE * whole[side] for side in (2, 3))


def cut(picture: Picture, region: Region) -> Picture3:
    """The region in blue, green, red. Only this part is converted, where the picture is 4:2:0 as nearly all are."""
    frame = picture.frame
    rows = slice(region.y, region.y + region.height)
    columns = slice(region.x, region.x + region.width)
    if frame.format.name not in {"yuv420p", "yuvj420p"}:
        return cast(Picture3, frame.to_ndarray(format="bgr24")[rows, columns])
    halves = tuple(slice(side.start // 2, side.stop // 2) for side in (rows, columns))
    luma, blue, red = (
        np.frombuffer(cast(Any, plane), np.uint8).reshape(plane.height, plane.line_size) for plane in frame.planes
    )
    parts = (luma[rows, columns], blue[halves], red[halves])
    planar = np.concatenate([part.ravel() for part in parts]).reshape(region.height * 3 // 2, region.width)
    return cast(Picture3, cv2.cvtColor(planar, cv2.COLOR_YUV2BGR_I420))


def area(box: Box) -> float:
    return box[2] * box[3]


def shared(one: Box, other: Box) -> float:
    """The area that two boxes have in common."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    both = shared(one, other)
    return both / max(area(one) + area(other) - both, 1e-12)


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds them all."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top


def _fits(boxes: Sequence[Box], picture: tuple[int, int], least: tuple[int, int]) -> bool:
    """Whether the smallest of the boxes can still be made out in a region of them all."""
    region = _region(boxes, picture, least)
    scale = min(least[0] / region.width, least[1] / region.height)
    smallest = min(max(box[2] * picture[0], box[3] * picture[1]) for box in boxes)
    return scale >= 1.0 or smallest * scale >= _SMALLEST_PX


def _region(boxes: Sequence[Box], picture: tuple[int, int], least: tuple[int, int]) -> Region:
    padded = []
    for x, y, width, height in boxes:
        by_px = _AROUND * max(width * picture[0], height * picture[1])
        by_x, by_y = by_px / picture[0], by_px / picture[1]
        padded.append((x - by_x, y - by_y, width + 2 * by_x, height + 2 * by_y))
    x, y, width, height = around(padded)
    # The shape of the detector's input, so that nothing of it is wasted on grey.
    scale = max(width * picture[0] / least[0], height * picture[1] / least[1], 1.0)
    x, width = _side(x + width / 2, least[0] * scale, picture[0])
    y, height = _side(y + height / 2, least[1] * scale, picture[1])
    return Region(int(x), int(y), int(width), int(height))


def _side(middle: float, length_px: float, of_px: int) -> tuple[int, int]:
    """Where a side begins and how long it is: within the picture, and even."""
    length = min(-int(-length_px // 2) * 2, of_px // 2 * 2)
    begin = round(middle * of_px - length / 2) // 2 * 2
    return max(0, min(begin, of_px // 2 * 2 - length)), length
