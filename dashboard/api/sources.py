"""What cameras and devices have in common: pages of them, one that may be seen, and who may change it."""

from __future__ import annotations

from typing import Any

from dashboard.api.caller import Caller
from dashboard.api.context import Context
from dashboard.api.problems import ProblemError, invalid
from hub.errors import NotFound
from hub.model.source import Source, SourceKind
from hub.store import areas, readings, sources

Row = dict[str, Any]


def seen_row(ctx: Context, caller: Caller, kind: SourceKind, source_id: str) -> Row:
    """One source with its health and without its secret. Raises NotFound, also outside the person's area."""
    rows = readings.source_page(ctx.store, kind, source_id=source_id, limit=1)
    if not rows:
        raise NotFound(f"there is no {kind} {source_id!r}")
    caller.require(rows[0]["area"], f"{kind} {source_id!r}")
    return rows[0]


def changeable(ctx: Context, caller: Caller, kind: SourceKind, source_id: str) -> Source:
    """The source with its secret. Raises NotFound, and ProblemError 409 for one that the configuration sets."""
    row = seen_row(ctx, caller, kind, source_id)
    if row["origin"] == "config":
        detail = f"{source_id!r} is set in the configuration of the hub: change it there"
        raise ProblemError(409, "set_in_configuration", detail)
    return sources.get(ctx.store, source_id)


def require_area(ctx: Context, caller: Caller, area: str) -> None:
    """Raises ProblemError 422 where there is no such area for this person."""
    try:
        areas.get(ctx.store, area)
    except NotFound:
        is_known = False
    else:
        is_known = caller.may(caller.right, area)
    if not is_known:
        raise invalid("area", f"there is no area {area!r}")


def remove(ctx: Context, caller: Caller, kind: SourceKind, source_id: str) -> None:
    changeable(ctx, caller, kind, source_id)
    with ctx.store.transaction() as tx:
        sources.remove(tx, source_id)
