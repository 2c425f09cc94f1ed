"""Alerts: one occurrence of what a rule looks for.

States follow ISA-18.2/IEC 62682 in their outline: a condition is active or has returned to normal, and a person has
acknowledged it or not. ``firing`` is active and unacknowledged, ``acknowledged`` active and acknowledged, ``resolved``
returned; whether a resolved alert was ever acknowledged stays visible in ``acked_by``. A shelved alert keeps its state
and is put off until ``shelved_until``.
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
    """``fingerprint`` is what makes two occurrences the same; at most one of a fingerprint is active at a time."""

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
    """What else the rule found: the probability, what each piece of evidence contributed, what was not to be had."""


@dataclass(frozen=True, slots=True)
class Revise:
    """A decision of the rules: an alert that goes on is worse, or less bad, from ``at`` (event time) on."""

    rule: str
    fingerprint: str
    severity: Severity
    at: datetime
    reason: str = "severity_raised"
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Resolve:
    """A decision of the rules: this is over. ``resolved_at`` is event time."""

    rule: str
    fingerprint: str
    resolved_at: datetime
    reason: str = "condition_cleared"


Decision = Fire | Revise | Resolve
