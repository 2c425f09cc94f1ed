"""Recording: the packets as the camera sent them, in files of about a minute, never encoded again.

A file is fragmented MP4 (ISO/IEC 14496-12), one fragment a group of pictures, so that one whose writer was killed plays
up to its last fragment. It is called ``….mp4.part`` until the store knows it: what is found under that name at the next
start is taken over (``adopt``). A disk that is full or broken stops the recording, with a state and a count, and is
tried again later; the camera goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import av.error
from av.container import OutputContainer
from av.video.stream import VideoStream

from hub.model.sizes import parse_size
from hub.model.source import GapCause, Unrecorded
from hub.model.times import parse_duration
from hub.store.segments import Segment
from hub.tally import Tally
from ingest.video import disk
from ingest.video.ring import Coded, Ring

PART = ".part"
SEGMENT_S = 60.0
_RETRY = timedelta(seconds=30)
_MAX_STEP_S = 10.0  # a larger step of the camera's time inside a file is a leap, not a pause
_REASONS = {
    "disk_full": "the disk is full",
    "no_permission": "the disk may not be written",
    "disk_error": "the disk does not work",
    "unsupported": "this codec cannot be recorded",
}
_MOVFLAGS = "frag_keyframe+empty_moov+default_base_moof"

Finished = Callable[[Segment], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to record of a camera, and for how long to keep it."""

    mode: str = "off"
    keep: timedelta = timedelta(days=30)
    pre: timedelta = timedelta(seconds=10)
    post: timedelta = timedelta(seconds=20)
    max_bytes: int | None = None

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Plan:
        """From a camera's configuration. Raises ValueError."""
        given = dict(config.get("record") or {})
        mode = given.pop("mode", "off")
        if mode not in {"continuous", "event", "off"}:
            raise ValueError(f"record.mode: {mode!r} is not continuous, event or off")
        durations = {key: parse_duration(given[key]) for key in ("keep", "pre", "post") if given.get(key) is not None}
        size = given.get("max_size")
        return cls(mode, **durations, max_bytes=None if size is None else parse_size(size))


