"""From what moves in each picture to what is said about it: one onset, a word a second, one end.

A single picture proves nothing (a damaged one, a bird at the lens): motion begins with the second moving picture
within ``_CONFIRM``, and has ended when none has moved for ``_QUIET``. A quiet camera says 0 every ``_SAMPLE``, and
first of all when it begins to watch: so a rule that saw motion before a crash learns that it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.model.observation import Observation
from ingest.video.analyse import MotionDetector
from ingest.video.analysis import Box, Frame, Motion
from ingest.video.snapshot import Snapshots

_CONFIRM = timedelta(seconds=4)
_QUIET = timedelta(seconds=3)
_REPEAT = timedelta(seconds=1)
_SAMPLE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Word:
    """One thing to say about a camera: how much moves, and where."""

    ts: datetime
    score: float
    boxes: tuple[Box, ...] = ()
    onset: bool = False


class MotionAnalyser:
    """Writes ``frame.motion``, and says ``motion``."""

    def __init__(self, camera: str, snapshots: Snapshots) -> None:
        self._camera = camera
        self._snapshots = snapshots
        self._detector = MotionDetector()
        self._episode = Episode()
        self._moved_at: datetime | None = None
        self._seen_at: datetime | None = None

    @property
    def wants_more(self) -> bool:
        """While something moves, or has just moved and nobody knows yet whether it does."""
        if self._moved_at is None or self._seen_at is None:
            return False
        return self._episode.moving or timedelta(0) <= self._seen_at - self._moved_at <= _CONFIRM

    def see(self, frame: Frame) -> Sequence[Observation]:
        self._seen_at = frame.ts
        motion = frame.motion = self._detector.see(frame.luma, frame.ts)
        if motion is None:
            return ()
        word = self._episode.see(frame.ts, motion)
        if motion.score > 0:
            self._moved_at = frame.ts
            frame.eventful |= self._episode.moving
        if word is None:
            return ()
        attrs: dict[str, Any] = {"boxes": [list(box) for box in word.boxes]}
        if word.onset and (name := self._snapshots.save(frame.picture)) is not None:
            attrs["snapshot"] = name
        return [Observation(self._camera, "motion", word.ts, frame.received_at, word.score, attrs=attrs)]


class Episode:
    """Pure. Of one camera."""

    def __init__(self) -> None:
        self.moving = False
        self._moved_at: datetime | None = None
        self._said_at: datetime | None = None

    def see(self, ts: datetime, motion: Motion) -> Word | None:
        """What to say after one picture; usually nothing."""
        confirmed = self._moved_at is not None and timedelta(0) <= ts - self._moved_at <= _CONFIRM
        if motion.score > 0:
            self._moved_at = ts
            if self.moving:
                return self._say(Word(ts, motion.score, motion.boxes)) if self._due(ts, _REPEAT) else None
            if confirmed:
                self.moving = True
                return self._say(Word(ts, motion.score, motion.boxes, onset=True))
            return None
        if self.moving:
            if self._moved_at is not None and timedelta(0) <= ts - self._moved_at < _QUIET:
                return None
            self.moving = False
            return self._say(Word(ts, 0.0))
        return self._say(Word(ts, 0.0)) if not confirmed and self._due(ts, _SAMPLE) else None

    def _due(self, ts: datetime, every: timedelta) -> bool:
        return self._said_at is None or not timedelta(0) <= ts - self._said_at < every

    def _say(self, word: Word) -> Word:
        self._said_at = word.ts
        return word
