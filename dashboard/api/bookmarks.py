"""Bookmarks: moments that reviewers mark, with a note; who did and when stays with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from dashboard.api import shapes
from dashboard.api.auth import MayRecordings, MaySee
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaFilter, AreaPath, Body, Cursor, Instant, Limit, NumberInPath, Text, bigint
from dashboard.api.problems import ProblemError, invalid
from dashboard.api.sources import require_area
from hub.config.values import SourceId
from hub.errors import NotFound
from hub.model import bookmark as model
from hub.model.area import contains
from hub.model.rights import Right
from hub.model.times import parse_instant, rfc3339
from hub.store import bookmarks, incidents, sources
from hub.store.bookmarks import bookmark_json

LONGEST = timedelta(days=1)
router = APIRouter(tags=["bookmarks"])

Note = Annotated[str, Field(min_length=1, max_length=model.MAX_NOTE)]


class NewBookmark(Body):
    """``until``: the end of a span; left out: a moment. ``sources``: what it is to be seen on, all in ``area``."""

    area: AreaPath
    at: Instant
    until: Instant | None = None
    sources: Annotated[list[SourceId], Field(max_length=model.MAX_SOURCES)] = Field(default_factory=list)
    incident: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    note: Note


class BookmarkChange(Body):
    note: Note


class Bookmark(BaseModel):
    id: int
    area: str
    at: shapes.Time
    until: shapes.Time | None
    sources: list[str]
    incident: int | None
    note: str
    owner: str
    created_at: shapes.Time


@router.get("/bookmarks")
def list_bookmarks(
    caller: MaySee,
    ctx: Ctx,
    area: AreaFilter = None,
    source: Annotated[Text | None, Query(max_length=127)] = None,
    incident: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    first: Annotated[Instant | None, Query(alias="from")] = None,
    last: Annotated[Instant | None, Query(alias="to")] = None,
    text: Annotated[Text | None, Query(max_length=200, description="a part of the note")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> shapes.Page[Bookmark]:
    """The latest moment first. ``from`` and ``to``: those that touch [from, to)."""
    before = None if cursor is None else _read_cursor(cursor)
    wanted = bookmarks.Filter(caller.narrow(area), source, incident, first, last, text, before)
    found = bookmarks.list_bookmarks(ctx.store, wanted, limit + 1)
    items = [_of(each) for each in found[:limit]]
    return shapes.Page(items=items, next=_cursor(found[limit - 1]) if len(found) > limit else None)


@router.post("/bookmarks", status_code=201)
def make_bookmark(new: NewBookmark, caller: MayRecordings, ctx: Ctx, response: Response) -> Bookmark:
    """Mark a moment, or a span of at most a day."""
    require_area(ctx, caller, new.area)
    if new.until is not None and not new.at < new.until <= new.at + LONGEST:
        raise invalid("until", "must come after at, by at most a day")
    for name in new.sources:
        known = sources.get(ctx.store, name)
        if not caller.may(Right.SEE, known.area):  # in the words of the store for one that is not there
            raise NotFound(f"there is no source {name!r}")
        if not contains(new.area, known.area):
            raise invalid("sources", f"{name!r} is not in {new.area!r}")
    if new.incident is not None:
        incident = incidents.get(ctx.store, new.incident)
        caller.require(incident.area, f"incident {new.incident}")
    with ctx.store.transaction() as tx:
        made = bookmarks.add(
            tx, new.area, new.at, new.until, new.sources, new.incident, new.note, caller.name, ctx.clock.now()
        )
    response.headers["Location"] = f"/api/v1/bookmarks/{made.id}"
    return _of(made)


@router.patch("/bookmarks/{id}")
def change_bookmark(id: NumberInPath, change: BookmarkChange, caller: MayRecordings, ctx: Ctx) -> Bookmark:
    """Another note. It is its owner's, or an administrator's, to change."""
    _require_own(ctx, caller, id)
    with ctx.store.transaction() as tx:
        return _of(bookmarks.set_note(tx, id, change.note, caller.name, ctx.clock.now()))


@router.delete("/bookmarks/{id}", status_code=204)
def remove_bookmark(id: NumberInPath, caller: MayRecordings, ctx: Ctx) -> None:
    """The journal keeps what it was. It is its owner's, or an administrator's, to remove."""
    _require_own(ctx, caller, id)
    with ctx.store.transaction() as tx:
        bookmarks.remove(tx, id, caller.name, ctx.clock.now())


def _require_own(ctx: Context, caller: Caller, bookmark_id: int) -> None:
    known = bookmarks.get(ctx.store, bookmark_id)
    caller.require(known.area, f"bookmark {bookmark_id}")
    if known.owner != caller.name and not caller.may(Right.PEOPLE, known.area):
        raise ProblemError(403, "not_yours", f"{known.owner} made it: only they and administrators may change it")


def _of(bookmark: model.Bookmark) -> Bookmark:
    return Bookmark.model_validate(bookmark_json(bookmark))


def _cursor(bookmark: model.Bookmark) -> str:
    return f"{rfc3339(bookmark.at)}~{bookmark.id}"


def _read_cursor(text: str) -> tuple[datetime, int]:
    at, _, number = text.partition("~")
    try:
        return parse_instant(at), bigint(number)
    except ValueError as error:
        raise invalid("cursor", "is not one that this hub gave out") from error
