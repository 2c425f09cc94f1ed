"""Tables that are cut by time, so that what is over is dropped and not deleted.

The only module that knows whether such a table is a hypertable of TimescaleDB or a table with native range partitions.
A partition is named after its table and the beginning of its period: ``observation_device_20260301``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

import psycopg
from psycopg import sql as compose

from hub import crash
from hub.store.sql import sql
from hub.store.store import Store, Tx

_READ = "%s is being read: what is over is dropped another time"
_log = logging.getLogger(__name__)


class Period(Enum):
    """How long a partition is. All begin at midnight UTC."""

    DAY = "%Y%m%d"
    MONTH = "%Y%m"
    YEAR = "%Y"

    def begin(self, instant: datetime) -> datetime:
        """Of the period that holds ``instant``."""
        midnight = instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        if self is Period.DAY:
            return midnight
        return midnight.replace(day=1) if self is Period.MONTH else midnight.replace(month=1, day=1)

    def end(self, begin: datetime) -> datetime:
        longest = {Period.DAY: 1, Period.MONTH: 31, Period.YEAR: 366}[self]
        return self.begin(begin + timedelta(days=longest))

    def touched(self, first: datetime, last: datetime) -> list[datetime]:
        """The beginning of every period that [first, last] touches."""
        found = [self.begin(first)]
        while (following := self.end(found[-1])) <= last:
            found.append(following)
        return found

    @property
    def chunk(self) -> timedelta:
        """The same for a hypertable, whose chunks are all of one length."""
        return {Period.DAY: timedelta(days=1), Period.MONTH: timedelta(days=30), Period.YEAR: timedelta(days=365)}[self]


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` of the whole, whose rows have their time in ``ts``; ``fill``: how full pages are made, in percent."""

    name: str
    period: Period
    fill: int = 100


def is_hypertable(tx: Tx, name: str) -> bool:
    row = tx.execute(sql["partition_relkind"], {"table": name}).fetchone()
    return row is not None and row["relkind"] != "p"  # a continuous aggregate looks like a view


def ensure(store: Store, table: Table, wanted: Iterable[datetime]) -> None:
    """Make the partitions that hold those instants where they are missing; nothing to do for a hypertable."""
    with store.transaction() as tx:
        if not is_hypertable(tx, table.name):
            make(tx, table, wanted)


def make(tx: Tx, table: Table, wanted: Iterable[datetime]) -> None:
    """``ensure`` for a table with partitions, in a transaction of the caller's.

    A partition is filled in as a table of its own and then attached, which does not lock out readers and writers.
    """
    tx.execute(sql["partition_lock"])
    known = {row["name"] for row in tx.execute(sql["partition_names"], {"table": table.name}).fetchall()}
    parent = compose.Identifier(table.name)
    for begin in sorted({table.period.begin(instant) for instant in wanted}):
        name = _name(table, begin)
        if name in known:
            continue
        made = compose.Identifier(name)
        tx.execute(
            compose.SQL("create table {} (like {} including defaults) with (fillfactor = {})").format(
                made, parent, compose.Literal(table.fill)
            )
        )
        crash.point("partition_made")
        tx.execute(
            compose.SQL("alter table {} attach partition {} for values from ({}) to ({})").format(
                parent, made, compose.Literal(begin), compose.Literal(table.period.end(begin))
            )
        )


def drop_before(
    store: Store, table: Table, instant: datetime, may: Callable[[Tx], bool] = lambda _tx: True
) -> list[str]:
    """Drop what is wholly older than ``instant``; answers the names of what was dropped.

    What somebody reads is left for the next time: whoever writes would wait behind a drop that waits for a reader.
    ``may`` is asked once more when nobody can write to a partition any more; a chunk of TimescaleDB goes without.
    """
    with store.transaction() as tx:
        allowed = tx.execute(sql["partition_may_drop"]).fetchone()
        if allowed is None or not allowed["may"]:
            return []  # a backup reads them: waiting for it would hold up everybody else
        if is_hypertable(tx, table.name):
            params = {"table": table.name, "instant": instant}
            tx.execute(sql["partition_drop_patience"])
            try:
                return [row["name"] for row in tx.execute(sql["hypertable_drop_chunks"], params).fetchall()]
            except psycopg.errors.LockNotAvailable:
                _log.info(_READ, table.name)
                tx.rollback()
                return []
        tx.execute(sql["partition_lock"])
        names = [row["name"] for row in tx.execute(sql["partition_names"], {"table": table.name}).fetchall()]
        limit = _name(table, table.period.begin(instant))
        tx.execute(sql["partition_drop_patience"])
        dropped: list[str] = []
        for name in (name for name in names if name < limit):
            try:
                with tx.transaction():
                    tx.execute(compose.SQL("lock table {} in access exclusive mode").format(compose.Identifier(name)))
                    if not may(tx):
                        raise psycopg.Rollback
                    tx.execute(compose.SQL("drop table {}").format(compose.Identifier(name)))
                    dropped.append(name)
            except psycopg.errors.LockNotAvailable:
                _log.info(_READ, name)
                break  # those before it are locked for everybody until this is over
            if name not in dropped:
                break
            crash.point("partition_dropped")
        return dropped


def compress_before(store: Store, table: Table, instant: datetime) -> None:
    """Compress what is wholly older than ``instant``, and again where late rows came in; TimescaleDB only."""
    with store.transaction() as tx:
        if not is_hypertable(tx, table.name):
            return
        rows = tx.execute(sql["hypertable_chunks_before"], {"table": table.name, "instant": instant}).fetchall()
    for row in rows:
        with store.outside_transaction() as connection:
            connection.execute(sql["chunk_compress"], {"chunk": row["name"]})


def spans(tx: Tx, name: str) -> list[tuple[datetime, datetime]]:
    """[first, last) of each partition or chunk of a table; [] where it is not cut by time."""
    query = "chunk_spans" if tx.execute(sql["timescale_installed"]).fetchone() else "partition_spans"
    return [(row["first"], row["last"]) for row in tx.execute(sql[query], {"table": name}).fetchall()]


def _name(table: Table, begin: datetime) -> str:
    return f"{table.name}_{begin.strftime(table.period.value)}"
