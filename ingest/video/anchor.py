"""When a picture was taken, estimated from its arrival.

A camera's own wall clock cannot be trusted, the time of arrival jitters with the network, and the presentation time
(pts) runs evenly but counts from anywhere and may leap. So the hub keeps one anchor: the difference between its own
clock and the pts. A picture is never dated after its arrival: an early arrival shows that the ones before were late,
and moves the anchor. Where the estimate is left behind by more than ``drift_s`` (a leap of the pts, a camera clock that
is slow) the anchor is set anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Generic, Protocol, TypeVar

from hub.clock import Clock

_LIVE_S = 0.005  # a packet that took so long to come was not lying ready
_MAX_EARLY = 300


class Timed(Protocol):
    """A packet, as far as its time goes."""

    @property
    def pts(self) -> int | None: ...

    @property
    def time_base(self) -> Fraction: ...


P = TypeVar("P", bound=Timed)


class Anchor:
    """Of one connection. Estimates never run backwards unless the hub's clock or the pts do."""

    def __init__(self, drift_s: float = 2.0) -> None:
        self._drift = timedelta(seconds=drift_s)
        self._zero: datetime | None = None

    def place(self, pts_s: float, arrived: datetime) -> datetime:
        """The event time of a packet that has just arrived."""
        offset = timedelta(seconds=pts_s)
        if self._zero is not None:
            estimate = self._zero + offset
            if arrived - self._drift <= estimate <= arrived:
                return estimate
        self._zero = arrived - offset
        return arrived

    def at(self, pts_s: float, latest: datetime) -> datetime:
        """The event time of a picture decoded later than its packet arrived; never after ``latest``."""
        if self._zero is None:
            return latest
        return min(self._zero + timedelta(seconds=pts_s), latest)


class Arrivals(Generic[P]):
    """The packets of one connection, each with when it was taken.

    What came while the stream was being examined is handed out in one go, and is older than it looks: the first packet
    that has to be waited for is of the present, and tells when those before it were taken.
    """

    def __init__(self, clock: Clock) -> None:
        self.anchor = Anchor()
        self._clock = clock
        self._ready_s = clock.monotonic()
        self._early: list[P] | None = []

    def take(self, packet: P) -> Iterator[tuple[P, datetime]]:
        """One packet, as it arrives. To be used up before the next one is waited for: what it takes is no waiting."""
        now, waited_s = self._clock.now(), self._clock.monotonic() - self._ready_s
        if self._early is None:
            yield packet, self.anchor.place(_pts_s(packet), now)
        else:
            self._early.append(packet)
            if waited_s >= _LIVE_S or len(self._early) > _MAX_EARLY:
                self.anchor.place(_pts_s(packet), now)
                early, self._early = self._early, None
                for each in early:
                    yield each, self.anchor.at(_pts_s(each), now)
        self._ready_s = self._clock.monotonic()


def _pts_s(packet: Timed) -> float:
    tick = packet.time_base
    return (packet.pts or 0) * tick.numerator / tick.denominator