class Recorder:
    """Of one camera. No method raises for what the disk does."""

    def __init__(self, camera: str, plan: Plan, data_dir: Path, ring: Ring, tally: Tally, finished: Finished) -> None:
        self._camera = camera
        self._plan = plan
        self._data_dir = data_dir
        self._ring = ring
        self._tally = tally
        self._finished = finished
        self._stream: VideoStream | None = None
        self._file: _File | None = None
        self._wanted_until: datetime | None = None
        self._written_until: datetime | None = None
        self._retry_at: datetime | None = None
        self.state = "off" if plan.mode == "off" else "waiting"
        """off, waiting, recording; or why it cannot be done: disk_full, no_permission, disk_error, unsupported."""
        self.unrecorded: Unrecorded | None = None
        """Since when what should be recorded is not."""

    def attach(self, stream: VideoStream) -> None:
        """Begin with a new connection, whose packets come from ``stream``."""
        self.cut()
        self._stream = stream

    def moving(self, ts: datetime) -> None:
        """Something moves: an event is recorded from ``pre`` before it to ``post`` after."""
        self._wanted_until = ts + self._plan.post

    def write(self, coded: Coded) -> None:
        """Take the next packet, which is in the ring already."""
        if self._plan.mode == "off" or self._stream is None:
            return
        if self._file is None:
            if self._may_begin(coded):
                self._begin(coded)
            return
        if not self._wants(coded.ts):
            self.cut()
        elif coded.keyframe and (self._is_long_enough(coded.ts) or self._is_full()):
            self.cut()
            self._begin_with([coded])
        else:
            self._append([coded])

    def cut(self) -> None:
        """End the file at hand: the connection is lost, or enough is recorded."""
        file, self._file = self._file, None
        if file is None:
            return
        self.state = "waiting"
        eventful = self._wanted_until is not None and self._wanted_until >= file.began_at
        try:
            file.close()
            segment = file.segment(self._camera, self._data_dir, eventful=eventful)
        except (av.error.FFmpegError, OSError) as error:
            self._fail(error, file.began_at)
            segment = None
        self._written_until = file.ended_at
        if segment is not None:
            self._finished(segment)

    def _wants(self, ts: datetime) -> bool:
        return self._plan.mode == "continuous" or (self._wanted_until is not None and ts <= self._wanted_until)

    def _is_long_enough(self, ts: datetime) -> bool:
        return self._file is not None and not 0 <= (ts - self._file.began_at).total_seconds() < SEGMENT_S

    def _is_full(self) -> bool:
        """Asked for every group of pictures: many cameras write a reserve full in less than a file's time."""
        try:
            return disk.is_full(self._data_dir)
        except OSError:
            return False  # then writing says what is wrong

    def _may_begin(self, coded: Coded) -> bool:
        if self._retry_at is not None and timedelta(0) < self._retry_at - coded.ts <= _RETRY:
            return False
        if self._wants(coded.ts):
            return True
        if self.state == "disk_full":
            self._look_again(coded.ts)
        return False

    def _look_again(self, ts: datetime) -> None:
        """Nothing is to be recorded now, and so nothing else would show that there is room again."""
        if self._is_full():
            self._retry_at = ts + _RETRY
        else:
            self.state, self.unrecorded, self._retry_at = "waiting", None, None

    def _begin(self, coded: Coded) -> None:
        """A file begins at a keyframe: the last one before what is wanted that is not in a file already."""
        pre = self._plan.pre if self._plan.mode == "event" else timedelta(0)
        packets = list(self._ring.since(coded.ts - pre))
        if self._written_until is not None and self._written_until <= coded.ts:
            packets = [packet for packet in packets if packet.ts > self._written_until]
        first = next((index for index, packet in enumerate(packets) if packet.keyframe), None)
        if first is not None:
            self._begin_with(packets[first:])

    def _begin_with(self, packets: list[Coded]) -> None:
        ts = packets[0].ts.astimezone(UTC)
        assert self._stream is not None  # noqa: S101  write() looks first
        try:
            path = _unused(self._data_dir / "recordings" / self._camera, ts)
            path.parent.mkdir(parents=True, exist_ok=True)
            if disk.is_full(path.parent):
                self._stop("disk_full", ts)
                return
            self._file = _File(path, self._stream, ts)
        except ValueError:  # what PyAV says of a codec that has no place in MP4
            self._stop("unsupported", ts)
        except (av.error.FFmpegError, OSError) as error:
            self._fail(error, ts)
        else:
            self.state, self.unrecorded, self._retry_at = "recording", None, None
            self._append(packets)

    def _append(self, packets: Iterable[Coded]) -> None:
        assert self._file is not None  # noqa: S101  it has just been opened
        try:
            for coded in packets:
                self._file.write(coded)
        except (av.error.FFmpegError, OSError) as error:
            file, self._file = self._file, None
            self._written_until = file.ended_at
            file.abandon()
            self._fail(error, file.ended_at)

    def _fail(self, error: av.error.FFmpegError | OSError, ts: datetime) -> None:
        self._stop(disk.cause_of(error) if isinstance(error, OSError) else "unsupported", ts)

    def _stop(self, cause: str, ts: datetime) -> None:
        """``ts``: from when on nothing is recorded."""
        if self.state != cause:
            _log.warning("camera %s: recording stopped: %s", self._camera, cause)
        self.state = cause
        if self.unrecorded is None or self.unrecorded.reason != _REASONS[cause]:
            gap_cause = GapCause.CAMERA if cause == "unsupported" else GapCause.DISK
            self.unrecorded = Unrecorded(gap_cause, _REASONS[cause], ts)
        self._retry_at = ts + _RETRY
        self._tally.add("gridhub_recording_failures_total", camera=self._camera, cause=cause)


