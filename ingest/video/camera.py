"""One camera: a thread that keeps it open, watches it, and says how it is."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hub.backoff import Backoff
from hub.clock import Clock
from hub.config.address import substream_secret
from hub.config.settings import NetworkSettings
from hub.config.vault import SecretLost, Vault
from hub.errors import SourceError
from hub.model.mask import masks_of
from hub.model.source import GapCause, Source, SourceState
from hub.supervise import supervise
from hub.tally import Tally
from ingest.video.drift import Drift, camera_time
from ingest.video.gate import shortest_of
from ingest.video.live import Broadcast, LiveSink
from ingest.video.mainstream import MainStream
from ingest.video.masked import MOST, MaskedStream
from ingest.video.open import OPEN_TIMEOUT_S, READ_TIMEOUT_S, Feed, open_feed
from ingest.video.pace import Pace
from ingest.video.record import Plan, Recorder
from ingest.video.ring import ONE_GROUP_S, Ring
from ingest.video.row import row_of
from ingest.video.serve import View
from ingest.video.sizes import Sizes
from ingest.video.standing import ClockSetError, Leaps, Outlet, Standing
from ingest.video.substream import Substream
from ingest.video.watch import Sink, Watch

STUCK_S = 30.0
"""A camera's thread that does not move for so long is stuck, in a library or on a disk."""
_TELL_S = 0.25  # how soon it is told how a camera is: not with every packet
_RESOLVER_S = 60.0  # what a resolver that nobody answers may take on top, when a camera is opened

Working = Callable[[], None]


