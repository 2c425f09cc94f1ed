"""Walls: what each person has saved of them. Nobody sees another's; what a tile shows is asked for by itself."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Path
from pydantic import AfterValidator, BaseModel, Field, model_validator

from dashboard.api import shapes
from dashboard.api.auth import MaySee
from dashboard.api.context import Ctx
from dashboard.api.fields import AreaPath, Body, Text
from dashboard.api.problems import ProblemError
from hub.config.values import SourceId
from hub.errors import Conflict
from hub.store import walls

MOST_TILES = 25
router = APIRouter(tags=["walls"])


def _plain(name: str) -> str:
    if "/" in name or name != name.strip():
        raise ValueError("must have no slash, and no blank at either end")
    return name


Name = Annotated[Text, Field(min_length=1, max_length=60), AfterValidator(_plain)]


class CameraTile(Body):
    kind: Literal["camera"]
    id: SourceId


class AreaTile(Body):
    """The camera of whatever alarms there; otherwise one that sees the area."""

    kind: Literal["area"]
    path: AreaPath


Tile = Annotated[CameraTile | AreaTile, Field(discriminator="kind")]


class Layout(Body):
    """``tiles``: from left to right and from the top; null is an empty one."""

    kind: Literal["layout"]
    tiles: Annotated[list[Tile | None], Field(min_length=1, max_length=MOST_TILES)]


class Tour(Body):
    """Layouts that follow one another, each for ``dwell_s`` seconds."""

    kind: Literal["tour"]
    layouts: Annotated[list[Name], Field(min_length=1, max_length=50)]
    dwell_s: Annotated[int, Field(ge=5, le=3600)]

    @model_validator(mode="after")
    def _moves(self) -> Self:
        if len(set(self.layouts)) < 2:
            raise ValueError("a tour has two different layouts at least")
        return self


WallBody = Annotated[Layout | Tour, Field(discriminator="kind")]


class Wall(BaseModel):
    name: str
    body: WallBody
    changed_at: shapes.Time


@router.get("/walls")
def list_walls(caller: MaySee, ctx: Ctx) -> shapes.Page[Wall]:
    """One's own, in the order of their names, on one page."""
    found = walls.list_walls(ctx.store, caller.name)
    items = [Wall.model_validate({"name": w.name, "body": w.body, "changed_at": w.changed_at}) for w in found]
    return shapes.Page(items=items, next=None)


@router.put("/walls/{name}")
def save_wall(name: Annotated[Name, Path()], body: WallBody, caller: MaySee, ctx: Ctx) -> Wall:
    """Save a layout or a tour under a name, or something else under the same. 409 `too_many` beyond 100."""
    now = ctx.clock.now()
    try:
        walls.put(ctx.store, caller.name, walls.Wall(name, body.model_dump(mode="json"), now))
    except Conflict as conflict:
        raise ProblemError(409, str(conflict), f"there are {walls.MOST} already: remove one") from conflict
    return Wall(name=name, body=body, changed_at=now)


@router.delete("/walls/{name}", status_code=204)
def remove_wall(name: Annotated[Name, Path()], caller: MaySee, ctx: Ctx) -> None:
    walls.remove(ctx.store, caller.name, name)
