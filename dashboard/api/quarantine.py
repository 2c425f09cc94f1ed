"""What was refused: looked at, read again when what was in its way is mended, and thrown away.

Whoever may see one area only sees what the devices of that area sent.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from dashboard.api import cursors, device_shapes
from dashboard.api.auth import MaySources
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import Body, Cursor, Limit, NumberInPath, Text
from dashboard.api.problems import ProblemError
from dashboard.api.shapes import Page
from dashboard.api.sources import Row
from hub.model.rights import EVERYWHERE
from hub.store import quarantine
from hub.store.quarantine import Which

router = APIRouter(tags=["quarantine"])

CauseFilter = Annotated[Text | None, Query(max_length=63, description="why it was refused")]
OriginFilter = Annotated[Text | None, Query(max_length=500, description="the topic it came on")]
DeviceFilter = Annotated[Text | None, Query(max_length=127, description="whose it is")]


class Selection(Body):
    """All that match what is given."""

    cause: str | None = None
    origin: str | None = None
    device: str | None = None


@router.get("/quarantine")
def list_refused(
    caller: MaySources,
    ctx: Ctx,
    cause: CauseFilter = None,
    origin: OriginFilter = None,
    device: DeviceFilter = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[device_shapes.Refused]:
    """The newest first. Of the oldest only so many are kept as there is room for: 10,000, and 64 MiB."""
    rows = quarantine.page(ctx.store, Which(cause, origin, device, caller.narrow()), cursors.number(cursor), limit + 1)
    more = len(rows) > limit
    return Page(items=[_shape(row) for row in rows[:limit]], next=str(rows[limit - 1]["id"]) if more else None)


@router.get("/quarantine/causes")
def count_refused(caller: MaySources, ctx: Ctx) -> list[device_shapes.RefusedCount]:
    """How many are kept of each cause, the most frequent first."""
    counts = quarantine.counts(ctx.store, caller.narrow())
    return [device_shapes.RefusedCount.model_validate(row) for row in counts]


@router.get("/quarantine/{id}")
def get_refused(id: NumberInPath, caller: MaySources, ctx: Ctx) -> device_shapes.RefusedDetail:
    row = _seen(ctx, caller, id)
    payload = bytes(row["payload"])
    text = device_shapes.text_of(payload, cut=not row["whole"])
    known = _shape({**row, "head": payload[:200]}).model_dump()
    return device_shapes.RefusedDetail(**known, text=text, hex=payload.hex())


@router.post("/quarantine/{id}/replay", status_code=202)
def replay_refused(id: NumberInPath, caller: MaySources, ctx: Ctx) -> device_shapes.Asked:
    """Have it read again, as if it came now at the time it came. 409 `truncated` where it is not kept as a whole.

    It is gone from here when it was taken in; refused again, it stays with the new reason.
    """
    row = _seen(ctx, caller, id)
    if not row["whole"]:
        words = f"only the first {len(row['payload'])} of {row['size_bytes']} bytes are kept: it cannot be read again"
        raise ProblemError(409, "truncated", words)
    with ctx.store.transaction() as tx:
        return device_shapes.Asked(count=quarantine.ask(tx, Which(), ctx.clock.now(), [id]))


@router.post("/quarantine/replay", status_code=202)
def replay_all_refused(which: Selection, caller: MaySources, ctx: Ctx) -> device_shapes.Asked:
    """The same for all that match and are kept as a whole."""
    chosen = Which(which.cause, which.origin, which.device, caller.narrow())
    with ctx.store.transaction() as tx:
        return device_shapes.Asked(count=quarantine.ask(tx, chosen, ctx.clock.now()))


@router.delete("/quarantine/{id}", status_code=204)
def remove_refused(id: NumberInPath, caller: MaySources, ctx: Ctx) -> None:
    _seen(ctx, caller, id)
    quarantine.delete(ctx.store, [id])


@router.delete("/quarantine")
def remove_all_refused(
    caller: MaySources,
    ctx: Ctx,
    cause: CauseFilter = None,
    origin: OriginFilter = None,
    device: DeviceFilter = None,
) -> device_shapes.Asked:
    """All that match."""
    return device_shapes.Asked(count=quarantine.delete_all(ctx.store, Which(cause, origin, device, caller.narrow())))


def _seen(ctx: Context, caller: Caller, number: int) -> Row:
    row = quarantine.get(ctx.store, number)
    what = f"refused message {number}"
    caller.require(row["area"] or EVERYWHERE, what)
    return row


def _shape(row: Row) -> device_shapes.Refused:
    head = bytes(row["head"]).decode(errors="replace")
    return device_shapes.Refused.model_validate({**row, "topic": row["origin"], "head": head})
