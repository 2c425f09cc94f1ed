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

from psycopg import sql as compose
from psycopg.rows import tuple_row

from hub.errors import StoreError
from hub.store import backup_file, partitions
from hub.store.backup_file import BackupWriter, Manifest, Table
from hub.store.sql import sql
from hub.store.store import Store, Tx

Progress = Callable[[str, int, int], None]
"""Told, as it goes: what is being done, how much of it is done, and how much it is in all (about)."""
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
        tables = [_write_table(tx, file, row, progress, copies=store.copies) for row in tables_of(tx)]
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


def _write_table(tx: Tx, file: BackupWriter, row: dict[str, Any], progress: Progress, *, copies: bool) -> Table:
    name, columns, total = row["name"], row["columns"], row["estimate"]
    periods = partitions.spans(tx, name)
    with file.part(f"tables/{name}.copy") as part:
        rows = 0
        progress(name, 0, total)
        for line in _copied(tx, name, columns) if copies else _selected(tx, name, columns):
            part.write(line)
            rows += 1
            if rows % _EVERY_ROWS == 0:
                progress(name, rows, max(rows, total))
        progress(name, rows, rows)
        return Table(name, tuple(columns), rows, part.done(), tuple(periods))


def _copied(tx: Tx, name: str, columns: Sequence[str]) -> Iterator[bytes | bytearray | memoryview]:
    """The rows, one a message, as the protocol has it for COPY in text."""
    query = compose.SQL("copy (select {} from {}) to stdout").format(_names(columns), compose.Identifier(name))
    with tx.cursor().copy(query) as copy:
        yield from copy


def _selected(tx: Tx, name: str, columns: Sequence[str]) -> Iterator[bytes]:
    """The same from a server without COPY."""
    texts = compose.SQL(", ").join(compose.SQL("{}::text").format(compose.Identifier(each)) for each in columns)
    with tx.cursor(name="backup", row_factory=tuple_row) as cursor:
        cursor.execute(compose.SQL("select {} from {}").format(texts, compose.Identifier(name)))
        while rows := cursor.fetchmany(_FETCH_ROWS):
            for row in rows:
                cells = ("\\N" if cell is None else cell.translate(_ESCAPES) for cell in row)
                yield ("\t".join(cells) + "\n").encode()


def _sequence(tx: Tx, name: str) -> backup_file.Sequence:
    """It is not part of the moment: read after it, it is never behind the rows."""
    row = tx.execute(compose.SQL("select last_value, is_called from {}").format(compose.Identifier(name))).fetchone()
    assert row is not None  # noqa: S101  a sequence is one row
    return backup_file.Sequence(name, row["last_value"], row["is_called"])


def _names(columns: Sequence[str]) -> compose.Composed:
    return compose.SQL(", ").join(map(compose.Identifier, columns))
