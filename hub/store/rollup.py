"""Keeps the rollups up to date: closes minutes that are over, and adds what comes late, of whatever age.

A reader of the batches like the rules. What a run counts and the numbers of the batches it has read are committed
together, so that a value counts exactly once whenever a run is killed. The *edge* parts what is counted here from what
the views count themselves; it follows the clock at a distance, so that in a run of the mill second nothing is late and
each minute of a series is written once. See ``docs/design/rollups.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.rows import DictRow

from hub import crash
from hub.clock import Clock
from hub.errors import StoreError
from hub.model.bucket import Level
from hub.model.source import SourceKind
from hub.store import offsets, partitions, series
from hub.store.partitions import Period, Table
from hub.store.rollup_schema import LEVELS, TABLES, fill
from hub.store.sql import sql
from hub.store.store import Store, Tx

READER = "rollup"
GRACE = timedelta(seconds=10)
"""So long after its end a minute is closed: what is later than that is added to a row that is there."""
_BATCHES = 2000
_LATE_ROWS = 50_000
_MAX_WINDOWS = 24
_QUICK_S, _SLOW_S = 0.2, 1.0
_MINUTE = timedelta(minutes=1)
_LONGEST = 24 * 60 * _MINUTE
_ZERO = datetime(2000, 1, 1, tzinfo=UTC)

NEVER = datetime(1, 1, 1, tzinfo=UTC)

Window = tuple[datetime, datetime]
_Minutes = Mapping[SourceKind, Sequence[datetime]]

@dataclass(frozen=True, slots=True)
class Progress:
    """After one run. ``behind``: the age of the oldest batch that was not read; ``edge``: up to where minutes are
    closed; ``is_done``: there is nothing left to do now."""

    behind: timedelta
    edge: datetime
    is_done: bool


@dataclass(frozen=True, slots=True)
class _Unread:
    """The next batches: all of them, those with rows before the edge, and whether there are more."""

    ends: Mapping[str, int]
    late: Sequence[DictRow]
    is_all: bool
    oldest: datetime | None


class Rollup:
    """Fills the rollups. For one thread; another process may run the same, they take turns."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._stride = _MINUTE  # how far the edge goes in one run, when it lags
        self._known: dict[Table, set[datetime]] = {}  # partitions that were there when last looked
        with store.transaction() as tx:
            self._is_hyper = series.is_hypertable(tx)

    def run(self) -> Progress:
        """One run, of a second or so at most. Raises StoreUnavailable: nothing was counted, or everything."""
        began_s = self._clock.monotonic()
        now = self._clock.now()
        try:
            progress = self._refresh(now) if self._is_hyper else self._fold(now)
        except StoreError:
            self._known.clear()
            raise
        took_s = self._clock.monotonic() - began_s
        if took_s < _QUICK_S:
            self._stride = min(2 * self._stride, _LONGEST)
        elif took_s > _SLOW_S:
            self._stride = max(self._stride / 2 // _MINUTE * _MINUTE, _MINUTE)
        return progress

    def catch_up(self) -> Progress:
        """Run until all that was committed before is counted."""
        while not (progress := self.run()).is_done:
            pass
        return progress

    def _fold(self, now: datetime) -> Progress:
        """Plain PostgreSQL: one statement for each kind of source."""
        with self._store.transaction() as tx:
            tx.execute(sql["rollup_snapshot"])
            tx.execute(sql["rollup_lock"])
            edge = _edge(tx)
            unread = _unread(tx, edge)
            following = self._next(edge, now) if unread.is_all else edge
            late = _late_minutes(tx, unread, edge)
            missing = self._missing(late, edge, following)
            if not missing:
                if unread.late or following > edge:
                    params = _bounds(unread, edge) | {"next": following}
                    for kind in SourceKind:
                        tx.execute(fill("rollup_fold", Level.MINUTE, kind), params)
                _save(tx, unread, edge, following)
                crash.point("rollup_counted")
        crash.point("rollup_committed")
        for table, begins in missing.items():
            partitions.ensure(self._store, table, begins)
            self._known[table] |= begins
        if missing:
            return Progress(_behind(unread, now), edge, is_done=False)
        return Progress(_behind(unread, now), following, is_done=unread.is_all and not self._lags(following))

    def _missing(self, late: _Minutes, edge: datetime, following: datetime) -> dict[Table, set[datetime]]:
        """The partitions that are not known to be there, by what has to go into them."""
        missing: dict[Table, set[datetime]] = {}
        closed = Period.DAY.touched(edge, following)
        for (_, kind), table in TABLES.items():
            wanted = {table.period.begin(instant) for instant in (*closed, *late.get(kind, ()))}
            if unknown := wanted - self._known.setdefault(table, set()):
                missing[table] = unknown
        return missing

    def _refresh(self, now: datetime) -> Progress:
        """TimescaleDB: refresh what is over, and what something late has come into.

        A refresh cannot be part of a transaction. It counts anew, so that doing it again after a crash is right.
        """
        with self._store.transaction() as tx:
            edge = _edge(tx)
            unread = _unread(tx, edge)
            late = _late_minutes(tx, unread, edge)
            floors = {row["kind"]: row["floor"] for row in tx.execute(sql["rollup_state"]).fetchall()}
        following = self._next(edge, now) if unread.is_all else edge
        for kind in SourceKind:
            # Where raw rows are gone, counting anew would take what they came to with them.
            minutes = [ts for ts in late.get(kind, ()) if ts >= floors[kind]]
            for level in LEVELS:
                closed = (floor(edge, level), floor(following, level))
                again = windows([ts for ts in minutes if ts < closed[0]], level)
                for window in [*again, closed] if closed[0] < closed[1] else again:
                    refresh(self._store, level, kind, window)
                    crash.point("rollup_counted")
        with self._store.transaction() as tx:
            _save(tx, unread, edge, following)
        crash.point("rollup_committed")
        return Progress(_behind(unread, now), following, is_done=unread.is_all and not self._lags(following))

    def _next(self, edge: datetime, now: datetime) -> datetime:
        """Where the edge goes. It never goes back, as the clock may."""
        return max(edge, min(floor(now - GRACE, Level.MINUTE), edge + self._stride))

    def _lags(self, edge: datetime) -> bool:
        return self._next(edge, self._clock.now()) > edge


def counted_until(store: Store) -> datetime:
    """All rows before it are counted: raw rows that are older may go."""
    with store.transaction() as tx:
        return counted_now(tx)


def counted_now(tx: Tx) -> datetime:
    """``counted_until`` in a transaction of the caller's."""
    edge = _edge(tx)
    unread = _unread(tx, edge)
    return min([edge, *(head["min_ts"] for head in unread.late)]) if unread.is_all else NEVER


def unread_late(tx: Tx, edge: datetime) -> list[int]:
    """The ids of batches with rows before the edge that are not counted yet."""
    return [head["id"] for head in _unread(tx, edge).late]


def announce(store: Store, kind: SourceKind, instant: datetime) -> datetime:
    """Say that raw rows before ``instant`` are about to go; answers what was said before, and so known to all."""
    with store.transaction() as tx:
        said: dict[str, datetime] = {row["kind"]: row["floor"] for row in tx.execute(sql["rollup_state"]).fetchall()}
        tx.execute(sql["rollup_set_floor"], {"kind": kind, "floor": instant})
    return said[kind]


def refresh(store: Store, level: Level, kind: SourceKind, window: Window, *, force: bool = False) -> None:
    """TimescaleDB: count [first, last) anew from the finer level; ``force``: also where it knows of no change."""
    params = {"table": TABLES[level, kind].name, "first": window[0], "last": window[1]}
    with store.outside_transaction() as connection:
        connection.execute(sql["rollup_refresh_anew" if force else "rollup_refresh"], params)


def windows(instants: Sequence[datetime], level: Level) -> list[Window]:
    """The buckets that hold ``instants`` (ascending), neighbours joined; few, if need be with what lies between."""
    for coarse in LEVELS[LEVELS.index(level) :]:
        found: list[Window] = []
        for instant in instants:
            begin = floor(instant, coarse)
            if found and begin <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], begin + coarse.width))
            else:
                found.append((begin, begin + coarse.width))
        if len(found) <= _MAX_WINDOWS:
            break
    return found


