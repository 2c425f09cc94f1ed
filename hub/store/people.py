"""People and their sessions. Passwords come here hashed; of a session only the hash of its token is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from hub.errors import Conflict, NotFound
from hub.model.people import Person, Role, Session
from hub.store.sql import sql
from hub.store.store import Store


def add(store: Store, person: Person, password_hash: str) -> None:
    """Raises Conflict where the name is taken, NotFound where the area does not exist."""
    values = {"name": person.name, "role": person.role, "area": person.area, "password_hash": password_hash}
    with store.transaction() as tx:
        if tx.execute(sql["person_insert"], values).rowcount == 0:
            raise Conflict(f"there is a user {person.name!r} already")


def list_people(store: Store) -> list[Person]:
    return [_person(row) for row in store.fetch(sql["person_list"])]


def password_hash(store: Store, name: str) -> tuple[Person, str] | None:
    """The person of that name with the hash of the password; None where there is none."""
    rows = store.fetch(sql["person_get"], {"name": name})
    return (_person(rows[0]), str(rows[0]["password_hash"])) if rows else None


def set_password(store: Store, name: str, new_hash: str) -> None:
    """Ends every session of that person. Raises NotFound."""
    _change(store, "person_set_password", {"name": name, "password_hash": new_hash})


def set_disabled(store: Store, name: str, *, disabled: bool) -> None:
    """Ends every session of that person. Raises NotFound."""
    _change(store, "person_set_disabled", {"name": name, "disabled": disabled})


def open_session(store: Store, name: str, token: str, now: datetime, expires_at: datetime) -> None:
    values = {"token_hash": _hash(token), "person": name, "now": now, "expires_at": expires_at}
    with store.transaction() as tx:
        tx.execute(sql["session_insert"], values)


def session(store: Store, token: str, now: datetime) -> Session | None:
    """Whose session it is; None where it is unknown, over, or its person is disabled."""
    rows = store.fetch(sql["session_get"], {"token_hash": _hash(token), "now": now})
    return Session(_person(rows[0]), rows[0]["expires_at"]) if rows else None


def alive(store: Store, tokens: Collection[str], now: datetime) -> frozenset[str]:
    """Those of ``tokens`` whose sessions still hold."""
    by_hash = {_hash(token): token for token in tokens}
    rows = store.fetch(sql["session_alive"], {"hashes": list(by_hash), "now": now})
    return frozenset(by_hash[bytes(row["token_hash"])] for row in rows)


def close_session(store: Store, token: str) -> None:
    with store.transaction() as tx:
        tx.execute(sql["session_delete"], {"token_hash": _hash(token)})


def expire_sessions(store: Store, now: datetime) -> None:
    with store.transaction() as tx:
        tx.execute(sql["session_expire"], {"now": now})


def end_sessions(store: Store) -> None:
    """Sign everybody out."""
    with store.transaction() as tx:
        tx.execute(sql["session_delete_all"])


def _change(store: Store, query: str, values: dict[str, Any]) -> None:
    with store.transaction() as tx:
        if tx.execute(sql[query], values).rowcount == 0:
            raise NotFound(f"there is no user {values['name']!r}")
        tx.execute(sql["session_delete_of"], {"name": values["name"]})


def _person(row: dict[str, Any]) -> Person:
    return Person(row["name"], Role(row["role"]), row["area"], row["disabled"])


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
