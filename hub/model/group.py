"""What alerts are grouped by: exact counts of those that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.model.alert import Severity


@dataclass(frozen=True, slots=True)
class Counted:
    """Open alerts of one rule, area, cause and severity. ``cause``: what mutes them; None where they are shown.

    ``unacknowledged``: those that ask for somebody now; ``active``: those whose condition holds still.
    """

    rule: str
    area: str
    cause: str | None
    severity: Severity
    alerts: int
    unacknowledged: int
    active: int
    first_at: datetime
    last_at: datetime
