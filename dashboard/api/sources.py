"""What cameras and devices have in common: pages of them, one that may be seen, and who may change it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dashboard.api.caller import Caller
from dashboard.api.context import Context
from dashboard.api.problems import ProblemError, invalid
from hub.errors import NotFound
from hub.model.source import Source, SourceKind
from hub.store import areas, readings, sources
from hub.store.store import Tx

Row = dict[str, Any]


def seen_row(ctx: Context, caller: Caller, kind: SourceKind, source_id: str) -> Row:
    """One source with its health and without its secret. Raises NotFound, also outside the person's area."""
    rows = readings.source_page(ctx.store, kind, source_id=source_id, limit=1)
    if not rows:
        raise NotFound(f"there is no {kind} {source_id!r}")
    caller.require(rows[0]["area"], f"{kind} {source_id!r}")
    return rows[0]


@contextmanager
def changing(
    ctx: Context, caller: Caller, kind: SourceKind, source_id: str, *, configured: bool = False
) -> Iterator[tuple[Tx, Source]]:
    """The source with its secret, as it stays until the block ends, so that nothing of another change, and no privacy
    mask, is lost by this one. Ask the store for nothing else within.

    Raises NotFound, also outside the person's area, and ProblemError 409 for one that the configuration sets, but where
    ``configured``.
    """
    with ctx.store.transaction() as tx:
        source = sources.lock(tx, source_id)
        if source.kind is not kind:
            raise NotFound(f"there is no {kind} {source_id!r}")
        caller.require(source.area, f"{kind} {source_id!r}")
        if source.origin == "config" and not configured:
            detail = f"{source_id!r} is set in the configuration of the hub: change it there"
            raise ProblemError(409, "set_in_configuration", detail)
        yield tx, source


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
