"""Bookmarks as rows, with their journal: made, noted otherwise, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.errors import NotFound
from hub.model.area import Within, beginnings
from hub.model.bookmark import Bookmark
from hub.model.times import rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list. Empty means everything. ``first`` and ``last``: those that touch [first, last); ``text``: a part of
    the note, upper and lower case alike; ``before``: (at, id) of the last one of the page before."""

    within: Within = None
    source: str | None = None
    incident: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    text: str | None = None
    before: tuple[datetime, int] | None = None


def add(
    tx: Tx,
    area: str,
    at: datetime,
    until: datetime | None,
    sources: Sequence[str],
    incident: int | None,
    note: str,
    owner: str,
    now: datetime,
) -> Bookmark:
    """Make one; the journal says so."""
    values = {"area": area, "at": at, "until": until, "sources": list(sources), "incident": incident}
    row = tx.execute(sql["bookmark_insert"], {**values, "note": note, "owner": owner, "now": now}).fetchone()
    assert row is not None  # noqa: S101  insert … returning always answers
    made = _bookmark(row)
    _log(tx, made, "created", owner, now)
    return made


def set_note(tx: Tx, bookmark_id: int, note: str, actor: str, now: datetime) -> Bookmark:
    """Raises NotFound."""
    row = tx.execute(sql["bookmark_note"], {"id": bookmark_id, "note": note}).fetchone()
    if row is None:
        raise _none(bookmark_id)
    changed = _bookmark(row)
    _log(tx, changed, "changed", actor, now)
    return changed


def remove(tx: Tx, bookmark_id: int, actor: str, now: datetime) -> None:
    """The journal keeps what it was. Raises NotFound."""
    row = tx.execute(sql["bookmark_delete"], {"id": bookmark_id}).fetchone()
    if row is None:
        raise _none(bookmark_id)
    _log(tx, _bookmark(row), "removed", actor, now)


def get(store: Store, bookmark_id: int) -> Bookmark:
    """Raises NotFound."""
    rows = store.fetch(sql["bookmark_get"], {"id": bookmark_id})
    if not rows:
        raise _none(bookmark_id)
    return _bookmark(rows[0])


def list_bookmarks(store: Store, wanted: Filter, limit: int = 100) -> list[Bookmark]:
    """The latest moment first."""
    at, last_id = wanted.before or (None, None)
    params = {name: getattr(wanted, name) for name in ("source", "incident", "first", "last", "text")}
    params["within"] = beginnings(wanted.within)
    rows = store.fetch(sql["bookmark_list"], {**params, "before_at": at, "before_id": last_id, "limit": limit})
    return [_bookmark(row) for row in rows]


def bookmark_json(bookmark: Bookmark) -> dict[str, Any]:
    return {
        "id": bookmark.id,
        "area": bookmark.area,
        "at": rfc3339(bookmark.at),
        "until": bookmark.until and rfc3339(bookmark.until),
        "sources": list(bookmark.sources),
        "incident": bookmark.incident,
        "note": bookmark.note,
        "owner": bookmark.owner,
        "created_at": rfc3339(bookmark.created_at),
    }


def _log(tx: Tx, bookmark: Bookmark, change: str, actor: str, at: datetime) -> None:
    body = {"bookmark": bookmark_json(bookmark)}
    journal.append(tx, at, "bookmark", str(bookmark.id), bookmark.area, actor, change, body)


def _none(bookmark_id: int) -> NotFound:
    return NotFound(f"there is no bookmark {bookmark_id}")


def _bookmark(row: dict[str, Any]) -> Bookmark:
    return Bookmark(**{**row, "sources": tuple(row["sources"])})
