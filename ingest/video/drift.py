"""The clock of a camera, against that of the hub.

A camera tells its time in RTCP sender reports (RFC 3550, 6.4.1): this NTP time is that RTP timestamp. FFmpeg reckons
from them the camera's time of each packet and puts it beside it (``AV_PKT_DATA_PRFT``). A packet has been on its way
since, for an unknown time; so of ten seconds the packet counts that was fastest, and what is said is late by no more
than it took. A camera that sends no reports, or whose reports count from its start (which the RFC allows), says nothing
about its clock, and neither does this.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hub.model.observation import Observation
from ingest.video.open import VideoPacket

_LIMIT_S = 2.0
_BACK_S = 1.5  # below this a clock is right again
_WINDOW = timedelta(seconds=10)
_SAY_EVERY = timedelta(seconds=60)
_SAY_CHANGE_S = 1.0
_REPEAT = timedelta(seconds=30)
_NO_CLOCK = timedelta(days=365)  # so far off is not a wrong clock but none
_PRFT = struct.Struct("=qi")  # AVProducerReferenceTime (libavutil/../packet.h): µs since 1970, flags


def camera_time(packet: VideoPacket) -> datetime | None:
    """When the camera says a packet's picture was taken; None where it does not say."""
    if not packet.has_sidedata("prft"):
        return None
    data = memoryview(packet.get_sidedata("prft"))
    if data.nbytes < _PRFT.size:
        return None
    microseconds, _ = _PRFT.unpack_from(data)
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    except OverflowError:
        return None


class Drift:
    """Of one camera; outlasts its connections.

    Says ``clock.offset`` (seconds, camera minus hub) every minute and when it changes, and ``tamper.clock_drift``: 1
    while the offset is above 2 s, else 0.
    """

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._since: datetime | None = None
        self._fastest: timedelta | None = None
        self._drifting: bool | None = None
        self._said_s: float | None = None
        self._said_at: datetime | None = None
        self._repeated_at: datetime | None = None

    def see(self, told: datetime | None, now: datetime) -> Sequence[Observation]:
        """A packet that arrives now, and what the camera told about its time."""
        if told is None or abs(told - now) > _NO_CLOCK:
            return ()
        if self._since is None or not timedelta(0) <= now - self._since <= 2 * _WINDOW:
            self._since, self._fastest = now, None  # a new connection, or the hub's clock was set
        offset = told - now
        self._fastest = offset if self._fastest is None else max(offset, self._fastest)
        if now - self._since < _WINDOW:
            return ()
        found, self._since, self._fastest = self._fastest.total_seconds(), now, None
        return self._say(round(found, 2), now)

    def _say(self, offset_s: float, now: datetime) -> Sequence[Observation]:
        said = []
        changed = self._said_s is None or abs(offset_s - self._said_s) > _SAY_CHANGE_S
        if changed or self._said_at is None or not timedelta(0) <= now - self._said_at < _SAY_EVERY:
            self._said_s, self._said_at = offset_s, now
            said.append(Observation(self._camera, "clock.offset", now, now, offset_s))
        drifting = abs(offset_s) > (_BACK_S if self._drifting else _LIMIT_S)
        due = self._repeated_at is None or not timedelta(0) <= now - self._repeated_at < _REPEAT
        if drifting is not self._drifting or (drifting and due):
            self._drifting, self._repeated_at = drifting, now
            attrs = {"offset_s": offset_s}
            said.append(Observation(self._camera, "tamper.clock_drift", now, now, float(drifting), attrs=attrs))
        return said
