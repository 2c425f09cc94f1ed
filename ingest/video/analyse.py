"""Motion in the pictures of one camera.

The brightness plane is made 320 wide and divided by its own surroundings (the self-quotient image: Wang, Li and Wang,
"Face Recognition under Varying Lighting Conditions Using Self Quotient Image", FGR 2004), which leaves texture and
takes away light: a cloud, a lamp and the camera's exposure move nothing. On that stands a mixture-of-Gaussians
background (Zivkovic, "Improved adaptive Gaussian mixture model for background subtraction", ICPR 2004; OpenCV's MOG2),
which learns each pixel's noise. What differs from the background counts as moving only where it also differs from a
moment ago, so that what was set down, and the bare place where something stood, are not motion for as long as the
background remembers. What is thin everywhere is a drop, a flake or a hair on its way past the lens, not a thing.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import cv2
import numpy as np

from ingest.video.analysis import Motion
from ingest.video.decode import Luma

_MEMORY_S = 30.0  # the time constant of the background: what stands still is part of it after some 3 s
_VARIANCES = 25.0  # squared Mahalanobis distance at which a pixel is not background
_LEARN = 3  # pictures that are only learnt from
_MOMENT_S = 0.35  # how long ago "a moment ago" is, at least
_LEVELS = 7  # levels of brightness by more than which a pixel of a thing differs from the place
_CHANGE = 12  # levels of the quotient image by which a pixel differs from a moment ago
_MIN_AREA = 0.0015  # of the picture: the smallest thing that moves
_MIN_CHANGED = 0.08  # of a thing's area: less has only been left behind
_MIN_THICK = 0.02  # of a thing must be in its middle, two pixels from any edge: a drop is all edge
_MAX_AREA = 0.6  # of the picture: more is another picture, not something moving in this one
_MAX_BOXES = 12
_MAX_GAP_S = 60.0  # after a longer pause the place is learnt anew
_SURROUNDINGS = 41  # pixels
_FLOOR = 24.0  # levels added above and below the quotient: keeps the noise of dark places down
_BLOCKS = (16, 9)  # in which light is measured
_LIGHT = 10  # levels by which a block is lighter or darker than a moment ago
_LIGHT_EVERYWHERE = 0.7  # of all blocks: no thing, but a lamp, the exposure, or the camera's own switch to infrared
_LIGHT_AGAIN_S = 5.0  # light that changes more often is no excuse any more

_THIN = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))
_THICK = cv2.getStructuringElement(cv2.MORPH_RECT, (5, 5))
_BRIDGE = cv2.getStructuringElement(cv2.MORPH_RECT, (7, 7))
_SPECK = cv2.getStructuringElement(cv2.MORPH_RECT, (2, 2))
_NOTHING = Motion(0.0)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is remembered of a picture for a moment."""

    ts: datetime
    quotient: Luma
    light: Luma


