"""When a picture that stands still is a frozen one, and when that cannot be known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ingest.video.decode import Luma, Picture
from ingest.video.tamper_look import Rows, rows_of, sameness
from ingest.video.tamper_still import Stillness
from tests.fix_tamper import START, Shown, begun, noisy, place

HERE = place(1)
_CHANCE = np.random.default_rng(5)


def rows(changed: float, before: Rows | None = None) -> Rows:
    """Rows of which the fraction ``changed`` differs from ``before``."""
    if before is None:
        return np.full((20, 500), 100, np.uint8)
    fresh = before.copy().ravel()
    fresh[_CHANCE.permutation(fresh.size)[: round(changed * fresh.size)]] += 1
    return fresh.reshape(before.shape)


class Keyframes:
    """Keyframes of a camera, two seconds apart, each differing from the one before by as much as is told."""

    def __init__(self, usual: float | None = None) -> None:
        self.still = Stillness(usual)
        self._rows: Rows | None = None
        self._at_s = 0.0

    def see(self, differ: Iterable[float], step_s: float = 2.0, *, learn: bool = True) -> list[bool]:
        """Whether it was frozen at each."""
        found = []
        for changed in differ:
            self._rows = rows(changed, self._rows)
            differs = self.still.see(self._rows, START + timedelta(seconds=self._at_s))
            if learn and differs is not None and not self.still.suspected:
                self.still.learn(differs, step_s)
            found.append(self.still.frozen())
            self._at_s += step_s
        return found


def test_the_same_keyframe_again_is_frozen_after_four_seconds() -> None:
    camera = Keyframes()
    assert not any(camera.see([0.6] * 20))
    assert camera.see([0.0] * 3) == [False, True, True]


def test_a_frozen_picture_that_an_encoder_codes_ever_better_is_frozen() -> None:
    camera = Keyframes()
    camera.see([0.77] * 20)
    assert camera.see([0.65, 0.33, 0.19, 0.1, 0.09], step_s=1.0)[-1] is False
    assert camera.see([0.09, 0.09], step_s=1.0)[-1] is True


def test_it_is_over_with_the_first_keyframe_that_differs() -> None:
    camera = Keyframes()
    camera.see([0.6] * 20)
    camera.see([0.0] * 5)
    assert camera.see([0.6]) == [False]
    assert camera.still.since is None


def test_a_camera_without_noise_is_never_said_to_be_frozen() -> None:
    camera = Keyframes()
    camera.see([0.05, 0.0, 0.0, 0.08, 0.0] * 6)
    assert not any(camera.see([0.0] * 100))


def test_nothing_is_said_before_it_is_known_what_is_usual() -> None:
    camera = Keyframes()
    assert not any(camera.see([0.6] * 3 + [0.0] * 50))


def test_what_is_usual_may_be_known_from_before() -> None:
    camera = Keyframes(usual=0.6)
    assert camera.see([0.0] * 3) == [False, False, True]


def test_a_camera_that_stands_still_of_itself_now_and_then_is_believed_at_last() -> None:
    camera = Keyframes()
    camera.see([0.3] * 20)
    for _ in range(5):
        camera.see([0.0])
        assert camera.still.suspected or not camera.still.telling
        camera.see([0.3])
        camera.still.stood()
    assert not any(camera.see([0.0] * 20))


def test_noise_that_falls_with_the_morning_is_no_freezing() -> None:
    camera = Keyframes()
    camera.see([0.8] * 20)
    assert not any(camera.see([*np.linspace(0.8, 0.2, 120), *[0.2] * 60]))


def test_keyframes_that_are_too_near_to_each_other_are_not_compared() -> None:
    camera = Keyframes(usual=0.6)
    assert not any(camera.see([0.6, 0.0] * 100, step_s=0.5))
    assert camera.still.telling


def test_a_long_pause_and_a_clock_that_is_set_back_begin_anew() -> None:
    camera = Keyframes(usual=0.6)
    assert not any(camera.see([0.0] * 10, step_s=20.0))
    still = Stillness(0.6)
    same = rows(0)
    for at_s in (100.0, 102.0, 50.0, 52.0):
        still.see(same, START + timedelta(seconds=at_s))
    assert not still.frozen()


def test_pictures_of_different_sizes_are_never_the_same() -> None:
    assert sameness(np.zeros((2, 4), np.uint8), np.zeros((4, 2), np.uint8)) == 0.0
    assert sameness(np.zeros((0, 4), np.uint8), np.zeros((0, 4), np.uint8)) == 0.0


@pytest.mark.parametrize("pixel_format", ["gray", "yuv420p", "yuv420p10le", "nv12", "yuyv422", "rgb24"])
def test_rows_hold_the_picture_and_nothing_of_what_pads_it(pixel_format: str) -> None:
    shown = np.full((48, 70, 3), 90, np.uint8)
    picture = Picture(av.VideoFrame.from_ndarray(shown, "rgb24").reformat(format=pixel_format), START)
    before = rows_of(picture)
    plane = picture.frame.planes[0]
    data = np.frombuffer(bytes(memoryview(plane)), np.uint8).reshape(plane.height, -1).copy()
    used = data.shape[1] // plane.width * plane.width
    data[:, used:] += 1
    plane.update(data.tobytes())
    assert sameness(before, rows_of(picture)) == 1.0
    data[:, used - 1] += 1
    plane.update(data.tobytes())
    assert sameness(before, rows_of(picture)) < 1.0
    assert before.shape[0] == 6


def test_a_camera_that_freezes_says_so_and_says_when_it_is_over(tmp_path: Path) -> None:
    camera = Shown(tmp_path)
    camera.show(HERE, 30)
    camera.freeze(HERE, 20)
    assert camera.tamper.blinding == "the picture is frozen"
    camera.show(HERE, 10)
    [(began_s, *began), (ended_s, *ended)] = camera.since(30)
    assert (began, ended) == (["frozen", 1.0], ["frozen", 0.0])
    assert began_s - 30 < 10
    assert ended_s - 50 < 10


def test_a_camera_that_freezes_often_is_noticed_each_time(tmp_path: Path) -> None:
    camera = Shown(tmp_path)
    camera.show(HERE, 30)
    for _ in range(6):
        camera.freeze(HERE, 12)
        camera.show(HERE, 12)
    assert begun(camera.said) == ["frozen"] * 6


def test_only_keyframes_are_compared(tmp_path: Path) -> None:
    """Between keyframes an encoder leaves out what hardly changes: that would look frozen."""
    camera = Shown(tmp_path)
    camera.show(HERE, 30)
    for second in range(60):
        camera.now_s = 30.0 + second
        camera.see(noisy(HERE, second // 10), key=second % 10 == 0)
    assert begun(camera.said) == []


def test_a_lens_that_is_covered_and_free_again_was_not_frozen(tmp_path: Path) -> None:
    """Under a cover there may be no noise; what is seen first behind it is not what stood still."""
    camera = Shown(tmp_path)
    camera.show(HERE, 30)
    dark = np.full_like(HERE, 16)
    camera.frames(21, lambda _: dark)
    camera.show(HERE, 20)
    assert begun(camera.said) == ["covered"]


def test_in_the_dark_nothing_is_said_to_be_frozen(tmp_path: Path) -> None:
    camera = Shown(tmp_path)
    camera.show(HERE, 30)
    camera.tamper._still.see(rows(0), START)
    dark = np.full_like(HERE, 16)
    camera.frames(30, lambda _: dark)
    assert "frozen" not in begun(camera.said)


def coded(pictures: Iterator[Luma], options: dict[str, str]) -> Iterator[tuple[float, bool, av.VideoFrame]]:
    """(second, keyframe, picture) as they come out of an H.264 camera with ten pictures and a keyframe a second."""
    encoder, decoder = av.CodecContext.create("libx264", "w"), av.CodecContext.create("h264", "r")
    encoder.width, encoder.height, encoder.pix_fmt = HERE.shape[1], HERE.shape[0], "yuv420p"
    encoder.framerate, encoder.time_base, encoder.gop_size = Fraction(10), Fraction(1, 10), 10
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", **options}
    for number, luma in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(luma, "gray").reformat(format="yuv420p")
        frame.pts = number
        for packet in encoder.encode(frame):
            for shown in decoder.decode(packet):
                yield number / 10, bool(shown.key_frame), shown


@pytest.mark.parametrize("options", [{"crf": "23"}, {"crf": "32"}], ids=["crf 23", "crf 32"])
def test_a_quiet_place_that_was_compressed_hard_is_not_frozen_and_a_frozen_one_is(options: dict[str, str]) -> None:
    still = Stillness()
    pictures = [noisy(HERE, number) for number in range(300)] + [noisy(HERE, 3)] * 100
    said = []
    for at_s, key, frame in coded(iter(pictures), options):
        if key:
            differs = still.see(rows_of(Picture(frame, START)), START + timedelta(seconds=at_s))
            if differs is not None and not still.suspected:
                still.learn(differs, 1.0)
            said.append((at_s, still.frozen()))
    assert not any(frozen for at_s, frozen in said if at_s < 30)
    assert any(frozen for at_s, frozen in said if at_s <= 39)
