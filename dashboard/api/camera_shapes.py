"""What the interface answers about cameras: how they are set up, found, what they recorded, how well they watched."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from dashboard.api.shapes import Time
from hub.config.settings import AnalyseSettings, DetectSettings
from hub.model.source import GapCause, GapScope, SourceState
from hub.model.times import format_duration


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
    """``polygon``: fractions of the frame. ``mask``: what happens there is not looked at. ``privacy``: who has not the
    right ``unmasked`` is not shown it."""

    name: str
    polygon: list[tuple[float, float]]
    mask: bool = False
    privacy: bool = False
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
