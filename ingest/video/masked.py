"""Live view with the privacy masks of a camera burnt in: decoded, covered and encoded again, while somebody watches.

Once a camera, however many watch. The camera's thread only hands its packets over; the work is done in a thread of its
own, and where that is late it goes on at the next keyframe. A worker does so for ``MOST`` cameras at a time.
"""

from __future__ import annotations

import io
import logging
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import cast

import av
import av.error
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream

from hub.errors import Refused
from hub.model.mask import Masks
from hub.tally import Tally
from ingest.video.cover import Cover
from ingest.video.decode import MAX_PIXELS
from ingest.video.live import Broadcast, LiveSink, Viewer
from ingest.video.open import VideoPacket
from ingest.video.reel import Mark, text_piece
from ingest.video.ring import ONE_GROUP_S, Coded, Ring

MOST = 8
"""Cameras of one worker that are encoded at a time; what one costs stands in ``docs/design/masks.md``."""
ENCODER = {"preset": "ultrafast", "tune": "zerolatency", "crf": "27", "forced-idr": "1", "threads": "1"}
"""Of x264: a third of a core at most, and every picture goes out at once."""
_LATE = timedelta(seconds=2)
_TICK = Fraction(1, 1000)
_FPS = 25  # what the encoder is told; the pictures have times of their own
_LONGEST_GROUP = 100  # pictures, where a camera's own keyframes are rarer
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Begin:
    """A run of pictures: how to decode them, and those since the last keyframe, of which only the last is shown."""

    codec: str
    extradata: bytes | None
    group: Sequence[Coded]


class MaskedStream:
    """Of one camera, and outlasts its connections. ``watch`` may be called in any thread.

    ``places``: how many of a worker may be encoded at a time.
    """

    def __init__(self, camera: str, masks: Masks, places: threading.Semaphore, tally: Tally) -> None:
        self.places = places
        self.decoded = 0
        """Packets, since the beginning."""
        self._name = camera
        self._masks = masks
        self._tally = tally
        self._broadcast = Broadcast(camera, tally, stream="masked")
        self._viewers = 0
        self._joining = threading.Lock()
        self._news = threading.Condition()
        self._waiting: deque[Begin | Coded | None] = deque()
        self._is_stopped = False
        self._thread: threading.Thread | None = None
        self._film: Film | None = None

    @property
    def is_watched(self) -> bool:
        return self._broadcast.is_watched

    @contextmanager
    def watch(self) -> Iterator[Viewer]:
        """Raises Refused where the worker has no place for another camera."""
        with self._joining:
            if self._viewers == 0 and not self.places.acquire(blocking=False):
                self._tally.add("gridhub_masked_refused_total", camera=self._name)
                words = f"this worker shows at most {MOST} cameras with their masks burnt in at a time"
                raise Refused("masks_busy", words)
            self._viewers += 1
        try:
            with self._broadcast.watch() as viewer:
                yield viewer
        finally:
            with self._joining:
                self._viewers -= 1
                if self._viewers == 0:
                    self.places.release()

    def sink(self, ring: Ring) -> MaskedSink:
        """For one connection, whose packets are in ``ring``."""
        return MaskedSink(self, ring)

    def stop(self) -> None:
        with self._news:
            self._is_stopped = True
            self._news.notify()

    @property
    def is_resting(self) -> bool:
        """Whether nothing is being decoded, nor will be until somebody watches."""
        with self._news:
            return not self._waiting and self._film is None

    def has_died(self) -> bool:
        """Whether its thread was ended by a mistake of ours."""
        return self._thread is not None and not self._is_stopped and not self._thread.is_alive()

    def put(self, item: Begin | Coded | None) -> None:
        """By the camera's thread: the next packet, the beginning of a run, or None for its end. Does not wait."""
        with self._news:
            if self._thread is None and not self._is_stopped:
                self._thread = threading.Thread(target=self._run, name=f"masked {self._name}", daemon=True)
                self._thread.start()
            if isinstance(item, Coded):
                self._wait(item)
            else:
                self._waiting.clear()  # of the run before, nothing is wanted any more
                self._waiting.append(item)
            self._news.notify()

    def _wait(self, coded: Coded) -> None:
        first = next((each for each in self._waiting if isinstance(each, Coded)), coded)
        is_late = coded.ts - first.ts > _LATE
        if is_late and coded.keyframe:
            self._tally.add("gridhub_masked_skips_total", camera=self._name)
            while self._waiting and isinstance(self._waiting[-1], Coded):
                self._waiting.pop()
        # Until the next keyframe what is late grows no further: without this one, those after it cannot be decoded.
        if not is_late or coded.keyframe:
            self._waiting.append(coded)

    def _next(self) -> Begin | Coded | None:
        with self._news:
            while not self._waiting and not self._is_stopped:
                self._news.wait()
            return None if self._is_stopped else self._waiting.popleft()

    def _run(self) -> None:
        while not self._is_stopped:
            item = self._next()
            try:
                self._do(item)
            except (av.error.FFmpegError, ValueError) as error:
                _log.warning("camera %s cannot be shown with its masks: %s", self._name, type(error).__name__)
                self._film = None
                words = {"type": "unsupported", "codec": "", "code": "masks_failed"}
                self._broadcast.publish(text_piece(Mark.HEAD, 0, words))

    def _do(self, item: Begin | Coded | None) -> None:
        """Raises FFmpegError, ValueError."""
        if isinstance(item, Coded):
            if self._film is not None:
                self.decoded += 1
                self._film.show(item)
            return
        if self._film is not None:
            self._film.end()
        if item is None:
            self._film = None
        else:
            self.decoded += len(item.group)
            self._film = Film(item, self._masks, self._broadcast)


