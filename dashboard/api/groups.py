"""Open alerts in a few groups, with exact counts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from dashboard.api import shapes
from dashboard.api.auth import MaySee
from dashboard.api.context import Ctx
from dashboard.api.fields import AreaFilter
from hub.cases import quiet
from hub.cases.groups import group
from hub.model.alert import Severity
from hub.store import areas, mutes

router = APIRouter(tags=["alerts"])


class AlertGroup(BaseModel):
    """``severity`` is the worst. ``cause``: what mutes them, as `topology:sw-3`, `inhibition:flood`, `silence:7`; null
    where they are shown. ``area`` holds them all, ``areas`` is in how many they are."""

    id: str
    rule: str
    area: str
    area_name: str
    cause: str | None
    severity: Severity
    severities: dict[Severity, int]
    alerts: int
    unacknowledged: int
    active: int
    areas: int
    first_at: shapes.Time
    last_at: shapes.Time


class Down(BaseModel):
    """A thing of the topology that is down, and how that is known."""

    name: str
    why: str


class AlertGroups(BaseModel):
    """``alerts`` are all that are open, ``muted`` those of them that something mutes. ``down``: what is down now
    and something there hangs on, whatever it mutes."""

    alerts: int
    muted: int
    down: list[Down]
    groups: list[AlertGroup]


@router.get("/alert-groups")
def list_alert_groups(
    caller: MaySee,
    ctx: Ctx,
    area: AreaFilter = None,
    room: Annotated[int, Query(ge=1, le=1000, description="how many groups there should be at most")] = 20,
) -> AlertGroups:
    """Everything that is open, by rule, by what mutes it, and by an area so far up that there are few groups. There may
    be more than `room` where there are more rules and causes. The worst first, muted ones after all others."""
    within = caller.narrow(area)
    counted = mutes.count_alike(ctx.store, within)
    groups = group(counted, room)
    names = areas.names(ctx.store, {each.area for each in groups})
    return AlertGroups(
        alerts=sum(each.alerts for each in groups),
        muted=sum(each.alerts for each in groups if each.cause is not None),
        down=[Down(name=name, why=why) for name, why in quiet.down(ctx.store, ctx.clock.now(), within).items()],
        groups=[
            AlertGroup.model_validate(
                {**{name: getattr(each, name) for name in AlertGroup.model_fields if name != "area_name"},
                 "area_name": names.get(each.area, each.area)}
            )
            for each in groups
        ],
    )
