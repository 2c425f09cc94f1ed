"""Who crosses a line, and which way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.config.settings import LineSettings, Point
from hub.model.observation import Observation
from ingest.video.analysis import Box, Frame, Track
from ingest.video.regions import shared
from ingest.video.snapshot import Snapshots
from ingest.video.track import MOVING
from ingest.video.zones import Zones, foot

_MARGIN = 0.025  # of the picture's width, or
_MARGIN_OF_BOX = 1 / 3  # of the width of its box: nearer to the line than this, a thing is on no side of it
_AGAIN = timedelta(seconds=1.5)  # who has crossed is not back sooner: boxes flutter when one thing moves in parts
_FORGET = timedelta(seconds=10)  # a track that was lost for longer begins anew
_PULSE = timedelta(seconds=1)
_RARE = timedelta(minutes=1)  # who crosses sooner after another gets no picture: a road would fill the disk
_NEAR = 0.25  # of the picture's width: who may cross soon


@dataclass(slots=True)
class _Side:
    """The last place at which a track was clearly on one side: ``value`` 1 right of the line, -1 left of it."""

    value: int
    place: Point
    seen_at: datetime
    crossed_at: datetime | None = None


class Line:
    """Says ``line.{name}``: +1 for each track that crosses forward, -1 backward, and 0 a second after the last.

    A track is where it stands, the bottom middle of its box. Points are in widths of the picture, so that distances are
    the same up and across.
    """

    def __init__(self, camera: str, zones: Zones, line: LineSettings, snapshots: Snapshots) -> None:
        self._camera = camera
        self._zones = zones
        self._line = line
        self._metric = f"line.{line.name}"
        self._snapshots = snapshots
        self._sides: dict[int, _Side] = {}
        self._crossed_at: datetime | None = None
        self._passages: list[tuple[datetime, Box]] = []
        self._zero = False
        self._some_near = False

    @property
    def wants_more(self) -> bool:
        """While somebody is near it."""
        return self._some_near

    def see(self, frame: Frame) -> Sequence[Observation]:
        start, end = (_even(point, frame) for point in self._line.points)
        self._some_near = False
        self._passages = [each for each in self._passages if timedelta(0) <= frame.ts - each[0] < _AGAIN]
        said = []
        for track in self._zones.unmasked(frame.tracks, frame.shape):
            place = _even(foot(track.box), frame)
            self._some_near |= _distance(place, start, end) <= _NEAR
            way = self._passes(track, start, end, frame)
            if way != 0 and not self._is_told(track):
                said.append(self._observation(frame, way, track))
                self._crossed_at = frame.ts
                self._passages.append((frame.ts, track.box))
        self._sides = {
            track: side for track, side in self._sides.items() if timedelta(0) <= frame.ts - side.seen_at <= _FORGET
        }
        if said:
            self._zero, frame.eventful = False, True
        elif not self._zero and not self._crossed_within(_PULSE, frame.ts):
            self._zero = True
            said.append(Observation(self._camera, self._metric, frame.ts, frame.received_at, 0.0))
        return said

    def _crossed_within(self, span: timedelta, ts: datetime) -> bool:
        return self._crossed_at is not None and timedelta(0) <= ts - self._crossed_at < span

    def _is_told(self, track: Track) -> bool:
        """Whether this is a passage that was told already: where only motion is followed, one may be several tracks."""
        return track.label == MOVING and any(shared(track.box, box) > 0 for _, box in self._passages)

    def _passes(self, track: Track, start: Point, end: Point, frame: Frame) -> int:
        """1 or -1 where the track has come to the other side through the line itself; else 0."""
        # Who is quick is past the line before it is known what it is: so where it came from counts too.
        way = 0
        for box in (*(track.before if track.id not in self._sides else ()), track.box):
            way = self._step(track.id, box, start, end, frame) or way
        return way

    def _step(self, track: int, box: Box, start: Point, end: Point, frame: Frame) -> int:
        known = self._sides.get(track)
        if known is not None:
            known.seen_at = frame.ts
        place = _even(foot(box), frame)
        off = _off(place, start, end)
        if abs(off) < max(_MARGIN, _MARGIN_OF_BOX * box[2]):
            return 0
        side = 1 if off > 0 else -1
        if known is None or known.value == side:
            self._sides[track] = _Side(side, place, frame.ts, None if known is None else known.crossed_at)
            return 0
        if known.crossed_at is not None and timedelta(0) <= frame.ts - known.crossed_at < _AGAIN:
            return 0
        through = _off(start, known.place, place) * _off(end, known.place, place) <= 0
        self._sides[track] = _Side(side, place, frame.ts, frame.ts if through else known.crossed_at)
        return side if through else 0

    def _observation(self, frame: Frame, way: int, track: Track) -> Observation:
        attrs: dict[str, object] = {
            "direction": "forward" if way > 0 else "backward",
            "track": track.id,
            "label": track.label,
            "boxes": [list(track.box)],
        }
        if not self._crossed_within(_RARE, frame.ts) and (name := self._snapshots.save(frame.picture)) is not None:
            attrs["snapshot"] = name
        # Two may cross in one picture: the track tells them apart.
        return Observation(
            self._camera, self._metric, frame.ts, frame.received_at, float(way), attrs=attrs, key=str(track.id)
        )


def _even(point: Point, frame: Frame) -> Point:
    return point[0], point[1] * frame.shape[0] / frame.shape[1]


def _off(point: Point, start: Point, end: Point) -> float:
    """How far right of the line from ``start`` to ``end``, seen along it; left is negative. y grows downwards."""
    along = end[0] - start[0], end[1] - start[1]
    across = along[0] * (point[1] - start[1]) - along[1] * (point[0] - start[0])
    return across / max(math.hypot(*along), 1e-9)


def _distance(point: Point, start: Point, end: Point) -> float:
    """To the nearest point of the line between its ends."""
    along = end[0] - start[0], end[1] - start[1]
    length = max(along[0] ** 2 + along[1] ** 2, 1e-12)
    at = min(1.0, max(0.0, ((point[0] - start[0]) * along[0] + (point[1] - start[1]) * along[1]) / length))
    return math.hypot(point[0] - start[0] - at * along[0], point[1] - start[1] - at * along[1])
