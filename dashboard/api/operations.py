"""For those who run the hub: health checks and metrics, outside ``/api/v1``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from dashboard.api import load
from dashboard.api.auth import Needs, current_session
from dashboard.api.context import Context, Ctx
from dashboard.api.parts import is_down
from dashboard.api.problems import ProblemError
from hub.model.alert import Severity
from hub.model.rights import Right
from hub.store import processes, readings
from hub.store.processes import Process

router = APIRouter(include_in_schema=False)


@router.get("/healthz", response_class=PlainTextResponse)
async def healthz() -> PlainTextResponse:
    """The process lives."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def readyz(ctx: Ctx) -> JSONResponse:
    """503 with the names of the parts that are down."""
    down = is_down(ctx.live.parts)
    return JSONResponse({"ready": not down, "down": down}, 503 if down else 200)


@router.get("/metrics")
def metrics(request: Request, ctx: Ctx) -> Response:
    """Prometheus text format: what every process has counted, and the state of alerts and sources."""
    if not _is_near(request, ctx):
        caller = Needs(Right.SYSTEM)(request, current_session(request, ctx), ctx)
        if not caller.everywhere:
            raise ProblemError(403, "not_allowed", "they are of the whole city: this needs the right there")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(ctx))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _is_near(request: Request, ctx: Context) -> bool:
    """Whether it comes from where metrics may be read, and was not passed on by a proxy there."""
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    return ctx.config.web.may_read_metrics(request.client.host)


class _Collector(Collector):
    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def collect(self) -> Iterator[Metric]:
        store = self._ctx.store
        yield from of_processes(processes.list_processes(store))
        counts = readings.open_alerts_by_severity(store)
        alerts = GaugeMetricFamily("gridhub_open_alerts", "Alerts that are not resolved", labels=["severity"])
        for severity in Severity:
            alerts.add_metric([severity], counts.get(severity, 0))
        yield alerts
        yield from load.metrics(store, self._ctx.config.alarms, self._ctx.clock.now())
        sources = GaugeMetricFamily("gridhub_sources", "Cameras and devices", labels=["kind", "state"])
        for row in readings.sources_by_state(store):
            sources.add_metric([row["kind"], row["state"]], row["count"])
        yield sources
        parts = GaugeMetricFamily("gridhub_part_up", "1 where a part of the hub works", labels=["part"])
        for part in self._ctx.live.parts:
            parts.add_metric([part.name], float(part.state == "ok"))
        yield parts


def of_processes(known: Iterable[Process]) -> Iterator[Metric]:
    """The samples of every process, one family a name, with a label ``process``. Pure."""
    families: dict[str, Metric] = {}
    for process in known:
        for sample in process.samples:
            name, labels = str(sample["name"]), sample["labels"]
            family = families.get(name)
            if family is None:
                kind = "counter" if name.endswith("_total") else "gauge"
                family = families[name] = Metric(name.removesuffix("_total"), name.replace("_", " "), kind)
            family.add_sample(name, {"process": process.name, **labels}, float(sample["value"]))
    yield from families.values()
