"""Cameras: their settings, their health and their pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field, TypeAdapter

from dashboard.api import camera_shapes, masking, shapes
from dashboard.api.auth import MayLive, MayRecordings, MaySee, MaySources
from dashboard.api.caller import Caller
from dashboard.api.context import Context, Ctx
from dashboard.api.fields import AreaFilter, AreaPath, Body, Cursor, IdInPath, Instant, Limit
from dashboard.api.masking import AskedMasks
from dashboard.api.problems import ProblemError, invalid
from dashboard.api.sources import Row, changing, require_area, seen_row
from hub.config.address import check_written, hosts, place
from hub.config.settings import (
    WORKER_KEYS,
    AnalyseSettings,
    Lines,
    RecordSettings,
    RtspUrl,
    Tls,
    Transport,
    Zones,
)
from hub.config.values import SourceId
from hub.config.vault import SecretLost, Vault
from hub.model.area import not_a_grid
from hub.model.source import Source, SourceKind, SourceState
from hub.model.times import format_duration
from hub.store import areas, health, readings, segments, sources

LONGEST_LISTING = timedelta(days=31)
LONGEST_CLIP = timedelta(minutes=30)
LONGEST_MASKED_CLIP = timedelta(minutes=5)
"""It is encoded anew."""
router = APIRouter(tags=["cameras"])

Name = Annotated[str, Field(min_length=1, max_length=200)]
Url = Annotated[RtspUrl, Field(max_length=2000)]
Credential = Annotated[str, Field(min_length=1, max_length=256)]
_ZONES: TypeAdapter[Zones] = TypeAdapter(Zones)


class CameraNew(Body):
    """As in the configuration; the password stands here instead of in a file. It is never answered."""

    id: SourceId
    url: Url
    area: AreaPath
    name: Name | None = None
    enabled: bool = True
    substream_url: Url | None = None
    transport: Transport = "tcp"
    tls: Tls = "verified"
    username: Credential | None = None
    password: Credential | None = None
    record: RecordSettings = RecordSettings()
    analyse: AnalyseSettings = AnalyseSettings()
    zones: Zones = ()
    lines: Lines = ()


class CameraChange(Body):
    """What is left out stays as it is. A new host of the camera needs its credentials again. ``zones_were``: as they
    were read, so that no zone of somebody else is written over."""

    url: Url | None = None
    area: AreaPath | None = None
    name: Name | None = None
    enabled: bool | None = None
    substream_url: Url | None = None
    transport: Transport | None = None
    tls: Tls | None = None
    username: Credential | None = None
    password: Credential | None = None
    record: RecordSettings | None = None
    analyse: AnalyseSettings | None = None
    zones: Zones | None = None
    zones_were: Zones | None = None
    lines: Lines | None = None


@router.get("/cameras")
def list_cameras(
    caller: MaySee,
    ctx: Ctx,
    area: AreaFilter = None,
    state: Annotated[SourceState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> shapes.Page[camera_shapes.Camera]:
    """In the order of their ids."""
    rows = readings.source_page(
        ctx.store, SourceKind.CAMERA, within=caller.narrow(area), state=state, cursor=cursor or "", limit=limit + 1
    )
    items = [_of_row(row) for row in rows[:limit]]
    return shapes.Page(items=items, next=items[-1].id if len(rows) > limit else None)


@router.post("/cameras", status_code=201)
def add_camera(
    new: CameraNew, caller: MaySources, ctx: Ctx, request: Request, response: Response
) -> camera_shapes.Camera:
    """409 `conflict` where the id is taken."""
    _require_grid(ctx, caller, new.area)
    settings = new.model_dump(mode="json", include=set(WORKER_KEYS))
    where, secret = place(new.url, new.substream_url, new.username, new.password)
    _check(ctx, where)
    source = Source(
        id=new.id,
        kind=SourceKind.CAMERA,
        area=new.area,
        type="camera",
        name=new.name or new.id,
        config={**where, **settings},
        secret=secret,
        origin="api",
    )
    sealed = Vault.of(ctx.config).seal(source)
    masking.added(request, source)
    with ctx.store.transaction() as tx:
        sources.add(tx, sealed, ctx.clock.now())
    response.headers["Location"] = f"/api/v1/cameras/{new.id}"
    return _one(ctx, caller, new.id)


@router.get("/cameras/{id}")
def get_camera(id: IdInPath, caller: MaySee, ctx: Ctx) -> camera_shapes.Camera:
    return _one(ctx, caller, id)


@router.patch("/cameras/{id}")
def change_camera(
    id: IdInPath, change: CameraChange, caller: MaySources, ctx: Ctx, request: Request
) -> camera_shapes.Camera:
    """403 where a privacy mask is taken away or changed by who has not the right `unmasked` there; 409
    `changed_meanwhile` where the zones are not as they were read."""
    if change.area is not None and change.area != seen_row(ctx, caller, SourceKind.CAMERA, id)["area"]:
        _require_grid(ctx, caller, change.area)
    with changing(ctx, caller, SourceKind.CAMERA, id) as (tx, source):
        zones = _ZONES.validate_python(source.config.get("zones") or ())
        if change.zones_were is not None and change.zones_were != zones:
            raise ProblemError(409, "changed_meanwhile", "somebody else has changed the zones meanwhile: look again")
        changed = Vault.of(ctx.config).seal(_changed(ctx, source, change))
        masking.change(request, caller, source, changed)
        sources.update(tx, changed)
    return _one(ctx, caller, id)


@router.delete("/cameras/{id}", status_code=204)
def remove_camera(id: IdInPath, caller: MaySources, ctx: Ctx, request: Request) -> None:
    """403 for one with privacy masks, by who has not the right `unmasked` there: what it recorded would lose them."""
    with changing(ctx, caller, SourceKind.CAMERA, id) as (tx, source):
        masking.change(request, caller, source, None)
        sources.remove(tx, id)


def _live(id: IdInPath, caller: MayLive, ctx: Ctx) -> Row:
    return seen_row(ctx, caller, SourceKind.CAMERA, id)


def _recorded(id: IdInPath, caller: MayRecordings, ctx: Ctx) -> Row:
    return seen_row(ctx, caller, SourceKind.CAMERA, id)


LiveCamera = Annotated[Row, Depends(_live)]
RecordedCamera = Annotated[Row, Depends(_recorded)]
_JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
_MP4: dict[int | str, dict[str, Any]] = {200: {"content": {"video/mp4": {}}}}


@router.get("/cameras/{id}/snapshot", response_class=Response, responses=_JPEG)
async def get_camera_snapshot(
    camera: LiveCamera, caller: MayLive, ctx: Ctx, asked: AskedMasks, width: Annotated[int, Query(ge=16, le=3840)] = 960
) -> Response:
    """The newest picture, taken at `X-Frame-Time`. 503 with the camera's state as code where there is none."""
    return await ctx.pictures.newest(camera, width, asked.to_burn(caller, camera), lifted=asked.lifted)


