"""What was set down in a zone and left there, and what was taken away.

Where a place (``place.py``) is no longer as it has long been, for as long as the zone says, in one piece that came at
once and in which nothing stirs, something is there that was not, or the other way round. Which of the two, its outline
tells: edges that are in the picture now, or were there before.

Who stands still is not a thing: somebody sways, so the surroundings of a standing person are never at rest for long;
and what the detector calls a person or an animal is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import cv2
import numpy as np

from hub.config.settings import ZoneSettings
from hub.model.observation import Observation
from ingest.video.analysis import Box, Frame
from ingest.video.condition import Condition
from ingest.video.decode import Luma
from ingest.video.place import AROUND, Place, Plane, pieces
from ingest.video.snapshot import Snapshots
from ingest.video.zones import Zones, draw

_EVERY_S = 0.45  # looks are at least so far apart
_MAX_STEP_S = 12.0  # of a longer pause nobody knows what was in between
_LEARN_S = (20.0, 60.0)  # what has been still for the zone's own time, but within these limits, is the place
_SETTLE_S = 20.0  # beyond the zone's time
_SAME = 24.0  # levels of the quotient by which a thing may look different
_THERE = 0.5  # of a thing's pixels look as they did: it is there
_GONE_S = 2.0  # for so long they must look as the place did before
_CHANGED_S = 30.0  # or for so long like something else: somebody may stand before it for a while
_LONGEST = timedelta(days=1)  # what has been there for so long belongs to the place
_LIVING = frozenset({"person", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"})


@dataclass(slots=True)
class _Thing:
    kind: str
    """``left`` or ``removed``."""
    mask: Plane
    box: Box
    since: datetime
    looks: Plane
    """How its pixels are."""
    missed_s: float = 0.0


class Left:
    """Of all zones with ``left`` set. Says ``left.{zone}`` and ``removed.{zone}``."""

    def __init__(self, camera: str, zones: Zones, snapshots: Snapshots) -> None:
        self._camera = camera
        self._zones = zones
        self._snapshots = snapshots
        self._after_s = {zone.name: zone.left.total_seconds() for zone in zones.named if zone.left is not None}
        self._watched = tuple(zone for zone in zones.named if zone.left is not None)
        self._conditions = {(kind, zone.name): Condition() for kind in ("left", "removed") for zone in self._watched}
        self._things: dict[str, list[_Thing]] = {zone.name: [] for zone in self._watched}
        self._told: dict[tuple[str, str], int] = {}
        self._ts: datetime | None = None
        self._place: Place | None = None

    @property
    def wants_more(self) -> bool:
        """Never: what was left is there at the next keyframe too."""
        return False

    def see(self, frame: Frame) -> Sequence[Observation]:
        step_s = _EVERY_S if self._ts is None else (frame.ts - self._ts).total_seconds()
        if 0 <= step_s < _EVERY_S or frame.motion is None:
            return ()
        self._ts = frame.ts
        if self._place is None or self._place.shape != frame.shape:
            self._place = Place(frame.shape, self._learn_s(frame.shape))
            self._forget()
        stirring = _stirring(frame)
        step_s = min(max(step_s, 0.0), _MAX_STEP_S)
        if not self._place.see(frame.luma, stirring, step_s):
            self._forget()
        said: list[Observation] = []
        for zone in self._watched:
            self._look(self._place, zone, frame, stirring, step_s)
            for kind in ("left", "removed"):
                said += self._say(kind, zone.name, frame)
        return said

    def _learn_s(self, shape: tuple[int, int]) -> Plane:
        """For how long each pixel must be still to be the place."""
        least, most = _LEARN_S
        wait = np.full(shape, most, np.float32)
        for zone in self._watched:
            wait[self._zones.raster(zone, shape) > 0] = min(most, max(least, self._after_s[zone.name]))
        return wait

    def _forget(self) -> None:
        for things in self._things.values():
            things.clear()

    def _look(self, place: Place, zone: ZoneSettings, frame: Frame, stirring: Luma, step_s: float) -> None:
        things, after_s = self._things[zone.name], self._after_s[zone.name]
        things[:] = [thing for thing in things if _lasts(thing, place, frame.ts, stirring, step_s)]
        inside = place.differs & self._zones.raster(zone, frame.shape)
        for mask in pieces(inside):
            if any(np.count_nonzero(mask & thing.mask) > 0.3 * np.count_nonzero(mask) for thing in things):
                continue
            if place.is_at_rest(mask, stirring, after_s):
                since = frame.ts - timedelta(seconds=after_s)
                things.append(_Thing(place.kind(mask), mask, _box_of(mask), since, place.looks(mask)))
            else:
                place.settle(mask, after_s + _SETTLE_S)

    def _say(self, kind: str, name: str, frame: Frame) -> list[Observation]:
        things = [thing for thing in self._things[name] if thing.kind == kind]
        condition, before = self._conditions[kind, name], self._told.get((kind, name), 0)
        value = condition.see(frame.ts, holds=bool(things))
        if value is None and len(things) > before:
            value = 1.0  # one more
        if value is None:
            return []
        self._told[kind, name] = len(things)
        attrs: dict[str, Any] = {
            "boxes": [list(thing.box) for thing in things],
            "since": [thing.since.isoformat(timespec="seconds") for thing in things],
        }
        if len(things) > before:
            frame.eventful = True
            if (picture := self._snapshots.save(frame.picture)) is not None:
                attrs["snapshot"] = picture
        return [Observation(self._camera, f"{kind}.{name}", frame.ts, frame.received_at, value, attrs=attrs)]


def _lasts(thing: _Thing, place: Place, ts: datetime, stirring: Luma, step_s: float) -> bool:
    """Whether a thing is still there, or still gone. What is there for a day is the place from then on."""
    if not timedelta(0) <= ts - thing.since <= _LONGEST:
        place.take_over(cv2.dilate(thing.mask, AROUND) > 0)
        return False
    visible = stirring[thing.mask > 0] == 0  # elsewhere somebody is in front of it
    now = place.looks(thing.mask)
    same = np.abs(now - thing.looks) <= _SAME
    if np.count_nonzero(same & visible) >= _THERE * np.count_nonzero(visible):
        thing.missed_s = 0.0
        thing.looks[same] += (now[same] - thing.looks[same]) * min(1.0, step_s / 60.0)
        return True
    thing.missed_s += step_s
    before = np.count_nonzero(place.as_before[thing.mask > 0][visible]) >= _THERE * np.count_nonzero(visible)
    return thing.missed_s <= (_GONE_S if before else _CHANGED_S)


def _stirring(frame: Frame) -> Luma:
    """255 where something moves, or is alive."""
    stirring = np.zeros(frame.shape, np.uint8)
    if frame.motion is not None and frame.motion.where is not None:
        stirring[cv2.dilate(frame.motion.where, AROUND) > 0] = 255
    for track in frame.tracks:
        if track.label in _LIVING:
            x, y, w, h = track.box
            stirring |= draw(((x, y), (x + w, y), (x + w, y + h), (x, y + h)), frame.shape)
    return stirring


def _box_of(mask: Plane) -> Box:
    x, y, w, h = cv2.boundingRect(mask)
    rows, columns = mask.shape
    return round(x / columns, 4), round(y / rows, 4), round(w / columns, 4), round(h / rows, 4)
