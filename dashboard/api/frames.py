"""What a client of the event stream is sent, as bytes: server-sent events (HTML standard, "Server-sent events").

Each event is encoded once, whoever it goes to.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.api.parts import Part
from hub.model.observation import Stored
from hub.model.quality import Quality
from hub.model.times import rfc3339
from hub.store.journal import Entry

PING = b": ping\n\n"
_KINDS = {"alert", "source", "incident", "command", "silence", "rule"}


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the journal. ``area``: who sees that area sees the event; None is for everybody."""

    id: int
    area: str | None
    frame: bytes


def frame(event: str, data: Mapping[str, Any], event_id: int | None = None) -> bytes:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    head = f"event: {event}\n" if event_id is None else f"event: {event}\nid: {event_id}\n"
    # JSON has no raw line ends, so that one data line holds it all.
    return f"{head}data: {text}\n\n".encode()


RESET = frame("reset", {})
"""Load everything again."""


def of_entry(entry: Entry, names: Mapping[str, str]) -> Event | None:
    """The event of a journal row; None for kinds that are not told. ``names``: area path → name."""
    if entry.kind not in _KINDS:
        return None
    body = dict(entry.body)
    name = names.get(entry.area or "", entry.area)
    if entry.kind == "alert":
        told = {"at": rfc3339(entry.at), "actor": entry.actor, "note": body["note"]}
        body = {"change": entry.change, **told, "alert": {**body["alert"], "area_name": name}}
    elif entry.kind == "incident":
        body = {"change": entry.change, "incident": {**body["incident"], "area_name": name}}
    elif entry.kind in {"command", "silence", "rule"}:
        body = {"change": entry.change, "at": rfc3339(entry.at), "actor": entry.actor, **body}
    return Event(entry.id, entry.area, frame(entry.kind, body, entry.id))


def of_entries(entries: Sequence[Entry], names: Mapping[str, str]) -> list[Event]:
    events = (of_entry(entry, names) for entry in entries)
    return [event for event in events if event is not None]


def observations(items: Sequence[Stored]) -> bytes:
    said = [
        {
            "source": item.source,
            "area": item.area,
            "metric": item.metric,
            "ts": rfc3339(item.ts),
            "received_at": rfc3339(item.received_at),
            "value": item.value if item.value is None or math.isfinite(item.value) else None,
            "text": item.text,
            "flags": Quality(item.quality).words,
        }
        for item in items
    ]
    return frame("observation", {"items": said})


def system(parts: Sequence[Part]) -> bytes:
    return frame("system", {"parts": [part_json(part) for part in parts]})


def part_json(part: Part) -> dict[str, Any]:
    since = part.since and rfc3339(part.since)
    beat_at = part.beat_at and rfc3339(part.beat_at)
    return {"name": part.name, "state": part.state, "detail": part.detail, "since": since, "beat_at": beat_at}
