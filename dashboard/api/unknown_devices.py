"""Devices that speak and that nobody has added: looked at, and let in, dismissed or blocked.

They belong to no area yet, so whoever may see one area only does not see them.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query

from dashboard.api import device_shapes, devices
from dashboard.api.auth import MaySources
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.devices import Name
from dashboard.api.fields import AreaPath, Body, Cursor, Duration, IdInPath, Limit
from dashboard.api.shapes import Page
from dashboard.api.sources import Row, require_area
from hub.config.device_types import TypeName
from hub.errors import NotFound
from hub.model.times import format_duration
from hub.store import devices as device_rows

router = APIRouter(tags=["devices"])


class Approval(Body):
    """Where the device is and what it is. ``name`` left out: the one it announced, or its id."""

    area: AreaPath
    type: TypeName
    name: Name | None = None
    period: Duration | None = None


@router.get("/devices/unknown")
def list_unknown_devices(
    caller: MaySources,
    ctx: Ctx,
    blocked: Annotated[bool, Query(description="those that are blocked, instead of those that wait")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[device_shapes.UnknownDevice]:
    """In the order of their ids, with the last messages of each. At most 1,000 wait; the least heard of go first."""
    if not caller.everywhere:
        return Page(items=[], next=None)
    rows = device_rows.unknown_page(ctx.store, blocked=blocked, cursor=cursor or "", limit=limit + 1)
    more = len(rows) > limit
    return Page(items=[_shape(row) for row in rows[:limit]], next=rows[limit - 1]["id"] if more else None)


@router.get("/devices/unknown/{id}")
def get_unknown_device(id: IdInPath, caller: MaySources, ctx: Ctx) -> device_shapes.UnknownDevice:
    return _shape(_seen(ctx, caller, id))


@router.post("/devices/unknown/{id}/approve")
def approve_unknown_device(id: IdInPath, how: Approval, caller: MaySources, ctx: Ctx) -> device_shapes.Device:
    """Add it. What is kept of it in the quarantine is read again."""
    row = _seen(ctx, caller, id)
    require_area(ctx, caller, how.area)
    name = how.name or str((row["announced"] or {}).get("name") or id)
    source = device_rows.source_of(id, how.area, how.type, name)
    if how.period is not None:
        source = replace(source, config={"period": format_duration(how.period)})
    with ctx.store.transaction() as tx:
        device_rows.approve(tx, source, ctx.clock.now())
    return devices.one(ctx, caller, id)


@router.post("/devices/unknown/{id}/block")
def block_unknown_device(id: IdInPath, caller: MaySources, ctx: Ctx) -> device_shapes.UnknownDevice:
    """Hear nothing of it any more: its messages are counted, and not kept."""
    _seen(ctx, caller, id)
    device_rows.block(ctx.store, id, ctx.clock.now())
    return _shape(_seen(ctx, caller, id))


@router.delete("/devices/unknown/{id}", status_code=204)
def dismiss_unknown_device(id: IdInPath, caller: MaySources, ctx: Ctx) -> None:
    """Forget it until it speaks again; one that was blocked is heard again."""
    _seen(ctx, caller, id)
    device_rows.dismiss(ctx.store, id)


def _seen(ctx: Context, caller: Caller, device: str) -> Row:
    if not caller.everywhere:
        raise NotFound(f"there is no unknown device {device!r}")
    return device_rows.unknown(ctx.store, device)


def _shape(row: Row) -> device_shapes.UnknownDevice:
    heads = [device_shapes.head_of(head, base64.b64decode(head["head"])) for head in row["heads"]]
    return device_shapes.UnknownDevice.model_validate({**row, "heads": heads})
