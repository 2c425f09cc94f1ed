"""Silences as rows, with their journal: made, about to end, over, ended by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb

from hub.errors import Conflict, NotFound
from hub.model.area import Within, beginnings
from hub.model.silence import Field, How, Matcher, Silence, notice_before
from hub.model.times import rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx

State = Literal["pending", "active", "over"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A silence and how many alerts it has muted so far."""

    silence: Silence
    muted: int


def add(
    tx: Tx,
    matchers: Sequence[Matcher],
    area: str | None,
    owner: str,
    reason: str,
    begins_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> Silence:
    """Make one; the journal says so."""
    values = {
        "matchers": Jsonb([_matcher_json(matcher) for matcher in matchers]),
        "area": area,
        "owner": owner,
        "reason": reason,
        "begins_at": begins_at,
        "ends_at": ends_at,
        "now": now,
    }
    row = tx.execute(sql["silence_insert"], values).fetchone()
    assert row is not None  # noqa: S101  insert … returning always answers
    silence = _silence(row)
    _log(tx, silence, "created", owner, now)
    return silence


def end(tx: Tx, silence_id: int, actor: str, now: datetime) -> Silence:
    """End one before its time. Raises NotFound, and Conflict ``not_open`` for one that is over."""
    row = tx.execute(sql["silence_end"], {"id": silence_id, "actor": actor, "now": now}).fetchone()
    if row is None:
        known = tx.execute(sql["silence_get"], {"id": silence_id}).fetchone()
        raise NotFound(f"there is no silence {silence_id}") if known is None else Conflict("not_open")
    silence = _silence(row)
    _log(tx, silence, "ended", actor, now)
    return silence


def get(store: Store, silence_id: int) -> Listed:
    """Raises NotFound."""
    rows = store.fetch(sql["silence_get"], {"id": silence_id})
    if not rows:
        raise NotFound(f"there is no silence {silence_id}")
    [counted] = store.fetch(sql["silence_muted"], {"id": silence_id})
    return Listed(_silence(rows[0]), counted["muted"])


def list_silences(
    store: Store,
    now: datetime,
    within: Within = None,
    state: State | None = None,
    limit: int = 100,
    before: tuple[datetime, int] | None = None,
) -> list[Listed]:
    """The one that ends last first; all that can mute anything within some subtrees of areas. ``before``: (ends_at,
    id) of the last one of the page before."""
    ends_at, last_id = before or (None, None)
    params = {"within": beginnings(within), "state": state, "now": now, "limit": limit}
    params |= {"before_at": ends_at, "before_id": last_id}
    return [Listed(_silence(row), row["muted"]) for row in store.fetch(sql["silence_list"], params)]


def holding(tx: Tx, now: datetime) -> list[Silence]:
    return [_silence(row) for row in tx.execute(sql["silence_holding"], {"now": now}).fetchall()]


def tell_ends(tx: Tx, now: datetime, actor: str) -> list[Silence]:
    """Say of each silence that it will end soon, once, and that it is over; answers those of which that was said."""
    waiting = [_silence(row) for row in tx.execute(sql["silence_untold"], {"now": now}).fetchall()]
    soon = [silence for silence in waiting if notice_before(silence) <= now]
    if soon:
        tx.execute(sql["silence_told"], {"ids": [silence.id for silence in soon], "now": now})
    over = [_silence(row) for row in tx.execute(sql["silence_over"], {"now": now}).fetchall()]
    for change, found in (("ends_soon", soon), ("over", over)):
        for silence in found:
            _log(tx, silence, change, actor, now)
    return [*soon, *over]


def silence_json(silence: Silence) -> dict[str, Any]:
    return {
        "id": silence.id,
        "matchers": [_matcher_json(matcher) for matcher in silence.matchers],
        "area": silence.area,
        "owner": silence.owner,
        "reason": silence.reason,
        "begins_at": rfc3339(silence.begins_at),
        "ends_at": rfc3339(silence.ends_at),
        "created_at": rfc3339(silence.created_at),
        "ended_by": silence.ended_by,
    }


def _log(tx: Tx, silence: Silence, change: str, actor: str, at: datetime) -> None:
    journal.append(
        tx, at, "silence", str(silence.id), silence.area, actor, change, {"silence": silence_json(silence)}
    )


def _matcher_json(matcher: Matcher) -> dict[str, str]:
    return {"field": matcher.field, "how": matcher.how, "value": matcher.value}


def _silence(row: dict[str, Any]) -> Silence:
    matchers = tuple(Matcher(Field(each["field"]), How(each["how"]), each["value"]) for each in row["matchers"])
    known = ("id", "area", "owner", "reason", "begins_at", "ends_at", "created_at", "ended_by")
    return Silence(matchers=matchers, **{name: row[name] for name in known})
