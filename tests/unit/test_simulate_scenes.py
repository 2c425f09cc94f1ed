"""What is painted is what the script says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ingest.simulate import scenes, script
from ingest.simulate.painter import Painter
from ingest.simulate.stage import HEIGHT, WIDTH, Box
from ingest.simulate.texture import Image


@pytest.fixture(scope="module")
def yard() -> Painter:
    return Painter("yard")


@pytest.fixture(scope="module")
def river() -> Painter:
    return Painter("river")


def luma(painter: Painter, t: float) -> Image:
    plane: Image = painter.frame(t)[:HEIGHT].astype(np.int16)
    return plane


def changed(painter: Painter, t: float, reference_t: float) -> Image:
    """Which pixels differ from another frame by more than the sensor's noise; the caption does not count."""
    difference: Image = np.abs(luma(painter, t) - luma(painter, reference_t)) > 14
    difference[HEIGHT - 60 :, WIDTH - 220 :] = False
    return difference


def share(difference: Image, box: Box, margin: float = 0.0) -> float:
    """The part of a box that differs."""
    top, bottom = int(max(0, box.y - margin) * HEIGHT), int(min(1, box.y + box.height + margin) * HEIGHT)
    left, right = int(max(0, box.x - margin) * WIDTH), int(min(1, box.x + box.width + margin) * WIDTH)
    return float(difference[top:bottom, left:right].mean())


def test_people_are_where_the_script_says_and_nothing_moves_elsewhere_but_shadows_and_smoke(yard: Painter) -> None:
    for t in (3.5, 7.0, 16.0, 20.0):
        boxes = script.boxes("yard", t)
        assert boxes
        difference = changed(yard, t, 50.0)
        for box in boxes:
            assert share(difference, box) > 0.2, f"nobody at {box} at {t} s"
        rest = difference.copy()
        for box in boxes:  # a person's shadow is as long as the person is high
            top, bottom = int((box.y - 0.02) * HEIGHT), int((box.y + box.height + 0.05) * HEIGHT)
            rest[top:bottom, int((box.x - 0.02) * WIDTH) : int((box.x + 3.5 * box.width) * WIDTH)] = False
        rest[: int(0.55 * HEIGHT), int(0.35 * WIDTH) : int(0.75 * WIDTH)] = False  # smoke
        assert rest.mean() < 0.002


def test_a_quiet_stretch_is_really_quiet(yard: Painter) -> None:
    assert not any(script.moving("yard", t) for t in (48.0, 50.0, 57.9))
    assert changed(yard, 48.0, 57.9).mean() < 0.0005
    assert changed(yard, 70.0, 110.0).mean() < 0.0005


def test_smoke_darkens_the_picture_above_the_bin(yard: Painter) -> None:
    plume = changed(yard, 27.0, 50.0)
    assert plume[: HEIGHT // 2, WIDTH // 2 : WIDTH * 3 // 4].mean() > 0.05
    assert changed(yard, 48.0, 50.0)[: HEIGHT // 2].mean() < 0.0005


def test_the_night_is_dark_and_comes_slowly(yard: Painter) -> None:
    assert luma(yard, 80.0).mean() < 0.6 * luma(yard, 50.0).mean()
    steps = [abs(luma(yard, t + 0.1).mean() - luma(yard, t).mean()) for t in (58.5, 61.0, 64.0)]
    assert max(steps) < 2.0


def test_a_covered_lens_sees_something_dark_and_uniform(river: Painter) -> None:
    start, end = script.COVERED["river"]
    covered = luma(river, (start + end) / 2)
    assert covered[80 : HEIGHT - 60].mean() < 30
    assert covered[80 : HEIGHT - 60].std() < 4
    free = luma(river, start - 1)
    assert free.mean() > 90
    assert free.std() > 20


def test_a_frame_depends_on_nothing_but_its_time(yard: Painter) -> None:
    once = yard.frame(12.3)
    yard.frame(99.0)
    assert (yard.frame(12.3) == once).all()


def test_a_file_has_a_keyframe_a_second_and_no_b_frames(tmp_path: Path) -> None:
    path = tmp_path / "yard.mp4"
    assert list(scenes.render("yard", path, seconds=3)) == list(range(30))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (WIDTH, HEIGHT)
        assert stream.average_rate == Fraction(scenes.FPS)
        packets = [packet for packet in container.demux(stream) if packet.size]
    assert [index for index, packet in enumerate(packets) if packet.is_keyframe] == [0, 10, 20]
    assert all(packet.pts == packet.dts for packet in packets)
    assert list(tmp_path.iterdir()) == [path], "nothing half finished is left"


def test_scenes_of_this_version_are_kept_older_ones_removed_and_strangers_left_alone(tmp_path: Path) -> None:
    current = [scenes.scene_file(tmp_path, scene) for scene in script.ACTORS]
    old, stranger = tmp_path / "yard-0123456789ab.mp4", tmp_path / "holiday.mp4"
    for path in (*current, old, stranger):
        path.write_bytes(b"there")
    scenes.render_all(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in (*current, stranger)}
    assert all(path.read_bytes() == b"there" for path in current)
