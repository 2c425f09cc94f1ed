"""How a camera's place looks when nobody has touched the camera: learnt, remembered, and compared with each look.

The memory follows the light, slowly, and must not be taught while the picture is doubtful.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import cv2
import numpy as np

from ingest.video.tamper_look import GRID, Field, Look

_FIRST = 5  # looks that are averaged before anything is compared
_MIN_TEXTURE = 0.01  # of the cells: a place must have something to know it by
_FOLLOW_S = 60.0  # the time constant with which the memory follows the light
_SHARP_DOWN_S = 600.0  # sharpness is believed at once when it rises, and slowly when it falls

_SURE = 0.5  # similarity above which nothing else has to be asked
_LIKELY = 0.25  # above which it is the place unless it fits much better elsewhere
_SAME = 0.1  # above which it is, if it fits best where it is; two places: 0.07 at most, day against night: 0.2
_NEAR = 2  # cells: a shift so small is none
_SHIFT = 5  # cells (3 % of the width): wind and a knock do less, and leave the view what it was
_SHIFTED = 0.2  # the fit that a shifted view must have, at least ...
_BETTER = 1.4  # ... and so many times that without a shift
_SWAYS = 0.35  # the fit of a view that is shifted by less than ``_SHIFT``
_BLOCKS = (16, 9)  # in which the similarity is taken: a caption that stays fills few of them, however strong it is
_STRUCTURED = 0.25  # of the mean: what a block must have of edges to be compared
_SOME = 0.02  # of the cells of a block: fewer edges in a look are none
_BARE = 0.35  # of the usual texture: less, and something even is in front
_UNSHARP = 0.45  # of the usual sharpness
_BURNT = 0.6  # of the picture


class Verdict(StrEnum):
    """What one look says."""

    FINE = "fine"
    COVERED = "covered"
    DEFOCUSED = "defocused"
    MOVED = "moved"
    WASHED_OUT = "washed_out"


@dataclass(frozen=True, slots=True)
class Finding:
    verdict: Verdict
    figures: dict[str, float | list[float]]
    """What was measured, for the operator: ``similarity`` (-1..1), ``texture`` and ``sharpness`` (1 = as usual),
    ``burnt`` (a fraction), ``shift`` (x, y as fractions of the picture)."""


class Place:
    """Of one camera."""

    def __init__(self) -> None:
        self._field: Field = np.zeros((GRID[1], GRID[0]), np.complex64)
        self._texture = 0.0
        self._burnt = 0.0
        self._sharpness: float | None = None
        self._width = 0
        self._looks = 0

    @property
    def known(self) -> bool:
        return self._looks >= _FIRST

    @staticmethod
    def shows_something(texture: float) -> bool:
        """Whether there is anything in a picture by which a place could be known."""
        return texture >= _MIN_TEXTURE

    def learn(self, look: Look, step_s: float) -> None:
        """Take a look into the memory, ``step_s`` after the one before."""
        if not self.known and not self.shows_something(look.texture):
            return
        self._looks += 1
        rate = max(1.0 / self._looks if self._looks <= _FIRST else 0.0, 1.0 - math.exp(-step_s / _FOLLOW_S))
        self._field = self._field + rate * (look.field - self._field)
        self._texture += rate * (look.texture - self._texture)
        self._burnt += rate * (look.burnt - self._burnt)
        self._learn_sharpness(look, rate, step_s)

    def _learn_sharpness(self, look: Look, rate: float, step_s: float) -> None:
        if look.sharpness is None:
            return
        if self._sharpness is None or self._width != look.width:
            self._sharpness, self._width = look.sharpness, look.width
        elif look.sharpness < self._sharpness and self.known:
            rate = 1.0 - math.exp(-step_s / _SHARP_DOWN_S)
        self._sharpness += rate * (look.sharpness - self._sharpness)

    def judge(self, look: Look) -> Finding:
        """Compare a look with the memory, which must be ``known``."""
        similarity = _similarity(look.field, self._field)
        bare = look.texture < _BARE * self._texture
        unsharp = self._is_unsharp(look)
        figures: dict[str, float | list[float]] = {
            "similarity": round(similarity, 3),
            "texture": round(look.texture / max(self._texture, 1e-3), 2),
            "burnt": round(look.burnt, 2),
        }
        if look.sharpness is not None and self._sharpness and self._width == look.width:
            figures["sharpness"] = round(look.sharpness / self._sharpness, 2)
        if look.burnt - self._burnt > _BURNT / 2 and look.burnt >= _BURNT and (bare or similarity < _SURE):
            return Finding(Verdict.WASHED_OUT, figures)
        same = similarity >= _SURE
        if not same:
            best, unshifted, shift = _best_fit(look.field, self._field)
            away = max(abs(shift[0]), abs(shift[1]))
            if away >= _SHIFT and best >= _SHIFTED and best >= _BETTER * unshifted:
                figures["shift"] = [round(shift[0] / GRID[0], 3), round(shift[1] / GRID[1], 3)]
                return Finding(Verdict.MOVED, figures)
            # Night against day: little is alike, but it fits best without a shift.
            same = similarity >= _LIKELY or (away <= _NEAR and similarity >= _SAME)
            same |= away < _SHIFT and best >= _SWAYS
        if same:
            return Finding(Verdict.DEFOCUSED if unsharp else Verdict.FINE, figures)
        # Nothing of the place is left. A thing at the lens is even, or too near to be sharp; another view is neither.
        return Finding(Verdict.COVERED if bare or unsharp else Verdict.MOVED, figures)

    def _is_unsharp(self, look: Look) -> bool:
        if look.sharpness is None or self._sharpness is None or self._width != look.width:
            return False
        return look.sharpness < _UNSHARP * self._sharpness

    def arrays(self) -> dict[str, Any]:
        """What is worth keeping, for ``numpy.savez``."""
        return {
            "across": np.round(self._field.real * 127).astype(np.int8),
            "down": np.round(self._field.imag * 127).astype(np.int8),
            "numbers": np.array([self._texture, self._burnt, self._sharpness or 0.0, self._width]),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> Place:
        """From what ``arrays`` gave. Raises KeyError or ValueError for anything else."""
        place = cls()
        field = (arrays["across"].astype(np.float32) + 1j * arrays["down"].astype(np.float32)) / 127
        if field.shape != place._field.shape:
            raise ValueError(f"a field of {field.shape}")
        place._field = cast(Field, field.astype(np.complex64))
        place._texture, place._burnt, sharpness, width = (float(number) for number in arrays["numbers"])
        place._sharpness, place._width = sharpness or None, int(width)
        place._looks = _FIRST
        return place


def _power(field: Field) -> float:
    return float(np.vdot(field, field).real)


def _similarity(now: Field, usual: Field) -> float:
    """How alike the edges run, -1..1: the mean over the blocks of the place that have some."""
    usual_power, power = _in_blocks(_squared(usual)), _in_blocks(_squared(now))
    compared = usual_power > _STRUCTURED * usual_power.mean()
    alike = _in_blocks(now.real * usual.real + now.imag * usual.imag) / np.sqrt(np.maximum(power * usual_power, 1e-9))
    alike[power < _SOME] = 0.0
    return float(alike[compared].mean()) if compared.any() else 0.0


def _in_blocks(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return cv2.resize(values.astype(np.float32), _BLOCKS, interpolation=cv2.INTER_AREA)


def _squared(field: Field) -> np.ndarray[Any, Any]:
    return np.square(field.real) + np.square(field.imag)


def _best_fit(now: Field, usual: Field) -> tuple[float, float, tuple[int, int]]:
    """How well it fits at the best shift (1: wholly) and without one, and the best shift (x, y) in cells."""
    spectrum = cv2.mulSpectrums(cv2.dft(_pairs(now)), cv2.dft(_pairs(usual)), 0, conjB=True)
    power = float(_squared(now).sum()) * float(_squared(usual).sum())
    fit = cv2.idft(spectrum, flags=cv2.DFT_SCALE)[..., 0] / max(1e-6, math.sqrt(power))
    rows, columns = fit.shape
    row, column = (int(index) for index in np.unravel_index(int(fit.argmax()), fit.shape))
    shift = (column - columns * (column > columns // 2), row - rows * (row > rows // 2))
    return float(fit[row, column]), float(fit[0, 0]), shift


def _pairs(field: Field) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.dstack([field.real, field.imag]).astype(np.float32)
