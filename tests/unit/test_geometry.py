"""Distances on the ground, held against ones that were worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hub.model.geometry import METRES_PER_DEGREE, distance_m, middle

LATITUDE = 45.0
NORTH = 100 / METRES_PER_DEGREE
"""A hundred metres in degrees of latitude, and of longitude at 45° N."""
EAST = NORTH / math.cos(math.radians(LATITUDE))


def square(x: float, y: float, side: float = 1.0) -> list[list[float]]:
    """A ring; in hundreds of metres to the east and the north."""
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    return [[131 + east * EAST, LATITUDE + north * NORTH] for east, north in corners]


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.mark.parametrize(
    ("ring", "metres"),
    [
        (square(1, -0.5), 100),
        (square(-3, -0.5), 200),
        (square(-0.5, 2), 200),
        (square(1, 1), 100 * math.sqrt(2)),
        (square(-0.5, -0.5), 0),
    ],
)
def test_the_distance_is_to_the_nearest_of_the_outline_and_nothing_inside(
    ring: list[list[float]], metres: float
) -> None:
    assert distance_m((131.0, LATITUDE), polygon(ring)) == pytest.approx(metres, rel=1e-3)


def test_a_hole_is_outside_and_so_is_the_gap_between_two_parts() -> None:
    yard = polygon(square(-2, -2, 4), square(-0.5, -0.5))
    assert distance_m((131.0, LATITUDE), yard) == pytest.approx(50, rel=1e-3)
    parts = {"type": "MultiPolygon", "coordinates": [[square(1, -0.5)], [square(-1.5, -0.5)]]}
    assert distance_m((131.0, LATITUDE), parts) == pytest.approx(50, rel=1e-3)


def test_the_middle_is_that_of_the_largest_ring() -> None:
    found = middle({"type": "MultiPolygon", "coordinates": [[square(5, 5, 0.1)], [square(0, 0, 2)]]})
    assert found == pytest.approx((131 + EAST, LATITUDE + NORTH))


@pytest.mark.parametrize("geometry", [{"type": "Point", "coordinates": [131, 45]}, polygon([[131, 45]] * 4)])
def test_what_is_no_surface_has_no_middle(geometry: dict[str, Any]) -> None:
    assert middle(geometry) is None


def test_what_is_no_surface_is_infinitely_far() -> None:
    assert distance_m((131.0, LATITUDE), {"type": "LineString", "coordinates": [[131, 45], [132, 45]]}) == math.inf
