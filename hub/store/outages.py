"""Outages as rows: what is out of service. Which alerts they hide is carried out by ``hub.cases.acts.do_due``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.errors import Conflict, NotFound
from hub.model.area import Within, beginnings
from hub.model.outage import Outage
from hub.model.times import rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx


def begin(
    store: Store,
    rule: str | None,
    source: str | None,
    area: str | None,
    owner: str,
    reason: str,
    now: datetime,
    until: datetime,
) -> Outage:
    """Take something out of service, with a journal row. Raises StoreUnavailable."""
    values = {"rule": rule, "source": source, "area": area, "owner": owner, "reason": reason}
    with store.transaction() as tx:
        row = tx.execute(sql["outage_add"], {**values, "now": now, "until": until}).fetchone()
        assert row is not None  # noqa: S101  insert … returning always answers
        outage = Outage(**row)
        _log(tx, outage, "began", owner, now)
        return outage


def get(store: Store, outage_id: int) -> Outage:
    """Raises NotFound."""
    with store.transaction() as tx:
        return _get(tx, outage_id)


def end(store: Store, outage_id: int, by: str, now: datetime) -> Outage:
    """Put it back into service before its time. Raises NotFound, and Conflict (``not_open``) where it was over."""
    with store.transaction() as tx:
        _get(tx, outage_id)
        row = tx.execute(sql["outage_end"], {"id": outage_id, "now": now, "by": by}).fetchone()
        if row is None:
            raise Conflict("not_open")
        outage = Outage(**row)
        _log(tx, outage, "ended", by, now)
        return outage


def end_overdue(store: Store, now: datetime) -> list[Outage]:
    """End those whose time has come."""
    with store.transaction() as tx:
        over = [Outage(**row) for row in tx.execute(sql["outage_overdue"], {"now": now}).fetchall()]
        for outage in over:
            _log(tx, outage, "expired", "keeper", now)
        return over


def list_outages(store: Store, within: Within, ended: bool, before: int | None, limit: int) -> list[Outage]:
    """The newest first; ``ended``: also those that are over; ``within``: what lies in an area, so no rule by itself."""
    params = {"within": beginnings(within), "ended": ended, "before": before, "limit": limit}
    return [Outage(**row) for row in store.fetch(sql["outage_list"], params)]


def outage_json(outage: Outage) -> dict[str, Any]:
    """As the interface shows it."""
    return {
        "id": outage.id,
        "rule": outage.rule,
        "source": outage.source,
        "area": outage.area,
        "owner": outage.owner,
        "reason": outage.reason,
        "began_at": rfc3339(outage.began_at),
        "until": rfc3339(outage.until),
        "ended_at": outage.ended_at and rfc3339(outage.ended_at),
        "ended_by": outage.ended_by,
        "hides": outage.hides,
    }


def _get(tx: Tx, outage_id: int) -> Outage:
    row = tx.execute(sql["outage_get"], {"id": outage_id}).fetchone()
    if row is None:
        raise NotFound(f"there is no outage {outage_id}")
    return Outage(**row)


def _log(tx: Tx, outage: Outage, change: str, actor: str, at: datetime) -> None:
    journal.append(tx, at, "outage", str(outage.id), outage.area, actor, change, {"outage": outage_json(outage)})
