"""How the store is: what it holds, how far everybody has come, how it grows, and what needs attention.

Nothing is counted that takes long: the numbers of rows are the server's estimates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.store import migrate, partitions
from hub.store.sql import sql
from hub.store.store import Store, Tx

DAY = timedelta(days=1)
BEHIND_LIMIT = timedelta(seconds=60)
IDLE_LIMIT = timedelta(seconds=30)
SHORT_DAYS = 7.0
_LONG_DAYS = 3650.0
_CONNECTIONS_LIMIT = 0.8


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` is an estimate. ``keep``: for how long its rows are kept; None where for ever, or by number.

    ``first`` and ``last`` bound its partitions; ``compressed``: bytes before and after, of what is compressed.
    """

    name: str
    rows: int
    size_bytes: int
    periods: int = 1
    first: datetime | None = None
    last: datetime | None = None
    keep: timedelta | None = None
    compressed: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """``rows_of_day``: stored by it in the last 24 hours."""

    name: str
    last_seq: int
    newest_at: datetime | None
    rows_of_day: int
    batches_of_day: int


@dataclass(frozen=True, slots=True)
class Reader:
    """``batches`` that ``writer`` has committed and ``reader`` has not read, the first of them since ``behind``."""

    reader: str
    writer: str
    batches: int
    behind: timedelta


@dataclass(frozen=True, slots=True)
class Connections:
    used: int
    limit: int
    by_name: Mapping[str, int]
    idle_in_transaction: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Disk:
    """Where the database is."""

    free_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Growth:
    """A day, as measured: ``rows`` and ``raw_bytes`` of observations, and the bytes of everything else."""

    rows: float
    raw_bytes: float
    other_bytes: float


@dataclass(frozen=True, slots=True)
class Status:
    """``growth`` is None while too little was measured, ``data_directory`` where the server does not tell."""

    server: str
    timescale: str | None
    schema: str
    missing: Sequence[str]
    size_bytes: int
    tables: Sequence[Table]
    writers: Sequence[Writer]
    readers: Sequence[Reader]
    connections: Connections
    quarantined: int
    journal_rows: int
    left_behind: Sequence[str]
    left_behind_bytes: int
    growth: Growth | None
    data_directory: str | None


def read(store: Store, now: datetime, keep: Mapping[str, timedelta]) -> Status:
    """``keep``: table → for how long its rows are kept, as configured. Raises StoreUnavailable."""
    with store.transaction() as tx:
        head = tx.execute(sql["status_head"]).fetchone()
        done = [row["name"] for row in tx.execute(sql["migration_names"]).fetchall()]
        assert head is not None  # noqa: S101  a select without from answers always
        tables = _tables(tx, keep, is_timescale=head["timescale"] is not None)
        writers = [Writer(**row) for row in tx.execute(sql["status_writers"], {"now": now}).fetchall()]
        readers = [_reader(row, now) for row in tx.execute(sql["status_readers"]).fetchall()]
        oldest = tx.execute(sql["status_oldest_batch"]).fetchone()
        directory = tx.execute(sql["status_data_directory"]).fetchone()
        return Status(
            server=head["server"],
            timescale=head["timescale"],
            schema=max(done, default=""),
            missing=sorted(set(migrate.versions()) - set(done)),
            size_bytes=head["size_bytes"],
            tables=tables,
            writers=writers,
            readers=readers,
            connections=_connections(tx, now),
            quarantined=head["quarantined"],
            journal_rows=head["journal_rows"],
            left_behind=head["left_behind"],
            left_behind_bytes=head["left_behind_bytes"] or 0,
            growth=_growth(head, tables, writers, oldest and oldest["committed_at"], now),
            data_directory=directory["setting"] if directory else None,
        )


def missing(store: Store) -> list[str]:
    """The migrations that were not applied yet."""
    done = {row["name"] for row in store.fetch(sql["migration_names"])}
    return [name for name in migrate.versions() if name not in done]


def full_in_days(status: Status, disk: Disk, now: datetime) -> float | None:
    """When nothing is left of ``disk``, if all goes on as in the last day; None where that is out of sight.

    Observations stop growing when as much is dropped as comes in; what else there is goes on. Recordings are not
    counted: their worker removes what is over, and sheds before the disk is full.
    """
    if status.growth is None:
        return None
    raw = [table for table in status.tables if is_raw(table.name)]
    until_steady = 0.0
    for table in raw:
        held = (now - table.first) if table.first is not None and table.periods else timedelta(0)
        until_steady = max(until_steady, ((table.keep or _LONG_DAYS * DAY) - held) / DAY)
    per_day = status.growth.raw_bytes + status.growth.other_bytes
    if per_day <= 0:
        return None
    days = disk.free_bytes / per_day
    if days > until_steady:
        left = disk.free_bytes - until_steady * per_day
        other = status.growth.other_bytes
        days = until_steady + left / other if other > 0 else _LONG_DAYS
    return days if days < _LONG_DAYS else None


