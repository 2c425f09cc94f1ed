"""A backup of the store while everything runs: one moment of all tables, streamed into one file.

The tables are read by COPY in one repeatable-read transaction, whatever they are made of: what was written on plain
PostgreSQL can be restored on TimescaleDB and the other way round, and by a newer version of either. See
``docs/design/backup.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from psycopg import sql as compose
from psycopg.rows import tuple_row

from hub.errors import StoreError
from hub.store import backup_file, backup_rollups, partitions
from hub.store.backup_file import BackupWriter, Manifest, Table
from hub.store.sql import sql
from hub.store.store import Store, Tx

Progress = Callable[[str, int, int], None]
"""Told, as it goes: what is being done, how much of it is done, and how much it is in all (about)."""
_Copy = Callable[[Tx, Sequence[str], compose.Composed], Iterator[bytes | bytearray | memoryview]]
_EVERY_ROWS = 20_000
_FETCH_ROWS = 500
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def write(store: Store, path: Path, progress: Progress, key: str | None = None) -> Manifest:
    """Make the file. ``key``: that of the cameras' passwords, where it is to be in it.

    Raises StoreUnavailable, and BackupRefused where the file cannot be written; then there is none.
    """
    with BackupWriter(path) as file, _moment(store) as tx:
        head = tx.execute(sql["backup_head"]).fetchone()
        assert head is not None  # noqa: S101  a select without from answers always
        copy = _copied if store.copies else _selected
        tables = [_write_table(tx, file, row, progress, copy) for row in tables_of(tx)]
        aggregates = backup_rollups.aggregates(tx)
        until = backup_rollups.counted_until(tx) if aggregates else None
        for name in aggregates:
            query = backup_rollups.rows_of(name, until)
            written = _write(tx, file, name, backup_rollups.COLUMNS, query, 0, progress, copy)
            periods = tuple(backup_rollups.period_of(tx, name, until))
            tables.append(msgspec.structs.replace(written, periods=periods))
        sequences = [_sequence(tx, row["name"]) for row in tx.execute(sql["backup_sequences"]).fetchall()]
        key_part = None
        if key is not None:
            with file.part(backup_file.KEY) as part:
                part.write(key.encode())
                key_part = part.done()
        manifest = Manifest(
            format=backup_file.FORMAT,
            gridhub=version("gridhub"),
            schema=tuple(row["name"] for row in tx.execute(sql["migration_names"]).fetchall()),
            tables=tuple(tables),
            sequences=tuple(sequences),
            key=key_part,
            counted_until=until,
            **head,
        )
        file.finish(manifest)
    return manifest


def tables_of(tx: Tx) -> list[dict[str, Any]]:
    """name, columns, estimate of each table of the hub: what others refer to comes before them."""
    waiting = {row["name"]: row for row in tx.execute(sql["backup_tables"]).fetchall()}
    ordered: list[dict[str, Any]] = []
    while waiting:
        ready = [row for row in waiting.values() if not waiting.keys() & set(row["refers_to"])]
        if not ready:
            raise StoreError(f"tables refer to each other in a ring: {', '.join(waiting)}")
        ordered += ready
        for row in ready:
            del waiting[row["name"]]
    return ordered


@contextmanager
def _moment(store: Store) -> Iterator[Tx]:
    """A transaction that sees one moment, and in which no table goes away."""
    with store.session() as connection:
        connection.execute(sql["backup_running"])
        try:
            with connection.transaction():
                connection.execute(sql["backup_snapshot"])
                for row in connection.execute(sql["backup_tables"]).fetchall():
                    table = compose.Identifier(row["name"])
                    connection.execute(compose.SQL("lock table {} in access share mode").format(table))
                yield connection
        finally:
            if not connection.closed:
                connection.execute(sql["backup_over"])


def _write_table(tx: Tx, file: BackupWriter, row: dict[str, Any], progress: Progress, copy: _Copy) -> Table:
    columns = compose.SQL(", ").join(map(compose.Identifier, row["columns"]))
    query = compose.SQL("select {} from {}").format(columns, compose.Identifier(row["name"]))
    written = _write(tx, file, row["name"], row["columns"], query, row["estimate"], progress, copy)
    return msgspec.structs.replace(written, periods=tuple(partitions.spans(tx, row["name"])))


def _write(
    tx: Tx,
    file: BackupWriter,
    name: str,
    columns: Sequence[str],
    query: compose.Composed,
    total: int,
    progress: Progress,
    copy: _Copy,
) -> Table:
    with file.part(f"tables/{name}.copy") as part:
        rows = 0
        progress(name, 0, total)
        for line in copy(tx, columns, query):
            part.write(line)
            rows += 1
            if rows % _EVERY_ROWS == 0:
                progress(name, rows, max(rows, total))
        progress(name, rows, rows)
        return Table(name, tuple(columns), rows, part.done())


def _copied(tx: Tx, _: Sequence[str], query: compose.Composed) -> Iterator[bytes | bytearray | memoryview]:
    """The rows, one a message, as the protocol has it for COPY in text."""
    with tx.cursor().copy(compose.SQL("copy ({}) to stdout").format(query)) as copy:
        yield from copy


def _selected(tx: Tx, columns: Sequence[str], query: compose.Composed) -> Iterator[bytes]:
    """The same from a server without COPY."""
    texts = compose.SQL(", ").join(compose.SQL("{}::text").format(compose.Identifier(each)) for each in columns)
    with tx.cursor(name="backup", row_factory=tuple_row) as cursor:
        cursor.execute(compose.SQL("select {} from ({}) rows").format(texts, query))
        while rows := cursor.fetchmany(_FETCH_ROWS):
            for row in rows:
                cells = ("\\N" if cell is None else cell.translate(_ESCAPES) for cell in row)
                yield ("\t".join(cells) + "\n").encode()


def _sequence(tx: Tx, name: str) -> backup_file.Sequence:
    """It is not part of the moment: read after it, it is never behind the rows."""
    row = tx.execute(compose.SQL("select last_value, is_called from {}").format(compose.Identifier(name))).fetchone()
    assert row is not None  # noqa: S101  a sequence is one row
    return backup_file.Sequence(name, row["last_value"], row["is_called"])
