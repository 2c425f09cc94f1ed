"""One look at a picture, for tampering: where its edges run, how sharp they are, how much of it is burnt out.

Everything is measured on a grid of ``GRID`` cells, whatever the size and shape of the picture, so that a camera that
changes its resolution is still the same place. Edges are kept as directions of unit length: what light does to a
picture changes how strong an edge is, not where it runs ("Orientation correlation": Fitch, Kadyrov, Christmas and
Kittler, BMVC 2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np

from ingest.video.decode import Luma, Picture

GRID = (160, 90)
"""Columns and rows of the field of edges."""
WIDTH = 640
"""The width in pixels at which sharpness is measured, at most: a blur that matters shows there."""
_BLOCKS = (32, 18)  # where sharpness is compared
_EDGE = 1.5  # levels a cell: less is noise
_CLEAR_EDGE = 2.0  # levels a cell, on the average of a block: sharpness can be told there
_FEWEST_BLOCKS = 10
_BURNT = 230  # levels: white is 235 in video range (ITU-R BT.601), 255 in full range
_ROW_STEP = 8  # one row in so many tells whether two pictures are the same

Field = np.ndarray[tuple[int, int], np.dtype[np.complex64]]
"""The direction of each edge as a complex number: of length 1 in a picture, shorter in an average, 0 where none is."""
Rows = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Look:
    """``texture``: the fraction of the cells with an edge. ``burnt``: the fraction of the picture that is white."""

    field: Field
    texture: float
    sharpness: float | None
    """Fine contrast over coarse contrast, about 0.02 in mist and 0.4 in good focus; None where no edge is clear."""
    width: int
    """At which sharpness was measured."""
    burnt: float
    brightness: float
    """The mean level, 0..255."""


def look_at(luma: Luma) -> Look:
    """``luma``: at most ``WIDTH`` wide."""
    small = cv2.resize(luma, GRID, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small.astype(np.float32), (3, 3), 0.7)
    # Scharr's kernel adds up to 32: the result is in levels a cell.
    across, down = cv2.Scharr(smooth, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(smooth, cv2.CV_32F, 0, 1) / 32
    strength = cv2.magnitude(across, down)
    edges = strength > _EDGE
    length = np.where(edges, np.maximum(strength, _EDGE), np.inf)
    field = (across / length + 1j * (down / length)).astype(np.complex64)
    return Look(
        cast(Field, field),
        texture=float(np.count_nonzero(edges)) / edges.size,
        sharpness=_sharpness(luma, strength),
        width=luma.shape[1],
        burnt=float(np.count_nonzero(small >= _BURNT)) / small.size,
        brightness=float(small.mean()),
    )


def _sharpness(luma: Luma, strength: np.ndarray[Any, Any]) -> float | None:
    """The median over the blocks with clear edges of (fine contrast / strength of the edges)."""
    level = luma.astype(np.float32)
    fine = cv2.absdiff(cv2.GaussianBlur(level, (3, 3), 0.8), cv2.GaussianBlur(level, (7, 7), 1.6))
    fine_in = cv2.resize(fine, _BLOCKS, interpolation=cv2.INTER_AREA)
    strength_in = cv2.resize(strength, _BLOCKS, interpolation=cv2.INTER_AREA)
    clear = strength_in > _CLEAR_EDGE
    if np.count_nonzero(clear) < _FEWEST_BLOCKS:
        return None
    return float(np.median(fine_in[clear] / strength_in[clear]))


def rows_of(picture: Picture) -> Rows:
    """Some rows of the first plane, as they were decoded: equal where two pictures are the same."""
    plane = picture.frame.planes[0]
    whole = np.frombuffer(cast(Any, plane), np.uint8).reshape(plane.height, -1)
    bytes_a_pixel = max(1, plane.line_size // plane.width)
    # What pads a row belongs to no picture and may hold anything.
    return whole[::_ROW_STEP, : plane.width * bytes_a_pixel].copy()


def sameness(a: Rows, b: Rows) -> float:
    """The fraction of the bytes that are equal; 0 for pictures of different sizes."""
    if a.shape != b.shape or not a.size:
        return 0.0
    return float(np.count_nonzero(a == b)) / a.size
