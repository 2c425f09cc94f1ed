"""Motion in real footage and in made pictures with a known truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import av
import cv2
import numpy as np
import pytest

from ingest.video.analyse import MotionDetector
from ingest.video.analysis import WIDTH, Motion
from ingest.video.decode import Luma, Picture
from tests.fix_video import CLIPS

START = datetime(2026, 5, 1, 8, tzinfo=UTC)


def clip(name: str, every_s: float = 0.2, until_s: float = 1e9) -> Iterator[Picture]:
    due_s = 0.0
    with av.open(str(CLIPS / name)) as container:
        for frame in container.decode(video=0):
            if frame.time is None or frame.time < due_s - 0.01:
                continue
            if frame.time > until_s:
                return
            due_s = frame.time + every_s
            yield Picture(frame, START + timedelta(seconds=frame.time))


def scores(pictures: Iterator[Picture]) -> dict[float, float]:
    """Second → score, of every picture that was judged."""
    detector = MotionDetector()
    found = {}
    for picture in pictures:
        motion = detector.see(picture.luma(WIDTH), picture.ts)
        if motion is not None:
            found[round((picture.ts - START).total_seconds(), 2)] = motion.score
    return found


def made(count: int, draw: object = None, *, noise: float = 2.0, gain: object = None) -> list[Motion]:
    """What a detector sees in a place with texture, at five pictures a second.

    ``draw(index, picture)`` puts things in, ``gain(index)`` is the light.
    """
    rng = np.random.default_rng(5)
    texture = cv2.GaussianBlur(rng.normal(0, 1, (180, WIDTH)), (0, 0), 4)
    place = 110 + 30 * texture / texture.std()
    detector = MotionDetector()
    found = []
    for index in range(count):
        picture = place.copy()
        if callable(draw):
            draw(index, picture)
        light = gain(index) if callable(gain) else 1.0
        luma: Luma = np.clip(picture * light + rng.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)
        motion = detector.see(luma, START + timedelta(seconds=index * 0.2))
        found.append(motion or Motion(0.0))
    return found


def test_people_are_seen_while_they_walk_and_neither_the_empty_place_nor_one_who_stands() -> None:
    found = scores(clip("one-by-one-person-detection.mp4", until_s=40))
    walking = [score for at_s, score in found.items() if 6.2 <= at_s <= 8.8 or 18.2 <= at_s <= 19.4 or 23 <= at_s <= 25]
    standing = [score for at_s, score in found.items() if 12 <= at_s < 18 or 26.5 <= at_s < 40]
    empty = [score for at_s, score in found.items() if 1 <= at_s < 6 or 20.5 <= at_s < 22.5]
    assert min(walking) > 0.02
    assert max(empty) == 0.0
    assert max(standing) == 0.0


@pytest.mark.parametrize("every_s", [0.2, 1.0])
def test_a_change_of_light_is_not_motion(every_s: float) -> None:
    found = scores(clip("brightness-change.avi", every_s))
    assert len(found) >= 2
    assert max(found.values()) == 0.0


def test_cars_are_seen_when_only_keyframes_two_seconds_apart_are_looked_at() -> None:
    found = scores(clip("car-detection.mp4", every_s=2.0))
    assert sum(score > 0 for score in found.values()) >= 4


def test_the_box_is_where_the_thing_is() -> None:
    def walk(index: int, picture: Luma) -> None:
        if index >= 20:
            left = 40 + (index - 20) * 8
            picture[60:120, left : left + 24] = 235

    motion = made(30, walk)[-1]
    left, top, width, height = motion.boxes[0]
    assert left == pytest.approx((40 + 9 * 8) / WIDTH, abs=0.08)
    assert top == pytest.approx(60 / 180, abs=0.08)
    assert 0.05 < width < 0.2
    assert height == pytest.approx(60 / 180, abs=0.08)
    assert motion.score == pytest.approx(24 * 60 / (180 * WIDTH), rel=0.6)


@pytest.mark.parametrize("noise", [2.0, 8.0])
def test_sensor_noise_is_not_motion(noise: float) -> None:
    assert max(motion.score for motion in made(80, noise=noise)) == 0.0


def test_light_that_comes_and_goes_at_once_is_not_motion() -> None:
    flicker = made(60, gain=lambda index: 1.0 if index // 10 % 2 == 0 else 0.7)
    assert max(motion.score for motion in flicker) == 0.0


def test_what_was_put_down_moves_only_while_it_is_put_down() -> None:
    def put_down(index: int, picture: Luma) -> None:
        if index >= 20:
            picture[80:130, 100:140] = 240

    found = [motion.score for motion in made(60, put_down)]
    assert max(found[20:24]) > 0.0
    assert max(found[28:]) == 0.0, "long before the background has learnt it"


def test_another_picture_altogether_is_learnt_anew() -> None:
    def turned(index: int, picture: Luma) -> None:
        if index >= 20:
            picture[:] = np.roll(picture[::-1], 60, axis=1)

    assert max(motion.score for motion in made(60, turned)) == 0.0


def test_a_picture_of_another_size_is_learnt_anew() -> None:
    detector = MotionDetector()
    for index in range(10):
        rows = 180 if index < 5 else 240
        luma: Luma = np.full((rows, WIDTH), 90, np.uint8)
        detector.see(luma, START + timedelta(seconds=index))


@pytest.mark.parametrize(
    "pixel_format", ["yuv420p", "yuvj422p", "nv12", "gray", "rgb24", "yuyv422", "yuv420p10le", "yuv420p10be"]
)
def test_the_brightness_of_every_pixel_format_is_read(pixel_format: str) -> None:
    ramp = np.tile(np.linspace(16, 235, 640, dtype=np.uint8), (360, 1))
    frame = av.VideoFrame.from_ndarray(np.dstack([ramp] * 3), format="rgb24").reformat(format=pixel_format)
    luma = Picture(frame, START).luma(WIDTH)
    assert luma.shape == (180, WIDTH)
    assert luma.dtype == np.uint8
    assert np.all(np.diff(luma[90].astype(int)) >= -1)
    assert int(luma[90, 0]) < 45
    assert int(luma[90, -1]) > 200


@pytest.mark.parametrize(("width", "height"), [(16, 16384), (16384, 16)])
def test_a_picture_of_a_strange_shape_takes_no_more_memory_than_another(width: int, height: int) -> None:
    luma = Picture(av.VideoFrame(width, height, "yuv420p"), START).luma(WIDTH)
    assert 1 <= luma.shape[0] <= 4 * WIDTH
    assert luma.shape[1] == WIDTH