class Camera:
    """``source`` with its secret, which ``vault`` reads; ``network`` says where cameras may be. ``places`` are those of
    the worker for cameras that are shown with their masks burnt in.

    ``stop`` does not wait: the thread may be reading for ``read_timeout_s`` yet.
    """

    def __init__(
        self,
        source: Source,
        data_dir: Path,
        outlet: Outlet,
        clock: Clock,
        tally: Tally,
        *,
        network: NetworkSettings,
        vault: Vault,
        places: threading.Semaphore | None = None,
        open_timeout_s: float = OPEN_TIMEOUT_S,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self.source = source
        self._network = network
        self._vault = vault
        self._data_dir = data_dir
        self._outlet = outlet
        self._clock = clock
        self._tally = tally
        self._timeouts_s = (open_timeout_s, read_timeout_s)
        self._is_held_back = source.config.get("transport", "tcp") == "tcp"
        """Whether what is not read yet waits at the camera; datagrams would be lost."""
        self._drift = Drift(source.id)
        self._row = row_of(source.id, source.config, data_dir, tally)
        self._sizes = Sizes()
        self._shortest_s = 0.0
        self._broadcast = Broadcast(source.id, tally)
        """Of the main stream."""
        self._small_broadcast = self._broadcast
        self._sub: Substream | None = None
        if source.config.get("substream_url"):
            self._small_broadcast = Broadcast(source.id, tally, stream="sub")
            self._sub = Substream(source.id, lambda: self._open(substream=True))
        self._masks = masks_of(source.config)
        self._masked: MaskedStream | None = None
        if self._masks:
            places = places or threading.BoundedSemaphore(MOST)
            self._masked = MaskedStream(source.id, self._masks, places, tally)
        self._main: MainStream | None = None
        self._watch: Watch | None = None
        self._standing = Standing(source.id, outlet, clock)
        self._leaps = Leaps(clock)
        self._stuck_at_s = clock.monotonic() + STUCK_S
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"camera {source.id}", daemon=True)

    def start(self) -> Camera:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        for stream in (self._main, self._sub, self._masked):
            if stream is not None:
                stream.stop()

    def join(self, timeout_s: float) -> bool:
        """Whether the thread has ended within ``timeout_s``."""
        until_s = self._clock.monotonic() + timeout_s
        self._thread.join(timeout_s)
        streams = [stream for stream in (self._main, self._sub) if stream is not None]
        ended = [stream.join(max(0.0, until_s - self._clock.monotonic())) for stream in streams]
        return all(ended) and not self._thread.is_alive()

    def alive(self) -> bool:
        """Whether it runs: not where one of its threads was ended by a mistake of ours."""
        has_died = any(stream is not None and stream.has_died() for stream in (self._main, self._masked))
        return self._thread.is_alive() and not has_died

    def stuck(self) -> bool:
        """Whether the thread has not moved for longer than anything it does may take."""
        if self._main is not None and self._main.stuck():
            return True
        return self._thread.is_alive() and self._clock.monotonic() > self._stuck_at_s

    def say_again(self) -> None:
        """Others wrote that nobody watches: say how it is, where it is watched with the next packet."""
        self._standing.say_again()

    @property
    def state(self) -> SourceState:
        return self._standing.health.state

    @property
    def unrecorded(self) -> str:
        """Why it is not recorded though it should be; empty where all is well."""
        unrecorded = self._standing.health.unrecorded
        return "" if unrecorded is None else unrecorded.reason

    def view(self) -> View:
        watch = self._watch
        health = self._standing.health
        live = {"main": self._broadcast, "sub": self._small_broadcast}
        shown = View(health.state, health.reason, None, live, masks=self._masks, masked=self._masked)
        return shown if watch is None else replace(shown, picture=watch.picture, glance=watch.glance)

    def _run(self) -> None:
        self._standing.say(SourceState.CONNECTING, "")
        name = f"camera {self.source.id}"
        try:
            supervise(lambda working: self._run_once(working), name=name, stop=self._stop, backoff=Backoff(0.5, 30.0))
        finally:
            self.stop()

    def _run_once(self, working: Working) -> None:
        """Open the camera and watch it until it is lost. Raises SourceError, having said so."""
        self._beat(STUCK_S + 2 * self._timeouts_s[0] + _RESOLVER_S)
        try:
            self._leaps.look()
            plan = self._plan()
            if self._sub is not None:
                self._main = self._main or self._main_stream(plan)
                self._watch_sub(self._sub, self._main, working)
            else:
                ring, recorder, live = self._sinks(plan)
                with contextlib.closing(self._open()) as feed:
                    self._follow(feed, ring, recorder, (recorder, live, *self._masking(ring)), working)
        except SourceError as error:
            self._tally.add("gridhub_video_failures_total", camera=self.source.id, state=error.state)
            self._beat(STUCK_S + Backoff().cap_s)
            if not self._stop.is_set():
                self._standing.lost(error)
            raise

    def _watch_sub(self, sub: Substream, main: MainStream, working: Working) -> None:
        """The sub-stream; or the main one, by a connection of its own, while that is lost. Raises SourceError."""
        ring = Ring(ONE_GROUP_S)
        live = (LiveSink(self._small_broadcast, ring), *self._masking(ring))
        if sub.lost:
            self._sizes = Sizes()  # what was learnt of one stream's packets says nothing of the other's
            try:
                with contextlib.closing(self._open()) as feed:
                    self._follow(feed, ring, main, live, working, until=lambda: not sub.lost)
            finally:
                self._sizes = Sizes()
            return

        def works() -> None:
            sub.works()
            working()

        try:
            with contextlib.closing(self._open(substream=True)) as feed:
                self._follow(feed, ring, main, live, works)
        except ClockSetError:
            raise
        except SourceError as error:
            raise sub.failed(error) from error

    def _open(self, *, substream: bool = False) -> Feed:
        """The stream, or its sub-stream. Raises SourceError. The secret is in clear for as long as it takes."""
        config = self.source.config
        try:
            secret = self._vault.unseal(self.source).secret
        except SecretLost as error:
            raise SourceError(SourceState.UNAUTHORIZED, str(error)) from error
        return open_feed(
            str(config.get("substream_url" if substream else "url") or ""),
            substream_secret(secret) if substream else secret,
            network=self._network,
            transport=str(config.get("transport", "tcp")),
            tls=str(config.get("tls", "verified")),
            open_timeout_s=self._timeouts_s[0],
            read_timeout_s=self._timeouts_s[1],
        )

    def _masking(self, ring: Ring) -> Sequence[Sink]:
        """Who shows what is analysed, the smaller stream where there are two, without what is masked."""
        return () if self._masked is None else (self._masked.sink(ring),)

    def _sinks(self, plan: Plan) -> tuple[Ring, Recorder, LiveSink]:
        """Who gets the packets of the main stream, and the ring from which they may begin earlier."""
        ring = Ring(keep_s=max(ONE_GROUP_S, plan.pre.total_seconds() if plan.mode == "event" else 0.0))
        recorder = Recorder(self.source.id, plan, self._data_dir, ring, self._tally, self._outlet.finished)
        return ring, recorder, LiveSink(self._broadcast, ring)

    def _main_stream(self, plan: Plan) -> MainStream:
        """Begun once: it goes on while the sub-stream is lost."""
        ring, recorder, live = self._sinks(plan)
        return MainStream(
            self.source.id,
            self._open,
            ring=ring,
            recorder=recorder,
            sinks=(recorder, live),
            wanted=lambda: plan.mode != "off" or self._broadcast.is_watched,
            may_take_s=STUCK_S + 2 * self._timeouts_s[0] + _RESOLVER_S,
            may_rest=lambda: self._is_held_back and not self._broadcast.is_watched,
            clock=self._clock,
        ).start()

    def _follow(
        self,
        feed: Feed,
        ring: Ring,
        recording: Recorder | MainStream,
        sinks: Sequence[Sink],
        working: Working,
        *,
        until: Callable[[], bool] = lambda: False,
    ) -> None:
        """``feed`` is what is analysed; ``sinks`` get its packets. Ends with the camera, or when ``until`` is true."""
        watch = Watch(
            self.source.id,
            feed,
            ring=ring,
            recorder=recording,
            sinks=sinks,
            row=self._row,
            sizes=self._sizes,
            shortest_s=self._shortest_s,
            observe=self._outlet.observe,
            clock=self._clock,
            tally=self._tally,
        )

        def may_rest() -> bool:
            shown = (self._broadcast, self._small_broadcast, self._masked)
            watched = any(stream is not None and stream.is_watched for stream in shown)
            return self._is_held_back and not (watched or watch.decodes_all)

        def detail() -> dict[str, Any]:
            found = watch.detail()
            if self._main is not None and self._sub is not None:
                found |= {"main_stream": self._main.detail(), "sub_stream": self._sub.detail()}
            return found

        tell_s = 0.0
        try:
            for packet in Pace(self._clock, may_rest).gather(feed.packets()):
                if self._stop.is_set() or until():
                    return
                self._beat(STUCK_S)
                self._leaps.look()
                watch.take(packet)
                if self._watch is not None and self._clock.monotonic() < tell_s:
                    continue
                tell_s = self._clock.monotonic() + _TELL_S
                if words := self._drift.see(camera_time(packet), self._clock.now()):
                    self._outlet.observe(words)
                if watch.picture is not None:
                    if self._watch is None:
                        self._watch = watch
                        working()
                    self._standing.connected(watch.seen_at, self._row.blinding, recording.unrecorded, detail)
        finally:
            self._watch = None
            for sink in sinks:
                sink.cut()

    def _plan(self) -> Plan:
        try:
            self._shortest_s = shortest_of(self.source.config)
            return Plan.of(self.source.config)
        except ValueError as error:
            reason = f"its settings cannot be used: {error}"
            raise SourceError(SourceState.UNREACHABLE, reason, GapCause.CAMERA) from error

    def _beat(self, may_take_s: float) -> None:
        self._stuck_at_s = self._clock.monotonic() + may_take_s
