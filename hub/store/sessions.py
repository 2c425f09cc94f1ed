"""Sessions of people and tokens of programs. Of both only the SHA-256 of the secret is kept.

The secret of a session in a browser changes as it goes. The one before holds until the new one was used, and a minute
longer, so that an answer that got lost or requests that overtake each other sign nobody out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.errors import Conflict, NotFound
from hub.model.person import Standing
from hub.model.rights import Right
from hub.store.people import person_of
from hub.store.sql import sql
from hub.store.store import Store

ROTATE = timedelta(minutes=15)
OVERLAP = timedelta(minutes=1)
MAX_TOKENS = 50
"""Of one person."""
_TOUCH = timedelta(minutes=1)
_SESSION, _TOKEN = "session", "token"


@dataclass(frozen=True, slots=True)
class Found:
    """``stale``: the secret should be changed."""

    id: int
    standing: Standing
    rotated_at: datetime
    stale: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A session, as it is shown."""

    id: int
    person: str
    second_factor: bool
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token, as it is shown: without its secret, which is told once."""

    id: int
    person: str
    name: str
    rights: frozenset[Right]
    area: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


def open_session(
    store: Store,
    name: str,
    token: str,
    now: datetime,
    expires_at: datetime,
    *,
    second_factor: bool = False,
    address: str = "",
    agent: str = "",
) -> int:
    """Its id."""
    values = {"token_hash": _hash(token), "person": name, "now": now, "expires_at": expires_at}
    values |= {"second_factor": second_factor, "address": address, "agent": agent[:200]}
    with store.transaction() as tx:
        row = tx.execute(sql["session_insert"], values).fetchone()
    assert row is not None  # noqa: S101  insert … returning always answers
    return int(row["id"])


def find(store: Store, token: str, now: datetime) -> Found | None:
    """Whose session it is; None where it is unknown, over, or its person is disabled. Notes that it was seen."""
    values = {"token_hash": _hash(token), "now": now, "overlap_since": now - OVERLAP}
    with store.transaction() as tx:
        row = tx.execute(sql["session_find"], values).fetchone()
        if row is None:
            return None
        is_newest, is_confirmed = row["is_newest"], row["confirmed_at"] is not None
        if now - row["seen_at"] >= _TOUCH or (is_newest and not is_confirmed):
            tx.execute(sql["session_touch"], {"id": row["id"], "now": now, "is_newest": is_newest})
    # The one before: the answer with the new one got lost, where that has not been used for so long.
    age = now - row["rotated_at"]
    stale = age >= ROTATE if is_newest else not is_confirmed and age >= OVERLAP
    return Found(row["id"], _of_session(row), row["rotated_at"], stale)


def rotate(store: Store, found: Found, token: str, new_token: str, now: datetime) -> bool:
    """Change the secret of a session. False where another request was quicker."""
    values = {"id": found.id, "token_hash": _hash(token), "new_hash": _hash(new_token), "now": now}
    with store.transaction() as tx:
        return tx.execute(sql["session_rotate"], {**values, "rotated_at": found.rotated_at}).rowcount == 1


def standings(store: Store, keys: Collection[str], now: datetime) -> dict[str, Standing]:
    """Of those sessions and tokens that still hold: what they may now."""
    ids: dict[str, list[int]] = {_SESSION: [], _TOKEN: []}
    for key in keys:
        kind, _, number = key.partition(":")
        ids[kind].append(int(number))
    found: list[Standing] = []
    if ids[_SESSION]:
        rows = store.fetch(sql["session_standing"], {"ids": ids[_SESSION], "now": now})
        found += [_of_session(row) for row in rows]
    if ids[_TOKEN]:
        found += [_of_token(row) for row in store.fetch(sql["token_standing"], {"ids": ids[_TOKEN], "now": now})]
    return {standing.key: standing for standing in found}


def list_sessions(store: Store, person: str | None, now: datetime) -> list[Listed]:
    """Those that hold, of a person or of everybody, the one that was seen last first."""
    return [Listed(**row) for row in store.fetch(sql["session_list"], {"person": person, "now": now})]


def close(store: Store, session_id: int) -> None:
    """End one. One that is over stays so."""
    with store.transaction() as tx:
        tx.execute(sql["session_delete"], {"id": session_id})


def close_others(store: Store, name: str, but: int | None) -> None:
    """End every session of a person but one."""
    with store.transaction() as tx:
        tx.execute(sql["session_delete_of"], {"name": name, "but": but})


def strengthen(store: Store, session_id: int) -> None:
    """Note that its person has shown a second factor in it."""
    with store.transaction() as tx:
        tx.execute(sql["session_set_second_factor"], {"id": session_id})


def expire(store: Store, now: datetime) -> None:
    with store.transaction() as tx:
        tx.execute(sql["session_expire"], {"now": now})


def close_all(store: Store) -> None:
    """Sign everybody out."""
    with store.transaction() as tx:
        tx.execute(sql["session_delete_all"])


def add_token(
    store: Store,
    person: str,
    name: str,
    secret: str,
    rights: Collection[Right],
    area: str,
    now: datetime,
    expires_at: datetime,
) -> Token:
    """Raises NotFound where there is no such area, and Conflict where the person has too many."""
    values = {"token_hash": _hash(secret), "person": person, "name": name, "rights": sorted(rights), "area": area}
    with store.transaction() as tx:
        count = tx.execute(sql["token_count"], {"person": person}).fetchone()
        if count is not None and count["count"] >= MAX_TOKENS:
            raise Conflict(f"a person has at most {MAX_TOKENS} tokens: remove one first")
        row = tx.execute(sql["token_insert"], {**values, "now": now, "expires_at": expires_at}).fetchone()
    assert row is not None  # noqa: S101  insert … returning always answers
    return _token(row)


def find_token(store: Store, secret: str, now: datetime) -> Standing | None:
    """Whose token it is; None where it is unknown, over, or its person is disabled. Notes that it was used."""
    with store.transaction() as tx:
        row = tx.execute(sql["token_find"], {"token_hash": _hash(secret), "now": now}).fetchone()
        if row is None:
            return None
        if row["used_at"] is None or now - row["used_at"] >= _TOUCH:
            tx.execute(sql["token_touch"], {"id": row["id"], "now": now})
    return _of_token(row)


def list_tokens(store: Store, person: str | None) -> list[Token]:
    """Of a person or of everybody, also those that are over."""
    return [_token(row) for row in store.fetch(sql["token_list"], {"person": person})]


def remove_token(store: Store, token_id: int) -> None:
    """Raises NotFound."""
    with store.transaction() as tx:
        if tx.execute(sql["token_delete"], {"id": token_id}).rowcount == 0:
            raise NotFound(f"there is no token {token_id}")


def _of_session(row: dict[str, Any]) -> Standing:
    return Standing(f"{_SESSION}:{row['id']}", person_of(row), row["expires_at"], row["second_factor"])


def _of_token(row: dict[str, Any]) -> Standing:
    rights = _rights(row["rights"])
    return Standing(f"{_TOKEN}:{row['id']}", person_of(row), row["expires_at"], rights=rights, area=row["area"])


def _token(row: dict[str, Any]) -> Token:
    return Token(**{**row, "rights": _rights(row["rights"])})


def _rights(words: Collection[str]) -> frozenset[Right]:
    return frozenset(Right(word) for word in words)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