@router.get("/cameras/{id}/recordings")
def get_recordings(
    camera: RecordedCamera,
    ctx: Ctx,
    first: Annotated[Instant, Query(alias="from")],
    last: Annotated[Instant, Query(alias="to")],
) -> camera_shapes.Recordings:
    """The segments and the gaps that touch [from, to], at most 31 days."""
    _require_interval(first, last, LONGEST_LISTING)
    found = segments.list_segments(ctx.store, camera["id"], first, last)
    gaps = health.gaps(ctx.store, camera["id"], first, last)
    return camera_shapes.Recordings(
        segments=[
            camera_shapes.RecordedSegment.model_validate(
                {
                    "from": item.began_at,
                    "to": item.ended_at,
                    "size_bytes": item.size_bytes,
                    "eventful": item.eventful,
                }
            )
            for item in found
        ],
        gaps=[camera_shapes.Gap.model_validate(gap) for gap in gaps],
    )


@router.get("/cameras/{id}/clip", response_class=FileResponse, responses=_MP4)
async def get_clip(
    camera: RecordedCamera,
    caller: MayRecordings,
    ctx: Ctx,
    asked: AskedMasks,
    first: Annotated[Instant, Query(alias="from")],
    last: Annotated[Instant, Query(alias="to")],
) -> FileResponse:
    """[from, to] as one MP4, at most 30 minutes, 5 with masks burnt in; it may begin a keyframe earlier.

    404 `nothing_recorded`.
    """
    masks = asked.to_burn(caller, camera)
    _require_interval(first, last, LONGEST_MASKED_CLIP if masks else LONGEST_CLIP)
    return await ctx.pictures.clip(ctx.store, camera["id"], first, last, masks)


def _require_interval(first: datetime, last: datetime, longest: timedelta) -> None:
    if not timedelta(0) < last - first <= longest:
        raise invalid("to", f"must come after from, by at most {format_duration(longest)}")


def _one(ctx: Context, caller: Caller, camera_id: str) -> camera_shapes.Camera:
    return _of_row(seen_row(ctx, caller, SourceKind.CAMERA, camera_id))


def _of_row(row: Row) -> camera_shapes.Camera:
    return camera_shapes.Camera.model_validate({**row["config"], **row})


def _changed(ctx: Context, source: Source, change: CameraChange) -> Source:
    """``source`` with what is set in ``change``."""
    sent = change.model_dump(mode="json", include=change.model_fields_set)
    config = {**source.config, **{key: sent[key] for key in WORKER_KEYS if sent.get(key) is not None}}
    for key in ("zones", "lines"):
        if key in sent:
            config[key] = sent[key] or []
    url = change.url or str(config["url"])
    substream_url = change.substream_url if "substream_url" in sent else config.get("substream_url")
    where, given = place(url, substream_url, change.username, change.password)
    config |= where
    _check(ctx, where)
    secret = source.secret
    if hosts(config) - hosts(source.config):
        secret = given  # or whoever may change the URL could have the password sent to a host of theirs
    elif given:
        secret = {**_known_secret(ctx, source), **given}
    area, name = change.area or source.area, change.name or source.name
    return replace(source, area=area, name=name, config=config, secret=secret)


def _known_secret(ctx: Context, source: Source) -> dict[str, str]:
    try:
        return dict(Vault.of(ctx.config).unseal(source).secret or {})
    except SecretLost:  # then what is sent is all there is
        return {}


def _require_grid(ctx: Context, caller: Caller, area: str) -> None:
    """Raises ProblemError 422 where there is no such area for this caller, or others lie below it."""
    require_area(ctx, caller, area)
    if words := not_a_grid(area, areas.children(ctx.store, area)):
        raise invalid("area", words)


def _check(ctx: Context, where: dict[str, Any]) -> None:
    """Raises AddressNotAllowed."""
    for key in ("url", "substream_url"):
        check_written(where[key] or "", ctx.config.network.allowed)
