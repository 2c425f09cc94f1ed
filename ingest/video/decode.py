"""Coded pictures into pictures, one decoder a connection, one thread a decoder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import av
import av.error
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from hub.model.mask import Masks
from ingest.video.cover import Pixels, cover
from ingest.video.open import VideoPacket

Luma = np.ndarray[tuple[int, int], np.dtype[np.uint8]]

# Pixel formats whose first plane is the brightness, one sample a pixel.
_WITH_LUMA_PLANE = ("yuv4", "yuvj4", "nv12", "nv21", "p010", "gray")

_MAX_ASPECT = 4
"""A picture that is higher, by its width, is analysed as if it were squeezed: one of 16×16384 would be 100 MB."""

_HEALED_S = 30.0
"""So long after a damage a stream without keyframes (one that refreshes its picture strip by strip) is whole again."""

MAX_PIXELS = 8192 * 4608
"""Of a picture. A larger one is damage: what it would need is taken from the other cameras of the worker."""

# One thread for each camera: OpenCV's own pool would start one per core in every worker.
cv2.setNumThreads(1)


class Decoder:
    """Decodes in order; ``damaged`` counts what could not be, ``is_doubtful`` while what comes is built upon it.

    It has a context of its own, apart from the stream's: one that can be given up, with its pictures, when nothing is
    decoded for a while.
    """

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._tick_s = float(stream.time_base or 0)
        self._made: VideoCodecContext | None = None
        self.damaged = 0
        self.is_doubtful = False
        self._doubtful_s: float | None = None  # the time of the first picture since the damage

    def time_s(self, frame: av.VideoFrame) -> float | None:
        """The presentation time of a frame, on the camera's scale. PyAV gives a drained frame no time base."""
        return None if frame.pts is None else frame.pts * self._tick_s

    def next(self, packet: VideoPacket) -> list[av.VideoFrame]:
        """What comes out when ``packet`` goes in; usually one picture."""
        return self._decode(packet)

    def alone(self, packet: VideoPacket) -> list[av.VideoFrame]:
        """One keyframe, at once: a decoder may hold a picture back for its order until more come in."""
        self._context.flush_buffers()
        frames = self._decode(packet) + self._decode(None)
        self._context.flush_buffers()
        return frames

    def catch_up(self, packets: Iterable[VideoPacket]) -> Iterator[av.VideoFrame]:
        """From a keyframe on."""
        self._context.flush_buffers()
        for packet in packets:
            yield from self._decode(packet)

    def rest(self) -> None:
        """Give back what following a stream needs: its reference pictures, for reuse. A keyframe alone needs one."""
        self._made = None

    @property
    def _context(self) -> VideoCodecContext:
        if self._made is None:
            template = self._stream.codec_context
            made = cast(VideoCodecContext, VideoCodecContext.create(template.codec.name, "r"))
            made.extradata = template.extradata
            made.thread_count = 1  # frame threads would hold back as many pictures as there are threads
            # The filter that smooths the edges of blocks is a third of the work. Left out between keyframes it leaves
            # edges that nobody misses at the size of the analysis; keyframes, which all else builds upon, have it.
            made.options = {"skip_loop_filter": "nokey", "max_pixels": str(MAX_PIXELS)}
            self._made = made
        return self._made

    def _decode(self, packet: VideoPacket | None) -> list[av.VideoFrame]:
        try:
            frames = self._context.decode(packet)
        except av.error.EOFError:
            return []
        except av.error.FFmpegError:
            self._hurt()
            return []
        whole: list[av.VideoFrame] = []
        for frame in frames:
            if frame.is_corrupt:
                self._hurt()
            else:
                self.is_doubtful = self.is_doubtful and not frame.key_frame and not self._is_healed(frame)
                whole.append(frame)
        return whole

    def _hurt(self) -> None:
        self.damaged += 1
        self.is_doubtful = True
        self._doubtful_s = None

    def _is_healed(self, frame: av.VideoFrame) -> bool:
        now_s = self.time_s(frame)
        if self._doubtful_s is None:
            self._doubtful_s = now_s
        return now_s is not None and self._doubtful_s is not None and now_s - self._doubtful_s >= _HEALED_S


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture and when it was taken."""

    frame: av.VideoFrame
    ts: datetime

    def luma(self, width: int) -> Luma:
        """The brightness plane, ``width`` wide, straight from the frame where its format has one."""
        frame, name = self.frame, self.frame.format.name
        if not name.startswith(_WITH_LUMA_PLANE) or name.endswith("be"):
            frame = frame.reformat(format="gray")
        bits = frame.format.components[0].bits
        plane = frame.planes[0]
        samples: np.ndarray[Any, Any] = np.frombuffer(cast(Any, plane), np.uint8 if bits == 8 else np.uint16)
        rows = samples.reshape(plane.height, -1)[:, : plane.width]
        height = min(max(1, round(width * frame.height / frame.width)), _MAX_ASPECT * width)
        small: np.ndarray[Any, Any] = cv2.resize(rows, (width, height), interpolation=cv2.INTER_AREA)
        return cast(Luma, small if bits == 8 else (small >> (bits - 8)).astype(np.uint8))

    def jpeg(self, width: int, quality: int = 80, masks: Masks = ()) -> bytes:
        """As a JPEG, at most ``width`` wide (and never wider than it is), with ``masks`` burnt in."""
        frame = self.frame
        if frame.width > width:
            height = max(2, round(width * frame.height / frame.width) // 2 * 2)
            frame = frame.reformat(width=width // 2 * 2, height=height, format="bgr24", interpolation="AREA")
        pixels = frame.to_ndarray(format="bgr24")
        if masks:
            cover(cast(Pixels, pixels), masks)
        done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if not done:
            raise ValueError(f"a picture of {frame.width}×{frame.height} cannot be encoded as JPEG")
        return bytes(data)
