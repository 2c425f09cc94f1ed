"""Signing in and out."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from pydantic import Field

from dashboard.api import shapes
from dashboard.api.auth import COOKIE, Session, require_own_origin
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import Body
from dashboard.api.problems import ProblemError
from hub.errors import StoreUnavailable
from hub.model.people import Person
from hub.passwords import verify
from hub.store import people

LIFETIME = timedelta(hours=12)
router = APIRouter(tags=["session"])


class Credentials(Body):
    username: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=1024)]


@router.post("/session")
async def sign_in(credentials: Credentials, request: Request, response: Response, ctx: Ctx) -> shapes.SignedIn:
    """The token is also set as a cookie. 401 `bad_credentials`; 429 with `Retry-After` after repeated failures."""
    require_own_origin(request, proof_needed=False)
    address = request.client.host if request.client else ""
    # One password takes 64 MiB and some 50 ms: few at a time, and not in the threads of the other requests.
    signed_in = await anyio.to_thread.run_sync(_sign_in, ctx, credentials, address, limiter=ctx.logins.limiter)
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return signed_in


@router.get("/session")
def who_am_i(session: Session) -> shapes.Whoami:
    return shapes.Whoami(user=_user(session.person))


@router.delete("/session", status_code=204)
def sign_out(session: Session, response: Response, ctx: Ctx) -> None:
    people.close_session(ctx.store, session.token)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def _sign_in(ctx: Context, credentials: Credentials, address: str) -> shapes.SignedIn:
    name = credentials.username
    wait_s = ctx.logins.wait_s(name, address)
    if wait_s > 0:
        headers = {"Retry-After": str(int(wait_s) + 1)}
        raise ProblemError(429, "too_many_attempts", "too many failed attempts: wait a while", headers=headers)
    if ctx.live.store_is_away:
        raise StoreUnavailable("the store is away")
    found = people.password_hash(ctx.store, name)
    known_hash = None if found is None or found[0].disabled else found[1]
    if not verify(credentials.password, known_hash) or found is None:
        ctx.logins.failed(name, address)
        ctx.tally.add("gridhub_failed_logins_total")
        raise ProblemError(401, "bad_credentials", "the name or the password is wrong")
    ctx.logins.succeeded(name, address)
    token = secrets.token_urlsafe(32)
    now = ctx.clock.now()
    people.expire_sessions(ctx.store, now)
    people.open_session(ctx.store, name, token, now, now + LIFETIME)
    return shapes.SignedIn(token=token, expires_at=now + LIFETIME, user=_user(found[0]))


def _user(person: Person) -> shapes.User:
    return shapes.User(name=person.name, role=person.role, area=person.area)
