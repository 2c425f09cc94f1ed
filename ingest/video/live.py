"""Live view: the packets of a camera as fragmented MP4, made once while somebody watches, never encoded again.

``Broadcast`` is of a camera and outlasts its connections: viewers come and go in threads of their own. ``LiveSink`` is
of one connection and lives in the camera's thread. A fragment holds one picture and is written when the next one comes
(FFmpeg needs the time between them): a viewer is one picture late for it, and no more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import av
import av.error
from av.container import OutputContainer
from av.video.stream import VideoStream

from hub.model.times import rfc3339
from hub.tally import Tally
from ingest.video.reel import Cursor, Mark, Piece, Reel, end_piece, text_piece
from ingest.video.ring import Coded, Ring

# Without skip_trailer FFmpeg keeps an index of all fragments in memory.
_MOVFLAGS = "frag_every_frame+empty_moov+default_base_moof+skip_trailer"
_MAX_STEP_S = 10.0  # a larger step of the camera's time is a leap, not a pause


class Broadcast:
    """Of one stream of a camera. ``watch`` may be called in any thread."""

    def __init__(self, camera: str, tally: Tally, stream: str = "main") -> None:
        self._labels = {"camera": camera, "stream": stream}
        self._tally = tally
        self._reel = Reel()
        self._news = threading.Condition()
        self._viewers = 0

    @property
    def is_watched(self) -> bool:
        return self._viewers > 0

    def publish(self, *pieces: Piece) -> None:
        with self._news:
            for piece in pieces:
                self._reel.push(piece)
            self._news.notify_all()

    @contextmanager
    def watch(self) -> Iterator[Viewer]:
        with self._news:
            self._count(1)
        viewer = Viewer(self._reel, self._news)
        try:
            yield viewer
        finally:
            with self._news:
                self._count(-1)
                self._tally.add("gridhub_live_skips_total", viewer.skipped, **self._labels)

    def _count(self, change: int) -> None:
        self._viewers += change
        self._tally.set("gridhub_live_viewers", self._viewers, **self._labels)


class Viewer:
    """One who watches a broadcast."""

    def __init__(self, reel: Reel, news: threading.Condition) -> None:
        self._reel = reel
        self._news = news
        self._cursor = Cursor()

    @property
    def skipped(self) -> int:
        return self._cursor.skipped

    def take(self, timeout_s: float) -> list[Piece]:
        """The next pieces, waiting for them; [] on time-out."""
        with self._news:
            taken = self._reel.take(self._cursor)
            if not taken:
                self._news.wait(timeout_s)
                taken = self._reel.take(self._cursor)
            return taken


class LiveSink:
    """The packets of one connection into its camera's broadcast (``watch.Sink``)."""

    def __init__(self, broadcast: Broadcast, ring: Ring) -> None:
        self._broadcast = broadcast
        self._ring = ring
        self._stream: VideoStream | None = None
        self._muxer: _Muxer | None = None
        self._is_playable = True

    def attach(self, stream: VideoStream) -> None:
        self._stream = stream

    def write(self, coded: Coded) -> None:
        if self._stream is None:
            return
        if not self._broadcast.is_watched:
            if self._muxer is not None:
                self.cut()
            return
        if self._muxer is None:
            self._begin(self._stream)
        elif self._is_playable:
            self._mux([coded])

    def cut(self) -> None:
        self._muxer, self._is_playable = None, True
        self._broadcast.publish(end_piece())

    def _begin(self, stream: VideoStream) -> None:
        """From the keyframe of the group at hand on, so that the first picture is there at once."""
        group = self._ring.group()
        if not group or not self._is_playable:
            return
        try:
            self._muxer = _Muxer(stream)
        except (av.error.FFmpegError, ValueError):
            self._refuse(stream, group[0])
        else:
            self._mux(group)

    def _mux(self, packets: list[Coded]) -> None:
        assert self._muxer is not None and self._stream is not None  # noqa: S101, PT018  both callers looked
        try:
            for coded in packets:
                self._broadcast.publish(*self._muxer.add(coded))
        except (av.error.FFmpegError, ValueError):
            self._muxer = None
            self._refuse(self._stream, packets[-1])

    def _refuse(self, stream: VideoStream, coded: Coded) -> None:
        """A picture that no browser can be given: it is said, and not tried again before the next connection."""
        self._is_playable = False
        message = {"type": "unsupported", "codec": stream.codec_context.codec.name}
        self._broadcast.publish(text_piece(Mark.HEAD, _ms(coded), message))


