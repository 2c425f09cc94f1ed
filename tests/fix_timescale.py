"""A real TimescaleDB for tests: PGlite with the extension, a Node process, emptied before each test.

It takes one connection at a time and knows no COPY, so a store on it has one connection and ``copies=False``.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from hub.errors import StoreError
from hub.model.source import SourceKind
from hub.store import Store, migrate

KINDS = ("postgres", "timescale")
SERIES = [
    f"{table}_{kind}"
    for table in ("observation", "rollup_day", "rollup_hour", "rollup_minute")
    for kind in SourceKind
]
FOLDER = Path(__file__).parent / "timescale"
_APPEND_ONLY = ("journal", "audit")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def timescale_server() -> Iterator[Store]:
    """A store on a TimescaleDB of its own, with nothing in it, not even a schema."""
    server, port = _started()
    try:
        url = f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres?sslmode=disable&gssencmode=disable"
        with Store.open(url, "test", max_size=1, timeout_s=30.0, copies=False) as store:
            yield store
    finally:
        _end(server)


def _started() -> tuple[subprocess.Popen[str], int]:
    """It has to be told its port, which somebody else may take meanwhile."""
    for _ in range(5):
        port = free_port()
        server = subprocess.Popen(
            ["node", str(FOLDER / "server.mjs"), str(port)], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert server.stdout is not None
        if server.stdout.readline().strip() == "ready":
            return server, port
        _end(server)
    raise AssertionError("the TimescaleDB for tests does not start")


def _end(server: subprocess.Popen[str]) -> None:
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
    """Take everything out but the schema.

    This build loses the name of a schema now and then when it truncates a hypertable (not in anything the hub does).
    """
    for _ in range(8):
        try:
            _empty(store)
        except StoreError as error:
            if "schema" not in str(error) and "hypertable" not in str(error):
                raise
        else:
            return
    raise AssertionError("the TimescaleDB for tests cannot be emptied")


def _empty(store: Store) -> None:
    with store.transaction() as tx:
        for table in _APPEND_ONLY:
            tx.execute(f"alter table {table} disable trigger {table}_append_only".encode())
        names = tx.execute(
            "select tablename from pg_tables where schemaname = 'public'"
            " and tablename not in ('migration', 'rollup_state', 'observation_camera', 'observation_device')"
        )
        tables = ", ".join(f'"{row["tablename"]}"' for row in names.fetchall())
        tx.execute(f"truncate {tables} restart identity cascade".encode())
        for table in SERIES:
            tx.execute(f"truncate {table}".encode())
        tx.execute("insert into audit_end (last_id, last_hash) values (0, '')")
        tx.execute("update rollup_state set edge = '2026-02-27Z', floor = '2000-01-01Z'")
        for table in _APPEND_ONLY:
            tx.execute(f"alter table {table} enable trigger {table}_append_only".encode())


@pytest.fixture(params=KINDS)
def either(request: pytest.FixtureRequest) -> Store:
    """A store with the newest schema and nothing in it: each test runs on plain PostgreSQL and on TimescaleDB."""
    if request.param == "postgres":
        return cast(Store, request.getfixturevalue("postgres_store"))
    found = cast(Store, request.getfixturevalue("timescale"))
    empty(found)
    return found


@pytest.fixture(params=KINDS)
def fresh(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store without a schema, of either kind."""
    if request.param == "timescale":
        with timescale_server() as store:
            yield store
    else:
        with Store.open(request.getfixturevalue("empty_database"), "test") as store:
            yield store
