"""Whether to look at the pictures between two keyframes after all.

A keyframe that differs from the picture that was shown before it is shown to the analysers only after the pictures in
between, which the ring still holds. So what crossed the view between two keyframes is seen on its way, and dated when
it came. What moves is for the analysers to say; this only spares decoding groups in which nothing has changed. Where
they say, again and again, that it was nothing (rain), fewer are looked into.
"""

from __future__ import annotations

import cv2
import numpy as np

from ingest.video.analyse import quotient_of
from ingest.video.decode import Luma

_CHANGE = 12  # levels of the quotient image, as in the analysis
_MIN_AREA = 0.0008  # of the picture: half of the smallest thing that the analysis calls moving
_MAX_AREA = 0.6  # more is another picture
_MOST_PASSED = 15
_SPECK = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))


class Hindsight:
    """Of one connection."""

    def __init__(self) -> None:
        self._to_pass = self._passed = 0

    def wanted(self, now: Luma, before: Luma | None) -> bool:
        """Whether something of some size is in the keyframe ``now`` that was not there before, or is gone."""
        if before is None or before.shape != now.shape:
            return False
        changed = (cv2.absdiff(quotient_of(now), quotient_of(before)) > _CHANGE).astype(np.uint8)
        area = cv2.countNonZero(cv2.morphologyEx(changed, cv2.MORPH_OPEN, _SPECK)) / changed.size
        if not _MIN_AREA <= area <= _MAX_AREA:
            return False
        if self._passed < self._to_pass:
            self._passed += 1
            return False
        return True

    def told(self, *, moving: bool) -> None:
        """What the pictures in between showed."""
        self._passed = 0
        self._to_pass = 0 if moving else min(2 * self._to_pass + 1, _MOST_PASSED)
