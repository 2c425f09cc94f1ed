"""Walls: the layouts and tours that people have saved, each under a name of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.errors import Conflict, NotFound
from hub.store.sql import sql
from hub.store.store import Store

MOST = 100
"""Walls of one person."""


@dataclass(frozen=True, slots=True)
class Wall:
    """``body`` is what ``dashboard.api.walls`` took: the store keeps it as it is."""

    name: str
    body: Mapping[str, Any]
    changed_at: datetime


def list_walls(store: Store, person: str) -> list[Wall]:
    """In the order of their names."""
    return [Wall(**row) for row in store.fetch(sql["wall_list"], {"person": person})]


def put(store: Store, person: str, wall: Wall) -> None:
    """Raises Conflict ``too_many`` where it were one more than a person may have."""
    values = {"person": person, "name": wall.name, "body": Jsonb(dict(wall.body)), "changed_at": wall.changed_at}
    with store.transaction() as tx:
        tx.execute(sql["wall_lock"], {"person": person})
        if tx.execute(sql["wall_put"], {**values, "most": MOST}).rowcount == 0:
            raise Conflict("too_many")


def remove(store: Store, person: str, name: str) -> None:
    """Raises NotFound."""
    with store.transaction() as tx:
        if tx.execute(sql["wall_delete"], {"person": person, "name": name}).rowcount == 0:
            raise NotFound(f"there is no wall {name!r}")
