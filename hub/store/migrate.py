"""Numbered migrations, applied in order, each in a transaction of its own, under an advisory lock.

A database that a newer gridhub has migrated is refused: an older program must not guess at it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.resources import files

from hub import crash
from hub.errors import StartError
from hub.store import rollup_schema, series
from hub.store.sql import sql
from hub.store.store import Store, Tx

_log = logging.getLogger(__name__)
_CODE: dict[str, Callable[[Tx], None]] = {
    "0002_observation": series.create,
    "0004_two_tables": series.split,
    "0005_rollups": rollup_schema.create,
}


def versions() -> list[str]:
    """The names of all migrations, in order."""
    folder = files("hub.store") / "migrations"
    texts = [entry.name.removesuffix(".sql") for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted([*texts, *_CODE])


def upgrade(store: Store, to: str | None = None) -> list[str]:
    """Apply what is missing, up to and with the migration ``to``; answers the names of what was applied.

    Raises StartError for a newer database.
    """
    with store.transaction() as tx:
        tx.execute(sql["migration_lock"])
        tx.execute(sql["migration_create_table"])
        done = {row["name"] for row in tx.execute(sql["migration_names"]).fetchall()}
    known = versions()
    unknown = sorted(done - set(known))
    if unknown:
        raise StartError(f"the database was upgraded by a newer gridhub (it has {unknown[-1]}): use that version")
    applied = [name for name in known if (to is None or name <= to) and _apply(store, name)]
    if applied:
        _log.info("applied migrations: %s", ", ".join(applied))
    return applied


def _apply(store: Store, name: str) -> bool:
    with store.transaction() as tx:
        tx.execute(sql["migration_lock"])
        if tx.execute(sql["migration_done"], {"name": name}).fetchone() is not None:
            return False
        tx.execute(sql["migration_no_timeout"])
        if name in _CODE:
            _CODE[name](tx)
        else:
            tx.execute((files("hub.store") / "migrations" / f"{name}.sql").read_bytes())
        crash.point("migration_applied")
        tx.execute(sql["migration_insert"], {"name": name})
    crash.point("migration_committed")
    return True
