"""People and what they were granted. Passwords come here hashed. Nobody is ever removed: history names them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.errors import Conflict, NotFound
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.store.sql import sql
from hub.store.store import Store, Tx

LAST_CHIEF = "last_administrator"


@dataclass(frozen=True, slots=True)
class Known:
    """A person, and how they sign in."""

    person: Person
    has_password: bool
    totp: bool
    passkeys: int
    seen_at: datetime | None


def add(store: Store, person: Person, password_hash: str | None) -> None:
    """Raises Conflict where the name, however it is written, is taken, NotFound where an area does not exist."""
    values = {"name": person.name, "password_hash": password_hash, "external": person.external}
    values["given"] = person.password_given
    with store.transaction() as tx:
        tx.execute(sql["grant_lock"])  # or two spellings of a name that come at once are both taken
        if tx.execute(sql["person_insert"], values).rowcount == 0:
            raise Conflict(f"there is a user {person.name!r} already")
        _grant(tx, person.name, person.grants)


def list_people(store: Store) -> list[Person]:
    """In the order of their names."""
    return [known.person for known in list_known(store)]


def list_known(store: Store) -> list[Known]:
    return [_known(row) for row in store.fetch(sql["person_list"], {"name": None})]


def get(store: Store, name: str) -> Known:
    """Raises NotFound."""
    rows = store.fetch(sql["person_list"], {"name": name})
    if not rows:
        raise NotFound(f"there is no user {name!r}")
    return _known(rows[0])


def is_there(store: Store, name: str) -> bool:
    """Takes as long for a name that nobody has."""
    return bool(store.fetch(sql["person_exists"], {"name": name}))


def password_hash(store: Store, name: str) -> tuple[Person, str | None] | None:
    """The person of that name with the hash of the password; None where there is none."""
    rows = store.fetch(sql["person_list"], {"name": name})
    return (person_of(rows[0]), rows[0]["password_hash"]) if rows else None


def set_password(store: Store, name: str, new_hash: str, *, given: bool, but: int | None = None) -> None:
    """``given``: by somebody else, so that its person has to change it. Ends every session of that person but ``but``,
    and forgets their browsers. Raises NotFound."""
    values = {"name": name, "password_hash": new_hash, "given": given}
    with store.transaction() as tx:
        _require(tx.execute(sql["person_set_password"], values).rowcount, name)
        tx.execute(sql["session_delete_of"], {"name": name, "but": but})
        tx.execute(sql["browser_forget_of"], {"name": name})


def change(
    store: Store, name: str, *, grants: Collection[Grant] | None = None, disabled: bool | None = None
) -> None:
    """All of it or nothing. ``grants``: all that the person may from now on; sessions go on with it. ``disabled``,
    either way, ends every session. Raises NotFound, also of an area, and Conflict for the last administrator of the
    city."""
    with store.transaction() as tx:
        tx.execute(sql["grant_lock"])
        _require(tx.execute(sql["person_exists"], {"name": name}).rowcount, name)
        if grants is not None:
            tx.execute(sql["grant_delete_of"], {"name": name})
            _grant(tx, name, grants)
        if disabled is not None:
            tx.execute(sql["person_set_disabled"], {"name": name, "disabled": disabled})
            tx.execute(sql["session_delete_of"], {"name": name, "but": None})
        if disabled or grants is not None:
            _require_chief(tx)


def set_disabled(store: Store, name: str, *, disabled: bool) -> None:
    """As by ``change``."""
    change(store, name, disabled=disabled)


def set_grants(store: Store, name: str, grants: Collection[Grant]) -> None:
    """As by ``change``."""
    change(store, name, grants=grants)


def grants_of(rows: Collection[Collection[str]]) -> tuple[Grant, ...]:
    """From pairs of a role and an area, as the store has them."""
    return tuple(Grant(Role(role), area) for role, area in rows)


def person_of(row: dict[str, Any]) -> Person:
    return Person(row["name"], grants_of(row["grants"]), row["disabled"], row["external"], row["password_given"])


def _known(row: dict[str, Any]) -> Known:
    return Known(person_of(row), row["password_hash"] is not None, row["totp"], row["passkeys"], row["seen_at"])


def _grant(tx: Tx, name: str, grants: Collection[Grant]) -> None:
    for grant in sorted(set(grants)):
        tx.execute(sql["grant_insert"], {"name": name, "role": grant.role, "area": grant.area})


def _require(rows: int, name: str) -> None:
    if rows == 0:
        raise NotFound(f"there is no user {name!r}")


def _require_chief(tx: Tx) -> None:
    """There is always an administrator of the whole city who may sign in, or nobody could ever add one again."""
    rows = tx.execute(sql["person_list"], {"name": None}).fetchall()
    if not any(person_of(row).is_chief for row in rows):
        raise Conflict(LAST_CHIEF)
