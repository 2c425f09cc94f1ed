"""What is said of a camera that somebody lays hands on, and of one that nobody touches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import cast

import cv2
import pytest

from hub.tally import Tally
from ingest.video import disk
from ingest.video.decode import Luma
from ingest.video.row import row_of
from ingest.video.tamper import BLINDING
from ingest.video.tamper_memory import FOLDER, Memory
from tests.fix_tamper import Shown, begun, blurred, even, frame_of, hidden, lit, noisy, place, shifted

HERE = place(1)
ELSEWHERE = place(2)
LEARNT_S = 30.0
HANDS: dict[str, Callable[[Luma], Luma]] = {
    "covered": even(20),
    "defocused": blurred(5),
    "moved": shifted(0.3, 0.05),
    "washed_out": lit(2, 160),
}


def shown(data_dir: Path) -> Shown:
    """A camera whose place is known."""
    camera = Shown(data_dir)
    camera.show(HERE, LEARNT_S)
    assert begun(camera.said) == []
    return camera


def test_a_camera_that_is_in_order_says_so_once_of_each_condition(tmp_path: Path) -> None:
    camera = Shown(tmp_path)
    camera.show(HERE, 100)
    assert sorted(condition for _, condition, _ in camera.said) == sorted(BLINDING)
    assert {value for *_, value in camera.said} == {0.0}
    assert camera.tamper.blinding == ""
    assert camera.looks < 50 + 20, "one look a keyframe is enough, but for the first seconds"


@pytest.mark.parametrize("condition", HANDS)
def test_what_is_done_to_a_camera_is_raised_and_cleared_within_ten_seconds(tmp_path: Path, condition: str) -> None:
    camera = shown(tmp_path)
    camera.show(HERE, 20, HANDS[condition])
    assert camera.tamper.blinding == BLINDING[condition]
    camera.show(HERE, 20)
    [(began_s, *began), (ended_s, *ended)] = camera.since(LEARNT_S)
    assert (began, ended) == ([condition, 1.0], [condition, 0.0])
    assert 4 <= began_s - LEARNT_S < 10
    assert 3 <= ended_s - LEARNT_S - 20 < 10
    assert camera.tamper.blinding == ""


def test_a_picture_built_upon_a_damaged_one_proves_nothing(tmp_path: Path) -> None:
    """A lost packet looks like a camera that was turned away."""
    camera = shown(tmp_path)
    turned = shifted(0.3, 0.05)(HERE)
    for step in range(100):
        frame = replace(frame_of(noisy(turned, step), LEARNT_S + step / 5), doubtful=True)
        assert not camera.tamper.see(frame)
    assert camera.tamper.blinding == ""
    camera.now_s += 20
    camera.show(turned, 20)
    assert camera.tamper.blinding == BLINDING["moved"]


def test_a_picture_just_before_each_keyframe_does_not_keep_them_from_being_compared(tmp_path: Path) -> None:
    """As where something moves all the time, so that every picture is decoded."""
    camera = Shown(tmp_path)
    for step in range(300):
        frozen_from = 200
        camera.now_s = step / 5
        camera.see(noisy(HERE, min(step, frozen_from)), key=step % 10 == 1)
    assert begun(camera.said) == ["frozen"]


def test_the_beginning_has_a_picture_and_figures(tmp_path: Path) -> None:
    camera = shown(tmp_path)
    camera.show(HERE, 10, shifted(0.3))
    [began] = [item for item in camera.observations if item.value == 1.0]
    assert began.attrs is not None
    assert (tmp_path / "snapshots" / began.attrs["snapshot"]).is_file()
    assert began.attrs["shift"] == pytest.approx([0.3, 0.0], abs=0.02)
    assert began.attrs["since"] == "2026-05-01T08:00:30+00:00"


def test_a_condition_is_said_again_while_it_lasts_and_costs_no_more_than_keyframes(tmp_path: Path) -> None:
    camera = shown(tmp_path)
    camera.show(HERE, 20, even(20))
    looks = camera.looks
    camera.show(HERE, 100, even(20))
    assert camera.looks - looks <= 51
    times = [second for second, condition, value in camera.since(LEARNT_S) if (condition, value) == ("covered", 1.0)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) == 3
    assert all(30 <= gap <= 32 for gap in gaps)


@pytest.mark.parametrize(
    ("done", "seconds"),
    [
        pytest.param(even(70), 3.0, id="somebody passes so close that nothing else is seen"),
        pytest.param(hidden(0.7), 60.0, id="a lorry stops before the lens"),
        pytest.param(lit(0.25), 60.0, id="most lights go out"),
        pytest.param(lit(1.5), 60.0, id="the sun comes out"),
        pytest.param(lit(0.4, 120), 60.0, id="fog"),
        pytest.param(shifted(0.025), 60.0, id="a knock"),
    ],
)
def test_what_is_no_tampering_raises_nothing(
    tmp_path: Path, done: Callable[[Luma], Luma], seconds: float
) -> None:
    camera = shown(tmp_path)
    camera.show(HERE, seconds, done)
    camera.show(HERE, 10)
    assert camera.since(LEARNT_S) == []


def test_a_pole_that_sways_raises_nothing(tmp_path: Path) -> None:
    camera = shown(tmp_path)
    sways = [shifted(by)(HERE) for by in (0.0, 0.02, 0.0, -0.02)]
    camera.frames(60, lambda index: noisy(sways[index % 4], index))
    assert camera.since(LEARNT_S) == []


def test_of_two_conditions_after_each_other_the_second_takes_over(tmp_path: Path) -> None:
    camera = shown(tmp_path)
    camera.show(HERE, 12, even(20))
    camera.show(ELSEWHERE, 12)
    assert [said[1:] for said in camera.since(LEARNT_S)] == [("covered", 1.0), ("covered", 0.0), ("moved", 1.0)]


def test_a_place_is_not_unlearnt_while_it_is_hidden(tmp_path: Path) -> None:
    camera = shown(tmp_path)
    camera.show(ELSEWHERE, 400)
    assert camera.tamper.blinding == BLINDING["moved"]
    camera.show(HERE, 10)
    assert camera.said[-1][1:] == ("moved", 0.0)


def test_a_camera_that_was_moved_for_good_has_a_new_place_after_a_day(tmp_path: Path) -> None:
    camera = shown(tmp_path)
    camera.show(ELSEWHERE, 20)
    camera.now_s += 24 * 3600
    camera.show(ELSEWHERE, 60)
    assert camera.tamper.blinding == ""
    camera.show(HERE, 20)
    assert camera.tamper.blinding == BLINDING["moved"], "the old place is another one now"


def test_a_camera_that_was_covered_while_the_hub_was_away_is_known_for_covered(tmp_path: Path) -> None:
    shown(tmp_path)
    later = Shown(tmp_path)
    later.show(HERE, 10, even(20))
    assert begun(later.said) == ["covered"]
    assert sorted(condition for _, condition, value in later.said if value == 0.0) == sorted({*BLINDING} - {"covered"})


def test_another_address_is_another_place(tmp_path: Path) -> None:
    shown(tmp_path)
    other = Shown(tmp_path, url="rtsp://camera/2")
    other.show(ELSEWHERE, 30)
    assert begun(other.said) == []


def test_switching_tamper_off_forgets_the_place(tmp_path: Path) -> None:
    shown(tmp_path)
    row_of("cam-1", {"url": "rtsp://camera/1", "analyse": {"motion": False, "tamper": False}}, tmp_path, Tally())
    again = Shown(tmp_path)
    again.show(ELSEWHERE, 30)
    assert begun(again.said) == []


def test_a_memory_that_cannot_be_read_is_learnt_anew(tmp_path: Path) -> None:
    shown(tmp_path)
    (tmp_path / FOLDER / "cam-1.npz").write_bytes(b"PK\x03\x04 no archive")
    camera = Shown(tmp_path)
    camera.show(HERE, 20)
    assert begun(camera.said) == []
    assert camera.tally.get("gridhub_video_places_lost_total") == 1


def test_a_full_disk_costs_the_memory_and_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "is_full", lambda _: True)
    camera = shown(tmp_path)
    assert not (tmp_path / FOLDER / "cam-1.npz").exists()
    assert camera.tally.get("gridhub_video_places_skipped_total", cause="disk_full") == 1


def test_a_folder_that_cannot_be_written_costs_the_memory_and_is_counted(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("not a folder")
    camera = Shown(tmp_path)
    Memory(tmp_path, "cam-1", {}, camera.tally).forget()
    camera.show(HERE, 30)
    assert begun(camera.said) == []
    assert camera.tally.total("gridhub_video_places_skipped_total") >= 1


def test_a_camera_that_shows_nothing_from_the_start_is_covered(tmp_path: Path) -> None:
    camera = Shown(tmp_path)
    camera.show(HERE, 55, even(20))
    assert camera.said == []
    camera.show(HERE, 25, even(20))
    assert begun(camera.said) == ["covered"]
    camera.show(HERE, 40)
    assert camera.tamper.blinding == ""
    assert camera.said[-1][1:] == ("covered", 0.0)


def test_a_clock_that_is_set_back_and_a_long_pause_prove_nothing(tmp_path: Path) -> None:
    camera = shown(tmp_path)
    covered = even(20)(HERE)
    for turn in range(2):
        camera.see(noisy(covered, turn))
        camera.now_s += 0.2
    camera.now_s += 600
    camera.see(noisy(covered, 2))
    camera.now_s -= 3600
    camera.see(noisy(covered, 3))
    assert camera.since(LEARNT_S) == []
    assert camera.tamper.blinding == ""


def test_another_resolution_is_the_same_place_and_not_out_of_focus(tmp_path: Path) -> None:
    camera = Shown(tmp_path)
    small = cast(Luma, cv2.resize(HERE, (320, 180), interpolation=cv2.INTER_AREA))
    large = blurred(2)(cast(Luma, cv2.resize(small, (640, 360), interpolation=cv2.INTER_CUBIC)))
    camera.show(small, 30)
    camera.show(large, 30)
    camera.show(small, 30)
    assert begun(camera.said) == []


def test_a_few_edges_that_shine_through_are_not_the_place(tmp_path: Path) -> None:
    camera = shown(tmp_path)
    camera.show(HERE, 12, lit(0.03, 100))
    assert begun(camera.said) == ["covered"]


def test_the_moment_somebody_covers_the_lens_is_worth_recording(tmp_path: Path) -> None:
    camera = shown(tmp_path)
    frames = [frame_of(noisy(even(20)(HERE), index), LEARNT_S + index) for index in range(12)]
    for frame in frames:
        camera.tamper.see(frame)
    assert [frame.eventful for frame in frames] == [True] * 4 + [False] * 8


def test_a_row_tells_what_blinds_a_camera(tmp_path: Path) -> None:
    row = row_of("cam-1", {"url": "rtsp://camera/1", "analyse": {"motion": False}}, tmp_path, Tally())
    for second in range(40):
        row.see(frame_of(noisy(HERE, second), second))
    assert row.blinding == ""
    for second in range(40, 50):
        row.see(frame_of(noisy(even(20)(HERE), second), second))
    assert row.blinding == "the lens is covered"
