"""The load of alarms on people: over any period, per area and shift, against the figures of EEMUA 191 and ISA-18.2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from prometheus_client.core import GaugeMetricFamily, Metric
from pydantic import BaseModel, Field

from dashboard.api.auth import MaySee
from dashboard.api.context import Ctx
from dashboard.api.fields import AreaFilter, Instant
from dashboard.api.problems import invalid
from dashboard.api.shapes import AlertCounts, Time
from hub.config.alarms import Alarms
from hub.model.alert import Severity
from hub.model.load import PRIORITIES, PRIORITIES_SOURCE, Figure
from hub.store import Store
from hub.store import load as store_load
from hub.store.load import Share

LONGEST = timedelta(days=366)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
router = APIRouter(tags=["load"])


class Priority(BaseModel):
    """How much of all alarms is of a severity, and how much should be."""

    severity: Severity
    share: float
    aim: float


class Flood(BaseModel):
    first: Time = Field(alias="from")
    to: Time


class Worst(BaseModel):
    name: str
    alarms: int


class Chatterer(BaseModel):
    """``alarms``: how often it came after it had been found to chatter."""

    rule: str
    fingerprint: str
    area: str
    alarms: int


class Stale(BaseModel):
    id: int
    rule: str
    area: str
    severity: Severity
    started_at: Time


class Load(BaseModel):
    """``alarms`` called for an operator; ``raised`` are all that began; ``suppressed``, ``out_of_service`` and
    ``chattering`` are those of them that called for nobody, at first at least. ``per_hour`` is that of one of
    ``positions`` desks; ``in_floods`` a fraction of the time (a flood: more than 10 in 10 minutes at a desk, until
    there are fewer than 5). ``acknowledged_s``: after so long half were acknowledged. ``areas``: at most 100."""

    first: Time = Field(alias="from")
    to: Time
    area: str | None
    positions: int
    alarms: int
    raised: int
    suppressed: int
    out_of_service: int
    chattering: int
    fleeting: int
    stale: int
    acknowledged_s: float | None
    per_hour: float
    peak_10_min: int
    in_floods: float
    floods: list[Flood]
    severities: AlertCounts
    priorities: list[Priority]
    priorities_source: str
    figures: list[Figure]
    worst_rules: list[Worst]
    worst_sources: list[Worst]
    chatterers: list[Chatterer]
    stale_alerts: list[Stale]
    areas: list[Share]
    shifts: list[Share]


@router.get("/load")
def get_load(
    caller: MaySee,
    ctx: Ctx,
    first: Annotated[Instant, Query(alias="from")],
    last: Annotated[Instant, Query(alias="to")],
    area: AreaFilter = None,
) -> Load:
    """Of [from, to), at most a year and until now."""
    if not timedelta(0) < last - first <= LONGEST:
        raise invalid("to", f"must come after from, by at most {LONGEST.days}d")
    last = min(last, ctx.clock.now())
    if last <= first:
        raise invalid("from", "lies in the future")
    below, alarms = caller.narrow(area), ctx.config.alarms
    found = store_load.load(ctx.store, below, first, last, alarms)
    return Load.model_validate(
        {
            **asdict(found),
            "from": first,
            "to": last,
            "area": below[0] if below is not None and len(below) == 1 else area,
            "positions": alarms.positions,
            "floods": [{"from": flood.began_at, "to": flood.ended_at} for flood in found.floods],
            "priorities": [
                {"severity": severity, "share": count / max(1, found.alarms), "aim": PRIORITIES[severity]}
                for severity, count in found.severities.items()
            ],
            "priorities_source": PRIORITIES_SOURCE,
            "worst_rules": _worst(found.worst_rules),
            "worst_sources": _worst(found.worst_sources),
        }
    )


def _worst(counts: dict[str, int]) -> list[dict[str, str | int]]:
    return [{"name": name, "alarms": count} for name, count in counts.items()]


def metrics(store: Store, alarms: Alarms, now: datetime) -> Iterator[Metric]:
    """For Prometheus: the last hour's rate, and what the last day was like. Raises StoreUnavailable."""
    hour, day = (store_load.load(store, None, now - span, now, alarms) for span in (_HOUR, _DAY))
    gauges = {
        "gridhub_alarms_per_operator_hour": ("Alarms presented to one operator in the last hour", hour.per_hour),
        "gridhub_alarms_peak_10_minutes": ("The most alarms in ten minutes of the last day", day.peak_10_min),
        "gridhub_alarms_in_floods_ratio": ("Fraction of the last day that was in a flood of alarms", day.in_floods),
        "gridhub_alarms_stale": ("Alarms that have been on for too long", day.stale),
        "gridhub_alarms_suppressed": ("Alarms of the last day that a known cause kept from operators", day.suppressed),
        "gridhub_alarms_chattering": ("Alarms of the last day that came again too often", day.chattering),
        "gridhub_alarms_fleeting": ("Alarms of the last day that were too short to act on", day.fleeting),
    }
    for name, (words, value) in gauges.items():
        yield GaugeMetricFamily(name, words, value=value)
    family = GaugeMetricFamily("gridhub_alarms", "Alarms presented to operators in the last day", labels=["severity"])
    for severity, count in day.severities.items():
        family.add_metric([severity], count)
    yield family
