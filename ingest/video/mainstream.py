"""The main stream of a camera whose sub-stream is analysed: carried to the recorder and the viewers, never decoded.

It is pulled, in a thread of its own, only while one of them wants it. Its loss is a gap of the recording, not of the
watching: the camera watches for as long as its sub-stream is there.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from hub.backoff import Backoff
from hub.clock import Clock
from hub.errors import SourceError
from hub.model.source import GapCause, SourceState, Unrecorded
from hub.supervise import supervise
from ingest.video.anchor import Arrivals
from ingest.video.decode import Decoder
from ingest.video.nal import HEAD_BYTES, sequence_sets
from ingest.video.open import Feed, VideoPacket
from ingest.video.pace import Pace
from ingest.video.record import Recorder
from ingest.video.ring import Coded, Ring
from ingest.video.standing import ClockSetError, Leaps
from ingest.video.watch import Sink

_LINGER_S = 10.0  # pulled for so long after nobody wants it: who looked away looks again
_LOOK_S = 0.25  # how soon it is noticed that somebody wants it


class MainStream:
    """``may_take_s``: how long ``open_feed`` may; ``wanted``: whether to pull it; ``may_rest``: see Pace."""

    def __init__(
        self,
        camera: str,
        open_feed: Callable[[], Feed],
        *,
        ring: Ring,
        recorder: Recorder,
        sinks: Sequence[Sink],
        wanted: Callable[[], bool],
        may_rest: Callable[[], bool],
        may_take_s: float,
        clock: Clock,
    ) -> None:
        self._camera = camera
        self._open = open_feed
        self._ring = ring
        self._recorder = recorder
        self._sinks = sinks
        self._wanted = wanted
        self._may_rest = may_rest
        self._may_take_s = may_take_s
        self._clock = clock
        self._feed: Feed | None = None
        self._trouble: tuple[SourceError, datetime] | None = None
        self._seen_at: datetime | None = None
        self._stop = threading.Event()
        self._stuck_at_s = clock.monotonic() + may_take_s
        self._thread = threading.Thread(target=self._run, name=f"main stream {camera}", daemon=True)

    def start(self) -> MainStream:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Whether the thread has ended within ``timeout_s``."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def stuck(self) -> bool:
        """Whether the thread has not moved for longer than anything it does may take."""
        return self._thread.is_alive() and self._clock.monotonic() > self._stuck_at_s

    def has_died(self) -> bool:
        """Whether the thread has ended by itself, by a mistake of ours."""
        return not (self._thread.is_alive() or self._stop.is_set())

    @property
    def state(self) -> str:
        """That of the recorder; ``lost`` where there is nothing to record."""
        return "lost" if self.unrecorded is not None and self._trouble is not None else self._recorder.state

    @property
    def unrecorded(self) -> Unrecorded | None:
        """Since when, and why, what should be recorded is not."""
        trouble = self._trouble
        if trouble is None or self._recorder.state == "off":
            return self._recorder.unrecorded
        error, since = trouble
        cause = SourceState(error.state).cause if error.cause is None else GapCause(error.cause)
        return Unrecorded(cause or GapCause.CAMERA, f"main stream: {error.reason}", since)

    def moving(self, ts: datetime) -> None:
        """Something worth recording was seen in the sub-stream at ``ts``."""
        self._recorder.moving(ts)

    def detail(self) -> dict[str, Any]:
        """What an operator is told of it: ``carried``, ``connecting``, ``lost`` with the reason, or ``not needed``."""
        feed, trouble = self._feed, self._trouble
        if feed is not None:
            return {"state": "carried", **feed.facts.detail()}
        if trouble is not None:
            return {"state": "lost", "reason": trouble[0].reason}
        return {"state": "connecting" if self._wanted() else "not needed"}

    def _run(self) -> None:
        name = f"main stream of camera {self._camera}"
        supervise(lambda working: self._run_once(working), name=name, stop=self._stop, backoff=Backoff(0.5, 30.0))

    def _run_once(self, working: Callable[[], None]) -> None:
        """Wait until it is wanted, open it, and carry it until it is not, or lost. Raises SourceError."""
        while not self._wanted():
            self._trouble = None
            self._beat()
            if self._stop.wait(_LOOK_S):
                return
        self._beat()
        try:
            with contextlib.closing(self._open()) as feed:
                self._carry(feed, working)
        except ClockSetError:
            raise
        except SourceError as error:
            self._beat()
            # It is the same gap for as long as nothing came in between, whatever the next attempt runs into.
            since = self._trouble[1] if self._trouble else self._seen_at or self._clock.now()
            self._trouble = (self._trouble[0] if self._trouble else error), since
            raise
        finally:
            self._feed = None
            for sink in self._sinks:
                sink.cut()
            self._ring.clear()

    def _carry(self, feed: Feed, working: Callable[[], None]) -> None:
        arrivals: Arrivals[VideoPacket] = Arrivals(self._clock)
        size = _Size(feed)
        leaps = Leaps(self._clock)
        idle_since_s: float | None = None
        attached = False
        for packet in Pace(self._clock, self._may_rest).gather(feed.packets()):
            if self._stop.is_set():
                return
            self._beat()
            leaps.look()
            for each, ts in arrivals.take(packet):
                coded = Coded(each, ts, each.is_keyframe, each.size)
                if coded.keyframe:
                    size.check(each)
                    if not attached and size.is_known:
                        attached = True
                        self._feed, self._trouble = feed, None
                        working()
                        for sink in self._sinks:
                            sink.attach(feed.stream)
                self._ring.push(coded)
                if attached:
                    self._seen_at = ts
                    for sink in self._sinks:
                        sink.write(coded)
            now_s = self._clock.monotonic()
            idle_since_s = None if self._wanted() else idle_since_s or now_s
            if idle_since_s is not None and now_s - idle_since_s > _LINGER_S:
                return

    def _beat(self) -> None:
        self._stuck_at_s = self._clock.monotonic() + self._may_take_s


class _Size:
    """Of the pictures of one connection. One is decoded where the stream does not say, or says something else."""

    def __init__(self, feed: Feed) -> None:
        self._codec = feed.facts.codec
        self._context = feed.stream.codec_context
        self._decoder = Decoder(feed.stream)
        self._sets = b""

    @property
    def is_known(self) -> bool:
        return bool(self._context.width)

    def check(self, keyframe: VideoPacket) -> None:
        """Raises SourceError where the size of the picture has changed: a file holds but one."""
        sets = sequence_sets(self._codec, bytes(memoryview(keyframe)[:HEAD_BYTES]))
        if self.is_known and (not sets or sets == self._sets):
            return
        frames = self._decoder.alone(keyframe)
        self._decoder.rest()
        if not frames:
            return
        self._sets = sets
        size = (frames[-1].width, frames[-1].height)
        if not self.is_known:
            self._context.width, self._context.height = size
        elif size != (self._context.width, self._context.height):
            raise SourceError(SourceState.ENDED, "the size of the picture changed")
