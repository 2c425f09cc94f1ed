"""A bounded store on the worker's own disk, for what a broker would not keep while the database is away.

SQLite is the append-only file: with a write-ahead log and ``synchronous = FULL`` a transaction is on the disk when
``put`` returns, every frame of the log has a checksum, and what a process was writing when it was killed is not there
when the file is opened again (sqlite.org/wal.html, sqlite.org/atomiccommit.html).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from hub.errors import StartError
from hub.model.observation import Observation, Refusal

Held = tuple[list[Observation], list[Refusal]]
_SCHEMA = """
create table if not exists held (
    id   integer primary key autoincrement,
    rows integer not null,
    body blob not null
)
"""
_SIZES = "select count(*), coalesce(sum(rows), 0), coalesce(sum(length(body)), 0) from held"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Held).decode


class Spool:
    """A file that holds at most ``max_bytes`` of what was put in. For one thread at a time."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        """Raises StartError."""
        self._max_bytes = max_bytes
        self._gone = 0
        self._count: int
        self._bytes: int
        self._next_rows = 0
        self.rows: int
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._file.execute("pragma journal_mode = wal")
            self._file.execute("pragma synchronous = full")
            self._file.execute(_SCHEMA)
            self._measure()
        except (OSError, sqlite3.Error) as error:
            raise StartError(f"the spool {path} cannot be used: {error}") from error

    def put(self, observations: Sequence[Observation], refusals: Sequence[Refusal]) -> bool:
        """True when it is on the disk; False where there is no room, in the file or on the disk."""
        body, rows = _encode((observations, refusals)), len(observations)
        if self._bytes + len(body) > self._max_bytes:
            return False
        try:
            self._file.execute("insert into held (rows, body) values (?, ?)", (rows, body))
        except sqlite3.OperationalError:  # the disk is full, or gone
            return False
        self._count, self.rows, self._bytes = self._count + 1, self.rows + rows, self._bytes + len(body)
        return True

    def oldest(self) -> tuple[int, Held] | None:
        """What was put in first of all that is left, and the number to drop it by."""
        query = "select id, rows, body from held where id > ? order by id limit 1"
        found = self._file.execute(query, (self._gone,)).fetchone() if self._count else None
        if found is None:
            return None
        number, self._next_rows, body = found
        return number, _decode(body)

    def drop(self, number: int) -> None:
        """``oldest`` is in the database now.

        On a full disk nothing can be deleted either: it is passed over, and goes with what is dropped later. Where this
        process ends before, it comes out again, and the database knows it by its key.
        """
        self._gone, self._count, self.rows = number, self._count - 1, self.rows - self._next_rows
        try:
            gone = self._file.execute("delete from held where id <= ? returning length(body)", (number,)).fetchall()
        except sqlite3.OperationalError:
            return
        self._bytes -= sum(size_bytes for (size_bytes,) in gone)

    def take_over(self, path: Path) -> None:
        """All that another worker has left in its spool, which is removed. Raises StartError."""
        try:
            other = sqlite3.connect(path)
            left = other.execute("select rows, body from held order by id")  # one at a time: it may be gigabytes
            self._file.execute("begin")
            self._file.executemany("insert into held (rows, body) values (?, ?)", left)
            self._file.execute("commit")
            self._measure()
            other.close()
            for part in ("", "-wal", "-shm"):
                path.with_name(path.name + part).unlink(missing_ok=True)
        except (OSError, sqlite3.Error) as error:
            raise StartError(f"the spool {path} cannot be taken over: {error}") from error

    def _measure(self) -> None:
        self._count, self.rows, self._bytes = self._file.execute(_SIZES).fetchone()

    def close(self) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._count
