"""Outages: what was taken out of service for maintenance, by whom, why, and until when (ISA-18.2: out of service)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """At least one of ``rule``, ``source`` and ``area`` is set, and an alert is out of service where all that are set
    are its own: its rule, its area or one above, and all of its sources (what others still speak for goes on).

    ``ended_at`` is None while it lasts; ``ended_by`` is None where it ended by itself. ``hides``: how many alerts that
    are open are hidden by it now.
    """

    id: int
    rule: str | None
    source: str | None
    area: str | None
    owner: str
    reason: str
    began_at: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    hides: int = 0
