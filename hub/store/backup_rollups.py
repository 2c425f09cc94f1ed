"""Rollups in a backup. Tables of the hub are copied as they are; continuous aggregates of TimescaleDB cannot be.

Of these the rows of days that were over are written, in the columns that the hub's own tables have, so that either can
be restored as the other. What came after is counted anew from the observations: the edge (``rollup_state``) is set back
to the beginning of that day.
"""

from __future__ import annotations

from datetime import datetime

from psycopg import sql as compose

from hub.model.source import SourceKind
from hub.store import series
from hub.store.sql import sql
from hub.store.store import Tx

COLUMNS = ("series", "ts", "count", "bad", "sum", "min", "max", "last", "last_ts")
WAITING = "gridhub_restoring"
"""A temporary table with those columns, for rows on their way into an aggregate."""


def aggregates(tx: Tx) -> dict[str, str]:
    """Continuous aggregate → the table that holds its rows, quoted; {} on plain PostgreSQL."""
    if tx.execute(sql["timescale_installed"]).fetchone() is None:
        return {}
    return {row["name"]: row["held_in"] for row in tx.execute(sql["backup_aggregates"]).fetchall()}


def counted_until(tx: Tx) -> datetime | None:
    """The end of the last day that is counted whole. For a store that has aggregates."""
    row = tx.execute(sql["backup_counted_until"]).fetchone()
    return None if row is None else row["day"]


def period_of(tx: Tx, name: str, until: datetime | None) -> list[tuple[datetime, datetime]]:
    """[first, last) of what is counted, as one period; [] where nothing is."""
    row = tx.execute(compose.SQL(sql["backup_aggregate_period"]).format(rows_of(name, until))).fetchone()
    return [] if row is None or row["first"] is None else [(row["first"], row["last"])]


def rows_of(name: str, until: datetime | None) -> compose.Composed:
    """A query for what is counted of one aggregate."""
    return compose.SQL(sql["backup_aggregate_rows"]).format(compose.Identifier(name), compose.Literal(until))


def wait(tx: Tx) -> None:
    """Make the table ``WAITING``, for this transaction."""
    tx.execute(compose.SQL(sql["restore_waiting"]).format(compose.Identifier(WAITING)))


def let_in(tx: Tx, held_in: str, until: datetime | None) -> None:
    """Put what waits into the table of an aggregate, and take the waiting table away."""
    names = {"table": compose.SQL(held_in), "waiting": compose.Identifier(WAITING), "until": compose.Literal(until)}
    tx.execute(compose.SQL(sql["restore_let_in"]).format(**names))
    tx.execute(compose.SQL("drop table {}").format(compose.Identifier(WAITING)))


def last_days(tx: Tx, until: datetime | None) -> dict[SourceKind, datetime]:
    """The last day before ``until`` of which there are observations, of each kind that has any."""
    found = {}
    for kind in SourceKind:
        query = compose.SQL(sql["restore_last_day"]).format(compose.Identifier(series.RAW[kind].name))
        row = tx.execute(query, {"until": until}).fetchone()
        if row is not None and row["day"] is not None:
            found[kind] = row["day"]
    return found


def count_anew(tx: Tx, since: datetime | None) -> None:
    """What is not in the backup is counted by the hub, when it runs."""
    tx.execute(sql["restore_set_edge"], {"edge": since})
