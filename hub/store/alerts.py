"""Alerts as rows. Rules' decisions come in through ``hub.cases.intake``, people's acts through ``hub.cases.acts``.

These two write the journal as well, with ``log``, when all other rows are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hub.errors import Conflict, NotFound
from hub.model.alert import Alert, AlertChange, AlertState, Evidence, Fire, Resolve, Severity
from hub.model.times import parse_instant, rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list. Empty means everything; ``before`` is the (started_at, id) of the last alert of the page before."""

    states: tuple[AlertState, ...] = ()
    severities: tuple[Severity, ...] = ()
    area: str | None = None
    first: datetime | None = None
    last: datetime | None = None
    before: tuple[datetime, int] | None = None


def fire(tx: Tx, decision: Fire, now: datetime) -> Alert | None:
    """Raise an alert; None where it is known already, as after a restart that repeats a decision."""
    values = {
        "rule": decision.rule,
        "fingerprint": decision.fingerprint,
        "severity": decision.severity,
        "area": decision.area,
        "sources": list(decision.sources),
        "summary": decision.summary,
        "started_at": decision.started_at,
        "now": now,
        "evidence": Jsonb([evidence_json(item) for item in decision.evidence]),
    }
    row = tx.execute(sql["alert_fire"], values).fetchone()
    return None if row is None else _alert(row)


def begin_earlier(tx: Tx, decision: Fire) -> Alert | None:
    """Move the beginning of the active alert of a fingerprint back, with its evidence; None where it is not earlier."""
    values = {
        "rule": decision.rule,
        "fingerprint": decision.fingerprint,
        "started_at": decision.started_at,
        "evidence": Jsonb([evidence_json(item) for item in decision.evidence]),
    }
    row = tx.execute(sql["alert_begin_earlier"], values).fetchone()
    return None if row is None else _alert(row)


def resolve(tx: Tx, decision: Resolve) -> Alert | None:
    """End the active alert of a fingerprint; None where there is none."""
    values = {"rule": decision.rule, "fingerprint": decision.fingerprint, "at": decision.resolved_at}
    row = tx.execute(sql["alert_resolve"], values).fetchone()
    return None if row is None else _alert(row)


def set_incident(tx: Tx, alert: Alert, incident: int) -> Alert:
    tx.execute(sql["alert_set_incident"], {"id": alert.id, "incident": incident})
    return replace(alert, incident=incident)


def get(store: Store, alert_id: int) -> Alert:
    """Raises NotFound."""
    with store.transaction() as tx:
        return _get(tx, alert_id, lock=False)


def list_alerts(store: Store, wanted: Filter, limit: int = 100) -> list[Alert]:
    """Newest first."""
    started_at, last_id = wanted.before or (None, None)
    params = {
        "states": [str(state) for state in wanted.states] or None,
        "severities": [str(severity) for severity in wanted.severities] or None,
        "area": wanted.area,
        "first": wanted.first,
        "last": wanted.last,
        "before_at": started_at,
        "before_id": last_id,
        "limit": limit,
    }
    return [_alert(row) for row in store.fetch(sql["alert_list"], params)]


def of_incident(store: Store, incident: int, limit: int = 1000) -> list[Alert]:
    """Newest first."""
    return [_alert(row) for row in store.fetch(sql["alert_of_incident"], {"incident": incident, "limit": limit})]


def active(store: Store) -> list[Alert]:
    """Everything that is not resolved, oldest first, for the rule engine's start."""
    return [_alert(row) for row in store.fetch(sql["alert_active"])]


def change(tx: Tx, alert_id: int, what: AlertChange, actor: str, now: datetime, until: datetime | None = None) -> Alert:
    """A person acknowledges, shelves (``until``), clears or comments. The journal row is the caller's.

    Raises NotFound, and Conflict where it is too late; its message is ``not_open`` or ``already_acknowledged``.
    """
    alert = _get(tx, alert_id, lock=True)
    if what is not AlertChange.COMMENTED and alert.state is AlertState.RESOLVED:
        raise Conflict("not_open")
    if what is AlertChange.ACKNOWLEDGED and alert.state is AlertState.ACKNOWLEDGED:
        raise Conflict("already_acknowledged")
    values = {"id": alert_id, "actor": actor, "now": now, "until": until}
    if what is AlertChange.ACKNOWLEDGED:
        tx.execute(sql["alert_acknowledge"], values)
    elif what is AlertChange.SHELVED:
        tx.execute(sql["alert_shelve"], values)
    elif what is AlertChange.CLEARED:
        tx.execute(sql["alert_clear"], values)
    return _get(tx, alert_id, lock=False)


def unshelve_due(store: Store, now: datetime) -> list[Alert]:
    """Bring back what was put off until a time that has come."""
    with store.transaction() as tx:
        found = [_alert(row) for row in tx.execute(sql["alert_unshelve_due"], {"now": now}).fetchall()]
        for alert in found:
            log(tx, alert, AlertChange.UNSHELVED, "keeper", now)
        return found


def log(tx: Tx, alert: Alert, change: AlertChange, actor: str, at: datetime, note: str = "") -> int:
    """One journal row: the alert as it is after the change."""
    body = {"note": note, "alert": alert_json(alert)}
    return journal.append(tx, at, "alert", str(alert.id), alert.area, actor, change, body)


def alert_json(alert: Alert) -> dict[str, Any]:
    """The alert as the interface shows it, without the area's name."""
    return {
        "id": alert.id,
        "rule": alert.rule,
        "severity": str(alert.severity),
        "state": str(alert.state),
        "area": alert.area,
        "sources": list(alert.sources),
        "started_at": rfc3339(alert.started_at),
        "detected_at": rfc3339(alert.detected_at),
        "resolved_at": alert.resolved_at and rfc3339(alert.resolved_at),
        "acked_at": alert.acked_at and rfc3339(alert.acked_at),
        "acked_by": alert.acked_by,
        "shelved_until": alert.shelved_until and rfc3339(alert.shelved_until),
        "summary": alert.summary,
        "incident": alert.incident,
        "evidence": [evidence_json(item) for item in alert.evidence],
    }


def evidence_json(item: Evidence) -> dict[str, Any]:
    attrs = None if item.attrs is None else dict(item.attrs)
    base = {"source": item.source, "metric": item.metric, "ts": rfc3339(item.ts)}
    return {**base, "value": item.value, "text": item.text, "attrs": attrs}


def _get(tx: Tx, alert_id: int, *, lock: bool) -> Alert:
    row = tx.execute(sql["alert_get_for_update" if lock else "alert_get"], {"id": alert_id}).fetchone()
    if row is None:
        raise NotFound(f"there is no alert {alert_id}")
    return _alert(row)


def _alert(row: dict[str, Any]) -> Alert:
    evidence: Sequence[dict[str, Any]] = row["evidence"]
    return Alert(
        **{
            **row,
            "severity": Severity(row["severity"]),
            "state": AlertState(row["state"]),
            "sources": tuple(row["sources"]),
            "evidence": tuple(Evidence(**{**item, "ts": parse_instant(item["ts"])}) for item in evidence),
        }
    )
