"""The way of a camera's packets while it is connected: ring, gate, decoder, analysis, recording.

One thread; nothing here waits. What is found is handed to ``observe``; the newest picture stays in ``picture``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Protocol

import av
from av.video.stream import VideoStream

from hub.clock import Clock
from hub.errors import SourceError
from hub.model.observation import Observation
from hub.model.source import SourceState
from hub.tally import Tally
from ingest.video.analysis import WIDTH, Frame
from ingest.video.anchor import Arrivals
from ingest.video.decode import Decoder, Luma, Picture
from ingest.video.gate import Gate, Look, Mode
from ingest.video.hindsight import Hindsight
from ingest.video.nal import HEAD_BYTES, kind_of, sequence_sets
from ingest.video.open import Feed, VideoPacket
from ingest.video.ring import Coded, Ring
from ingest.video.row import Row
from ingest.video.sizes import Sizes
from ingest.video.turns import Turns

_NO_PICTURE_S = 12.0  # packets without a picture for so long: nothing is being watched
_BEFORE = timedelta(seconds=3)  # of a group that is caught up with: what is older was a keyframe's to tell
_COUNT_S = 5.0


class Sink(Protocol):
    """Who gets the packets as they came: the recorder, the viewers. It never waits and never raises."""

    def attach(self, stream: VideoStream) -> None:
        """A new connection begins, whose packets come from ``stream``; its size is known."""

    def write(self, coded: Coded) -> None:
        """The next packet, which is in the ring already."""

    def cut(self) -> None:
        """The connection is lost."""


Observe = Callable[[Sequence[Observation]], None]


class Recording(Protocol):
    """Who is told of what is worth recording."""

    @property
    def state(self) -> str:
        """As an operator is told."""

    def moving(self, ts: datetime) -> None:
        """Something worth recording was seen at ``ts``."""


class Watch:
    """Of one connection. ``row`` and ``sizes`` outlast it. ``ring`` and ``sinks`` get the packets as they came.

    ``shortest_s``: the shortest event that must not be missed.
    """

    def __init__(
        self,
        camera: str,
        feed: Feed,
        *,
        ring: Ring,
        recorder: Recording,
        sinks: Sequence[Sink],
        row: Row,
        sizes: Sizes,
        shortest_s: float,
        observe: Observe,
        clock: Clock,
        tally: Tally,
    ) -> None:
        self.picture: Picture | None = None
        self.seen_at: datetime | None = None
        """The event time of the last packet."""
        self._camera = camera
        self._feed = feed
        self._ring = ring
        self._recorder = recorder
        self._sinks = sinks
        self._row = row
        self._observe = observe
        self._clock = clock
        self._tally = tally
        self._arrivals: Arrivals[VideoPacket] = Arrivals(clock)
        self._decoder = Decoder(feed.stream)
        self._pictured_s = clock.monotonic()
        self._parameters = b""
        self._sizes = sizes
        # Without an analysis nothing has to be learnt of the place before it is left to the keyframes.
        learn = {"shortest_s": shortest_s} if row else {"shortest_s": math.inf, "learn_s": 0.0}
        self._gate = Gate(self._pictured_s, sizes, **learn)
        self._turns = Turns()
        self._size: tuple[int, int] | None = None
        self._was_open = self._looking_back = False
        self._hindsight = Hindsight()
        self._luma: Luma | None = None
        self._moved_s = -math.inf
        self._counted_s = self._pictured_s
        self._packets = self._bytes = 0
        self._count = _Count()

    def glance(self) -> Picture | None:
        """The newest picture; who asks often gets that of each keyframe. May be called in any thread."""
        self._gate.asked(self._clock.monotonic())
        return self.picture

    @property
    def decodes_all(self) -> bool:
        """Whether every picture is being looked at, at once."""
        return self._gate.is_open

    def take(self, packet: VideoPacket) -> None:
        """One packet, as it arrives. Raises SourceError where the stream must be opened again."""
        for each, ts in self._arrivals.take(packet):
            self._pass_on(each, ts)

    def _pass_on(self, packet: VideoPacket, ts: datetime) -> None:
        now_s = self._clock.monotonic()
        # When it was taken, on the monotonic scale: what lay ready is older than it looks.
        at_s = now_s - max(0.0, (self._clock.now() - ts).total_seconds())
        coded = Coded(packet, ts, packet.is_keyframe, packet.size)
        self.seen_at = ts
        self._packets += 1
        self._bytes += packet.size
        self._ring.push(coded)
        codec, head = self._feed.facts.codec, bytes(memoryview(packet)[:HEAD_BYTES])
        look = self._gate.decide(at_s, kind_of(codec, head, keyframe=coded.keyframe), packet.size)
        if coded.keyframe and (sets := sequence_sets(codec, head)) and sets != self._parameters:
            self._parameters = sets
            look = Look.ALONE if look is Look.SKIP else look  # the size may be another
        self._count.packet(at_s, look)
        self._rest_when_closed()
        pictured = False
        for frame in self._decode(look, packet, ts):
            pictured = True
            time_s = self._decoder.time_s(frame)
            taken_at = ts if time_s is None else self._arrivals.anchor.at(time_s, ts)
            self._see(Picture(frame, taken_at), at_s - (ts - taken_at).total_seconds(), ts)
        if self._looking_back:
            self._looking_back = False
            self._decoder.rest()
            self._hindsight.told(moving=self._moved_s > at_s - _BEFORE.total_seconds())
        if pictured:
            self._pictured_s = now_s
        elif now_s - self._pictured_s > _NO_PICTURE_S and (look is not Look.SKIP or self._size is None):
            raise SourceError(SourceState.NO_VIDEO, "what the camera sends cannot be decoded")
        for sink in self._sinks:
            sink.write(coded)
        if at_s - self._count.since_s >= _COUNT_S:
            self._tell_counts()

    def detail(self) -> dict[str, Any]:
        """What an operator is told of the stream; rates are those since the last call."""
        now_s = self._clock.monotonic()
        span_s = now_s - self._counted_s
        facts = self._feed.facts.detail()
        if self._size is not None:
            facts["width"], facts["height"] = self._size
        if span_s >= 5.0:
            facts["fps"] = round(self._packets / span_s, 1)
            facts["kbps"] = round(self._bytes * 8 / 1000 / span_s)
            self._counted_s, self._packets, self._bytes = now_s, 0, 0
        self._tally.set("gridhub_video_ring_overruns", self._ring.overruns, camera=self._camera)
        decoding = "all" if self._gate.is_open else "keyframes"
        gate = {"mode": self._gate.mode.value, "reason": self._gate.reason(), **self._sizes.figures()}
        return {**facts, "decoding": decoding, "gate": gate, "recording": self._recorder.state, **self._row.detail()}

    def _tell_counts(self) -> None:
        count, camera, add = self._count, self._camera, self._tally.add
        add("gridhub_video_packets_total", count.packets, camera=camera)
        add("gridhub_video_decoded_total", count.frames, camera=camera)
        add("gridhub_video_analysed_total", count.analysed, camera=camera)
        add("gridhub_video_seen_seconds_total", count.seen_s, camera=camera)
        add("gridhub_video_decoded_seconds_total", count.decoded_s, camera=camera)
        add("gridhub_video_false_rises_total", self._gate.false_rises, camera=camera)
        add("gridhub_video_audits_failed_total", self._gate.audits_failed, camera=camera)
        self._gate.false_rises = self._gate.audits_failed = 0
        for mode in Mode:
            self._tally.set("gridhub_video_gate", float(mode is self._gate.mode), camera=camera, mode=mode.value)
        if (recall := self._sizes.recall) is not None:
            self._tally.set("gridhub_video_sizes_recall", recall, camera=camera)
        last_s = count.last_s or 0.0
        self._count = _Count(since_s=last_s, last_s=last_s)

    def _rest_when_closed(self) -> None:
        was_open, self._was_open = self._was_open, self._gate.is_open
        if was_open and not self._was_open:
            self._decoder.rest()

    def _decode(self, look: Look, packet: VideoPacket, ts: datetime) -> Iterator[av.VideoFrame]:
        """One picture at a time: a group of them is 90 MB at 1080p, which the decoder would keep until it rests."""
        damaged = self._decoder.damaged
        for frame in self._frames(look, packet, ts):
            self._count.frames += 1
            yield frame
        if self._decoder.damaged > damaged:
            self._tally.add("gridhub_video_damaged_total", self._decoder.damaged - damaged, camera=self._camera)

    def _frames(self, look: Look, packet: VideoPacket, ts: datetime) -> Iterable[av.VideoFrame]:
        if look is Look.SKIP:
            return ()
        if look is Look.NEXT:
            return self._decoder.next(packet)
        if look is Look.ALONE:
            return self._with_hindsight(self._decoder.alone(packet), ts)
        group = self._ring.group()
        if not group:  # it was larger than the ring
            self._gate.lost()
        return self._decoder.catch_up(coded.packet for coded in group)

    def _with_hindsight(self, frames: Sequence[av.VideoFrame], ts: datetime) -> Iterable[av.VideoFrame]:
        """A keyframe, after the pictures before it if it shows that something has happened since the last one."""
        before = self._ring.group_before()
        if not frames or not before or not self._gate.looks_back:
            return frames
        if not self._hindsight.wanted(Picture(frames[0], ts).luma(WIDTH), self._luma):
            return frames
        self._looking_back = True
        return chain(self._decoder.catch_up(coded.packet for coded in before), frames)

    def _see(self, picture: Picture, at_s: float, newest: datetime) -> None:
        """``at_s``: when it was taken; ``newest``: when the newest packet was."""
        size = (picture.frame.width, picture.frame.height)
        if self._size is None:
            self._size = size
            context = self._feed.stream.codec_context
            if not context.width:  # the stream's description did not say
                context.width, context.height = size
            for sink in self._sinks:
                sink.attach(self._feed.stream)
        elif self._size != size:
            raise SourceError(SourceState.ENDED, "the size of the picture changed")
        self.picture = picture
        if not self._row or newest - picture.ts > _BEFORE:
            return
        if not self._turns.take(picture.ts, keyframe=bool(picture.frame.key_frame)):
            return
        self._count.analysed += 1
        frame = Frame(picture, self._clock.now(), picture.luma(WIDTH), doubtful=self._decoder.is_doubtful)
        said = self._row.see(frame)
        self._luma = frame.luma
        moving = None if frame.motion is None else frame.motion.score > 0
        if moving:
            self._moved_s = at_s
        self._gate.saw(
            at_s, moving=moving, certain=frame.eventful, fading=frame.fading, wants_more=self._row.wants_more
        )
        if frame.eventful:
            self._recorder.moving(picture.ts)
        if said:
            self._observe(said)


@dataclass(slots=True)
class _Count:
    """What was done since it was told last. ``decoded_s``: how long the packets lasted that were followed."""

    since_s: float = -math.inf
    last_s: float | None = None
    packets: int = 0
    frames: int = 0
    analysed: int = 0
    seen_s: float = 0.0
    decoded_s: float = 0.0

    def packet(self, at_s: float, look: Look) -> None:
        self.packets += 1
        step_s = 0.0 if self.last_s is None else min(1.0, max(0.0, at_s - self.last_s))
        self.last_s = at_s
        self.seen_s += step_s
        if look is not Look.SKIP:
            self.decoded_s += step_s
