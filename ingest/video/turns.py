"""Which of the pictures that were decoded are analysed: five a second, and every keyframe.

Some things are told by keyframes alone (a frozen picture). Where every second picture is left out, one just before
each keyframe would else leave all of them out: of a camera where something moves all the time, none would be seen.
"""

from __future__ import annotations

from datetime import datetime, timedelta

_BETWEEN = timedelta(seconds=0.19)
_BETWEEN_KEYFRAMES = timedelta(seconds=0.9)  # of a stream that is all keyframes, not every one
_SET_BACK = timedelta(seconds=5)


class Turns:
    """Of one connection."""

    def __init__(self) -> None:
        self._taken_at: datetime | None = None
        self._keyframe_at: datetime | None = None

    def take(self, ts: datetime, *, keyframe: bool) -> bool:
        """Whether the picture of ``ts`` is analysed; if so, it counts as analysed.

        A little earlier than the last one is a catching up that was seen already; much earlier, the clock was set back.
        """
        may_hurry = keyframe and self._taken_at is not None and ts > self._taken_at and not self._is_soon(ts)
        if self._taken_at is not None and -_SET_BACK < ts - self._taken_at < _BETWEEN and not may_hurry:
            return False
        self._taken_at = ts
        if keyframe:
            self._keyframe_at = ts
        return True

    def _is_soon(self, ts: datetime) -> bool:
        return self._keyframe_at is not None and timedelta(0) <= ts - self._keyframe_at < _BETWEEN_KEYFRAMES
