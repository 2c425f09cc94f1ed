"""Oneself: what one may do, one's password and second factors."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dashboard.api import shapes
from dashboard.api.audited import note
from dashboard.api.auth import AsAnyone, AsNewcomer, AsOneself
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import Body
from dashboard.api.problems import ProblemError, invalid
from dashboard.api.session import Attempt, refused, require_patience, user_of, verified
from hub.config.vault import Vault
from hub.model import totp
from hub.model.rights import RIGHTS, Right, Role
from hub.passwords import hash_password
from hub.store import factors, people, sessions, sign_in

ISSUER = "gridhub"
router = APIRouter(prefix="/me", tags=["me"])

Password = Annotated[str, Field(min_length=1, max_length=1024)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class Me(shapes.User):
    """``session``: the number of this session, null for a token. ``totp``: one-time passwords are asked for."""

    session: int | None
    expires_at: shapes.Time
    second_factor: bool
    has_password: bool
    totp: bool
    recovery_codes: int
    passkeys: int


class RoleRights(BaseModel):
    role: Role
    rights: list[Right]


class WithPassword(Body):
    password: Password


class NewPassword(Body):
    current: Password
    new: Password


class WithCode(Body):
    code: Code


class Offered(BaseModel):
    """``address``: what an authenticator reads, as a QR code; ``secret``: the same, to be typed."""

    secret: str
    address: str


class Codes(BaseModel):
    """Recovery codes: each is taken once, in place of a one-time password. They are shown this once."""

    codes: list[str]


@router.get("")
def get_me(caller: AsAnyone, ctx: Ctx) -> Me:
    """Who asks, what they may do where, and how they have signed in."""
    known = people.get(ctx.store, caller.name)
    return Me(
        **user_of(ctx, caller.standing).model_dump(),
        session=None if caller.standing.is_token else caller.session,
        expires_at=caller.standing.expires_at,
        second_factor=caller.standing.second_factor,
        has_password=known.has_password,
        totp=known.totp,
        recovery_codes=factors.codes_left(ctx.store, caller.name),
        passkeys=known.passkeys,
    )


@router.get("/roles")
def list_roles(_: AsAnyone) -> list[RoleRights]:
    """What each role may do: the same for everybody."""
    return [RoleRights(role=role, rights=sorted(rights)) for role, rights in RIGHTS.items()]


@router.put("/password", status_code=204)
async def change_password(change: NewPassword, caller: AsNewcomer, ctx: Ctx, request: Request) -> None:
    """Ends every other session. 401 `bad_credentials` where the current one is wrong."""
    if caller.standing.has_given_password:
        note(request).detail["given"] = True
    await anyio.to_thread.run_sync(_change_password, ctx, request, caller, change, limiter=ctx.verifying)


def _change_password(ctx: Context, request: Request, caller: AsNewcomer, change: NewPassword) -> None:
    require_password(ctx, request, caller, change.current)
    if change.new == change.current:
        raise invalid("new", "is the password that you have")
    try:
        new_hash = hash_password(change.new)
    except ValueError as error:
        raise invalid("new", str(error)) from error
    people.set_password(ctx.store, caller.name, new_hash, given=False, but=caller.session)


@router.post("/totp", status_code=201)
async def offer_totp(asked: WithPassword, caller: AsOneself, ctx: Ctx, request: Request) -> Offered:
    """A secret for an authenticator. Nothing changes until a first password of it was shown at `/me/totp/confirm`."""
    await anyio.to_thread.run_sync(
        require_password, ctx, request, caller, asked.password, limiter=ctx.verifying
    )
    secret = totp.new_secret()
    await anyio.to_thread.run_sync(factors.offer_totp, ctx.store, Vault.of(ctx.config), caller.name, secret)
    return Offered(secret=secret, address=totp.address(secret, caller.name, ISSUER))


@router.post("/totp/confirm")
def confirm_totp(shown: WithCode, caller: AsOneself, ctx: Ctx, request: Request) -> Codes:
    """From now on one-time passwords are asked for, and this session has shown one. 401 `bad_code`."""
    counts = require_patience(ctx, Attempt.of(request, caller.name))
    codes = factors.confirm_totp(ctx.store, Vault.of(ctx.config), caller.name, shown.code, ctx.clock.now())
    if codes is None:
        raise refused(ctx, "bad_code", "the one-time password is wrong")
    sign_in.succeeded(ctx.store, counts)
    sessions.strengthen(ctx.store, caller.session)
    sessions.close_others(ctx.store, caller.name, caller.session)
    return Codes(codes=codes)


@router.post("/totp/codes")
async def renew_recovery_codes(asked: WithPassword, caller: AsOneself, ctx: Ctx, request: Request) -> Codes:
    """In place of those before. 409 `no_totp` where none are asked for."""
    await anyio.to_thread.run_sync(require_password, ctx, request, caller, asked.password, limiter=ctx.verifying)
    _require_second(caller)
    return Codes(codes=await anyio.to_thread.run_sync(factors.new_codes, ctx.store, caller.name))


@router.post("/totp/remove", status_code=204)
async def remove_totp(asked: WithPassword, caller: AsOneself, ctx: Ctx, request: Request) -> None:
    """Ask for no one-time passwords any more. It needs a session that has shown one."""
    await anyio.to_thread.run_sync(require_password, ctx, request, caller, asked.password, limiter=ctx.verifying)
    _require_second(caller)
    await anyio.to_thread.run_sync(factors.remove_totp, ctx.store, caller.name)


def require_password(ctx: Context, request: Request, caller: AsOneself, password: str) -> None:
    """Whoever finds a console open does not make it theirs. Raises ProblemError 401 and 429."""
    _, counts = verified(ctx, Attempt.of(request, caller.name), password)
    sign_in.succeeded(ctx.store, counts)


def _require_second(caller: AsOneself) -> None:
    if not caller.standing.second_factor:
        raise ProblemError(403, "second_factor_required", "sign in with your second factor first")


