"""One camera: a thread that keeps it open, watches it, and says how it is."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hub.backoff import Backoff
from hub.clock import Clock
from hub.errors import SourceError
from hub.model.observation import Observation
from hub.model.source import Health, Source, SourceState
from hub.store.segments import Segment
from hub.supervise import supervise
from ingest.video.gate import shortest_of
from hub.tally import Tally
from ingest.video.live import Broadcast, LiveSink
from ingest.video.open import OPEN_TIMEOUT_S, READ_TIMEOUT_S, Feed, open_feed
from ingest.video.record import Plan, Recorder
from ingest.video.ring import Ring
from ingest.video.row import row_of
from ingest.video.sizes import Sizes
from ingest.video.standing import Leaps, Outlet, Standing
from ingest.video.serve import View
from ingest.video.watch import Watch

REPORT_S = 30.0
"""How often a camera says how it is when nothing changes."""
STUCK_S = 30.0
"""A camera's thread that does not move for so long is stuck, in a library or on a disk."""
_RESOLVER_S = 60.0  # what a resolver that nobody answers may take on top, when a camera is opened

Working = Callable[[], None]


class Outlet(Protocol):
    """Where a camera's words go. None of these waits."""

    def observe(self, observations: Sequence[Observation]) -> None: ...

    def report(self, health: Health) -> None: ...

    def finished(self, segment: Segment) -> None: ...


class Camera:
    """``source`` with its secret. ``stop`` does not wait: the thread may be reading for ``read_timeout_s`` yet."""

    def __init__(
        self,
        source: Source,
        data_dir: Path,
        outlet: Outlet,
        clock: Clock,
        tally: Tally,
        *,
        open_timeout_s: float = OPEN_TIMEOUT_S,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self.source = source
        self._sizes = Sizes()
        self._shortest_s = 0.0
        self._data_dir = data_dir
        self._outlet = outlet
        self._clock = clock
        self._tally = tally
        self._timeouts_s = (open_timeout_s, read_timeout_s)
        self._row = row_of(source.id, source.config, data_dir, tally)
        self._broadcast = Broadcast(source.id, tally)
        self._watch: Watch | None = None
        self._health = Health(source.id, SourceState.CONNECTING, "", clock.now())
        self._reported_s: float | None = None
        self._seen_at: datetime | None = None
        self._stuck_at_s = clock.monotonic() + STUCK_S
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"camera {source.id}", daemon=True)

    def start(self) -> Camera:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Whether the thread has ended within ``timeout_s``."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def alive(self) -> bool:
        return self._thread.is_alive()

    def stuck(self) -> bool:
        """Whether the thread has not moved for longer than anything it does may take."""
        return self._thread.is_alive() and self._clock.monotonic() > self._stuck_at_s

    def say_again(self) -> None:
        """Others wrote that nobody watches: say how it is, where it is watched with the next packet."""
        self._reported_s = None
        if not self._health.state.watching:
            self._outlet.report(self._health)

    @property
    def state(self) -> SourceState:
        return self._health.state

    def view(self) -> View:
        watch = self._watch
        picture = watch.picture if watch is not None else None
        return View(self._health.state, self._health.reason, picture, self._broadcast)

    def _run(self) -> None:
        self._say(SourceState.CONNECTING, "")
        name = f"camera {self.source.id}"
        supervise(lambda working: self._run_once(working), name=name, stop=self._stop, backoff=Backoff(0.5, 30.0))

    def _run_once(self, working: Working) -> None:
        """Open the camera and watch it until it is lost. Raises SourceError, having said so."""
        self._beat(STUCK_S + 2 * self._timeouts_s[0] + _RESOLVER_S)
        try:
            plan = self._plan()
            feed = open_feed(
                str(self.source.config.get("url", "")),
                self.source.secret,
                open_timeout_s=self._timeouts_s[0],
                read_timeout_s=self._timeouts_s[1],
            )
            with contextlib.closing(feed):
                self._follow(feed, plan, working)
        except SourceError as error:
            self._tally.add("gridhub_video_failures_total", camera=self.source.id, state=error.state)
            self._beat(STUCK_S + Backoff().cap_s)
            if not self._stop.is_set():
                lost_at = self._seen_at if error.state == SourceState.STALLED else None
                self._say(SourceState(error.state), error.reason, lost_at)
            raise

    def _follow(self, feed: Feed, plan: Plan, working: Working) -> None:
        ring = Ring(keep_s=plan.pre.total_seconds() if plan.mode == "event" else 0.0)
        recorder = Recorder(self.source.id, plan, self._data_dir, ring, self._tally, self._outlet.finished)
        live = LiveSink(self._broadcast, ring)
        watch = Watch(
            self.source.id,
            feed,
            ring=ring,
            recorder=recorder,
            sinks=(live,),
            row=self._row,
            observe=self._outlet.observe,
            clock=self._clock,
            tally=self._tally,
        )
        try:
            for packet in feed.packets():
                if self._stop.is_set():
                    return
                self._beat(STUCK_S)
            sizes=self._sizes,
            shortest_s=self._shortest_s,
                watch.take(packet)
                self._seen_at = watch.seen_at
                if watch.picture is not None:
                    if self._watch is None:
                        self._watch = watch
                        working()
                    self._watching(watch)
        finally:
            self._watch = None
            recorder.cut()
            live.cut()

    def _watching(self, watch: Watch) -> None:
        if self._health.state is not SourceState.WATCHING or self._due():
            self._health = Health(
                self.source.id, self._health.state, self._health.reason, self._health.since, detail=watch.detail()
            )
            self._say(SourceState.WATCHING, "")

    def _say(self, state: SourceState, reason: str, since: datetime | None = None) -> None:
        """A change at once, anything else every ``REPORT_S``."""
        before = self._health
        changed = (state, reason) != (before.state, before.reason)
            self._shortest_s = shortest_of(self.source.config)
        if not changed and not self._due():
            return
        now = self._clock.now()
        self._reported_s = self._clock.monotonic()
        began = max(since or now, before.since) if changed else before.since
        self._health = Health(self.source.id, state, reason, began, self._seen_at, before.detail)
        self._outlet.report(self._health)
        attrs = {"reason": reason} if reason else None
        value = 1.0 if state.watching else 0.0
        self._outlet.observe([Observation(self.source.id, "camera.health", now, now, value, state, attrs)])

    def _due(self) -> bool:
        return self._reported_s is None or self._clock.monotonic() - self._reported_s >= REPORT_S

    def _plan(self) -> Plan:
        try:
            return Plan.of(self.source.config)
        except ValueError as error:
            raise SourceError(SourceState.UNREACHABLE, f"its settings cannot be used: {error}") from error

    def _beat(self, may_take_s: float) -> None:
        self._stuck_at_s = self._clock.monotonic() + may_take_s
