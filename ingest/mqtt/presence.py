"""Whether each device is watching: heard, silent or offline, and what of it the store does not know yet.

Silence is measured on the monotonic clock, so that setting the host's clock silences nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.model.source import Health, SourceState
from hub.model.times import format_duration

SILENT_AFTER_S = 60.0
REFRESH_S = 60.0
"""``seen_at`` of a device that goes on watching is written this often."""


@dataclass(slots=True)
class _Device:
    known_since_s: float
    was_heard: bool
    heard_at: datetime | None = None
    heard_s: float = 0.0
    offline_at: datetime | None = None
    online: bool | None = None
    complaint: str = ""
    reported: tuple[SourceState, str] | None = None
    reported_s: float = 0.0


class Presence:
    """Safe to share between the thread that hears and the one that reports. Instants in s are monotonic."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}
        self._lock = threading.Lock()

    def know(self, devices: Collection[str], heard_before: Collection[str], now_s: float) -> None:
        """These are the devices; ``heard_before`` are those of them that the store has ever heard of."""
        with self._lock:
            for gone in self._devices.keys() - set(devices):
                del self._devices[gone]
            for device in devices:
                if device not in self._devices:
                    self._devices[device] = _Device(now_s, device in heard_before)

    def heard(self, device: str, at: datetime, now_s: float) -> None:
        """It said something that was accepted."""
        with self._lock:
            known = self._devices.get(device)
            if known is not None:
                known.heard_at, known.heard_s, known.was_heard = at, now_s, True
                known.offline_at, known.complaint = None, ""

    def status(self, device: str, online: bool, at: datetime, now_s: float, *, retained: bool) -> bool:
        """It, or its last will, said whether it is there; answers whether that is news.

        A retained ``online`` may be old: it does not count as a sign of life.
        """
        with self._lock:
            known = self._devices.get(device)
            if known is None:
                return False
            news = known.online is not online or not retained
            known.online = online
            if not online:
                known.offline_at = known.offline_at or at
            elif not retained:
                known.heard_at, known.heard_s, known.was_heard, known.offline_at = at, now_s, True, None
            return news

    def complain(self, device: str, cause: str) -> None:
        """It said something that was refused: that is no sign of a device that watches, but tells why it is silent."""
        with self._lock:
            known = self._devices.get(device)
            if known is not None and not known.complaint:  # the first: a reason that keeps changing floods the journal
                known.complaint = cause

    def due(self, now: datetime, now_s: float, *, deaf: bool = False) -> list[Health]:
        """What the store must be told. ``deaf``: the hub itself hears nothing now, as the broker is away."""
        due = []
        with self._lock:
            for device, known in self._devices.items():
                health = _judge(device, known, now, now_s, deaf)
                if health is None:
                    continue
                changed = known.reported != (health.state, health.reason)
                if changed or (health.state.watching and now_s - known.reported_s >= REFRESH_S):
                    due.append(health)
        return due

    def reported(self, reports: Iterable[Health], now_s: float) -> None:
        """The store knows these now."""
        with self._lock:
            for health in reports:
                known = self._devices.get(health.source)
                if known is not None:
                    known.reported, known.reported_s = (health.state, health.reason), now_s

    def forget_reported(self) -> None:
        """The store was away, and others may have written what they thought of our devices: tell it everything."""
        with self._lock:
            for known in self._devices.values():
                known.reported = None


def _judge(device: str, known: _Device, now: datetime, now_s: float, deaf: bool) -> Health | None:
    """None while there is nothing to say: it was never heard of, or the time to be heard is not over."""
    if known.offline_at is not None:
        reason = "the device, or its last will, said that it is offline"
        return Health(device, SourceState.OFFLINE, reason, known.offline_at, known.heard_at)
    quiet_s = now_s - (known.known_since_s if known.heard_at is None else known.heard_s)
    if known.heard_at is not None and quiet_s < SILENT_AFTER_S:
        return Health(device, SourceState.WATCHING, "", known.heard_at, known.heard_at)
    if quiet_s < SILENT_AFTER_S or not (known.was_heard or known.complaint):
        return None
    if known.complaint:
        reason = f"what it sends is refused: {known.complaint}"
    elif known.reported is not None and known.reported[0] is SourceState.SILENT:
        reason = known.reported[1]  # why it fell silent, not how the broker is since
    elif deaf:
        reason = "the hub has no connection to the broker"
    else:
        reason = f"nothing heard for more than {format_duration(timedelta(seconds=SILENT_AFTER_S))}"
    # Without a time of our own the silence begins where the store's last word of it ends, which is before now.
    return Health(device, SourceState.SILENT, reason, known.heard_at or now, known.heard_at)
