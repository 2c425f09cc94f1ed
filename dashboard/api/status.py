"""How the parts of the hub are."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.api import shapes
from dashboard.api.auth import MaySee
from dashboard.api.context import Ctx
from dashboard.api.version import VERSION
from hub.model.alert import Severity

router = APIRouter(tags=["operations"])


@router.get("/status")
def get_status(_: MaySee, ctx: Ctx) -> shapes.Status:
    """Store, broker, and each process: state, detail, since when, last beat."""
    parts = [shapes.Part.model_validate(part, from_attributes=True) for part in ctx.live.parts]
    respond = ctx.config.alarms.respond
    within = {severity: getattr(respond, severity).total_seconds() for severity in Severity}
    return shapes.Status(
        version=VERSION, started_at=ctx.started_at, now=ctx.clock.now(), parts=parts, respond_s=within
    )