def floor(instant: datetime, level: Level) -> datetime:
    """The beginning of its bucket, in UTC."""
    return _ZERO + (instant - _ZERO) // level.width * level.width


def _edge(tx: Tx) -> datetime:
    """Of both kinds, which go together."""
    edge: datetime = min(row["edge"] for row in tx.execute(sql["rollup_state"]).fetchall())
    return edge


def _unread(tx: Tx, edge: datetime) -> _Unread:
    known = {row["writer"]: row["seq"] for row in tx.execute(sql["offset_load"], {"reader": READER}).fetchall()}
    params = {"writers": list(known), "seqs": list(known.values()), "limit": _BATCHES}
    heads = tx.execute(sql["batch_after"], params).fetchall()
    late: list[DictRow] = []
    ends: dict[str, int] = {}
    rows = 0
    for head in heads:
        if head["min_ts"] is not None and head["min_ts"] < edge:
            if rows > _LATE_ROWS:
                return _Unread(ends, late, is_all=False, oldest=head["committed_at"])
            late.append(head)
            rows += head["rows"]
        ends[head["writer"]] = head["seq"]
    return _Unread(ends, late, is_all=len(heads) < _BATCHES, oldest=heads[-1]["committed_at"] if heads else None)


def _late_minutes(tx: Tx, unread: _Unread, edge: datetime) -> _Minutes:
    if not unread.late:
        return {}
    params = _bounds(unread, edge)
    return {
        kind: [row["ts"] for row in tx.execute(fill("rollup_late_minutes", Level.MINUTE, kind), params).fetchall()]
        for kind in SourceKind
    }


def _bounds(unread: _Unread, edge: datetime) -> dict[str, Any]:
    first = min([edge, *(head["min_ts"] for head in unread.late)])
    return {"late": [head["id"] for head in unread.late], "late_first": first, "edge": edge}


def _save(tx: Tx, unread: _Unread, edge: datetime, following: datetime) -> None:
    if unread.ends:
        offsets.save(tx, READER, unread.ends)
    if following > edge:
        tx.execute(sql["rollup_set_edge"], {"edge": following})


def _behind(unread: _Unread, now: datetime) -> timedelta:
    return timedelta(0) if unread.is_all or unread.oldest is None else max(now - unread.oldest, timedelta(0))
