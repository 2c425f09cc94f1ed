"""The way of a camera's packets while it is connected: ring, gate, decoder, analysis, recording.

One thread; nothing here waits. What is found is handed to ``observe``; the newest picture stays in ``picture``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import av
from av.video.stream import VideoStream

from hub.clock import Clock
from hub.errors import SourceError
from hub.model.observation import Observation
from hub.model.source import SourceState
from hub.tally import Tally
from ingest.video.analysis import WIDTH, Frame
from ingest.video.anchor import Anchor
from ingest.video.decode import Decoder, Picture
from ingest.video.gate import Gate, Look
from ingest.video.open import Feed, VideoPacket
from ingest.video.record import Recorder
from ingest.video.ring import Coded, Ring
from ingest.video.row import Row

_BETWEEN_ANALYSES = timedelta(seconds=0.19)  # 5 pictures a second at most
_LIVE_S = 0.005  # a packet that took so long to come was not lying ready
_MAX_EARLY = 300
_NO_PICTURE_S = 12.0  # packets without a picture for so long: nothing is being watched

class Sink(Protocol):
    """Who gets the packets as they came: the recorder, the viewers. It never waits and never raises."""

    def attach(self, stream: VideoStream) -> None:
        """A new connection begins, whose packets come from ``stream``; its size is known."""

    def write(self, coded: Coded) -> None:
        """The next packet, which is in the ring already."""

    def cut(self) -> None:
        """The connection is lost."""


Observe = Callable[[Sequence[Observation]], None]


class Watch:
    """Of one connection. ``row`` and ``sinks`` outlast it. ``recorder`` is told of what is worth recording."""

    def __init__(
        self,
        camera: str,
        feed: Feed,
        *,
        ring: Ring,
        recorder: Recorder,
        sinks: Sequence[Sink],
        row: Row,
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
        self._sinks = (recorder, *sinks)
        self._row = row
        self._observe = observe
        self._clock = clock
        self._tally = tally
        self._anchor = Anchor()
        self._decoder = Decoder(feed.stream)
        self._pictured_s = self._ready_s = clock.monotonic()
        self._early: list[VideoPacket] | None = []
        # Without an analysis nothing has to be learnt of the place before it is left to the keyframes.
        self._gate = Gate(self._pictured_s, hold_s=10.0 if row else 0.0)
        self._analysed_at: datetime | None = None
        self._size: tuple[int, int] | None = None
        self._counted_s = self._pictured_s
        self._packets = self._bytes = 0

    def take(self, packet: VideoPacket) -> None:
        """One packet, as it arrives. Raises SourceError where the stream must be opened again."""
        now, waited_s = self._clock.now(), self._clock.monotonic() - self._ready_s
        if self._early is None:
            self._pass_on(packet, self._anchor.place(_pts_s(packet), now))
        else:
            # What came while the stream was being examined is handed out in one go, and is older than it looks: the
            # first packet that has to be waited for is of the present, and tells when those before it were taken.
            self._early.append(packet)
            if waited_s >= _LIVE_S or len(self._early) > _MAX_EARLY:
                self._anchor.place(_pts_s(packet), now)
                early, self._early = self._early, None
                for each in early:
                    self._pass_on(each, self._anchor.at(_pts_s(each), now))
        self._ready_s = self._clock.monotonic()

    def _pass_on(self, packet: VideoPacket, ts: datetime) -> None:
        now_s = self._clock.monotonic()
        coded = Coded(packet, ts, packet.is_keyframe, packet.size)
        self.seen_at = ts
        self._packets += 1
        self._bytes += packet.size
        self._ring.push(coded)
        look = self._gate.decide(now_s, keyframe=coded.keyframe)
        for frame in self._decode(look, packet):
            self._pictured_s = now_s
            time_s = self._decoder.time_s(frame)
            self._see(Picture(frame, ts if time_s is None else self._anchor.at(time_s, ts)), now_s)
        if now_s - self._pictured_s > _NO_PICTURE_S:
            raise SourceError(SourceState.NO_VIDEO, "what the camera sends cannot be decoded")
        for sink in self._sinks:
            sink.write(coded)

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
        return {**facts, "decoding": decoding, "recording": self._recorder.state}

    def _decode(self, look: Look, packet: VideoPacket) -> Iterable[av.VideoFrame]:
        if look is Look.SKIP:
            return ()
        damaged = self._decoder.damaged
        if look is Look.ALONE:
            frames = self._decoder.alone(packet)
        elif look is Look.NEXT:
            frames = self._decoder.next(packet)
        else:
            frames = list(self._decoder.catch_up(coded.packet for coded in self._ring.group()))
        self._tally.add("gridhub_video_decoded_total", len(frames), camera=self._camera)
        if self._decoder.damaged > damaged:
            self._tally.add("gridhub_video_damaged_total", self._decoder.damaged - damaged, camera=self._camera)
        return frames

    def _see(self, picture: Picture, now_s: float) -> None:
        size = (picture.frame.width, picture.frame.height)
        if self._size is None:
            self._size = size
            for sink in self._sinks:
                sink.attach(self._feed.stream)
        elif self._size != size:
            raise SourceError(SourceState.ENDED, "the size of the picture changed")
        self.picture = picture
        since = None if self._analysed_at is None else picture.ts - self._analysed_at
        # A little earlier is the catching up that was seen already; much earlier, the clock was set back.
        if not self._row or (since is not None and timedelta(seconds=-5) < since < _BETWEEN_ANALYSES):
            return
        self._analysed_at = picture.ts
        self._tally.add("gridhub_video_analysed_total", camera=self._camera)
        frame = Frame(picture, self._clock.now(), picture.luma(WIDTH))
        said = self._row.see(frame)
        if self._row.wants_more:
            self._gate.saw_motion(now_s)
        if frame.eventful:
            self._recorder.moving(picture.ts)
        if said:
            self._observe(said)


def _pts_s(packet: VideoPacket) -> float:
    return float((packet.pts or 0) * packet.time_base)
