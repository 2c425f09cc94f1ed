"""Attempts to sign in: how often they failed, which survives a restart, and the browsers that are known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.model import lockout
from hub.model.lockout import FORGET, Count
from hub.store.sql import sql
from hub.store.store import Store

KNOWN_FOR = timedelta(days=180)


def begin(store: Store, counts: Sequence[Count], now: datetime) -> timedelta:
    """Count an attempt as failed, before it is looked at, so that many at once are as many; or, uncounted, how long to
    wait before the next."""
    keys = sorted(count.key for count in counts)
    with store.transaction() as tx:
        tx.execute(sql["failure_insert"], {"keys": keys, "now": now})
        rows = {bytes(row["key"]): row for row in tx.execute(sql["failure_lock"], {"keys": keys}).fetchall()}
        waits = [
            lockout.wait(rows[count.key]["failures"], rows[count.key]["failed_at"], count.free, now)
            for count in counts
        ]
        if (longest := max(waits)) > timedelta(0):
            return longest
        tx.execute(sql["failure_count"], {"keys": keys, "now": now, "forget_before": now - FORGET})
    return timedelta(0)


def succeeded(store: Store, counts: Sequence[Count]) -> None:
    """The attempt was right: whoever made it begins from nothing, and it counts against nobody else."""
    with store.transaction() as tx:
        tx.execute(sql["failure_forget"], {"keys": [counts[0].key]})
        tx.execute(sql["failure_uncount"], {"keys": sorted(count.key for count in counts[1:])})


def undecided(store: Store, counts: Sequence[Count]) -> None:
    """The attempt was neither right nor wrong: more is needed."""
    with store.transaction() as tx:
        tx.execute(sql["failure_uncount"], {"keys": sorted(count.key for count in counts)})


def is_known(store: Store, browser: str, person: str, now: datetime) -> bool:
    """Whether this person has signed in with this browser."""
    values = {"browser_hash": _hash(browser), "person": person, "now": now}
    return bool(store.fetch(sql["browser_known"], values))


def rename(store: Store, browser: str, new: str) -> None:
    """A browser is known by ``new`` from now on, to all who have signed in with it, and by no other secret."""
    with store.transaction() as tx:
        tx.execute(sql["browser_rename"], {"browser_hash": _hash(browser), "new_hash": _hash(new)})


def remember(store: Store, browser: str, person: str, now: datetime) -> None:
    values = {"browser_hash": _hash(browser), "person": person, "expires_at": now + KNOWN_FOR}
    with store.transaction() as tx:
        tx.execute(sql["browser_remember"], values)


def expire(store: Store, now: datetime) -> None:
    with store.transaction() as tx:
        tx.execute(sql["failure_expire"], {"before": now - FORGET})
        tx.execute(sql["browser_expire"], {"now": now})
        tx.execute(sql["flow_expire"], {"now": now})


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
