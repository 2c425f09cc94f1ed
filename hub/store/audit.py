"""The audit log: append-only and hash-chained, as the journal is; who may read it is asked elsewhere.

Write last in a transaction: the writer holds the end of the chain until it commits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.audit import Entry, Result, Written
from hub.log import redact
from hub.store import chain
from hub.store.sql import sql
from hub.store.store import Store, Tx

_LONGEST = 300
_DEEPEST = 6
_MOST = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; None is any. ``subject`` means what lies below it as well."""

    first: datetime | None = None
    last: datetime | None = None
    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    source_ip: str | None = None
    result: Result | None = None


def write(tx: Tx, entry: Entry, now: datetime) -> int:
    """Write one entry; answers its number. Known secrets are taken out of it, and what is too long is cut."""
    values = {
        "at": now,
        "actor": _text(entry.actor),
        "action": _text(entry.action),
        "subject": _text(entry.subject),
        "source_ip": _text(entry.source_ip),
        "result": entry.result,
        "detail": Jsonb(_plain(dict(entry.detail), 0)),
    }
    row = tx.execute(sql["audit_append"], values).fetchone()
    return int(row["id"]) if row else 0


def list_entries(store: Store, wanted: Wanted, limit: int, before: int | None = None) -> list[Written]:
    """Newest first; ``before``: only entries with smaller numbers."""
    names = ("first", "last", "actor", "action", "subject", "source_ip", "result")
    values = {name: getattr(wanted, name) for name in names}
    rows = store.fetch(sql["audit_list"], {**values, "limit": limit, "before": before})
    return [_written(row) for row in rows]


def after(store: Store, last_id: int, limit: int = 1000) -> list[Written]:
    """The entries after ``last_id``, in order."""
    return [_written(row) for row in store.fetch(sql["audit_after"], {"id": last_id, "limit": limit})]


def hashes(store: Store, ids: Collection[int]) -> dict[int, str]:
    """Of those of ``ids`` that are there, in hexadecimal digits."""
    return {row["id"]: row["hash"] for row in store.fetch(sql["audit_hashes"], {"ids": list(ids)})}


def end(store: Store) -> tuple[int, bytes]:
    """Number and hash that the last entry must have; 0 and nothing before the first."""
    [row] = store.fetch(sql["audit_end"])
    return int(row["last_id"]), bytes(row["last_hash"])


def verify(store: Store, progress: Callable[[int], None]) -> chain.Chain:
    """As of the journal. Whether entries were taken off the end is told by ``end``."""
    return chain.verify(store, sql["audit_page"], progress)


def _written(row: dict[str, Any]) -> Written:
    entry = Entry(
        row["actor"], row["action"], row["subject"], row["source_ip"], Result(row["result"]), row["detail"]
    )
    return Written(row["id"], row["at"], entry, bytes(row["hash"]))


def _text(value: str) -> str:
    """As the database can keep it: no U+0000, no half of a surrogate pair."""
    clean = redact(value.replace("\0", "�")).encode(errors="replace").decode()
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 1]}…"


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _text(value)
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {_text(str(key)): _plain(item, depth + 1) for key, item in list(value.items())[:_MOST]}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in list(value)[:_MOST]]
    return value
