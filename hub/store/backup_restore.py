"""A backup restored beside what is there, proved, and put in its place in one step.

The new database is filled under a name of its own. Until it is whole and has been proved the one that is there is used
as ever, by a running hub too; then both are renamed in one transaction. Whatever is killed, and whenever, what has the
name is the old database or the new one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, LiteralString

import msgspec
import psycopg
from psycopg import sql as compose
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hub import crash
from hub.errors import Conflict, HubError, StoreUnavailable
from hub.store import backup, backup_rollups, journal, migrate, partitions, people, rollup, rollup_schema, series
from hub.store.backup_file import Backup, BackupRefused, Table
from hub.store.sql import sql
from hub.store.store import Store, Tx, errors

_ATTEMPTS = 3
_BETWEEN_S = 0.02
_ROW_BYTES = 150  # of the protocol, a row
_INSERT_BYTES = 16 * 1024
"""Sent at once, in text: a server without COPY may not take much more than it has room for (that of npm: 64 KB)."""
_UNESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "\\\\": "\\", "\\b": "\b", "\\f": "\f", "\\v": "\v"}

_CUT = (partitions.Table("observation", partitions.Period.DAY), *series.RAW.values(), *rollup_schema.TABLES.values())
"""With the one table that there was before each kind of source had its own."""

_log = logging.getLogger(__name__)


class NotRestored(HubError):
    """What was restored is not what was written; it was thrown away, and what was there is as it was."""


def restore(conninfo: str, file: Backup, progress: backup.Progress, *, force: bool = False) -> list[str]:
    """Put what is in ``file`` in the place of the database that ``conninfo`` names; answers what was upgraded after.

    Raises Conflict where there is something in it already and ``force`` is not given, BackupRefused, NotRestored,
    StoreUnavailable, and StoreError where a database cannot be made. Then nothing has changed.
    """
    _refuse_newer(file)
    live = str(conninfo_to_dict(conninfo).get("dbname") or "postgres")
    fresh, old = f"{live[:40]}_restoring", f"{live[:40]}_before_restore"
    with errors(), _server(conninfo) as server:
        is_there = server.execute(sql["restore_database_exists"], {"name": live}).fetchone() is not None
        if is_there and not force and not _is_empty(conninfo):
            raise Conflict(f"there is something in the database {live!r} already: --force puts the backup in its place")
        file.verify(lambda done: progress("reading", done, file.manifest.size_bytes))
        for left in (fresh, old):
            _drop(server, left)
        server.execute(compose.SQL("create database {}").format(compose.Identifier(fresh)))
        try:
            with Store.open(make_conninfo(conninfo, dbname=fresh), "restore", max_size=2, timeout_s=20.0) as store:
                migrate.upgrade(store, to=max(file.manifest.schema))
                fill(store, file, progress)
                prove(store, file, progress)
                upgraded = migrate.upgrade(store)
                people.end_sessions(store)  # who has signed out since is not signed in again
            crash.point("restore_before_switch")
            _switch(_beside(conninfo), server, [(live, old), (fresh, live)] if is_there else [(fresh, live)])
        except BaseException:
            _drop(server, fresh)
            raise
        crash.point("restore_after_switch")
        _drop(server, old)
    return upgraded


def fill(store: Store, file: Backup, progress: backup.Progress) -> None:
    """Take the rows of ``file`` into ``store``, which has its schema and nothing else.

    Raises BackupRefused where the file is damaged or does not fit the schema.
    """
    with store.session() as connection:
        connection.execute("set statement_timeout = 0; set datestyle = 'ISO, MDY'")
        known = {row["name"]: row["columns"] for row in backup.tables_of(connection)}
        aggregates = backup_rollups.aggregates(connection)
        by_name = {table.name: table for table in file.manifest.tables}
        if strange := sorted(by_name.keys() - known.keys() - aggregates.keys()):
            raise BackupRefused(f"the backup has tables that its schema does not have: {', '.join(strange)}")
        for name in reversed(known):  # what a migration has put there comes with the backup
            if connection.execute(_query("select exists (select from {}) as some", name)).fetchone() == {"some": True}:
                connection.execute(_query("delete from {}", name))
        for name in (name for name in known if name in by_name):
            _take(connection, file, by_name[name], known[name], progress, copies=store.copies)
        until = file.manifest.counted_until
        if aggregates and until is None:
            until = backup_rollups.counted_until(connection)
        for name, held_in in aggregates.items():
            if name in by_name:
                with connection.transaction():
                    backup_rollups.wait(connection)
                    waiting = msgspec.structs.replace(by_name[name], name=backup_rollups.WAITING)
                    _take(connection, file, waiting, backup_rollups.COLUMNS, progress, copies=store.copies)
                    backup_rollups.let_in(connection, held_in, until)
        if until is not None:
            backup_rollups.count_anew(connection, until)
        last_days = backup_rollups.last_days(connection, until) if aggregates else {}
        for sequence in file.manifest.sequences:
            params = {"name": sequence.name, "value": sequence.value, "called": sequence.called}
            connection.execute(sql["restore_setval"], params)
        connection.execute("analyze")
    for kind, day in last_days.items():  # an aggregate shows what it holds from when it was refreshed
        for level in rollup_schema.LEVELS:
            rollup.refresh(store, level, kind, (day, day + timedelta(days=1)))


def prove(store: Store, file: Backup, progress: backup.Progress) -> None:
    """Compare ``store`` with what ``file`` says of itself: the rows of each table, the journal. Raises NotRestored."""
    with store.session() as connection:
        connection.execute("set statement_timeout = 0")
        aggregates = backup_rollups.aggregates(connection)
        for table in (table for table in file.manifest.tables if table.name not in aggregates):
            found = connection.execute(_query("select count(*) as count from {}", table.name)).fetchone()
            if found != {"count": table.rows}:
                raise NotRestored(f"{table.name} has {found and found['count']} rows, and the backup {table.rows}")
    chain = journal.verify(store, lambda rows: progress("journal", rows, file.manifest.journal_id))
    if chain.broken is not None:
        raise NotRestored(f"row {chain.broken} of the journal does not follow from the one before it")
    if (chain.last_id, chain.last_hash.hex()) != (file.manifest.journal_id, file.manifest.journal_hash):
        raise NotRestored("the journal does not end as it did when the backup was made")


def _refuse_newer(file: Backup) -> None:
    if unknown := sorted(set(file.manifest.schema) - set(migrate.versions())):
        made_by = f"gridhub {file.manifest.gridhub}"
        raise BackupRefused(f"the backup is of a newer {made_by}: it has {unknown[-1]}; restore it with that version")


@contextmanager
def _server(conninfo: str) -> Iterator[psycopg.Connection]:
    """A connection to no database of ours, as one cannot rename what one is connected to; one restore at a time."""
    with psycopg.connect(_beside(conninfo), autocommit=True) as connection:
        if connection.execute(sql["restore_lock"]).fetchone() != (True,):
            raise Conflict("another restore is running")
        yield connection


def _beside(conninfo: str) -> str:
    return make_conninfo(conninfo, dbname="postgres", application_name="gridhub restore", connect_timeout=5)


def _is_empty(conninfo: str) -> bool:
    with psycopg.connect(conninfo, connect_timeout=5) as connection:
        return connection.execute(sql["restore_is_empty"]).fetchone() == (True,)


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(compose.SQL("drop database if exists {} with (force)").format(compose.Identifier(name)))


def _switch(where: str, server: psycopg.Connection, renames: Sequence[tuple[str, str]]) -> None:
    """All of them or none, on a connection to ``where`` of its own.

    A rename takes the lock that everybody who connects needs for a moment, and then waits 5 s for those who are
    connected. So they are thrown out while it waits, and only then: before it, a running hub would be back in time.
    """
    names = [before for before, _ in renames]
    for attempt in range(_ATTEMPTS):
        with psycopg.connect(where, autocommit=True) as renamer, ThreadPoolExecutor(1, "rename") as threads:
            renaming = threads.submit(_rename, renamer, renames)
            while not wait([renaming], _BETWEEN_S).done:
                server.execute(sql["restore_end_sessions"], {"names": names, "renamer": renamer.info.backend_pid})
            try:
                return renaming.result()
            except psycopg.errors.ObjectInUse:
                _log.info("somebody is still connected; trying again (%d of %d)", attempt + 1, _ATTEMPTS)
    who = [f"{name} ({count})" for name, count in server.execute(sql["restore_who"], [names])]
    words = f"connections to the database cannot be ended, of {', '.join(who) or 'somebody'}: end them"
    raise StoreUnavailable(f"{words}, and restore again")


def _rename(renamer: psycopg.Connection, renames: Sequence[tuple[str, str]]) -> None:
    with renamer.transaction():
        for before, after in renames:
            change = compose.SQL("alter database {} rename to {}")
            renamer.execute(change.format(compose.Identifier(before), compose.Identifier(after)))
            crash.point("restore_renamed")


def _take(
    connection: Tx, file: Backup, table: Table, known: Sequence[str], progress: backup.Progress, *, copies: bool
) -> None:
    if strange := sorted(set(table.columns) - set(known)):
        raise BackupRefused(f"{table.name} of the backup has columns that its schema does not have: {strange[0]}")
    with connection.transaction():
        _make_room(connection, table)
        chunks, size_bytes = file.chunks(table.part), table.part.size_bytes
        take = _copy if copies else _insert
        count = take(connection, table, chunks, lambda done: progress(table.name, done, size_bytes))
        if count != table.rows:
            raise BackupRefused(f"{table.name} has {count} rows in the backup, and not {table.rows} as it says")


def _make_room(connection: Tx, table: Table) -> None:
    cut = {known.name: known for known in _CUT}.get(table.name)
    if cut is None or partitions.is_hypertable(connection, table.name):
        return
    touched = [begin for first, last in table.periods for begin in cut.period.touched(first, last) if begin < last]
    partitions.make(connection, cut, touched)


def _copy(connection: Tx, table: Table, chunks: Iterator[bytes], told: Callable[[int], None]) -> int:
    query = compose.SQL("copy {} ({}) from stdin").format(compose.Identifier(table.name), _names(table.columns))
    cursor, done = connection.cursor(), 0
    with cursor.copy(query) as copy:
        for chunk in chunks:
            copy.write(chunk)
            done += len(chunk)
            told(done)
    return cursor.rowcount


def _insert(connection: Tx, table: Table, chunks: Iterator[bytes], told: Callable[[int], None]) -> int:
    """The same into a server without COPY: statements of many rows, each answered before the next is sent."""
    row = compose.SQL("({})").format(compose.SQL(", ").join(compose.Placeholder() for _ in table.columns))
    into = compose.SQL("insert into {} ({}) overriding system value values ").format(
        compose.Identifier(table.name), _names(table.columns)
    )

    def send() -> None:
        if waiting:
            values = compose.SQL(", ").join([row] * len(waiting))
            connection.execute(into + values, [cell for cells in waiting for cell in cells], prepare=False)
            waiting.clear()

    rest, rows, done, size, waiting = b"", 0, 0, 0, list[Sequence[Any]]()
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            waiting.append([_cell(cell) for cell in line.decode().split("\t")])
            size += len(line) + _ROW_BYTES
            if size >= _INSERT_BYTES:
                send()
                size = 0
        rows, done = rows + len(lines), done + len(chunk)
        told(done)
    send()
    return rows


def _cell(text: str) -> str | None:
    if text == "\\N":
        return None
    return re.sub(r"\\.", lambda found: _UNESCAPES[found[0]], text) if "\\" in text else text


def _query(text: LiteralString, name: str) -> compose.Composed:
    return compose.SQL(text).format(compose.Identifier(name))


def _names(columns: Sequence[str]) -> compose.Composed:
    return compose.SQL(", ").join(map(compose.Identifier, columns))
