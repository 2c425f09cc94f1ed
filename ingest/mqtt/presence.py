"""How each device is: heard, silent or offline, what it says of itself, and what of it the store does not know yet.

Silence is measured on the monotonic clock, so that setting the host's clock silences nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.config.device_types import TypeSettings
from hub.model.observation import Observation
from hub.model.source import Health, SourceState
from hub.model.times import format_duration, rfc3339
from ingest.mqtt.checks import Checks, Findings, Held
from ingest.mqtt.vitals import Problem, Vitals

REFRESH_S = 60.0
"""What is known of a device that goes on watching is written this often."""
SILENT_METRIC = "device.silent"
"""1 from when a device fell silent or went offline, 0 from when it is heard again."""
_VALUES_FOR = timedelta(hours=1)
_GONE = frozenset({SourceState.SILENT, SourceState.OFFLINE})
_NO_TYPE = TypeSettings()
_NOT_HEARD_OF = "not heard of yet"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a device beforehand. ``period_s`` is its own, 0 where it has none."""

    type: TypeSettings = _NO_TYPE
    period_s: float = 0.0

    @property
    def declared_s(self) -> float:
        """How often it should report; 0 where nobody says."""
        of_type = self.type.period
        return self.period_s or (of_type.total_seconds() if of_type is not None else 0.0)


@dataclass(frozen=True, slots=True)
class Past:
    """What the store has of a device when this process begins."""

    state: SourceState = SourceState.UNKNOWN
    was_heard: bool = True
    detail: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    since: datetime | None = None
    lost: bool = False
    """The store has it that nobody looks after the device. The rest is as it was before."""

    @property
    def held(self) -> dict[str, Held]:
        """Values that stayed the same, by metric."""
        held = self.detail.get("held") or {}
        return {metric: (float(value), datetime.fromisoformat(since)) for metric, (value, since) in held.items()}


    @property
    def findings(self) -> Findings:
        """What was wrong with its values, and how its battery was."""
        at, battery = self.detail.get("flagged_at"), self.detail.get("battery")
        flagged_at = None if at is None else datetime.fromisoformat(at)
        return Findings(dict(self.detail.get("flags") or {}), flagged_at, battery)


@dataclass(slots=True)
class _Device:
    known_since_s: float
    was_heard: bool
    vitals: Vitals
    past: Past = field(default_factory=Past)
    said_silent: bool = False
    listened_since: datetime | None = None
    heard_at: datetime | None = None
    heard_s: float = 0.0
    offline_at: datetime | None = None
    online: bool | None = None
    complaint: str = ""
    reported: tuple[SourceState, str] | None = None
    reported_s: float = 0.0


