"""The store: a pool of connections and the transactions on it.

Every error of the driver leaves this room as one of ours, its cause kept: ``StoreUnavailable`` is worth another try,
``Conflict`` and ``NotFound`` are answers, any other ``StoreError`` is a mistake of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from hub.errors import Conflict, NotFound, StoreError, StoreUnavailable

Tx = psycopg.Connection[DictRow]

_SESSION = {
    # No transaction waits for ever, on a lock, a query or a caller that hangs.
    "options": (
        "-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=20000 -c idle_in_transaction_session_timeout=60000"
    ),
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


class Store:
    """Made by ``open``. Threads may share it."""

    def __init__(self, conninfo: str, pool: ConnectionPool[Tx], copies: bool) -> None:
        self.conninfo = conninfo
        self.copies = copies
        self._pool = pool

    @classmethod
    def open(
        cls, conninfo: str, name: str, *, max_size: int = 4, timeout_s: float = 5.0, copies: bool = True
    ) -> Store:
        """A pool that connects in the background; nothing fails here if the server is away.

        ``copies`` is False for a server without COPY, which then takes the slower way for every batch.
        """
        pool: ConnectionPool[Tx] = ConnectionPool(
            conninfo,
            connection_class=psycopg.Connection[DictRow],
            kwargs={"row_factory": dict_row, "application_name": f"gridhub {name}", **(_SESSION if copies else {})},
            min_size=1,
            max_size=max_size,
            timeout=timeout_s,
            max_idle=120.0,
            reconnect_timeout=2.0,  # then the next caller tries anew, at once: no long backoff after a short outage
            check=ConnectionPool.check_connection,
            name=name,
            open=True,
        )
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

    def fetch(self, query: Any, params: Any = None) -> list[DictRow]:
        """All rows of one query, in a transaction of its own."""
        with self.transaction() as tx:
            return tx.execute(query, params).fetchall()


@contextmanager
def errors() -> Iterator[None]:
    """Turn the driver's errors into ours."""
    try:
        yield
    except (PoolTimeout, PoolClosed, TooManyRequests) as error:
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
