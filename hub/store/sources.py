"""Sources: cameras and devices as integrators set them up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.errors import Conflict, NotFound
from hub.model.source import Source, SourceKind
from hub.store.sql import sql
from hub.store.store import Store, Tx


def list_sources(store: Store, kind: SourceKind | None = None, area: str | None = None) -> list[Source]:
    """All sources with their secrets, for the workers; in the order of their ids."""
    return [_source(row) for row in store.fetch(sql["source_list"], {"kind": kind, "area": area})]


def get(store: Store, source_id: str) -> Source:
    """Raises NotFound."""
    rows = store.fetch(sql["source_get"], {"id": source_id})
    if not rows:
        raise NotFound(f"there is no source {source_id!r}")
    return _source(rows[0])


def add(tx: Tx, source: Source, now: datetime) -> None:
    """Raises Conflict where the id is taken."""
    if tx.execute(sql["source_insert"], _values(source)).rowcount == 0:
        raise Conflict(f"there is a source {source.id!r} already")
    _not_watching_yet(tx, [source.id], now)


def update(tx: Tx, source: Source) -> None:
    """Raises NotFound."""
    if tx.execute(sql["source_update"], _values(source)).rowcount == 0:
        raise NotFound(f"there is no source {source.id!r}")


def remove(tx: Tx, source_id: str) -> None:
    """Raises NotFound. What it observed stays until its retention ends."""
    if tx.execute(sql["source_delete"], {"id": source_id}).rowcount == 0:
        raise NotFound(f"there is no source {source_id!r}")


def sync(tx: Tx, configured: Sequence[Source], now: datetime) -> None:
    """Make the sources of the configuration be as configured; leave those alone that were added by the interface."""
    for source in configured:
        tx.execute(sql["source_put"], _values(source))
    ids = [source.id for source in configured]
    tx.execute(sql["source_delete_unconfigured"], {"ids": ids})
    _not_watching_yet(tx, ids, now)


def known_ids(store: Store, kind: SourceKind) -> dict[str, bool]:
    """Every id of a kind, and whether it is approved."""
    return {row["id"]: row["approved"] for row in store.fetch(sql["source_ids"], {"kind": kind})}


def _not_watching_yet(tx: Tx, ids: Collection[str], now: datetime) -> None:
    """A source that never said anything is blind since it was added."""
    params = {"ids": list(ids), "now": now}
    tx.execute(sql["source_state_init"], params)
    tx.execute(sql["gap_init"], params)


def _source(row: dict[str, Any]) -> Source:
    return Source(**{**row, "kind": SourceKind(row["kind"])})


def _values(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "kind": source.kind,
        "area": source.area,
        "type": source.type,
        "name": source.name,
        "config": Jsonb(dict(source.config)),
        "secret": None if source.secret is None else Jsonb(dict(source.secret)),
        "origin": source.origin,
        "approved": source.approved,
    }
