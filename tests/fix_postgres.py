"""A real PostgreSQL for tests: one server a session, a database of its own a test."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hub.app.postgres import EmbeddedPostgres
from hub.store import Store, migrate

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded server, started once; its data goes away with it."""
    with tempfile.TemporaryDirectory(prefix="gridhub-test-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", Path(folder) / "postgres" / "run", "a-test-password")
        server.prepare()
        server.start()
        # What is tested with this one is no power cut, which alone needs it; a database is gone in a tenth of the time.
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
            connection.execute("alter system set fsync = off")
            connection.execute("select pg_reload_conf()")
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _made(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f'create database "{name}" template "{template}"')
    yield postgres.conninfo(name)
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f'drop database "{name}" with (force)')


@pytest.fixture(scope="session")
def _newest(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The name of a database with the newest schema: a copy of it is had sooner than the migrations are applied."""
    with _made(postgres, "template1") as conninfo:
        with Store.open(conninfo, "test") as store:
            migrate.upgrade(store)
        yield str(conninfo_to_dict(conninfo)["dbname"])


@pytest.fixture
def database(postgres: EmbeddedPostgres, _newest: str) -> Iterator[str]:
    """The connection URL of a database with the newest schema and nothing in it."""
    with _made(postgres, _newest) as conninfo:
        yield conninfo


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The connection URL of a database without a schema."""
    with _made(postgres, "template1") as conninfo:
        yield conninfo


@pytest.fixture
def postgres_store(database: str) -> Iterator[Store]:
    """A store with the newest schema and nothing in it."""
    with Store.open(database, "test") as opened:
        yield opened


@pytest.fixture
def store(postgres_store: Store) -> Store:
    """The store that most tests need; those of the store itself run on both kinds."""
    return postgres_store
