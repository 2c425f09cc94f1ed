"""Who asks, and what they may: every route but the login, the health checks and the static files depends on this.

A right is needed by each endpoint, and every object that is loaded is checked against where the caller has it: what
lies outside of what they may see is answered as if it did not exist. See ``docs/security.md``.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends
from fastapi.requests import HTTPConnection

from dashboard.api import cookies
from dashboard.api.audited import note
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.pace import too_fast
from dashboard.api.problems import ProblemError
from hub.errors import StoreUnavailable
from hub.model.person import Standing
from hub.model.rights import Right
from hub.store import sessions

TOKEN_PREFIX = "ght_"  # noqa: S105  what the secrets of programs begin with, so that a search finds one that leaked
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Current:
    """The session or token of a request."""

    standing: Standing
    by_cookie: bool


def current_session(request: HTTPConnection, ctx: Ctx) -> Current:
    """By ``Authorization: Bearer`` or by the cookie. Raises ProblemError 401 and 403, StoreUnavailable.

    A WebSocket has no method, and is no safe one: any page may open it, and the browser sends the cookie.
    """
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer"
    token = value.strip() if is_bearer else request.cookies.get(cookies.SESSION, "")
    if not token:
        raise _not_signed_in("sign in first")
    if not is_bearer and request.scope.get("method") not in _SAFE_METHODS:
        require_own_origin(request, proof_needed=True)
    if ctx.live.store_is_away:
        # A store that hangs would hold the thread of every request.
        raise StoreUnavailable("the store is away")
    if is_bearer and token.startswith(TOKEN_PREFIX):
        standing = sessions.find_token(ctx.store, token, ctx.clock.now())
    else:
        standing = _by_session(request, ctx, token, may_rotate=not is_bearer)
    if standing is None:
        raise _not_signed_in("the session is over: sign in again")
    note(request).actor = standing.person.name
    if (wait_s := ctx.pace.wait_s(standing.person.name)) > 0:
        ctx.tally.add("gridhub_http_too_fast_total", of="person")
        raise too_fast(wait_s)
    return Current(standing, not is_bearer)


def _by_session(request: HTTPConnection, ctx: Context, token: str, *, may_rotate: bool) -> Standing | None:
    """Its secret changes from time to time, where a cookie can carry the new one away."""
    now = ctx.clock.now()
    found = sessions.find(ctx.store, token, now)
    if found is None:
        return None
    if may_rotate and found.stale and request.scope["type"] == "http":
        fresh = secrets.token_urlsafe(32)
        if sessions.rotate(ctx.store, found, token, fresh, now):
            cookies.renew(request, fresh, found.standing.expires_at - now)
    return found.standing


def require_own_origin(request: HTTPConnection, *, proof_needed: bool) -> None:
    """Refuse what another site made a browser send (Fetch Metadata; RFC 6454). Raises ProblemError 403.

    ``proof_needed``: a request without either header is refused, too.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        is_own = site == "same-origin"
    elif origin is not None:
        is_own = _host_of(origin) == request.headers.get("host", "")
    else:
        is_own = not proof_needed
    if not is_own:
        raise ProblemError(403, "foreign_origin", "the request does not come from a page of this hub")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # an address that cannot be one
        return None


Session = Annotated[Current, Depends(current_session)]


class Needs:
    """A dependency: the caller, who has ``right`` somewhere. Raises ProblemError 403 where they have it nowhere."""

    def __init__(self, right: Right) -> None:
        self.right = right

    def __call__(self, request: HTTPConnection, current: Session, ctx: Ctx) -> Caller:
        note(request).right = self.right
        standing = current.standing
        _require_own_password(standing)
        _require_factor(standing, ctx)
        caller = Caller(standing, standing.reach, self.right)
        if not caller.within(self.right):
            raise ProblemError(403, "not_allowed", f"this needs the right '{self.right}'")
        return caller


class About:
    """A dependency: the caller, for what is about themselves and needs no right.

    ``before_password``: also somebody who has to change a password that they were given first. ``before_factor``: also
    somebody who has to add a second factor first. ``by_token``: also a program.
    """

    def __init__(self, *, before_password: bool, before_factor: bool, by_token: bool) -> None:
        self.before_password = before_password
        self.before_factor = before_factor
        self.by_token = by_token

    def __call__(self, current: Session, ctx: Ctx) -> Caller:
        standing = current.standing
        if standing.is_token and not self.by_token:
            raise ProblemError(403, "not_allowed", "this needs a person who has signed in: a token may not")
        if not self.before_password:
            _require_own_password(standing)
        if not self.before_factor:
            _require_factor(standing, ctx)
        return Caller(standing, standing.reach, Right.SEE)


def _require_own_password(standing: Standing) -> None:
    if standing.has_given_password:
        words = "somebody else gave you your password: change it first (PUT /api/v1/me/password)"
        raise ProblemError(403, "password_change_required", words)


def _require_factor(standing: Standing, ctx: Context) -> None:
    if standing.lacks_factor(ctx.config.people.second_factor):
        raise ProblemError(403, "second_factor_required", "your role needs a second factor: add one first")


def needs(right: Right) -> Any:
    """What a route declares: the right without which it does nothing."""
    return Depends(Needs(right))


MaySee = Annotated[Caller, needs(Right.SEE)]
MayLive = Annotated[Caller, needs(Right.LIVE)]
MayRecordings = Annotated[Caller, needs(Right.RECORDINGS)]
MayAct = Annotated[Caller, needs(Right.ACT)]
MayDispatch = Annotated[Caller, needs(Right.DISPATCH)]
MaySources = Annotated[Caller, needs(Right.SOURCES)]
MayRules = Annotated[Caller, needs(Right.RULES)]
MayPeople = Annotated[Caller, needs(Right.PEOPLE)]
MayAudit = Annotated[Caller, needs(Right.AUDIT)]
MaySystem = Annotated[Caller, needs(Right.SYSTEM)]

AsAnyone = Annotated[Caller, Depends(About(before_password=True, before_factor=True, by_token=True))]
"""Whoever has a session or a token."""
AsNewcomer = Annotated[Caller, Depends(About(before_password=True, before_factor=True, by_token=False))]
"""Whoever has signed in, also with a password that somebody else gave them."""
AsOneself = Annotated[Caller, Depends(About(before_password=False, before_factor=True, by_token=False))]
"""Whoever has signed in, about their own way of signing in."""
AsPerson = Annotated[Caller, Depends(About(before_password=False, before_factor=False, by_token=False))]
"""Whoever has signed in and may do anything at all."""


def _not_signed_in(detail: str) -> ProblemError:
    return ProblemError(401, "not_signed_in", detail, headers={"WWW-Authenticate": "Bearer"})
