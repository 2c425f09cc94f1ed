"""Whether each source is watching: its state, its gaps, and the journal of the changes.

A source has at every moment either no gap or one: where one ends the next begins, at the same instant. So what was
watched and what was not add up to the time that has passed, by construction (``hub.store.ledger`` proves it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub import crash
from hub.model.source import GapCause, GapScope, Health, SourceKind, SourceState
from hub.model.times import rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx

BEFORE = "before"
"""In the detail of a device whose worker is down: what its state was, with its reason and since when."""


def report(store: Store, reports: Sequence[Health], process: str) -> None:
    """Write what ``process`` knows of its sources. Raises StoreUnavailable.

    A change of state or reason moves ``since``, closes the gap and opens the next, and is journalled; a repetition only
    moves ``seen_at``. Sources that do not exist any more are passed over.
    """
    if not reports:
        return
    with store.transaction() as tx:
        newest = {item.source: item for item in reports}
        before = tx.execute(sql["source_state_lock"], {"ids": sorted(newest)}).fetchall()
        changed = []
        for row in before:
            health = newest[row["source"]]
            is_change = (row["state"], row["reason"]) != (health.state, health.reason) or health.leapt_from is not None
            since = _since(row, health) if is_change else row["since"]
            tx.execute(sql["source_state_put"], _values(health, since, process))
            if is_change:
                changed.append((row, health, since))
                _turn_gap(tx, health, since)
            _turn_recording(tx, row, health, since)
        crash.point("health_before_journal")
        for row, health, since in changed:
            _journal(tx, row, health, since, process)
        crash.point("health_before_commit")


def not_watching(store: Store) -> dict[str, Health]:
    """Every source that does not watch at present, by id."""
    rows = store.fetch(sql["source_state_blind"], {})
    return {row["source"]: Health(**{**row, "state": SourceState(row["state"])}) for row in rows}


def learnt_periods_s(store: Store) -> dict[str, float]:
    """How often devices report, where that was declared or learnt, by id."""
    return {row["source"]: row["period_s"] for row in store.fetch(sql["source_state_periods"], {})}


def blind(tx: Tx, process: str, since: datetime, reason: str, kind: SourceKind | None = None) -> int:
    """Mark every source of a process that has died as not watched from its last beat on; answers how many."""
    rows = tx.execute(sql["source_state_of_process"], {"process": process, "kind": kind}).fetchall()
    blinded = []
    for row in rows:
        began = max(since, row["since"])
        detail = dict(row["detail"])
        if row["kind"] == SourceKind.DEVICE:  # its next worker says again what was known, as a device speaks seldom
            detail[BEFORE] = {key: row[key] for key in ("state", "reason")} | {"since": rfc3339(row["since"])}
        health = Health(row["source"], SourceState.WORKER_DOWN, reason, began, row["seen_at"], detail)
        tx.execute(sql["source_state_put"], _values(health, began, process))
        _turn_gap(tx, health, began)
        blinded.append((row, health))
    for row, health in blinded:
        _journal(tx, row, health, health.since, "keeper")
    return len(rows)


def gaps(store: Store, source: str, first: datetime, last: datetime) -> list[dict[str, Any]]:
    """The gaps of a source that touch [first, last]: from, to (None while open), scope, cause, state, reason."""
    return list(store.fetch(sql["gap_list"], {"source": source, "first": first, "last": last}))


def _since(row: Mapping[str, Any], health: Health) -> datetime:
    """From when on a new state counts: never before the one it follows, but where the clock itself was set back."""
    if health.leapt_from is not None:
        return health.since
    since: datetime = max(health.since, row["since"])
    if health.state.connected and row["state"] == SourceState.WORKER_DOWN:
        # Its worker was given up and may not know it: what it last saw is what it surely watches.
        since = max(since, health.seen_at or since)
    return since


def _turn_gap(tx: Tx, health: Health, since: datetime) -> None:
    """The gap of the state before ends where that of the new one begins; what was not recorded ends with it."""
    _close(tx, health.source, health.leapt_from or since)
    if health.gap_cause is not None:
        _open(tx, health.source, GapScope.WATCH, health.gap_cause, health.state, health.reason, since)


def _turn_recording(tx: Tx, row: Mapping[str, Any], health: Health, since: datetime) -> None:
    """Open and close the gap of the recording, within a stretch that is watched."""
    if not health.state.watching:
        return
    want = health.unrecorded
    is_open = row["unrecorded"] is not None and row["state"] == SourceState.WATCHING
    if is_open and (want is None or (row["unrecorded"], row["unrecorded_reason"]) != (want.cause, want.reason)):
        at = want.since if want is not None else health.seen_at or since
        _close(tx, health.source, at, GapScope.RECORD)
        is_open = False
    if want is not None and not is_open:
        began = max(want.since, since)
        _open(tx, health.source, GapScope.RECORD, want.cause, health.state, want.reason, began)


def _close(tx: Tx, source: str, at: datetime, scope: GapScope | None = None) -> None:
    closed = tx.execute(sql["gap_close"], {"source": source, "scope": scope, "at": at}).fetchall()
    for row in closed:
        tx.execute(sql["gap_trim"], row)
        for other in tx.execute(sql["gap_record_within"], row).fetchall():
            tx.execute(sql["gap_trim"], other)


def _open(
    tx: Tx, source: str, scope: GapScope, cause: GapCause, state: SourceState, reason: str, at: datetime
) -> None:
    values = {"source": source, "scope": scope, "cause": cause, "state": state, "reason": reason, "at": at}
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
