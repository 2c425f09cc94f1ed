"""What the interface answers about devices, those that are not known, their types, and what was refused."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from dashboard.api.shapes import Time
from hub.model.source import SourceState

Flag = Literal["out_of_range", "frozen", "jumping", "misdated"]
DeviceProblem = Literal["silent", "period", "battery", "clock", "values"]


class Latest(BaseModel):
    """``unit`` is a code of UCUM. A value with ``flags`` is not plausible."""

    value: float | None
    text: str | None
    ts: Time
    unit: str
    flags: list[Flag]


class Condition(BaseModel):
    """How a device does, as its worker last wrote it, once a minute.

    ``period_s``: how often it reports; null where that is not known. ``kept``: the share of its reports that came
    lately; ``missed``: how many did not, ``gaps``: how many ids are missing where it counts them; ``offset_s``: how far
    its clock is ahead; ``flags``: how many values were marked since it was added.
    """

    period_s: float | None = None
    kept: float | None = None
    missed: int | None = None
    gaps: int | None = None
    battery: float | None = None
    offset_s: float | None = None
    flags: dict[Flag, int] = {}
    flagged_at: Time | None = None
    problems: list[DeviceProblem] = []


class Device(BaseModel):
    id: str
    name: str
    area: str
    type: str
    origin: Literal["config", "api"]
    approved: bool
    period: str | None
    state: SourceState
    reason: str
    since: Time
    seen_at: Time | None
    condition: Condition
    latest: dict[str, Latest]


class Head(BaseModel):
    """The beginning of a message. ``text`` is null where it is no UTF-8; then ``hex`` is it."""

    at: Time
    topic: str
    size_bytes: int
    text: str | None
    hex: str | None


class Announced(BaseModel):
    """What an unknown device, or who speaks for it, says of it. ``metrics``: units by metric."""

    name: str = ""
    type: str = ""
    model: str = ""
    metrics: dict[str, str] = {}


class UnknownDevice(BaseModel):
    """``heads``: its last five messages. ``reason``: why an entry of `register` that matches did not let it in."""

    id: str
    topic: str
    reason: str
    count: int
    first_seen_at: Time
    last_seen_at: Time
    heads: list[Head]
    announced: Announced | None
    blocked: bool


class Named(BaseModel):
    zh: str | None = None
    en: str | None = None


class TypeMetric(BaseModel):
    unit: str
    min: float | None
    max: float | None
    max_rate: float | None
    frozen_after: str | None
    name: Named


class DeviceType(BaseModel):
    """What is known of the devices of a type."""

    type: str
    name: Named
    period: str | None
    battery_metric: str
    battery_low: float
    metrics: dict[str, TypeMetric]


class Refused(BaseModel):
    """A message, or a part of one, that was not taken. ``whole``: it is kept as a whole, and can be read again.

    ``device`` is "" where it is not known whose it is. ``replay_at``: it was asked to be read again then, and waits.
    """

    id: int
    topic: str
    device: str
    cause: str
    detail: str
    size_bytes: int
    received_at: Time
    whole: bool
    replay_at: Time | None
    head: str


class RefusedDetail(Refused):
    """``text`` is null where it is no UTF-8. Both are what is kept of it."""

    text: str | None
    hex: str


class RefusedCount(BaseModel):
    cause: str
    count: int
    kept_bytes: int


class Asked(BaseModel):
    """How many messages the workers were asked to read again, or how many were removed."""

    count: int


def head_of(stored: dict[str, Any], payload: bytes) -> Head:
    text = text_of(payload, cut=stored["size_bytes"] > len(payload))
    known = {key: stored[key] for key in ("at", "topic", "size_bytes")}
    return Head(**known, text=text, hex=None if text is not None else payload.hex())


def text_of(payload: bytes, *, cut: bool) -> str | None:
    """As UTF-8; a character that was ``cut`` in two at the end does not count against it."""
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        return payload[: error.start].decode() if cut and error.start >= len(payload) - 3 else None
