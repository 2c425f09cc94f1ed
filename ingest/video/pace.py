"""Reading a stream in gulps while nobody waits for it.

A thread that wakes up for each packet finds the processor's caches cold each time: of a quiet camera at 15 pictures a
second that was more than half of the cost (docs/design/camera-worker.md). So while pictures are not decoded and nobody
looks on, a few packets are let gather in the socket, and taken one after the other. What is too much for a moment
stays with the camera: TCP holds it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hub.clock import Clock
from ingest.video.open import VideoPacket

REST_S = 0.4
"""The longest rest: so much later is a movement seen."""
_WAITED_S = 0.004  # a packet that took so long to come was not lying ready: nothing is left behind
_MOST_BYTES = 96 * 1024  # what may gather: less than a socket holds (128 KiB of receive buffer to begin with)
_MOST_RESTS = 5  # then it is read until nothing is left
_LEAST_SPAN_S = 0.5  # over which the rate of the packets is told


class Pace:
    """Of one connection. ``may_rest``: whether a packet may be late now."""

    def __init__(self, clock: Clock, may_rest: Callable[[], bool]) -> None:
        self._clock = clock
        self._may_rest = may_rest
        self._began_s: float | None = None
        self._packets = self._bytes = 0
        self._every_s = self._bytes_a_second = 0.0
        self._ready = self._rests = 0

    def gather(self, packets: Iterable[VideoPacket]) -> Iterator[VideoPacket]:
        """``packets``, each a little later where it may be."""
        asked_s = self._clock.monotonic()
        for packet in packets:
            came_s = self._clock.monotonic()
            self._packets += 1
            self._bytes += packet.size
            nothing_is_left = came_s - asked_s >= _WAITED_S
            if nothing_is_left:
                self._learn(came_s)
            yield packet
            if (rest_s := self._rest_s(nothing_is_left=nothing_is_left)) > 0:
                self._clock.sleep(rest_s)
            asked_s = self._clock.monotonic()

    def _learn(self, now_s: float) -> None:
        """How many packets come, from one moment at which nothing was left to another."""
        if self._began_s is None:
            self._began_s, self._packets, self._bytes = now_s, 0, 0
        elif now_s - self._began_s >= _LEAST_SPAN_S:
            span_s = now_s - self._began_s
            self._every_s, self._bytes_a_second = span_s / self._packets, self._bytes / span_s
            self._began_s, self._packets, self._bytes = now_s, 0, 0

    def _rest_s(self, *, nothing_is_left: bool) -> float:
        """How long to let packets gather now; 0 where some are ready, or none may wait."""
        self._ready -= 1
        if nothing_is_left:
            self._rests = 0
        elif self._ready > 0 or self._rests >= _MOST_RESTS:
            return 0.0
        if not self._every_s or not self._may_rest():
            return 0.0
        rest_s = min(REST_S, _MOST_BYTES / max(1.0, self._bytes_a_second))
        self._ready = round(rest_s / self._every_s)
        self._rests += 1
        return rest_s if self._ready >= 2 else 0.0
