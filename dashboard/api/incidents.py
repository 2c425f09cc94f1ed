"""Incidents, to read."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from dashboard.api import cursors, shapes
from dashboard.api.alerts import of_alerts
from dashboard.api.auth import MaySee
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaFilter, Cursor, Limit, NumberInPath
from hub.model import incident as model
from hub.store import alerts, areas, incidents, journal

router = APIRouter(tags=["incidents"])


@router.get("/incidents")
def list_incidents(
    caller: MaySee, ctx: Ctx, area: AreaFilter = None, cursor: Cursor = None, limit: Limit = 100
) -> shapes.Page[shapes.Incident]:
    """Open ones first, then newest first."""
    found = incidents.list_incidents(ctx.store, caller.narrow(area), limit + 1, cursors.state(cursor))
    items = _of_incidents(ctx, found[:limit])
    end = found[limit - 1] if len(found) > limit else None
    following = cursors.of_state(end.state, end.opened_at, end.id) if end else None
    return shapes.Page(items=items, next=following)


@router.get("/incidents/{id}")
def get_incident(id: NumberInPath, caller: MaySee, ctx: Ctx) -> shapes.IncidentDetail:
    """With its alerts, newest first."""
    incident = _seen(ctx, caller, id)
    [known] = _of_incidents(ctx, [incident])
    members = of_alerts(ctx, alerts.of_incident(ctx.store, id))
    return shapes.IncidentDetail(**known.model_dump(), alerts=members)


@router.get("/incidents/{id}/log")
def get_incident_log(id: NumberInPath, caller: MaySee, ctx: Ctx) -> shapes.Page[shapes.IncidentLogEntry]:
    """Everything that happened to it, oldest first, on one page."""
    _seen(ctx, caller, id)
    items = [
        shapes.IncidentLogEntry(
            id=entry.id, at=entry.at, actor=entry.actor, change=entry.change, alert=entry.body.get("alert")
        )
        for entry in journal.of_subject(ctx.store, "incident", str(id))
    ]
    return shapes.Page(items=items, next=None)


def _seen(ctx: Context, caller: Caller, incident_id: int) -> model.Incident:
    incident = incidents.get(ctx.store, incident_id)
    caller.require(incident.area, f"incident {incident_id}")
    return incident


def _of_incidents(ctx: Context, found: Sequence[model.Incident]) -> list[shapes.Incident]:
    names = areas.names(ctx.store, {incident.area for incident in found})
    return [
        shapes.Incident(
            id=incident.id,
            area=incident.area,
            area_name=names.get(incident.area, incident.area),
            title=incident.title,
            severity=incident.severity,
            state=incident.state,
            opened_at=incident.opened_at,
            closed_at=incident.closed_at,
        )
        for incident in found
    ]
