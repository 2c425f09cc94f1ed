"""Devices, with their condition and the newest value of each of their series; and what types there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from dashboard.api import device_shapes
from dashboard.api.auth import Integrator, Viewer, narrow
from dashboard.api.context import Context, Ctx
from dashboard.api.device_shapes import DeviceProblem
from dashboard.api.fields import AreaFilter, AreaPath, Body, Cursor, Duration, IdInPath, Limit
from dashboard.api.shapes import Page
from dashboard.api.sources import Row, changeable, remove, require_area, seen_row
from hub.config.device_types import TypeName
from hub.config.values import SourceId
from hub.model.people import Person
from hub.model.quality import Quality
from hub.model.source import Source, SourceKind, SourceState
from hub.model.times import format_duration
from hub.store import devices as device_rows
from hub.store import readings, sources

LATEST_WITHIN = timedelta(days=7)
"""An older value is not called the latest any more."""
router = APIRouter(tags=["devices"])

Name = Annotated[str, Field(min_length=1, max_length=200)]
_GONE = {SourceState.SILENT, SourceState.OFFLINE}


class DeviceNew(Body):
    """As in the configuration."""

    id: SourceId
    area: AreaPath
    type: TypeName
    name: Name | None = None
    period: Duration | None = None


class DeviceChange(Body):
    """What is left out stays as it is."""

    area: AreaPath | None = None
    type: TypeName | None = None
    name: Name | None = None
    period: Duration | None = None


@router.get("/devices")
def list_devices(
    person: Viewer,
    ctx: Ctx,
    area: AreaFilter = None,
    state: Annotated[SourceState | None, Query()] = None,
    problem: Annotated[DeviceProblem | None, Query(description="those that somebody should look at")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[device_shapes.Device]:
    """In the order of their ids."""
    rows = readings.source_page(
        ctx.store,
        SourceKind.DEVICE,
        area=narrow(person, area),
        state=state,
        problem=problem,
        cursor=cursor or "",
        limit=limit + 1,
    )
    more = len(rows) > limit
    return Page(items=_of_rows(ctx, rows[:limit]), next=rows[limit - 1]["id"] if more else None)


@router.post("/devices", status_code=201)
def add_device(new: DeviceNew, person: Integrator, ctx: Ctx, response: Response) -> device_shapes.Device:
    """409 `conflict` where the id is taken."""
    require_area(ctx, person, new.area)
    config = _with_period({}, new.period)
    source = Source(new.id, SourceKind.DEVICE, new.area, new.type, new.name or new.id, config, origin="api")
    with ctx.store.transaction() as tx:
        sources.add(tx, source, ctx.clock.now())
    response.headers["Location"] = f"/api/v1/devices/{new.id}"
    return one(ctx, person, new.id)


@router.get("/devices/types")
def list_device_types(_: Viewer, ctx: Ctx) -> list[device_shapes.DeviceType]:
    """Those that are built in and those of the configuration: what they measure, and what of it is plausible."""
    found = []
    for name, kind in device_rows.types(ctx.store).items():
        known = kind.model_dump(mode="json", include={"name", "period", "metrics"})
        battery = {"battery_metric": kind.battery.metric, "battery_low": kind.battery.low}
        found.append(device_shapes.DeviceType.model_validate({"type": name, **known, **battery}))
    return found


@router.get("/devices/{id}")
def get_device(id: IdInPath, person: Viewer, ctx: Ctx) -> device_shapes.Device:
    return one(ctx, person, id)


@router.patch("/devices/{id}")
def change_device(id: IdInPath, change: DeviceChange, person: Integrator, ctx: Ctx) -> device_shapes.Device:
    source = changeable(ctx, person, SourceKind.DEVICE, id)
    if change.area is not None:
        require_area(ctx, person, change.area)
    changed = replace(source, **change.model_dump(exclude_none=True, exclude={"period"}))
    with ctx.store.transaction() as tx:
        sources.update(tx, replace(changed, config=_with_period(dict(changed.config), change.period)))
    return one(ctx, person, id)


@router.delete("/devices/{id}", status_code=204)
def remove_device(id: IdInPath, person: Integrator, ctx: Ctx) -> None:
    remove(ctx, person, SourceKind.DEVICE, id)


@router.post("/devices/{id}/approve")
def approve_device(id: IdInPath, person: Integrator, ctx: Ctx) -> device_shapes.Device:
    """From now on what the device says is taken in. One that is approved already stays so."""
    seen_row(ctx, person, SourceKind.DEVICE, id)
    source = sources.get(ctx.store, id)
    if not source.approved:
        with ctx.store.transaction() as tx:
            sources.update(tx, replace(source, approved=True))
    return one(ctx, person, id)


def one(ctx: Context, person: Person, device_id: str) -> device_shapes.Device:
    """Raises NotFound, also outside the person's area."""
    return _of_rows(ctx, [seen_row(ctx, person, SourceKind.DEVICE, device_id)])[0]


def _of_rows(ctx: Context, rows: Sequence[Row]) -> list[device_shapes.Device]:
    latest: dict[str, dict[str, Any]] = {row["id"]: {} for row in rows}
    if rows:
        for point in readings.latest(ctx.store, list(latest), ctx.clock.now() - LATEST_WITHIN):
            latest[point["source"]][point["metric"]] = {**point, "flags": Quality(point["quality"]).words}
    return [_device(row, latest[row["id"]]) for row in rows]


def _device(row: Row, latest: dict[str, Any]) -> device_shapes.Device:
    problems = list(row["detail"].get("problems", []))
    if row["state"] in _GONE:
        problems.insert(0, "silent")
    condition = {**row["detail"], "problems": problems}
    known = {"condition": condition, "latest": latest, "period": row["config"].get("period")}
    return device_shapes.Device.model_validate({**row, **known})


def _with_period(config: dict[str, Any], period: timedelta | None) -> dict[str, Any]:
    return config if period is None else {**config, "period": format_duration(period)}
