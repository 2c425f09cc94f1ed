"""A clip: an interval of a camera's recordings as one MP4, cut on keyframes and not encoded again.

The time in the clip is the time of the day: where nothing was recorded the last picture stands still.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import av
import av.error
from av.container import OutputContainer
from av.video.stream import VideoStream

from hub.errors import NotFound
from hub.model.mask import Masks
from hub.store.segments import Segment
from ingest.video.clip_masked import TICK, Covered, kind_of
from ingest.video.open import VideoPacket


@dataclass(frozen=True, slots=True)
class Clip:
    """What a clip holds: from its first to its last picture. ``missing``: files that could not be read or joined."""

    began_at: datetime
    ended_at: datetime
    missing: int = 0


def cut(
    data_dir: Path, segments: Sequence[Segment], first: datetime, last: datetime, out: Path, masks: Masks = ()
) -> Clip:
    """Write [first, last] of ``segments``, which are in order, into the file ``out``; it may begin a keyframe earlier.

    With ``masks`` each picture is decoded, covered and encoded again; nothing is passed on as it is.
    A camera that changed its codec or its size in between ends the clip there: one track cannot hold both.
    Raises NotFound where nothing is recorded, OSError where ``out`` cannot be written.
    """
    joined: _Joined | Covered | None = None
    missing = 0
    try:
        for segment in segments:
            try:
                with av.open(str(data_dir / segment.path)) as container:
                    stream = container.streams.video[0]
                    # After the clock was set back files overlap: what is shown already is not shown again.
                    begin = first if joined is None else max(first, joined.ended_at)
                    for ts, packet in _wanted(container.demux(stream), segment.began_at, begin, last, joined is None):
                        if joined is None:
                            joined = Covered(out, stream, ts, masks) if masks else _Joined(out, stream, ts)
                        if not joined.takes(stream):
                            missing += 1
                            break
                        joined.write(packet, ts)
            except (av.error.InvalidDataError, av.error.FileNotFoundError, IndexError):
                missing += 1
        if joined is None:
            raise NotFound("nothing is recorded in this interval")
    finally:
        if joined is not None:
            joined.close()
    return Clip(joined.began_at, joined.ended_at, missing)


def _wanted(
    packets: Iterator[VideoPacket], began_at: datetime, first: datetime, last: datetime, from_before: bool
) -> Iterator[tuple[datetime, VideoPacket]]:
    """The packets of one file, with their times, to ``last``: from the last keyframe at or before ``first``, or where
    not ``from_before`` from the next one after it."""
    zero: int | None = None
    has_begun = from_before
    before: list[tuple[datetime, VideoPacket]] = []
    for packet in packets:
        if packet.dts is None:
            continue
        zero = packet.dts if zero is None else zero
        ts = began_at + timedelta(seconds=float((packet.dts - zero) * packet.time_base))
        if ts > last:
            return
        if ts <= first:
            if from_before:
                before = [(ts, packet)] if packet.is_keyframe else [*before, (ts, packet)]
            continue
        if not has_begun and not from_before and not packet.is_keyframe:
            continue
        has_begun = True
        yield from before
        before = []
        yield ts, packet


class _Joined:
    """The file that is being made."""

    def __init__(self, path: Path, template: VideoStream, began_at: datetime) -> None:
        self.began_at = self.ended_at = began_at
        self._kind = kind_of(template)
        self._out: OutputContainer = av.open(str(path), "w", format="mp4", options={"movflags": "faststart"})
        self._stream = self._out.add_stream_from_template(template, opaque=True)
        self._last = -1

    def takes(self, stream: VideoStream) -> bool:
        return kind_of(stream) == self._kind

    def write(self, packet: VideoPacket, ts: datetime) -> None:
        dts, pts = packet.dts or 0, packet.pts or 0
        at = max(self._last + 1, round((ts - self.began_at).total_seconds() / TICK))
        ahead = round(max(0, pts - dts) * packet.time_base / TICK)
        packet.duration = round((packet.duration or 0) * packet.time_base / TICK)
        packet.time_base = TICK
        packet.dts, packet.pts = at, at + ahead
        packet.stream = self._stream
        self._out.mux_one(packet)
        self._last, self.ended_at = at, ts

    def close(self) -> None:
        self._out.close()
