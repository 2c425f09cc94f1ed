"""Clips out of recordings."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from hub.errors import NotFound
from hub.store.segments import Segment
from ingest.simulate.faults import write_clip
from ingest.video.clip import cut

START = datetime(2026, 5, 1, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def recorded(data_dir: Path, name: str, first_s: float, *, width: int = 320, height: int = 180) -> Segment:
    """Four seconds, ten pictures a second, a keyframe a second."""
    path = write_clip(data_dir / name, width=width, height=height)
    return Segment("cam-1", at(first_s), at(first_s + 3.9), name, path.stat().st_size)


def times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [round(float(frame.time or 0), 2) for frame in container.decode(video=0)]


def test_a_clip_begins_at_the_keyframe_before_and_ends_where_asked(tmp_path: Path) -> None:
    segment = recorded(tmp_path, "a.mp4", 0)
    clip = cut(tmp_path, [segment], at(1.5), at(2.5), tmp_path / "clip.mp4")
    assert (clip.began_at, clip.ended_at, clip.missing) == (at(1), at(2.5), 0)
    shown = times(tmp_path / "clip.mp4")
    assert len(shown) == 16
    assert shown[0] == 0.0


def test_files_are_joined_and_the_time_between_them_stands_still(tmp_path: Path) -> None:
    segments = [recorded(tmp_path, "a.mp4", 0), recorded(tmp_path, "b.mp4", 10)]
    clip = cut(tmp_path, segments, at(-5), at(60), tmp_path / "clip.mp4")
    assert (clip.began_at, clip.ended_at) == (at(0), at(13.9))
    shown = times(tmp_path / "clip.mp4")
    assert len(shown) == 80
    assert shown[40] == pytest.approx(10.0, abs=0.02)
    assert all(later > earlier for earlier, later in itertools.pairwise(shown))


def test_an_hour_that_comes_twice_is_shown_once_and_runs_on(tmp_path: Path) -> None:
    segments = [recorded(tmp_path, "a.mp4", 0), recorded(tmp_path, "b.mp4", 1.5), recorded(tmp_path, "c.mp4", 2)]
    clip = cut(tmp_path, segments, at(0), at(60), tmp_path / "clip.mp4")
    assert (clip.began_at, clip.ended_at) == (at(0), at(5.4)), "each goes on with its next keyframe"
    shown = times(tmp_path / "clip.mp4")
    assert all(0.09 < later - earlier < 0.75 for earlier, later in itertools.pairwise(shown))
    assert shown[-1] == pytest.approx(5.4, abs=0.02)


def test_the_pictures_are_not_encoded_again(tmp_path: Path) -> None:
    segment = recorded(tmp_path, "a.mp4", 0)
    cut(tmp_path, [segment], at(0), at(9), tmp_path / "clip.mp4")

    def bodies(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(packet) for packet in container.demux(video=0) if packet.size]

    assert bodies(tmp_path / "clip.mp4") == bodies(tmp_path / "a.mp4")


def test_pictures_out_of_order_stay_in_order(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "b.mp4"), "w") as out:
        stream = out.add_stream("libx264", rate=10, options={"bf": "2", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(40):
            frame = av.VideoFrame(320, 180, "rgb24")
            frame.planes[0].update(bytes([number * 6 % 256]) * frame.planes[0].buffer_size)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    segment = Segment("cam-1", at(0), at(3.9), "b.mp4", 1)
    cut(tmp_path, [segment], at(0), at(9), tmp_path / "clip.mp4")
    shown = times(tmp_path / "clip.mp4")
    assert len(shown) == 40
    assert [round(later - earlier, 2) for earlier, later in itertools.pairwise(shown)] == [0.1] * 39


def test_a_file_that_is_gone_or_damaged_is_left_out_and_counted(tmp_path: Path) -> None:
    segments = [recorded(tmp_path, "a.mp4", 0), recorded(tmp_path, "b.mp4", 10), recorded(tmp_path, "c.mp4", 20)]
    (tmp_path / "a.mp4").unlink()
    (tmp_path / "b.mp4").write_bytes(b"no video at all" * 100)
    clip = cut(tmp_path, segments, at(0), at(60), tmp_path / "clip.mp4")
    assert (clip.began_at, clip.missing) == (at(20), 2)


def test_another_size_of_picture_ends_the_clip(tmp_path: Path) -> None:
    segments = [recorded(tmp_path, "a.mp4", 0), recorded(tmp_path, "b.mp4", 4, width=480, height=272)]
    clip = cut(tmp_path, segments, at(0), at(60), tmp_path / "clip.mp4")
    assert (clip.ended_at, clip.missing) == (at(3.9), 1)
    assert len(times(tmp_path / "clip.mp4")) == 40


def test_an_interval_without_a_recording_has_no_clip(tmp_path: Path) -> None:
    segment = recorded(tmp_path, "a.mp4", 0)
    with pytest.raises(NotFound):
        cut(tmp_path, [], at(0), at(60), tmp_path / "clip.mp4")
    with pytest.raises(NotFound):
        cut(tmp_path, [segment], at(100), at(160), tmp_path / "clip.mp4")
