"""Cameras before they are there: asked one by one, found on the network, and brought in a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from dashboard.api import camera_shapes, masking
from dashboard.api.auth import MaySources
from dashboard.api.caller import Caller
from dashboard.api.cameras import Credential, Url
from dashboard.api.context import Context, Ctx
from dashboard.api.csv_body import CSV, DryRun, Partial, csv_of
from dashboard.api.fields import AreaPath, Body
from hub.config.address import check_written, place
from hub.config.settings import Tls, Transport
from hub.config.vault import Vault
from hub.model.rights import Right
from ingest.video import importing, roster

router = APIRouter(tags=["cameras"])
_FILE = "list.csv"


class ToProbe(Body):
    url: Url
    transport: Transport = "tcp"
    tls: Tls = "verified"
    username: Credential | None = None
    password: Credential | None = None


class ToDiscover(Body):
    """``targets``: hosts and networks, at most 1024 addresses; left out, everybody on the hub's own network.

    With a user, devices are asked for their streams; the password goes to each of them as a digest.
    """

    targets: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=255)], ...], Field(max_length=256)] = ()
    username: Credential | None = None
    password: Credential | None = None
    area: AreaPath | None = None


@router.post("/cameras/probe")
async def probe_camera(what: ToProbe, caller: MaySources, ctx: Ctx, request: Request) -> camera_shapes.Probe:
    """Open a camera once, before it is added: what it sends, measured, or why it cannot be had. Takes up to 18 s.

    403 `address_not_allowed` where no camera may be at its address. Without a picture where a camera of the same host
    has privacy masks, for who has not the right `unmasked` there.
    """
    check_written(what.url, ctx.config.network.allowed)
    where, secret = place(what.url, None, what.username, what.password)
    found = await ctx.pictures.probe(where["url"], secret or {}, what.transport, what.tls)
    return await run_in_threadpool(masking.probed, request, ctx, caller, where["url"], found)


@router.post("/cameras/discover")
async def discover_cameras(what: ToDiscover, _: MaySources, ctx: Ctx) -> camera_shapes.Discovered:
    """Cameras that answer by ONVIF (WS-Discovery), with their streams. Takes up to 60 s."""
    given = {"username": what.username or "", "password": what.password or ""}
    return await ctx.pictures.discover(what.targets, given, what.area or "")


@router.post("/cameras/import", openapi_extra=CSV)
async def import_cameras(
    request: Request,
    caller: MaySources,
    ctx: Ctx,
    dry_run: DryRun = False,
    partial: Partial = False,
    update: Annotated[bool, Query(description="change cameras that are there and differ")] = False,
) -> camera_shapes.Imported:
    """A list in CSV (UTF-8, at most 1 MiB, 20,000 lines): `id,url,area` and optional columns. All of it or nothing.

    What is there already and the same is passed over, so that a list can be sent again.
    """
    data = await csv_of(request)
    return await run_in_threadpool(_import, ctx, caller, request, data, dry_run=dry_run, partial=partial, update=update)


def _import(
    ctx: Context, caller: Caller, request: Request, data: bytes, *, dry_run: bool, partial: bool, update: bool
) -> camera_shapes.Imported:
    vault = Vault.of(ctx.config)
    known = importing.known_to(ctx.store, ctx.config.network.allowed, vault)
    planned = importing.plan(data, _FILE, _narrowed(known, caller), update=update)
    is_done = not dry_run and (partial or not planned.problems)
    if is_done:
        for entry in planned.changed:
            masking.change(request, caller, known.sources[entry.source.id], entry.source)
        importing.carry_out(ctx.store, planned, vault, ctx.clock.now())
    lines = planned.lines()
    return camera_shapes.Imported(
        done=is_done,
        added=len(planned.new),
        updated=len(planned.changed),
        unchanged=len(planned.unchanged),
        wrong=sum(line.outcome == "wrong" for line in lines),
        lines=[
            camera_shapes.ImportLine(
                line=line.line,
                id=line.id,
                outcome=line.outcome,
                problems=[camera_shapes.ImportProblem(key=item.key, message=item.message) for item in line.problems],
            )
            for line in lines
        ],
    )


def _narrowed(known: roster.Known, caller: Caller) -> roster.Known:
    """To the areas that this person may see; ids of cameras outside of them are taken, and no more is said."""
    return replace(known, areas={path for path in known.areas if caller.may(Right.SOURCES, path)})
