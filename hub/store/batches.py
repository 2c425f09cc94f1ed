"""Batches: what a writer commits together, and how a reader follows the writers.

Appending is one transaction: the observations by binary COPY, the refusals, the batch's row with the writer's next
number, and a notification. A batch that holds something already stored takes the slower way round: an INSERT that
leaves out the conflicts. Where one does, the next one probably does as well, as after a restart of a broker: it takes
that way at once, until a batch is new from end to end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from hub import crash
from hub.model.observation import Batch, Observation, Refusal, Stored
from hub.model.quality import UNFIT
from hub.model.source import SourceKind
from hub.store import series
from hub.store.copying import EPOCH, Row, encode, microseconds
from hub.store.sql import sql
from hub.store.store import Store, Tx, errors

MAX_SERIES = 200_000
"""Of one writer that are kept in memory, at about 300 bytes each: a device may put new words into each message."""


class BatchWriter:
    """Appends the batches of one writer. One thread at a time; a name belongs to one process at a time.

    ``store``: where to; ``name``: the writer's, lasting over restarts, such as ``mqtt-0``; ``kind``: of all sources it
    writes for, each kind having a table of its own.
    """

    def __init__(self, store: Store, name: str, kind: SourceKind) -> None:
        self._store = store
        self._name = name
        self._kind = kind
        self._series: dict[tuple[str, str], int] = {}
        self._without_unit: set[tuple[str, str]] = set()
        self._days: set[int] = set()
        self._repeats = False  # the last batch held something already stored: the next one probably does as well
        self._copy_into = series.named("observation_copy", kind)
        self._insert_into = series.named("observation_insert", kind)

    def append(self, observations: Sequence[Observation], refusals: Sequence[Refusal] = ()) -> Batch | None:
        """Commit a batch; None where there was nothing new in it.

        Raises StoreUnavailable: nothing was stored, or it is not known; appending the same again is safe, since what
        was stored is recognised by its key.
        """
        if not observations and not refusals:
            return None
        self._know_series(observations)
        self._know_days(observations)
        with errors():
            try:
                return self._commit(observations, refusals, copies=self._store.copies and not self._repeats)
            except psycopg.errors.UniqueViolation:
                self._repeats = True
                return self._commit(observations, refusals, copies=False)
            except psycopg.errors.CheckViolation:
                # A day that was known is gone: it was older than what is kept, and something late belongs there.
                self._days.clear()
                self._know_days(observations)
                return self._commit(observations, refusals, copies=False)

    def _commit(
        self, observations: Sequence[Observation], refusals: Sequence[Refusal], *, copies: bool
    ) -> Batch | None:
        with self._store._pool.connection() as tx:  # noqa: SLF001  the driver's error decides which way to take
            rows = _distinct(self._series, self._first_arrivals(tx, observations))
            if not rows and not refusals:
                return None
            times = [item.ts for _, _, item in rows]
            bounds = {"min_ts": min(times, default=None), "max_ts": max(times, default=None)}
            # Its notification is sent with the commit, so it may be asked for at once, with one way less to the server.
            batch = tx.execute(sql["batch_insert"], {"name": self._name, "rows": len(rows), **bounds}).fetchone()
            assert batch is not None  # noqa: S101  insert … on conflict … returning always answers
            crash.point("batch_inserted")
            count = len(rows)
            if copies:
                _copy(tx, self._copy_into, batch["id"], rows)
            else:
                count = _insert(tx, self._insert_into, batch["id"], rows)
                self._repeats = self._repeats and count < len(rows)
            crash.point("rows_written")
            if refusals:
                tx.cursor().executemany(sql["quarantine_insert"], [_refusal(refusal) for refusal in refusals])
                crash.point("quarantine_written")
            crash.point("before_commit")
        crash.point("after_commit")
        return Batch(batch["id"], self._name, batch["seq"], count, batch["committed_at"])

    def _first_arrivals(self, tx: Tx, observations: Sequence[Observation]) -> Sequence[Observation]:
        """Leave out messages without a time of their own that were stored before: their id tells."""
        keyed: dict[tuple[str, str], datetime] = {}
        for item in observations:
            if item.arrival_key:
                keyed.setdefault((item.source, item.arrival_key), item.received_at)
        if not keyed:
            return observations
        ordered = sorted(keyed)
        params = {
            "sources": [source for source, _ in ordered],
            "keys": [key for _, key in ordered],
            "times": [keyed[pair] for pair in ordered],
        }
        new = {(row["source"], row["key"]) for row in tx.execute(sql["arrival_insert"], params).fetchall()}
        crash.point("arrivals_written")
        first = {pair: received_at for pair, received_at in keyed.items() if pair in new}
        return [
            item
            for item in observations
            if not item.arrival_key or first.get((item.source, item.arrival_key)) == item.received_at
        ]

    def _know_series(self, observations: Sequence[Observation]) -> None:
        said = {(item.source, item.metric) for item in observations}
        unknown = dict.fromkeys(said - self._series.keys(), "")
        if len(self._series) + len(unknown) > MAX_SERIES:
            self._series.clear()
            self._without_unit.clear()
            unknown = dict.fromkeys(said, "")
        for item in observations:
            pair = (item.source, item.metric)
            if item.unit and (pair in self._without_unit or unknown.get(pair) == ""):
                unknown[pair] = item.unit
        if not unknown:
            return
        ordered = sorted(unknown)
        params = {
            "sources": [source for source, _ in ordered],
            "metrics": [metric for _, metric in ordered],
            "units": [unknown[pair] for pair in ordered],
        }
        with self._store.transaction() as tx:
            tx.execute(sql["series_insert"], params)
            rows = tx.execute(sql["series_ids"], params).fetchall()
        crash.point("series_made")
        self._series.update({(row["source"], row["metric"]): row["id"] for row in rows})
        self._without_unit.update((row["source"], row["metric"]) for row in rows if not row["unit"])
        self._without_unit.difference_update((row["source"], row["metric"]) for row in rows if row["unit"])

    def _know_days(self, observations: Sequence[Observation]) -> None:
        unknown = {(item.ts - EPOCH).days for item in observations} - self._days
        if unknown:
            series.ensure(self._store, self._kind, [EPOCH + timedelta(days=day) for day in sorted(unknown)])
            self._days.update(unknown)


def read_after(store: Store, offsets: Mapping[str, int], limit: int = 500) -> list[tuple[Batch, list[Stored]]]:
    """The next batches after ``offsets`` (writer → last number read), at most ``limit``, each writer's in order.

    Observations that are marked as bad, or whose source was removed meanwhile, are left out; their batches are there.
    """
    with store.transaction() as tx:
        params = {"writers": list(offsets), "seqs": list(offsets.values()), "limit": limit}
        heads = tx.execute(sql["batch_after"], params).fetchall()
        if not heads:
            return []
        found: dict[int, list[Stored]] = {head["id"]: [] for head in heads}
        times = [time for head in heads for time in (head["min_ts"], head["max_ts"]) if time is not None]
        if times:
            params = {"ids": list(found), "first": min(times), "last": max(times), "unfit": int(UNFIT)}
            for row in tx.execute(sql["observation_of_batches"], params).fetchall():
                found[row.pop("batch")].append(Stored(**row))
    return [
        (Batch(head["id"], head["writer"], head["seq"], head["rows"], head["committed_at"]), found[head["id"]])
        for head in heads
    ]


def _distinct(known: Mapping[tuple[str, str], int], observations: Sequence[Observation]) -> list[Row]:
    """Each (series, ts, key) once, the first of them."""
    rows: dict[tuple[int, int, str], Row] = {}
    for item in observations:
        number, ts_us = known[item.source, item.metric], microseconds(item.ts)
        identity = (number, ts_us, item.key)
        if identity not in rows:
            rows[identity] = (number, ts_us, item)
    return list(rows.values())


def _copy(tx: Tx, query: bytes, batch: int, rows: Sequence[Row]) -> None:
    try:
        data = encode(batch, rows)
    except UnicodeEncodeError as error:
        raise psycopg.DataError("half of a surrogate pair in a text") from error
    with tx.cursor().copy(query) as copy:
        copy.write(data)


def _insert(tx: Tx, query: bytes, batch: int, rows: Sequence[Row]) -> int:
    """How many were new."""
    items = [item for _, _, item in rows]
    params: dict[str, Any] = {
        "batch": batch,
        "series": [number for number, _, _ in rows],
        "ts": [item.ts for item in items],
        "received_at": [item.received_at for item in items],
        "value": [item.value for item in items],
        "quality": [int(item.quality) for item in items],
        "key": [item.key for item in items],
        "text": [item.text for item in items],
        "attrs": [None if item.attrs is None else Jsonb(dict(item.attrs)) for item in items],
    }
    inserted = tx.execute(query, params).rowcount
    tx.execute(sql["batch_set_rows"], {"id": batch, "rows": inserted})
    return inserted


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "origin": refusal.origin[:500].replace("\0", ""),
        "device": refusal.device,
        "cause": refusal.cause,
        "detail": refusal.detail[:1000].replace("\0", ""),
        "payload": refusal.payload,
        "size_bytes": refusal.size_bytes,
        "received_at": refusal.received_at,
    }
