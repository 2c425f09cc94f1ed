"""One camera: a thread that keeps it open, watches it, and says how it is."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from hub.backoff import Backoff
from hub.clock import Clock
from hub.config.address import substream_secret
from hub.config.settings import NetworkSettings
from hub.config.vault import SecretLost, Vault
from hub.errors import SourceError
from hub.model.source import GapCause, Source, SourceState
from hub.supervise import supervise
from hub.tally import Tally
from ingest.video.drift import Drift, camera_time
from ingest.video.gate import shortest_of
from ingest.video.live import Broadcast, LiveSink
from ingest.video.open import OPEN_TIMEOUT_S, READ_TIMEOUT_S, Feed, open_feed
from ingest.video.record import Plan, Recorder
from ingest.video.ring import Ring
from ingest.video.row import row_of
from ingest.video.serve import View
from ingest.video.sizes import Sizes
from ingest.video.standing import Leaps, Outlet, Standing
from ingest.video.watch import Watch

STUCK_S = 30.0
"""A camera's thread that does not move for so long is stuck, in a library or on a disk."""
_RESOLVER_S = 60.0  # what a resolver that nobody answers may take on top, when a camera is opened

Working = Callable[[], None]


class Camera:
    """``source`` with its secret, which ``vault`` reads; ``network`` says where cameras may be.

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
        self._drift = Drift(source.id)
        self._row = row_of(source.id, source.config, data_dir, tally)
        self._sizes = Sizes()
        self._shortest_s = 0.0
        self._broadcast = Broadcast(source.id, tally)
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
        if watch is None:
            return View(health.state, health.reason, None, self._broadcast)
        return View(health.state, health.reason, watch.picture, self._broadcast, watch.glance)

    def _run(self) -> None:
        self._standing.say(SourceState.CONNECTING, "")
        name = f"camera {self.source.id}"
        supervise(lambda working: self._run_once(working), name=name, stop=self._stop, backoff=Backoff(0.5, 30.0))

    def _run_once(self, working: Working) -> None:
        """Open the camera and watch it until it is lost. Raises SourceError, having said so."""
        self._beat(STUCK_S + 2 * self._timeouts_s[0] + _RESOLVER_S)
        try:
            self._leaps.look()
            plan = self._plan()
            with contextlib.closing(self._open()) as feed:
                self._follow(feed, plan, working)
        except SourceError as error:
            self._tally.add("gridhub_video_failures_total", camera=self.source.id, state=error.state)
            self._beat(STUCK_S + Backoff().cap_s)
            if not self._stop.is_set():
                self._standing.lost(error)
            raise

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
            sizes=self._sizes,
            shortest_s=self._shortest_s,
            observe=self._outlet.observe,
            clock=self._clock,
            tally=self._tally,
        )
        try:
            for packet in feed.packets():
                if self._stop.is_set():
                    return
                self._beat(STUCK_S)
                self._leaps.look()
                watch.take(packet)
                if words := self._drift.see(camera_time(packet), self._clock.now()):
                    self._outlet.observe(words)
                if watch.picture is not None:
                    if self._watch is None:
                        self._watch = watch
                        working()
                    self._standing.connected(watch.seen_at, self._row.blinding, recorder.unrecorded, watch.detail)
        finally:
            self._watch = None
            recorder.cut()
            live.cut()

    def _plan(self) -> Plan:
        try:
            self._shortest_s = shortest_of(self.source.config)
            return Plan.of(self.source.config)
        except ValueError as error:
            reason = f"its settings cannot be used: {error}"
            raise SourceError(SourceState.UNREACHABLE, reason, GapCause.CAMERA) from error

    def _beat(self, may_take_s: float) -> None:
        self._stuck_at_s = self._clock.monotonic() + may_take_s
