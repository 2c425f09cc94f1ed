"""What sources have said, over time: as it came, or in buckets that are added up from the level that suits them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import PlainValidator, WithJsonSchema

from dashboard.api import arrow, shapes
from dashboard.api.auth import MaySee
from dashboard.api.context import Ctx
from dashboard.api.fields import Instant, Text, Zone
from dashboard.api.problems import ProblemError, invalid
from hub.document import nearest
from hub.model.bucket import MOST, Cut, Fill, Level, cut, filled, round_step
from hub.model.source import SourceKind
from hub.model.times import parse_duration
from hub.store import readings, sources

MAX_POINTS = 10_000
SHORTEST_STEP = timedelta(milliseconds=1)
router = APIRouter(tags=["series"])

_SHOWN = 20
_ONLINE = "device.online"
"""Said of a device by the hub, before its first report."""
_POINT = ("ts", "value", "text", "quality")
_BUCKET = ("ts", "mean", "min", "max", "count", "last", "bad")


@dataclass(frozen=True, slots=True)
class _Auto:
    """The shortest round step that makes no more points than wanted, of those for which rows are still kept."""


def _step(text: str) -> timedelta | _Auto:
    if text == "auto":
        return _Auto()
    step = parse_duration(text)
    if step < SHORTEST_STEP:
        raise ValueError("must be at least 1ms, or auto")
    return step


Step = Annotated[
    Any,
    PlainValidator(_step),
    WithJsonSchema({"type": "string", "examples": ["10s", "5m", "1h", "1d", "auto"]}),
    Query(description="the width of a bucket, or auto; left out: points as they came"),
]
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {arrow.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/series", response_model=shapes.Series, responses=_ANSWERS)
def get_series(
    caller: MaySee,
    ctx: Ctx,
    source: Annotated[Text, Query(max_length=127)],
    metric: Annotated[Text, Query(max_length=127)],
    first: Annotated[Instant, Query(alias="from")],
    last: Annotated[Instant, Query(alias="to")],
    step: Step = None,
    fill: Annotated[Fill, Query(description="what becomes of buckets in which nothing good was said")] = Fill.NONE,
    tz: Annotated[Zone | None, Query(description="whose calendar days and weeks follow; UTC")] = None,
    max_points: Annotated[int, Query(ge=2, le=MOST, description="with step=auto")] = 1000,
    accept: Annotated[str, Header()] = "*/*",
) -> Response:
    """[from, to), oldest first, as JSON or, where asked for by Accept, as a stream of Arrow.

    Points as they came: at most 10,000, `next` says where to go on. Buckets: at most 10,000, whole, on the clock and
    the calendar of `tz`; those that minutes, hours or days (UTC) make up are added up from what the hub keeps of these.
    """
    if first >= last:
        raise invalid("to", "must come after from")
    known = sources.get(ctx.store, source)
    caller.require(known.area, f"source {source!r}")
    _require_said(ctx, source, metric)
    head = {"source": source, "metric": metric, "tz": None if tz is None else tz.key}
    if step is None:
        if fill is not Fill.NONE:
            raise invalid("fill", "needs a step: points as they came have no gaps to fill")
        return _answer(accept, head | _points(ctx, source, metric, first, last), _POINT)
    if isinstance(step, _Auto):
        step = round_step(first, last, max_points, _finest(ctx, known.kind, first))
    try:
        wanted = cut(first, last, step, tz)
    except ValueError as error:
        raise invalid("step", str(error)) from error
    return _answer(accept, head | _buckets(ctx, source, metric, wanted, fill), _BUCKET)


def _require_said(ctx: Ctx, source: str, metric: str) -> None:
    """A source that has said nothing yet may still say it: its series are empty, and not wrong."""
    said = readings.metrics(ctx.store, source)
    if metric in said or not set(said) - {_ONLINE}:
        return
    shown = ", ".join(said[:_SHOWN]) + (", …" if len(said) > _SHOWN else "")
    detail = f"source {source!r} has never said {metric!r}{nearest(metric, said)} (it has said: {shown})"
    raise ProblemError(404, "no_such_series", detail)


def _finest(ctx: Ctx, kind: SourceKind, first: datetime) -> timedelta:
    """The shortest step of which there are still rows as old as ``first``."""
    age, kept = ctx.clock.now() - first, ctx.config.keep.of(kind)
    of_levels = {"observations": SHORTEST_STEP, "minute": Level.MINUTE.width, "hour": Level.HOUR.width}
    return next((width for name, width in of_levels.items() if age <= kept[name]), Level.DAY.width)


def _points(ctx: Ctx, source: str, metric: str, first: datetime, last: datetime) -> dict[str, Any]:
    rows = readings.points(ctx.store, source, metric, first, last, MAX_POINTS + 1)
    following = rows[MAX_POINTS]["ts"] if len(rows) > MAX_POINTS else None
    # Points of one instant stay together; only if they are more than an answer holds are some left out.
    whole = [row for row in rows[:MAX_POINTS] if row["ts"] != following]
    if following is not None and not whole:
        whole, following = rows[:MAX_POINTS], following + timedelta(microseconds=1)
    return {
        "unit": readings.unit(ctx.store, source, metric),
        "from": first,
        "to": last,
        "step_s": None,
        "level": Level.RAW,
        "points": [tuple(row[name] for name in _POINT) for row in whole],
        "next": following,
    }


def _buckets(ctx: Ctx, source: str, metric: str, wanted: Cut, fill: Fill) -> dict[str, Any]:
    found = readings.chart(ctx.store, source, metric, wanted, with_before=fill is Fill.PREVIOUS)
    buckets = filled(wanted, found.buckets, fill, before=found.before, now=ctx.clock.now())
    return {
        "unit": found.unit,
        "from": wanted.first,
        "to": wanted.last,
        "step_s": wanted.step.total_seconds(),
        "level": wanted.level,
        "points": [tuple(getattr(bucket, name) for name in _BUCKET) for bucket in buckets],
        "next": None,
    }


def _answer(accept: str, found: dict[str, Any], columns: tuple[str, ...]) -> Response:
    if arrow.is_wanted(accept):
        content, media_type = arrow.stream(found, columns), arrow.MEDIA_TYPE
    else:
        series = shapes.Series.model_validate({**found, "columns": columns})
        content, media_type = series.model_dump_json(by_alias=True).encode(), "application/json"
    return Response(content, media_type=media_type, headers={"Vary": "Accept"})
