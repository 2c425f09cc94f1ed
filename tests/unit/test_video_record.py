"""Recordings: files that play, whatever happened while they were written. No camera: packets come out of a file."""

from __future__ import annotations

import contextlib
import errno
import itertools
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import av
import av.error
import numpy as np
import pytest
from av.video.stream import VideoStream

from hub.model.source import GapCause, Unrecorded
from hub.store.segments import Segment
from hub.tally import Tally
from ingest.simulate.faults import FPS, write_clip
from ingest.video import disk
from ingest.video.clip import cut
from ingest.video.open import VideoPacket
from ingest.video.record import PART, Plan, Recorder, adopt, settle
from ingest.video.ring import Coded, Ring

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
CONTINUOUS = Plan("continuous")
EVENT = Plan("event", pre=timedelta(seconds=3), post=timedelta(seconds=4))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4 s, a keyframe a second."""
    return write_clip(tmp_path_factory.mktemp("clip") / "ok.mp4")


class Studio:
    """A recorder, and the packets of an endless stream for it."""

    def __init__(self, source: Path, data_dir: Path, plan: Plan) -> None:
        self.data_dir = data_dir
        self.segments: list[Segment] = []
        self.tally = Tally()
        self.ring = Ring(keep_s=plan.pre.total_seconds() if plan.mode == "event" else 0)
        self.recorder = Recorder("cam-1", plan, data_dir, self.ring, self.tally, self.segments.append)
        self._container = av.open(str(source))
        self.stream: VideoStream = self._container.streams.video[0]
        self._packets = [packet for packet in self._container.demux(self.stream) if packet.size]
        self._next = 0
        self.recorder.attach(self.stream)

    def run(self, seconds: float, *, moving: bool = False, leap: int = 0, late_s: float = 0.0) -> None:
        """Record so much of the stream; ``leap`` is added to the camera's time, ``late_s`` to the hub's."""
        for _ in range(round(seconds * FPS)):
            coded = self._coded(self._next, leap, late_s)
            self._next += 1
            self.ring.push(coded)
            if moving:
                self.recorder.moving(coded.ts)
            self.recorder.write(coded)

    @property
    def number(self) -> int:
        """Of the next picture."""
        return self._next

    def unrecorded(self) -> Unrecorded | None:
        return self.recorder.unrecorded

    def close(self) -> None:
        self.recorder.cut()
        self._container.close()

    def _coded(self, number: int, leap: int, late_s: float) -> Coded:
        original = self._packets[number % len(self._packets)]
        packet: VideoPacket = av.Packet(original.size)  # type: ignore[assignment]  # its stream is set below
        packet.update(bytes(original))
        tick = original.time_base
        step = round(1 / FPS / tick)
        packet.time_base, packet.duration, packet.is_keyframe = tick, step, original.is_keyframe
        packet.pts = packet.dts = number * step + leap
        packet.stream = self.stream
        return Coded(packet, START + timedelta(seconds=number / FPS + late_s), original.is_keyframe, original.size)


@pytest.fixture
def studio(source: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Studio]:
    made = Studio(source, tmp_path, request.param)
    yield made
    made.close()


def frames(path: Path) -> list[float]:
    """The times of all pictures of a file, decoded, up to the first that is damaged."""
    found: list[float] = []
    with av.open(str(path)) as container, contextlib.suppress(av.error.InvalidDataError):
        found.extend(float(frame.time or 0) for frame in container.decode(video=0))
    return found


def part(studio: Studio, segment: Segment) -> Path:
    return studio.data_dir / (segment.path + PART)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


continuous = pytest.mark.parametrize("studio", [CONTINUOUS], indirect=True)
event = pytest.mark.parametrize("studio", [EVENT], indirect=True)


@continuous
def test_files_are_about_a_minute_and_together_hold_every_picture(studio: Studio) -> None:
    studio.run(150)
    studio.recorder.cut()
    assert [(segment.began_at, segment.ended_at) for segment in studio.segments] == [
        (at(0), at(59.9)),
        (at(60), at(119.9)),
        (at(120), at(149.9)),
    ]
    assert [len(frames(part(studio, segment))) for segment in studio.segments] == [600, 600, 300]
    assert studio.segments[1].path == "recordings/cam-1/2026-05-01/080100-000.mp4"


@continuous
def test_the_packets_are_those_of_the_camera(studio: Studio, source: Path) -> None:
    studio.run(4)
    studio.recorder.cut()

    def bodies(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(packet) for packet in container.demux(video=0) if packet.size]

    assert bodies(part(studio, studio.segments[0])) == bodies(source)


@continuous
def test_a_file_whose_writer_was_killed_plays_up_to_its_last_group(studio: Studio, tmp_path: Path) -> None:
    studio.run(5.5)
    survived = tmp_path / "after-the-kill"
    shutil.copytree(studio.data_dir / "recordings", survived / "recordings")
    found = adopt(survived, "cam-1")
    assert [(item.began_at, item.ended_at) for item in found] == [(at(0), at(4.9))]
    assert len(frames(survived / (found[0].path + PART))) == 50
    settle(survived, found[0])
    settle(survived, found[0])
    assert len(frames(survived / found[0].path)) == 50
    assert adopt(survived, "cam-1") == []


@continuous
def test_a_file_that_ends_in_the_middle_of_a_fragment_plays_up_to_there(studio: Studio, tmp_path: Path) -> None:
    studio.run(5.5)
    torn = tmp_path / "after-the-power-cut"
    shutil.copytree(studio.data_dir / "recordings", torn / "recordings")
    (path,) = torn.glob(f"recordings/*/*/*{PART}")
    path.write_bytes(path.read_bytes()[:-700])
    (segment,) = adopt(torn, "cam-1")
    assert at(2) < segment.ended_at < at(4.9)
    assert len(frames(path)) >= 20


def test_a_file_without_a_picture_is_removed_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "recordings" / "cam-1" / "2026-05-01"
    folder.mkdir(parents=True)
    for name in ("080000-000.mp4", "not-a-time.mp4"):
        (folder / (name + PART)).write_bytes(b"")
    assert adopt(tmp_path, "cam-1") == []
    assert list(folder.iterdir()) == []


@continuous
def test_a_leap_of_the_camera_s_time_leaves_no_hole_in_the_file(studio: Studio) -> None:
    studio.run(2)
    studio.run(2, leap=10**9)
    studio.run(2, leap=-(10**9))
    studio.recorder.cut()
    times = frames(part(studio, studio.segments[0]))
    assert len(times) == 60
    assert times[-1] - times[0] == pytest.approx(5.9, abs=0.05)


@continuous
def test_a_new_connection_begins_a_new_file(studio: Studio) -> None:
    studio.run(3)
    studio.recorder.attach(studio.stream)
    studio.run(3, late_s=10)
    studio.recorder.cut()
    assert [(item.began_at, item.ended_at) for item in studio.segments] == [(at(0), at(2.9)), (at(13), at(15.9))]


def write_kind(path: Path, codec: str, options: dict[str, str]) -> Path:
    """4 s of a picture that changes, as this codec writes it."""
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    with av.open(str(path), "w") as out:
        stream = cast(VideoStream, out.add_stream(codec, rate=FPS, options=options))
        stream.width, stream.height, stream.pix_fmt = 320, 180, pixels
        for number in range(4 * FPS):
            grey = np.full((180, 320, 3), number * 6 % 256, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {"bf": "2", "g": "10"}),
        ("libx264", {"g": "1"}),
        ("libx265", {"x265-params": "keyint=10:bframes=2:log-level=none"}),
        ("mjpeg", {}),
    ],
    ids=["pictures out of order", "nothing but keyframes", "H.265", "MJPEG"],
)
def test_every_kind_of_stream_plays_and_has_all_its_pictures_in_order(
    tmp_path: Path, codec: str, options: dict[str, str]
) -> None:
    found: list[Segment] = []
    ring = Ring()
    recorder = Recorder("cam-1", CONTINUOUS, tmp_path, ring, Tally(), found.append)
    with av.open(str(write_kind(tmp_path / "source.mp4", codec, options))) as container:
        stream = container.streams.video[0]
        recorder.attach(stream)
        packets = [packet for packet in container.demux(stream) if packet.size]
        for number, packet in enumerate(packets):
            coded = Coded(packet, at(number / FPS), packet.is_keyframe, packet.size)
            ring.push(coded)
            recorder.write(coded)
        recorder.cut()
    (segment,) = found
    shown = frames(tmp_path / (segment.path + PART))
    assert len(shown) == 4 * FPS
    assert [round(later - earlier, 2) for earlier, later in itertools.pairwise(shown)] == [0.1] * (4 * FPS - 1)
    recorded_s = (segment.ended_at - segment.began_at).total_seconds()
    settle(tmp_path, segment)
    clip = cut(tmp_path, [segment], at(0), at(9), tmp_path / "clip.mp4")
    assert len(frames(tmp_path / "clip.mp4")) == 4 * FPS
    assert (clip.ended_at - clip.began_at).total_seconds() == pytest.approx(recorded_s, abs=0.25)


@event
def test_an_event_is_recorded_from_before_it_to_after_it(studio: Studio) -> None:
    studio.run(10.5)
    assert studio.recorder.state == "waiting"
    studio.run(2, moving=True)
    assert studio.recorder.state == "recording"
    studio.run(10)
    assert studio.recorder.state == "waiting"
    (segment,) = studio.segments
    assert segment.began_at == at(7), "the keyframe at or before 3 s before the event at 10.5 s"
    assert at(16.3) <= segment.ended_at <= at(16.5), "4 s after the last motion at 12.4 s"
    assert len(frames(part(studio, segment))) == pytest.approx(95, abs=2)


@event
def test_two_events_near_each_other_hold_no_picture_twice(studio: Studio) -> None:
    studio.run(5)
    studio.run(0.5, moving=True)
    studio.run(5.5)
    studio.run(0.5, moving=True)
    studio.run(8)
    first, second = studio.segments
    assert second.began_at > first.ended_at
    assert second.began_at - first.ended_at <= timedelta(seconds=1.1), "from the next keyframe on"


@continuous
def test_a_full_disk_stops_the_recording_with_a_state_and_a_count(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "is_full", lambda *_: True)
    studio.run(20)
    assert studio.recorder.state == "disk_full"
    assert studio.tally.get("gridhub_recording_failures_total", camera="cam-1", cause="disk_full") == 1
    assert studio.segments == []
    monkeypatch.setattr(disk, "is_full", lambda *_: False)
    studio.run(20)
    assert studio.recorder.state == "recording", "tried again after half a minute"


@continuous
def test_a_disk_that_fills_up_while_a_file_is_written_costs_the_file_only(studio: Studio) -> None:
    folder = studio.data_dir / "recordings" / "cam-1" / "2026-05-01"
    folder.mkdir(parents=True)
    (folder / f"080000-000.mp4{PART}").symlink_to("/dev/full")
    studio.run(5)
    assert studio.recorder.state == "disk_full"
    studio.run(40)
    assert studio.recorder.state == "recording"
    assert studio.tally.get("gridhub_recording_failures_total", camera="cam-1", cause="disk_full") >= 1


@continuous
def test_what_is_not_recorded_is_known_from_when_on_and_until_when(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.run(3)
    assert studio.unrecorded() is None
    monkeypatch.setattr(disk, "is_full", lambda *_: True)
    studio.run(40)
    assert studio.unrecorded() == Unrecorded(GapCause.DISK, "the disk is full", at(3))
    monkeypatch.setattr(disk, "is_full", lambda *_: False)
    studio.run(40)
    assert (studio.unrecorded(), studio.recorder.state) == (None, "recording")


@continuous
def test_a_disk_that_fills_up_ends_the_file_at_the_next_group_and_not_after_a_minute(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.run(2.5)
    monkeypatch.setattr(disk, "is_full", lambda *_: True)
    studio.run(1)
    assert studio.recorder.state == "disk_full"
    (segment,) = studio.segments
    assert (segment.began_at, segment.ended_at) == (at(0), at(2.9))
    assert len(frames(part(studio, segment))) == 30


@event
def test_a_disk_that_has_room_again_is_noticed_without_an_event(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.run(2)
    monkeypatch.setattr(disk, "is_full", lambda *_: True)
    studio.run(1, moving=True)
    assert studio.recorder.state == "disk_full"
    studio.run(40)
    assert studio.unrecorded() is not None
    monkeypatch.setattr(disk, "is_full", lambda *_: False)
    studio.run(40)
    assert (studio.recorder.state, studio.unrecorded()) == ("waiting", None)


@continuous
def test_a_file_in_which_something_moved_is_marked(studio: Studio) -> None:
    studio.run(61)
    studio.run(2, moving=True)
    studio.run(120)
    studio.recorder.cut()
    assert [segment.eventful for segment in studio.segments] == [False, True, False, False]


@event
def test_what_an_event_recorded_is_marked(studio: Studio) -> None:
    studio.run(5)
    studio.run(1, moving=True)
    studio.run(10)
    assert [segment.eventful for segment in studio.segments] == [True]


@continuous
def test_an_hour_that_comes_twice_overwrites_no_file(studio: Studio) -> None:
    studio.run(3)
    studio.recorder.cut()
    first = part(studio, studio.segments[0])
    settle(studio.data_dir, studio.segments[0])
    for _ in range(2):
        studio.recorder.attach(studio.stream)
        studio.ring.clear()
        again = -studio.number / FPS
        studio.run(3, late_s=again)
        studio.recorder.cut()
    names = [segment.path for segment in studio.segments]
    assert [Path(name).name for name in names] == ["080000-000.mp4", "080000-001.mp4", "080000-002.mp4"]
    assert not first.exists()
    assert len(frames(studio.data_dir / names[0])) == 30
    assert [segment.began_at for segment in studio.segments] == [at(0)] * 3


@continuous
def test_a_folder_that_cannot_be_written_stops_the_recording_only(studio: Studio) -> None:
    (studio.data_dir / "recordings").write_text("in the way")
    studio.run(2)
    assert studio.recorder.state == "disk_error"


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EROFS, "no_permission"),
        (errno.EIO, "disk_error"),
    ],
)
def test_errors_of_the_disk_have_names(number: int, cause: str) -> None:
    assert disk.cause_of(OSError(number, "")) == cause


def test_a_plan_is_read_from_the_settings_of_a_camera() -> None:
    plan = replace(EVENT, keep=timedelta(days=7))
    assert Plan.of({"record": {"mode": "event", "keep": "7d", "pre": "3s", "post": "4s"}}) == plan
    assert Plan.of({}) == Plan("off")
    assert Plan.of({"record": {"max_size": "20GB"}}).max_bytes == 20_000_000_000


@pytest.mark.parametrize("wrong", [{"mode": "sometimes"}, {"mode": "event", "pre": "soon"}])
def test_a_plan_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"sometimes|duration"):
        Plan.of({"record": wrong})


def test_the_reserve_is_what_must_stay_free(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    assert disk.is_full(tmp_path, free * 2)
    assert not disk.is_full(tmp_path, 0)
