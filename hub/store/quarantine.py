"""What was refused, kept for a person to look at: bounded in rows and bytes, and read again when somebody asks.

Reading again is the worker's: it decodes the payload as if it came now, at its own time of arrival. What comes of it is
therefore the same each time, and a worker that dies between writing it and taking the row away does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.errors import NotFound
from hub.model.area import Within, beginnings
from hub.store.sql import sql
from hub.store.store import Store, Tx

CHANNEL = "gridhub_quarantine"
"""Notified where something is to be read again."""
KEEP_ROWS = 10_000
KEEP_BYTES = 64 * 1024 * 1024
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Which:
    """Some of them: all that match what is set. ``within``: of devices there; unknown devices are nowhere."""

    cause: str | None = None
    origin: str | None = None
    device: str | None = None
    within: Within = None

    def params(self) -> _Row:
        return {"cause": self.cause, "origin": self.origin, "device": self.device, "within": beginnings(self.within)}


def page(store: Store, which: Which, before: int | None, limit: int) -> list[_Row]:
    """The newest first, with the first bytes of each: those with an id below ``before``."""
    return list(store.fetch(sql["quarantine_page"], {**which.params(), "before": before, "limit": limit}))


def counts(store: Store, within: Within) -> list[_Row]:
    """Rows cause, count, kept_bytes; what there is most of first."""
    return list(store.fetch(sql["quarantine_counts"], {"within": beginnings(within)}))


def get(store: Store, number: int) -> _Row:
    """One with its payload, and the ``area`` of its device (None where it has none). Raises NotFound."""
    rows = store.fetch(sql["quarantine_get"], {"id": number})
    if not rows:
        raise NotFound(f"there is no refused message {number}")
    return rows[0]


def ask(tx: Tx, which: Which, now: datetime, numbers: Sequence[int] | None = None) -> int:
    """Ask the workers to read these again (only ``numbers`` where given); answers how many are whole and can be."""
    params = {**which.params(), "ids": None if numbers is None else list(numbers), "now": now}
    asked = tx.execute(sql["quarantine_ask"], params).rowcount
    if asked:
        tx.execute(sql["quarantine_notify"])
    return asked


def asked(store: Store, after: int, limit: int) -> list[_Row]:
    """What is to be read again with an id above ``after``, the oldest first: id, origin, device, payload,
    received_at, and whether the device is approved now."""
    return list(store.fetch(sql["quarantine_asked"], {"after": after, "limit": limit}))


def failed(store: Store, number: int, cause: str, detail: str) -> None:
    """It was refused again, for this reason."""
    with store.transaction() as tx:
        tx.execute(sql["quarantine_failed"], {"id": number, "cause": cause, "detail": detail[:1000].replace("\0", "")})


def delete(store: Store, numbers: Sequence[int]) -> int:
    with store.transaction() as tx:
        return tx.execute(sql["quarantine_delete"], {"ids": list(numbers)}).rowcount


def delete_all(store: Store, which: Which) -> int:
    with store.transaction() as tx:
        return tx.execute(sql["quarantine_delete_all"], which.params()).rowcount


def trim(tx: Tx) -> None:
    """Keep the newest, within both bounds."""
    tx.execute(sql["quarantine_trim"], {"rows": KEEP_ROWS, "bytes": KEEP_BYTES})
