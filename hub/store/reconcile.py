"""Whether the rollups are what the raw rows come to, and putting right what is not.

A minute is compared with the raw rows, an hour with its minutes, a day with its hours; only where all raw rows are
still there, and up to the edge: what lies after it the views count themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.sql import Composed

from hub.clock import Clock, SystemClock
from hub.model.bucket import Level
from hub.model.source import SourceKind
from hub.model.times import rfc3339
from hub.store import partitions, rollup, series
from hub.store.partitions import Period
from hub.store.rollup import Rollup
from hub.store.rollup_schema import LEVELS, fill
from hub.store.sql import sql
from hub.store.store import Store, Tx

MOST = 100
"""Differences that are told of a level of a day: the first of them."""
_VALUES = ("count", "bad", "sum", "min", "max", "last", "last_ts")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """A bucket that is not what it should be. A side that is None: there is no such bucket."""

    level: Level
    source: str
    metric: str
    ts: datetime
    counted: dict[str, Any] | None
    expected: dict[str, Any] | None

    def __str__(self) -> str:
        where = f"{self.level} {rfc3339(self.ts)} of {self.source} {self.metric}"
        if self.counted is None or self.expected is None:
            return f"{where} {'is missing' if self.counted is None else 'should not be there'}"
        wrong = [name for name in _VALUES if self.counted[name] != self.expected[name]]
        told = ", ".join(f"{name} is {self.counted[name]}, not {self.expected[name]}" for name in wrong)
        return f"{where}: {told}"


def days(store: Store) -> list[datetime]:
    """The days that can be compared, the oldest first: all their raw rows are there, and some are counted."""
    with store.transaction() as tx:
        states = {row["kind"]: row for row in tx.execute(sql["rollup_state"]).fetchall()}
        found: set[datetime] = set()
        for kind, table in series.RAW.items():
            first, edge = states[kind]["floor"], states[kind]["edge"]
            found |= {begin for begin, _ in partitions.spans(tx, table.name) if first <= begin < edge}
    return sorted(found)


def reconcile(
    store: Store,
    first: datetime,
    last: datetime,
    repair: bool = False,
    *,
    sample: int | None = None,
    clock: Clock | None = None,
) -> list[Difference]:
    """Compare the days that [first, last) touches; answers what differs, as it was before ``repair`` counted it anew.

    ``sample``: of so many series, taken by chance; left out: of all. Raises StoreUnavailable.
    """
    Rollup(store, clock or SystemClock()).catch_up()
    found: list[Difference] = []
    for day in Period.DAY.touched(first, last - timedelta(microseconds=1)):
        for kind in SourceKind:
            differing = _compare(store, kind, day, sample)
            if differing and repair:
                _repair(store, kind, day)
            found += differing
    return found


def _compare(store: Store, kind: SourceKind, day: datetime, sample: int | None) -> list[Difference]:
    found: list[Difference] = []
    with store.transaction() as tx:
        params = _begin(tx, kind, day)
        if params is None:
            return []
        chosen = None if sample is None else tx.execute(sql["reconcile_sample"], {"sample": sample}).fetchall()
        params |= {"series": None if chosen is None else [row["id"] for row in chosen], "limit": MOST}
        is_hyper = series.is_hypertable(tx)
        for level in LEVELS:
            # An aggregate of TimescaleDB counts what lies after the edge by itself, in whole buckets.
            last = rollup.floor(params["last"], level) if is_hyper else params["last"]
            query = _put("reconcile", level, kind, is_hyper=is_hyper)
            for row in tx.execute(query, params | {"last": last}).fetchall():
                where = (level, row["source"], row["metric"], row["ts"])
                found.append(Difference(*where, counted=row["counted"], expected=row["expected"]))
    return found


def _repair(store: Store, kind: SourceKind, day: datetime) -> None:
    with store.transaction() as tx:
        params = _begin(tx, kind, day)
        if params is None:
            return
        is_hyper = series.is_hypertable(tx)
        for level in () if is_hyper else LEVELS:
            tx.execute(fill("reconcile_delete", level, kind), params)
            tx.execute(_put("reconcile_insert", level, kind, is_hyper=False), params | {"series": None})
    for level in LEVELS if is_hyper else ():
        last = rollup.floor(params["last"], level)
        if day < last:
            rollup.refresh(store, level, kind, (day, last), force=True)


def _begin(tx: Tx, kind: SourceKind, day: datetime) -> dict[str, Any] | None:
    """One moment of everything, in which nobody counts; None where the day cannot be compared."""
    tx.execute(sql["rollup_snapshot"])
    tx.execute(sql["rollup_lock"])
    tx.execute(sql["migration_no_timeout"])
    state = next(row for row in tx.execute(sql["rollup_state"]).fetchall() if row["kind"] == kind)
    last = min(day + _DAY, state["edge"])
    if day < state["floor"] or day >= last:
        return None
    return {"first": day, "last": last, "unread": rollup.unread_late(tx, state["edge"])}


def _put(query: str, level: Level, kind: SourceKind, *, is_hyper: bool) -> Composed:
    rows = "reconcile_rows_of_aggregate" if is_hyper else "reconcile_rows"
    finer = LEVELS[max(0, LEVELS.index(level) - 1)]
    expected = fill(
        "reconcile_raw" if level is Level.MINUTE else "reconcile_finer", level, kind, finer_rows=fill(rows, finer, kind)
    )
    return fill(query, level, kind, expected=expected, rows=fill(rows, level, kind))
