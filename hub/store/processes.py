"""The processes of the hub: what each one does, its last beat and what it counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.store.sql import sql
from hub.store.store import Store
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
) -> None:
    """Say that a process lives. ``since`` moves when its state or detail changes."""
    values = {"name": name, "pid": pid, "state": state, "detail": detail, "started_at": started_at, "now": now}
    counted = [{"name": item.name, "labels": dict(item.labels), "value": item.value} for item in samples]
    with store.transaction() as tx:
        tx.execute(sql["process_beat"], {**values, "samples": Jsonb(counted)})


def list_processes(store: Store) -> list[Process]:
    return [Process(**row) for row in store.fetch(sql["process_list"])]


def mark_down(store: Store, name: str, detail: str, now: datetime) -> None:
    """A process that has stopped beating cannot say so itself."""
    with store.transaction() as tx:
        tx.execute(sql["process_mark_down"], {"name": name, "detail": detail, "now": now})


def retain(store: Store, names: Sequence[str]) -> None:
    """Forget processes that are no longer part of the hub, such as a worker of a larger configuration."""
    with store.transaction() as tx:
        tx.execute(sql["process_retain"], {"names": list(names)})
