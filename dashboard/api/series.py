"""What sources have said, over time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from dashboard.api import shapes
from dashboard.api.auth import Viewer, require_seen
from dashboard.api.context import Ctx
from dashboard.api.fields import Duration, Instant, Text
from dashboard.api.problems import invalid
from hub.store import readings, sources

MAX_POINTS = 10_000
SHORTEST_STEP = timedelta(milliseconds=1)
router = APIRouter(tags=["series"])


@router.get("/series")
def get_series(
    person: Viewer,
    ctx: Ctx,
    source: Annotated[Text, Query(max_length=127)],
    metric: Annotated[Text, Query(max_length=127)],
    first: Annotated[Instant, Query(alias="from")],
    last: Annotated[Instant, Query(alias="to")],
    step: Annotated[Duration | None, Query(description="the width of a bucket; left out: points as they came")] = None,
) -> shapes.Series:
    """[from, to), oldest first, at most 10,000 points; buckets in which nothing was said are left out."""
    if first >= last:
        raise invalid("to", "must come after from")
    if step is not None and (step < SHORTEST_STEP or (last - first) / step > MAX_POINTS):
        raise invalid("step", f"must be at least 1ms and make at most {MAX_POINTS} buckets")
    require_seen(person, sources.get(ctx.store, source).area, f"source {source!r}")
    if step is None:
        points, step_s = _points(ctx, source, metric, first, last), None
    else:
        points, step_s = _buckets(ctx, source, metric, first, last, step), step.total_seconds()
    head = {"source": source, "metric": metric, "from": first, "to": last, "step_s": step_s}
    return shapes.Series.model_validate({**head, "points": points})


def _points(ctx: Ctx, source: str, metric: str, first: datetime, last: datetime) -> list[tuple[object, ...]]:
    rows = readings.points(ctx.store, source, metric, first, last, MAX_POINTS)
    return [
        (row["ts"], row["value"]) if row["text"] is None or row["value"] is not None else (row["ts"], None, row["text"])
        for row in rows
    ]


def _buckets(
    ctx: Ctx, source: str, metric: str, first: datetime, last: datetime, step: timedelta
) -> list[tuple[object, ...]]:
    rows = readings.buckets(ctx.store, source, metric, first, last, step, MAX_POINTS)
    return [(row["ts"], row["mean"], row["min"], row["max"], row["count"]) for row in rows]
