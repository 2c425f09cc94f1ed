"""Privacy masks burnt into pictures: an even grey, of which nothing can be got back."""

from __future__ import annotations

from typing import Any, cast

import av
import cv2
import numpy as np

from hub.model.mask import Masks, Polygon

MAX_WIDTH = 1280
"""Of a masked film: it is encoded anew, and costs by its pixels."""
GREY = 96
_CHROMA = 128  # of no colour
_EDGE = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))
_JPEG_QUALITY = 80

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


def raster(masks: Masks, shape: tuple[int, int]) -> Pixels:
    """255 under a mask and a pixel around it, else 0. ``shape``: rows and columns.

    A pixel more, as one of a picture that was made smaller has something of its neighbours. What the outline of a
    mask encloses is under it, also where the outline crosses itself.
    """
    covered = np.zeros(shape, np.uint8)
    for mask in masks:
        covered |= _filled(mask, shape)
    return cast(Pixels, cv2.dilate(covered, _EDGE))


def _filled(mask: Polygon, shape: tuple[int, int]) -> Pixels:
    rows, columns = shape
    corners = np.round(np.array(mask) * (columns - 1, rows - 1)).astype(np.int32)
    drawn = cv2.fillPoly(np.zeros(shape, np.uint8), [corners], 255)
    outlines, _ = cv2.findContours(drawn, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cast(Pixels, cv2.drawContours(drawn, outlines, -1, 255, cv2.FILLED))


def cover(pixels: Pixels, masks: Masks) -> None:
    """Burn ``masks`` into blue, green and red, where they are."""
    pixels[raster(masks, (pixels.shape[0], pixels.shape[1])) > 0] = GREY


def cover_jpeg(data: bytes, masks: Masks) -> bytes:
    """A JPEG like ``data`` with ``masks`` burnt in, and nothing of what else the file may hold. Raises ValueError."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if pixels is None:
        raise ValueError("this is no picture")
    cover(cast(Pixels, pixels), masks)
    done, coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise ValueError("the picture cannot be encoded")
    return bytes(coded)


class Cover:
    """Burns ``masks`` into the pictures of a film; drawn anew only where their size changes."""

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._size = (0, 0)
        self._where: Pixels = np.zeros((0, 0), np.uint8)
        self._paint: Pixels = self._where

    def frame(self, frame: av.VideoFrame) -> av.VideoFrame:
        """As 4:2:0, at most ``MAX_WIDTH`` wide, without a time. The decoder builds on ``frame``: it stays as it is."""
        width, height = size_of(frame.width, frame.height)
        small = frame.reformat(width=width, height=height, format="yuv420p", interpolation="AREA")
        planar: Pixels = np.array(small.to_ndarray(), np.uint8, copy=True)
        if self._size != (width, height):
            self._draw(width, height)
        np.copyto(planar, self._paint, where=self._where > 0)
        return av.VideoFrame.from_ndarray(planar, format="yuv420p")

    def _draw(self, width: int, height: int) -> None:
        """The planes one below the other, as ``to_ndarray`` has them: brightness, and two of half its size."""
        bright = raster(self._masks, (height, width))
        # A sample of colour that touches a mask at all is under it.
        colour = bright.reshape(height // 2, 2, width // 2, 2).max(axis=(1, 3)).ravel()
        self._where = np.concatenate([bright.ravel(), colour, colour]).reshape(height * 3 // 2, width)
        self._paint = np.full_like(self._where, _CHROMA)
        self._paint[:height] = GREY
        self._size = (width, height)


def size_of(width: int, height: int) -> tuple[int, int]:
    """Of a masked film: even, as 4:2:0 asks for."""
    scale = min(1.0, MAX_WIDTH / width)
    return max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)
