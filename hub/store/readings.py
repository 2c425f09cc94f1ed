"""Reading observations back for people: raw points, buckets, the latest values, and where everything stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed

from hub.model.area import Within, beginnings
from hub.model.bucket import Bucket, Cut, Level
from hub.model.observation import Stored
from hub.model.source import SourceKind
from hub.store import rollup_schema, series
from hub.store.sql import sql
from hub.store.store import Store, Tx


def points(store: Store, source: str, metric: str, first: datetime, last: datetime, limit: int) -> list[DictRow]:
    """Raw rows ts, value, text, quality in [first, last), oldest first."""
    params = {"source": source, "metric": metric, "first": first, "last": last, "limit": limit}
    return store.fetch(sql["series_points"], params)


def unit(store: Store, source: str, metric: str) -> str:
    """Of a series, in UCUM; empty where it is not known."""
    return next((row["unit"] for row in store.fetch(sql["series_head"], {"source": source, "metric": metric})), "")


def metrics(store: Store, source: str) -> list[str]:
    """Of which there ever was a value."""
    return [row["metric"] for row in store.fetch(sql["series_metrics"], {"source": source})]


@dataclass(frozen=True, slots=True)
class Chart:
    """``buckets``: those in which something was said, oldest first; ``before``: the last good value before them."""

    unit: str
    buckets: list[Bucket]
    before: float | None


def chart(
    store: Store, source: str, metric: str, cut: Cut, *, with_before: bool, level: Level | None = None
) -> Chart:
    """A series in the buckets of ``cut``, added up from the level that suits them, or from a finer one."""
    level = level or cut.level
    with store.transaction() as tx:
        tx.execute(sql["rollup_snapshot"])  # the edge and the rows on both sides of it are of one moment
        head = tx.execute(sql["series_head"], {"source": source, "metric": metric}).fetchone()
        if head is None:
            return Chart("", [], None)
        params = {
            "series": head["id"],
            "edge": edge(tx),
            "first": cut.first,
            "last": cut.last,
            "step": cut.step,
            "edges": None if cut.is_even else list(cut.edges),
        }
        query, query_before = chart_queries(tx, level)
        # Planned anew each time: with the times at hand the planner leaves out all partitions but those that are read.
        rows = tx.execute(query, params, prepare=False).fetchall()
        before = tx.execute(query_before, params, prepare=False).fetchone() if with_before else None
    return Chart(head["unit"], [Bucket(**row) for row in rows], None if before is None else before["last"])


def chart_queries(tx: Tx, level: Level) -> tuple[Composed, Composed]:
    """For the buckets, and for the last value before them."""
    if level is Level.RAW:
        return _filled("chart_of_points", Level.MINUTE), _filled("last_before_of_points", Level.MINUTE)
    buckets = SQL(sql["chart_of_level"]).format(rows=rows_of_level(tx, level))
    return buckets, _filled(f"last_before_of_{_kept(tx)}", level)


def rows_of_level(tx: Tx, level: Level) -> Composed:
    """A query for the rows of ``series`` in [``first``, ``last``); a bucket that holds the ``edge`` has several."""
    return _filled(f"rows_of_{_kept(tx)}", level)


def edge(tx: Tx) -> datetime:
    """What is before it is counted in the tables of rollups."""
    row = tx.execute(sql["series_edge"]).fetchone()
    assert row is not None  # noqa: S101  an aggregate always answers
    found: datetime = row["edge"]
    return found


def _kept(tx: Tx) -> str:
    return "view" if series.is_hypertable(tx) else "tables"


def _filled(query: str, level: Level) -> Composed:
    return rollup_schema.fill(query, level, SourceKind.DEVICE)


def latest(store: Store, sources: Sequence[str], after: datetime) -> list[DictRow]:
    """Rows source, metric, unit, ts, value, text, quality: the newest of each series since ``after``."""
    return store.fetch(sql["source_latest"], {"ids": list(sources), "after": after})


def source_page(
    store: Store,
    kind: SourceKind,
    *,
    within: Within = None,
    state: str | None = None,
    problem: str | None = None,
    source_id: str | None = None,
    cursor: str = "",
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Sources with their health and without their secrets, in the order of their ids.

    ``problem``: those with this one, of ``ingest.mqtt.vitals.Problem``.
    """
    params: dict[str, Any] = {"kind": kind, "state": state, "problem": problem, "id": source_id}
    params |= {"within": beginnings(within), "cursor": cursor, "limit": limit}
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


def open_alerts_by_rule(store: Store, within: Within) -> dict[str, int]:
    """How many alerts of each rule are not resolved, within some subtrees of areas."""
    rows = store.fetch(sql["open_alerts_by_rule"], {"within": beginnings(within)})
    return {row["rule"]: row["count"] for row in rows}


def begun_by_rule(store: Store, within: Within, since: datetime) -> dict[str, int]:
    """How many alerts of each rule began since then, within some subtrees of areas."""
    rows = store.fetch(sql["begun_by_rule"], {"within": beginnings(within), "since": since})
    return {row["rule"]: row["count"] for row in rows}


def sources_by_state(store: Store) -> list[DictRow]:
    """Rows kind, state, count."""
    return store.fetch(sql["sources_by_state"])
