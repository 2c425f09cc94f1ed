"""Devices as their worker needs them, types of devices, and devices that nobody has added.

A device that is not known leaves a row: from when, how often, what it said last. Somebody approves it, dismisses it (it
comes back when it speaks again) or blocks it (it does not). The rows are bounded: where there is no room, those that
were heard of least go first, so that a flood of invented ids does not push out a device that goes on speaking.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from pydantic import ValidationError

from hub.config.device_types import TypeSettings
from hub.errors import NotFound
from hub.model.source import Source, SourceKind
from hub.model.times import parse_duration
from hub.store import quarantine, sources
from hub.store.sql import sql
from hub.store.store import Store, Tx

MAX_UNKNOWN = 1000
"""Unknown devices that are kept, besides those that are blocked."""
MAX_HEADS = 5
"""Payloads kept of each, their first bytes."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """A device as its worker needs it. ``period`` is its own, where it has one."""

    type: str
    approved: bool
    period: timedelta | None


@dataclass(frozen=True, slots=True)
class Stranger:
    """What was heard of an unknown device since it was last written down. ``heads`` are JSON values."""

    id: str
    topic: str
    count: int
    first_seen_at: datetime
    last_seen_at: datetime
    heads: Sequence[Mapping[str, Any]] = ()
    announced: Mapping[str, Any] | None = None


def put_types(tx: Tx, types: Mapping[str, TypeSettings]) -> None:
    """Make the types be these."""
    specs = [Jsonb(kind.model_dump(mode="json", exclude_defaults=True)) for kind in types.values()]
    tx.execute(sql["device_type_put"], {"types": list(types), "specs": specs})
    tx.execute(sql["device_type_retain"], {"types": list(types)})


def types(store: Store) -> dict[str, TypeSettings]:
    """All types, by name. One that this version does not understand is left out."""
    found = {}
    for row in store.fetch(sql["device_type_list"]):
        try:
            found[row["type"]] = TypeSettings.model_validate(row["spec"])
        except ValidationError as error:
            _log.warning("the type %s was written by another version: %s", row["type"], error)
    return found


def known(store: Store) -> dict[str, Known]:
    """Every device, by id."""
    rows = store.fetch(sql["device_known"])
    return {row["id"]: Known(row["type"], row["approved"], _period(row["period"])) for row in rows}


def remembered(store: Store) -> list[dict[str, Any]]:
    """What was last written of each device: source, state, reason, since, seen_at (None: never heard), detail."""
    return list(store.fetch(sql["device_remembered"]))


def put_strangers(store: Store, strangers: Sequence[Stranger]) -> None:
    """Add what was heard of unknown devices to what is known of them, and make room."""
    ordered = sorted(strangers, key=lambda item: item.id)
    params = {
        "ids": [item.id for item in ordered],
        "topics": [item.topic[:500].replace("\0", "") for item in ordered],
        "counts": [item.count for item in ordered],
        "first": [item.first_seen_at for item in ordered],
        "last": [item.last_seen_at for item in ordered],
        "heads": [Jsonb(list(item.heads)) for item in ordered],
        "announced": [None if item.announced is None else Jsonb(dict(item.announced)) for item in ordered],
        "keep": MAX_HEADS,
    }
    with store.transaction() as tx:
        tx.execute(sql["unknown_put"], params)
        tx.execute(sql["unknown_forget_known"])  # somebody added them meanwhile
        tx.execute(sql["unknown_trim"], {"keep": MAX_UNKNOWN})


def unknown_page(
    store: Store, *, device: str | None = None, blocked: bool | None = False, cursor: str = "", limit: int = 100
) -> list[dict[str, Any]]:
    """Unknown devices in the order of their ids; ``blocked``: only these, None: these too."""
    params = {"id": device, "blocked": blocked, "cursor": cursor, "limit": limit}
    return list(store.fetch(sql["unknown_page"], params))


def unknown(store: Store, device: str) -> dict[str, Any]:
    """Raises NotFound."""
    rows = unknown_page(store, device=device, blocked=None, limit=1)
    if not rows:
        raise NotFound(f"there is no unknown device {device!r}")
    return rows[0]


def approve(tx: Tx, source: Source, now: datetime) -> int:
    """Add an unknown device as ``source`` and have what was kept of it read; answers how many messages that are.

    Raises Conflict where the id is taken meanwhile.
    """
    sources.add(tx, replace(source, approved=True), now)
    tx.execute(sql["unknown_delete"], {"id": source.id})
    return quarantine.ask(tx, quarantine.Which(cause="unknown_device", device=source.id), now)


def registered_by(store: Store, match: str) -> int:
    """How many devices the entry of ``register`` with this pattern has let in."""
    return int(store.fetch(sql["device_registered"], {"match": match})[0]["count"])


def why_not(store: Store, device: str, reason: str) -> None:
    """Say why a device that matches an entry of ``register`` waits all the same."""
    with store.transaction() as tx:
        tx.execute(sql["unknown_reason"], {"id": device, "reason": reason})


def dismiss(store: Store, device: str) -> None:
    """Forget an unknown device, or one that is blocked, until it speaks again. Raises NotFound."""
    with store.transaction() as tx:
        if tx.execute(sql["unknown_delete"], {"id": device}).rowcount == 0:
            raise NotFound(f"there is no unknown device {device!r}")
        tx.execute(sql["unknown_notify"])


def block(store: Store, device: str, now: datetime) -> None:
    """Hear nothing of it any more."""
    with store.transaction() as tx:
        tx.execute(sql["unknown_block"], {"id": device, "now": now})
        tx.execute(sql["unknown_notify"])


def blocked(store: Store) -> frozenset[str]:
    return frozenset(row["id"] for row in store.fetch(sql["unknown_blocked"]))


def source_of(device: str, area: str, kind: str, name: str, registered_by: str = "") -> Source:
    """An unknown device as it is to be added."""
    config = {"registered_by": registered_by} if registered_by else {}
    return Source(device, SourceKind.DEVICE, area, kind, name, config, origin="api")


def _period(text: str | None) -> timedelta | None:
    try:
        return None if text is None else parse_duration(text)
    except ValueError:  # as another version wrote it
        return None
