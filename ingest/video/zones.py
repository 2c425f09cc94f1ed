"""The zones of one camera, as rasters of the small grey picture. Pure geometry.

A thing is where it stands: in the zone that holds the bottom middle of its box. What is masked is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import cv2
import numpy as np

from hub.config.settings import Point, ZoneSettings
from ingest.video.analysis import Box, Track
from ingest.video.decode import Luma

Shape = tuple[int, int]
"""Rows and columns."""

_TOUCH = 20  # pixels that move in a zone, or a fifth of a small one: less is the seam of what moves beside it


class Zones:
    """``named`` are those that are spoken of. Rasters are made anew when the size of the picture changes."""

    def __init__(self, zones: Iterable[ZoneSettings] = ()) -> None:
        zones = tuple(zones)
        self.named = tuple(zone for zone in zones if not zone.mask)
        self._masks = tuple(zone for zone in zones if zone.mask)
        self._shape: Shape = (0, 0)
        self._rasters: dict[str, Luma] = {}
        self._sizes: dict[str, int] = {}
        self._looked_at: Luma | None = None

    def looked_at(self, shape: Shape) -> Luma | None:
        """0 where a mask is, else 255; None where there is no mask."""
        self._draw(shape)
        return self._looked_at

    def raster(self, zone: ZoneSettings, shape: Shape) -> Luma:
        """255 in the zone and under no mask, else 0."""
        self._draw(shape)
        return self._rasters[zone.name]

    def moving(self, zone: ZoneSettings, where: Luma | None) -> float:
        """The fraction of the zone that moves; ``where``: not 0 where the picture does. 0 for a mere touch."""
        if where is None:
            return 0.0
        raster, size = self.raster(zone, _shape(where)), self._sizes[zone.name]
        pixels = cv2.countNonZero(cv2.bitwise_and(raster, where))
        return round(pixels / size, 4) if pixels >= min(_TOUCH, max(1, size // 5)) else 0.0

    def standing(self, zone: ZoneSettings, tracks: Iterable[Track], shape: Shape) -> list[Track]:
        """Those of ``tracks`` that stand in the zone."""
        raster = self.raster(zone, shape)
        return [track for track in tracks if raster[_pixel(foot(track.box), shape)]]

    def unmasked(self, tracks: Iterable[Track], shape: Shape) -> list[Track]:
        """Those of ``tracks`` that do not stand under a mask."""
        looked_at = self.looked_at(shape)
        return [track for track in tracks if looked_at is None or looked_at[_pixel(foot(track.box), shape)]]

    def touched_by(self, zone: ZoneSettings, boxes: Sequence[Box], shape: Shape) -> tuple[Box, ...]:
        """Those of ``boxes`` that reach into the zone."""
        raster = self.raster(zone, shape)
        found = []
        for box in boxes:
            top, left = _pixel((box[0], box[1]), shape)
            bottom, right = _pixel((box[0] + box[2], box[1] + box[3]), shape)
            if raster[top : bottom + 1, left : right + 1].any():
                found.append(box)
        return tuple(found)

    def _draw(self, shape: Shape) -> None:
        if shape == self._shape:
            return
        self._shape = shape
        covered = np.zeros(shape, np.uint8)
        for mask in self._masks:
            covered |= draw(mask.polygon, shape)
        self._looked_at = 255 - covered if self._masks else None
        self._rasters = {zone.name: cast(Luma, draw(zone.polygon, shape) & ~covered) for zone in self.named}
        self._sizes = {name: max(1, cv2.countNonZero(raster)) for name, raster in self._rasters.items()}


def draw(polygon: Sequence[Point], shape: Shape) -> Luma:
    """255 within the polygon and on its edge, else 0."""
    rows, columns = shape
    corners = np.round(np.array(polygon) * (columns - 1, rows - 1)).astype(np.int32)
    return cast(Luma, cv2.fillPoly(np.zeros(shape, np.uint8), [corners], 255))


def foot(box: Box) -> Point:
    """The bottom middle: where a thing stands on the ground."""
    return box[0] + box[2] / 2, box[1] + box[3]


def _pixel(point: Point, shape: Shape) -> tuple[int, int]:
    rows, columns = shape
    return min(rows - 1, max(0, int(point[1] * rows))), min(columns - 1, max(0, int(point[0] * columns)))


def _shape(picture: Luma) -> Shape:
    return picture.shape[0], picture.shape[1]
