"""Silences: what is muted by its rule, severity, area or source, on somebody's word and until a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, model_validator

from dashboard.api import cursors, shapes
from dashboard.api.auth import MayAct, MaySee
from dashboard.api.caller import Caller
from dashboard.api.context import Ctx
from dashboard.api.fields import AreaFilter, AreaPath, Body, Cursor, Instant, Limit, NumberInPath
from dashboard.api.problems import ProblemError, invalid
from dashboard.api.sources import require_area
from hub.errors import Conflict
from hub.model import silence as model
from hub.model.rights import EVERYWHERE, Right, narrowed
from hub.store import silences
from hub.store.silences import Listed, State, silence_json

LONGEST = timedelta(days=30)
FARTHEST = timedelta(days=366)
router = APIRouter(tags=["silences"])


class SilenceMatcher(Body):
    """``exact``: the value itself. ``glob``: ``*`` is anything; of areas ``*`` is one part of the path and ``**`` any
    number. ``regex``: the whole of it, in the syntax of Rust's regex, without look-around."""

    field: model.Field
    how: model.How = model.How.EXACT
    value: str

    @model_validator(mode="after")
    def _can_match(self) -> Self:
        self.matcher()
        return self

    def matcher(self) -> model.Matcher:
        return model.Matcher(self.field, self.how, self.value)


class NewSilence(Body):
    matchers: Annotated[list[SilenceMatcher], Field(min_length=1, max_length=model.MAX_MATCHERS)]
    area: AreaPath | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    begins_at: Instant | None = None
    ends_at: Instant


class Silence(BaseModel):
    """``area``: it mutes nothing elsewhere; null: anywhere. ``muted``: how many alerts it has muted so far.
    ``ended_by``: who ended it before its time."""

    id: int
    matchers: list[SilenceMatcher]
    area: str | None
    owner: str
    reason: str
    begins_at: shapes.Time
    ends_at: shapes.Time
    created_at: shapes.Time
    ended_by: str | None
    state: Literal["pending", "active", "over"]
    muted: int


@router.get("/silences")
def list_silences(
    caller: MaySee,
    ctx: Ctx,
    area: AreaFilter = None,
    state: Annotated[State | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> shapes.Page[Silence]:
    """The one that ends last first; of an area all that can mute anything there."""
    before = cursors.instant(cursor)
    now = ctx.clock.now()
    found = silences.list_silences(ctx.store, now, caller.narrow(area), state, limit + 1, before)
    items = [_of(listed, now) for listed in found[:limit]]
    end = found[limit - 1].silence if len(found) > limit else None
    return shapes.Page(items=items, next=cursors.of_instant(end.ends_at, end.id) if end else None)


@router.post("/silences", status_code=201)
def make_silence(new: NewSilence, caller: MayAct, ctx: Ctx, response: Response) -> Silence:
    """Mute every alert that all of the matchers meet, for at most 30 days: those that are on, and those to come.

    They are kept, counted and journalled, and shown when it ends and they are still on. Of an alert that names several
    sources each must be met. Left out, `begins_at` is now, and `area` all that you may see.
    """
    now = ctx.clock.now()
    begins_at = max(now, new.begins_at or now)
    if begins_at > now + FARTHEST:
        raise invalid("begins_at", f"must lie in the next {FARTHEST.days} days")
    if not begins_at < new.ends_at <= begins_at + LONGEST:
        raise invalid("ends_at", f"must lie within {LONGEST.days} days after its beginning, and not be over")
    area = new.area or caller.own_area()
    if area is not None:
        require_area(ctx, caller, area)
    matchers = [matcher.matcher() for matcher in new.matchers]
    with ctx.store.transaction() as tx:
        made = silences.add(tx, matchers, area, caller.name, new.reason, begins_at, new.ends_at, now)
    response.headers["Location"] = f"/api/v1/silences/{made.id}"
    return _of(Listed(made, 0), now)


@router.delete("/silences/{id}")
def end_silence(id: NumberInPath, caller: MayAct, ctx: Ctx) -> Silence:
    """End it before its time: what it mutes and is still on is shown. 409 `not_open` where it was over."""
    known = silences.get(ctx.store, id)
    _require_own(caller, known.silence)
    now = ctx.clock.now()
    try:
        with ctx.store.transaction() as tx:
            ended = silences.end(tx, id, caller.name, now)
    except Conflict as conflict:
        raise ProblemError(409, str(conflict), "it is over") from conflict
    return _of(Listed(ended, known.muted), now)


def _require_own(caller: Caller, silence: model.Silence) -> None:
    """One that reaches beyond what a person may see is seen, as it mutes there, too, but not theirs to end."""
    area = silence.area or EVERYWHERE
    if not caller.may(Right.ACT, area) and narrowed(caller.within(Right.SEE), area):
        raise ProblemError(403, "outside_your_area", "it mutes beyond where you may end it")
    caller.require(area, f"silence {silence.id}")


def _of(listed: Listed, now: datetime) -> Silence:
    silence = listed.silence
    state = "over" if silence.ends_at <= now else "active" if silence.begins_at <= now else "pending"
    return Silence.model_validate({**silence_json(silence), "state": state, "muted": listed.muted})
