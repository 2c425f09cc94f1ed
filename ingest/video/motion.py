"""From what moves in each picture to what is said about it: one onset, a word a second, one end.

A single picture proves nothing (a damaged one, a flake before the lens): motion begins when one of the next three
pictures shows the thing again where it can have got to, and has ended when nothing has moved for ``_QUIET``. A quiet
camera says 0 every ``_SAMPLE``, and first of all when it begins to watch: so a rule that saw motion before a crash
learns that it is over.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.config.settings import ZoneSettings
from hub.model.observation import Observation
from ingest.video.analyse import MotionDetector
from ingest.video.analysis import Box, Frame, Motion
from ingest.video.snapshot import Snapshots
from ingest.video.zones import Shape, Zones

_CONFIRM = timedelta(seconds=4)
_CONFIRM_PICTURES = 3
_SPEED = 0.5  # of the picture in a second, beyond one and a half times its own size: what a thing moves
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
    """Writes ``frame.motion``. Says ``motion`` of the whole picture, and ``zone.{name}`` of each zone."""

    def __init__(self, camera: str, zones: Zones, new_snapshots: Callable[[], Snapshots]) -> None:
        self._camera = camera
        # One for each metric: what flaps in one place costs no picture of another.
        self._snapshots = {metric: new_snapshots() for metric in ("motion", *map(_metric, zones.named))}
        self._zones = zones
        self._detector = MotionDetector()
        self._episode = Episode()
        self._in_zones = {zone.name: Episode() for zone in zones.named}
        self._snapshot: str | None = None

    @property
    def wants_more(self) -> bool:
        """While the place is not known, or it is not sure whether something begins to move.

        While it plainly goes on, keyframes show that as well; ``Frame.fading`` says when it may have ended.
        """
        doubts = (episode.in_doubt for episode in (self._episode, *self._in_zones.values()))
        return self._detector.learning or any(doubts)

    def see(self, frame: Frame) -> Sequence[Observation]:
        motion = self._detector.see(frame.luma, frame.ts, self._zones.looked_at(frame.shape))
        frame.motion = motion
        if motion is None:
            return ()
        self._snapshot = None
        said = []
        if (word := self._episode.see(frame.ts, motion)) is not None:
            names = [zone.name for zone in self._zones.named if self._zones.moving(zone, motion.where) > 0]
            said.append(self._observation(frame, "motion", word, {"zones": names} if names else {}))
        for zone in self._zones.named:
            word = self._in_zones[zone.name].see(frame.ts, self._within(zone, motion, frame.shape))
            if word is not None:
                said.append(self._observation(frame, _metric(zone), word, {}))
        frame.eventful |= motion.score > 0 and self._episode.moving
        frame.fading = any(episode.fading for episode in (self._episode, *self._in_zones.values()))
        return said

    def _within(self, zone: ZoneSettings, motion: Motion, shape: Shape) -> Motion:
        score = self._zones.moving(zone, motion.where)
        boxes = self._zones.touched_by(zone, motion.boxes, shape) if score > 0 else ()
        return Motion(score, boxes, motion.in_new_light)

    def _observation(self, frame: Frame, metric: str, word: Word, more: dict[str, Any]) -> Observation:
        attrs: dict[str, Any] = {"boxes": [list(box) for box in word.boxes], **more}
        if word.onset:
            # One file serves all that begins with this picture.
            self._snapshot = self._snapshot or self._snapshots[metric].save(frame.picture)
            if self._snapshot is not None:
                attrs["snapshot"] = self._snapshot
        return Observation(self._camera, metric, word.ts, frame.received_at, word.score, attrs=attrs)


def _metric(zone: ZoneSettings) -> str:
    return f"zone.{zone.name}"


class Episode:
    """Pure. Of one camera, or of one zone of it."""

    def __init__(self) -> None:
        self.moving = False
        self._suspects: deque[tuple[int, datetime, Motion]] = deque()
        self._pictures = 0
        self._moves = False
        self._moved_at: datetime | None = None
        self._said_at: datetime | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether the next pictures will tell if something that has just moved is a thing."""
        return bool(self._suspects)

    @property
    def fading(self) -> bool:
        """Whether the last picture did not show what moves: it may have ended."""
        return self.moving and not self._moves

    def see(self, ts: datetime, motion: Motion) -> Word | None:
        """What to say after one picture; usually nothing."""
        self._pictures += 1
        self._moves = motion.score > 0
        while self._suspects and not self._is_recent(*self._suspects[0][:2], ts):
            self._suspects.popleft()
        if motion.score > 0:
            if self.moving:
                self._moved_at = ts
                return self._say(Word(ts, motion.score, motion.boxes)) if self._due(ts, _REPEAT) else None
            if any(_same_thing(before, motion, (ts - at).total_seconds()) for _, at, before in self._suspects):
                self.moving, self._moved_at = True, ts
                self._suspects.clear()
                return self._say(Word(ts, motion.score, motion.boxes, onset=True))
            self._suspects.append((self._pictures, ts, motion))
            return None
        if self.moving:
            if self._moved_at is not None and timedelta(0) <= ts - self._moved_at < _QUIET:
                return None
            self.moving = False
            return self._say(Word(ts, 0.0))
        return self._say(Word(ts, 0.0)) if not self._suspects and self._due(ts, _SAMPLE) else None

    def _is_recent(self, picture: int, at: datetime, ts: datetime) -> bool:
        return self._pictures - picture <= _CONFIRM_PICTURES and timedelta(0) <= ts - at <= _CONFIRM

    def _due(self, ts: datetime, every: timedelta) -> bool:
        return self._said_at is None or not timedelta(0) <= ts - self._said_at < every

    def _say(self, word: Word) -> Word:
        self._said_at = word.ts
        return word


def _same_thing(before: Motion, now: Motion, apart_s: float) -> bool:
    """Whether one of the things that moved may be the same as one of those that moved ``apart_s`` earlier."""
    if before.in_new_light or now.in_new_light:
        return False
    return any(_distance(a, b) <= 1.5 * max(*a[2:], *b[2:]) + _SPEED * apart_s for a in before.boxes for b in now.boxes)


def _distance(a: Box, b: Box) -> float:
    return math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2)
