"""The hub itself: how its store grows, when its disks are full, what needs attention, and the versions."""

from __future__ import annotations

import platform
import shutil
from datetime import timedelta

from fastapi import APIRouter
from pydantic import BaseModel

from dashboard.api.auth import MaySystem
from dashboard.api.context import Context, Ctx
from dashboard.api.problems import ProblemError
from dashboard.api.shapes import Time
from dashboard.api.version import VERSION
from hub.app import db_status
from hub.model.times import format_duration
from hub.store import segments, status

DAY = timedelta(days=1)
_LARGEST = 12
router = APIRouter(tags=["operations"])


class DiskSpace(BaseModel):
    """``full_in_days``: as it grows now; null where that is out of sight, or not known yet."""

    free_bytes: int
    total_bytes: int
    full_in_days: float | None


class TableSize(BaseModel):
    """``rows`` is an estimate; ``keep``: for how long rows are kept, null for ever."""

    name: str
    rows: int
    size_bytes: int
    keep: str | None


class Lag(BaseModel):
    reader: str
    writer: str
    batches: int
    behind_s: float


class Database(BaseModel):
    """``disk`` is null where it is not on this machine; ``growth_bytes`` a day, null while too little was measured."""

    size_bytes: int
    disk: DiskSpace | None
    growth_bytes: float | None
    tables: list[TableSize]
    readers: list[Lag]


class RecordedSpace(BaseModel):
    """``day_bytes``: recorded in the last 24 hours; ``first``: the beginning of the oldest that is kept."""

    size_bytes: int
    day_bytes: int
    first: Time | None
    disk: DiskSpace


class Versions(BaseModel):
    hub: str
    python: str
    server: str
    timescale: str | None
    schema_version: str


class System(BaseModel):
    started_at: Time
    now: Time
    database: Database
    recordings: RecordedSpace
    versions: Versions
    troubles: list[str]


@router.get("/system")
def get_system(caller: MaySystem, ctx: Ctx) -> System:
    """For those who run the hub as a whole. What is counted are the server's own estimates: asking costs little."""
    if not caller.everywhere:
        raise ProblemError(403, "not_allowed", f"this needs the right '{caller.right}' in the whole city")
    now = ctx.clock.now()
    found = status.read(ctx.store, now, db_status.keep(ctx.config))
    disk = db_status.disk_of(ctx.config, found.data_directory)
    growth = found.growth
    return System(
        started_at=ctx.started_at,
        now=now,
        database=Database(
            size_bytes=found.size_bytes,
            disk=None if disk is None else _space(disk, status.full_in_days(found, disk, now)),
            growth_bytes=None if growth is None else growth.raw_bytes + growth.other_bytes,
            tables=[
                TableSize(
                    name=table.name,
                    rows=table.rows,
                    size_bytes=table.size_bytes,
                    keep=None if table.keep is None else format_duration(table.keep),
                )
                for table in found.tables[:_LARGEST]
            ],
            readers=[
                Lag(reader=each.reader, writer=each.writer, batches=each.batches, behind_s=each.behind.total_seconds())
                for each in found.readers
            ],
        ),
        recordings=_recordings(ctx),
        versions=Versions(
            hub=VERSION,
            python=platform.python_version(),
            server=found.server,
            timescale=found.timescale,
            schema_version=found.schema,
        ),
        troubles=status.troubles(found, disk, now),
    )


def _recordings(ctx: Context) -> RecordedSpace:
    now = ctx.clock.now()
    recorded = segments.recorded(ctx.store, now - DAY)
    usage = shutil.disk_usage(ctx.config.data_dir if ctx.config.data_dir.exists() else ctx.config.data_dir.parent)
    # Until the oldest is as old as it is kept for, as much is added as comes in; then it stays as it is.
    days = usage.free / recorded.day_bytes if recorded.day_bytes > 0 else None
    space = _space(status.Disk(usage.free, usage.total), days)
    return RecordedSpace(
        size_bytes=recorded.size_bytes, day_bytes=recorded.day_bytes, first=recorded.first, disk=space
    )


def _space(disk: status.Disk, days: float | None) -> DiskSpace:
    return DiskSpace(free_bytes=disk.free_bytes, total_bytes=disk.total_bytes, full_in_days=days)
