"""The store: a pool of connections and the transactions on it.

Every error of the driver leaves this room as one of ours, its cause kept: ``StoreUnavailable`` is worth another try,
``Conflict`` and ``NotFound`` are answers, any other ``StoreError`` is a mistake of ours.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from hub.errors import Conflict, NotFound, StoreError, StoreUnavailable
from hub.store.sql import sql

Tx = psycopg.Connection[DictRow]

_log = logging.getLogger(__name__)

_SESSION = {
    # No transaction waits for ever, on a lock, a query or a caller that hangs.
    "options": (
        "-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=20000 -c idle_in_transaction_session_timeout=60000"
    ),
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # keepalives say nothing while something that was sent is not acknowledged
}


def _end_process() -> None:
    """Whoever keeps the processes of the hub starts this one anew."""
    os.kill(os.getpid(), signal.SIGTERM)


class _Pool(ConnectionPool[Tx]):
    """Says why no connection can be had, and hands out none to another database than the first one was to."""

    def __init__(self, conninfo: str, name: str, max_size: int, timeout_s: float, **kwargs: Any) -> None:
        self._given = 0
        self._database: int | None = None
        self._told = False
        self._guard = threading.Lock()
        self.replaced: Callable[[], None] = _end_process
        super().__init__(
            conninfo,
            connection_class=psycopg.Connection[DictRow],
            kwargs=kwargs,
            configure=self._same_database,
            min_size=1,
            max_size=max_size,
            timeout=timeout_s,
            max_idle=120.0,
            reconnect_timeout=2.0,  # then the next caller tries anew, at once: no long backoff after a short outage
            check=ConnectionPool.check_connection,
            name=name,
            open=False,
        )

    def getconn(self, timeout: float | None = None) -> Tx:
        try:
            connection = super().getconn(timeout)
        except PoolTimeout as error:
            if self._given < self.max_size:
                raise
            waited_s = self.timeout if timeout is None else timeout
            words = f"all {self.max_size} connections of {self.name!r} to the store are in use"
            raise PoolTimeout(f"{words}, and none became free within {waited_s:g} s") from error
        with self._guard:
            self._given += 1
        return connection

    def putconn(self, conn: Tx) -> None:
        with self._guard:
            self._given -= 1
        super().putconn(conn)

    def _same_database(self, connection: Tx) -> None:
        """What a process has in memory (numbers of series, offsets, the last id) is of one database.

        After a restore another one has its name. Nothing that was learnt from the first may be written to it, so that
        the process ends and begins again.
        """
        found = connection.execute(sql["database_oid"]).fetchone()
        connection.commit()
        assert found is not None  # noqa: S101  one is connected to a database
        with self._guard:
            is_same = self._database in {None, found["oid"]}
            self._database = self._database or found["oid"]
            tell, self._told = not (is_same or self._told), self._told or not is_same
        if tell:
            _log.warning("the database was replaced by a restored one: starting anew")
            self.replaced()
        if not is_same:
            connection.close()
            raise psycopg.OperationalError("the database was replaced by a restored one")


class Store:
    """Made by ``open``. Threads may share it."""

    def __init__(self, conninfo: str, pool: ConnectionPool[Tx], copies: bool) -> None:
        self.conninfo = conninfo
        self.copies = copies
        self._pool = pool

    @classmethod
    def open(
        cls,
        conninfo: str,
        name: str,
        *,
        max_size: int = 4,
        timeout_s: float = 5.0,
        copies: bool = True,
        replaced: Callable[[], None] = _end_process,
    ) -> Store:
        """A pool that connects in the background; nothing fails here if the server is away.

        ``copies`` is False for a server without COPY, which then takes the slower way for every batch. ``replaced`` is
        called, once, when another database has taken the place of the first; no connection can be had any more.
        """
        kwargs = {"row_factory": dict_row, "application_name": f"gridhub {name}", **(_SESSION if copies else {})}
        pool = _Pool(conninfo, name, max_size, timeout_s, **kwargs)
        pool.replaced = replaced
        pool.open()
        return cls(conninfo, pool, copies)

    def close(self) -> None:
        self._pool.close(timeout=3.0)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """One transaction: committed where the block ends, rolled back where it raises."""
        with errors(), self._pool.connection() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Tx]:
        """A connection outside of any transaction, for what takes long; whoever has it begins its own."""
        with errors(), self._pool.connection() as connection:
            connection.autocommit = True
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.autocommit = False

    @contextmanager
    def outside_transaction(self) -> Iterator[Tx]:
        """A connection for what the server refuses within a transaction, and for what may take longer than a query of
        the running hub: each statement is committed by itself, without a time limit."""
        with errors(), self._pool.connection() as connection:
            connection.set_autocommit(True)
            try:
                connection.execute(sql["no_time_limit"])
                yield connection
            finally:
                if not connection.closed:
                    connection.execute(sql["usual_time_limit"])
                    connection.set_autocommit(False)

    def fetch(self, query: Any, params: Any = None) -> list[DictRow]:
        """All rows of one query, in a transaction of its own."""
        with self.transaction() as tx:
            return tx.execute(query, params).fetchall()


@contextmanager
def errors() -> Iterator[None]:
    """Turn the driver's errors into ours."""
    try:
        yield
    except PoolTimeout as error:
        is_exhausted = isinstance(error.__cause__, PoolTimeout)
        raise StoreUnavailable(str(error) if is_exhausted else "no connection to the store can be had now") from error
    except (PoolClosed, TooManyRequests) as error:
        raise StoreUnavailable("no connection to the store can be had now") from error
    except psycopg.errors.UniqueViolation as error:
        raise Conflict(_first_line(error)) from error
    except psycopg.errors.ForeignKeyViolation as error:
        raise NotFound(_first_line(error)) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise StoreUnavailable(_first_line(error)) from error
    except psycopg.Error as error:
        raise StoreError(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
