"""An invented city on a river and a railway: its tree of areas with outlines, its devices and its cameras.

Everything follows from a few numbers, so that the same city stands there after every start. No such place exists: the
names are made up, and the outlines are a lattice that was bent, sheared and frayed until it looked like a town.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

ROOT = "qth"
DISTRICT = f"{ROOT}/taoshan"
STREET = f"{DISTRICT}/xinghua"
GRIDS_PER_COMMUNITY = 10
_WIDE, _HIGH = 5, 2  # cells of one community
_LONGITUDE, _LATITUDE = 130.9, 45.77
_CELL_M = (265.0, 235.0)
_RAILWAY = 0.17  # the width of the railway's row, in cells; it lies above the first row of communities
_COMMUNITY_NAMES = ("南岗", "桃山一区", "机务段", "兴华里", "文昌", "临河", "矿工新村", "东湖", "北站", "向阳")

Point = tuple[float, float]
Ring = list[Point]


class Role(StrEnum):
    """What the script has in store for a device (see ``ingest.simulate.script``)."""

    ORDINARY = "ordinary"
    FIRE = "fire"
    FLOOD = "flood"
    BURGLED = "burgled"
    OPENED = "opened"
    POLLUTED = "polluted"
    SILENT = "silent"
    BROKEN = "broken"
    UNPLUGGED = "unplugged"
    WAVES = "waves"
    GATEWAY = "gateway"
    BEHIND = "behind"
    """Behind the gateway: it is heard only while that is up."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the tree of areas; ``ring`` is its outline in WGS 84, closed, counter-clockwise."""

    path: str
    name: str
    kind: str
    ring: tuple[Point, ...]

    def feature(self) -> dict[str, Any]:
        """As a GeoJSON feature (RFC 7946)."""
        return {
            "type": "Feature",
            "properties": {"path": self.path, "name": self.name, "kind": self.kind},
            "geometry": {"type": "Polygon", "coordinates": [[list(point) for point in self.ring]]},
        }


@dataclass(frozen=True, slots=True)
class Device:
    id: str
    type: str
    area: str
    role: Role = Role.ORDINARY


@dataclass(frozen=True, slots=True)
class Camera:
    id: str
    scene: str
    area: str
    name: str


# --- areas -----------------------------------------------------------------------------------------------------------


def places(communities: int = 6) -> list[Place]:
    """The tree of areas, parents first."""
    columns = 2 if communities <= 6 else math.ceil(math.sqrt(communities / 2.5))
    rows = math.ceil(communities / columns)
    town = _Lattice(columns * _WIDE, rows * _HIGH)
    whole = town.outline(0, 0, columns * _WIDE, rows * _HIGH)
    found = [
        Place(ROOT, "青台河市 Qingtaihe", "city", _closed(_grown(whole, 1.16))),
        Place(DISTRICT, "桃山区 Taoshan", "district", _closed(_grown(whole, 1.08))),
        Place(STREET, "兴华街道 Xinghua", "street", _closed(whole)),
    ]
    grids = []
    for number in range(communities):
        left, bottom = number % columns * _WIDE, number // columns * _HIGH
        path, name = f"{STREET}/c{number + 1:02}", community_name(number)
        outline = town.outline(left, bottom, left + _WIDE, bottom + _HIGH)
        found.append(Place(path, name, "community", _closed(outline)))
        for cell in range(GRIDS_PER_COMMUNITY):
            x, y = left + cell % _WIDE, bottom + cell // _WIDE
            ring = _closed(town.outline(x, y, x + 1, y + 1))
            grids.append(Place(grid_path(number, cell), f"{name} {cell + 1:02}", "grid", ring))
    return found + grids


def community_name(number: int) -> str:
    turn, which = divmod(number, len(_COMMUNITY_NAMES))
    return _COMMUNITY_NAMES[which] + (f"{turn + 1}" if turn else "")


def grid_path(community: int, cell: int) -> str:
    """The path of a grid; both numbers count from 0, grids are numbered through the whole street."""
    return f"{STREET}/c{community + 1:02}/g{community * GRIDS_PER_COMMUNITY + cell + 1:03}"


def geojson(of: list[Place]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [place.feature() for place in of]}


