"""How far a reader of the batches has come, and the state it had at some point on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.errors import Conflict
from hub.store.sql import sql
from hub.store.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a reader when it had read exactly up to ``offsets``."""

    offsets: Mapping[str, int]
    state: Mapping[str, Any]


def load(store: Store, reader: str) -> dict[str, int]:
    """writer → number of the last batch that was read and acted on."""
    return {row["writer"]: row["seq"] for row in store.fetch(sql["offset_load"], {"reader": reader})}


def hold(tx: Tx, reader: str, expected: Mapping[str, int]) -> None:
    """Let nobody else move the offsets until the end of the transaction. Raises Conflict where they are not those that
    are expected: another process reads under this name, and has gone on."""
    found = {row["writer"]: row["seq"] for row in tx.execute(sql["offset_hold"], {"reader": reader}).fetchall()}
    if found != expected:
        raise Conflict(f"somebody else reads as {reader!r}; going on from where that has come")


def save(tx: Tx, reader: str, offsets: Mapping[str, int]) -> None:
    """An offset never moves back."""
    params = {"reader": reader, "writers": list(offsets), "seqs": list(offsets.values())}
    tx.execute(sql["offset_save"], params)


def load_checkpoint(store: Store, reader: str) -> Checkpoint | None:
    rows = store.fetch(sql["checkpoint_load"], {"reader": reader})
    return Checkpoint(rows[0]["offsets"], rows[0]["state"]) if rows else None


def save_checkpoint(tx: Tx, reader: str, checkpoint: Checkpoint, now: datetime) -> None:
    values = {"reader": reader, "offsets": Jsonb(dict(checkpoint.offsets)), "state": Jsonb(dict(checkpoint.state))}
    tx.execute(sql["checkpoint_save"], {**values, "now": now})
