"""Sessions that are open, and tokens of programs: one's own, and for whoever looks after people, theirs."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from dashboard.api import shapes
from dashboard.api.auth import TOKEN_PREFIX, AsPerson
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaPath, Body, Instant, NumberInPath, Text
from dashboard.api.people import is_theirs
from dashboard.api.problems import ProblemError, invalid
from hub.errors import NotFound
from hub.model.person import MAX_NAME
from hub.model.rights import EVERYWHERE, Right, holds
from hub.store import people, sessions

LONGEST = timedelta(days=366)
router = APIRouter(tags=["sessions"])

Whose = Annotated[
    Text | None, Query(max_length=MAX_NAME, description="of whom; left out, one's own. Others' need the right `people`")
]


class SessionShape(BaseModel):
    """``here``: the one that asks. ``seen_at`` is right to the minute."""

    id: int
    person: str
    here: bool
    second_factor: bool
    created_at: shapes.Time
    seen_at: shapes.Time
    expires_at: shapes.Time
    address: str
    agent: str


class TokenShape(BaseModel):
    """``area`` null: wherever its person may. Of ``rights`` those hold that its person has."""

    id: int
    person: str
    name: str
    rights: list[Right]
    area: str | None
    created_at: shapes.Time
    expires_at: shapes.Time
    used_at: shapes.Time | None


class NewToken(Body):
    """``rights``: what it is for, `see` among them; ``expires_at``: a year from now at most."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    rights: Annotated[list[Right], Field(min_length=1, max_length=len(Right))]
    area: AreaPath | None = None
    expires_at: Instant


class MadeToken(TokenShape):
    """``token`` is shown this once: send it as ``Authorization: Bearer``."""

    token: str


@router.get("/sessions")
def list_sessions(caller: AsPerson, ctx: Ctx, person: Whose = None) -> shapes.Page[SessionShape]:
    """Those that are open, the one that was used last first. On one page."""
    name = _whose(ctx, caller, person)
    items = [
        SessionShape.model_validate({**_fields(each), "here": f"session:{each.id}" == caller.key})
        for each in sessions.list_sessions(ctx.store, name, ctx.clock.now())
    ]
    return shapes.Page(items=items, next=None)


@router.delete("/sessions", status_code=204)
def end_sessions(caller: AsPerson, ctx: Ctx, person: Whose = None) -> None:
    """One's own all but the one that asks; of somebody else, all."""
    name = _whose(ctx, caller, person)
    sessions.close_others(ctx.store, name, caller.session if name == caller.name else None)


@router.delete("/sessions/{id}", status_code=204)
def end_one_session(id: NumberInPath, caller: AsPerson, ctx: Ctx) -> None:
    """Sign out there. What it has open ends with it."""
    found = [each for each in sessions.list_sessions(ctx.store, None, ctx.clock.now()) if each.id == id]
    if not found or not _reaches(ctx, caller, found[0].person):
        raise NotFound(f"there is no session {id}")
    sessions.close(ctx.store, id)


@router.get("/tokens")
def list_tokens(caller: AsPerson, ctx: Ctx, person: Whose = None) -> shapes.Page[TokenShape]:
    """Also those that are over. On one page, the oldest first."""
    items = [_of(token) for token in sessions.list_tokens(ctx.store, _whose(ctx, caller, person))]
    return shapes.Page(items=items, next=None)


@router.post("/tokens", status_code=201)
def make_token(new: NewToken, caller: AsPerson, ctx: Ctx, response: Response) -> MadeToken:
    """For a program. It may never more than the person may whose it is, and ends when they are disabled. No token makes
    another one."""
    now = ctx.clock.now()
    if not now < new.expires_at <= now + LONGEST:
        raise invalid("expires_at", f"must lie in the next {LONGEST.days} days")
    if Right.SEE not in new.rights:
        raise invalid("rights", "without see nothing exists for it")
    area = new.area or EVERYWHERE
    if area and not caller.may(Right.SEE, area):
        raise invalid("area", f"there is no area {area!r}")
    lacking = [right for right in new.rights if not (holds(caller.reach, right, area) or right in caller.reach)]
    if lacking:
        raise ProblemError(403, "not_yours_to_give", f"you have not the right {lacking[0]!r} yourself")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    made = sessions.add_token(ctx.store, caller.name, new.name, secret, set(new.rights), area, now, new.expires_at)
    response.headers["Location"] = f"/api/v1/tokens/{made.id}"
    return MadeToken(**_of(made).model_dump(), token=secret)


@router.delete("/tokens/{id}", status_code=204)
def remove_token(id: NumberInPath, caller: AsPerson, ctx: Ctx) -> None:
    """What it has open ends with it."""
    found = [each for each in sessions.list_tokens(ctx.store, None) if each.id == id]
    if not found or not _reaches(ctx, caller, found[0].person):
        raise NotFound(f"there is no token {id}")
    sessions.remove_token(ctx.store, id)


def _whose(ctx: Context, caller: Caller, asked: str | None) -> str:
    name = asked or caller.name
    if not _reaches(ctx, caller, name):
        raise NotFound(f"there is no user {name!r}")
    return name


def _reaches(ctx: Context, caller: Caller, name: str) -> bool:
    """Whether that is oneself, or somebody whom one looks after."""
    return name == caller.name or is_theirs(caller, people.get(ctx.store, name).person)


def _of(token: sessions.Token) -> TokenShape:
    return TokenShape.model_validate({**_fields(token), "area": token.area or None, "rights": sorted(token.rights)})


def _fields(of: sessions.Listed | sessions.Token) -> dict[str, object]:
    return {name: getattr(of, name) for name in of.__slots__}
