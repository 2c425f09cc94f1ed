"""The video files that camera workers have finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.store.sql import sql
from hub.store.store import Store


@dataclass(frozen=True, slots=True)
class Segment:
    """``path`` is relative to the data directory; the times are event times of its first and last packet."""

    camera: str
    began_at: datetime
    ended_at: datetime
    path: str
    size_bytes: int


def add(store: Store, segment: Segment) -> None:
    """Raises NotFound where the camera was removed meanwhile. Adding a file twice is one row."""
    values = {name: getattr(segment, name) for name in Segment.__slots__}
    with store.transaction() as tx:
        tx.execute(sql["segment_put"], values)


def list_segments(store: Store, camera: str, first: datetime, last: datetime) -> list[Segment]:
    """The segments that touch [first, last], in order."""
    rows = store.fetch(sql["segment_list"], {"camera": camera, "first": first, "last": last})
    return [Segment(**row) for row in rows]


def older_than(store: Store, camera: str, instant: datetime, limit: int = 1000) -> list[Segment]:
    """Segments that ended before ``instant``, oldest first."""
    rows = store.fetch(sql["segment_older"], {"camera": camera, "instant": instant, "limit": limit})
    return [Segment(**row) for row in rows]


def delete(store: Store, path: str) -> None:
    """Forget a file; the caller has removed it."""
    with store.transaction() as tx:
        tx.execute(sql["segment_delete"], {"path": path})
