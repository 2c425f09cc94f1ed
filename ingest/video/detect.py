"""What moves, by name: the detector on what moves, the tracker on what it finds, and what is said of it.

The detector is never given a picture in which nothing happens. ``attention.py`` says what is worth a look,
``regions.py`` what is cut out for it. What its budgets refuse is looked at in the next picture; the tracker bears it.

A camera whose model is missing or cannot be run goes on without: what moves is then followed without a name, where
lines or zones need tracks. The model is taken up as soon as it is there.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hub.config.settings import DetectSettings
from hub.model.observation import Observation
from hub.tally import Tally
from ingest.video.analysis import Box, Frame, Track
from ingest.video.attention import Attention
from ingest.video.detector import Detector
from ingest.video.models import networks
from ingest.video.snapshot import Snapshots
from ingest.video.track import MOVING, Tracker
from ingest.video.yolo import Detection

_log = logging.getLogger(__name__)

_REPEAT = timedelta(seconds=1)
_REPEAT_STILL = timedelta(seconds=30)
_RECENT_S = 1.0
_MAX_TOLD = 50  # tracks in one observation
_NO_METRIC = re.compile(r"[^\w-]+")
_CONFIRM_MOVING = 3  # pictures; motion alone proves less than a detection


class ObjectAnalyser:
    """Writes ``frame.tracks``, and says ``object.{class}``: how many of a class are in view.

    ``detector``: None where only motion is followed. ``always``: follow motion while the detector cannot look.
    """

    def __init__(self, camera: str, detector: Detector | None, snapshots: Snapshots, *, always: bool = False) -> None:
        self._camera = camera
        self._detector = detector
        self._snapshots = snapshots
        self._always = always
        self._roll = Roll(detector.classes if detector is not None else ())
        self._begin(named=False)

    def _begin(self, *, named: bool) -> None:
        self._named = named
        least = self._detector.confidence if named and self._detector is not None else 0.5
        self._tracker = Tracker(least, confirm=1 if named else _CONFIRM_MOVING)
        self._attention = Attention()

    @property
    def wants_more(self) -> bool:
        return self._attention.curious if self._named else self._tracker.restless

    def detail(self) -> Mapping[str, str]:
        """What an operator is told beside the health of the camera."""
        if self._detector is None:
            return {}
        return {"detector": f"{self._detector.model}: {self._detector.trouble or 'ready'}"}

    def see(self, frame: Frame) -> Sequence[Observation]:
        moving = frame.motion.boxes if frame.motion is not None else ()
        named = self._detector is not None and self._detector.ready()
        if named != self._named:
            self._begin(named=named)
        if self._tracker.advance(frame.ts):
            if named and self._detector is not None:
                self._look(frame, moving, self._detector)
            elif self._always:
                self._tracker.update([Detection(MOVING, 1.0, box) for box in moving], moving)
        frame.tracks = self._tracker.tracks()
        now_s = self._tracker.now_s
        moves = {track.id for track in self._tracker.followed.values() if now_s - track.moved_s <= _RECENT_S}
        frame.eventful |= any(track.id in moves and track.label != MOVING for track in frame.tracks)
        return [self._observation(frame, word) for word in self._roll.call(frame.ts, frame.tracks, moves)]

    def _look(self, frame: Frame, moving: Sequence[Box], detector: Detector) -> None:
        tracker, attention = self._tracker, self._attention
        due = attention.due(tracker.now_s, moving, tracker.stirred())
        found, where = detector.look(frame.picture, due, tracker.now_s) if due else ([], [])
        attention.looked(tracker.now_s, where, moving, found)
        lookups = attention.looked_for(where, tracker.followed)
        tracker.update(found, moving, lookups)
        for key in lookups:
            if key in tracker.followed:
                attention.note(tracker.now_s, tracker.followed[key])

    def _observation(self, frame: Frame, word: Word) -> Observation:
        tracks = [{"id": track.id, "box": _rounded(track.box), "score": track.score} for track in word.tracks]
        attrs: dict[str, Any] = {"tracks": tracks[:_MAX_TOLD]}
        if word.first and (name := self._snapshots.save(frame.picture)) is not None:
            attrs["snapshot"] = name
        metric = f"object.{_NO_METRIC.sub('_', word.label)}"
        return Observation(self._camera, metric, frame.ts, frame.received_at, float(len(word.tracks)), attrs=attrs)


@dataclass(frozen=True, slots=True)
class Word:
    label: str
    tracks: tuple[Track, ...]
    first: bool
    """Whether there was none of them before."""


class Roll:
    """What to say of how many are there. Pure; of one camera.

    A count is said when it changes; while there is any, every second as long as one of them moves and every 30 s while
    none does. Of ``classes`` it is said at the beginning that there are none: a rule may remember some from before.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self._said: dict[str, tuple[int, datetime | None]] = dict.fromkeys(classes, (-1, None))

    def call(self, ts: datetime, tracks: Sequence[Track], moves: Collection[int]) -> list[Word]:
        """After one picture. ``moves``: the ids of those that move."""
        there = Counter(track.label for track in tracks if track.label != MOVING)
        words = []
        for label in sorted({*self._said, *there}):
            count = there[label]
            before, said_at = self._said.get(label, (0, None))
            of_it = tuple(track for track in tracks if track.label == label)
            every = _REPEAT if any(track.id in moves for track in of_it) else _REPEAT_STILL
            due = count > 0 and (said_at is None or not timedelta(0) <= ts - said_at < every)
            if count != before or due:
                words.append(Word(label, of_it, first=before <= 0 < count))
                self._said[label] = (count, ts)
        return words


def _rounded(box: Box) -> list[float]:
    return [round(side, 4) for side in box]


def objects_of(camera: str, config: Mapping[str, Any], data_dir: Path, tally: Tally) -> ObjectAnalyser | None:
    """As a camera's settings ask for it; None where they ask for neither detection nor anything that needs tracks."""
    analyse = config.get("analyse") or {}
    if not analyse.get("motion", True):
        return None  # everything here stands on what moves
    settings = _asked(camera, analyse)
    needs_tracks = bool(config.get("lines")) or any(
        zone.get("loiter") or zone.get("crowd") for zone in config.get("zones") or ()
    )
    detector = None
    if settings is not None:
        detector = Detector(
            camera,
            settings.model,
            networks(data_dir),
            tally,
            classes=settings.classes,
            confidence=settings.confidence,
            monotonic=time.monotonic,
        )
    elif not needs_tracks:
        return None
    return ObjectAnalyser(camera, detector, Snapshots(data_dir, camera, tally), always=needs_tracks)


def _asked(camera: str, analyse: Mapping[str, Any]) -> DetectSettings | None:
    """They were checked on their way in; what an older hub let through is left out, rather than the camera."""
    if not analyse.get("detect"):
        return None
    try:
        return DetectSettings.model_validate(analyse["detect"])
    except ValidationError as error:
        _log.error("camera %s: its detector is left out: %s", camera, error.errors()[0]["msg"])
        return None
