"""What is no motion: rain, snow, light, noise and what compression makes of them; and that things are seen in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
import pytest

from ingest.video.analyse import MotionDetector
from ingest.video.analysis import WIDTH
from ingest.video.decode import Luma
from ingest.video.motion import Episode
from tests.fix_analysis import ROWS, at, encoded, enlarged, noisy, stills

HALL = ("one-by-one-person-detection.mp4", 3.0)
STREET = ("car-detection.mp4", 0.0)
Picture = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Weather = Callable[[int, Picture, np.random.Generator], Picture]
COUNT = 100
"""Pictures: 20 seconds."""


def place(where: tuple[str, float]) -> Picture:
    name, second = where
    return stills(name, from_s=second, until_s=second + 0.1)[0].astype(np.float64)


def episodes(pictures: Iterable[Luma], step_s: float = 0.2) -> list[tuple[float, float]]:
    """(from, to) of the motion that is told; an end that was not seen is -1."""
    detector, episode = MotionDetector(), Episode()
    found: list[tuple[float, float]] = []
    for index, luma in enumerate(pictures):
        motion = detector.see(luma, at(index * step_s))
        word = None if motion is None else episode.see(at(index * step_s), motion)
        if word is not None and word.onset:
            found.append((round(index * step_s, 1), -1.0))
        elif word is not None and word.score == 0 and found and found[-1][1] < 0:
            found[-1] = (found[-1][0], round(index * step_s, 1))
    return found


def streaks(picture: Picture, rng: np.random.Generator, count: int, length: int, width: int) -> Picture:
    """Drops that fall through the picture while it is exposed, out of focus."""
    layer = np.zeros(picture.shape, np.float32)
    for _ in range(count):
        x, y, far = int(rng.integers(WIDTH)), int(rng.integers(-length, ROWS)), int(length * rng.uniform(0.6, 1.4))
        ends = (x, y), (x + far // 7, y + far)
        cv2.line(layer, *ends, float(90 * rng.uniform(0.4, 1.0)), width, cv2.LINE_AA)
    return np.asarray(picture + cv2.GaussianBlur(layer, (0, 0), 0.5))


def light_rain(_: int, picture: Picture, rng: np.random.Generator) -> Picture:
    return streaks(picture, rng, 60, 12, 1)


def heavy_rain(_: int, picture: Picture, rng: np.random.Generator) -> Picture:
    return streaks(picture, rng, 300, 18, 1)


def drops_near_the_lens(_: int, picture: Picture, rng: np.random.Generator) -> Picture:
    return streaks(streaks(picture, rng, 100, 18, 1), rng, 5, 60, 2)


def snow(_: int, picture: Picture, rng: np.random.Generator) -> Picture:
    layer = np.zeros(picture.shape, np.float32)
    for _ in range(120):
        middle = int(rng.integers(WIDTH)), int(rng.integers(ROWS))
        cv2.circle(layer, middle, int(rng.integers(1, 3)), float(150 * rng.uniform(0.3, 1)), -1, cv2.LINE_AA)
    return np.asarray(picture + cv2.GaussianBlur(layer, (0, 0), 0.5))


def noise_at_nightfall(index: int, picture: Picture, rng: np.random.Generator) -> Picture:
    return picture + rng.normal(0, 1 + 10 * index / COUNT, picture.shape)


def noise_that_ceases(index: int, picture: Picture, rng: np.random.Generator) -> Picture:
    return picture + rng.normal(0, 10, picture.shape) * (index < COUNT / 2)


def banding_of_lamps(index: int, picture: Picture, _: np.random.Generator) -> Picture:
    rows = np.arange(ROWS)[:, None]
    return np.asarray(picture * (1 + 0.15 * np.sin(2 * np.pi * (3 * rows / ROWS + 0.37 * index))))


def exposure_that_jumps(index: int, picture: Picture, _: np.random.Generator) -> Picture:
    return picture * (1.0 if index % 50 < 25 else 1.8)


def exposure_that_swings(index: int, picture: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(picture * (1 + 0.5 * np.sin(index / 15)))


def infrared(index: int, picture: Picture, rng: np.random.Generator) -> Picture:
    """Half the time the camera's own lamp: another contrast, brightest in the middle, noisy."""
    if index % 50 < 25:
        return picture
    across, down = np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, ROWS))
    lit = 10 + 230 * (picture / 255) ** 0.6 * np.exp(-1.2 * (across**2 + down**2))
    return np.asarray(lit + rng.normal(0, 3, picture.shape))


def a_cloud(index: int, picture: Picture, _: np.random.Generator) -> Picture:
    edge = (np.arange(WIDTH)[None, :] - 4 * index) / 25
    return np.asarray(picture * (0.55 + 0.45 / (1 + np.exp(edge))))


