"""The two output families of YOLO that can be read, from a picture to boxes. Pure, of numpy and OpenCV.

*YOLOX* (Ge et al., 2021, arXiv:2107.08430) gives a row a cell: x, y, w, h, objectness, a score a class. Exported as it
is, x and y count in cells from the cell's corner and w and h are logarithms; exported with ``decode_in_inference``, all
four are pixels. It is fed BGR, 0..255. *YOLOv8 and 11* (Ultralytics) give a column a cell: x, y, w, h in pixels and a
score a class. They are fed RGB, 0..1. x, y is the middle of a box in both; strides are 8, 16 and 32 pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, cast

import cv2
import numpy as np

from ingest.video.analysis import Box

Floats = np.ndarray[Any, np.dtype[np.float32]]
Picture3 = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
"""Rows, columns, and blue, green, red."""

STRIDES = (8, 16, 32)
_PADDING = 114  # the grey that both families were trained with
_OVERLAP = 0.5  # of two boxes of one class (IoU), above which they are the same thing
_MAX_CANDIDATES = 500


class Family(StrEnum):
    YOLOX_GRID = "yolox-grid"
    """Undecoded: in cells and logarithms."""
    YOLOX = "yolox"
    YOLOV8 = "yolov8"


@dataclass(frozen=True, slots=True)
class Detection:
    label: str
    score: float
    box: Box


def cells(width: int, height: int) -> int:
    """How many rows of output an input of this size gives."""
    return sum((width // stride) * (height // stride) for stride in STRIDES)


def letterbox(picture: Picture3, width: int, height: int) -> tuple[Picture3, float]:
    """The picture in the upper left corner of a grey one of this size, and by how much it was scaled."""
    rows, columns = picture.shape[:2]
    scale = min(width / columns, height / rows)
    inner = (max(1, min(width, round(columns * scale))), max(1, min(height, round(rows * scale))))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = picture if inner == (columns, rows) else cv2.resize(picture, inner, interpolation=how)
    whole = np.full((height, width, 3), _PADDING, np.uint8)
    whole[: inner[1], : inner[0]] = resized
    return whole, scale


def blob(family: Family, picture: Picture3) -> Floats:
    """A letterboxed picture as the family is fed: 1×3×H×W."""
    if family is Family.YOLOV8:
        return cast(Floats, cv2.dnn.blobFromImage(picture, scalefactor=1 / 255, swapRB=True))
    return cast(Floats, cv2.dnn.blobFromImage(picture))


def decode(family: Family, output: Floats, width: int, height: int) -> tuple[Floats, Floats]:
    """Corners (N×4: left, top, right, bottom, in pixels of the input) and class scores (N×C) of a model's output.

    ``output`` is 1×N×(5+C), or 1×(4+C)×N for YOLOv8. What is not finite has the score 0.
    """
    rows = output[0].T if family is Family.YOLOV8 else output[0]
    middle, size = rows[:, :2], rows[:, 2:4]
    if family is Family.YOLOX_GRID:
        corner, stride = _grid(width, height)
        middle = (middle + corner) * stride
        size = np.exp(np.minimum(size, 12.0)) * stride
    scores = rows[:, 4:] if family is Family.YOLOV8 else rows[:, 5:] * rows[:, 4:5]
    corners = np.hstack([middle - size / 2, middle + size / 2])
    sound = np.isfinite(corners).all(axis=1, keepdims=True) & np.isfinite(scores)
    return corners, np.where(sound, scores, np.float32(0.0))


def best(corners: Floats, scores: Floats, *, least: float, classes: Sequence[int] | None) -> list[tuple[int, int]]:
    """(row, class) of what is found, best first: at least ``least``, of ``classes``, each thing once.

    Non-maximum suppression within a class: of two boxes that overlap by more than half, the better one stays.
    """
    if classes is not None:
        kept = np.zeros(scores.shape[1], bool)
        kept[list(classes)] = True
        scores = np.where(kept, scores, np.float32(0.0))
    label = scores.argmax(axis=1)
    score = scores[np.arange(len(scores)), label]
    rows = np.flatnonzero((score >= least) & (score > 0))
    rows = rows[np.argsort(-score[rows], kind="stable")][:_MAX_CANDIDATES]
    found: list[tuple[int, int]] = []
    while len(rows):
        first, rows = rows[0], rows[1:]
        found.append((int(first), int(label[first])))
        same = (label[rows] == label[first]) & (_overlap(corners[first], corners[rows]) > _OVERLAP)
        rows = rows[~same]
    return found


def detections(
    family: Family,
    output: Floats,
    size: tuple[int, int],
    picture: tuple[int, int],
    names: Sequence[str],
    *,
    least: float,
    classes: Sequence[int] | None = None,
) -> list[Detection]:
    """What a model found in a picture. ``size``: of its input; ``picture``: width and height before the letterbox.

    Boxes are fractions of that picture and lie within it. ``classes``: indices into ``names``; None: all.
    """
    corners, scores = decode(family, output, *size)
    scale = min(size[0] / picture[0], size[1] / picture[1])
    found = []
    for row, label in best(corners, scores, least=least, classes=classes):
        left, top, right, bottom = (float(value) / scale for value in corners[row])
        left, right = (min(max(value / picture[0], 0.0), 1.0) for value in (left, right))
        top, bottom = (min(max(value / picture[1], 0.0), 1.0) for value in (top, bottom))
        if right > left and bottom > top:
            found.append(Detection(names[label], float(scores[row, label]), (left, top, right - left, bottom - top)))
    return found


@cache
def _grid(width: int, height: int) -> tuple[Floats, Floats]:
    """The corner of each cell, in cells, and its stride: N×2 and N×1."""
    corners, strides = [], []
    for stride in STRIDES:
        ys, xs = np.mgrid[: height // stride, : width // stride]
        corners.append(np.stack([xs, ys], axis=-1).reshape(-1, 2))
        strides.append(np.full((xs.size, 1), stride))
    return np.concatenate(corners).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _overlap(one: Floats, others: Floats) -> Floats:
    """Intersection over union of one box with others, as corners."""
    near, far = np.maximum(one[:2], others[:, :2]), np.minimum(one[2:], others[:, 2:])
    both = np.prod(np.maximum(far - near, 0.0), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1) + np.prod(one[2:] - one[:2])
    return cast(Floats, both / np.maximum(areas - both, 1e-9))
