"""Commands to devices: what a device can be told, what it was told, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema

from dashboard.api import cursors, shapes
from dashboard.api.auth import MayAct, MaySee
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import Body, Cursor, Duration, IdInPath, Limit
from dashboard.api.problems import ProblemError
from dashboard.api.shapes import Time
from dashboard.api.sources import seen_row
from hub.config.device_commands import CommandSettings, in_bounds
from hub.errors import Refused
from hub.model.command import CommandState
from hub.model.source import SourceKind
from hub.model.times import format_duration
from hub.store import commands
from hub.store.commands import Wish, command_json

router = APIRouter(tags=["commands"])
_STATUS = {"no_such_command": 404, "confirm_needed": 409, "not_approved": 409, "too_many_open": 429}

CommandId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
Timeout = Annotated[
    Duration, AfterValidator(in_bounds), WithJsonSchema({"type": "string", "examples": ["10s", "5m", "1h"]})
]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=200, pattern="^[ -~]+$",
        description="the same request again, with the same key, is the same command",
    ),
]  # fmt: skip


class CommandNew(Body):
    """``timeout`` holds for sending and answering together. ``confirm``: for commands that ask for it."""

    name: Annotated[str, Field(min_length=1, max_length=63)]
    params: dict[str, bool | int | float | str] = Field(default={}, max_length=32)
    timeout: Timeout | None = None
    confirm: bool = False


class Command(BaseModel):
    """See ``docs/design/commands.md`` for the states."""

    id: str
    device: str
    area: str
    name: str
    params: dict[str, Any]
    state: CommandState
    reason: str
    late: str
    by: str
    answers: bool
    attempts: int
    created_at: Time
    expires_at: Time
    sent_at: Time | None
    delivered_at: Time | None
    ended_at: Time | None


class Param(BaseModel):
    name: str
    type: str
    min: float | None
    max: float | None
    choices: list[str]
    default: bool | int | float | str | None


class Offer(BaseModel):
    """A command that the device takes. ``answers``: it says what came of it."""

    name: str
    params: list[Param]
    confirm: bool
    timeout: str
    answers: bool


class Commands(shapes.Page[Command]):
    offers: list[Offer]


@router.post("/devices/{id}/commands", status_code=201)
def give_command(
    id: IdInPath, new: CommandNew, caller: MayAct, ctx: Ctx, response: Response, key: Key = None
) -> Command:
    """Answers at once; what comes of it is told by ``GET /commands/{id}`` and the event stream.

    200 where the same was asked for before with the same ``Idempotency-Key``. 404 `no_such_command`, 409
    `confirm_needed` and `not_approved`, 422 `bad_param` and `key_reused`, 429 `too_many_open`.
    """
    seen_row(ctx, caller, SourceKind.DEVICE, id)
    wish = Wish(id, new.name, new.params, new.timeout, new.confirm, key)
    try:
        command, is_new = commands.request(ctx.store, _offers(ctx), wish, caller.name, ctx.clock.now())
    except Refused as refused:
        raise ProblemError(_STATUS.get(refused.cause, 422), refused.cause, refused.detail) from refused
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/api/v1/commands/{command.id}"
    return Command.model_validate(command_json(command))


@router.get("/devices/{id}/commands")
def list_commands(id: IdInPath, caller: MaySee, ctx: Ctx, cursor: Cursor = None, limit: Limit = 100) -> Commands:
    """The newest first, and ``offers``: what the device can be told."""
    row = seen_row(ctx, caller, SourceKind.DEVICE, id)
    found = commands.of_device(ctx.store, id, cursors.number(cursor), limit + 1)
    items = [Command.model_validate(command_json(command)) for _, command in found[:limit]]
    following = str(found[limit - 1][0]) if len(found) > limit else None
    offers = [_offer(name, settings) for name, settings in _offers(ctx).get(row["type"], {}).items()]
    return Commands(items=items, next=following, offers=offers)


@router.get("/commands/{id}")
def get_command(id: CommandId, caller: MaySee, ctx: Ctx) -> Command:
    command = commands.get(ctx.store, id)
    caller.require(command.area, f"command {id!r}")
    return Command.model_validate(command_json(command))


def _offers(ctx: Context) -> Mapping[str, Mapping[str, CommandSettings]]:
    return {name: kind.commands for name, kind in ctx.config.device_types.items()}


def _offer(name: str, settings: CommandSettings) -> Offer:
    params = [Param(name=word, **param.model_dump()) for word, param in settings.params.items()]
    timeout = format_duration(settings.timeout)
    return Offer(name=name, params=params, confirm=settings.confirm, timeout=timeout, answers=settings.answers)
