"""Alerts: one occurrence of what a rule looks for.

``state`` is the contract's: ``firing`` is active and unacknowledged, ``acknowledged`` active and acknowledged,
``resolved`` returned to normal. ``stage`` says all of it, after ISA-18.2/IEC 62682: whether one that has returned waits
to be acknowledged or reset, and what keeps one from being shown. How one becomes another is in ``hub.model.alarm``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


class AlertState(StrEnum):
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Stage(StrEnum):
    """Where an alarm stands; the letters are those of the state diagram of ISA-18.2. All but ``NORMAL`` are open."""

    NORMAL = "normal"                              # A: over, and nobody is asked for anything
    UNACKNOWLEDGED = "unacknowledged"              # B
    ACKNOWLEDGED = "acknowledged"                  # C
    RETURNED = "returned"                          # D: returned to normal, and nobody has acknowledged it yet
    LATCHED = "latched"                            # E: returned, to be acknowledged and reset
    LATCHED_ACKNOWLEDGED = "latched_acknowledged"  # F: returned and acknowledged, to be reset
    SHELVED = "shelved"                            # G: put off by an operator until a time
    SUPPRESSED = "suppressed"                      # H: by design, as its cause is known
    OUT_OF_SERVICE = "out_of_service"              # I: for maintenance


class Damping(StrEnum):
    """Why an alert does not call for an operator though it is shown."""

    CHATTERING = "chattering"  # it came again too often in too short a time
    FLEETING = "fleeting"      # it was over before anybody could have acted


class AlertChange(StrEnum):
    """What happened to an alert: the named reason of each row in its log."""

    FIRED = "fired"
    UPDATED = "updated"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    COMMENTED = "commented"
    CLEARED = "cleared"      # by a person
    RESOLVED = "resolved"    # by the rule
    RAISED = "raised"        # in severity
    LOWERED = "lowered"
    RESET = "reset"
    RE_ALARMED = "re_alarmed"
    SUPERSEDED = "superseded"
    SUPPRESSED = "suppressed"
    SURFACED = "surfaced"
    TAKEN_OUT = "taken_out"  # of service
    PUT_BACK = "put_back"
    ASSIGNED = "assigned"    # to somebody, or to nobody any more


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation that spoke for an alert."""

    source: str
    metric: str
    ts: datetime
    value: float | None = None
    text: str | None = None
    attrs: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """``fingerprint`` is what makes two occurrences the same; at most one of a fingerprint is active at a time.

    ``latch``: it stays until it is reset. ``suppressed_by`` and ``out_of_service`` (the number of an outage) of one
    that is over tell what it was hidden by. ``re_alarm_s``: for how long an acknowledgement holds; None: for good.
    ``announced_at``: when it first called for an operator; None: it never did. ``repeats``: how often it had come
    before, each time before the last one was acknowledged. ``detail``: as in ``Fire``. ``assigned_to``: who works
    on it.
    """

    id: int
    rule: str
    fingerprint: str
    severity: Severity
    state: AlertState
    area: str
    sources: tuple[str, ...]
    summary: str
    started_at: datetime
    detected_at: datetime
    resolved_at: datetime | None = None
    acked_at: datetime | None = None
    acked_by: str | None = None
    shelved_until: datetime | None = None
    incident: int | None = None
    evidence: tuple[Evidence, ...] = field(default=())
    stage: Stage = Stage.UNACKNOWLEDGED
    latch: bool = False
    damped: Damping | None = None
    suppressed_by: str | None = None
    out_of_service: int | None = None
    re_alarm_s: float | None = None
    re_alarm_at: datetime | None = None
    announced_at: datetime | None = None
    repeats: int = 0
    superseded_by: int | None = None
    detail: Mapping[str, Any] | None = None
    assigned_to: str | None = None
    assigned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fire:
    """A decision of the rules: this began. ``started_at`` is event time."""

    rule: str
    fingerprint: str
    severity: Severity
    area: str
    sources: tuple[str, ...]
    summary: str
    started_at: datetime
    evidence: tuple[Evidence, ...]
    reason: str = "condition_met"
    detail: Mapping[str, Any] | None = None
    """What else the rule found: the probability, what each piece of evidence contributed, what was not to be had. Two
    keys say how the alarm behaves: ``latch`` (true: it stays until it is reset) and ``re_alarm_s`` (seconds for which
    an acknowledgement holds)."""


@dataclass(frozen=True, slots=True)
class Revise:
    """A decision of the rules: an alert that goes on is worse, or less bad, from ``at`` (event time) on.

    ``started_at``: not of an alert that began later; a decision that is told again finds the next one on.
    """

    rule: str
    fingerprint: str
    severity: Severity
    at: datetime
    reason: str = "severity_raised"
    detail: Mapping[str, Any] | None = None
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resolve:
    """A decision of the rules: this is over. ``resolved_at`` is event time; ``started_at`` as in ``Revise``."""

    rule: str
    fingerprint: str
    resolved_at: datetime
    reason: str = "condition_cleared"
    started_at: datetime | None = None


Decision = Fire | Revise | Resolve
