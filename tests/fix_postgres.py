"""A real PostgreSQL for tests: one server a session, a fresh database a test."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

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
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The connection URL of an empty database."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    yield postgres.conninfo(name)
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f'drop database "{name}" with (force)')


@pytest.fixture
def postgres_store(database: str) -> Iterator[Store]:
    """A store with the newest schema and nothing in it."""
    with Store.open(database, "test") as opened:
        migrate.upgrade(opened)
        yield opened


@pytest.fixture
def store(postgres_store: Store) -> Store:
    """The store that most tests need; those of the store itself run on both kinds."""
    return postgres_store
