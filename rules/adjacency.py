"""Which areas are neighbours: their shapes touch or overlap, by exact arithmetic. Pure.

Shapes are GeoJSON (RFC 7946), polygons and multipolygons, rounded to 1e-7 degrees (a centimetre), so that every test is
one of whole numbers and has no error. Two shapes touch where an edge of one meets an edge of the other (a corner is
enough), or where one lies in the other. The tests of segments are those of R. Sedgewick, Algorithms, ch. 24.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hub.model.area import Area, contains

_Point = tuple[int, int]
_UNITS = 10_000_000


@dataclass(frozen=True, slots=True)
class _Shape:
    rings: list[list[_Point]]
    west: int
    south: int
    east: int
    north: int


def neighbours(areas: Mapping[str, Area]) -> dict[str, frozenset[str]]:
    """For each area with a shape the others that it touches, save those that it lies in or that lie in it by path."""
    shapes = sorted(
        ((path, shape) for path, area in areas.items() if (shape := _shape(area.geometry)) is not None),
        key=lambda item: item[1].west,
    )
    found: dict[str, set[str]] = {path: set() for path, _ in shapes}
    for number, (path, shape) in enumerate(shapes):
        for other_path, other in shapes[number + 1 :]:
            if other.west > shape.east:
                break  # as are all that follow
            if contains(path, other_path) or contains(other_path, path):
                continue
            if other.south <= shape.north and shape.south <= other.north and _touch(shape, other):
                found[path].add(other_path)
                found[other_path].add(path)
    return {path: frozenset(others) for path, others in found.items()}


def _shape(geometry: Mapping[str, Any] | None) -> _Shape | None:
    kind = None if geometry is None else geometry.get("type")
    if geometry is None or kind not in {"Polygon", "MultiPolygon"}:
        return None
    polygons = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
    rings = [[_point(position) for position in ring] for polygon in polygons for ring in polygon if len(ring) > 1]
    points = [point for ring in rings for point in ring]
    if not points:
        return None
    across, along = [point[0] for point in points], [point[1] for point in points]
    return _Shape(rings, min(across), min(along), max(across), max(along))


def _point(position: Sequence[float]) -> _Point:
    return round(position[0] * _UNITS), round(position[1] * _UNITS)


def _touch(one: _Shape, other: _Shape) -> bool:
    edges = [edge for ring in other.rings for edge in pairwise(ring)]
    for ring in one.rings:
        for start, end in pairwise(ring):
            if any(_meet(start, end, first, last) for first, last in edges):
                return True
    return _inside(one.rings[0][0], other) or _inside(other.rings[0][0], one)


def _turn(a: _Point, b: _Point, c: _Point) -> int:
    """1 where the way from a over b to c turns left, -1 right, 0 straight on."""
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (area > 0) - (area < 0)


def _between(a: _Point, b: _Point, c: _Point) -> bool:
    """Whether c, which is on the line through a and b, lies between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _meet(a: _Point, b: _Point, c: _Point, d: _Point) -> bool:
    abc, abd, cda, cdb = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if abc != abd and cda != cdb:
        return True
    on_line = ((abc, a, b, c), (abd, a, b, d), (cda, c, d, a), (cdb, c, d, b))
    return any(turn == 0 and _between(*points) for turn, *points in on_line)


def _inside(point: _Point, shape: _Shape) -> bool:
    """By the number of edges to the east of the point; holes are rings like others."""
    x, y = point
    odd = False
    for ring in shape.rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y):
                side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
                odd ^= (side > 0) == (y2 > y1)
    return odd
