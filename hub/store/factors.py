"""Second factors: one-time passwords, recovery codes and passkeys; what was asked on the way; and who is who elsewhere.

The secrets of one-time passwords come here sealed, recovery codes and the ids of what was asked are kept hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.config.vault import Vault
from hub.errors import Conflict, NotFound
from hub.model import totp
from hub.store.sql import sql
from hub.store.store import Store, Tx

MAX_PASSKEYS = 20


@dataclass(frozen=True, slots=True)
class Totp:
    secret: str
    confirmed: bool
    last_step: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """``id`` and ``public_key`` as the authenticator gave them."""

    id: bytes
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credential:
    """A passkey, as it is looked up by whoever signs in with it."""

    person: str
    public_key: bytes
    sign_count: int
    disabled: bool


def offer_totp(store: Store, vault: Vault, person: str, secret: str) -> None:
    """A secret that holds nothing until its first password was shown; it takes the place of one before. Raises
    SecretLost, and Conflict where one is in use."""
    sealed = vault.texts.seal(secret, _bound(person))
    with store.transaction() as tx:
        known = tx.execute(sql["totp_get"], {"person": person}).fetchone()
        if known is not None and known["confirmed_at"] is not None:
            raise Conflict("there are one-time passwords already: remove them first")
        tx.execute(sql["totp_put"], {"person": person, "secret": sealed})


def confirm_totp(store: Store, vault: Vault, person: str, code: str, now: datetime) -> list[str] | None:
    """New recovery codes where ``code`` is right, None where it is not. Raises NotFound where nothing was offered, and
    SecretLost."""
    with store.transaction() as tx:
        known = _totp(tx, vault, person)
        if known is None or known.confirmed:
            raise NotFound("there is no secret to confirm")
        if not _taken(tx, known, person, code, now):
            return None
        return _new_codes(tx, person)


def has_totp(store: Store, person: str) -> bool:
    with store.transaction() as tx:
        row = tx.execute(sql["totp_get"], {"person": person}).fetchone()
    return row is not None and row["confirmed_at"] is not None


def take_code(store: Store, vault: Vault, person: str, code: str, now: datetime) -> bool:
    """Whether ``code`` is a one-time password or a recovery code of this person; it is used now. Raises SecretLost."""
    typed = totp.plain(code)
    with store.transaction() as tx:
        known = _totp(tx, vault, person)
        if known is not None and known.confirmed and _taken(tx, known, person, typed, now):
            return True
        values = {"person": person, "code_hash": _hash(typed.encode(errors="surrogatepass"))}
        return tx.execute(sql["recovery_take"], values).rowcount == 1


def new_codes(store: Store, person: str) -> list[str]:
    """Recovery codes, in place of those before."""
    with store.transaction() as tx:
        return _new_codes(tx, person)


def codes_left(store: Store, person: str) -> int:
    [row] = store.fetch(sql["recovery_count"], {"person": person})
    return int(row["count"])


def remove_totp(store: Store, person: str) -> None:
    """And the recovery codes."""
    with store.transaction() as tx:
        tx.execute(sql["totp_delete"], {"person": person})
        tx.execute(sql["recovery_delete_of"], {"person": person})


def remove_all(store: Store, person: str) -> None:
    """Every second factor of a person, who has lost it; ends every session."""
    with store.transaction() as tx:
        for query in ("totp_delete", "recovery_delete_of", "passkey_delete_of"):
            tx.execute(sql[query], {"person": person})
        tx.execute(sql["session_delete_of"], {"name": person, "but": None})


def reseal(store: Store, vault: Vault) -> int:
    """Encrypt every secret anew with the key that ``vault`` uses now; answers how many. Raises SecretLost."""
    with store.transaction() as tx:
        rows = tx.execute(sql["totp_list"]).fetchall()
        for row in rows:
            secret = vault.texts.open(bytes(row["secret"]), _bound(row["person"]))
            values = {"person": row["person"], "secret": vault.texts.seal(secret, _bound(row["person"]))}
            tx.execute(sql["totp_reseal"], values)
    return len(rows)


def add_passkey(
    store: Store, person: str, credential: bytes, public_key: bytes, sign_count: int, name: str, now: datetime
) -> None:
    """Raises Conflict where it is there already, or there are too many."""
    values = {"id": credential, "person": person, "public_key": public_key, "sign_count": sign_count}
    with store.transaction() as tx:
        if len(tx.execute(sql["passkey_list"], {"person": person}).fetchall()) >= MAX_PASSKEYS:
            raise Conflict(f"a person has at most {MAX_PASSKEYS} passkeys: remove one first")
        tx.execute(sql["passkey_insert"], {**values, "name": name, "now": now})


def list_passkeys(store: Store, person: str) -> list[Passkey]:
    rows = store.fetch(sql["passkey_list"], {"person": person})
    return [Passkey(bytes(row["id"]), row["name"], row["created_at"], row["used_at"]) for row in rows]


def credential(store: Store, credential_id: bytes) -> Credential | None:
    rows = store.fetch(sql["passkey_get"], {"id": credential_id})
    if not rows:
        return None
    row = rows[0]
    return Credential(row["person"], bytes(row["public_key"]), row["sign_count"], row["disabled"])


def passkey_used(store: Store, credential_id: bytes, sign_count: int, now: datetime) -> None:
    with store.transaction() as tx:
        tx.execute(sql["passkey_used"], {"id": credential_id, "sign_count": sign_count, "now": now})


def rename_passkey(store: Store, person: str, credential_id: bytes, name: str) -> None:
    """Raises NotFound."""
    with store.transaction() as tx:
        if tx.execute(sql["passkey_rename"], {"id": credential_id, "person": person, "name": name}).rowcount == 0:
            raise NotFound("there is no such passkey")


def remove_passkey(store: Store, person: str, credential_id: bytes) -> None:
    """Raises NotFound."""
    with store.transaction() as tx:
        if tx.execute(sql["passkey_delete"], {"id": credential_id, "person": person}).rowcount == 0:
            raise NotFound("there is no such passkey")


def begin_flow(
    store: Store, flow: str, kind: str, person: str | None, body: Mapping[str, Any], expires_at: datetime
) -> None:
    """Keep what was asked until the answer comes."""
    values = {"id_hash": _hash(flow.encode()), "kind": kind, "person": person, "body": Jsonb(dict(body))}
    with store.transaction() as tx:
        tx.execute(sql["flow_insert"], {**values, "expires_at": expires_at})


def take_flow(store: Store, flow: str, kind: str, now: datetime) -> tuple[str | None, dict[str, Any]] | None:
    """The person and what was asked, once; None where it was never asked, answered already, or too long ago."""
    values = {"id_hash": _hash(flow.encode(errors="surrogatepass")), "kind": kind, "now": now}
    with store.transaction() as tx:
        row = tx.execute(sql["flow_take"], values).fetchone()
    return (row["person"], row["body"]) if row is not None and row["holds"] else None


def person_of(store: Store, issuer: str, subject: str) -> str | None:
    """Who that is here."""
    rows = store.fetch(sql["identity_get"], {"issuer": issuer, "subject": subject})
    return str(rows[0]["person"]) if rows else None


def bind_identity(store: Store, issuer: str, subject: str, person: str) -> None:
    """From now on that is ``person``, and nobody else there is. Raises Conflict where either is somebody else's."""
    with store.transaction() as tx:
        tx.execute(sql["identity_insert"], {"issuer": issuer, "subject": subject, "person": person})


def _totp(tx: Tx, vault: Vault, person: str) -> Totp | None:
    row = tx.execute(sql["totp_get"], {"person": person}).fetchone()
    if row is None:
        return None
    secret = vault.texts.open(bytes(row["secret"]), _bound(person))
    return Totp(secret, row["confirmed_at"] is not None, row["last_step"])


def _taken(tx: Tx, known: Totp, person: str, code: str, now: datetime) -> bool:
    step = totp.matching_step(known.secret, totp.plain(code), now, known.last_step)
    if step is None:
        return False
    tx.execute(sql["totp_used"], {"person": person, "step": step, "now": now})
    return True


def _new_codes(tx: Tx, person: str) -> list[str]:
    codes = totp.new_recovery_codes()
    tx.execute(sql["recovery_delete_of"], {"person": person})
    hashes = [_hash(totp.plain(code).encode()) for code in codes]
    tx.execute(sql["recovery_insert"], {"person": person, "hashes": hashes})
    return codes


def _bound(person: str) -> str:
    return f"totp {person}\0"


def _hash(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()