class _File:
    """One file being written. Times in it count from its first packet."""

    def __init__(self, path: Path, template: VideoStream, began_at: datetime) -> None:
        self.began_at = self.ended_at = began_at
        self._path = path
        context = template.codec_context
        # Without parameter sets in the description the file's head must wait for the first keyframe, which has them.
        movflags = _MOVFLAGS if context.extradata else f"{_MOVFLAGS}+delay_moov"
        # Each fragment goes to the disk when it is done, not when the next 32 KiB are full.
        options = {"movflags": movflags, "flush_packets": "1"}
        self._out: OutputContainer = av.open(str(path), "w", format="mp4", options=options)
        try:
            self._stream = self._out.add_stream_from_template(template, opaque=True)
            self._stream.width, self._stream.height = context.width, context.height
        except (ValueError, av.error.FFmpegError):
            self.abandon()
            raise
        self._shift: int | None = None
        self._last_dts = -1
        self._last: Coded | None = None

    def write(self, coded: Coded) -> None:
        """Raises FFmpegError."""
        source = coded.packet
        packet = av.Packet(source.size)
        packet.update(bytes(source))
        packet.time_base = source.time_base
        packet.is_keyframe = coded.keyframe
        dts, pts = source.dts or 0, source.pts or 0
        shift = self._shift_for(dts, coded)
        packet.dts, packet.pts = dts + shift, max(pts, dts) + shift
        packet.duration = source.duration
        packet.stream = self._stream
        self._out.mux_one(packet)
        self._last_dts, self._last = dts + shift, coded
        self.ended_at = max(self.ended_at, coded.ts)

    def close(self) -> None:
        """Raises FFmpegError."""
        self._out.close()

    def abandon(self) -> None:
        """Close after an error. What was written plays up to its last fragment."""
        try:
            self._out.close()
        except (av.error.FFmpegError, OSError):
            _log.debug("%s could not be ended", self._path.name)

    def segment(self, camera: str, data_dir: Path, *, eventful: bool) -> Segment | None:
        """Under the name that the file gets once the store knows it. Raises OSError."""
        if self._last is None:
            self._path.unlink(missing_ok=True)
            return None
        name = self._path.with_suffix("").relative_to(data_dir)
        return Segment(camera, self.began_at, self.ended_at, name.as_posix(), self._path.stat().st_size, eventful)

    def _shift_for(self, dts: int, coded: Coded) -> int:
        """What turns the camera's time into the file's. Set anew where the camera's time leaps."""
        tick_s = float(coded.packet.time_base)
        if self._shift is None:
            self._shift = -dts
        step = dts + self._shift - self._last_dts
        if self._last is not None and not 0 < step <= _MAX_STEP_S / tick_s:
            pause_s = (coded.ts - self._last.ts).total_seconds()
            self._shift += max(1, round(min(pause_s, _MAX_STEP_S) / tick_s)) - step
        return self._shift


def adopt(data_dir: Path, camera: str) -> list[Segment]:
    """The files that a killed worker left behind, as far as they play; those without a picture are removed.

    Raises OSError.
    """
    found = []
    for path in sorted((data_dir / "recordings" / camera).glob(f"*/*.mp4{PART}")):
        began_at = _began_at(path)
        length_s = _length_s(path)
        if began_at is None or length_s is None:
            path.unlink()
            continue
        name = path.with_suffix("").relative_to(data_dir).as_posix()
        ended_at = began_at + timedelta(seconds=length_s)
        # Nobody knows any more whether something happened in it: it is not the first to go.
        found.append(Segment(camera, began_at, ended_at, name, path.stat().st_size, eventful=True))
    return found


def settle(data_dir: Path, segment: Segment) -> None:
    """Give a file its name, now that the store knows it. Doing so twice does nothing. Raises OSError."""
    path = data_dir / segment.path
    part = path.with_name(path.name + PART)
    if part.exists():
        part.rename(path)


def _unused(folder: Path, ts: datetime) -> Path:
    """A name for a file that begins at ``ts``, or a little later: where the clock was set back an hour comes twice."""
    while True:
        path = folder / f"{ts:%Y-%m-%d}" / f"{ts:%H%M%S}-{ts.microsecond // 1000:03d}.mp4{PART}"
        if not path.is_file() and not path.with_suffix("").exists():
            return path
        ts += timedelta(milliseconds=1)


def _began_at(path: Path) -> datetime | None:
    stem = path.name.removesuffix(f".mp4{PART}")
    try:
        return datetime.strptime(f"{path.parent.name} {stem}+0000", "%Y-%m-%d %H%M%S-%f%z")
    except ValueError:
        return None


def _length_s(path: Path) -> float | None:
    """Seconds from the first to the last packet; None where there is none."""
    first: float | None = None
    last = 0.0
    try:
        with av.open(str(path)) as container:
            for packet in container.demux(container.streams.video[0]):
                if packet.dts is not None:
                    last = float(packet.dts * packet.time_base)
                    first = last if first is None else first
    except (av.error.FFmpegError, IndexError):
        return None if first is None else last - first
    return None if first is None else last - first
