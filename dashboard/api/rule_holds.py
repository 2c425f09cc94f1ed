"""Alerts of rules that have too many at once: what is held for confirmation, and the confirming."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from dashboard.api import shapes
from dashboard.api.auth import MayAct, MaySee
from dashboard.api.caller import Caller
from dashboard.api.context import Ctx
from dashboard.api.fields import Body, Text
from dashboard.api.problems import ProblemError
from hub.errors import Conflict
from hub.model.rights import EVERYWHERE, Right, narrowed
from hub.store import rule_states
from hub.store.rule_states import hold_json

router = APIRouter(tags=["rules"])

_REFUSED = {
    "not_held": "no alert of this rule is held",
    "already_confirmed": "somebody has confirmed it already",
}


class Hold(BaseModel):
    """``active`` alerts of a rule are on, more than its ``max_sources`` (``most``); ``held`` are those of them that
    nobody was told of, ``unseen`` those that ended before anybody was. ``area``: the closest that holds them all; null:
    there is none. ``confirmed_by`` had them told, because of ``reason``: all that come are, until there are no longer
    too many."""

    rule: str
    since: shapes.Time
    most: int
    active: int
    held: int
    unseen: int
    area: str | None
    confirmed_at: shapes.Time | None
    confirmed_by: str | None
    reason: str | None


class Release(Body):
    note: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("/rules/held")
def list_held_rules(caller: MaySee, ctx: Ctx) -> shapes.Page[Hold]:
    """The rules that have more alerts at once than their ``max_sources``, on one page. Of a rule whose alerts reach
    beyond what a person may see they see that it is so."""
    items = [_of(hold) for hold in rule_states.holds(ctx.store).values() if _touches(caller, hold)]
    return shapes.Page(items=items, next=None)


@router.post("/rules/{name}/release")
def release_rule(
    name: Annotated[Text, Path(max_length=63)], caller: MayAct, ctx: Ctx, release: Release
) -> Hold:
    """Have the held alerts of a rule told, and all that come until there are no longer too many; the note says why.

    409 `not_held`, `already_confirmed`; 403 `outside_your_area` where alerts of it lie beyond what you may see.
    """
    known = rule_states.holds(ctx.store).get(name)
    if known is not None and not caller.may(Right.ACT, known.area or EVERYWHERE):
        raise ProblemError(403, "outside_your_area", "alerts of this rule are on beyond the area that you may see")
    try:
        with ctx.store.transaction() as tx:
            return _of(rule_states.confirm(tx, name, caller.name, release.note, ctx.clock.now()))
    except Conflict as conflict:
        word = str(conflict)
        raise ProblemError(409, word, _REFUSED[word]) from conflict


def _touches(caller: Caller, hold: rule_states.Hold) -> bool:
    return hold.area is None or bool(narrowed(caller.within(Right.SEE), hold.area))


def _of(hold: rule_states.Hold) -> Hold:
    return Hold.model_validate(hold_json(hold))
