"""The tree of areas."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from psycopg.types.json import Jsonb

from hub.errors import NotFound
from hub.model.area import Area, Within, beginnings
from hub.store.sql import sql
from hub.store.store import Store, Tx


def put(tx: Tx, areas: Sequence[Area]) -> None:
    """Add or change areas; parents come first. Areas that are no longer named stay, as history refers to them."""
    for area in areas:
        geometry = None if area.geometry is None else Jsonb(dict(area.geometry))
        values = {"path": area.path, "parent": area.parent, "name": area.name, "kind": area.kind}
        tx.execute(sql["area_put"], {**values, "geometry": geometry})


def list_areas(store: Store, within: Within = None) -> list[Area]:
    """Those within some subtrees, in the order of their paths."""
    return [Area(**row) for row in store.fetch(sql["area_list"], {"within": beginnings(within)})]


def get(store: Store, path: str) -> Area:
    """Raises NotFound."""
    rows = store.fetch(sql["area_get"], {"path": path})
    if not rows:
        raise NotFound(f"there is no area {path!r}")
    return Area(**rows[0])


def names(store: Store, paths: Collection[str]) -> dict[str, str]:
    """Path → name, of those that exist."""
    if not paths:
        return {}
    return {row["path"]: row["name"] for row in store.fetch(sql["area_names"], {"paths": list(paths)})}


def children(store: Store, path: str) -> list[str]:
    """The paths of the areas directly below."""
    return [row["path"] for row in store.fetch(sql["area_children"], {"path": path})]
