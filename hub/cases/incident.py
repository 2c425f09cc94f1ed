"""Which incident an alert belongs to. Pure: values in, a decision with a named reason out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.model.alert import Alert, Severity
from hub.model.incident import Incident

OPENS_AT = Severity.MAJOR
"""The least severity that opens an incident; a lesser alert only joins one."""


class Reason(StrEnum):
    JOINED_SAME_AREA = "joined_same_area"
    OPENED_BY_SEVERITY = "opened_by_severity"
    TOO_SLIGHT = "too_slight"


@dataclass(frozen=True, slots=True)
class Join:
    incident: Incident
    severity: Severity
    reason: Reason = Reason.JOINED_SAME_AREA


@dataclass(frozen=True, slots=True)
class Open:
    reason: Reason = Reason.OPENED_BY_SEVERITY


@dataclass(frozen=True, slots=True)
class Leave:
    reason: Reason = Reason.TOO_SLIGHT


def place(alert: Alert, open_here: Sequence[Incident]) -> Join | Open | Leave:
    """``open_here``: the open incidents of the alert's area, oldest first.

    An alert joins the newest of them, which takes over a worse severity; else it opens one if it is severe enough.
    """
    if open_here:
        newest = open_here[-1]
        return Join(newest, min(newest.severity, alert.severity, key=lambda severity: severity.rank))
    return Open() if alert.severity.rank <= OPENS_AT.rank else Leave()
