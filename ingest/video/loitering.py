"""Who stays in a zone for longer than usual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.config.settings import ZoneSettings
from hub.model.observation import Observation
from hub.model.times import format_duration
from ingest.video.analysis import Frame, Track
from ingest.video.condition import Condition
from ingest.video.snapshot import Snapshots
from ingest.video.zones import Zones, foot

_LOST = timedelta(seconds=10)  # nobody vanishes in the middle of a zone: so long they are still thought to be there
_OUT = timedelta(seconds=2)  # who steps out for less has not left
_NEAR = 1.0  # of the size of a box: so far away the same thing may be found again under another number


@dataclass(slots=True)
class _Stay:
    """Of one thing in the zone, which was last seen there at ``seen_at``."""

    track: Track
    """As it was last seen, there or elsewhere."""
    since: datetime
    seen_at: datetime
    patience: timedelta = _LOST


class Loitering:
    """Of one zone with ``loiter`` set. Says ``loitering.{zone}``, while anybody does."""

    def __init__(self, camera: str, zones: Zones, zone: ZoneSettings, snapshots: Snapshots) -> None:
        assert zone.loiter is not None  # noqa: S101  who asks for loitering says how long it is
        self._camera = camera
        self._zones = zones
        self._zone = zone
        self._longest = zone.loiter
        self._snapshots = snapshots
        self._condition = Condition()
        self._stays: dict[int, _Stay] = {}

    @property
    def wants_more(self) -> bool:
        """Never: who stays is there at the next keyframe too, and the tracker asks for what it needs."""
        return False

    def see(self, frame: Frame) -> Sequence[Observation]:
        ts = frame.ts
        there = self._zones.standing(self._zone, frame.tracks, frame.shape)
        self._forget(frame, there)
        for track in there:
            stay = self._stays.pop(track.id, None) or self._found_again(track, frame.tracks)
            self._stays[track.id] = _Stay(track, ts if stay is None else stay.since, ts)
        loiterers = [stay for stay in self._stays.values() if ts - stay.since >= self._longest]
        began = not self._condition.lasts
        value = self._condition.see(ts, holds=bool(loiterers))
        frame.eventful |= self._condition.lasts
        if value is None:
            return ()
        attrs: dict[str, object] = {"tracks": [self._told(stay, ts) for stay in loiterers]}
        if value and began and (name := self._snapshots.save(frame.picture)) is not None:
            attrs["snapshot"] = name
        metric = f"loitering.{self._zone.name}"
        return [Observation(self._camera, metric, ts, frame.received_at, value, attrs=attrs)]

    def _forget(self, frame: Frame, there: Sequence[Track]) -> None:
        """Drop who has left: seen elsewhere for a while, or seen nowhere for longer."""
        here = {track.id for track in there}
        elsewhere = {track.id: track for track in frame.tracks if track.id not in here}
        for track_id, stay in list(self._stays.items()):
            if track_id in elsewhere:
                stay.track, stay.patience = elsewhere[track_id], _OUT
            away = frame.ts - stay.seen_at
            if away < timedelta(0) or (track_id not in here and away > stay.patience):  # < 0: the clock was set back
                del self._stays[track_id]

    def _found_again(self, track: Track, tracks: Sequence[Track]) -> _Stay | None:
        """The stay of what was lost nearby, and is followed under another number now."""
        followed = {each.id for each in tracks}
        lost = [stay for track_id, stay in self._stays.items() if track_id not in followed]
        near = [stay for stay in lost if stay.track.label == track.label and _distance(stay.track, track) <= _NEAR]
        if not near:
            return None
        nearest = min(near, key=lambda stay: _distance(stay.track, track))
        return self._stays.pop(nearest.track.id)

    def _told(self, stay: _Stay, ts: datetime) -> dict[str, object]:
        track = stay.track
        return {
            "id": track.id,
            "label": track.label,
            "box": list(track.box),
            "for": format_duration(timedelta(seconds=round((ts - stay.since).total_seconds()))),
        }


def _distance(one: Track, other: Track) -> float:
    """Between where they stand, in sizes of the larger."""
    (x1, y1), (x2, y2) = foot(one.box), foot(other.box)
    return math.hypot(x1 - x2, y1 - y2) / max(*one.box[2:], *other.box[2:], 1e-6)
