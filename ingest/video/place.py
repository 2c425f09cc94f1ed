"""A place seen by one camera: how it has long been, how each pixel is now, and for how long it has been so.

Both are kept as quotients (``analyse.quotient_of``), which a change of light does not touch, and as brightness.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from ingest.video.analyse import quotient_of
from ingest.video.decode import Luma

Plane = np.ndarray[Any, Any]

_DIFFERS = 16.0  # levels of the quotient
_LEVELS = 8.0  # levels of brightness: the quotient also differs around a thing
_MIN_AREA = 0.0008  # of the picture
_AT_REST = 0.75  # of a thing's pixels must have been so for as long as is asked
_RESTLESS = 0.01  # of the pixels around a thing may have changed meanwhile: more is somebody who sways
_ANEW = 0.2  # of the place at once: the light was switched, or the camera turned. Nothing was set down
_LIT = 10.0  # levels by which a pixel is lighter or darker than at the last look
_LIT_EVERYWHERE = 0.7  # of all pixels: another lamp, another exposure
_RELIGHT_S = 4.0  # what is new so soon after that is the place in its new light
_SPREAD_S = 15.0  # how far apart the pixels of a thing may have come to rest; half the time asked if that is longer

_OPEN = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))
_CLOSE = cv2.getStructuringElement(cv2.MORPH_RECT, (7, 7))
AROUND = cv2.getStructuringElement(cv2.MORPH_RECT, (9, 9))
_NEAR = cv2.getStructuringElement(cv2.MORPH_RECT, (61, 61))


class Place:
    """How a place has long been, and how it is now."""

    def __init__(self, shape: tuple[int, int], learn_s: Plane) -> None:
        self.shape = shape
        self.differs: Plane = np.zeros(shape, np.uint8)
        """255 where the place is not as it has long been."""
        self.as_before: Plane = np.zeros(shape, bool)
        """Where it plainly is. Where something flickers or fidgets, neither is certain."""
        self._learn_s = learn_s
        self._now: Plane | None = None
        self._now_level: Plane = np.zeros(shape, np.float32)
        self._strange: Plane = np.zeros(shape, bool)
        self._rest_s: Plane = np.zeros(shape, np.float32)
        self._long: Plane = np.zeros(shape, np.float32)
        self._long_level: Plane = np.zeros(shape, np.float32)
        self._known: Plane = np.zeros(shape, bool)
        self._last_level: Plane | None = None
        self._relit_s = _RELIGHT_S
        """Since the light changed everywhere."""

    def see(self, luma: Luma, stirring: Luma, step_s: float) -> bool:
        """One picture. False where so much of it is new that the place must be learnt again."""
        level = cv2.GaussianBlur(luma, (3, 3), 0).astype(np.float32)
        quotient = cv2.GaussianBlur(quotient_of(luma), (5, 5), 0).astype(np.float32)
        if self._now is None:
            self._now, self._now_level = quotient.copy(), level.copy()
        quiet = stirring == 0
        same = np.abs(quotient - self._now) <= _DIFFERS
        # Twice, one after the other: a drop that falls by changes nothing.
        new = quiet & ~same & self._strange
        self._strange = quiet & ~same
        anew = np.count_nonzero(new) > _ANEW * new.size
        self._now[new], self._now_level[new], self._rest_s[new] = quotient[new], level[new], 0.0
        if anew:
            self._known[:] = False
        elif self._is_relit(level, step_s):
            self._known[new] = False
        held = quiet & same
        self._rest_s[held] += step_s
        _follow(self._now, quotient, held, step_s / 20.0)
        _follow(self._now_level, level, held, step_s / 20.0)
        self._learn(held, step_s)
        differs = np.abs(self._now - self._long) > _DIFFERS
        self.as_before = ~differs & ~self._strange
        differs &= (np.abs(self._now_level - self._long_level) > _LEVELS) & self._known & ~self._strange
        self.differs = differs.astype(np.uint8) * 255
        return not anew

    def _is_relit(self, level: Plane, step_s: float) -> bool:
        last, self._last_level = self._last_level, level
        lit = last is not None and np.count_nonzero(np.abs(level - last) > _LIT) > _LIT_EVERYWHERE * level.size
        self._relit_s = 0.0 if lit else self._relit_s + step_s
        return self._relit_s < _RELIGHT_S

    def is_at_rest(self, mask: Plane, stirring: Luma, after_s: float) -> bool:
        """Whether a piece that differs came at once, has been so for long enough, and nothing stirs in it."""
        if np.any(stirring[cv2.dilate(mask, AROUND) > 0]):
            return False
        near_s = self._rest_s[cv2.dilate(mask, _NEAR) > 0]
        if np.count_nonzero(near_s < 0.9 * after_s) > _RESTLESS * near_s.size:
            return False
        rest_s = self._rest_s[mask > 0]
        early, late = np.percentile(rest_s, (10, 90))
        return bool(
            np.count_nonzero(rest_s >= after_s) >= _AT_REST * rest_s.size
            and late - early <= max(_SPREAD_S, after_s / 2)
        )

    def kind(self, mask: Plane) -> str:
        """``left`` where the outline of a piece is in the picture now, ``removed`` where it was there before."""
        outline = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, _OPEN) > 0
        now, before = (_edges(level)[outline].mean() for level in (self._now_level, self._long_level))
        return "left" if now >= before else "removed"

    def looks(self, mask: Plane) -> Plane:
        """How the pixels of a piece are now."""
        assert self._now is not None  # noqa: S101  there are no pieces before there was a picture
        return np.asarray(self._now[mask > 0])

    def settle(self, mask: Plane, after_s: float) -> None:
        """A piece that is no thing (a shadow that creeps) is the place when most of it has differed for very long."""
        if np.median(self._rest_s[mask > 0]) >= after_s:
            self.take_over(cv2.dilate(mask, AROUND) > 0)

    def take_over(self, where: Plane) -> None:
        """The place is from now on as it is."""
        if self._now is not None and where.any():
            self._long[where], self._long_level[where] = self._now[where], self._now_level[where]
            self._known |= where
            self.differs[where] = 0

    def _learn(self, held: Plane, step_s: float) -> None:
        self.take_over(~self._known & (self._rest_s >= self._learn_s))
        assert self._now is not None  # noqa: S101  set by see
        alike = held & self._known & (np.abs(self._now - self._long) <= _DIFFERS)
        _follow(self._long, self._now, alike, step_s / 60.0)
        _follow(self._long_level, self._now_level, alike, step_s / 60.0)


def _follow(plane: Plane, target: Plane, where: Plane, rate: float) -> None:
    plane[where] += (target[where] - plane[where]) * min(1.0, rate)


def pieces(differs: Plane) -> list[Plane]:
    """Masks of the connected pieces that are large enough to be a thing."""
    solid = cv2.morphologyEx(cv2.morphologyEx(differs, cv2.MORPH_OPEN, _OPEN), cv2.MORPH_CLOSE, _CLOSE)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    least = _MIN_AREA * differs.size
    return [
        np.where(labels == index, 255, 0).astype(np.uint8)
        for index in range(1, count)
        if stats[index, cv2.CC_STAT_AREA] >= least
    ]


def _edges(level: Plane) -> Plane:
    """How strong edges are in proportion to the brightness."""
    across, down = cv2.Sobel(level, cv2.CV_32F, 1, 0), cv2.Sobel(level, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down) / (cv2.blur(level, (15, 15)) + 16.0))
