"""Reading observations back for people: raw points, buckets, the latest values, and where everything stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed, Identifier

from hub.model.bucket import Bucket, Cut, Level
from hub.model.observation import Stored
from hub.model.quality import BAD
from hub.model.source import SourceKind
from hub.store.sql import sql
from hub.store.store import Store


def points(store: Store, source: str, metric: str, first: datetime, last: datetime, limit: int) -> list[DictRow]:
    """Raw rows ts, value, text, quality in [first, last), oldest first."""
    params = {"source": source, "metric": metric, "first": first, "last": last, "limit": limit}
    return store.fetch(sql["series_points"], params)


def unit(store: Store, source: str, metric: str) -> str:
    """Of a series, in UCUM; empty where it is not known."""
    return next((row["unit"] for row in store.fetch(sql["series_head"], {"source": source, "metric": metric})), "")


@dataclass(frozen=True, slots=True)
class Chart:
    """``buckets``: those in which something was said, oldest first; ``before``: the last good value before them."""

    unit: str
    buckets: list[Bucket]
    before: float | None


def chart(store: Store, source: str, metric: str, cut: Cut, *, with_before: bool) -> Chart:
    """A series in the buckets of ``cut``, added up from the level that suits them."""
    level = cut.level
    kind = "points" if level is Level.RAW else "level"
    with store.transaction() as tx:
        head = tx.execute(sql["series_head"], {"source": source, "metric": metric}).fetchone()
        if head is None:
            return Chart("", [], None)
        params = {
            "series": head["id"],
            "bad": BAD,
            "first": cut.first,
            "last": cut.last,
            "step": cut.step,
            "edges": None if cut.is_even else list(cut.edges),
        }
        rows = tx.execute(_of_level(sql[f"chart_of_{kind}"], level), params).fetchall()
        before = tx.execute(_of_level(sql[f"last_before_of_{kind}"], level), params) if with_before else None
        found = before.fetchone() if before is not None else None
    return Chart(head["unit"], [Bucket(**row) for row in rows], None if found is None else found["last"])


def _of_level(query: LiteralString, level: Level) -> Composed:
    """``{level}`` in a query is the view of that name."""
    return SQL(query).format(level=Identifier(f"rollup_{level}"))


def latest(store: Store, sources: Sequence[str], after: datetime) -> list[DictRow]:
    """Rows source, metric, unit, ts, value, text, quality: the newest of each series since ``after``."""
    return store.fetch(sql["source_latest"], {"ids": list(sources), "after": after})


def source_page(
    store: Store,
    kind: SourceKind,
    *,
    area: str | None = None,
    state: str | None = None,
    problem: str | None = None,
    source_id: str | None = None,
    cursor: str = "",
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Sources with their health and without their secrets, in the order of their ids.

    ``problem``: those with this one, of ``ingest.mqtt.vitals.Problem``.
    """
    params: dict[str, Any] = {"kind": kind, "area": area, "state": state, "problem": problem, "id": source_id}
    params |= {"cursor": cursor, "limit": limit}
    return list(store.fetch(sql["source_page"], params))


def area_status(store: Store, path: str, now: datetime) -> list[DictRow]:
    """One row for every area at and below ``path``, with what is open in it and who watches it, itself alone."""
    return store.fetch(sql["area_status"], {"path": path, "now": now})


def quarantined(store: Store, limit: int = 100) -> list[DictRow]:
    """The newest refusals first."""
    return store.fetch(sql["quarantine_list"], {"limit": limit})


def batch_ends(store: Store) -> dict[str, int]:
    """The number of the last batch of each writer."""
    return {row["name"]: row["last_seq"] for row in store.fetch(sql["batch_ends"])}


@dataclass(frozen=True, slots=True)
class Newest:
    """``ends``: writer → number of the last batch that was looked at; ``more``: whether others follow."""

    ends: Mapping[str, int]
    items: list[Stored]
    more: bool


def newest_after(store: Store, ends: Mapping[str, int], areas: Sequence[str], limit: int) -> Newest:
    """The newest observation of each series at and below ``areas`` in the next batches after ``ends``."""
    with store.transaction() as tx:
        params = {"writers": list(ends), "seqs": list(ends.values()), "limit": limit}
        heads = tx.execute(sql["batch_after"], params).fetchall()
        times = [time for head in heads for time in (head["min_ts"], head["max_ts"]) if time is not None]
        items: list[Stored] = []
        if times:
            bounds = {"first": min(times), "last": max(times), "areas": list(areas)}
            rows = tx.execute(sql["observation_newest_of_batches"], {"ids": [head["id"] for head in heads], **bounds})
            items = [Stored(**row) for row in rows.fetchall()]
    seen: dict[str, int] = {}
    for head in heads:
        seen[head["writer"]] = max(head["seq"], seen.get(head["writer"], 0))
    return Newest(seen, items, len(heads) == limit)


def open_alerts_by_severity(store: Store) -> dict[str, int]:
    return {row["severity"]: row["count"] for row in store.fetch(sql["open_alerts_by_severity"])}


def open_alerts_by_rule(store: Store, area: str | None) -> dict[str, int]:
    """How many alerts of each rule are not resolved, at and below ``area``."""
    return {row["rule"]: row["count"] for row in store.fetch(sql["open_alerts_by_rule"], {"area": area})}


def sources_by_state(store: Store) -> list[DictRow]:
    """Rows kind, state, count."""
    return store.fetch(sql["sources_by_state"])
