"""Things followed from picture to picture: ByteTrack (Zhang et al., ECCV 2022, arXiv:2110.06864), by ``trackers``.

ByteTrack wants a detection a picture; here the detector looks a few times at each thing and not at every picture.
ByteTrack has a place for such evidence: boxes of a low score, which carry a known track on and never begin one. Between
two looks that is where the thing has moved to, and while it stands still, where it stands.

Times: ByteTrack counts in pictures of a fixed rate. It is handed the seconds between pictures, of which a pause counts
for ``_MAX_STEP_S`` only: what stood there when the camera was last looked at may stand there still.
"""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from ingest.video.analysis import Box, Track
from ingest.video.regions import area, around, is_part, overlap, shared
from ingest.video.yolo import Detection

MOVING = "moving"
"""The label of what only moves, where no detector says what it is."""

_RATE = 5.0  # pictures a second that are analysed while something moves
_MAX_STEP_S = 1.0
_MAX_PAUSE_S = 60.0  # after a longer one nothing is known any more
_LOST_S = 2.0  # what nothing speaks for is gone after so long, if it never moved or no detector looks
_STANDS_S = 30.0  # what only moved and came to rest is thought to stand there for so long
_FORECAST_S = 0.25  # for so long after it moved, ByteTrack's forecast tells better where a thing is
_BUFFER_S = 6.0
_MISSES = 3  # looks in a row that found nothing where something has moved since it was found: it is gone
_MISSES_STILL = 5  # and where nothing has: nobody leaves without moving, but a detector errs more than once
_MISSES_MOVING = 2  # and where it moved: then it is something else that moves
_TOUCHED = 0.3  # of the smaller of the two: so much of a thing and of what moves must be the same
_MOVES = 0.1  # of a thing's area, or half of what moves: so much must be common to both, for the thing to be moving
_ELSEWHERE = 0.2  # the overlap with where a thing was first, below which it has moved
_LATELY_S = 1.0
_TRAIL_S = 2.0
_SAME_PLACE = 0.6  # of the smaller of two: what is new there, when the other is not found, is the other
_TRAIL_SIZE = 2.5  # of a thing's area: what moves and is larger was not the thing alone
_SCALE = 1000.0  # ByteTrack's noise is in pixels: a picture is 1000 of them wide and high
_WEAK = 0.01

_ids = itertools.count(1)


@dataclass(slots=True)
class Followed:
    """What is known of one track. Seconds are the tracker's own."""

    id: int
    box: Box
    first: Box
    stirred: bool = False
    """Whether it has ever moved. What has always stood there is followed for a moment, and not spoken of."""
    score: float = 0.0
    votes: Counter[str] = field(default_factory=Counter)
    found_s: float = 0.0
    """When a detection was last matched."""
    seen_s: float = 0.0
    """When anything last spoke for it."""
    moved_s: float = 0.0
    """When it was last somewhere else than before; a hand that waves does not count."""
    touched_s: float = -1.0
    """When something last moved on it."""
    misses: int = 0
    met: set[int] = field(default_factory=set)
    """The ids of those that were found beside it: they are others."""
    began_s: float = 0.0
    before: tuple[Box, ...] = ()
    """Where it was before it was followed, by what moved; the oldest first."""

    @property
    def label(self) -> str:
        return self.votes.most_common(1)[0][0]


