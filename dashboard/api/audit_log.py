"""The audit log, to read: who did what, on what, from where, when, with what result."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from dashboard.api import shapes
from dashboard.api.auth import MayAudit
from dashboard.api.caller import Caller
from dashboard.api.context import Ctx
from dashboard.api.fields import Cursor, Instant, Limit, Text, bigint
from dashboard.api.problems import ProblemError, invalid
from hub.app import audit_export
from hub.audit import Result
from hub.store import audit, check

router = APIRouter(tags=["audit"])

_checking = threading.Lock()
"""One check at a time: it reads all of a table that only grows."""
_Word = Annotated[Text | None, Query(min_length=1, max_length=300)]


class AuditChain(BaseModel):
    """Whether each entry follows from the one before, up to the last that was written, and is as it was exported.
    ``faults``: what does not hold, a sentence each; none where the log is whole."""

    entries: int
    whole: bool
    faults: list[str]
    checked_at: shapes.Time


class AuditEntry(BaseModel):
    """``actor`` is empty for what came without a session; ``hash`` (SHA-256, hexadecimal) covers the one before."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    source_ip: str
    result: Result
    detail: dict[str, Any]
    hash: str


@router.get("/audit")
def list_audit(
    caller: MayAudit,
    ctx: Ctx,
    first: Annotated[Instant | None, Query(alias="from")] = None,
    last: Annotated[Instant | None, Query(alias="to")] = None,
    actor: _Word = None,
    action: _Word = None,
    subject: Annotated[_Word, Query(description="it and what lies below it")] = None,
    source_ip: _Word = None,
    result: Annotated[Result | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> shapes.Page[AuditEntry]:
    """Newest first. It belongs to the whole city: 403 for who has the right in a part of it only."""
    _require_all(caller)
    wanted = audit.Wanted(first, last, actor, action, subject, source_ip, result)
    found = audit.list_entries(ctx.store, wanted, limit + 1, None if cursor is None else _number(cursor))
    items = [
        AuditEntry(
            id=item.id,
            at=item.at,
            actor=item.entry.actor,
            action=item.entry.action,
            subject=item.entry.subject,
            source_ip=item.entry.source_ip,
            result=item.entry.result,
            detail=dict(item.entry.detail),
            hash=item.hash.hex(),
        )
        for item in found[:limit]
    ]
    return shapes.Page(items=items, next=str(items[-1].id) if len(found) > limit else None)


@router.get("/audit/chain")
def check_audit(caller: MayAudit, ctx: Ctx) -> AuditChain:
    """All of it is computed anew: 429 `checking` while somebody else asks for the same."""
    _require_all(caller)
    if not _checking.acquire(blocking=False):
        raise ProblemError(429, "checking", "it is being checked: ask again", headers={"Retry-After": "5"})
    try:
        entries, _ = audit.end(ctx.store)
        found = check.audit_chain(ctx.store, lambda *_: None) + audit_export.compare(ctx.store, ctx.config.data_dir)
    finally:
        _checking.release()
    faults = [each.sentence for each in found]
    return AuditChain(entries=entries, whole=not faults, faults=faults, checked_at=ctx.clock.now())


def _require_all(caller: Caller) -> None:
    if not caller.everywhere:
        raise ProblemError(403, "not_allowed", "the audit log is one for the whole city: this needs the right there")


def _number(cursor: str) -> int:
    try:
        return bigint(cursor)
    except ValueError as error:
        raise invalid("cursor", "is not one that this hub gave out") from error
