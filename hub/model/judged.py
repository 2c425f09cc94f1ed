"""What people made of an alert: what a backtest holds a change of the rules against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """An alert that a person cleared is dismissed, one that was acknowledged and went its way is confirmed. Where
    nobody did anything nobody has judged."""

    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, slots=True)
class Judged:
    """An alert that was raised. ``note``: what was said when it was cleared; ``by``: who judged; ``detail``: what the
    rule found beside the evidence, as in ``Fire``."""

    id: int
    rule: str
    fingerprint: str
    area: str
    summary: str
    started_at: datetime
    ended_at: datetime | None
    verdict: Verdict
    by: str = ""
    note: str = ""
    detail: Mapping[str, Any] | None = None