class MaskedSink:
    """The packets of one connection to its camera's ``MaskedStream`` (``watch.Sink``)."""

    def __init__(self, masked: MaskedStream, ring: Ring) -> None:
        self._masked = masked
        self._ring = ring
        self._stream: VideoStream | None = None
        self._is_begun = False

    def attach(self, stream: VideoStream) -> None:
        self._stream = stream

    def write(self, coded: Coded) -> None:
        if self._stream is None:
            return
        if not self._masked.is_watched:
            if self._is_begun:
                self.cut()
        elif self._is_begun:
            self._masked.put(coded)
        elif group := self._ring.group():
            self._is_begun = True
            context = self._stream.codec_context
            self._masked.put(Begin(context.codec.name, context.extradata, group))

    def cut(self) -> None:
        if self._is_begun:
            self._masked.put(None)
        self._is_begun = False


class Film:
    """One run, from decoder to fragments. Raises FFmpegError, ValueError."""

    def __init__(self, begin: Begin, masks: Masks, broadcast: Broadcast) -> None:
        self._decoder = cast(VideoCodecContext, VideoCodecContext.create(begin.codec, "r"))
        self._decoder.extradata = begin.extradata
        self._decoder.thread_count = 1
        self._decoder.options = {"max_pixels": str(MAX_PIXELS)}
        self._cover = Cover(masks)
        self._ring = Ring(ONE_GROUP_S)
        self._sink = LiveSink(broadcast, self._ring)
        self._encoder: VideoStream | None = None
        self._began_at: datetime | None = None
        self._last = -1
        newest = [frame for coded in begin.group for frame in self._decoded(coded)][-1:]
        self._encode(newest, begin.group[-1].ts)

    def show(self, coded: Coded) -> None:
        self._encode(self._decoded(coded), coded.ts)

    def end(self) -> None:
        self._sink.cut()

    def _decoded(self, coded: Coded) -> list[av.VideoFrame]:
        """Of a copy: the recorder gives the packet itself another time meanwhile."""
        try:
            return [frame for frame in self._decoder.decode(_copy(coded.packet)) if not frame.is_corrupt]
        except av.error.FFmpegError:
            return []  # a damaged packet; others are counted where it is analysed

    def _encode(self, frames: Sequence[av.VideoFrame], ts: datetime) -> None:
        for frame in frames:
            covered = self._cover.frame(frame)
            if self._encoder is None:
                self._encoder = self._begin(covered)
            if self._began_at is None:
                self._began_at = ts
            self._last = max(self._last + 1, round((ts - self._began_at) / _MS))
            covered.pts, covered.time_base = self._last, _TICK
            covered.pict_type = PictureType.I if frame.key_frame else PictureType.NONE
            for packet in self._encoder.encode(covered):
                coded = Coded(packet, ts, packet.is_keyframe, packet.size)
                self._ring.push(coded)
                self._sink.write(coded)

    def _begin(self, covered: av.VideoFrame) -> VideoStream:
        # Nothing is shown of it: it makes the stream that the muxer of live view takes as its model.
        container: OutputContainer = av.open(io.BytesIO(), "w", format="mp4")
        stream = container.add_stream("libx264", rate=_FPS, options=ENCODER)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = covered.width, covered.height, "yuv420p"
        context.gop_size, context.time_base = _LONGEST_GROUP, _TICK
        container.start_encoding()  # before that the stream does not know what it is of
        self._sink.attach(stream)
        return stream


_MS = timedelta(milliseconds=1)


def _copy(packet: VideoPacket) -> VideoPacket:
    return cast(VideoPacket, av.Packet(bytes(packet)))
