"""The journal: the append-only, hash-chained log of everything that changed, and the source of live events.

Append last in a transaction: the writer holds the journal's lock until it commits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.store import chain
from hub.store.sql import sql
from hub.store.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Entry:
    """``kind`` is alert, source, incident …; ``subject`` the id of the thing; ``body`` what it was after the change."""

    id: int
    at: datetime
    kind: str
    subject: str
    area: str | None
    actor: str
    change: str
    body: Mapping[str, Any]


def append(
    tx: Tx, at: datetime, kind: str, subject: str, area: str | None, actor: str, change: str, body: Mapping[str, Any]
) -> int:
    """Write one row; answers its id. ``body`` is plain JSON data."""
    values = {"at": at, "kind": kind, "subject": subject, "area": area, "actor": actor, "change": change}
    row = tx.execute(sql["journal_append"], {**values, "body": Jsonb(dict(body))}).fetchone()
    return int(row["id"]) if row else 0


def after(store: Store, last_id: int, limit: int = 1000) -> list[Entry]:
    """The rows after ``last_id``, in order."""
    rows = store.fetch(sql["journal_after"], {"id": last_id, "limit": limit})
    return [Entry(**row) for row in rows]


def of_subject(store: Store, kind: str, subject: str) -> list[Entry]:
    """Everything that happened to one thing, oldest first."""
    return [Entry(**row) for row in store.fetch(sql["journal_of_subject"], {"kind": kind, "subject": subject})]


def last_id(store: Store) -> int:
    rows = store.fetch(sql["journal_last_id"])
    return int(rows[0]["id"])


def verify(store: Store, progress: Callable[[int], None]) -> chain.Chain:
    """Compute the hash of every row anew, page by page; ``progress`` is told how many rows were looked at."""
    return chain.verify(store, sql["journal_page"], progress)


def first_broken(store: Store) -> int | None:
    """The id of the first row whose hash does not follow from the row before it; None where the chain holds."""
    return verify(store, lambda _: None).broken
