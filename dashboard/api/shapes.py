"""What the interface answers, as types: the names and fields of ``docs/design/http-shapes.md``.

The web's types are generated from these, by way of ``/api/openapi.json``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from hub.config.settings import AnalyseSettings, DetectSettings
from hub.model.alert import AlertChange, AlertState, Damping, Severity, Stage
from hub.model.bucket import Level
from hub.model.incident import IncidentState
from hub.model.rights import Right, Role
from hub.model.source import GapCause, GapScope, SourceState
from hub.model.times import format_duration, rfc3339

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
    ``second_factor_needed``: nothing else is answered until one was added."""

    name: str
    role: Role | None
    area: str | None
    grants: list[GrantShape]
    rights: dict[Right, list[str]]
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


class Record(BaseModel):
    """Durations as a configuration writes them: 30d, 10s."""

    mode: str
    keep: str
    pre: str
    post: str
    max_size: str | None = None


class Detect(BaseModel):
    model: str
    classes: list[str]
    confidence: float = DetectSettings(model="").confidence


class Analyse(BaseModel):
    motion: bool
    tamper: bool
    shortest: str = format_duration(AnalyseSettings().shortest)
    detect: Detect | None


class Zone(BaseModel):
    """``polygon``: fractions of the frame. ``mask``: what happens there is not looked at."""

    name: str
    polygon: list[tuple[float, float]]
    mask: bool = False
    loiter: str | None = None
    left: str | None = None
    crowd: int | None = None


class Line(BaseModel):
    """From the first point to the second, in fractions of the frame: left to right of it is ``forward``."""

    name: str
    points: tuple[tuple[float, float], tuple[float, float]]


class Camera(BaseModel):
    id: str
    name: str
    area: str
    enabled: bool = True
    url: str
    substream_url: str | None
    transport: Literal["tcp", "udp"] = "tcp"
    tls: Literal["verified", "unverified"] = "verified"
    record: Record
    analyse: Analyse
    zones: list[Zone]
    lines: list[Line] = []
    origin: Literal["config", "api"]
    state: SourceState
    reason: str
    since: Time
    seen_at: Time | None
    detail: dict[str, Any]


class Words(BaseModel):
    """The same in English and Chinese."""

    en: str
    zh: str


class Remark(Words):
    """Of a verdict."""

    level: Literal["good", "note", "bad"]


class Profile(BaseModel):
    """A stream that a camera offers by ONVIF; ``url`` without credentials. 0 and "" where it does not say."""

    token: str
    name: str
    url: str
    codec: str
    width: int
    height: int
    fps: float


class OnvifDevice(BaseModel):
    """``refused``: it answers, but not to this user. ``profiles``: the largest picture first."""

    host: str
    port: int
    maker: str
    model: str
    profiles: list[Profile]
    clock_offset_s: float | None
    refused: bool


class Probe(BaseModel):
    """What a camera sends, measured over ``seen_s`` seconds; null where nothing came. ``snapshot`` is a data: URL.

    ``gop_s`` is null where only one keyframe was seen; ``clock_offset_s`` is how far the camera's clock is ahead.
    """

    state: SourceState
    reason: str
    codec: str | None = None
    profile: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    kbps: int | None = None
    gop_s: float | None = None
    gop_frames: int | None = None
    b_frames: bool | None = None
    sound: bool | None = None
    transport: str | None = None
    seen_s: float | None = None
    lost: float | None = None
    clock_offset_s: float | None = None
    cost: Words | None = None
    onvif: OnvifDevice | None = None
    verdict: list[Remark]
    snapshot: str | None = None


class Discovered(BaseModel):
    """``csv`` is a list for `POST /cameras/import`, without passwords, when its ids and areas have been completed."""

    devices: list[OnvifDevice]
    csv: str


class ImportProblem(BaseModel):
    key: str
    message: str


class ImportLine(BaseModel):
    """What becomes of one line of a list."""

    line: int
    id: str
    outcome: Literal["added", "updated", "unchanged", "wrong"]
    problems: list[ImportProblem]


class Imported(BaseModel):
    """``done`` is false where nothing was changed: for a dry run, or because a line is wrong."""

    done: bool
    added: int
    updated: int
    unchanged: int
    wrong: int
    lines: list[ImportLine]


class RecordedSegment(BaseModel):
    """``eventful``: something happened in it, as far as the camera's analysers saw."""

    first: Time = Field(alias="from")
    to: Time
    size_bytes: int
    eventful: bool


class Gap(BaseModel):
    """An interval in which the camera was not watching, or (scope ``record``) watched and was not recorded though it
    should have been; ``to`` is null while it lasts."""

    first: Time = Field(alias="from")
    to: Time | None
    scope: GapScope
    cause: GapCause
    state: SourceState
    reason: str


class Seconds(BaseModel):
    """Seconds of gap by cause."""

    network: float = 0.0
    camera: float = 0.0
    tampered: float = 0.0
    worker: float = 0.0
    disk: float = 0.0
    clock: float = 0.0
    switched_off: float = 0.0


class CameraAvailability(BaseModel):
    """``wall_s`` = ``watched_s`` + the sum of ``blind_s``; ``watched`` is the fraction, null for a camera that was not
    there. ``unrecorded_s``: what of the watched time was not recorded though it should have been."""

    camera: str
    wall_s: float
    watched_s: float
    watched: float | None
    blind_s: Seconds
    unrecorded_s: Seconds


class Availability(CameraAvailability):
    """``to`` is never later than now."""

    first: Time = Field(alias="from")
    to: Time


class AreaAvailability(BaseModel):
    """``watched``: the mean over the cameras of the area and below that were there; ``worst``: of the least watched.
    Null where there was none. ``blind_s`` and ``unrecorded_s`` are sums. ``cameras``: the least watched first."""

    path: str
    first: Time = Field(alias="from")
    to: Time
    watched: float | None
    worst: float | None
    blind_s: Seconds
    unrecorded_s: Seconds
    cameras: list[CameraAvailability]


class Recordings(BaseModel):
    segments: list[RecordedSegment]
    gaps: list[Gap]


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


class Rule(BaseModel):
    """``text`` is the rule as it stands in its file; ``open`` counts its alerts that are not resolved, ``day`` those
    that began in the last 24 hours. ``state``: failing or too slow (and therefore set aside, because of
    ``fault``), holding alerts back for somebody to look (``held_back``: how many), or on."""

    name: str
    severity: Severity
    summary: str
    file: str
    by: str
    areas: list[str]
    text: str
    procedure: str | None
    open: int
    day: int
    state: Literal["on", "failing", "too_slow", "held"]
    held_back: int
    fault: str | None


class RuleProblem(BaseModel):
    """``line`` and ``column`` count from 1; 0 is the file as a whole."""

    line: int
    column: int
    key: str
    message: str


class RuleFile(BaseModel):
    """``rules`` are those in force; where there are ``problems``, they are those of before its last change."""

    file: str
    text: str
    rules: list[str]
    problems: list[RuleProblem]

