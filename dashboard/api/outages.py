"""What is out of service: a rule, a source or an area, with an owner, a reason and an end."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from dashboard.api import cursors, shapes
from dashboard.api.auth import MaySee, MaySources
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaFilter, AreaPath, Body, Cursor, Instant, Limit, NumberInPath, Text
from dashboard.api.problems import ProblemError, invalid
from dashboard.api.sources import require_area
from hub.cases import acts
from hub.errors import Conflict
from hub.model import outage as model
from hub.store import outages, sources
from hub.store.outages import outage_json

LONGEST = timedelta(days=90)
router = APIRouter(tags=["outages"])

Word = Annotated[Text, Field(min_length=1, max_length=127)]


class Outage(BaseModel):
    """``hides``: how many open alerts it hides now. ``ended_by`` is null where its time had come."""

    id: int
    rule: str | None
    source: str | None
    area: str | None
    owner: str
    reason: str
    began_at: shapes.Time
    until: shapes.Time
    ended_at: shapes.Time | None
    ended_by: str | None
    hides: int


class NewOutage(Body):
    rule: Word | None = None
    source: Word | None = None
    area: AreaPath | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    until: Instant

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.rule is None and self.source is None and self.area is None:
            raise ValueError("names nothing: a rule, a source or an area")
        return self


@router.get("/outages")
def list_outages(
    caller: MaySee,
    ctx: Ctx,
    area: AreaFilter = None,
    ended: Annotated[bool, Query(description="also those that are over")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> shapes.Page[Outage]:
    """The newest first."""
    below = caller.narrow(area)
    found = outages.list_outages(ctx.store, below, ended, cursors.number(cursor), limit + 1)
    items = [_of(outage) for outage in found[:limit]]
    return shapes.Page(items=items, next=str(items[-1].id) if len(found) > limit else None)


@router.post("/outages", status_code=201)
def begin_outage(new: NewOutage, caller: MaySources, ctx: Ctx) -> Outage:
    """Take out of service what all of `rule`, `source` and `area` describe, for at most 90 days. Its alerts are kept
    and counted, and call for nobody; those that are still on when it ends do then."""
    now = ctx.clock.now()
    if not now < new.until <= now + LONGEST:
        raise invalid("until", f"must lie in the next {LONGEST.days} days")
    # Where nothing else is said: a source where it stands, a rule in one's own part of the city.
    area = new.area or (None if new.source else caller.own_area())
    if new.source is not None:
        source = sources.get(ctx.store, new.source)
        caller.require(source.area, f"source {new.source!r}")
        area = new.area or source.area
    if area is not None:
        require_area(ctx, caller, area)
    outage = outages.begin(ctx.store, new.rule, new.source, area, caller.name, new.reason, now, new.until)
    _settle(ctx)
    return _of(outage)


@router.delete("/outages/{id}")
def end_outage(id: NumberInPath, caller: MaySources, ctx: Ctx) -> Outage:
    """Put it back into service before its time. 409 `not_open` where it was over."""
    _seen(caller, outages.get(ctx.store, id))
    try:
        outage = outages.end(ctx.store, id, caller.name, ctx.clock.now())
    except Conflict as conflict:
        raise ProblemError(409, str(conflict), "it is over") from conflict
    _settle(ctx)
    return _of(outage)


def _settle(ctx: Context) -> None:
    """The alerts follow at once, and not with the keeper's next look."""
    acts.do_due(ctx.store, ctx.clock.now(), ctx.config.alarms.chattering.within)


def _seen(caller: Caller, outage: model.Outage) -> None:
    caller.require(outage.area or "", f"outage {outage.id}")


def _of(outage: model.Outage) -> Outage:
    return Outage.model_validate(outage_json(outage))
