"""From what each look says to what lasts: conditions that begin and end. Pure.

One look proves nothing: somebody walks by, a lorry passes, a picture is damaged. What is wrong must be wrong for
``_BEGIN`` without a break, and right again for ``_END``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.video.tamper_place import Verdict

_BEGIN = timedelta(seconds=4)
_BEGIN_LOOKS = 3
_END = timedelta(seconds=3)
_END_LOOKS = 2
_GAP = timedelta(seconds=15)  # after a longer pause nobody knows what was in between: the wait begins again
_DOUBT = timedelta(seconds=30)  # what is not settled by then is looked at with keyframes alone, like everything else


@dataclass(slots=True)
class _Run:
    """Looks that agree, one after the other."""

    since: datetime
    looks: int = 0

    def lasts(self, ts: datetime, at_least: timedelta, looks: int) -> bool:
        self.looks += 1
        return ts - self.since >= at_least and self.looks >= looks


class Spell:
    """The one condition of a picture, from look to look. ``lasting``: what is wrong; FINE where nothing is."""

    def __init__(self) -> None:
        self.lasting = Verdict.FINE
        self.since: datetime | None = None
        """When ``lasting`` was first seen; None while it is FINE."""
        self.settled = False
        """Whether it is known by now how the camera is."""
        self._other: _Run | None = None
        self._seen: Counter[Verdict] = Counter()
        self._seen_at: datetime | None = None
        self._doubt_since: datetime | None = None

    @property
    def doubtful(self) -> bool:
        """Whether the next looks will decide something."""
        if self._doubt_since is None or self._seen_at is None:
            return False
        return self._seen_at - self._doubt_since <= _DOUBT

    def see(self, verdict: Verdict, ts: datetime) -> bool:
        """Whether ``lasting`` has changed, or is known for the first time, with this look."""
        if self._seen_at is not None and not timedelta(0) <= ts - self._seen_at <= _GAP:
            self._drop()
        self._seen_at = ts
        if verdict is self.lasting and self.settled:
            self._drop()
            self._doubt_since = None
            return False
        if self._doubt_since is None:
            self._doubt_since = ts
        if self._other is None or (verdict is Verdict.FINE) != (Verdict.FINE in self._seen):
            self._drop()
            self._other = _Run(ts)
        self._seen[verdict] += 1
        fine = verdict is Verdict.FINE
        if not self._other.lasts(ts, _END if fine else _BEGIN, _END_LOOKS if fine else _BEGIN_LOOKS):
            return False
        # Of several things that were wrong in turn, the one that was seen most.
        self.lasting = self._seen.most_common(1)[0][0]
        self.since = None if fine else self._other.since
        self.settled = True
        self._drop()
        self._doubt_since = None
        return True

    def _drop(self) -> None:
        self._other = None
        self._seen.clear()
