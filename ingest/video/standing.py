"""How one camera stands, and telling it: a change at once, everything else every ``REPORT_S``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from hub.clock import Clock
from hub.errors import SourceError
from hub.model.observation import Observation
from hub.model.source import GapCause, Health, SourceState, Unrecorded
from hub.store.segments import Segment

REPORT_S = 30.0
"""How often a camera says how it is when nothing changes."""
CLOCK_SET = "the clock of the hub was set"
_MAX_STEP = timedelta(seconds=2)


class Outlet(Protocol):
    """Where a camera's words go. None of these waits."""

    def observe(self, observations: Sequence[Observation]) -> None: ...

    def report(self, health: Health) -> None: ...

    def finished(self, segment: Segment) -> None: ...


class ClockSetError(SourceError):
    """The hub's wall clock was set by more than 2 s, in either direction: what is dated by it begins anew.

    ``leapt_from`` is the moment on the old time, ``since`` that from which nothing was watched on the new one.
    """

    def __init__(self, leapt_from: datetime, now: datetime) -> None:
        super().__init__(SourceState.ENDED, CLOCK_SET, GapCause.CLOCK)
        self.leapt_from = leapt_from
        self.since = min(leapt_from, now)


class Leaps:
    """Notices that the wall clock was set, by the monotonic one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now, self._now_s = clock.now(), clock.monotonic()

    def look(self) -> None:
        """Often. Raises ClockSetError."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        expected = self._now + timedelta(seconds=now_s - self._now_s)
        self._now, self._now_s = now, now_s
        if abs(now - expected) > _MAX_STEP:
            raise ClockSetError(expected, now)


class Standing:
    """Of one camera. Belongs to its thread; ``health`` may be read by others."""

    def __init__(self, camera: str, outlet: Outlet, clock: Clock) -> None:
        self.health = Health(camera, SourceState.CONNECTING, "", clock.now())
        self._outlet = outlet
        self._clock = clock
        self._reported_s: float | None = None
        self._seen_at: datetime | None = None

    def lost(self, error: SourceError) -> None:
        """The camera cannot be watched. Where it was until now, the gap begins with the last packet."""
        if isinstance(error, ClockSetError):
            self._say(SourceState.ENDED, error.reason, error.since, GapCause.CLOCK, error.leapt_from)
            return
        seen_at = self._seen_at if self.health.state.connected else None
        cause = None if error.cause is None else GapCause(error.cause)
        self.say(SourceState(error.state), error.reason, seen_at, cause)

    def connected(
        self,
        seen_at: datetime | None,
        blinding: str,
        unrecorded: Unrecorded | None,
        detail: Callable[[], Mapping[str, Any]],
    ) -> None:
        """A packet has come. ``blinding``: why the pictures show nothing; empty where they do."""
        state = SourceState.TAMPERED if blinding else SourceState.WATCHING
        before = self.health
        is_new = (state, blinding, unrecorded) != (before.state, before.reason, before.unrecorded)
        self._seen_at = seen_at
        if is_new or self._due():
            self.health = replace(before, unrecorded=unrecorded, detail=detail())
            if unrecorded != before.unrecorded:
                self._reported_s = None
            self.say(state, blinding)

    def say(
        self, state: SourceState, reason: str, since: datetime | None = None, cause: GapCause | None = None
    ) -> None:
        before = self.health
        if (state, reason) != (before.state, before.reason):
            self._say(state, reason, max(since or self._clock.now(), before.since), cause)
        elif self._due():
            self._say(state, reason, before.since, cause)

    def say_again(self) -> None:
        """Others wrote that nobody watches: say how it is, where it is watched with the next packet."""
        self._reported_s = None
        if not self.health.state.connected:
            self._outlet.report(self.health)

    def _say(
        self,
        state: SourceState,
        reason: str,
        since: datetime,
        cause: GapCause | None,
        leapt_from: datetime | None = None,
    ) -> None:
        now = self._clock.now()
        self._reported_s = self._clock.monotonic()
        was_connected = self.health.state.connected
        said = replace(self.health, state=state, reason=reason, since=since, cause=cause, seen_at=self._seen_at)
        self.health = said if state.connected else replace(said, unrecorded=None)
        self._outlet.report(replace(self.health, leapt_from=leapt_from))
        attrs = {"reason": reason} if reason else None
        value = 1.0 if state.watching else 0.0
        words = [Observation(said.source, "camera.health", now, now, value, state, attrs)]
        if not state.connected or not was_connected:
            lost = 0.0 if state.connected else 1.0
            words.append(Observation(said.source, "tamper.signal_lost", now, now, lost, state, attrs))
        self._outlet.observe(words if state is not SourceState.CONNECTING else words[:1])

    def _due(self) -> bool:
        return self._reported_s is None or self._clock.monotonic() - self._reported_s >= REPORT_S
