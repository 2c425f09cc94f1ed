"""Areas, and how each of them stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from dashboard.api import shapes
from dashboard.api.auth import MaySee
from dashboard.api.context import Ctx
from dashboard.api.fields import AreaFilter, AreaInPath, Cursor, Limit
from hub.errors import NotFound
from hub.model.alert import Severity
from hub.store import areas, journal, readings

_SEVERITIES = tuple(Severity)
_COUNTED = (*_SEVERITIES, "unacknowledged", "sources", "watching", "cameras", "cameras_watching")
router = APIRouter(tags=["areas"])


class _GeoJson(JSONResponse):
    media_type = "application/geo+json"


@router.get("/areas")
def list_areas(
    caller: MaySee, ctx: Ctx, area: AreaFilter = None, cursor: Cursor = None, limit: Limit = 200
) -> shapes.Page[shapes.Area]:
    """In the order of their paths."""
    known = sorted(areas.list_areas(ctx.store, caller.narrow(area)), key=lambda item: item.path)
    after = [item for item in known if item.path > (cursor or "")]
    items = [shapes.Area(path=a.path, parent=a.parent, name=a.name, kind=a.kind) for a in after[:limit]]
    return shapes.Page(items=items, next=items[-1].path if len(after) > limit else None)


@router.get("/areas.geojson", response_class=_GeoJson)
def get_geojson(caller: MaySee, ctx: Ctx) -> shapes.FeatureCollection:
    features = [
        shapes.Feature(
            properties=shapes.FeatureProperties(path=area.path, name=area.name, kind=area.kind),
            geometry=None if area.geometry is None else dict(area.geometry),
        )
        for area in areas.list_areas(ctx.store, caller.narrow())
    ]
    return shapes.FeatureCollection(features=features)


@router.get("/areas/{path:path}/status", response_model=shapes.AreaStatus)
def get_area_status(path: AreaInPath, caller: MaySee, ctx: Ctx) -> Response:
    """Open alerts that are not shelved, and who watches: of the area, and of every grid in it."""
    caller.require(path, f"area {path!r}")

    def made() -> bytes:
        rows = readings.area_status(ctx.store, path, ctx.clock.now())
        if not rows:
            raise NotFound(f"there is no area {path!r}")
        return area_status(path, rows).model_dump_json().encode()

    body = ctx.boards.get(path, journal.last_id(ctx.store), made)
    return Response(body, media_type="application/json")


@router.get("/areas/{path:path}")
def get_area(path: AreaInPath, caller: MaySee, ctx: Ctx) -> shapes.AreaDetail:
    caller.require(path, f"area {path!r}")
    area = areas.get(ctx.store, path)
    children = areas.children(ctx.store, path)
    return shapes.AreaDetail(path=area.path, parent=area.parent, name=area.name, kind=area.kind, children=children)


def area_status(path: str, rows: Sequence[Mapping[str, Any]]) -> shapes.AreaStatus:
    """The sum over ``rows``, which hold each area at and below ``path`` by itself. Pure."""
    total = {key: sum(row[key] for row in rows) for key in _COUNTED}
    # Validated as a whole: a model made for each of a city's grids would take longer than the query.
    return shapes.AreaStatus.model_validate(
        {
            **total,
            "path": path,
            "name": next(row["name"] for row in rows if row["path"] == path),
            "worst": _worst(total),
            "alerts": {severity: total[severity] for severity in _SEVERITIES},
            "watched": total["watching"] / total["sources"] if total["sources"] else 0.0,
            "grids": [{**row, "worst": _worst(row)} for row in rows if row["leaf"]],
        }
    )


def _worst(counts: Mapping[str, Any]) -> Severity | None:
    return next((severity for severity in _SEVERITIES if counts[severity]), None)
