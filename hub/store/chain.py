"""Logs whose rows are chained: each has a hash that covers the row and the hash before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

from hub.store.store import Store

_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Chain:
    """``broken``: the first row that does not follow from the one before it; the others tell where it ends."""

    broken: int | None
    last_id: int
    last_hash: bytes


def verify(store: Store, page_query: LiteralString, progress: Callable[[int], None]) -> Chain:
    """Compute the hash of every row anew, page by page; ``progress`` is told how many rows were looked at.

    ``page_query`` takes the id and the hash that a page follows, and answers broken, rows, id, hash of the page.
    """
    last_id, last_hash, seen = 0, b"", 0
    while True:
        rows = store.fetch(page_query, {"id": last_id, "hash": last_hash, "limit": _PAGE})
        if not rows:
            return Chain(None, last_id, last_hash)
        page = rows[0]
        if page["broken"] is not None:
            return Chain(page["broken"], last_id, last_hash)
        last_id, last_hash, seen = page["id"], bytes(page["hash"]), seen + page["rows"]
        progress(seen)
