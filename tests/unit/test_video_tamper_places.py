"""Real and painted places that nobody tampers with, by day and by night: nothing is said but of the covered lens."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from ingest.simulate import script
from ingest.simulate.painter import Painter
from ingest.simulate.stage import HEIGHT
from ingest.video.decode import Luma, Picture
from tests.fix_tamper import START, Shown, begun, blurred, even, noisy, shifted
from tests.fix_video import CLIPS

STILL_S = 20.0


def pictures(name: str, every_s: float) -> list[Luma]:
    found: list[Luma] = []
    with av.open(str(CLIPS / name)) as container:
        for frame in container.decode(video=0):
            if (frame.time or 0.0) >= len(found) * every_s:
                found.append(Picture(frame, START).luma(640))
    return found


@pytest.mark.parametrize(
    "name",
    ["one-by-one-person-detection.mp4", "car-detection.mp4", "bottle-detection.mp4", "traffic-camera.mp4"],
)
def test_people_cars_and_hands_are_no_tampering(tmp_path: Path, name: str) -> None:
    camera = Shown(tmp_path)
    for turn, picture in enumerate(pictures(name, 1.0) * 3):
        camera.now_s = float(turn)
        camera.see(noisy(picture, turn))
    assert begun(camera.said) == []


def test_a_change_of_light_is_no_tampering(tmp_path: Path) -> None:
    """The clip is short: its first and its last picture stand for the time before and after."""
    clip = pictures("brightness-change.avi", 0.2)
    camera = Shown(tmp_path)
    camera.show(clip[0], STILL_S)
    for turn, picture in enumerate(clip):
        camera.now_s += 0.2
        camera.see(noisy(picture, turn), key=turn % 10 == 0)
    camera.show(clip[-1], STILL_S)
    camera.show(clip[0], STILL_S)
    assert begun(camera.said) == []


@pytest.mark.parametrize("scene", script.ACTORS)
def test_a_day_and_a_night_with_people_and_cars_are_no_tampering_but_a_covered_lens_is(
    tmp_path: Path, scene: str
) -> None:
    painter = Painter(scene)
    camera = Shown(tmp_path)
    cycle = [painter.frame(second)[:HEIGHT] for second in range(0, round(script.CYCLE_S), 2)]
    for turn, picture in enumerate(cycle * 2):
        camera.now_s = 2.0 * turn
        camera.see(noisy(picture, turn))
    told = [(second, condition, value) for second, condition, value in camera.said if second > 20]
    if scene not in script.COVERED:
        assert told == []
        return
    covered_s, free_s = script.COVERED[scene]
    assert [(condition, value) for _, condition, value in told] == [("covered", 1.0), ("covered", 0.0)] * 2
    assert covered_s < told[0][0] < covered_s + 10
    assert free_s < told[1][0] < free_s + 10


@pytest.mark.parametrize("second", [20.0, 90.0], ids=["by day", "at night"])
@pytest.mark.parametrize("scene", script.ACTORS)
def test_hands_are_noticed_by_day_and_at_night(tmp_path: Path, scene: str, second: float) -> None:
    here: Luma = Painter(scene).frame(second)[:HEIGHT]
    for condition, done in (("covered", even(30)), ("defocused", blurred(6)), ("moved", shifted(0.25, 0.05))):
        camera = Shown(tmp_path / condition)
        camera.show(here, 30)
        camera.show(here, 10, done)
        assert begun(camera.said) == [condition]
