"""How the parts of the hub are."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.api import shapes
from dashboard.api.auth import Viewer
from dashboard.api.context import Ctx
from dashboard.api.version import VERSION

router = APIRouter(tags=["operations"])


@router.get("/status")
def get_status(_: Viewer, ctx: Ctx) -> shapes.Status:
    """Store, broker, and each process: state, detail, since when, last beat."""
    parts = [shapes.Part.model_validate(part, from_attributes=True) for part in ctx.live.parts]
    return shapes.Status(version=VERSION, started_at=ctx.started_at, now=ctx.clock.now(), parts=parts)
