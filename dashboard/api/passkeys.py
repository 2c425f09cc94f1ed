"""Passkeys (W3C Web Authentication, level 2): something one has, opened by something one is or knows: two factors.

They are bound to the address in ``people.origin``; without it there are none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from datetime import timedelta
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

import anyio.to_thread
import webauthn
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from dashboard.api import shapes
from dashboard.api.audited import note
from dashboard.api.auth import AsOneself, require_own_origin
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import Body, Text
from dashboard.api.me import WithPassword, require_password
from dashboard.api.problems import ProblemError, invalid
from dashboard.api.session import Attempt, begin, patience, refused
from hub.errors import NotFound
from hub.model import lockout
from hub.store import factors, people, sessions, sign_in

TIME = timedelta(minutes=5)
_ADDING, _SIGNING_IN = "add-passkey", "passkey"
router = APIRouter(tags=["session"])

IdInPath = Annotated[Text, Path(max_length=2000)]
FlowId = Annotated[str, Field(min_length=1, max_length=100)]


class Asked(BaseModel):
    """``options``: for ``navigator.credentials``, in the JSON of the specification. To be answered within 5 minutes."""

    flow: str
    options: dict[str, Any]


class Made(Body):
    flow: FlowId
    name: Annotated[str, Field(min_length=1, max_length=100)]
    credential: dict[str, Any]


class Shown(Body):
    flow: FlowId
    credential: dict[str, Any]


class PasskeyChange(Body):
    name: Annotated[str, Field(min_length=1, max_length=100)]


class PasskeyShape(BaseModel):
    id: str
    name: str
    created_at: shapes.Time
    used_at: shapes.Time | None


@router.get("/me/passkeys", tags=["me"])
def list_passkeys(caller: AsOneself, ctx: Ctx) -> shapes.Page[PasskeyShape]:
    """On one page."""
    items = [
        PasskeyShape(id=_text(each.id), name=each.name, created_at=each.created_at, used_at=each.used_at)
        for each in factors.list_passkeys(ctx.store, caller.name)
    ]
    return shapes.Page(items=items, next=None)


@router.post("/me/passkeys/options", tags=["me"])
async def offer_passkey(asked: WithPassword, caller: AsOneself, ctx: Ctx, request: Request) -> Asked:
    """409 `no_origin` where the configuration does not say how browsers name the hub."""
    origin = _origin(ctx)
    await anyio.to_thread.run_sync(require_password, ctx, request, caller, asked.password, limiter=ctx.verifying)
    known = await anyio.to_thread.run_sync(factors.list_passkeys, ctx.store, caller.name)
    options = webauthn.generate_registration_options(
        rp_id=urlsplit(origin).hostname or "",
        rp_name="gridhub",
        user_name=caller.name,
        user_id=hashlib.sha256(f"gridhub {caller.name}".encode()).digest(),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.id) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return await anyio.to_thread.run_sync(_ask, ctx, _ADDING, caller.name, options)


@router.post("/me/passkeys", tags=["me"], status_code=201)
def add_passkey(made: Made, caller: AsOneself, ctx: Ctx) -> PasskeyShape:
    """It counts as a second factor, also of this session. 422 where it is not what was asked for."""
    origin, now = _origin(ctx), ctx.clock.now()
    asked = factors.take_flow(ctx.store, made.flow, _ADDING, now)
    if asked is None or asked[0] != caller.name:
        raise invalid("flow", "was not asked, or too long ago: ask for options again")
    try:
        found = webauthn.verify_registration_response(
            credential=made.credential,
            expected_challenge=_bytes(asked[1]["challenge"]),
            expected_rp_id=urlsplit(origin).hostname or "",
            expected_origin=origin,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise invalid("credential", str(error)) from error
    factors.add_passkey(
        ctx.store, caller.name, found.credential_id, found.credential_public_key, found.sign_count, made.name, now
    )
    sessions.strengthen(ctx.store, caller.session)
    sessions.close_others(ctx.store, caller.name, caller.session)
    return PasskeyShape(id=_text(found.credential_id), name=made.name, created_at=now, used_at=None)


@router.patch("/me/passkeys/{id}", tags=["me"], status_code=204)
def rename_passkey(id: IdInPath, change: PasskeyChange, caller: AsOneself, ctx: Ctx) -> None:
    """A name is for its person alone: by which device it is told from the others."""
    factors.rename_passkey(ctx.store, caller.name, _known(id), change.name)


@router.delete("/me/passkeys/{id}", tags=["me"], status_code=204)
def remove_passkey(id: IdInPath, caller: AsOneself, ctx: Ctx) -> None:
    """It opens nothing any more."""
    if not caller.standing.second_factor:
        raise ProblemError(403, "second_factor_required", "sign in with your second factor first")
    factors.remove_passkey(ctx.store, caller.name, _known(id))


@router.post("/session/passkey/options")
def ask_for_passkey(ctx: Ctx, request: Request) -> Asked:
    """Whoever signs in need not say who they are: the passkey does."""
    require_own_origin(request, proof_needed=False)
    options = webauthn.generate_authentication_options(
        rp_id=urlsplit(_origin(ctx)).hostname or "", user_verification=UserVerificationRequirement.REQUIRED
    )
    return _ask(ctx, _SIGNING_IN, None, options)


@router.post("/session/passkey")
def begin_session_by_passkey(shown: Shown, request: Request, response: Response, ctx: Ctx) -> shapes.SignedIn:
    """As `POST /session`. 401 `bad_passkey`."""
    require_own_origin(request, proof_needed=False)
    origin, now = _origin(ctx), ctx.clock.now()
    attempt = Attempt.of(request, "")
    counts = [lockout.of_address(attempt.address)]
    patience(ctx, counts)
    asked = factors.take_flow(ctx.store, shown.flow, _SIGNING_IN, now)
    try:
        credential_id = _bytes(str(shown.credential.get("id", "")))
    except ValueError:
        credential_id = b""
    known = factors.credential(ctx.store, credential_id)
    if known is not None:  # whose passkey was tried is worth knowing, also where it opens nothing
        note(request).says_to_be(known.person)
    if asked is None or known is None or known.disabled:
        _refuse(ctx)
    try:
        found = webauthn.verify_authentication_response(
            credential=shown.credential,
            expected_challenge=_bytes(asked[1]["challenge"]),
            expected_rp_id=urlsplit(origin).hostname or "",
            expected_origin=origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise refused(ctx, "bad_passkey", "this passkey does not open this hub") from error
    factors.passkey_used(ctx.store, credential_id, found.new_sign_count, now)
    sign_in.undecided(ctx.store, counts)
    return begin(ctx, attempt, people.get(ctx.store, known.person).person, response, second_factor=True)


def _ask(ctx: Context, kind: str, person: str | None, options: Any) -> Asked:
    flow, told = secrets.token_urlsafe(32), json.loads(webauthn.options_to_json(options))
    factors.begin_flow(ctx.store, flow, kind, person, {"challenge": told["challenge"]}, ctx.clock.now() + TIME)
    return Asked(flow=flow, options=told)


def _origin(ctx: Context) -> str:
    if ctx.config.people.origin is None:
        raise ProblemError(409, "no_origin", "there are no passkeys here: people.origin is not configured")
    return ctx.config.people.origin


def _known(text: str) -> bytes:
    """The id of a passkey in an address. Raises NotFound."""
    try:
        return _bytes(text)
    except ValueError as error:
        raise NotFound("there is no such passkey") from error


def _refuse(ctx: Context) -> NoReturn:
    raise refused(ctx, "bad_passkey", "this passkey does not open this hub")


def _bytes(text: str) -> bytes:
    """Base64url without its end (RFC 4648). Raises ValueError."""
    try:
        return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("is not base64url") from error


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
