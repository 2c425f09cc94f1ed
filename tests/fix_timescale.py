"""A real TimescaleDB for tests: PGlite with the extension, a Node process, emptied before each test.

It takes one connection at a time and knows no COPY, so a store on it has one connection and ``copies=False``.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.store import Store, migrate

FOLDER = Path(__file__).parent / "timescale"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def timescale_server() -> Iterator[Store]:
    """A store on a TimescaleDB of its own, with nothing in it, not even a schema."""
    port = free_port()
    server = subprocess.Popen(
        ["node", str(FOLDER / "server.mjs"), str(port)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "ready", "the TimescaleDB for tests does not start"
        url = f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres?sslmode=disable&gssencmode=disable"
        with Store.open(url, "test", max_size=1, timeout_s=30.0, copies=False) as store:
            yield store
    finally:
        server.terminate()
        server.wait(10)
        assert server.stdout is not None
        server.stdout.close()


@pytest.fixture(scope="session")
def timescale() -> Iterator[Store]:
    """A store on TimescaleDB, migrated, made once."""
    with timescale_server() as store:
        migrate.upgrade(store)
        yield store


def empty(store: Store) -> None:
    """Take everything out but the schema."""
    with store.transaction() as tx:
        tx.execute("alter table journal disable trigger journal_append_only")
        names = tx.execute("select tablename from pg_tables where schemaname = 'public' and tablename <> 'migration'")
        tables = ", ".join(f'"{row["tablename"]}"' for row in names.fetchall())
        tx.execute(f"truncate {tables} restart identity cascade".encode())
        tx.execute("alter table journal enable trigger journal_append_only")
