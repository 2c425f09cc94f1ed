"""When the detector looks, and where. Pure; of one camera; times are seconds of the tracker.

What has begun to move is looked at in every picture until it is known. What is known is looked at again now and then:
to follow it while it moves, to see whether it is still there when it has stopped, more and more rarely while it stands.
Where the detector finds nothing in what moves (a tree, a shadow, a class nobody asked for), it looks less and less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.video.analysis import Box
from ingest.video.regions import area, around, shared
from ingest.video.track import Followed
from ingest.video.yolo import Detection

_MOVING_S = 1.0
_BUSY = 4
_MISSED_S = 0.4
_STOPPED_S = 0.5
_STILL_S = 30.0
_FRUITLESS_S = (0.0, 0.3, 0.6, 1.2, 2.0)  # by how often nothing was found there
_FORGET_S = 10.0
_KNOWN = 0.5  # of what moves belongs to a track: it needs no look of its own
_SAME = 0.5


@dataclass(slots=True)
class _Fruitless:
    box: Box
    count: int
    looked_s: float


@dataclass(slots=True)
class _Look:
    looked_s: float
    wait_s: float


class Attention:
    def __init__(self) -> None:
        self._looks: dict[int, _Look] = {}
        self._fruitless: list[_Fruitless] = []
        self.curious = False
        """Whether the next picture is wanted, however quiet it will be."""

    def due(self, now_s: float, moving: Sequence[Box], followed: Iterable[Followed]) -> list[Box]:
        """What to look at in this picture, the most urgent first."""
        followed = list(followed)
        known = {track.id for track in followed}
        self._looks = {each: look for each, look in self._looks.items() if each in known}
        self._fruitless = [each for each in self._fruitless if 0 <= now_s - each.looked_s < _FORGET_S]
        new = [_with_known(box, followed) for box in moving if self._is_new(now_s, box, followed)]
        waiting = []
        for track in followed:
            look = self._looks.get(track.id)
            if look is None or now_s - look.looked_s >= self._wait(track, look):
                waiting.append((look.looked_s if look else now_s, track.box))
        self.curious = bool(new) or any(
            track.moved_s >= now_s - _MOVING_S or self._wait(track, self._looks.get(track.id)) <= 2 * _STOPPED_S
            for track in followed
        )
        due = new + [box for _, box in sorted(waiting)]
        if due and len(due) + len(followed) > _BUSY:
            # Things that come and go side by side: each look is for all of them, or none is followed for long.
            due += [track.box for track in followed]
        return due

    def looked(self, now_s: float, where: Sequence[Box], moving: Sequence[Box], found: Sequence[Detection]) -> None:
        """What came of it: the parts of the picture that were looked at, what moved there and what was found."""
        for box in moving:
            if not _within(box, where):
                continue
            known = next((each for each in self._fruitless if _same(each.box, box)), None)
            if any(_same(each.box, box) for each in found):
                if known is not None:
                    self._fruitless.remove(known)
            elif known is None:
                self._fruitless.append(_Fruitless(box, 1, now_s))
            else:
                known.box, known.looked_s = box, now_s
                known.count = min(known.count + 1, len(_FRUITLESS_S) - 1)

    @staticmethod
    def looked_for(where: Sequence[Box], followed: Mapping[int, Followed]) -> list[int]:
        """The keys of the tracks that lie in the parts of the picture that were looked at."""
        return [key for key, track in followed.items() if _within(track.box, where)]

    def note(self, now_s: float, track: Followed) -> None:
        """A track was looked for, and what came of it stands in it."""
        before = self._looks.get(track.id)
        stands = track.moved_s < now_s - _STOPPED_S
        wait_s = _STOPPED_S
        if stands and track.misses == 0 and before is not None:
            wait_s = min(2 * before.wait_s, _STILL_S)
        self._looks[track.id] = _Look(now_s, wait_s)

    def _wait(self, track: Followed, look: _Look | None) -> float:
        if look is None:
            return 0.0
        if track.misses > 0:
            return float(_MISSED_S * 2 ** (track.misses - 1))
        return _MOVING_S if track.moved_s > look.looked_s else look.wait_s

    def _is_new(self, now_s: float, box: Box, followed: Sequence[Followed]) -> bool:
        if sum(shared(box, track.box) for track in followed) >= _KNOWN * area(box):
            return False
        known = next((each for each in self._fruitless if _same(each.box, box)), None)
        return known is None or now_s - known.looked_s >= _FRUITLESS_S[known.count]


def _with_known(box: Box, followed: Sequence[Followed]) -> Box:
    """What moves and what is known there: of a part alone, the detector makes another, smaller thing."""
    known = [track.box for track in followed if shared(box, track.box) > 0]
    return around([box, *known]) if known else box


def _within(box: Box, where: Sequence[Box]) -> bool:
    return any(shared(box, part) >= 0.9 * area(box) for part in where)


def _same(one: Box, other: Box) -> bool:
    return shared(one, other) >= _SAME * min(area(one), area(other))
