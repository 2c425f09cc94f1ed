"""The invented city: a tree of areas that adjoin, and sources that stand in it."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from hub.config import load_areas
from hub.model.source import check_source_id
from ingest.simulate import city
from ingest.simulate.city import Place, Role


def size(place: Place) -> float:
    """The signed area of a ring, in square degrees: positive where it runs counter-clockwise."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(place.ring)) / 2


def test_the_hub_reads_the_areas_and_every_grid_has_its_line_of_parents(tmp_path: Path) -> None:
    file = tmp_path / "areas.geojson"
    file.write_text(json.dumps(city.geojson(city.places())), encoding="utf-8")
    areas = {area.path: area for area in load_areas(file)}
    assert Counter(area.kind for area in areas.values()) == Counter(city=1, district=1, street=1, community=6, grid=60)
    grid = areas["qth/taoshan/xinghua/c02/g017"]
    line = [grid.kind]
    while grid.parent is not None:
        grid = areas[grid.parent]
        line.append(grid.kind)
    assert line == ["grid", "community", "street", "district", "city"]


@pytest.mark.parametrize("communities", [6, 81])
def test_the_grids_of_a_community_fill_it_without_gap_or_overlap(communities: int) -> None:
    places = city.places(communities)
    for community in (place for place in places if place.kind == "community"):
        grids = [place for place in places if place.kind == "grid" and place.path.startswith(community.path + "/")]
        assert len(grids) == city.GRIDS_PER_COMMUNITY
        assert all(size(grid) > 0 for grid in grids)
        assert sum(size(grid) for grid in grids) == pytest.approx(size(community), rel=1e-6)
        edges = Counter(edge for grid in grids for edge in pairwise(grid.ring))
        assert not [edge for edge, count in edges.items() if count > 1], "an edge runs twice in the same direction"
        outer = set(pairwise(community.ring))
        assert all((end, start) in edges for start, end in edges if (start, end) not in outer), "a border has one side"


def test_the_city_is_the_same_after_every_start() -> None:
    assert city.places() == city.places()
    assert city.devices(300) == city.devices(300)


def test_all_grids_have_devices_and_ids_are_good_and_unique() -> None:
    devices = city.devices(200)
    grids = {place.path for place in city.places() if place.kind == "grid"}
    assert {device.area for device in devices} == grids
    ids = [check_source_id(device.id) for device in devices] + [check_source_id(c.id) for c in city.cameras(40)]
    assert len(set(ids)) == 240
    assert {camera.area for camera in city.cameras(40)} <= grids


def test_the_cast_of_the_script_is_there_however_few_devices_are_asked_for() -> None:
    extras = {Role.ORDINARY, Role.WAVES, Role.GATEWAY, Role.BEHIND}
    assert {device.role for device in city.devices(8)} == set(Role) - extras
    roles = Counter(device.role for device in city.devices(500))
    assert all(count == 1 for role, count in roles.items() if role not in (Role.ORDINARY, Role.BEHIND))
    assert roles[Role.WAVES] == 1
    assert city.gateway().role is Role.GATEWAY


def test_a_gateway_has_the_devices_of_its_own_grid_and_others_behind_it() -> None:
    behind = [device for device in city.devices(200) if device.role is Role.BEHIND]
    assert len(behind) == 14
    assert len({device.area for device in behind}) == 4
    assert city.gateway().area in {device.area for device in behind}


def test_the_fire_and_the_burglary_are_before_a_camera_of_their_grid() -> None:
    cameras = {camera.scene: camera.area for camera in city.cameras()}
    places = {device.role: device.area for device in city.devices()}
    assert places[Role.FIRE] == cameras["yard"]
    assert places[Role.BURGLED] == cameras["gate"]
    assert places[Role.FLOOD] == cameras["river"]
