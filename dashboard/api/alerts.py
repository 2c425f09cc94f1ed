"""Alerts: the list, one with its log, and what people do with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import Field

from dashboard.api import cursors, masking, shapes
from dashboard.api.auth import MayAct, MayRecordings, MaySee
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaFilter, Body, Cursor, Instant, Limit, NumberInPath, Text
from dashboard.api.masking import AskedMasks
from dashboard.api.problems import ProblemError, invalid
from hub.cases import acts
from hub.errors import Conflict
from hub.model import alert as model
from hub.model.alarm import Refusal
from hub.model.alert import AlertChange, AlertState, Damping, Severity, Stage
from hub.store import alerts, areas, journal
from hub.store.alerts import Filter, alert_json

LONGEST_SHELF = timedelta(days=7)
router = APIRouter(tags=["alerts"])

States = Annotated[
    list[Literal["firing", "acknowledged", "resolved", "open"]] | None,
    Query(
        max_length=8,
        description="may be given several times; open: firing, acknowledged, or over and still to be acknowledged or"
        " reset, and not hidden by a known cause or out of service",
    ),
]
Stages = Annotated[list[Stage] | None, Query(max_length=9, description="where alerts stand by ISA-18.2")]
Note = Annotated[str, Field(max_length=2000)]


class Remark(Body):
    note: Note = ""


class Reason(Body):
    note: Annotated[Note, Field(min_length=1)]


class Shelving(Body):
    until: Instant
    note: Note = ""


@router.get("/alerts")
def list_alerts(
    caller: MaySee,
    ctx: Ctx,
    state: States = None,
    stage: Stages = None,
    severity: Annotated[list[Severity] | None, Query(max_length=8)] = None,
    rule: Annotated[Text | None, Query(max_length=127)] = None,
    cause: Annotated[Text | None, Query(max_length=200, description="what muted them, as `topology:sw-3`")] = None,
    damped: Annotated[list[Damping] | None, Query(max_length=4, description="why they called for nobody")] = None,
    stale: Annotated[bool, Query(description="on, and shown, for longer than `alarms.stale` says")] = False,
    area: AreaFilter = None,
    first: Annotated[Instant | None, Query(alias="from")] = None,
    last: Annotated[Instant | None, Query(alias="to")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> shapes.Page[shapes.Alert]:
    """Newest first. ``from`` and ``to``: those that were active in [from, to)."""
    wanted = Filter(
        states=tuple(AlertState(name) for name in state or () if name != "open"),
        open="open" in (state or ()),
        stages=tuple(stage or ()),
        severities=tuple(severity or ()),
        rule=rule,
        cause=cause,
        damped=tuple(damped or ()),
        stale=ctx.clock.now() - ctx.config.alarms.stale if stale else None,
        within=caller.narrow(area),
        first=first,
        last=last,
        before=cursors.instant(cursor),
    )
    found = alerts.list_alerts(ctx.store, wanted, limit + 1)
    items = of_alerts(ctx, found[:limit])
    end = found[limit - 1] if len(found) > limit else None
    return shapes.Page(items=items, next=cursors.of_instant(end.started_at, end.id) if end else None)


@router.get("/alerts/{id}")
def get_alert(id: NumberInPath, caller: MaySee, ctx: Ctx) -> shapes.AlertDetail:
    alert = _seen(ctx, caller, id)
    [known] = of_alerts(ctx, [alert])
    entries = journal.of_subject(ctx.store, "alert", str(id))
    log = [
        shapes.LogEntry(
            id=entry.id,
            at=entry.at,
            actor=entry.actor,
            change=AlertChange(entry.change),
            note=str(entry.body.get("note", "")),
            reason=str(entry.body.get("reason", "")),
        )
        for entry in entries
    ]
    return shapes.AlertDetail(**known.model_dump(), log=log, procedure=ctx.rules.procedure(alert.rule))


@router.post("/alerts/{id}/ack")
def acknowledge(id: NumberInPath, caller: MayAct, ctx: Ctx, remark: Remark | None = None) -> shapes.Alert:
    """409 `already_acknowledged` where somebody else was quicker; `alert` is then how it stands."""
    return _act(ctx, caller, id, AlertChange.ACKNOWLEDGED, (remark or Remark()).note)


@router.post("/alerts/{id}/shelve")
def shelve(id: NumberInPath, caller: MayAct, ctx: Ctx, shelving: Shelving) -> shapes.Alert:
    """Put off until a time within the next seven days."""
    now = ctx.clock.now()
    if not now < shelving.until <= now + LONGEST_SHELF:
        raise invalid("until", f"must lie in the next {LONGEST_SHELF.days} days")
    return _act(ctx, caller, id, AlertChange.SHELVED, shelving.note, shelving.until)


@router.post("/alerts/{id}/unshelve")
def unshelve(id: NumberInPath, caller: MayAct, ctx: Ctx, remark: Remark | None = None) -> shapes.Alert:
    """Bring back before its time what was shelved."""
    return _act(ctx, caller, id, AlertChange.UNSHELVED, (remark or Remark()).note)


@router.post("/alerts/{id}/reset")
def reset(id: NumberInPath, caller: MayAct, ctx: Ctx, reason: Reason) -> shapes.Alert:
    """Let go of a latched alert whose condition has ended; the note says what was found."""
    return _act(ctx, caller, id, AlertChange.RESET, reason.note)


@router.post("/alerts/{id}/clear")
def clear(id: NumberInPath, caller: MayAct, ctx: Ctx, reason: Reason) -> shapes.Alert:
    """End an alert by hand; the note says why."""
    return _act(ctx, caller, id, AlertChange.CLEARED, reason.note)


@router.post("/alerts/{id}/comment")
def comment(id: NumberInPath, caller: MayAct, ctx: Ctx, reason: Reason) -> shapes.Alert:
    return _act(ctx, caller, id, AlertChange.COMMENTED, reason.note)


@router.get("/alerts/{id}/snapshot", response_class=FileResponse, responses={200: {"content": {"image/jpeg": {}}}})
def get_alert_snapshot(
    id: NumberInPath,
    caller: MayRecordings,
    ctx: Ctx,
    asked: AskedMasks,
    n: Annotated[int, Query(ge=0, le=1000, description="which piece of evidence, from 0")] = 0,
) -> Response:
    """The picture that a piece of evidence names in its ``attrs.snapshot``."""
    alert = _seen(ctx, caller, id)
    attrs = alert.evidence[n].attrs if n < len(alert.evidence) else None
    name = (attrs or {}).get("snapshot")
    file = ctx.pictures.kept(name) if isinstance(name, str) else None
    if file is None:
        raise ProblemError(404, "no_snapshot", "this piece of evidence has no picture, or it is no longer kept")
    return ctx.pictures.still(file, masking.of_kept(ctx, caller, asked, file.parent.name, alert.area))


def of_alerts(ctx: Context, found: Sequence[model.Alert]) -> list[shapes.Alert]:
    """With the names of their areas."""
    names = areas.names(ctx.store, {alert.area for alert in found})
    return [
        shapes.Alert.model_validate({**alert_json(alert), "area_name": names.get(alert.area, alert.area)})
        for alert in found
    ]


def _seen(ctx: Context, caller: Caller, alert_id: int) -> model.Alert:
    alert = alerts.get(ctx.store, alert_id)
    caller.require(alert.area, f"alert {alert_id}")
    return alert


def _act(
    ctx: Context, caller: Caller, alert_id: int, what: AlertChange, note: str, until: datetime | None = None
) -> shapes.Alert:
    _seen(ctx, caller, alert_id)
    try:
        alert = acts.act(ctx.store, alert_id, what, caller.name, ctx.clock.now(), note, until)
    except Conflict as conflict:
        [stands] = of_alerts(ctx, [alerts.get(ctx.store, alert_id)])
        word = str(conflict)
        words = {**_REFUSED, Refusal.ALREADY_ACKNOWLEDGED: f"{stands.acked_by} has acknowledged it"}
        detail = words.get(word, "it is not in a state for that")
        raise ProblemError(409, word, detail, extra={"alert": stands.model_dump(mode="json")}) from conflict
    [changed] = of_alerts(ctx, [alert])
    return changed


_REFUSED: dict[str, str] = {
    Refusal.NOT_OPEN: "it is over",
    Refusal.NOT_SHELVED: "it is not shelved",
    Refusal.NOT_LATCHED: "it is not latched: it needs no reset",
    Refusal.STILL_ACTIVE: "its condition still holds",
}
