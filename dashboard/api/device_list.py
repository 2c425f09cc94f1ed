"""Devices that are brought in a list: read as a whole first, then all of it is added, or what is right."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from dashboard.api.auth import MaySources
from dashboard.api.caller import Caller
from dashboard.api.camera_shapes import Imported, ImportLine, ImportProblem
from dashboard.api.context import Context, Ctx
from dashboard.api.csv_body import CSV, DryRun, Partial, csv_of
from hub.errors import Problem
from hub.model.rights import Right
from hub.store import areas, sources
from ingest.mqtt import roster

router = APIRouter(tags=["devices"])
_FILE = "list.csv"


@router.post("/devices/import", openapi_extra=CSV)
async def import_devices(
    request: Request,
    caller: MaySources,
    ctx: Ctx,
    dry_run: DryRun = False,
    partial: Partial = False,
) -> Imported:
    """A list in CSV (UTF-8, at most 1 MiB, 20,000 lines): `id,area,type`, where wanted `name,period`. All or nothing.

    What is there already and the same is passed over, so that a list can be sent again; one that is there and differs
    is a problem. 409 `conflict` where somebody else has just taken one of the ids.
    """
    data = await csv_of(request)
    return await run_in_threadpool(_import, ctx, caller, data, dry_run=dry_run, partial=partial)


def _import(ctx: Context, caller: Caller, data: bytes, *, dry_run: bool, partial: bool) -> Imported:
    paths = {area.path for area in areas.list_areas(ctx.store) if caller.may(Right.SOURCES, area.path)}
    known = {source.id: source for source in sources.list_sources(ctx.store)}
    found = roster.read(data, _FILE, paths, known)
    is_done = not dry_run and (partial or not found.problems)
    if is_done and found.new:
        with ctx.store.transaction() as tx:
            sources.add_many(tx, found.new, ctx.clock.now())
    lines = _lines(found)
    return Imported(
        done=is_done,
        added=len(found.new),
        updated=0,
        unchanged=found.unchanged,
        wrong=sum(line.outcome == "wrong" for line in lines),
        lines=lines,
    )


def _lines(found: roster.Roster) -> list[ImportLine]:
    """What becomes of each line, in their order."""
    wrong: dict[int, list[Problem]] = {}
    for problem in found.problems:
        wrong.setdefault(problem.line, []).append(problem)
    right = [
        ImportLine(line=one.line, id=one.id, outcome="added" if one.is_new else "unchanged", problems=[])
        for one in found.right
    ]
    bad = [
        ImportLine(
            line=line, id="", outcome="wrong",
            problems=[ImportProblem(key=each.key, message=each.message) for each in problems],
        )
        for line, problems in wrong.items()
    ]  # fmt: skip
    return sorted([*right, *bad], key=lambda line: line.line)
