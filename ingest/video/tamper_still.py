"""Whether a picture is frozen: packets flow, and every one of them shows the same.

A sensor is never still: from one keyframe to the next 40 to 90 % of the samples of an empty street differ, by noise
alone. Of a frozen picture an encoder makes the same keyframe again, or, while its rate control settles, one that
differs less and less. Only keyframes are compared: what lies between two of them is often left out by the encoder
though the camera is alive, in a quiet night for seconds (measured: docs/design/tamper.md). What is usual is learnt;
of a camera whose keyframes are usually the same (no noise, or compressed away) nothing can be known, and nothing is
said.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from ingest.video.tamper_look import Rows, sameness

_APART = timedelta(seconds=0.9)  # of a stream that is all keyframes, not every one
_GAP = timedelta(seconds=15)
_EXACT = 0.02  # of the samples differ: the same picture
_STILL = 0.4  # times what usually differs: a picture without noise, coded again
_TELLING = 0.1  # a camera of whose samples fewer differ usually tells nothing
_RISE_S = 600.0  # the time constant with which a camera is believed to have more noise
_FALL = 0.1  # of the difference, a keyframe: with less noise it is soon believed
_STOOD = 0.7  # times what is usual, for each time that it stood still of itself
_ENOUGH = 6  # comparisons before anything is said
_LASTS = timedelta(seconds=4)
_LASTS_PAIRS = 2


class Stillness:
    """Of one camera. ``usual``: the fraction of samples that differ from keyframe to keyframe; None: not known yet."""

    def __init__(self, usual: float | None = None) -> None:
        self.usual = usual
        self.since: datetime | None = None
        """When the picture that stands still now was first seen; None while it changes."""
        self._compared = 0 if usual is None else _ENOUGH
        self._rows: Rows | None = None
        self._ts: datetime | None = None
        self._pairs = 0
        self._exact = False

    @property
    def telling(self) -> bool:
        """Whether a still picture means something with this camera."""
        return self.usual is not None and self._compared >= _ENOUGH and self.usual >= _TELLING

    @property
    def suspected(self) -> bool:
        return self.since is not None and self.telling

    def frozen(self) -> bool:
        """Whether it has stood still for long enough."""
        if self.since is None or self._ts is None or not self.telling:
            return False
        return self._ts - self.since >= _LASTS and (self._exact or self._pairs >= _LASTS_PAIRS)

    def see(self, rows: Rows, ts: datetime) -> float | None:
        """One keyframe. The fraction of its samples that differ from the one before; None where there is none."""
        before, before_at = self._rows, self._ts
        if before_at is not None and timedelta(0) <= ts - before_at < _APART:
            return None
        self._rows, self._ts = rows, ts
        if before is None or before_at is None or not timedelta(0) < ts - before_at <= _GAP:
            self.since = None
            return None
        differs = 1.0 - sameness(rows, before)
        self._exact = differs <= _EXACT
        if self._exact or (self.usual is not None and differs <= _STILL * self.usual):
            if self.since is None:
                self.since, self._pairs = before_at, 0
            self._pairs += 1
        else:
            self.since = None
        return differs

    def learn(self, differs: float, step_s: float) -> None:
        """Take in what ``see`` answered, of a camera that is in order."""
        self._compared += 1
        if self.usual is None:
            self.usual = differs
        elif self._compared <= _ENOUGH:
            self.usual = min(self.usual, differs)
        else:
            rate = _FALL if differs < self.usual else 1.0 - math.exp(-step_s / _RISE_S)
            self.usual += rate * (differs - self.usual)

    def stood(self) -> None:
        """It stood still, and went on before it counted as frozen: so it does that of itself."""
        if self.usual is not None:
            self.usual *= _STOOD
