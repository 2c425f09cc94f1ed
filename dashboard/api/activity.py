"""When cameras saw something, and what else happened around a place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dashboard.api import shapes
from dashboard.api.alerts import of_alerts
from dashboard.api.auth import MaySee
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaFilter, AreaPath, Instant, Text
from dashboard.api.problems import invalid
from hub.model import activity as model
from hub.model.geometry import distance_m, middle
from hub.model.source import SourceKind
from hub.model.times import rfc3339
from hub.store import activity, alerts, areas, sources

LONGEST = timedelta(days=31)
MOST_SOURCES = 25
router = APIRouter(tags=["activity"])

Sources = Annotated[
    list[Text] | None, Query(max_length=MOST_SOURCES, description="cameras; may be given several times")
]
Metrics = Annotated[
    list[Text] | None,
    Query(max_length=100, description="as `motion`, `object.person`, `zone.gate`; may be given several times"),
]


class Stretch(BaseModel):
    """Something that a camera saw. ``peak``: the share of the picture that moved, or how many there were at most."""

    source: str
    area: str
    metric: str
    first: shapes.Time = Field(alias="from")
    to: shapes.Time
    peak: float


class Nearby(BaseModel):
    """``distance_m``: of the outline of its area from the middle of the place that was asked for."""

    id: str
    kind: SourceKind
    type: str
    name: str
    area: str
    distance_m: float


class Around(BaseModel):
    """What is near a place, the nearest first, and what happened there in [``from``, ``to``), the newest first.

    ``whole``: false where more was seen by cameras than is answered.
    """

    area: str
    first: shapes.Time = Field(alias="from")
    to: shapes.Time
    sources: list[Nearby]
    alerts: list[shapes.Alert]
    activity: list[Stretch]
    whole: bool


@router.get("/activity")
def list_activity(
    caller: MaySee,
    ctx: Ctx,
    first: Annotated[Instant, Query(alias="from")],
    last: Annotated[Instant, Query(alias="to")],
    area: AreaFilter = None,
    source: Sources = None,
    metric: Metrics = None,
    limit: Annotated[int, Query(ge=1, le=5000, description="about how many to answer")] = 500,
) -> shapes.Page[Stretch]:
    """The stretches in which cameras saw something, newest first, at most 31 days. `next` is another `to`: what came
    before it was not looked at yet."""
    if not timedelta(0) < last - first <= LONGEST:
        raise invalid("to", f"must come after from, by at most {LONGEST.days} days")
    of = [
        each
        for each in activity.series(ctx.store, caller.narrow(area), source or ())
        if metric is None or each.metric in metric
    ]
    found = activity.read(ctx.store, of, first, last, limit)
    rest = None if found.rest is None else rfc3339(found.rest)
    return shapes.Page(items=[_of(each) for each in found.items], next=rest)


@router.get("/activity/metrics")
def list_activity_metrics(caller: MaySee, ctx: Ctx, area: AreaFilter = None) -> shapes.Page[str]:
    """What cameras there can see: what ``metric`` may be asked for."""
    known = {each.metric for each in activity.series(ctx.store, caller.narrow(area))}
    return shapes.Page(items=sorted(known), next=None)


@router.get("/around")
def get_around(
    caller: MaySee,
    ctx: Ctx,
    at: Instant,
    area: Annotated[AreaPath | None, Query(description="around this area, or")] = None,
    source: Annotated[Text | None, Query(max_length=127, description="around this source")] = None,
    metres: Annotated[float, Query(ge=0, le=5000)] = 200,
    minutes: Annotated[float, Query(gt=0, le=240)] = 10,
) -> Around:
    """What else happened near a place about a moment.

    A source is taken to be anywhere in its area, so a neighbour counts where its outline comes as near as that to the
    middle of the place; an area without an outline has no neighbours.
    """
    place = _place(ctx, caller, area, source)
    span = timedelta(minutes=minutes)
    first, last = at - span, at + span
    near = _near(ctx, caller, place, metres)
    known = [each for each in sources.list_sources(ctx.store) if each.area in near and each.approved]
    nearby = [
        Nearby(id=s.id, kind=s.kind, type=s.type, name=s.name, area=s.area, distance_m=round(near[s.area], 1))
        for s in sorted(known, key=lambda s: (near[s.area], s.id))
    ]
    wanted = alerts.Filter(within=caller.narrow(), first=first, last=last)
    raised = [alert for alert in alerts.list_alerts(ctx.store, wanted, 1000) if alert.area in near]
    cameras = [each.id for each in nearby if each.kind is SourceKind.CAMERA]
    series = activity.series(ctx.store, None, cameras) if cameras else []
    seen = activity.read(ctx.store, series, first, last, 1000)
    return Around.model_validate(
        {
            "area": place,
            "from": first,
            "to": last,
            "sources": nearby,
            "alerts": of_alerts(ctx, raised),
            "activity": [_of(each) for each in seen.items],
            "whole": seen.rest is None,
        }
    )


def _place(ctx: Context, caller: Caller, area: str | None, source: str | None) -> str:
    if (area is None) == (source is None):
        raise invalid("area", "ask for an area or for a source")
    if source is not None:
        known = sources.get(ctx.store, source).area
        caller.require(known, f"source {source!r}")
        return known
    assert area is not None  # noqa: S101  one of the two
    caller.require(area, f"area {area!r}")
    return areas.get(ctx.store, area).path


def _near(ctx: Context, caller: Caller, place: str, metres: float) -> Mapping[str, float]:
    """Area → metres from the middle of ``place``, of those that are as near, and that this person may see."""
    known = {area.path: area.geometry for area in areas.list_areas(ctx.store, caller.narrow())}
    geometry = known[place]
    centre = None if geometry is None else middle(geometry)
    found = {place: 0.0}
    if centre is not None:
        measured = {path: distance_m(centre, other) for path, other in known.items() if other is not None}
        found = {path: distance for path, distance in measured.items() if distance <= metres} | found
    return found


def _of(stretch: model.Stretch) -> Stretch:
    return Stretch.model_validate(
        {
            "source": stretch.source,
            "area": stretch.area,
            "metric": stretch.metric,
            "from": stretch.began_at,
            "to": stretch.ended_at,
            "peak": stretch.peak,
        }
    )
