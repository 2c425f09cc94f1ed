"""Motion in the pictures of one camera.

The brightness plane is made 320 wide and divided by its own surroundings (the self-quotient image: Wang, Li and Wang,
"Face Recognition under Varying Lighting Conditions Using Self Quotient Image", FGR 2004), which leaves texture and
takes away light: a cloud, a lamp and the camera's exposure move nothing. On that stands a mixture-of-Gaussians
background (Zivkovic, "Improved adaptive Gaussian mixture model for background subtraction", ICPR 2004; OpenCV's MOG2),
which learns each pixel's noise. What differs from the background counts as moving only where it also differs from a
moment ago, so that what was set down, and the bare place where something stood, are not motion for as long as the
background remembers.
"""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime
from typing import Any

import cv2
import numpy as np

from ingest.video.analysis import Motion
from ingest.video.decode import Luma

_MEMORY_S = 30.0  # the time constant of the background: what stands still is part of it after some 3 s
_VARIANCES = 25.0  # squared Mahalanobis distance at which a pixel is not background
_LEARN = 3  # pictures that are only learnt from
_MOMENT_S = 0.35  # how long ago "a moment ago" is, at least
_LEVELS = 8.0  # levels of brightness by which a pixel of a thing differs from the place
_CHANGE = 12  # levels of the quotient image by which a pixel differs from a moment ago
_MIN_AREA = 0.0015  # of the picture: the smallest thing that moves
_MIN_CHANGED = 0.08  # of a thing's area: less has only been left behind
_MAX_AREA = 0.6  # of the picture: more is another picture, not something moving in this one
_MAX_BOXES = 12
_MAX_GAP_S = 60.0  # after a longer pause the place is learnt anew
_SURROUNDINGS = 41  # pixels
_FLOOR = 24.0  # levels added above and below the quotient: keeps the noise of dark places down

class MotionDetector:
    """Pictures must come in order; they may be any time apart."""

    def __init__(self) -> None:
        self._ts: datetime | None = None
        self._level: np.ndarray[Any, Any] | None = None
        self._forget()

    def see(self, luma: Luma, ts: datetime) -> Motion | None:
        """What moves in one picture; None while the place is not known yet. ``luma``: ``analysis.WIDTH`` wide."""
        step_s = 0.0 if self._ts is None else (ts - self._ts).total_seconds()
        quotient = _quotient(luma)
        if step_s < 0 or step_s > _MAX_GAP_S or (self._recent and self._recent[-1][1].shape != quotient.shape):
            self._forget()
        self._ts = ts
        self._seen += 1
        rate = max(1.0 - math.exp(-step_s / _MEMORY_S), 1.0 / self._seen if self._seen <= 2 * _LEARN else 0.0)
        foreground = self._background.apply(quotient, learningRate=rate)
        foreground[np.abs(luma - self._level_after(luma, rate)) < _LEVELS] = 0
        moment_ago = self._moment_ago(ts)
        self._recent.append((ts, quotient))
        if self._seen <= _LEARN or moment_ago is None:
            return None
        motion = _things(foreground, quotient, moment_ago)
        if motion.score > _MAX_AREA:
            self._forget()
            return None
        return motion

    def _level_after(self, luma: Luma, rate: float) -> np.ndarray[Any, Any]:
        """The mean brightness of each pixel. A thing also changes the quotient around it, but not the brightness."""
        if self._level is None:
            self._level = luma.astype(np.float32)
        cv2.accumulateWeighted(luma, self._level, rate)
        return self._level

    def _moment_ago(self, ts: datetime) -> Luma | None:
        while len(self._recent) > 1 and (ts - self._recent[1][0]).total_seconds() >= _MOMENT_S:
            self._recent.popleft()
        if not self._recent or (ts - self._recent[0][0]).total_seconds() < _MOMENT_S:
            return None
        return self._recent[0][1]

    def _forget(self) -> None:
        self._background = cv2.createBackgroundSubtractorMOG2(500, _VARIANCES, detectShadows=False)
        self._recent: deque[tuple[datetime, Luma]] = deque()
        self._level = None
        self._seen = 0


def _quotient(luma: Luma) -> Luma:
    level = luma.astype(np.float32)
    around = cv2.boxFilter(level, -1, (_SURROUNDINGS, _SURROUNDINGS))
    quotient: Luma = np.clip(112.0 * (level + _FLOOR) / (around + _FLOOR), 0, 255).astype(np.uint8)
    return quotient


def _things(foreground: np.ndarray[Any, Any], now: Luma, moment_ago: Luma) -> Motion:
    """Connected things in the foreground that have changed since a moment ago."""
    height, width = foreground.shape
    differs = (cv2.absdiff(now, moment_ago) > _CHANGE).astype(np.uint8)
    changed = cv2.morphologyEx(differs, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    solid = cv2.morphologyEx(foreground, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    changed_in = np.bincount(labels.ravel(), weights=changed.ravel(), minlength=count)
    areas = stats[:, cv2.CC_STAT_AREA]
    moving = (areas >= _MIN_AREA * solid.size) & (changed_in >= _MIN_CHANGED * areas)
    moving[0] = False  # label 0 is the background
    found = sorted(np.flatnonzero(moving), key=lambda index: -int(areas[index]))
    scale = np.array([width, height, width, height])
    boxes = tuple(
        (float(x), float(y), float(w), float(h)) for x, y, w, h in np.round(stats[found[:_MAX_BOXES], :4] / scale, 4)
    )
    return Motion(round(float(areas[moving].sum()) / solid.size, 4), boxes)
