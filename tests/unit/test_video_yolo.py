"""From a model's output to boxes, against an oracle that does it cell by cell and pair by pair."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.video.yolo import STRIDES, Family, Floats, best, blob, cells, decode, detections, letterbox

WIDTH, HEIGHT, CLASSES = 96, 64, 3
COUNT = cells(WIDTH, HEIGHT)
NAMES = ("person", "car", "dog")


def slow_cells() -> list[tuple[int, int, int]]:
    found = []
    for stride in STRIDES:
        for y in range(HEIGHT // stride):
            found += [(x, y, stride) for x in range(WIDTH // stride)]
    return found


def slow_boxes(family: Family, output: Floats) -> tuple[list[list[float]], list[list[float]]]:
    corners, scores = [], []
    for index, (column, line, stride) in enumerate(slow_cells()):
        if family is Family.YOLOV8:
            x, y, w, h, *score = (float(value) for value in output[0, :, index])
        else:
            x, y, w, h, there, *score = (float(value) for value in output[0, index])
            score = [value * there for value in score]
        if family is Family.YOLOX_GRID:
            x, y = (x + column) * stride, (y + line) * stride
            w, h = math.exp(w) * stride, math.exp(h) * stride
        corners.append([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
        scores.append(score)
    return corners, scores


def slow_overlap(one: list[float], other: list[float]) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    both = max(width, 0.0) * max(height, 0.0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return both / (areas - both) if areas > both else 0.0


def some_output(family: Family, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    rows = np.empty((COUNT, 4), np.float32)
    if family is Family.YOLOX_GRID:
        rows[:, :2], rows[:, 2:] = random.normal(0.5, 0.5, (COUNT, 2)), random.normal(0, 0.7, (COUNT, 2))
    else:
        rows[:, :2] = random.uniform(0, 1, (COUNT, 2)) * (WIDTH, HEIGHT)
        rows[:, 2:] = random.uniform(4, 60, (COUNT, 2))
    scores = random.uniform(0, 1, (COUNT, CLASSES + (family is not Family.YOLOV8)))
    output: Floats = np.hstack([rows, scores]).astype(np.float32)[None]
    return np.ascontiguousarray(output.transpose(0, 2, 1)) if family is Family.YOLOV8 else output


@settings(max_examples=30, deadline=None)
@given(family=st.sampled_from(Family), seed=st.integers(0, 10_000))
def test_an_output_is_read_as_cell_by_cell(family: Family, seed: int) -> None:
    output = some_output(family, seed)
    corners, scores = decode(family, output, WIDTH, HEIGHT)
    slow_corners, slow_scores = slow_boxes(family, output)
    np.testing.assert_allclose(corners, slow_corners, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(scores, slow_scores, rtol=1e-4, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), least=st.floats(0.3, 0.95), wanted=st.sets(st.integers(0, 2), min_size=1))
def test_of_boxes_that_overlap_the_best_of_a_class_stays(seed: int, least: float, wanted: set[int]) -> None:
    corners, scores = decode(Family.YOLOX, some_output(Family.YOLOX, seed), WIDTH, HEIGHT)
    kept = best(corners, scores, least=least, classes=sorted(wanted))
    boxes = [[float(value) for value in row] for row in corners]
    values = [[float(value) if label in wanted else 0.0 for label, value in enumerate(row)] for row in scores]
    expected: list[tuple[int, int]] = []
    for row in sorted(range(len(boxes)), key=lambda row: -max(values[row])):
        label = max(range(CLASSES), key=lambda label: values[row][label])
        if values[row][label] < least:
            break
        if all(slow_overlap(boxes[row], boxes[other]) <= 0.5 for other, same in expected if same == label):
            expected.append((row, label))
    assert kept == expected


@pytest.mark.parametrize("size", [(1920, 1080), (120, 300), (96, 64), (33, 500)])
def test_a_box_comes_back_where_it_was_before_the_letterbox(size: tuple[int, int]) -> None:
    box = (0.25, 0.5, 0.5, 0.25)
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    _, scale = letterbox(picture, WIDTH, HEIGHT)
    output = np.zeros((1, COUNT, 5 + CLASSES), np.float32)
    x, y, w, h = (side * pixels * scale for side, pixels in zip(box, size * 2, strict=True))
    output[0, 0] = [x + w / 2, y + h / 2, w, h, 1.0, 0.0, 0.9, 0.0]
    found = detections(Family.YOLOX, output, (WIDTH, HEIGHT), size, NAMES, least=0.5)
    assert [(each.label, round(each.score, 3)) for each in found] == [("car", 0.9)]
    assert found[0].box == pytest.approx(box, abs=1e-3)


def test_a_letterbox_keeps_the_shape_and_is_grey_beside_the_picture() -> None:
    whole, scale = letterbox(np.full((50, 200, 3), 255, np.uint8), WIDTH, HEIGHT)
    assert whole.shape == (HEIGHT, WIDTH, 3)
    assert scale == pytest.approx(WIDTH / 200)
    assert (whole[: round(50 * scale)] == 255).all()
    assert (whole[round(50 * scale) :] == 114).all()


def test_each_family_is_fed_as_it_was_trained() -> None:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[..., 0] = 255  # blue
    yolox, yolov8 = blob(Family.YOLOX_GRID, picture), blob(Family.YOLOV8, picture)
    assert yolox.shape == yolov8.shape == (1, 3, HEIGHT, WIDTH)
    assert [float(yolox[0, channel].max()) for channel in range(3)] == [255, 0, 0]
    assert [float(yolov8[0, channel].max()) for channel in range(3)] == [0, 0, 1]


def test_what_is_not_finite_is_not_found() -> None:
    output = np.zeros((1, COUNT, 5 + CLASSES), np.float32)
    output[0, 0] = [np.nan, 10, 10, 10, 1, 1, 0, 0]
    output[0, 1] = [10, 10, np.inf, 10, 1, 1, 0, 0]
    output[0, 2] = [10, 10, 8, 8, 1, np.nan, 0, 0]
    output[0, 3] = [30, 30, 8, 8, 1, 0.8, 0, 0]
    found = detections(Family.YOLOX, output, (WIDTH, HEIGHT), (WIDTH, HEIGHT), NAMES, least=0.1)
    assert [round(each.score, 3) for each in found] == [0.8]


def test_a_logarithm_of_a_size_that_overflows_does_no_harm() -> None:
    output = np.zeros((1, COUNT, 5 + CLASSES), np.float32)
    output[0, :, 2:4] = 500.0
    output[0, 0, 4:6] = 1.0
    found = detections(Family.YOLOX_GRID, output, (WIDTH, HEIGHT), (WIDTH, HEIGHT), NAMES, least=0.5)
    assert [each.box for each in found] == [(0.0, 0.0, 1.0, 1.0)]


def test_a_box_outside_the_picture_is_cut_or_left_out() -> None:
    output = np.zeros((1, COUNT, 5 + CLASSES), np.float32)
    output[0, 0] = [0, 32, 20, 20, 1, 0.9, 0, 0]
    output[0, 1] = [-50, 32, 20, 20, 1, 0.9, 0, 0]
    found = detections(Family.YOLOX, output, (WIDTH, HEIGHT), (WIDTH, HEIGHT), NAMES, least=0.5)
    assert len(found) == 1
    assert found[0].box[0] == 0.0
    assert found[0].box[2] == pytest.approx(10 / WIDTH)