def troubles(status: Status, disk: Disk | None, now: datetime) -> list[str]:
    """What somebody should do something about, each in a sentence."""
    found = [f"the schema lacks {name}: gridhub db upgrade" for name in status.missing]
    for reader in status.readers:
        if reader.batches > 0 and reader.behind > BEHIND_LIMIT:
            how = f"{reader.batches} batches and {_seconds(reader.behind)} behind {reader.writer}"
            found.append(f"{reader.reader} is {how}: gridhub status tells whether it runs")
    if status.timescale is None:
        found += [
            f"{table.name} has no partition for tomorrow: the keeper makes them; gridhub status tells whether it runs"
            for table in status.tables
            if is_raw(table.name) and (table.last is None or table.last < now + DAY)
        ]
    used, limit = status.connections.used, status.connections.limit
    if used > _CONNECTIONS_LIMIT * limit:
        found.append(f"{used} of {limit} connections are used: raise max_connections of the server, or stop somebody")
    for name, idle in status.connections.idle_in_transaction.items():
        if idle > IDLE_LIMIT:
            found.append(f"{name} has left a transaction open for {_seconds(idle)}: what is dead cannot be cleaned up")
    found += _left_behind(status)
    if disk is not None:
        days = full_in_days(status, disk, now)
        if days is not None and days < SHORT_DAYS:
            found.append(f"the disk of the database is full in {days:.1f} days: make room, or keep less (keep:)")
    return found


def _left_behind(status: Status) -> list[str]:
    """Of restores that were killed."""
    size = f"in all {status.left_behind_bytes / 1e9:.1f} GB"
    found = []
    for name in status.left_behind:
        what = "what it had filled by then, and nothing uses it"
        if name.endswith("_before_restore"):
            what = "the store as it was before: the backup is in its place, and nothing uses it"
        remedy = f'the next restore removes it, or by hand, in SQL: drop database "{name}"'
        found.append(f"an interrupted restore has left the database {name} ({size}), {what}; {remedy}")
    return found


def is_raw(table: str) -> bool:
    return table.startswith("observation_")


def _tables(tx: Tx, keep: Mapping[str, timedelta], *, is_timescale: bool) -> list[Table]:
    rows = {row["name"]: row for row in tx.execute(sql["status_tables"]).fetchall()}
    compressed: dict[str, tuple[int, int]] = {}
    if is_timescale:
        rows |= {row["name"]: row for row in tx.execute(sql["status_hypertables"]).fetchall()}
        for row in tx.execute(sql["status_compression"]).fetchall():
            compressed[row["name"]] = row["before_bytes"], row["after_bytes"]
    tables = []
    for name, row in rows.items():
        spans = partitions.spans(tx, name) if name in keep else []
        first, last = (spans[0][0], spans[-1][1]) if spans else (None, None)
        tables.append(Table(**row, first=first, last=last, keep=keep.get(name), compressed=compressed.get(name)))
    return sorted(tables, key=lambda table: (-table.size_bytes, table.name))


def _reader(row: Mapping[str, object], now: datetime) -> Reader:
    since = row["waiting_since"]
    behind = max(now - since, timedelta(0)) if isinstance(since, datetime) else timedelta(0)
    return Reader(str(row["reader"]), str(row["writer"]), int(str(row["batches"])), behind)


def _connections(tx: Tx, now: datetime) -> Connections:
    limits = tx.execute(sql["status_limits"]).fetchone() or {"connections": 0, "max_connections": 0}
    rows = tx.execute(sql["status_connections"], {"now": now}).fetchall()
    idle = {row["name"]: row["idle_in_transaction"] for row in rows if row["idle_in_transaction"] is not None}
    by_name = {row["name"]: row["count"] for row in rows}
    return Connections(limits["connections"], limits["max_connections"], by_name, idle)


def _growth(
    head: Mapping[str, object], tables: Sequence[Table], writers: Sequence[Writer], oldest: object, now: datetime
) -> Growth | None:
    """From the batches of the last day, or of as long as there were any; None before an hour is over."""
    since = head["since"]
    if not isinstance(oldest, datetime) or not isinstance(since, datetime) or now - oldest < timedelta(hours=1):
        return None
    rows = sum(writer.rows_of_day for writer in writers) / min(1.0, (now - oldest) / DAY)
    raw = [table for table in tables if is_raw(table.name)]
    raw_bytes, raw_rows = sum(table.size_bytes for table in raw), sum(table.rows for table in raw)
    other_bytes = sum(table.size_bytes for table in tables) - raw_bytes
    return Growth(rows, rows * raw_bytes / raw_rows if raw_rows else 0.0, other_bytes / max(1.0, (now - since) / DAY))


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():.0f} s"
