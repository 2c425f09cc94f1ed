"""Sources: cameras and devices as integrators set them up.

Their secrets come and go sealed (``hub.config.vault``): nothing here can read one, and a clear one is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.audit import Entry, Result
from hub.config.vault import Vault, is_sealed
from hub.errors import Conflict, NotFound, StoreError
from hub.model.area import Within, beginnings
from hub.model.mask import masks_of, names_of, uncovered
from hub.model.source import Source, SourceKind
from hub.store import audit
from hub.store.sql import sql
from hub.store.store import Store, Tx


def list_sources(store: Store, kind: SourceKind | None = None, within: Within = None) -> list[Source]:
    """All sources with their secrets, sealed; in the order of their ids."""
    return [_source(row) for row in store.fetch(sql["source_list"], {"kind": kind, "within": beginnings(within)})]


def get(store: Store, source_id: str) -> Source:
    """Raises NotFound."""
    rows = store.fetch(sql["source_get"], {"id": source_id})
    if not rows:
        raise NotFound(f"there is no source {source_id!r}")
    return _source(rows[0])


def lock(tx: Tx, source_id: str) -> Source:
    """As it is now; nobody else changes it before the transaction ends. Raises NotFound."""
    rows = tx.execute(sql["source_lock"], {"ids": [source_id]}).fetchall()
    if not rows:
        raise NotFound(f"there is no source {source_id!r}")
    return _source(rows[0])


def add(tx: Tx, source: Source, now: datetime) -> None:
    """Raises Conflict where the id is taken."""
    if tx.execute(sql["source_insert"], _values(source)).rowcount == 0:
        raise Conflict(f"there is a source {source.id!r} already")
    _not_watching_yet(tx, [source.id], now)


def add_many(tx: Tx, new: Sequence[Source], now: datetime) -> None:
    """All of them. Raises Conflict where the id of one is taken."""
    rows = [_values(source) for source in new]
    columns = {name: [row[name] for row in rows] for name in _values(new[0])} if rows else {}
    if rows and tx.execute(sql["source_insert_many"], columns).rowcount != len(rows):
        raise Conflict("one of these sources was added by somebody else meanwhile: try again")
    _not_watching_yet(tx, [source.id for source in new], now)


def update_many(tx: Tx, changed: Sequence[Source], before: Mapping[str, Source]) -> None:
    """All of them. Raises Conflict where one is not as it was ``before``, by its id: whatever was decided by that does
    not hold any more."""
    ids = [source.id for source in changed]
    found = {row["id"]: _source(row) for row in tx.execute(sql["source_lock"], {"ids": ids}).fetchall()}
    if any(found.get(name) != before[name] for name in ids):
        raise Conflict("one of these sources was changed by somebody else meanwhile: try again")
    tx.cursor().executemany(sql["source_update"], [_values(source) for source in changed])


def seal_clear(store: Store, vault: Vault) -> int:
    """Seal the secrets that an older gridhub wrote in clear; answers how many. Raises SecretLost."""
    with store.transaction() as tx:
        found = [vault.seal(_source(row)) for row in tx.execute(sql["secret_clear"]).fetchall()]
        _put_secrets(tx, found)
    return len(found)


def rekey(store: Store, old: Vault, new: Vault) -> int:
    """Seal every secret anew; answers how many. All of them or none. Raises SecretLost."""
    with store.transaction() as tx:
        found = [new.seal(old.unseal(_source(row))) for row in tx.execute(sql["secret_all"]).fetchall()]
        _put_secrets(tx, found)
    return len(found)


def update(tx: Tx, source: Source) -> None:
    """Raises NotFound."""
    if tx.execute(sql["source_update"], _values(source)).rowcount == 0:
        raise NotFound(f"there is no source {source.id!r}")


def remove(tx: Tx, source_id: str) -> None:
    """Raises NotFound. What it observed stays until its retention ends."""
    if tx.execute(sql["source_delete"], {"id": source_id}).rowcount == 0:
        raise NotFound(f"there is no source {source_id!r}")


def sync(tx: Tx, configured: Sequence[Source], now: datetime) -> None:
    """Make the sources of the configuration be as configured; leave those alone that were added by the interface.

    What becomes of privacy masks by that is told to the audit log: it was changed in a file.
    """
    every = {"kind": SourceKind.CAMERA, "within": None}
    before = {row["id"]: row["config"] for row in tx.execute(sql["source_list"], every) if row["origin"] == "config"}
    for source in configured:
        tx.execute(sql["source_put"], _values(source))
    ids = [source.id for source in configured]
    tx.execute(sql["source_delete_unconfigured"], {"ids": ids})
    _not_watching_yet(tx, ids, now)
    after = {source.id: source.config for source in configured}
    for camera in sorted(before.keys() | after.keys()):
        then, is_now = before.get(camera, {}), after.get(camera, {})
        if masks_of(then) != masks_of(is_now):
            found = {"masks_before": names_of(then), "masks": names_of(is_now), "uncovered": uncovered(then, is_now)}
            audit.write(tx, Entry("hub", "masks_configured", f"cameras/{camera}", "", Result.DONE, found), now)


def known_ids(store: Store, kind: SourceKind) -> dict[str, bool]:
    """Every id of a kind, and whether it is approved."""
    return {row["id"]: row["approved"] for row in store.fetch(sql["source_ids"], {"kind": kind})}


def _not_watching_yet(tx: Tx, ids: Collection[str], now: datetime) -> None:
    """A source that never said anything is blind since it was added."""
    params = {"ids": list(ids), "now": now}
    tx.execute(sql["source_state_init"], params)
    tx.execute(sql["gap_init"], params)


def _put_secrets(tx: Tx, found: Sequence[Source]) -> None:
    tx.cursor().executemany(sql["secret_put"], [{"id": item.id, "secret": Jsonb(item.secret)} for item in found])


def _source(row: dict[str, Any]) -> Source:
    return Source(**{**row, "kind": SourceKind(row["kind"])})


def _values(source: Source) -> dict[str, Any]:
    if not is_sealed(source.secret):
        raise StoreError(f"the secret of {source.id!r} is not sealed")
    return {
        "id": source.id,
        "kind": source.kind,
        "area": source.area,
        "type": source.type,
        "name": source.name,
        "config": Jsonb(dict(source.config)),
        "secret": None if source.secret is None else Jsonb(dict(source.secret)),
        "origin": source.origin,
        "approved": source.approved,
    }
