"""How far areas are from one another on the ground, by their outlines. Pure.

Distances within a city: the earth is taken as flat around the point that is measured from (equirectangular projection,
less than one part in a thousand off over 10 km; Snyder, "Map Projections: A Working Manual", USGS 1395, section 12).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

METRES_PER_DEGREE = 6_371_008.8 * math.pi / 180
"""Of latitude, on a sphere with the mean radius of the earth (IUGG)."""

Position = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84)."""


def middle(geometry: Mapping[str, Any]) -> Position | None:
    """The centroid of the largest ring; None for what is no polygon, or has no area."""
    rings = list(_rings(geometry))
    if not rings:
        return None
    ring = max(rings, key=lambda one: abs(_double_area(one)))
    double = _double_area(ring)
    if double == 0:
        return None
    (x0, y0), x, y = ring[0], 0.0, 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        x += (x1 + x2 - 2 * x0) * cross
        y += (y1 + y2 - 2 * y0) * cross
    return x0 + x / (3 * double), y0 + y / (3 * double)


def distance_m(at: Position, geometry: Mapping[str, Any]) -> float:
    """From a point to the nearest of an outline, in metres; 0 inside of it, infinite where there is no polygon."""
    squeeze = math.cos(math.radians(at[1])) * METRES_PER_DEGREE
    nearest, inside = math.inf, False
    for ring in _rings(geometry):
        flat = [((x - at[0]) * squeeze, (y - at[1]) * METRES_PER_DEGREE) for x, y in ring]
        for a, b in pairwise(flat):
            nearest = min(nearest, _to_edge(a, b))
            # Even and odd: an edge that a ray to the east crosses turns inside out, and holes with it.
            if (a[1] > 0) != (b[1] > 0) and a[0] + (b[0] - a[0]) * a[1] / (a[1] - b[1]) > 0:
                inside = not inside
    return 0.0 if inside else nearest


def _to_edge(a: Position, b: Position) -> float:
    """From the origin to a line between two points."""
    (ax, ay), (dx, dy) = a, (b[0] - a[0], b[1] - a[1])
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else min(1.0, max(0.0, -(ax * dx + ay * dy) / length))
    return math.hypot(ax + along * dx, ay + along * dy)


def _double_area(ring: Sequence[Position]) -> float:
    x0, y0 = ring[0]
    return sum((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0) for (x1, y1), (x2, y2) in pairwise(ring))


def _rings(geometry: Mapping[str, Any]) -> Iterator[list[Position]]:
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        return
    polygons = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        for ring in polygon:
            if ring:
                yield [(float(point[0]), float(point[1])) for point in ring]
