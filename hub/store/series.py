"""The table of observations: a hypertable where TimescaleDB is installed, daily range partitions otherwise.

No other module knows which of the two it is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from psycopg import sql as compose

from hub import crash
from hub.store.sql import sql
from hub.store.store import Store, Tx

_DAY = timedelta(days=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def create(tx: Tx) -> None:
    """Make the table, as part of the migrations."""
    available = tx.execute(sql["timescale_available"]).fetchone()
    if available is not None:
        tx.execute(sql["timescale_create_extension"])
        tx.execute(sql["observation_create"])
        tx.execute(sql["observation_to_hypertable"])
    else:
        tx.execute(sql["observation_create"] + " partition by range (ts)")
    tx.execute(sql["observation_create_indexes"])


def is_hypertable(tx: Tx) -> bool:
    row = tx.execute(sql["observation_relkind"]).fetchone()
    return row is not None and row["relkind"] == "r"


def days(first: datetime, last: datetime) -> list[datetime]:
    """The midnights (UTC) of every day that [first, last] touches."""
    start = _EPOCH + ((first - _EPOCH) // _DAY) * _DAY
    count = (last - start) // _DAY + 1
    return [start + index * _DAY for index in range(count)]


def ensure(store: Store, wanted: list[datetime]) -> None:
    """Make the partitions of those days where they are missing; nothing to do for a hypertable.

    A partition is filled in as a table of its own and then attached, which does not lock out readers and writers.
    """
    with store.transaction() as tx:
        if is_hypertable(tx):
            return
        tx.execute(sql["partition_lock"])
        known = {row["name"] for row in tx.execute(sql["partition_names"]).fetchall()}
        for day in wanted:
            name = f"observation_{day:%Y%m%d}"
            if name in known:
                continue
            table = compose.Identifier(name)
            tx.execute(compose.SQL("create table {} (like observation including defaults)").format(table))
            crash.point("partition_made")
            tx.execute(
                compose.SQL("alter table observation attach partition {} for values from ({}) to ({})").format(
                    table, compose.Literal(day), compose.Literal(day + _DAY)
                )
            )


def drop_before(store: Store, instant: datetime) -> list[str]:
    """Drop what is wholly older than ``instant``; answers the names of what was dropped."""
    with store.transaction() as tx:
        if is_hypertable(tx):
            rows = tx.execute(sql["hypertable_drop_chunks"], {"instant": instant}).fetchall()
            return [row["name"] for row in rows]
        tx.execute(sql["partition_lock"])
        names = [row["name"] for row in tx.execute(sql["partition_names"]).fetchall()]
        limit = f"observation_{instant - _DAY:%Y%m%d}"
        old = [name for name in names if name <= limit]
        for name in old:
            tx.execute(compose.SQL("drop table {}").format(compose.Identifier(name)))
            crash.point("partition_dropped")
        return old


def status(store: Store) -> list[tuple[str, str]]:
    """What is in the store, for a person: names and values."""
    with store.transaction() as tx:
        kind = "TimescaleDB hypertable" if is_hypertable(tx) else "daily partitions"
        row = tx.execute(sql["store_status"]).fetchone() or {}
        return [("observations", kind), *((name.replace("_", " "), str(value)) for name, value in row.items())]
