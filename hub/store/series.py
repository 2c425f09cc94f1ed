"""The raw tables, one for each kind of source: hypertables where TimescaleDB is installed, daily partitions otherwise.

Rows go into ``observation_camera`` or ``observation_device``; readers use the view ``observation`` over both. They are
two so that each kind can be kept for a time of its own, and what is over is dropped and not deleted.
"""

from __future__ import annotations

from datetime import datetime

from psycopg import sql as compose

from hub.model.source import SourceKind
from hub.store import partitions
from hub.store.partitions import Period, Table
from hub.store.sql import sql
from hub.store.store import Store, Tx

RAW = {kind: Table(f"observation_{kind}", Period.DAY) for kind in SourceKind}


def create(tx: Tx) -> None:
    """Migration 0002: the table of observations, as it was when there was one."""
    available = tx.execute(sql["timescale_available"]).fetchone()
    if available is not None:
        tx.execute(sql["timescale_create_extension"])
        tx.execute(sql["observation_create"])
        tx.execute(sql["observation_to_hypertable"])
    else:
        tx.execute(sql["observation_create"] + " partition by range (ts)")
    tx.execute(sql["observation_create_indexes"])


def split(tx: Tx) -> None:
    """Migration 0004: a table for each kind of source, quality and units.

    The table that is there becomes that of the kind with more rows, and only the others are moved.
    """
    counted = {row["kind"]: row["count"] for row in tx.execute(sql["observation_count_by_kind"]).fetchall()}
    stays = max((SourceKind.DEVICE, SourceKind.CAMERA), key=lambda kind: counted.get(kind, 0))
    goes = SourceKind.CAMERA if stays is SourceKind.DEVICE else SourceKind.DEVICE
    is_hyper = partitions.is_hypertable(tx, "observation")
    tx.execute(sql["observation_add_quality"])
    for row in [] if is_hyper else tx.execute(sql["partition_names"], {"table": "observation"}).fetchall():
        day = row["name"].removeprefix("observation_")
        _rename(tx, "table", row["name"], f"{RAW[stays].name}_{day}")
    _rename(tx, "table", "observation", RAW[stays].name)
    _rename(tx, "index", "observation_key", f"{RAW[stays].name}_key")
    _rename(tx, "index", "observation_batch", f"{RAW[stays].name}_batch")
    names = {"table": compose.Identifier(RAW[goes].name), "other": compose.Identifier(RAW[stays].name)}
    like = compose.SQL("create table {table} (like {other} including defaults)").format(**names)
    tx.execute(like if is_hyper else like + compose.SQL(" partition by range (ts)"))
    if is_hyper:
        tx.execute(sql["hypertable_create"], {"table": RAW[goes].name, "chunk": Period.DAY.chunk})
    tx.execute(_format("observation_create_key", RAW[goes].name))
    tx.execute(_format("observation_create_batch", RAW[goes].name))
    if not is_hyper:
        touched = tx.execute(compose.SQL(sql["observation_days_of_kind"]).format(**names), {"kind": goes}).fetchall()
        partitions.make(tx, RAW[goes], [row["day"] for row in touched])
    for query in ("observation_move", "observation_remove_moved"):
        tx.execute(compose.SQL(sql[query]).format(**names), {"kind": goes})
    tx.execute(sql["observation_view"])


def named(query: str, kind: SourceKind) -> bytes:
    """A named query whose ``{table}`` is the raw table of that kind."""
    return compose.SQL(sql[query]).format(table=compose.Identifier(RAW[kind].name)).as_bytes(None)


def ensure(store: Store, kind: SourceKind, wanted: list[datetime]) -> None:
    """Make the partitions that hold those instants where they are missing; nothing to do for a hypertable."""
    partitions.ensure(store, RAW[kind], wanted)


def is_hypertable(tx: Tx) -> bool:
    return partitions.is_hypertable(tx, RAW[SourceKind.DEVICE].name)


def status(store: Store) -> list[tuple[str, str]]:
    """What is in the store, for a person: names and values."""
    with store.transaction() as tx:
        form = "TimescaleDB hypertables" if is_hypertable(tx) else "daily partitions"
        row = tx.execute(sql["store_status"]).fetchone() or {}
        return [("observations", form), *((name.replace("_", " "), str(value)) for name, value in row.items())]


def _rename(tx: Tx, what: str, old: str, new: str) -> None:
    tx.execute(
        compose.SQL("alter {} {} rename to {}").format(
            compose.SQL("table" if what == "table" else "index"), compose.Identifier(old), compose.Identifier(new)
        )
    )


def _format(query: str, table: str) -> compose.Composed:
    """Indexes are named after their table."""
    return compose.SQL(sql[query]).format(
        table=compose.Identifier(table),
        key=compose.Identifier(f"{table}_key"),
        batch=compose.Identifier(f"{table}_batch"),
    )
