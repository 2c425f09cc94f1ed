"""Pictures for tests of tampering: a place with houses, and what is done to its camera."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np

from hub.model.observation import Observation
from hub.tally import Tally
from ingest.video.analysis import WIDTH, Frame
from ingest.video.decode import Luma, Picture
from ingest.video.snapshot import Snapshots
from ingest.video.tamper import Tamper
from ingest.video.tamper_memory import Memory

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
SIZE = (640, 360)
Said = tuple[float, str, float | None]


def place(seed: int = 1) -> Luma:
    """A place of its own for each ``seed``: houses with windows, level by level."""
    chance = np.random.default_rng(seed)
    picture = np.full((SIZE[1], SIZE[0]), 120, np.uint8)
    for _ in range(60):
        x, y, level = chance.integers(0, SIZE[0]), chance.integers(0, SIZE[1]), int(chance.integers(30, 210))
        width, height = chance.integers(20, 120), chance.integers(15, 90)
        cv2.rectangle(picture, (int(x), int(y)), (int(x + width), int(y + height)), level, -1)
    return picture


@cache
def _noise(seed: int, shape: tuple[int, int]) -> np.ndarray[Any, np.dtype[np.int16]]:
    return np.round(np.random.default_rng(seed).standard_normal(shape)).astype(np.int16)


def noisy(picture: Luma, turn: int) -> Luma:
    """With the noise of a sensor, another one each ``turn`` (but every seventh)."""
    return cast(Luma, cv2.add(picture, _noise(turn % 7, picture.shape), dtype=cv2.CV_8U))


def even(level: int) -> Callable[[Luma], Luma]:
    return lambda picture: np.full_like(picture, level)


def hidden(share: float) -> Callable[[Luma], Luma]:
    """Something even stands before the left ``share`` of the picture."""

    def hide(picture: Luma) -> Luma:
        done = picture.copy()
        done[:, : round(share * picture.shape[1])] = 70
        return done

    return hide


def blurred(sigma: float) -> Callable[[Luma], Luma]:
    return lambda picture: cast(Luma, cv2.GaussianBlur(picture, (0, 0), sigma))


def shifted(x: float, y: float = 0.0) -> Callable[[Luma], Luma]:
    """By fractions of the picture; what comes into view is the mirror image of what was there."""

    def shift(picture: Luma) -> Luma:
        way = np.array([[1, 0, x * picture.shape[1]], [0, 1, y * picture.shape[0]]], np.float32)
        return cast(Luma, cv2.warpAffine(picture, way, picture.shape[::-1], borderMode=cv2.BORDER_REFLECT))

    return shift


def lit(gain: float, more: float = 0.0) -> Callable[[Luma], Luma]:
    return lambda picture: cast(Luma, np.clip(picture.astype(np.float32) * gain + more, 0, 235).astype(np.uint8))


def frame_of(picture: Luma, at_s: float, *, key: bool = True) -> Frame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "gray")
    setattr(frame, "key_frame", key)  # noqa: B010  it can be set, though the types say not
    taken = Picture(frame, START + timedelta(seconds=at_s))
    return Frame(taken, taken.ts, taken.luma(WIDTH))


class Shown:
    """A camera whose pictures are shown to ``Tamper`` as the worker shows them: a keyframe every two seconds, and five
    pictures a second where it wants more."""

    def __init__(self, data_dir: Path, url: str = "rtsp://camera/1") -> None:
        self.tally = Tally()
        self.memory = Memory(data_dir, "cam-1", {"url": url}, self.tally)
        self.tamper = Tamper("cam-1", self.memory, Snapshots(data_dir, "cam-1", self.tally))
        self.observations: list[Observation] = []
        self.looks = 0
        self.now_s = 0.0

    def show(self, picture: Luma, seconds: float, done: Callable[[Luma], Luma] | None = None) -> None:
        """What is seen for so long, with fresh noise in each picture."""
        spoiled = picture if done is None else done(picture)
        self.frames(seconds, lambda index: noisy(spoiled, index))

    def freeze(self, picture: Luma, seconds: float) -> None:
        still = noisy(picture, 0)
        self.frames(seconds, lambda _: still)

    def frames(self, seconds: float, picture: Callable[[int], Luma]) -> None:
        for _ in range(round(seconds * 5)):
            key = round(self.now_s * 5) % 10 == 0
            if key or self.tamper.wants_more:
                self.looks += 1
                self.see(picture(round(self.now_s * 5)), key=key)
            self.now_s += 0.2

    def see(self, picture: Luma, *, key: bool = True) -> None:
        self.observations += self.tamper.see(frame_of(picture, self.now_s, key=key))

    @property
    def said(self) -> list[Said]:
        """(second, condition, value)."""
        return [
            (round((item.ts - START).total_seconds(), 1), item.metric.removeprefix("tamper."), item.value)
            for item in self.observations
        ]

    def since(self, second: float) -> list[Said]:
        return [said for said in self.said if said[0] >= second - 0.01]


def begun(said: Iterable[Said]) -> list[str]:
    return [condition for _, condition, value in said if value == 1.0]
