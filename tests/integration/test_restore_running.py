"""A restore into a store that is in use: it is done at once, whoever is connected and comes back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hub.app.postgres import EmbeddedPostgres
from hub.config import load, store_access
from hub.errors import StoreUnavailable
from hub.model.source import Source, SourceKind
from hub.store import Store, backup, backup_restore, sources
from hub.store.backup_file import Backup
from tests import fix_town
from tests.fix_hub import GRID, Hub, run_gridhub, wait_for

CLIENTS = 6


def quiet(*_: object) -> None:
    """Nobody looks."""


@pytest.fixture
def written(postgres_store: Store, tmp_path: Path) -> Path:
    fix_town.live_in(postgres_store)
    backup.write(postgres_store, tmp_path / "b.zip", quiet)
    return tmp_path / "b.zip"


@pytest.fixture
def owned(postgres: EmbeddedPostgres, database: str) -> Iterator[str]:
    """A database of a role that may make databases and nothing else."""
    name = f"{conninfo_to_dict(database)['dbname']}_owned"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as admin:
        admin.execute(f"create role \"{name}\" login createdb password 'of a test'".encode())
        admin.execute(f'create database "{name}" owner "{name}"'.encode())
        yield make_conninfo(postgres.conninfo(name), user=name, password="of a test")
        for each in (name, f"{name}_restoring", f"{name}_before_restore"):
            admin.execute(f'drop database if exists "{each}" with (force)'.encode())
        admin.execute(f'drop role "{name}"'.encode())


class Busy:
    """Writes all the time, on connections that come back as soon as they are ended."""

    def __init__(self, conninfo: str) -> None:
        self.written = 0
        self._conninfo = conninfo
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write) for _ in range(CLIENTS)]

    def __enter__(self) -> Busy:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def goes_on(self) -> None:
        before = self.written
        wait_for(lambda: self.written > before + 20, 20, "clients write")

    def _write(self) -> None:
        while not self._stop.is_set():
            with suppress(psycopg.OperationalError), psycopg.connect(self._conninfo, autocommit=True) as connection:
                while not self._stop.is_set():
                    connection.execute("update source set name = name || 'x' where id = 'smoke-1'")
                    connection.execute("update source set name = 'Smoke 1' where id = 'smoke-1'")
                    self.written += 1


def test_five_restores_into_a_busy_store_are_each_done_at_the_first_attempt(
    written: Path, owned: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By a role that is the owner and no superuser."""
    caplog.set_level(logging.INFO, "hub.store")
    with Backup(written) as file:
        backup_restore.restore(owned, file, quiet)
        with Busy(owned) as busy:
            for _ in range(5):
                busy.goes_on()
                backup_restore.restore(owned, file, quiet, force=True)
    assert [record.getMessage() for record in caplog.records if "trying again" in record.getMessage()] == []


def test_five_restores_into_a_running_hub_are_each_done_at_the_first_attempt(hub: Hub, tmp_path: Path) -> None:
    hub.write()
    hub.start()
    file, config = str(tmp_path / "b.zip"), str(hub.config)
    access = store_access(load(hub.config))
    with Store.open(access, "test") as store, store.transaction() as tx:
        sources.add(tx, Source("smoke-1", SourceKind.DEVICE, GRID, "smoke", "Smoke 1"), fix_town.T0)
    assert run_gridhub("db", "backup", file, "-c", config).returncode == 0
    with Busy(access) as busy:
        for _ in range(5):
            busy.goes_on()
            done = run_gridhub("db", "restore", file, "--force", "-c", config)
            assert (done.returncode, "again (" in done.stderr) == (0, False), done.stderr
    wait_for(hub._is_ready, 40, f"the hub goes on by itself; its log:\n{hub.tail()}")


def test_a_connection_that_cannot_be_ended_is_named_and_everything_is_as_it_was(
    written: Path, owned: str, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_restore, "_ATTEMPTS", 1)
    with Backup(written) as file:
        backup_restore.restore(owned, file, quiet)
        superuser = postgres.conninfo(str(conninfo_to_dict(owned)["dbname"]))
        with psycopg.connect(superuser) as connection:
            with pytest.raises(StoreUnavailable, match=r"cannot be ended, of gridhub \(1\): end them"):
                backup_restore.restore(owned, file, quiet, force=True)
            assert connection.execute("select from source").rowcount == 3
            left = connection.execute("select from pg_database where datname like '%restor%'").rowcount
    assert left == 0
