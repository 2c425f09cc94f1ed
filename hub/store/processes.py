"""The processes of the hub: what each one does, its last beat and what it counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.store.sql import sql
from hub.store.store import Store, Tx
from hub.tally import Sample


@dataclass(frozen=True, slots=True)
class Process:
    """``state`` is ok, degraded or down."""

    name: str
    pid: int
    state: str
    detail: str
    since: datetime
    started_at: datetime
    beat_at: datetime
    samples: Sequence[Mapping[str, Any]]


def beat(
    store: Store,
    name: str,
    pid: int,
    state: str,
    detail: str,
    started_at: datetime,
    now: datetime,
    samples: list[Sample],
) -> bool:
    """Say that a process lives; answers whether it was down by what the store knew, or never there.

    ``since`` moves when its state changes.
    """
    values = {"name": name, "pid": pid, "state": state, "detail": detail, "started_at": started_at, "now": now}
    counted = [{"name": item.name, "labels": dict(item.labels), "value": item.value} for item in samples]
    with store.transaction() as tx:
        known = tx.execute(sql["process_lock"], {"name": name}).fetchone()
        tx.execute(sql["process_beat"], {**values, "samples": Jsonb(counted)})
    return known is None or known["state"] == "down"


def list_processes(store: Store) -> list[Process]:
    return [Process(**row) for row in store.fetch(sql["process_list"])]


def give_up(tx: Tx, process: Process, detail: str, now: datetime) -> bool:
    """A process that has stopped beating cannot say so itself. False where it has beaten since it was read.

    Until the transaction ends it cannot beat; its next beat then answers that it was given up.
    """
    known = tx.execute(sql["process_lock"], {"name": process.name}).fetchone()
    if known is None or known["beat_at"] != process.beat_at:
        return False
    tx.execute(sql["process_mark_down"], {"name": process.name, "detail": detail, "now": now})
    return True


def retain(store: Store, names: Sequence[str]) -> None:
    """Forget processes that are no longer part of the hub, such as a worker of a larger configuration."""
    with store.transaction() as tx:
        tx.execute(sql["process_retain"], {"names": list(names)})
