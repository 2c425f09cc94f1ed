"""The tables of rollups: what the values of a series come to in a minute, an hour and a day, for each kind of source.

Readers use the views ``rollup_minute``, ``rollup_hour`` and ``rollup_day``, which have the same columns on both back
ends and miss nothing: up to the *edge* (``rollup_state.edge``) they read what was counted, after it they count what is
in the raw tables. With TimescaleDB each table is a continuous aggregate; without, it has partitions and is filled by
``hub.store.rollup``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString

from psycopg import sql as compose

from hub.model.bucket import Level
from hub.model.quality import BAD
from hub.model.source import SourceKind
from hub.store import series
from hub.store.partitions import Period, Table
from hub.store.sql import sql
from hub.store.store import Tx

LEVELS = (Level.MINUTE, Level.HOUR, Level.DAY)
# Rows of an hour and a day are changed as its minutes pass: with room on their page that costs no index entry.
_PERIODS = {Level.MINUTE: (Period.DAY, 90), Level.HOUR: (Period.MONTH, 70), Level.DAY: (Period.YEAR, 50)}
_COUNTED: dict[Level, LiteralString] = {Level.MINUTE: "1 minute", Level.HOUR: "1 hour", Level.DAY: "1 day"}

TABLES: Mapping[tuple[Level, SourceKind], Table] = {
    (level, kind): Table(f"rollup_{level}_{kind}", *_PERIODS[level]) for level in LEVELS for kind in SourceKind
}


def create(tx: Tx) -> None:
    """Migration 0005. What is there already is counted by the first runs of ``hub.store.rollup``."""
    is_hyper = series.is_hypertable(tx)
    tx.execute(sql["rollup_state_create"])
    for kind in SourceKind:
        for level in LEVELS:
            if is_hyper:
                finer = level is not Level.MINUTE
                tx.execute(fill("rollup_aggregate_coarser" if finer else "rollup_aggregate", level, kind))
            else:
                tx.execute(fill("rollup_create", level, kind))
        if is_hyper:
            tx.execute(fill("rollup_columnstore", Level.MINUTE, kind))
        tx.execute(sql["rollup_state_init"], {"kind": kind})
    for level in LEVELS:
        if is_hyper:
            view = "rollup_view_of_aggregates"
        else:
            view = "rollup_view" if level is Level.MINUTE else "rollup_view_coarser"
        tx.execute(fill(view, level, SourceKind.DEVICE))
    if is_hyper:
        # Late rows of many series at once open many batches of a compressed chunk: that is slow, and no mistake.
        tx.execute(sql["timescale_lift_limit"])
    else:
        tx.execute(sql["rollup_raw_brin"])


def fill(query: str, level: Level, kind: SourceKind, **more: compose.Composable) -> compose.Composed:
    """A named query with the tables of one level and kind, and the ways of counting, put in."""
    finer = LEVELS[max(0, LEVELS.index(level) - 1)]
    return compose.SQL(sql[query]).format(
        raw=compose.Identifier(series.RAW[kind].name),
        view=compose.Identifier(f"rollup_{level}"),
        table=compose.Identifier(TABLES[level, kind].name),
        finer=compose.Identifier(TABLES[finer, kind].name),
        minute=compose.Identifier(TABLES[Level.MINUTE, kind].name),
        hour=compose.Identifier(TABLES[Level.HOUR, kind].name),
        day=compose.Identifier(TABLES[Level.DAY, kind].name),
        camera=compose.Identifier(TABLES[level, SourceKind.CAMERA].name),
        device=compose.Identifier(TABLES[level, SourceKind.DEVICE].name),
        brin=compose.Identifier(f"{TABLES[level, kind].name}_ts"),
        width=compose.SQL("interval '{}'").format(compose.SQL(_COUNTED[level])),
        kind=compose.Literal(str(kind)),
        bad=compose.Literal(int(BAD)),
        counted=compose.SQL(sql["rollup_counted"]),
        added=compose.SQL(sql["rollup_added"]),
        merge=compose.SQL(sql["rollup_merge"]),
        is_good=compose.SQL(sql["rollup_is_good"]).format(bad=compose.Literal(int(BAD))),
        **more,
    )
