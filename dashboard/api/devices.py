"""Devices, with their condition and the newest value of each of their series; and what types there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import Field

from dashboard.api import device_shapes
from dashboard.api.auth import MaySee, MaySources
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.device_shapes import DeviceProblem
from dashboard.api.fields import AreaFilter, AreaPath, Body, Cursor, Duration, IdInPath, Limit
from dashboard.api.shapes import Page
from dashboard.api.sources import Row, changing, require_area, seen_row
from hub.config.device_types import TypeName
from hub.config.values import SourceId
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
    caller: MaySee,
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
        within=caller.narrow(area),
        state=state,
        problem=problem,
        cursor=cursor or "",
        limit=limit + 1,
    )
    more = len(rows) > limit
    return Page(items=_of_rows(ctx, rows[:limit]), next=rows[limit - 1]["id"] if more else None)


@router.post("/devices", status_code=201)
def add_device(new: DeviceNew, caller: MaySources, ctx: Ctx, response: Response) -> device_shapes.Device:
    """409 `conflict` where the id is taken."""
    require_area(ctx, caller, new.area)
    config = _with_period({}, new.period)
    source = Source(new.id, SourceKind.DEVICE, new.area, new.type, new.name or new.id, config, origin="api")
    with ctx.store.transaction() as tx:
        sources.add(tx, source, ctx.clock.now())
    response.headers["Location"] = f"/api/v1/devices/{new.id}"
    return one(ctx, caller, new.id)


@router.get("/devices/types")
def list_device_types(_: MaySee, ctx: Ctx) -> list[device_shapes.DeviceType]:
    """Those that are built in and those of the configuration: what they measure, and what of it is plausible."""
    found = []
    for name, kind in device_rows.types(ctx.store).items():
        known = kind.model_dump(mode="json", include={"name", "period", "metrics"})
        battery = {"battery_metric": kind.battery.metric, "battery_low": kind.battery.low}
        found.append(device_shapes.DeviceType.model_validate({"type": name, **known, **battery}))
    return found


@router.get("/devices/{id}")
def get_device(id: IdInPath, caller: MaySee, ctx: Ctx) -> device_shapes.Device:
    return one(ctx, caller, id)


@router.patch("/devices/{id}")
def change_device(id: IdInPath, change: DeviceChange, caller: MaySources, ctx: Ctx) -> device_shapes.Device:
    seen_row(ctx, caller, SourceKind.DEVICE, id)
    if change.area is not None:
        require_area(ctx, caller, change.area)
    with changing(ctx, caller, SourceKind.DEVICE, id) as (tx, source):
        changed = replace(source, **change.model_dump(exclude_none=True, exclude={"period"}))
        sources.update(tx, replace(changed, config=_with_period(dict(changed.config), change.period)))
    return one(ctx, caller, id)


@router.delete("/devices/{id}", status_code=204)
def remove_device(id: IdInPath, caller: MaySources, ctx: Ctx) -> None:
    with changing(ctx, caller, SourceKind.DEVICE, id) as (tx, _):
        sources.remove(tx, id)


@router.post("/devices/{id}/approve")
def approve_device(id: IdInPath, caller: MaySources, ctx: Ctx) -> device_shapes.Device:
    """From now on what the device says is taken in. One that is approved already stays so."""
    with changing(ctx, caller, SourceKind.DEVICE, id, configured=True) as (tx, source):
        if not source.approved:
            sources.update(tx, replace(source, approved=True))
    return one(ctx, caller, id)


def one(ctx: Context, caller: Caller, device_id: str) -> device_shapes.Device:
    """Raises NotFound, also outside the person's area."""
    return _of_rows(ctx, [seen_row(ctx, caller, SourceKind.DEVICE, device_id)])[0]


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
