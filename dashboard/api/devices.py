"""Devices, with the newest value of each of their series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from dashboard.api import shapes
from dashboard.api.auth import Integrator, Viewer, narrow
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaFilter, AreaPath, Body, Cursor, IdInPath, Limit
from dashboard.api.sources import Row, changeable, remove, require_area, seen_row
from hub.config import DeviceSettings
from hub.config.values import SourceId
from hub.model.people import Person
from hub.model.source import Source, SourceKind, SourceState
from hub.store import readings, sources

LATEST_WITHIN = timedelta(days=7)
"""An older value is not called the latest any more."""
router = APIRouter(tags=["devices"])

Name = Annotated[str, Field(min_length=1, max_length=200)]
DeviceType = Annotated[str, Field(pattern=DeviceSettings.model_fields["type"].metadata[0].pattern)]


class DeviceNew(Body):
    """As in the configuration."""

    id: SourceId
    area: AreaPath
    type: DeviceType
    name: Name | None = None


class DeviceChange(Body):
    """What is left out stays as it is."""

    area: AreaPath | None = None
    type: DeviceType | None = None
    name: Name | None = None


@router.get("/devices")
def list_devices(
    person: Viewer,
    ctx: Ctx,
    area: AreaFilter = None,
    state: Annotated[SourceState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> shapes.Page[shapes.Device]:
    """In the order of their ids."""
    rows = readings.source_page(
        ctx.store, SourceKind.DEVICE, area=narrow(person, area), state=state, cursor=cursor or "", limit=limit + 1
    )
    more = len(rows) > limit
    return shapes.Page(items=_of_rows(ctx, rows[:limit]), next=rows[limit - 1]["id"] if more else None)


@router.post("/devices", status_code=201)
def add_device(new: DeviceNew, person: Integrator, ctx: Ctx, response: Response) -> shapes.Device:
    """409 `conflict` where the id is taken."""
    require_area(ctx, person, new.area)
    source = Source(new.id, SourceKind.DEVICE, new.area, new.type, new.name or new.id, origin="api")
    with ctx.store.transaction() as tx:
        sources.add(tx, source, ctx.clock.now())
    response.headers["Location"] = f"/api/v1/devices/{new.id}"
    return _one(ctx, person, new.id)


@router.get("/devices/{id}")
def get_device(id: IdInPath, person: Viewer, ctx: Ctx) -> shapes.Device:
    return _one(ctx, person, id)


@router.patch("/devices/{id}")
def change_device(id: IdInPath, change: DeviceChange, person: Integrator, ctx: Ctx) -> shapes.Device:
    source = changeable(ctx, person, SourceKind.DEVICE, id)
    if change.area is not None:
        require_area(ctx, person, change.area)
    changed = replace(source, **change.model_dump(exclude_none=True))
    with ctx.store.transaction() as tx:
        sources.update(tx, changed)
    return _one(ctx, person, id)


@router.delete("/devices/{id}", status_code=204)
def remove_device(id: IdInPath, person: Integrator, ctx: Ctx) -> None:
    remove(ctx, person, SourceKind.DEVICE, id)


@router.post("/devices/{id}/approve")
def approve_device(id: IdInPath, person: Integrator, ctx: Ctx) -> shapes.Device:
    """From now on what the device says is taken in. One that is approved already stays so."""
    seen_row(ctx, person, SourceKind.DEVICE, id)
    source = sources.get(ctx.store, id)
    if not source.approved:
        with ctx.store.transaction() as tx:
            sources.update(tx, replace(source, approved=True))
    return _one(ctx, person, id)


def _one(ctx: Context, person: Person, device_id: str) -> shapes.Device:
    return _of_rows(ctx, [seen_row(ctx, person, SourceKind.DEVICE, device_id)])[0]


def _of_rows(ctx: Context, rows: Sequence[Row]) -> list[shapes.Device]:
    latest: dict[str, dict[str, Any]] = {row["id"]: {} for row in rows}
    if rows:
        for point in readings.latest(ctx.store, list(latest), ctx.clock.now() - LATEST_WITHIN):
            latest[point["source"]][point["metric"]] = point
    return [shapes.Device.model_validate({**row, "latest": latest[row["id"]]}) for row in rows]
