"""Which areas are neighbours, by their shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.area import Area
from rules.adjacency import neighbours

Corner = tuple[float, float]


def polygon(*corners: Corner) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in (*corners, corners[0])]]}


def touch(one: Any, other: Any) -> bool:
    found = neighbours({"a": Area("a", "a", "grid", one), "b": Area("b", "b", "grid", other)})
    assert found["a"] == ({"b"} if found["b"] else set()), "each is a neighbour of the other"
    return bool(found["a"])


SQUARE = polygon((0, 0), (4, 0), (4, 4), (0, 4))


@st.composite
def boxes(draw: st.DrawFn) -> list[tuple[int, int, int, int]]:
    """west, south, east, north, in whole degrees of a small world."""
    corner, size = st.integers(0, 8), st.integers(1, 5)
    each = st.tuples(corner, corner, size, size).map(lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3]))
    return draw(st.lists(each, min_size=2, max_size=6))


@given(boxes())
def test_boxes_are_neighbours_where_they_have_a_point_in_common(drawn: list[tuple[int, int, int, int]]) -> None:
    def shape(box: tuple[int, int, int, int]) -> dict[str, Any]:
        west, south, east, north = box
        return polygon((west, south), (east, south), (east, north), (west, north))

    found = neighbours({str(number): Area(str(number), "", "grid", shape(box)) for number, box in enumerate(drawn)})
    for number, one in enumerate(drawn):
        assert found[str(number)] == {
            str(place)
            for place, other in enumerate(drawn)
            if place != number
            and max(one[0], other[0]) <= min(one[2], other[2])
            and max(one[1], other[1]) <= min(one[3], other[3])
        }


Triangle = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def are_apart(one: Triangle, other: Triangle) -> bool:
    """Whether a line runs between them along one of their sides (the theorem of the separating axis)."""
    for shape in (one, other):
        for (x1, y1), (x2, y2) in zip(shape, (*shape[1:], shape[0]), strict=True):
            own, others = ([(y2 - y1) * x - (x2 - x1) * y for x, y in corners] for corners in (one, other))
            if max(own) < min(others) or max(others) < min(own):
                return True
    return False


def is_flat(shape: Triangle) -> bool:
    (x1, y1), (x2, y2), (x3, y3) = shape
    return (x2 - x1) * (y3 - y1) == (x3 - x1) * (y2 - y1)


_CORNERS = st.tuples(st.integers(-4, 9), st.integers(2, 15))
_TRIANGLES = st.tuples(_CORNERS, _CORNERS, _CORNERS).filter(lambda shape: not is_flat(shape))


@settings(max_examples=300)
@given(_TRIANGLES, _TRIANGLES)
def test_triangles_are_neighbours_where_no_line_runs_between_them(one: Triangle, other: Triangle) -> None:
    assert touch(polygon(*one), polygon(*other)) is not are_apart(one, other)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (polygon((5, 2), (8, 0), (8, 4)), False),  # a triangle whose corner points at the square
        (polygon((4, 2), (8, 0), (8, 4)), True),  # and meets its side
        (polygon((3, 2), (8, 0), (8, 4)), True),
        (polygon((4, 4), (6, 4), (6, 6)), True),  # corner to corner
        (polygon((4.0000002, 4), (6, 4), (6, 6)), False),  # two centimetres apart
        (polygon((4.00000004, 4), (6, 4), (6, 6)), True),  # half a one
        (polygon((3, 6), (6, 3), (6, 6)), False),  # a slanted side passes by the corner, though the boxes overlap
        (polygon((2, 6), (6, 2), (6, 6)), True),  # and touches it
        (polygon((1, 1), (2, 1), (2, 2)), True),  # within
        (polygon((-1, -1), (9, -1), (9, 9), (-1, 9)), True),  # around
        (polygon((-1, 1), (5, 1), (5, 2), (-1, 2)), True),  # across, with no corner in the other
        (polygon((6, 0), (9, 0), (9, 9)), False),  # with a side on the line of the other's, further on
        (polygon((-9, 4), (-2, 4), (-2, 9)), False),
        (polygon((4, 3), (4, 8), (8, 8)), True),  # with a side on a part of the other's
        (polygon((0, 5), (4, 5), (4, 9), (0, 9)), False),  # beyond to the north
        (polygon((0, -5), (4, -5), (4, -1), (0, -1)), False),  # to the south
    ],
)
def test_shapes_touch_where_edges_meet_or_one_lies_in_the_other(other: Any, expected: bool) -> None:
    assert touch(SQUARE, other) is touch(other, SQUARE) is expected


def test_what_lies_in_a_bay_of_another_does_not_touch_it() -> None:
    bay = polygon((0, 0), (9, 0), (9, 9), (6, 9), (6, 3), (3, 3), (3, 9), (0, 9))
    assert not touch(bay, polygon((4, 4), (5, 4), (5, 8), (4, 8)))
    assert touch(bay, polygon((4, 4), (6, 4), (5, 8), (4, 8)))
    assert touch(bay, polygon((4, 1), (5, 1), (5, 2), (4, 2)))
    assert touch(bay, polygon((1, 4), (2, 4), (2, 8), (1, 8)))
    assert touch(bay, polygon((7, 4), (8, 4), (8, 8), (7, 8)))


def multi(*shapes: Any) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": [shape["coordinates"] for shape in shapes]}


def test_every_part_of_a_shape_counts() -> None:
    far = polygon((50, 50), (51, 50), (51, 51), (50, 51))
    near = polygon((4, 1), (5, 1), (5, 2), (4, 2))
    assert touch(multi(far, near), SQUARE)
    assert touch(SQUARE, multi(near, far))
    assert not touch(multi(far, polygon((60, 1), (61, 1), (61, 2))), SQUARE)


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Point", "coordinates": [1, 1]},
        {"type": "LineString", "coordinates": [[1, 1], [2, 2]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[1, 1]]]},
        {"type": "MultiPolygon", "coordinates": []},
    ],
)
def test_what_has_no_shape_is_nobodys_neighbour(geometry: Any) -> None:
    areas = {"a": Area("a", "a", "grid", geometry), "b": Area("b", "b", "grid", SQUARE)}
    assert neighbours(areas) == {"b": frozenset()}


def paths(*names: str) -> Sequence[str]:
    return sorted(neighbours({name: Area(name, name, "grid", SQUARE) for name in names})[names[0]])


def test_what_lies_above_or_below_by_path_is_no_neighbour() -> None:
    assert paths("c/a", "c", "c/a/x", "c/b", "c/ab") == ["c/ab", "c/b"]
