"""How much of a period the cameras really watched, and why they did not: of one, and of all in an area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean
from typing import Annotated, Any

from fastapi import APIRouter, Query

from dashboard.api.auth import MaySee
from dashboard.api.camera_shapes import AreaAvailability, Availability
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaInPath, IdInPath, Instant
from dashboard.api.problems import invalid
from dashboard.api.sources import seen_row
from hub.model.source import GapCause, SourceKind
from hub.store import areas, ledger
from hub.store.ledger import Account

LONGEST = timedelta(days=366)
router = APIRouter()

From = Annotated[Instant, Query(alias="from")]
To = Annotated[Instant, Query(alias="to")]


@router.get("/cameras/{id}/availability", tags=["cameras"])
def get_camera_availability(id: IdInPath, caller: MaySee, ctx: Ctx, first: From, last: To) -> Availability:
    """Of [from, to), at most a year, from when the camera was added and until now."""
    seen_row(ctx, caller, SourceKind.CAMERA, id)
    last = _until_now(ctx, first, last)
    found = ledger.account(ctx.store, id, SourceKind.CAMERA, first, last)
    return Availability.model_validate({**_of(found), "from": first, "to": last})


@router.get("/areas/{path:path}/availability", tags=["areas"])
def get_area_availability(
    path: AreaInPath, caller: MaySee, ctx: Ctx, first: From, last: To
) -> AreaAvailability:
    """Of the cameras at and below the area that are there now, over [from, to), at most a year and until now."""
    caller.require(path, f"area {path!r}")
    areas.get(ctx.store, path)
    last = _until_now(ctx, first, last)
    return area_availability(path, ledger.accounts(ctx.store, SourceKind.CAMERA, path, first, last), first, last)


def area_availability(path: str, found: Sequence[Account], first: datetime, last: datetime) -> AreaAvailability:
    """Pure. ``found``: the least watched first."""
    fractions = [account.watched for account in found if account.watched is not None]
    return AreaAvailability.model_validate(
        {
            "path": path,
            "from": first,
            "to": last,
            "watched": fmean(fractions) if fractions else None,
            "worst": min(fractions, default=None),
            "blind_s": _sum([account.blind_s for account in found]),
            "unrecorded_s": _sum([account.unrecorded_s for account in found]),
            "cameras": [_of(account) for account in found],
        }
    )


def _of(account: Account) -> dict[str, Any]:
    return {
        "camera": account.source,
        "wall_s": account.wall_s,
        "watched_s": account.watched_s,
        "watched": account.watched,
        "blind_s": dict(account.blind_s),
        "unrecorded_s": dict(account.unrecorded_s),
    }


def _sum(parts: Sequence[Mapping[GapCause, float]]) -> dict[str, float]:
    return {cause: sum(part.get(cause, 0.0) for part in parts) for cause in GapCause}


def _until_now(ctx: Context, first: datetime, last: datetime) -> datetime:
    if not timedelta(0) < last - first <= LONGEST:
        raise invalid("to", "must come after from, by at most 366d")
    return max(first, min(last, ctx.clock.now()))
