"""When a picture was taken, estimated from its arrival.

A camera's own wall clock cannot be trusted, the time of arrival jitters with the network, and the presentation time
(pts) runs evenly but counts from anywhere and may leap. So the hub keeps one anchor: the difference between its own
clock and the pts. A picture is never dated after its arrival: an early arrival shows that the ones before were late,
and moves the anchor. Where the estimate is left behind by more than ``drift_s`` (a leap of the pts, a camera clock that
is slow) the anchor is set anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta


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
