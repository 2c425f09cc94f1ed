"""Accounts of devices on the embedded broker. Their passwords are encrypted; the broker has a file of its own."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.errors import NotFound
from hub.log import redact_value
from hub.secrets import Vault
from hub.store.sql import sql
from hub.store.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Account:
    """``topics``: MQTT filters besides the device's own."""

    device: str
    sealed: bytes = field(repr=False)
    topics: Sequence[str] = ()


def make(tx: Tx, device: str, topics: Sequence[str], vault: Vault, now: datetime) -> str:
    """A new password, which is told this once; one that was there is of no use any more.

    Raises NotFound where there is no such device, SecretLost.
    """
    fresh = secrets.token_urlsafe(24)
    redact_value(fresh)
    values = {"device": device, "password": vault.seal(fresh, _bound(device)), "topics": list(topics), "now": now}
    if tx.execute(sql["device_account_put"], values).rowcount == 0:
        raise NotFound(f"there is no device {device!r}")
    return fresh


def revoke(tx: Tx, device: str) -> None:
    """Its session is cut within seconds. Raises NotFound where it has no account."""
    if tx.execute(sql["device_account_delete"], {"device": device}).rowcount == 0:
        raise NotFound(f"the device {device!r} has no account")


def list_accounts(store: Store) -> list[Account]:
    """In the order of the devices."""
    rows = store.fetch(sql["device_account_list"])
    return [Account(row["device"], bytes(row["password"]), row["topics"]) for row in rows]


def password(account: Account, vault: Vault) -> str:
    """Raises SecretLost."""
    found = vault.open(account.sealed, _bound(account.device))
    redact_value(found)
    return found


def mark(store: Store) -> tuple[int, datetime | None]:
    """Another one whenever an account was made, renewed or revoked."""
    [row] = store.fetch(sql["device_account_mark"])
    return int(row["count"]), row["last"]


def reseal(store: Store, vault: Vault) -> int:
    """Encrypt every password anew; answers how many. Raises SecretLost."""
    with store.transaction() as tx:
        rows = tx.execute(sql["device_account_lock"]).fetchall()
        for row in rows:
            account = Account(row["device"], bytes(row["password"]))
            sealed = vault.seal(password(account, vault), _bound(account.device))
            tx.execute(sql["device_account_reseal"], {"device": account.device, "password": sealed})
    return len(rows)


def _bound(device: str) -> str:
    return f"broker account {device}"
