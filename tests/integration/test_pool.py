"""The pool of connections: bounded, clear about why none can be had, and never of two databases at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from psycopg import sql as compose

from hub.app.postgres import EmbeddedPostgres
from hub.errors import StoreUnavailable
from hub.store import Store
from tests.fix_hub import wait_for
from tests.fix_proxy import StoreProxy


def test_a_pool_that_is_used_up_says_so_within_its_time_limit(database: str) -> None:
    with Store.open(database, "test", max_size=2, timeout_s=0.2) as store:
        used_up = pytest.raises(StoreUnavailable, match=r"all 2 connections of 'test' .* free within 0.2 s")
        with store.transaction(), store.transaction(), used_up:
            store.fetch("select 1")
        assert store.fetch("select 1 as one") == [{"one": 1}], "what was given back can be had again"


def test_a_store_that_is_away_is_not_called_used_up(proxy: StoreProxy) -> None:
    with Store.open(proxy.conninfo, "test", max_size=1, timeout_s=0.5) as store:
        store.fetch("select 1")
        proxy.cut()
        with pytest.raises(StoreUnavailable) as first:
            store.fetch("select 1")
        assert "in use" not in str(first.value)


def test_the_pool_fills_again_after_every_one_of_many_outages(proxy: StoreProxy) -> None:
    with Store.open(proxy.conninfo, "test", max_size=4, timeout_s=1.0) as store:
        for _ in range(10):
            proxy.cut()
            with pytest.raises(StoreUnavailable):
                store.fetch("select 1")
            proxy.mend()

            def answers() -> bool:
                try:
                    return store.fetch("select 1 as one") == [{"one": 1}]
                except StoreUnavailable:
                    return False

            wait_for(answers, 10, "the store answers again")
        together = threading.Barrier(4, timeout=30)

        def hold() -> None:
            while not together.broken:  # a new connection may take longer than the store's second on a busy machine
                with suppress(StoreUnavailable), store.transaction() as tx:
                    tx.execute("select 1")
                    together.wait()
                    return

        with ThreadPoolExecutor(4) as pool:  # the barrier breaks where fewer than four connections can be had at once
            for held in [pool.submit(hold) for _ in range(4)]:
                held.result()


def test_a_transaction_that_is_left_open_is_ended_by_the_server(database: str) -> None:
    with Store.open(database, "test") as store:
        found = store.fetch("select name, setting from pg_settings where name like '%timeout'")
        limits = {row["name"]: int(row["setting"]) for row in found}
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert 0 < limits[name] <= 60_000, name


@pytest.fixture
def twin(database: str, postgres: EmbeddedPostgres) -> Iterator[tuple[str, str]]:
    """The names of the test's database, and of another one."""
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    other = f"{name}_other"
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f'create database "{other}"'.encode())
    yield str(name), other
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f'drop database if exists "{other}" with (force)'.encode())


def test_nothing_is_written_to_a_database_that_took_the_place_of_another(
    database: str, twin: tuple[str, str], postgres: EmbeddedPostgres
) -> None:
    told: list[str] = []
    with Store.open(database, "test", timeout_s=1.0, replaced=lambda: told.append("replaced")) as store:
        store.fetch("select 1")
        with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
            name, other = (compose.Identifier(each) for each in twin)
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = any(%s)", [list(twin)]
            )
            connection.execute(compose.SQL("alter database {} rename to swapped").format(name))
            connection.execute(compose.SQL("alter database {} rename to {}").format(other, name))
            try:
                for _ in range(2):
                    with pytest.raises(StoreUnavailable):
                        store.fetch("select 1")
            finally:
                connection.execute(compose.SQL("alter database {} rename to {}").format(name, other))
                connection.execute(compose.SQL("alter database swapped rename to {}").format(name))
    assert told == ["replaced"]
