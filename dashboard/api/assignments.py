"""Who works on an alert: taken, handed on, put down; and who it can be handed to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from dashboard.api import shapes
from dashboard.api.alerts import Note, of_alerts
from dashboard.api.auth import MayAct
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import Body, NumberInPath
from dashboard.api.problems import ProblemError, invalid
from hub.cases import acts
from hub.errors import Conflict
from hub.model.person import Person
from hub.model.rights import RIGHTS, Grant, Right, covers, foremost
from hub.store import alerts, people

router = APIRouter(tags=["alerts"])

PersonName = Annotated[str, Field(min_length=1, max_length=200)]
_REFUSED = {"not_open": "it is over"}


class Assignment(Body):
    """``to``: a name, or null for nobody. ``held_by``: who has it as far as whoever asks knows; null for nobody."""

    to: PersonName | None
    held_by: PersonName | None = None
    note: Note = ""


@router.post("/alerts/{id}/assign")
def assign_alert(id: NumberInPath, wish: Assignment, caller: MayAct, ctx: Ctx) -> shapes.Alert:
    """Of several who take the same at once one succeeds; the others get 409 `already_assigned`, and who has it."""
    alert = alerts.get(ctx.store, id)
    caller.require(alert.area, f"alert {id}")
    if wish.to is not None and wish.to not in {one.name for one in _able(ctx, alert.area)}:
        raise invalid("to", f"{wish.to!r} is nobody who may act here")
    try:
        alert = acts.assign(ctx.store, id, wish.to, wish.held_by, caller.name, ctx.clock.now(), wish.note)
    except Conflict as conflict:
        [stands] = of_alerts(ctx, [alerts.get(ctx.store, id)])
        word = str(conflict)
        detail = _REFUSED.get(word) or f"{stands.assigned_to or 'nobody'} has it"
        raise ProblemError(409, word, detail, extra={"alert": stands.model_dump(mode="json")}) from conflict
    [changed] = of_alerts(ctx, [alert])
    return changed


@router.get("/alerts/{id}/people")
def list_able(id: NumberInPath, caller: MayAct, ctx: Ctx) -> list[shapes.Able]:
    """Whoever may act on this alert, in the order of their names: it can be handed to them."""
    alert = alerts.get(ctx.store, id)
    caller.require(alert.area, f"alert {id}")
    return [shapes.Able(name=one.name, role=foremost(_acting(one, alert.area)).role) for one in _able(ctx, alert.area)]


def _able(ctx: Context, area: str) -> list[Person]:
    known = sorted(people.list_people(ctx.store), key=lambda one: one.name)
    return [one for one in known if not one.disabled and _acting(one, area)]


def _acting(person: Person, area: str) -> list[Grant]:
    """Those of a person's grants by which they may act there."""
    return [each for each in person.grants if Right.ACT in RIGHTS[each.role] and covers(each.area, area)]