class Tracker:
    """Of one camera. ``followed``: what is there now, in no order.

    ``least``: the score from which a detection may begin a track. ``confirm``: in how many pictures after the first,
    one after the other, a thing must be found to be one; of 1, the picture between may be missing.
    """

    def __init__(self, least: float, confirm: int = 1) -> None:
        self._least = least
        self._confirm = confirm
        self._ts: datetime | None = None
        self._begin()

    def _begin(self) -> None:
        self.now_s = 0.0
        self.followed: dict[int, Followed] = {}
        self._moved: list[tuple[float, tuple[Box, ...]]] = []
        self._byte: Any = None

    def advance(self, ts: datetime) -> bool:
        """The next picture is of ``ts``. Whether it is of use: one of the same moment is not."""
        step_s = 1.0 / _RATE if self._ts is None else (ts - self._ts).total_seconds()
        if step_s == 0.0:
            return False
        if not 0.0 < step_s <= _MAX_PAUSE_S:
            self._begin()
        self._ts = ts
        self.now_s += min(max(step_s, 0.0), _MAX_STEP_S)
        return True

    def update(self, found: Sequence[Detection], moving: Sequence[Box], looked: Sequence[int] = ()) -> None:
        """One picture, after ``advance``: what was found in it, what moves, and which tracks were looked for."""
        lately = self._moved_lately(moving)
        if not found and not self.followed and self._byte is None:
            return
        boxes = [each.box for each in found]
        scores = [each.score for each in found]
        taken = [each.box for each in found]
        for track in self.followed.values():
            if any(_touches(each, track.box) for each in moving):
                track.touched_s = self.now_s
            box = self._where(track, [box for box in moving if not any(overlap(box, other) > 0.5 for other in taken)])
            if box is not None and not any(overlap(box, other) > 0.5 for other in taken):
                boxes.append(box)
                scores.append(_WEAK)
        associated = self._associate(boxes, scores)
        found_ids = {byte_id for index, byte_id in associated if index < len(found)}
        for index, byte_id in associated:
            if index < len(found):
                self._take_over(byte_id, found[index], found_ids)
            track = self._known(byte_id, boxes[index])
            track.seen_s = self.now_s
            track.stirred |= overlap(track.first, track.box) < _ELSEWHERE or _moves(track.box, lately)
            if index < len(found):
                track.found_s, track.score, track.misses = self.now_s, found[index].score, 0
                track.votes[found[index].label] += 1
        self._refresh([each for index, each in enumerate(found) if index not in dict(associated)])
        together = {track.id for track in self.followed.values() if track.found_s == self.now_s}
        ids = {track.id for track in self.followed.values()}
        for track in self.followed.values():
            track.met = (track.met | together if track.id in together else track.met) & ids
        for byte_id in looked:
            if byte_id in self.followed and self.followed[byte_id].found_s < self.now_s:
                self.followed[byte_id].misses += 1
        self._end()

    def tracks(self) -> tuple[Track, ...]:
        return tuple(
            Track(each.id, each.label, round(each.score, 3), each.box, self._came_by(each))
            for each in self.stirred()
            if each.votes
        )

    @property
    def restless(self) -> bool:
        """Whether anything moved a moment ago."""
        return any(self.now_s - track.touched_s <= _LOST_S for track in self.followed.values())

    def _came_by(self, track: Followed) -> tuple[Box, ...]:
        return track.before if self.now_s - track.began_s <= _TRAIL_S else ()

    def stirred(self) -> list[Followed]:
        """Those that have moved."""
        return [track for track in self.followed.values() if track.stirred]

    def _moved_lately(self, moving: Sequence[Box]) -> list[Box]:
        """What moves, or did a moment ago: what is found between two looks has moved meanwhile."""
        self._moved = [(at_s, boxes) for at_s, boxes in self._moved if self.now_s - at_s <= _TRAIL_S]
        self._moved.append((self.now_s, tuple(moving)))
        return [box for at_s, boxes in self._moved if self.now_s - at_s <= _LATELY_S for box in boxes]

    def _trail(self, box: Box) -> tuple[Box, ...]:
        """Where a thing that is at ``box`` now was in the pictures before, by what moved; the oldest first."""
        places: list[Box] = []
        for _, moving in reversed(self._moved[:-1]):
            touched = [each for each in moving if _touches(each, places[-1] if places else box)]
            if not touched or area(place := around(touched)) > _TRAIL_SIZE * area(box):
                break
            places.append(place)
        return tuple(reversed(places))

    def _where(self, track: Followed, moving: Sequence[Box]) -> Box | None:
        """Where a thing is now by what moves; None where that cannot be told: ByteTrack then has its own forecast."""
        touched = [box for box in moving if _touches(box, track.box)]
        if not touched:
            # Nothing moves there: it stands where it was last, until looks say that it does not.
            rests = track.found_s >= track.moved_s or self.now_s - track.moved_s > _FORECAST_S
            return track.box if track.stirred and rests and self._may_stand(track) else None
        others = [other.box for other in self.followed.values() if other is not track]
        box = None
        if not any(_touches(each, other) for each in touched for other in others):
            box = carried(track.box, touched)
        if box != track.box:
            track.moved_s = self.now_s
        return box if track.misses < _MISSES_MOVING else None

    def _may_stand(self, track: Followed) -> bool:
        """A look will tell when it is gone; of what only moves, time must."""
        return not track.votes[MOVING] or self.now_s - track.touched_s <= _STANDS_S

    def _take_over(self, byte_id: int, found: Detection, found_ids: Collection[int]) -> None:
        """What ByteTrack thinks new may be the rest of what was found in part before, or a part of it: it goes on."""
        if byte_id in self.followed:
            return
        for old_id, track in self.followed.items():
            least = _SAME_PLACE * min(area(track.box), area(found.box))
            if old_id not in found_ids and shared(track.box, found.box) >= least and found.label in track.votes:
                self.followed[byte_id] = self.followed.pop(old_id)
                self._drop(old_id)
                return

    def _refresh(self, unclaimed: Sequence[Detection]) -> None:
        """What was found where somebody stands whom ByteTrack has lost, or thinks elsewhere by now, speaks for them."""
        for each in unclaimed:
            for track in self.followed.values():
                if track.found_s < self.now_s and each.label in track.votes and overlap(track.box, each.box) > 0.5:
                    track.box, track.found_s, track.seen_s, track.misses = each.box, self.now_s, self.now_s, 0
                    break

    def _drop(self, byte_id: int) -> None:
        self._byte.tracks = [each for each in self._byte.tracks if each.tracker_id != byte_id]

    def _known(self, byte_id: int, measured: Box) -> Followed:
        if byte_id not in self.followed:
            self.followed[byte_id] = Followed(
                next(_ids), measured, measured, moved_s=self.now_s, began_s=self.now_s, before=self._trail(measured)
            )
        track = self.followed[byte_id]
        track.box = measured
        return track

    def _end(self) -> None:
        """Forget what is gone."""
        there = {each.tracker_id for each in self._byte.tracks}
        for byte_id, track in list(self.followed.items()):
            left = track.touched_s >= track.found_s and track.moved_s < self.now_s
            needs_proof = track.stirred and not track.votes[MOVING]  # only looks tell that it is gone
            gone = (
                (not needs_proof and (byte_id not in there or self.now_s - track.seen_s > _LOST_S))
                or track.misses >= (_MISSES if left else _MISSES_STILL)
                or self._is_double(track)
            )
            if gone:
                del self.followed[byte_id]
                self._drop(byte_id)

    def _is_double(self, track: Followed) -> bool:
        """Whether looks find only another thing where this was, of which it may be a part, or the other way round."""
        for other in self.followed.values():
            if other.id in track.met:
                same = is_part(track.box, other.box) or is_part(other.box, track.box)
            else:
                same = shared(track.box, other.box) >= _SAME_PLACE * min(area(track.box), area(other.box))
            if (
                same
                and track.misses >= (_MISSES_MOVING if other.id in track.met else 1)
                and other.found_s > track.found_s
                and other.votes.keys() & track.votes.keys()
            ):
                other.id = min(other.id, track.id)
                return True
        return False

    def _associate(self, boxes: Sequence[Box], scores: Sequence[float]) -> list[tuple[int, int]]:
        """(index of the box, ByteTrack's id) of every box that belongs to a track."""
        supervision, byte = self._libraries()
        corners = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes], np.float32).reshape(-1, 4) * _SCALE
        given = supervision.Detections(
            xyxy=corners, confidence=np.array(scores, np.float32), data={"index": np.arange(len(boxes))}
        )
        result = byte.update(given, timestamp=self.now_s)
        if not len(result):
            return []
        return [
            (int(index), int(byte_id))
            for index, byte_id in zip(result.data["index"], result.tracker_id, strict=True)
            if byte_id >= 0
        ]

    def _libraries(self) -> tuple[Any, Any]:
        """Loaded with the first thing to follow: SciPy and what else comes with it is 54 MB."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import supervision
            from trackers import ByteTrackTracker
        if self._byte is None:
            self._byte = ByteTrackTracker(
                lost_track_buffer=round(30 * _BUFFER_S),  # in frames of 30 a second; _end decides earlier
                frame_rate=_RATE,
                track_activation_threshold=self._least,
                high_conf_det_threshold=self._least,
                minimum_consecutive_frames=self._confirm,
                minimum_iou_threshold=0.1,
            )
        return supervision, self._byte


def _touches(one: Box, other: Box) -> bool:
    return shared(one, other) >= _TOUCHED * min(area(one), area(other))


def _moves(thing: Box, moving: Sequence[Box]) -> bool:
    return any(shared(thing, box) >= min(_MOVES * area(thing), 0.5 * area(box)) for box in moving)


def carried(box: Box, touched: Sequence[Box]) -> Box | None:
    """Where a thing is whose surroundings move: None where that cannot be told.

    What moves may be the thing whole: it is where the motion is. A hand of it: it stays. Or it and others: then
    ByteTrack's own forecast is the better guess.
    """
    whole = around(touched)
    if all(0.6 <= whole[side] / max(box[side], 1e-6) <= 1.6 for side in (2, 3)):
        middle_x, middle_y = whole[0] + whole[2] / 2, whole[1] + whole[3] / 2
        left, right = max(0.0, middle_x - box[2] / 2), min(1.0, middle_x + box[2] / 2)
        top, bottom = max(0.0, middle_y - box[3] / 2), min(1.0, middle_y + box[3] / 2)
        return left, top, right - left, bottom - top
    if shared(whole, box) >= 0.7 * area(whole):
        return box
    return None
