"""Incidents as rows: what people work on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.errors import NotFound
from hub.model.alert import Alert, Severity
from hub.model.area import Within, beginnings
from hub.model.incident import Incident, IncidentState
from hub.model.times import rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx


def open_in(tx: Tx, area: str) -> list[Incident]:
    """The open incidents of one area, locked, oldest first."""
    return [_incident(row) for row in tx.execute(sql["incident_open_in"], {"area": area}).fetchall()]


def add(tx: Tx, alert: Alert) -> Incident:
    values = {"area": alert.area, "title": alert.summary, "severity": alert.severity, "at": alert.started_at}
    row = tx.execute(sql["incident_insert"], values).fetchone()
    assert row is not None  # noqa: S101  insert … returning always answers
    return _incident(row)


def set_severity(tx: Tx, incident: Incident, severity: Severity) -> Incident:
    tx.execute(sql["incident_set_severity"], {"id": incident.id, "severity": severity})
    return replace(incident, severity=severity)


def close_if_over(tx: Tx, incident_id: int, at: datetime) -> Incident | None:
    """Close an incident none of whose alerts is active any more; None where one is."""
    row = tx.execute(sql["incident_close_if_over"], {"id": incident_id, "at": at}).fetchone()
    return None if row is None else _incident(row)


def get(store: Store, incident_id: int) -> Incident:
    """Raises NotFound."""
    rows = store.fetch(sql["incident_get"], {"id": incident_id})
    if not rows:
        raise NotFound(f"there is no incident {incident_id}")
    return _incident(rows[0])


def list_incidents(
    store: Store, within: Within, limit: int = 100, before: tuple[bool, datetime, int] | None = None
) -> list[Incident]:
    """Open ones first, then newest first. ``before``: (is open, opened at, id) of the last one of the page before."""
    is_open, opened_at, last_id = before or (None, None, None)
    params: dict[str, Any] = {"within": beginnings(within), "limit": limit}
    params |= {"before_open": is_open, "before_at": opened_at, "before_id": last_id}
    return [_incident(row) for row in store.fetch(sql["incident_list"], params)]


def log(tx: Tx, incident: Incident, change: str, actor: str, at: datetime, alert: int | None) -> int:
    body = {"incident": incident_json(incident), "alert": alert}
    return journal.append(tx, at, "incident", str(incident.id), incident.area, actor, change, body)


def incident_json(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "area": incident.area,
        "title": incident.title,
        "severity": str(incident.severity),
        "state": str(incident.state),
        "opened_at": rfc3339(incident.opened_at),
        "closed_at": incident.closed_at and rfc3339(incident.closed_at),
    }


def _incident(row: dict[str, Any]) -> Incident:
    return Incident(**{**row, "severity": Severity(row["severity"]), "state": IncidentState(row["state"])})
