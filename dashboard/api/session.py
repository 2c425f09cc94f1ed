"""Signing in and out. Each step of it answers a wrong name and a wrong password alike, in words and in time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from fastapi.requests import HTTPConnection
from pydantic import Field

from dashboard.api import cookies, shapes
from dashboard.api.auth import Current, Session, require_own_origin
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import Body
from dashboard.api.problems import ProblemError
from hub.errors import StoreUnavailable
from hub.model import lockout
from hub.model.lockout import Count
from hub.model.person import Person, Standing
from hub.model.rights import foremost
from hub.passwords import verify
from hub.store import people, sessions, sign_in

router = APIRouter(tags=["session"])


class Credentials(Body):
    username: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=1024)]


@dataclass(frozen=True, slots=True)
class Attempt:
    """From where somebody tries to sign in, and as whom. ``before``: the session that the browser has already."""

    request: HTTPConnection
    name: str
    address: str
    browser: str
    before: str

    @classmethod
    def of(cls, request: HTTPConnection, name: str) -> Attempt:
        address = request.client.host if request.client else ""
        browser, before = (request.cookies.get(name_of, "") for name_of in (cookies.BROWSER, cookies.SESSION))
        return cls(request, name, address, browser, before)


@router.post("/session")
async def begin_session(credentials: Credentials, request: Request, response: Response, ctx: Ctx) -> shapes.SignedIn:
    """The token is also set as a cookie. 401 `bad_credentials`; 429 with `Retry-After` after repeated failures."""
    require_own_origin(request, proof_needed=False)
    attempt = Attempt.of(request, credentials.username)
    # Not in the threads of the other requests, which a few attempts to sign in would fill.
    person = await anyio.to_thread.run_sync(_verified, ctx, attempt, credentials.password, limiter=ctx.verifying)
    return await anyio.to_thread.run_sync(begin, ctx, attempt, person, response)


@router.get("/session")
def who_am_i(session: Session, ctx: Ctx) -> shapes.Whoami:
    """Answered also to whoever has to add a second factor before anything else."""
    return shapes.Whoami(user=user_of(ctx, session.standing))


@router.delete("/session", status_code=204)
def end_session(session: Session, response: Response, ctx: Ctx) -> None:
    """Sign out. A token of a program is removed under `/tokens`."""
    if session.standing.is_token:
        raise ProblemError(403, "not_allowed", "this is a token: it is removed under /tokens")
    sessions.close(ctx.store, session_id(session))
    cookies.drop(response, cookies.SESSION)


def session_id(session: Current) -> int:
    """Of a session in which somebody has signed in. Raises ProblemError 403 for a token."""
    if session.standing.is_token:
        raise ProblemError(403, "not_allowed", "this needs a person who has signed in: a token may not")
    return int(session.standing.key.partition(":")[2])


def begin(
    ctx: Context, attempt: Attempt, person: Person, response: Response, *, second_factor: bool = False
) -> shapes.SignedIn:
    """A new session; the one that the browser had before ends with it, so that nobody else may have begun it."""
    now = ctx.clock.now()
    if attempt.before and (known := sessions.find(ctx.store, attempt.before, now)) is not None:
        sessions.close(ctx.store, known.id)
    token, expires_at = secrets.token_urlsafe(32), now + ctx.config.people.session
    number = sessions.open_session(
        ctx.store, person.name, token, now, expires_at,
        second_factor=second_factor, address=attempt.address, agent=attempt.request.headers.get("user-agent", ""),
    )  # fmt: skip
    browser = attempt.browser or secrets.token_urlsafe(32)
    sign_in.remember(ctx.store, browser, person.name, now)
    cookies.put(response, attempt.request, cookies.SESSION, token, ctx.config.people.session)
    cookies.put(response, attempt.request, cookies.BROWSER, browser, sign_in.KNOWN_FOR)
    standing = sessions.standings(ctx.store, [f"session:{number}"], now)[f"session:{number}"]
    return shapes.SignedIn(token=token, expires_at=expires_at, user=user_of(ctx, standing))


def require_patience(ctx: Context, attempt: Attempt) -> list[Count]:
    """What the attempt counts towards; it is counted as failed until it has succeeded. Raises ProblemError 429 where it
    comes too soon."""
    if ctx.live.store_is_away:
        raise StoreUnavailable("the store is away")
    now = ctx.clock.now()
    is_known = bool(attempt.browser) and sign_in.is_known(ctx.store, attempt.browser, attempt.name, now)
    counts = lockout.counts(attempt.name, attempt.address, attempt.browser if is_known else None)
    wait_s = sign_in.begin(ctx.store, counts, now).total_seconds()
    if wait_s > 0:
        headers = {"Retry-After": str(int(wait_s) + 1)}
        raise ProblemError(429, "too_many_attempts", "too many failed attempts: wait a while", headers=headers)
    return counts


def user_of(ctx: Context, standing: Standing) -> shapes.User:
    person, reach = standing.person, standing.reach
    best = foremost(person.grants) if person.grants else None
    return shapes.User(
        name=person.name,
        role=best.role if best else None,
        area=best.area or None if best else None,
        grants=[shapes.GrantShape(role=each.role, area=each.area or None) for each in person.grants],
        rights={right: list(subtrees) for right, subtrees in reach.items()},
        second_factor_needed=standing.lacks_factor(ctx.config.people.second_factor),
    )


def _verified(ctx: Context, attempt: Attempt, password: str) -> Person:
    """The person whose password it is. Raises ProblemError 401 and 429."""
    counts = require_patience(ctx, attempt)
    found = people.password_hash(ctx.store, attempt.name)
    known_hash = None if found is None or found[0].disabled else found[1]
    if not verify(password, known_hash) or found is None:
        ctx.tally.add("gridhub_failed_logins_total")
        raise ProblemError(401, "bad_credentials", "the name or the password is wrong")
    sign_in.succeeded(ctx.store, counts)
    return found[0]