class MotionDetector:
    """Pictures must come in order; they may be any time apart. ``looked_at``: 0 where a picture is not looked at."""

    def __init__(self) -> None:
        self._ts: datetime | None = None
        self._light_at: datetime | None = None
        self._level: np.ndarray[Any, Any] | None = None
        self._forget()

    @property
    def learning(self) -> bool:
        """Whether the place is not known yet: for the first pictures, and after all of it changed."""
        return self._seen <= _LEARN

    def see(self, luma: Luma, ts: datetime, looked_at: Luma | None = None) -> Motion | None:
        """What moves in one picture; None while the place is not known yet. ``luma``: ``analysis.WIDTH`` wide."""
        step_s = 0.0 if self._ts is None else (ts - self._ts).total_seconds()
        now = _Seen(ts, quotient_of(luma), _light(luma))
        if step_s < 0 or step_s > _MAX_GAP_S or (self._recent and self._recent[-1].quotient.shape != luma.shape):
            self._forget()
        self._ts = ts
        self._seen += 1
        rate = max(1.0 - math.exp(-step_s / _MEMORY_S), 1.0 / self._seen if self._seen <= 2 * _LEARN else 0.0)
        foreground: Any = self._background.apply(now.quotient, learningRate=rate)
        foreground = cv2.bitwise_and(foreground, self._differs_in_level(luma, rate))
        moment_ago = self._moment_ago(ts)
        self._recent.append(now)
        if self._seen <= _LEARN or moment_ago is None:
            return None
        if looked_at is not None:
            foreground = cv2.bitwise_and(foreground, looked_at)
        motion = _things(foreground, now.quotient, moment_ago.quotient)
        if motion.score > _MAX_AREA:
            self._forget()
            return None
        in_new_light = motion.score > 0 and self._in_new_light(now, moment_ago)
        return replace(motion, in_new_light=True) if in_new_light else motion

    def _in_new_light(self, now: _Seen, moment_ago: _Seen) -> bool:
        """Whether it has just become lighter or darker everywhere, all at once: not while that goes on and on."""
        differs = _above(cv2.absdiff(now.light, moment_ago.light), _LIGHT)
        if cv2.countNonZero(differs) < _LIGHT_EVERYWHERE * differs.size:
            return False
        since_s = math.inf if self._light_at is None else (now.ts - self._light_at).total_seconds()
        if not 0 <= since_s < _LIGHT_AGAIN_S:
            self._light_at, since_s = now.ts, 0.0
        return since_s <= _MOMENT_S

    def _differs_in_level(self, luma: Luma, rate: float) -> Luma:
        """Where a pixel is not as bright as usual: a thing also changes the quotient around it, but not that."""
        if self._level is None:
            self._level = luma.astype(np.float32)
        cv2.accumulateWeighted(luma, self._level, rate)
        return _above(cv2.absdiff(luma, cv2.convertScaleAbs(self._level)), _LEVELS)

    def _moment_ago(self, ts: datetime) -> _Seen | None:
        while len(self._recent) > 1 and (ts - self._recent[1].ts).total_seconds() >= _MOMENT_S:
            self._recent.popleft()
        if not self._recent or (ts - self._recent[0].ts).total_seconds() < _MOMENT_S:
            return None
        return self._recent[0]

    def _forget(self) -> None:
        self._background = cv2.createBackgroundSubtractorMOG2(500, _VARIANCES, detectShadows=False)
        self._recent: deque[_Seen] = deque()
        self._level = None
        self._seen = 0


def quotient_of(luma: Luma) -> Luma:
    """Each pixel in proportion to its surroundings, 112 where it is like them."""
    level = luma.astype(np.float32)
    around = cv2.boxFilter(level, -1, (_SURROUNDINGS, _SURROUNDINGS))
    return cast(Luma, cv2.convertScaleAbs(cv2.divide(level + _FLOOR, around + _FLOOR, scale=112.0), beta=-0.5))


def _light(luma: Luma) -> Luma:
    return cast(Luma, cv2.resize(luma, _BLOCKS, interpolation=cv2.INTER_AREA))


def _above(levels: Any, limit: int) -> Luma:
    """255 where a level is above the limit."""
    return cast(Luma, cv2.threshold(levels, limit, 255, cv2.THRESH_BINARY)[1])


def _things(foreground: Luma, now: Luma, moment_ago: Luma) -> Motion:
    """Connected things in the foreground that have changed since a moment ago."""
    solid = cv2.morphologyEx(foreground, cv2.MORPH_OPEN, _THIN)
    least = _MIN_AREA * solid.size
    if cv2.countNonZero(solid) < least / 4:  # bridging gaps adds less than the rest
        return _NOTHING
    thick = cv2.erode(foreground, _THICK)
    if not cv2.countNonZero(thick):
        return _NOTHING
    height, width = foreground.shape
    changed = cv2.morphologyEx(_above(cv2.absdiff(now, moment_ago), _CHANGE), cv2.MORPH_OPEN, _SPECK)
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, _BRIDGE)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    changed_in = np.bincount(labels[changed > 0], minlength=count)
    thick_in = np.bincount(labels[thick > 0], minlength=count)
    areas = stats[:, cv2.CC_STAT_AREA]
    moving = (areas >= least) & (changed_in >= _MIN_CHANGED * areas) & (thick_in >= _MIN_THICK * areas)
    moving[0] = False  # label 0 is the background
    if not moving.any():
        return _NOTHING
    found = sorted(np.flatnonzero(moving), key=lambda index: -int(areas[index]))
    scale = np.array([width, height, width, height])
    boxes = tuple(
        (float(x), float(y), float(w), float(h)) for x, y, w, h in np.round(stats[found[:_MAX_BOXES], :4] / scale, 4)
    )
    where: Luma = (moving.astype(np.uint8) * 255)[labels]
    return Motion(round(float(areas[moving].sum()) / solid.size, 4), boxes, where=where)