class Presence:
    """Safe to share between the thread that hears and the one that reports. Instants in s are monotonic.

    ``checks`` is for the thread that hears.
    """

    def __init__(self) -> None:
        self.checks = Checks()
        self._devices: dict[str, _Device] = {}
        self._profiles: Mapping[str, Profile] = {}
        self._turned: list[Observation] = []
        self._deaf_until_s = float("-inf")
        self._lock = threading.Lock()

    def know(
        self,
        devices: Collection[str],
        heard_before: Collection[str],
        now_s: float,
        profiles: Mapping[str, Profile] | None = None,
        pasts: Mapping[str, Past] | None = None,
    ) -> None:
        """These are the devices; ``heard_before`` are those of them that the store has ever heard of."""
        profiles, pasts = profiles or {}, pasts or {}
        new = [device for device in devices if device not in self._devices]
        held = {device: past.held for device in new if (past := pasts.get(device)) is not None}
        found = {device: past.findings for device in new if (past := pasts.get(device)) is not None}
        self.checks.know({device: profiles.get(device, Profile()).type for device in devices}, held, found)
        with self._lock:
            self._profiles = profiles
            for gone in self._devices.keys() - set(devices):
                del self._devices[gone]
            for device in devices:
                declared_s = profiles.get(device, Profile()).declared_s
                known = self._devices.get(device)
                if known is None:
                    past = pasts.get(device, Past())
                    vitals = Vitals.of(declared_s, past.detail)
                    self._devices[device] = _Device(
                        now_s, device in heard_before, vitals, past, past.state in _GONE
                    )
                else:
                    known.vitals.declared_s = declared_s

    def heard(self, device: str, at: datetime, now_s: float, said: Sequence[Observation] = ()) -> None:
        """It said something that was accepted."""
        with self._lock:
            known = self._devices.get(device)
            if known is not None:
                known.heard_at, known.heard_s, known.was_heard = at, now_s, True
                known.offline_at, known.complaint = None, ""
                if said:
                    known.vitals.heard(said)

    def alive(self, device: str, at: datetime, now_s: float) -> None:
        """It said something that is no observation, as the answer to a command is."""
        with self._lock:
            known = self._devices.get(device)
            if known is not None:
                known.heard_at, known.heard_s, known.was_heard, known.offline_at = at, now_s, True, None

    def heard_then(self, device: str, at: datetime, now: datetime, now_s: float) -> None:
        """What it said at ``at`` was accepted only now. That is news of a device that was not heard of since."""
        with self._lock:
            known = self._devices.get(device)
            if known is None or (known.was_heard and (known.heard_at is None or known.heard_at >= at)):
                return
            known.heard_at, known.was_heard, known.complaint = at, True, ""
            known.heard_s = now_s - max(0.0, (now - at).total_seconds())

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
            if deaf:
                self._deaf_until_s = now_s
            for device, known in self._devices.items():
                if known.listened_since is None and not deaf:
                    known.listened_since = now
                judged = _judge(known, now, now_s, deaf)
                if judged is None:
                    continue
                state, reason, since = judged
                self._notice_turn(device, known, state, now, now_s)
                changed = known.reported != (state, reason)
                if changed or (state.watching and now_s - known.reported_s >= REFRESH_S):
                    due.append(Health(device, state, reason, since, known.heard_at, self._detail(device, known, now)))
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

    def turned(self) -> list[Observation]:
        """Devices that fell silent, and those that are heard again, as ``due`` found them; each of them once."""
        with self._lock:
            turned, self._turned = self._turned, []
        return turned

    def turned_again(self, turned: Sequence[Observation]) -> None:
        """There was no room for these: answer them once more."""
        with self._lock:
            self._turned = [*turned, *self._turned]

    def _notice_turn(self, device: str, known: _Device, state: SourceState, now: datetime, now_s: float) -> None:
        """A silence that may be the hub's own, as it had no broker, is not the device's."""
        if state is SourceState.SILENT:
            quiet_s = now_s - max(known.heard_s if known.heard_at else known.known_since_s, self._deaf_until_s)
            if quiet_s < known.vitals.silent_after_s:
                return
        is_gone = state in _GONE
        if is_gone is not known.said_silent:
            known.said_silent = is_gone
            at = now if is_gone or known.heard_at is None else known.heard_at
            self._turned.append(Observation(device, SILENT_METRIC, at, at, 1.0 if is_gone else 0.0))

    def _detail(self, device: str, known: _Device, now: datetime) -> dict[str, Any]:
        detail, problems = known.vitals.detail(), known.vitals.problems()
        findings = self.checks.findings(device)
        if findings is not None:
            if findings.battery is not None:
                detail["battery"] = findings.battery
                if findings.battery < self._profiles.get(device, Profile()).type.battery.low:
                    problems.append(Problem.BATTERY)
            if findings.flags and findings.flagged_at is not None:
                detail |= {"flags": dict(findings.flags), "flagged_at": rfc3339(findings.flagged_at)}
                if now - findings.flagged_at < _VALUES_FOR:
                    problems.append(Problem.VALUES)
            held = self.checks.held(device)
            if held:
                detail["held"] = {metric: [value, rfc3339(since)] for metric, (value, since) in held.items()}
        if problems:
            detail["problems"] = [str(problem) for problem in problems]
        return detail


def _judge(known: _Device, now: datetime, now_s: float, deaf: bool) -> tuple[SourceState, str, datetime] | None:
    """State, reason, since when. None while there is nothing to say: it was never heard of, or may yet be."""
    if known.offline_at is not None:
        return SourceState.OFFLINE, "the device, or its last will, said that it is offline", known.offline_at
    quiet_s = now_s - (known.known_since_s if known.heard_at is None else known.heard_s)
    limit_s = known.vitals.silent_after_s
    if quiet_s < limit_s:
        if known.heard_at is not None:
            return SourceState.WATCHING, "", known.heard_at
        return None if deaf else _as_before(known, now)
    if known.complaint:
        reason = f"what it sends is refused: {known.complaint}"
    elif known.heard_at is None and (known.past.state in _GONE or not known.was_heard):
        return _as_before(known, now)
    elif known.reported is not None and known.reported[0] is SourceState.SILENT:
        reason = known.reported[1]  # why it fell silent, not how the broker is since
    elif deaf:
        reason = "the hub has no connection to the broker"
    else:
        reason = f"nothing heard for more than {format_duration(timedelta(seconds=round(limit_s)))}"
    # Without a word of its own it was silent for as long as we listened; before, nobody did, and the store says so.
    return SourceState.SILENT, reason, known.heard_at or known.listened_since or now


def _as_before(known: _Device, now: datetime) -> tuple[SourceState, str, datetime] | None:
    """What the store knew of a device that was not heard since this process began; None where that was nothing.

    Who watched is taken to watch, until it has had its time to speak, but only since somebody listens again.
    """
    past, since = known.past, known.listened_since or now
    if past.state.watching:
        return SourceState.WATCHING, "", since
    if past.state in _GONE:
        return past.state, past.reason, past.since or since
    return (SourceState.UNKNOWN, _NOT_HEARD_OF, since) if past.lost else None
