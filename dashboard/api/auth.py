"""Who asks, and what they may: every route but the login, the health checks and the static files depends on this.

A role is needed by each endpoint, and every object that is loaded is checked against the area of the person: what lies
outside is answered as if it did not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from fastapi.requests import HTTPConnection

from dashboard.api.context import Ctx
from dashboard.api.problems import ProblemError
from hub.errors import NotFound, StoreUnavailable
from hub.model.area import contains
from hub.model.people import Person, Role
from hub.store import people

COOKIE = "gridhub_session"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Current:
    """The session of a request."""

    person: Person
    token: str
    expires_at: datetime


def current_session(request: HTTPConnection, ctx: Ctx) -> Current:
    """By ``Authorization: Bearer`` or by the cookie. Raises ProblemError 401 and 403, StoreUnavailable.

    A WebSocket has no method, and is no safe one: any page may open it, and the browser sends the cookie.
    """
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer"
    token = value.strip() if is_bearer else request.cookies.get(COOKIE, "")
    if not token:
        raise _not_signed_in("sign in first")
    if not is_bearer and request.scope.get("method") not in _SAFE_METHODS:
        require_own_origin(request, proof_needed=True)
    if ctx.live.store_is_away:
        # A store that hangs would hold the thread of every request.
        raise StoreUnavailable("the store is away")
    session = people.session(ctx.store, token, ctx.clock.now())
    if session is None:
        raise _not_signed_in("the session is over: sign in again")
    return Current(session.person, token, session.expires_at)


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


class Allow:
    """A dependency: the person of the session, who has at least ``role``."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, current: Annotated[Current, Depends(current_session)]) -> Person:
        if not current.person.role.includes(self.role):
            raise ProblemError(403, "not_allowed", f"this needs the role {self.role}")
        return current.person


Session = Annotated[Current, Depends(current_session)]
Viewer = Annotated[Person, Depends(Allow(Role.VIEWER))]
Operator = Annotated[Person, Depends(Allow(Role.OPERATOR))]
Integrator = Annotated[Person, Depends(Allow(Role.INTEGRATOR))]


def require_seen(person: Person, area: str, what: str) -> None:
    """Raises NotFound where ``area`` lies outside what the person may see; ``what`` names the thing that was asked."""
    if person.area is not None and not contains(person.area, area):
        raise NotFound(f"there is no {what}")


def narrow(person: Person, asked: str | None) -> str | None:
    """The area to list: what was asked for, within what the person may see. Raises ProblemError 403 for neither."""
    if person.area is None or asked is None:
        return asked if person.area is None else person.area
    if contains(person.area, asked):
        return asked
    if contains(asked, person.area):
        return person.area
    raise ProblemError(403, "outside_your_area", f"you may see {person.area} and what lies below it")


def _not_signed_in(detail: str) -> ProblemError:
    return ProblemError(401, "not_signed_in", detail, headers={"WWW-Authenticate": "Bearer"})
