"""Reading observations back for people: raw points, buckets, the latest values, and where everything stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import DictRow

from hub.model.source import SourceKind
from hub.store.sql import sql
from hub.store.store import Store


def points(store: Store, source: str, metric: str, first: datetime, last: datetime, limit: int) -> list[DictRow]:
    """Raw rows ts, value, text in [first, last), oldest first."""
    params = {"source": source, "metric": metric, "first": first, "last": last, "limit": limit}
    return store.fetch(sql["series_points"], params)


def buckets(
    store: Store, source: str, metric: str, first: datetime, last: datetime, step: timedelta, limit: int
) -> list[DictRow]:
    """Rows ts, mean, min, max, count a bucket of ``step``, aligned to ``first``; empty buckets are left out."""
    params = {"source": source, "metric": metric, "first": first, "last": last, "step": step, "limit": limit}
    return store.fetch(sql["series_buckets"], params)


def latest(store: Store, sources: Sequence[str], after: datetime) -> list[DictRow]:
    """Rows source, metric, ts, value, text: the newest of each series since ``after``."""
    return store.fetch(sql["source_latest"], {"ids": list(sources), "after": after})


def source_page(
    store: Store,
    kind: SourceKind,
    *,
    area: str | None = None,
    state: str | None = None,
    source_id: str | None = None,
    cursor: str = "",
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Sources with their health and without their secrets, in the order of their ids."""
    params = {"kind": kind, "area": area, "state": state, "id": source_id, "cursor": cursor, "limit": limit}
    return list(store.fetch(sql["source_page"], params))


def area_status(store: Store, path: str, now: datetime) -> list[DictRow]:
    """One row for every area at and below ``path``, with what is open in it and who watches it, itself alone."""
    return store.fetch(sql["area_status"], {"path": path, "now": now})


def quarantined(store: Store, limit: int = 100) -> list[DictRow]:
    """The newest refusals first."""
    return store.fetch(sql["quarantine_list"], {"limit": limit})
