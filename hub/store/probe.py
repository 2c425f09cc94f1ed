"""Whether a server answers at all, and the making of a database on it; used before there is a pool."""

from __future__ import annotations

import psycopg
from psycopg import sql as compose

from hub.store.store import errors


def answers(conninfo: str) -> bool:
    try:
        with psycopg.connect(conninfo, connect_timeout=3) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def why_not(conninfo: str) -> str | None:
    """One line on why the server cannot be used; None where it can."""
    try:
        with psycopg.connect(conninfo, connect_timeout=5) as connection:
            connection.execute("select 1")
    except psycopg.Error as error:
        return (str(error).splitlines() or ["no answer"])[0]
    return None


def create_database(conninfo: str, name: str) -> None:
    """Make the database where it is missing. Raises StoreError."""
    with errors(), psycopg.connect(conninfo, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
        if known is None:
            connection.execute(compose.SQL("create database {}").format(compose.Identifier(name)))
