"""Series read out whole, one after the other.

Each is a short transaction of its own, behind a cursor on the server: memory is bounded however long a series is, and
nothing that is to be dropped by age waits for a long one to end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed

from hub.model.bucket import Level
from hub.store import readings
from hub.store.sql import sql
from hub.store.store import Store

ROWS_AT_ONCE = 20_000
POINT = ("ts", "value", "text", "quality", "received_at", "key", "attrs")
BUCKET = ("ts", "mean", "min", "max", "count", "last", "bad")


@dataclass(frozen=True, slots=True)
class Series:
    """``area``: of its source, empty where that is gone; ``unit``: UCUM, empty where it is not known."""

    id: int
    source: str
    area: str
    metric: str
    unit: str


def select(
    store: Store,
    sources: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
    area: str | None = None,
) -> list[Series]:
    """Those of any of ``sources``, with any of ``metrics``, at and below ``area``; None does not narrow."""
    params = {
        "sources": None if sources is None else list(sources),
        "metrics": None if metrics is None else list(metrics),
        "area": area,
    }
    return [Series(**row) for row in store.fetch(sql["export_series"], params)]


def rows(
    store: Store, series: Series, level: Level, first: datetime, last: datetime
) -> Iterator[list[tuple[Any, ...]]]:
    """What is there in [first, last), oldest first, in portions: ``POINT`` for raw, else ``BUCKET``."""
    params: dict[str, Any] = {"series": series.id, "first": first, "last": last}
    with store.transaction() as tx:
        query: SQL | Composed = SQL(sql["export_points"])
        if level is not Level.RAW:
            tx.execute(sql["rollup_snapshot"])
            query = SQL(sql["export_level"]).format(rows=readings.rows_of_level(tx, level))
            params["edge"] = readings.edge(tx)
        with closing(tx.cursor("series_export", row_factory=tuple_row)) as cursor:
            cursor.execute(query, params)
            while portion := cursor.fetchmany(ROWS_AT_ONCE):
                yield portion
