"""Signing in and out. Each step of it answers a wrong name and a wrong password alike, in words and in time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from fastapi.requests import HTTPConnection
from pydantic import BaseModel, Field

from dashboard.api import cookies, shapes
from dashboard.api.audited import note
from dashboard.api.auth import AsAnyone, AsNewcomer, require_own_origin
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import Body
from dashboard.api.problems import ProblemError
from hub.config.vault import Vault
from hub.errors import StoreUnavailable
from hub.model import lockout
from hub.model.lockout import Count
from hub.model.person import Person, Standing
from hub.model.rights import foremost
from hub.passwords import verify
from hub.store import factors, people, sessions, sign_in

router = APIRouter(tags=["session"])


class Credentials(Body):
    username: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=1024)]
    code: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """A one-time password, or a recovery code, of whoever has a second factor."""


class Ways(BaseModel):
    """How one may sign in besides by name and password. ``origin``: as browsers name the hub, to which passkeys are
    bound; null: there are none. ``provider``: the host of the OpenID Connect provider; null: there is none."""

    origin: str | None
    provider: str | None


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
    """The token is also set as a cookie. 401 `bad_credentials`, and `second_factor_needed` where `code` is to be sent,
    too; 429 with `Retry-After` after repeated failures."""
    require_own_origin(request, proof_needed=False)
    attempt = Attempt.of(request, credentials.username)
    # Not in the threads of the other requests, which a few attempts to sign in would fill.
    return await anyio.to_thread.run_sync(_sign_in, ctx, attempt, credentials, response, limiter=ctx.verifying)


@router.get("/session/ways")
def list_ways(ctx: Ctx) -> Ways:
    """For whoever has no session yet."""
    told = ctx.config.people
    provider = None if told.provider is None else urlsplit(told.provider.issuer).hostname
    return Ways(origin=told.origin, provider=provider)


@router.get("/session")
def who_am_i(caller: AsAnyone, ctx: Ctx) -> shapes.Whoami:
    """Answered also to whoever has to change a given password, or add a second factor, before anything else."""
    return shapes.Whoami(user=user_of(ctx, caller.standing))


@router.delete("/session", status_code=204)
def end_session(caller: AsNewcomer, response: Response, ctx: Ctx) -> None:
    """Sign out. A token of a program is removed under `/tokens`."""
    sessions.close(ctx.store, caller.session)
    cookies.drop(response, cookies.SESSION)


def begin(
    ctx: Context, attempt: Attempt, person: Person, response: Response, *, second_factor: bool = False
) -> shapes.SignedIn:
    """A new session; the one that the browser had before ends with it, so that nobody else may have begun it."""
    now = ctx.clock.now()
    note(attempt.request).is_shown_to_be(person.name)
    if attempt.before and (known := sessions.find(ctx.store, attempt.before, now)) is not None:
        sessions.close(ctx.store, known.id)
    token, expires_at = secrets.token_urlsafe(32), now + ctx.config.people.session
    number = sessions.open_session(
        ctx.store, person.name, token, now, expires_at,
        second_factor=second_factor, address=attempt.address, agent=attempt.request.headers.get("user-agent", ""),
    )  # fmt: skip
    browser = attempt.browser
    if not browser or not sign_in.is_known(ctx.store, browser, person.name, now):
        # Whoever has put theirs into this browser does not know the new one, and has no attempts to themselves by it.
        browser = secrets.token_urlsafe(32)
        sign_in.rename(ctx.store, attempt.browser, browser)
    sign_in.remember(ctx.store, browser, person.name, now)
    cookies.put(response, attempt.request, cookies.SESSION, token, ctx.config.people.session)
    cookies.put(response, attempt.request, cookies.BROWSER, browser, sign_in.KNOWN_FOR)
    standing = sessions.standings(ctx.store, [f"session:{number}"], now)[f"session:{number}"]
    return shapes.SignedIn(token=token, expires_at=expires_at, user=user_of(ctx, standing))


def require_patience(ctx: Context, attempt: Attempt) -> list[Count]:
    """What the attempt counts towards; it is counted as failed until it has succeeded. Raises ProblemError 429 where it
    comes too soon."""
    _require_store(ctx)
    browser, name = attempt.browser, attempt.name
    is_known = bool(browser) and sign_in.is_known(ctx.store, browser, name, ctx.clock.now())
    counts = lockout.counts(name, attempt.address, browser if is_known else None)
    patience(ctx, counts)
    return counts


def patience(ctx: Context, counts: list[Count]) -> None:
    """Count an attempt as failed until it has succeeded. Raises ProblemError 429 where it comes too soon."""
    wait_s = sign_in.begin(ctx.store, counts, ctx.clock.now()).total_seconds()
    if wait_s > 0:
        headers = {"Retry-After": str(int(wait_s) + 1)}
        raise ProblemError(429, "too_many_attempts", "too many failed attempts: wait a while", headers=headers)


def user_of(ctx: Context, standing: Standing) -> shapes.User:
    person, reach = standing.person, standing.reach
    best = foremost(person.grants) if person.grants else None
    return shapes.User(
        name=person.name,
        role=best.role if best else None,
        area=best.area or None if best else None,
        grants=[shapes.GrantShape(role=each.role, area=each.area or None) for each in person.grants],
        rights={right: list(subtrees) for right, subtrees in reach.items()},
        password_change_needed=standing.has_given_password,
        second_factor_needed=standing.lacks_factor(ctx.config.people.second_factor),
    )


def verified(ctx: Context, attempt: Attempt, password: str) -> tuple[Person, list[Count]]:
    """The person whose password it is, and what the attempt counts towards until it has succeeded. Raises ProblemError
    401 and 429."""
    _require_store(ctx)
    if people.is_there(ctx.store, attempt.name):
        # Whom somebody tries to be is told also where they have to wait. What is nobody's name is not: it may be
        # somebody's password, typed into the wrong field.
        note(attempt.request).says_to_be(attempt.name)
    counts = require_patience(ctx, attempt)
    found = people.password_hash(ctx.store, attempt.name)
    known_hash = None if found is None or found[0].disabled else found[1]
    if not verify(password, known_hash) or found is None:
        raise refused(ctx, "bad_credentials", "the name or the password is wrong")
    return found[0], counts


def refused(ctx: Context, code: str, detail: str) -> ProblemError:
    """401, counted."""
    ctx.tally.add("gridhub_failed_logins_total")
    return ProblemError(401, code, detail)


def _require_store(ctx: Context) -> None:
    if ctx.live.store_is_away:
        raise StoreUnavailable("the store is away")


def _sign_in(ctx: Context, attempt: Attempt, credentials: Credentials, response: Response) -> shapes.SignedIn:
    person, counts = verified(ctx, attempt, credentials.password)
    has_totp = factors.has_totp(ctx.store, person.name)
    if has_totp and credentials.code is None:
        sign_in.undecided(ctx.store, counts)
        raise ProblemError(401, "second_factor_needed", "a one-time password is needed as well")
    vault, code = Vault.of(ctx.config), credentials.code or ""
    if has_totp and not factors.take_code(ctx.store, vault, person.name, code, ctx.clock.now()):
        raise refused(ctx, "bad_code", "the one-time password is wrong, or was used already")
    sign_in.succeeded(ctx.store, counts)
    return begin(ctx, attempt, person, response, second_factor=has_totp)
