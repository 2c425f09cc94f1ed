"""Incidents: alerts that are about one thing in one place, as people work on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.model.alert import Severity


class IncidentState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Incident:
    id: int
    area: str
    title: str
    severity: Severity
    state: IncidentState
    opened_at: datetime
    closed_at: datetime | None = None