def leaves(index: int, picture: Picture, _: np.random.Generator) -> Picture:
    """A tree that sways by two pixels, for as long as it is watched."""
    across, down = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(ROWS, dtype=np.float32))
    crown = np.exp(-((((across - 90) / 45) ** 2 + ((down - 60) / 40) ** 2) ** 2))
    foliage = cv2.GaussianBlur(np.random.default_rng(9).normal(0, 1, picture.shape), (0, 0), 1.5) * 120 + 110
    swing = (2 * np.sin(index * 0.74 + down / 17) + np.sin(index * 1.4 + across / 13)).astype(np.float32)
    swayed = cv2.remap(foliage, across + swing, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(picture * (1 - crown) + swayed * crown)


@pytest.mark.parametrize("where", [HALL, STREET], ids=["hall", "street"])
@pytest.mark.parametrize(
    "weather",
    [
        light_rain, heavy_rain, drops_near_the_lens, snow, noise_at_nightfall, noise_that_ceases, banding_of_lamps,
        exposure_that_jumps, exposure_that_swings, infrared, a_cloud, leaves,
    ],
)  # fmt: skip
def test_weather_and_light_are_not_motion(weather: Weather, where: tuple[str, float]) -> None:
    rng = np.random.default_rng(1)
    still = place(where)
    assert episodes(noisy(weather(index, still, rng), 2, rng) for index in range(COUNT)) == []


@pytest.mark.parametrize("weather", [heavy_rain, snow, banding_of_lamps, exposure_that_jumps])
def test_somebody_who_walks_through_the_weather_is_seen(weather: Weather) -> None:
    rng = np.random.default_rng(2)
    people = stills(HALL[0], until_s=11.0)
    found = episodes(noisy(weather(index, luma.astype(float), rng), 2, rng) for index, luma in enumerate(people))
    assert [6.0 <= begin <= 7.2 for begin, _ in found] == [True]


@pytest.mark.parametrize(
    ("bit_rate", "options"),
    [(None, {"crf": "38"}), (120_000, {"nal-hrd": "cbr", "maxrate": "120k", "bufsize": "120k"})],
    ids=["crf 38", "starved"],
)
@pytest.mark.parametrize("keyframes_only", [False, True])
def test_compression_is_not_motion_and_hides_nobody(
    bit_rate: int | None, options: dict[str, str], keyframes_only: bool
) -> None:
    rng = np.random.default_rng(3)
    empty, step_s = place(HALL), 2.0 if keyframes_only else 0.2
    quiet = [enlarged(noisy(empty, 4, rng)) for _ in range(100)]
    people = [enlarged(luma) for luma in stills(HALL[0], from_s=3.0, until_s=11.0)]
    coming_s = len(quiet) / 5 + 3.0
    coded = encoded([*quiet, *people], 5, bit_rate, **options)
    found = episodes((luma for is_key, luma in coded if is_key or not keyframes_only), step_s)
    assert len(found) == 1
    assert coming_s - 0.1 <= found[0][0] <= coming_s + 0.6 + (2 * step_s if keyframes_only else 0)


def test_a_light_that_flickers_for_ever_hides_nobody() -> None:
    people = stills(HALL[0], until_s=11.0)
    found = episodes(
        np.clip(luma * (1.0 if index % 4 < 2 else 1.5), 0, 255).astype(np.uint8) for index, luma in enumerate(people)
    )
    assert [6.0 <= begin <= 8.0 for begin, _ in found] == [True]


@pytest.mark.parametrize("step_s", [2.0, 5.0, 10.0])
def test_who_is_there_at_a_keyframe_is_seen_however_far_apart_they_are(step_s: float) -> None:
    empty, somebody = place(HALL).astype(np.uint8), stills(HALL[0], from_s=7.0, until_s=7.1)[0]
    detector = MotionDetector()
    for index in range(6):
        quiet = detector.see(empty, at(index * step_s))
    assert quiet is not None
    assert quiet.score == 0
    seen = detector.see(somebody, at(6 * step_s))
    assert seen is not None
    assert seen.score > 0.02


def test_something_small_is_seen() -> None:
    """A person of 24 rows in a picture of 180."""
    street, people = place(STREET), stills(HALL[0], until_s=11.0)

    def far_away(luma: Luma) -> Luma:
        scene = street.copy()
        scene[60:90, 120:173] = cv2.resize(luma, (53, 30), interpolation=cv2.INTER_AREA)
        return scene.astype(np.uint8)

    assert [6.0 <= begin <= 7.2 for begin, _ in episodes(map(far_away, people))] == [True]
