"""What the interface answers, as types: the names and fields of ``docs/design/http-shapes.md``.

The web's types are generated from these, by way of ``/api/openapi.json``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from hub.model.alert import AlertChange, AlertState, Damping, Severity, Stage
from hub.model.bucket import Level
from hub.model.incident import IncidentState
from hub.model.rights import Right, Role
from hub.model.times import rfc3339

Time = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""RFC 3339 in UTC."""

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """``next`` is the ``cursor`` of the page that follows, null on the last one."""

    items: list[Item]
    next: str | None


class GrantShape(BaseModel):
    """``area`` null: the whole city."""

    role: Role
    area: str | None


class User(BaseModel):
    """``rights``: each right that holds anywhere, with the subtrees of areas where it does; ``""``: the whole city.
    ``role`` and ``area`` are those of the grant with the most rights, null of somebody without any.
    ``password_change_needed``: nothing else is answered until a password that somebody else gave was changed, and
    ``second_factor_needed``: until one was added."""

    name: str
    role: Role | None
    area: str | None
    grants: list[GrantShape]
    rights: dict[Right, list[str]]
    password_change_needed: bool
    second_factor_needed: bool


class SignedIn(BaseModel):
    token: str
    expires_at: Time
    user: User


class Whoami(BaseModel):
    user: User


class Area(BaseModel):
    path: str
    parent: str | None
    name: str
    kind: str


class AreaDetail(Area):
    children: list[str]


class FeatureProperties(BaseModel):
    path: str
    name: str
    kind: str


class Feature(BaseModel):
    type: Literal["Feature"] = "Feature"
    properties: FeatureProperties
    geometry: dict[str, Any] | None


class FeatureCollection(BaseModel):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]


class AlertCounts(BaseModel):
    critical: int = 0
    major: int = 0
    minor: int = 0
    warning: int = 0


class GridStatus(BaseModel):
    path: str
    name: str
    worst: Severity | None
    alerts: int
    unacknowledged: int
    sources: int
    watching: int
    cameras: int


class AreaStatus(BaseModel):
    path: str
    name: str
    worst: Severity | None
    alerts: AlertCounts
    unacknowledged: int
    sources: int
    watching: int
    watched: float
    cameras: int
    cameras_watching: int
    grids: list[GridStatus]


class Series(BaseModel):
    """``level``: what the answer was added up from. ``unit``: UCUM, empty where it is not known.

    Each of ``points`` holds the ``columns``: with a step ts, mean, min, max, count, last, bad (``count`` good values;
    ``bad`` ones are left out); without ts, value, text, quality (flags; 0 is good). ``from`` and ``to`` are those of
    whole buckets. ``next``: ``from`` of the points that follow, where not all are here.
    """

    source: str
    metric: str
    unit: str
    first: Time = Field(alias="from")
    to: Time
    step_s: float | None
    level: Level
    tz: str | None
    columns: list[str]
    points: list[
        tuple[Time, float | None, float | None, float | None, int, float | None, int]
        | tuple[Time, float | None, str | None, int]
    ]
    next: Time | None


class Evidence(BaseModel):
    source: str
    metric: str
    ts: Time
    value: float | None
    text: str | None
    attrs: dict[str, Any] | None


class Alert(BaseModel):
    """``state`` is of the condition and its acknowledgement; ``stage`` says all, by ISA-18.2: all but ``normal`` are
    open. ``detail``: what the rule found beside the evidence, as a probability."""

    id: int
    rule: str
    severity: Severity
    state: AlertState
    area: str
    area_name: str
    sources: list[str]
    started_at: Time
    detected_at: Time
    resolved_at: Time | None
    acked_at: Time | None
    acked_by: str | None
    shelved_until: Time | None
    summary: str
    incident: int | None
    evidence: list[Evidence]
    stage: Stage
    latch: bool
    damped: Damping | None
    suppressed_by: str | None
    out_of_service: int | None
    re_alarm_at: Time | None
    announced_at: Time | None
    repeats: int
    superseded_by: int | None
    assigned_to: str | None
    assigned_at: Time | None
    detail: dict[str, Any] | None


class LogEntry(BaseModel):
    """``reason`` is that of the step, a word; ``note`` what was said with it."""

    id: int
    at: Time
    actor: str
    change: AlertChange
    note: str
    reason: str


class Able(BaseModel):
    """Somebody who may act on an alert."""

    name: str
    role: Role


class AlertDetail(Alert):
    log: list[LogEntry]
    procedure: str | None


class Incident(BaseModel):
    id: int
    area: str
    area_name: str
    title: str
    severity: Severity
    state: IncidentState
    opened_at: Time
    closed_at: Time | None


class IncidentDetail(Incident):
    alerts: list[Alert]


class IncidentLogEntry(BaseModel):
    """``alert`` is the one that caused the change, where one did."""

    id: int
    at: Time
    actor: str
    change: str
    alert: int | None


class Part(BaseModel):
    name: str
    state: Literal["ok", "degraded", "down"]
    detail: str
    since: Time | None
    beat_at: Time | None


class Status(BaseModel):
    """``respond_s``: within how many seconds an alarm of each severity should have been acknowledged."""

    version: str
    started_at: Time
    now: Time
    parts: list[Part]
    respond_s: dict[Severity, float]
