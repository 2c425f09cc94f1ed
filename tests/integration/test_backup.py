"""A backup holds one moment of a store that is being written; a restored store is the one it was made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hub.app.postgres import EmbeddedPostgres
from hub.store import Store, backup, backup_restore
from hub.store.backup_file import Backup
from tests import fix_town
from tests.fix_timescale import empty


def quiet(*_: object) -> None:
    """Nobody looks."""


@pytest.fixture(params=["postgres", "timescale"])
def either(request: pytest.FixtureRequest) -> Store:
    if request.param == "postgres":
        return cast(Store, request.getfixturevalue("postgres_store"))
    found = cast(Store, request.getfixturevalue("timescale"))
    empty(found)
    return found


@pytest.fixture
def second(postgres: EmbeddedPostgres, database: str) -> Iterator[str]:
    """Where another database may be made; what a restore leaves is taken away."""
    name = f"{conninfo_to_dict(database)['dbname']}_second"
    yield postgres.conninfo(name)
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        for each in (name, f"{name}_restoring", f"{name}_before_restore"):
            connection.execute(f'drop database if exists "{each}" with (force)'.encode())


def restored(conninfo: str, path: Path, *, force: bool = False) -> list[str]:
    with Backup(path) as file:
        return backup_restore.restore(conninfo, file, quiet, force=force)


def test_a_restored_store_is_equal_to_the_one_that_was_backed_up(either: Store, second: str, tmp_path: Path) -> None:
    """That of TimescaleDB is restored on plain PostgreSQL."""
    fix_town.live_in(either)
    before = fix_town.content(either)
    manifest = backup.write(either, tmp_path / "b.zip", quiet)
    assert restored(second, tmp_path / "b.zip") == []
    with Store.open(second, "test") as store:
        assert fix_town.content(store) == before
        assert before["observation_device"]
        assert sum(map(len, before.values())) + 1 == manifest.rows, "and one session"
        assert store.fetch("select * from session") == [], "everybody signs in again"


def test_what_was_backed_up_anywhere_is_restored_on_timescale(
    postgres_store: Store, timescale: Store, tmp_path: Path
) -> None:
    fix_town.live_in(postgres_store)
    backup.write(postgres_store, tmp_path / "b.zip", quiet)
    empty(timescale)
    with Backup(tmp_path / "b.zip") as file:
        backup_restore.fill(timescale, file, quiet)
        backup_restore.prove(timescale, file, quiet)
    assert fix_town.content(timescale, without=()) == fix_town.content(postgres_store, without=())
