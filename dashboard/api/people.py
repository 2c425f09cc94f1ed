"""People: who there is, what each may do where. Nobody gives more than they have themselves.

Somebody who has the right in a part of the city only sees, and changes, those whose every role lies within that part.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from dashboard.api import shapes
from dashboard.api.auth import MayPeople
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaPath, Body, Text
from dashboard.api.problems import ProblemError, invalid
from hub.errors import Conflict, NotFound
from hub.model.person import MAX_NAME, Person, check_name
from hub.model.rights import EVERYWHERE, Grant, Right, Role, may_give
from hub.passwords import hash_password
from hub.store import areas, factors, people
from hub.store.people import LAST_CHIEF, Known

MAX_GRANTS = 100
router = APIRouter(prefix="/people", tags=["people"])

Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
NameInPath = Annotated[Text, Path(max_length=MAX_NAME)]
Password = Annotated[str, Field(min_length=1, max_length=1024)]


class NewGrant(Body):
    """``area`` left out: the whole city."""

    role: Role
    area: AreaPath | None = None


Grants = Annotated[list[NewGrant], Field(max_length=MAX_GRANTS)]


class NewPerson(Body):
    """``external``: signs in by the OpenID Connect provider, and has no password here."""

    name: Name
    grants: Grants
    password: Password | None = None
    external: bool = False


class PersonChange(Body):
    """What is left out stays as it is. ``grants`` are all that the person may from now on."""

    grants: Grants | None = None
    disabled: bool | None = None


class PasswordOfPerson(Body):
    password: Password


class PersonShape(BaseModel):
    """``password_given``: by somebody else; they have to change it first. ``seen_at``: when a session of theirs that is
    open was last used."""

    name: str
    grants: list[shapes.GrantShape]
    disabled: bool
    external: bool
    has_password: bool
    password_given: bool
    totp: bool
    passkeys: int
    seen_at: shapes.Time | None


@router.get("")
def list_people(caller: MayPeople, ctx: Ctx) -> shapes.Page[PersonShape]:
    """In the order of their names, on one page."""
    items = [_of(known) for known in people.list_known(ctx.store) if is_theirs(caller, known.person)]
    return shapes.Page(items=items, next=None)


@router.post("", status_code=201)
async def add_person(new: NewPerson, caller: MayPeople, ctx: Ctx, response: Response) -> PersonShape:
    """The password is to be changed before anything else. 409 `conflict` where the name is taken, 403
    `not_yours_to_give` for more than one has oneself."""
    if new.external is (new.password is not None):
        raise invalid("password", "is needed, but of somebody who signs in elsewhere there is none")
    response.headers["Location"] = f"/api/v1/people/{quote(new.name, safe='')}"
    return await anyio.to_thread.run_sync(_add, ctx, caller, new, limiter=ctx.verifying)


def _add(ctx: Context, caller: Caller, new: NewPerson) -> PersonShape:
    try:
        name = check_name(new.name)
    except ValueError as error:
        raise invalid("name", str(error)) from error
    grants = _given(ctx, caller, new.grants)
    if not grants:
        raise invalid("grants", "names no role")
    password_hash = None if new.password is None else _hashed(new.password)
    person = Person(name, grants, external=new.external, password_given=not new.external)
    people.add(ctx.store, person, password_hash)
    return _of(people.get(ctx.store, name))


@router.get("/{name}")
def get_person(name: NameInPath, caller: MayPeople, ctx: Ctx) -> PersonShape:
    return _of(_theirs(ctx, caller, name))


@router.patch("/{name}")
def change_person(name: NameInPath, change: PersonChange, caller: MayPeople, ctx: Ctx) -> PersonShape:
    """Streams that are open follow at once. 409 `last_administrator` for the last one of the whole city."""
    known = _theirs(ctx, caller, name)
    grants = None if change.grants is None else _given(ctx, caller, change.grants)
    disabled = None if change.disabled == known.person.disabled else change.disabled
    try:
        people.change(ctx.store, name, grants=grants, disabled=disabled)
    except Conflict as conflict:
        if str(conflict) != LAST_CHIEF:
            raise
        words = f"{name} is the last administrator of the whole city: make somebody else one first"
        raise ProblemError(409, LAST_CHIEF, words) from conflict
    return _of(people.get(ctx.store, name))


@router.put("/{name}/password", status_code=204)
async def set_password(name: NameInPath, new: PasswordOfPerson, caller: MayPeople, ctx: Ctx) -> None:
    """To be changed by its person first. Ends every session of theirs. 409 `external` for who signs in elsewhere, 403
    `not_allowed` for a token of the same person."""
    await anyio.to_thread.run_sync(_set_password, ctx, caller, name, new.password, limiter=ctx.verifying)


def _set_password(ctx: Context, caller: Caller, name: str, password: str) -> None:
    _not_by_own_token(caller, name)
    if _theirs(ctx, caller, name).person.external:
        raise ProblemError(409, "external", f"{name} signs in elsewhere, and has no password here")
    people.set_password(ctx.store, name, _hashed(password), given=True)


@router.delete("/{name}/second-factors", status_code=204)
def remove_second_factors(name: NameInPath, caller: MayPeople, ctx: Ctx) -> None:
    """Of who has lost them: one-time passwords, recovery codes and passkeys. Ends every session of the person."""
    _not_by_own_token(caller, name)
    _theirs(ctx, caller, name)
    factors.remove_all(ctx.store, name)


def _not_by_own_token(caller: Caller, name: str) -> None:
    """Who has got hold of a token becomes nobody's session by it."""
    if caller.standing.is_token and name == caller.name:
        raise ProblemError(403, "not_allowed", "a token changes nothing of how its own person signs in")


def _theirs(ctx: Context, caller: Caller, name: str) -> Known:
    """Raises NotFound, also for somebody who is not the caller's to see."""
    known = people.get(ctx.store, name)
    if not is_theirs(caller, known.person):
        raise NotFound(f"there is no user {name!r}")
    return known


def is_theirs(caller: Caller, person: Person) -> bool:
    """Whether the caller looks after this person, with all that they may.

    Or whoever looks after a part of the city could set the password of one who looks after all of it.
    """
    return caller.may(Right.PEOPLE, EVERYWHERE) or (
        bool(person.grants) and all(may_give(caller.reach, grant) for grant in person.grants)
    )


def _given(ctx: Context, caller: Caller, wanted: list[NewGrant]) -> tuple[Grant, ...]:
    """Raises ProblemError 422 where there is no such area for the caller, and 403 for what is not theirs to give."""
    grants = tuple(Grant(each.role, each.area or EVERYWHERE) for each in wanted)
    known = areas.names(ctx.store, {grant.area for grant in grants if grant.area})
    for number, grant in enumerate(grants):
        if grant.area and (grant.area not in known or not caller.may(caller.right, grant.area)):
            raise invalid(f"grants[{number}].area", f"there is no area {grant.area!r}")
        if not may_give(caller.reach, grant):
            words = f"nobody makes somebody {grant.role} where they may not do all that themselves"
            raise ProblemError(403, "not_yours_to_give", words)
    return grants


def _hashed(password: str) -> str:
    try:
        return hash_password(password)
    except ValueError as error:
        raise invalid("password", str(error)) from error


def _of(known: Known) -> PersonShape:
    person = known.person
    return PersonShape(
        name=person.name,
        grants=[shapes.GrantShape(role=each.role, area=each.area or None) for each in person.grants],
        disabled=person.disabled,
        external=person.external,
        has_password=known.has_password,
        password_given=person.password_given,
        totp=known.totp,
        passkeys=known.passkeys,
        seen_at=known.seen_at,
    )
