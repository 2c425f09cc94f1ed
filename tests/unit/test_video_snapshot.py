"""Pictures kept at the onset of motion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from hub.tally import Tally
from ingest.video import disk
from ingest.video.decode import Picture
from ingest.video.snapshot import Snapshots, sweep

START = datetime(2026, 5, 1, 8, 3, 9, 120_000, tzinfo=UTC)


def picture(after_s: float = 0.0, width: int = 1920, height: int = 1080) -> Picture:
    return Picture(av.VideoFrame(width, height, "yuv420p"), START + timedelta(seconds=after_s))


def test_a_picture_is_named_by_its_day_its_camera_and_its_time(tmp_path: Path) -> None:
    name = Snapshots(tmp_path, "cam-1", Tally()).save(picture())
    assert name == "2026-05-01/cam-1/080309-120.jpg"
    with av.open(str(tmp_path / "snapshots" / name)) as container:
        frame = next(container.decode(video=0))
    assert (frame.width, frame.height) == (960, 540)


def test_a_small_picture_is_not_made_larger(tmp_path: Path) -> None:
    name = Snapshots(tmp_path, "cam-1", Tally()).save(picture(width=320, height=180))
    with av.open(str(tmp_path / "snapshots" / str(name))) as container:
        assert next(container.decode(video=0)).width == 320


def test_there_is_one_in_five_seconds_at_most(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path, "cam-1", Tally())
    saved = [snapshots.save(picture(second)) is not None for second in range(11)]
    assert saved == [index % 5 == 0 for index in range(11)]


def test_a_full_disk_costs_the_picture_and_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally()
    monkeypatch.setattr(disk, "is_full", lambda *_: True)
    assert Snapshots(tmp_path, "cam-1", tally).save(picture()) is None
    assert tally.get("gridhub_snapshots_skipped_total", cause="disk_full") == 1


def test_a_disk_that_fills_up_in_the_middle_leaves_no_half_picture(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots" / "2026-05-01" / "cam-1"
    folder.mkdir(parents=True)
    (folder / "080309-120.jpg").symlink_to("/dev/full")
    tally = Tally()
    assert Snapshots(tmp_path, "cam-1", tally).save(picture()) is None
    assert tally.get("gridhub_snapshots_skipped_total", cause="disk_full") == 1
    assert list(folder.iterdir()) == []


def test_days_older_than_a_week_are_removed(tmp_path: Path) -> None:
    for day in ("2026-04-20", "2026-04-23", "2026-04-24", "2026-05-01"):
        (tmp_path / "snapshots" / day / "cam-1").mkdir(parents=True)
    assert sweep(tmp_path, START, lambda _: set()) == 2
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == ["2026-04-24", "2026-05-01"]
    assert sweep(tmp_path / "nowhere", START, lambda _: set()) == 0


def test_a_day_of_which_the_pictures_of_alerts_are_left_is_done_once(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots" / "2026-04-20" / "cam-1"
    folder.mkdir(parents=True)
    for name in ("1.jpg", "2.jpg"):
        (folder / name).touch()
    asked: list[str] = []

    def shown(day: str) -> set[str]:
        asked.append(day)
        return {"2026-04-20/cam-1/2.jpg"}

    assert [sweep(tmp_path, START, shown) for _ in range(2)] == [1, 0]
    assert asked == ["2026-04-20"]
    assert [path.name for path in folder.iterdir()] == ["2.jpg"]
