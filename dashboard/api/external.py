"""Signing in by an OpenID Connect provider: there and back again.

Somebody is let in who was added here before (`gridhub user add --external`): first by their name, and from then on by
who they are to the provider, so that a name that changes hands there opens nothing here.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboard.api.audited import note
from dashboard.api.context import Context, Ctx
from dashboard.api.cookies import FLOW, drop
from dashboard.api.problems import ProblemError
from dashboard.api.provider import Provider, ProviderError
from dashboard.api.session import Attempt, begin, refused
from hub.config.people import ProviderSettings
from hub.errors import Conflict
from hub.model.person import Person
from hub.store import factors, people

TIME = timedelta(minutes=10)
_KIND = "external"
_PATH = "/api/v1/session/external"
_log = logging.getLogger(__name__)
router = APIRouter(tags=["session"])

Word = Annotated[str | None, Query(max_length=2000)]


@router.get("/session/external", response_class=RedirectResponse, status_code=303)
async def sign_in_elsewhere(ctx: Ctx, request: Request) -> Response:
    """Sends the browser to the provider. 409 `no_provider` where none is configured."""
    try:
        provider, _ = _provider(ctx)
        return await anyio.to_thread.run_sync(_sent, ctx, request, limiter=provider.asking)
    except ProblemError as problem:
        return _told(request, problem)


def _sent(ctx: Context, request: Request) -> RedirectResponse:
    provider, _ = _provider(ctx)
    state, binding, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
    try:
        address = provider.address(_back(ctx), state, nonce, verifier)
    except ProviderError as error:
        raise _away(error) from error
    body = {"nonce": nonce, "verifier": verifier}
    factors.begin_flow(ctx.store, f"{state}.{binding}", _KIND, None, body, ctx.clock.now() + TIME)
    answer = RedirectResponse(address, 303)
    # Lax: the way back is a step from another site. Without the cookie what comes back is nobody's: nobody can be made
    # to sign in as somebody else.
    answer.set_cookie(
        FLOW, binding, int(TIME.total_seconds()), path=_PATH, secure=request.url.scheme == "https", httponly=True,
        samesite="lax",
    )  # fmt: skip
    return answer


@router.get("/session/external/callback", response_class=RedirectResponse, status_code=303)
async def come_back(ctx: Ctx, request: Request, state: Word = None, code: Word = None) -> Response:
    """From the provider. 401 `not_let_in`: the provider refused, or nobody here is who it says."""
    try:
        provider, _ = _provider(ctx)
        return await anyio.to_thread.run_sync(_let_in, ctx, request, state, code, limiter=provider.asking)
    except ProblemError as problem:
        return _told(request, problem)


def _let_in(ctx: Context, request: Request, state: str | None, code: str | None) -> RedirectResponse:
    provider, settings = _provider(ctx)
    said = note(request)
    said.kept = True  # a step from elsewhere has to be a GET, and begins a session all the same
    binding = request.cookies.get(FLOW, "")
    asked = factors.take_flow(ctx.store, f"{state}.{binding}", _KIND, ctx.clock.now())
    if asked is None or code is None or not binding:
        raise refused(ctx, "not_let_in", "the provider did not let you in, or it took too long: sign in again")
    try:
        claims = provider.claims(code, _back(ctx), asked[1]["nonce"], asked[1]["verifier"])
    except ProviderError as error:
        raise _away(error) from error
    said.detail["subject_there"] = str(claims["sub"])
    person = _known(ctx, settings, claims)
    if person is not None:
        said.says_to_be(person.name)
    if person is None or person.disabled:
        raise refused(ctx, "not_let_in", "nobody here is who the provider says you are: ask to be added")
    answer = RedirectResponse("/", 303)
    begin(ctx, Attempt.of(request, person.name), person, answer, second_factor=settings.second_factor)
    drop(answer, FLOW, _PATH)
    return answer


def _told(request: Request, problem: ProblemError) -> Response:
    """To a person, whose browser came here by itself, the sign-in screen tells it. Raises ``problem`` to others."""
    if "text/html" not in request.headers.get("accept", ""):
        raise problem
    page = f'<!doctype html><meta http-equiv="refresh" content="0;url=/?refused={problem.code}"><title>gridhub</title>'
    return HTMLResponse(page, problem.status)


def _known(ctx: Context, settings: ProviderSettings, claims: dict[str, Any]) -> Person | None:
    issuer, subject = settings.issuer, str(claims["sub"])
    bound = factors.person_of(ctx.store, issuer, subject)
    if bound is not None:
        return people.get(ctx.store, bound).person
    name = claims.get(settings.name_claim)
    found = people.password_hash(ctx.store, name) if isinstance(name, str) else None
    if found is None or not found[0].external:
        return None
    try:
        factors.bind_identity(ctx.store, issuer, subject, found[0].name)
    except Conflict:  # that name is somebody else's, who has signed in before
        return None
    return found[0]


def _provider(ctx: Context) -> tuple[Provider, ProviderSettings]:
    settings = ctx.config.people.provider
    if settings is None or ctx.provider is None or ctx.config.people.origin is None:
        raise ProblemError(409, "no_provider", "nobody signs in elsewhere: people.provider is not configured")
    return ctx.provider, settings


def _back(ctx: Context) -> str:
    return f"{ctx.config.people.origin}{_PATH}/callback"


def _away(error: ProviderError) -> ProblemError:
    _log.warning("signing in elsewhere: %s", error)
    return ProblemError(502, "provider_failed", "the provider cannot be asked, or what it says does not hold")
