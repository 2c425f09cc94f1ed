"""Whether each source is watching: its state, its gaps, and the journal of the changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.model.source import Health, SourceKind, SourceState
from hub.model.times import rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx


def report(store: Store, reports: Sequence[Health], process: str) -> None:
    """Write what ``process`` knows of its sources. Raises StoreUnavailable.

    A change of state or reason moves ``since``, closes and opens the gap, and is journalled; a repetition only moves
    ``seen_at``. Sources that do not exist any more are passed over.
    """
    if not reports:
        return
    with store.transaction() as tx:
        newest = {item.source: item for item in reports}
        before = tx.execute(sql["source_state_lock"], {"ids": sorted(newest)}).fetchall()
        changed = []
        for row in before:
            health = newest[row["source"]]
            is_change = (row["state"], row["reason"]) != (health.state, health.reason)
            since = max(health.since, row["since"]) if is_change else row["since"]
            if is_change and health.state.watching and row["state"] == SourceState.WORKER_DOWN:
                # Its worker was given up and may not know it: what it last saw is what it surely watches.
                since = max(since, health.seen_at or since)
            tx.execute(sql["source_state_put"], _values(health, since, process))
            if is_change:
                changed.append((row, health, since))
                if row["state"] != health.state:
                    _turn_gap(tx, health, since)
        for row, health, since in changed:
            _journal(tx, row, health, since, process)


def blind(tx: Tx, process: str, since: datetime, reason: str, kind: SourceKind | None = None) -> int:
    """Mark every source of a process that has died as not watched from its last beat on; answers how many."""
    rows = tx.execute(sql["source_state_of_process"], {"process": process, "kind": kind}).fetchall()
    blinded = []
    for row in rows:
        began = max(since, row["since"])
        health = Health(row["source"], SourceState.WORKER_DOWN, reason, began, row["seen_at"], row["detail"])
        tx.execute(sql["source_state_put"], _values(health, began, process))
        _turn_gap(tx, health, began)
        blinded.append((row, health))
    for row, health in blinded:
        _journal(tx, row, health, health.since, "keeper")
    return len(rows)


def gaps(store: Store, source: str, first: datetime, last: datetime) -> list[dict[str, Any]]:
    """The gaps of a source that touch [first, last]: from, to (None while open), cause, reason."""
    return list(store.fetch(sql["gap_list"], {"source": source, "first": first, "last": last}))


def _turn_gap(tx: Tx, health: Health, since: datetime) -> None:
    tx.execute(sql["gap_close"], {"source": health.source, "at": since})
    if not health.state.watching:
        values = {"source": health.source, "cause": health.state, "reason": health.reason, "at": since}
        tx.execute(sql["gap_open"], values)


def _values(health: Health, since: datetime, process: str) -> dict[str, Any]:
    return {
        "source": health.source,
        "state": health.state,
        "reason": health.reason,
        "since": since,
        "seen_at": health.seen_at,
        "detail": Jsonb(dict(health.detail)),
        "process": process,
    }


def _journal(tx: Tx, row: Mapping[str, Any], health: Health, since: datetime, actor: str) -> None:
    body = {
        "source": health.source,
        "kind": row["kind"],
        "area": row["area"],
        "state": str(health.state),
        "reason": health.reason,
        "since": rfc3339(since),
        "detail": dict(health.detail),
    }
    journal.append(tx, since, "source", health.source, row["area"], actor, health.state, body)