class _Out:
    """Where FFmpeg writes to."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self._written)
        self._written.clear()
        return data


class _Muxer:
    """Packets to fragments. Times in them count from the first packet. Raises FFmpegError, ValueError."""

    def __init__(self, template: VideoStream) -> None:
        self._out = _Out()
        context = template.codec_context
        # Without parameter sets in the description the head must wait for the first keyframe, which has them.
        movflags = _MOVFLAGS if context.extradata else f"{_MOVFLAGS}+delay_moov"
        options = {"movflags": movflags, "flush_packets": "1"}
        self._container: OutputContainer = av.open(self._out, "w", format="mp4", options=options)
        self._stream = self._container.add_stream_from_template(template, opaque=True)
        self._stream.width, self._stream.height = context.width, context.height
        if context.codec.name == "hevc":
            self._stream.codec_context.codec_tag = "hvc1"  # parameter sets in the head only: what Safari asks for
        self._container.start_encoding()
        self._about = {"codec": context.codec.canonical_name, "width": context.width, "height": context.height}
        self._is_begun = False
        self._shift: int | None = None
        self._last_dts = -1
        self._last: Coded | None = None
        self._last_pts_s = 0.0

    def add(self, coded: Coded) -> list[Piece]:
        """What can be sent now: the picture before this one."""
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
        pts_s = float(packet.pts * source.time_base)
        self._container.mux_one(packet)
        # With nothing before it, what is written already is the head: it goes out with the first fragment.
        pieces = [] if self._last is None else self._pieces(self._last, self._out.take())
        self._last, self._last_dts, self._last_pts_s = coded, dts + shift, pts_s
        return pieces

    def _pieces(self, coded: Coded, fragment: bytes) -> list[Piece]:
        at_ms = _ms(coded)
        pieces = []
        if not self._is_begun:
            self._is_begun = True
            length = _head_length(fragment)
            head, fragment = fragment[:length], fragment[length:]
            about = {"type": "init", "mime": f'video/mp4; codecs="{codecs(head)}"', **self._about}
            pieces = [text_piece(Mark.HEAD, at_ms, about), Piece(Mark.HEAD, at_ms, head)]
        if coded.keyframe:
            clock = {"type": "key", "media_s": round(self._last_pts_s, 3), "at": rfc3339(coded.ts)}
            pieces.append(text_piece(Mark.KEY, at_ms, clock))
        return [*pieces, Piece(Mark(0), at_ms, fragment)]

    def _shift_for(self, dts: int, coded: Coded) -> int:
        """What turns the camera's time into that of the fragments. Set anew where the camera's time leaps."""
        tick_s = float(coded.packet.time_base)
        if self._shift is None:
            self._shift = -dts
        step = dts + self._shift - self._last_dts
        if self._last is not None and not 0 < step <= _MAX_STEP_S / tick_s:
            pause_s = (coded.ts - self._last.ts).total_seconds()
            self._shift += max(1, round(min(pause_s, _MAX_STEP_S) / tick_s)) - step
        return self._shift


def _head_length(data: bytes) -> int:
    """Where the first fragment begins: the boxes before it are the head (ISO/IEC 14496-12, 4.2)."""
    at = 0
    while at + 8 <= len(data) and data[at + 4 : at + 8] != b"moof":
        at += max(8, int.from_bytes(data[at : at + 4], "big"))
    return at


def codecs(head: bytes) -> str:
    """The ``codecs`` parameter (RFC 6381) of an initialization segment: ISO/IEC 14496-15, 5.3.3 and annex E.

    Raises ValueError where there is neither an avcC nor an hvcC box.
    """
    at = head.find(b"avcC")
    if at >= 0:
        return f"avc1.{head[at + 5 : at + 8].hex()}"
    at = head.find(b"hvcC")
    if at < 0:
        raise ValueError("the head describes neither H.264 nor H.265")
    box = head[at + 4 :]
    space = ("", "A", "B", "C")[box[1] >> 6]
    tier = "H" if box[1] & 0x20 else "L"
    compatible = int(f"{int.from_bytes(box[2:6], 'big'):032b}"[::-1], 2)
    constraints = "".join(f".{byte:x}" for byte in box[6:12].rstrip(b"\0"))
    return f"hvc1.{space}{box[1] & 0x1F}.{compatible:x}.{tier}{box[12]}{constraints}"


def _ms(coded: Coded) -> int:
    return round(coded.ts.timestamp() * 1000)
