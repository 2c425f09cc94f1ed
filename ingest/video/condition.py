"""Something that begins, lasts and ends, from picture to picture: when to say so. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

_REPEAT = timedelta(seconds=30)


class Condition:
    """It is said at each change; again every 30 s while it lasts; and 0 at the first picture.

    That first 0 is for a rule that saw it begin before a crash: so it learns that it is over.
    """

    def __init__(self) -> None:
        self.lasts = False
        self.since: datetime | None = None
        """When it began; None while it does not last."""
        self._said_at: datetime | None = None

    def see(self, ts: datetime, *, holds: bool) -> float | None:
        """What to say after one picture: 1 while it lasts, 0 when it has ended; usually nothing."""
        changed = holds != self.lasts
        if changed:
            self.lasts, self.since = holds, ts if holds else None
        due = self._said_at is None or (holds and not timedelta(0) <= ts - self._said_at < _REPEAT)
        if not changed and not due:
            return None
        self._said_at = ts
        return 1.0 if holds else 0.0