class _Lattice:
    """Streets that cross. Every edge is frayed once and belongs to both of its cells, so that grids adjoin.

    The row above the first communities is a railway: thin, and nobody's.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows + 1

    def outline(self, left: int, bottom: int, right: int, top: int) -> Ring:
        """The ring around the cells from (left, bottom) to (right, top), not closed."""
        low, high = bottom + (bottom >= _HIGH), top + (top > _HIGH)
        ring: Ring = []
        for x in range(left, right):
            ring += self._edge(x, low, x + 1, low)
        for y in range(low, high):
            ring += self._edge(right, y, right, y + 1)
        for x in range(right, left, -1):
            ring += self._edge(x, high, x - 1, high)
        for y in range(high, low, -1):
            ring += self._edge(left, y, left, y - 1)
        return ring

    def _edge(self, x: int, y: int, to_x: int, to_y: int) -> Iterator[Point]:
        """The first corner of an edge and its bends."""
        forward = (x, y) < (to_x, to_y)
        shape = random.Random(f"edge {min((x, y), (to_x, to_y))} {max((x, y), (to_x, to_y))}")
        bends = [(part + shape.uniform(-0.08, 0.08), shape.uniform(-0.05, 0.05)) for part in (0.34, 0.66)]
        start, end = self._corner(x, y), self._corner(to_x, to_y)
        yield self._place(*start)
        for part, aside in bends if forward else [(1 - part, -aside) for part, aside in reversed(bends)]:
            middle_x = start[0] + (end[0] - start[0]) * part - (end[1] - start[1]) * aside
            middle_y = start[1] + (end[1] - start[1]) * part + (end[0] - start[0]) * aside
            yield self._place(middle_x, middle_y)

    def _corner(self, x: int, y: int) -> Point:
        """In cells. Both sides of the railway are moved alike."""
        at_railway = y in (_HIGH, _HIGH + 1)
        moved = random.Random(f"corner {x} {_HIGH if at_railway else y}")
        wide = 0.0 if x in (0, self._columns) else 0.2
        high = 0.0 if y in (0, self._rows) else 0.06 if at_railway else 0.17
        height = y - (1 - _RAILWAY) * (y > _HIGH)
        return x + moved.uniform(-wide, wide), height + moved.uniform(-high, high)

    def _place(self, u: float, v: float) -> Point:
        """Lattice coordinates as longitude and latitude, bent along the river in the north."""
        east = (u - self._columns / 2) * _CELL_M[0]
        north = (v - self._rows / 2) * _CELL_M[1]
        north += v / self._rows * (70 * math.sin(u * 0.9) + 45 * math.sin(u * 2.1 + 1.0))
        east += 60 * math.sin(v * 1.3) + 0.16 * north
        turn = math.radians(-14)
        east, north = east * math.cos(turn) - north * math.sin(turn), east * math.sin(turn) + north * math.cos(turn)
        longitude = _LONGITUDE + east / (111_320 * math.cos(math.radians(_LATITUDE)))
        return round(longitude, 6), round(_LATITUDE + north / 110_574, 6)


def _closed(ring: Ring) -> tuple[Point, ...]:
    return (*ring, ring[0])


def _grown(ring: Ring, factor: float) -> Ring:
    """A ring blown up from its middle."""
    x, y = sum(point[0] for point in ring) / len(ring), sum(point[1] for point in ring) / len(ring)
    return [(round(x + (px - x) * factor, 6), round(y + (py - y) * factor, 6)) for px, py in ring]


# --- sources ---------------------------------------------------------------------------------------------------------

_CAMERAS = (
    ("yard", (1, 6), "桃山一区 东院 East yard"),
    ("street", (3, 2), "兴华里 兴华路口 Xinghua crossing"),
    ("gate", (4, 3), "文昌 北门 North gate"),
    ("river", (5, 7), "临河 河堤 Embankment"),
)
"""Scene, (community, cell) and name of the first cameras; further ones show the same scenes elsewhere."""

_CAST = (
    ("smoke", Role.FIRE, (1, 6)),
    ("water", Role.FLOOD, (5, 7)),
    ("door", Role.BURGLED, (4, 3)),
    ("manhole", Role.OPENED, (3, 5)),
    ("air", Role.POLLUTED, (2, 4)),
    ("smoke", Role.SILENT, (0, 2)),
    ("air", Role.BROKEN, (5, 1)),
    ("water", Role.UNPLUGGED, (4, 8)),
)
"""The devices to which something happens come first, so that they are there however few are asked for."""

_WAVES = 14
"""The number of the device that stands where boats pass."""
_GATEWAY = (3, 1)
_BEHIND = frozenset((3, cell) for cell in range(4))
"""The grids, (community, cell), that have their devices on one radio gateway."""

_ORDINARY = ("smoke", "door", "air", "smoke", "water", "manhole", "smoke", "door", "air", "door")


def cameras(count: int = 4, communities: int = 6) -> list[Camera]:
    found = []
    for number in range(count):
        scene, (community, cell), name = _CAMERAS[number % len(_CAMERAS)]
        if number >= len(_CAMERAS):
            community, cell = divmod(number * 7 % (communities * GRIDS_PER_COMMUNITY), GRIDS_PER_COMMUNITY)
            name = f"{community_name(community)} {cell + 1:02} 相机 {number + 1}"
        found.append(Camera(f"cam-{number + 1:04}", scene, grid_path(community, cell), name))
    return found


def devices(count: int = 200, communities: int = 6) -> list[Device]:
    """Ids count per type, from 1; ordinary devices are spread over all grids."""
    found: list[Device] = []
    numbers: dict[str, int] = {}
    grids = communities * GRIDS_PER_COMMUNITY
    for index in range(count):
        if index < len(_CAST):
            kind, role, (community, cell) = _CAST[index]
        else:
            kind = _ORDINARY[index % len(_ORDINARY)]
            community, cell = divmod(index * 17 % grids, GRIDS_PER_COMMUNITY)
            role = Role.WAVES if index == _WAVES else Role.BEHIND if (community, cell) in _BEHIND else Role.ORDINARY
        numbers[kind] = numbers.get(kind, 0) + 1
        found.append(Device(f"{kind}-{numbers[kind]:04}", kind, grid_path(community, cell), role))
    return found


def gateway() -> Device:
    """What the devices of four grids hang on."""
    return Device("gateway-0001", "gateway", grid_path(*_GATEWAY), Role.GATEWAY)


def actuators() -> list[Device]:
    """What can be told to do something: a siren in the yard, a barrier at the gate."""
    yard, gate = (grid_path(*_CAMERAS[index][1]) for index in (0, 2))
    return [Device("siren-0001", "siren", yard), Device("barrier-0001", "barrier", gate)]
