"""A clip with the privacy masks of its camera burnt in: decoded, covered and encoded again."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import av.error
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream

from hub.model.mask import Masks
from ingest.video.cover import Cover
from ingest.video.decode import MAX_PIXELS
from ingest.video.open import VideoPacket

TICK = Fraction(1, 90_000)
_FPS = 25  # what the encoder is told; the pictures have times of their own
_ENCODER = {"preset": "ultrafast", "crf": "26", "forced-idr": "1", "bf": "0"}


class Covered:
    """The file that is being made. ``stream`` is that of its first packet."""

    def __init__(self, path: Path, stream: VideoStream, began_at: datetime, masks: Masks) -> None:
        self.began_at = self.ended_at = began_at
        self._kind = kind_of(stream)
        self._cover = Cover(masks)
        self._out: OutputContainer = av.open(str(path), "w", format="mp4", options={"movflags": "faststart"})
        self._encoder = self._out.add_stream("libx264", rate=_FPS, options=_ENCODER)
        self._of: VideoStream | None = None
        self._decoder: VideoCodecContext | None = None
        self._last = -1

    def takes(self, stream: VideoStream) -> bool:
        return kind_of(stream) == self._kind

    def write(self, packet: VideoPacket, ts: datetime) -> None:
        if packet.stream is not self._of or self._decoder is None:  # the next file
            self._rest()
            self._of, self._decoder = packet.stream, _decoder(packet.stream)
        dts, pts = packet.dts or 0, packet.pts or 0
        at = round((ts - self.began_at).total_seconds() / TICK)
        packet.dts, packet.pts = at, at + round(max(0, pts - dts) * packet.time_base / TICK)
        packet.time_base = TICK
        self._decode(packet)
        self.ended_at = ts

    def close(self) -> None:
        self._rest()
        if self._last >= 0:
            self._out.mux(self._encoder.encode(None))
        self._out.close()

    def _rest(self) -> None:
        """What the decoder holds back for its order."""
        if self._decoder is not None:
            self._decode(None)

    def _decode(self, packet: VideoPacket | None) -> None:
        assert self._decoder is not None  # noqa: S101  both callers looked
        try:
            frames = self._decoder.decode(packet)
        except (av.error.InvalidDataError, av.error.EOFError):
            return  # a damaged packet is left out
        for frame in frames:
            if not frame.is_corrupt:
                self._encode(frame)

    def _encode(self, frame: av.VideoFrame) -> None:
        covered = self._cover.frame(frame)
        context = self._encoder.codec_context
        if self._last < 0:
            context.width, context.height, context.pix_fmt = covered.width, covered.height, "yuv420p"
            context.time_base = TICK
        self._last = max(self._last + 1, frame.pts or 0)
        covered.pts, covered.time_base = self._last, TICK
        covered.pict_type = PictureType.I if frame.key_frame else PictureType.NONE
        self._out.mux(self._encoder.encode(covered))


def kind_of(stream: VideoStream) -> tuple[str, int, int]:
    context = stream.codec_context
    return context.codec.name, context.width, context.height


def _decoder(stream: VideoStream) -> VideoCodecContext:
    template = stream.codec_context
    made = cast(VideoCodecContext, VideoCodecContext.create(template.codec.name, "r"))
    made.extradata = template.extradata
    made.thread_count = 1
    made.options = {"max_pixels": str(MAX_PIXELS)}
    return made
