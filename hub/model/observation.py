"""Observations and batches: the one shape in which cameras and devices speak to the rest of the hub.

Every observation has two times: ``ts``, when the thing happened, and ``received_at``, when the hub learned of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from hub.model.quality import Quality


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One thing a source said. A struct of msgspec, as it is made 30,000 times a second: ``msgspec.structs.replace``.

    A number or a truth value is in ``value`` (true is 1.0), words are in ``text``; at least one is set. ``key`` tells
    two messages of one (source, metric, ts) apart: the message's id, or empty. ``arrival_key`` is set where the
    message had an id but no time of its own: its identity is then the id alone, since the time of arrival differs from
    delivery to delivery. ``attrs`` holds what goes with it: boxes (fractions of the frame: x, y, width, height), a
    track, the name of a snapshot. ``unit`` is a code of UCUM (Unified Code for Units of Measure), "" where it is not
    known.
    """

    source: str
    metric: str
    ts: datetime
    received_at: datetime
    value: float | None = None
    text: str | None = None
    attrs: Mapping[str, Any] | None = None
    key: str = ""
    arrival_key: str = ""
    unit: str = ""
    quality: Quality = Quality.GOOD


@dataclass(frozen=True, slots=True)
class Refusal:
    """A payload that was not understood: kept for a person to look at. ``device`` is "" where it is not known."""

    origin: str
    cause: str
    detail: str
    payload: bytes
    size_bytes: int
    received_at: datetime
    device: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Observations that one writer committed together. ``seq`` counts from 1 per writer, without holes."""

    id: int
    writer: str
    seq: int
    rows: int
    committed_at: datetime


class Stored(NamedTuple):
    """An observation as it is read back: with its area and the type of its source, in the batch that holds it. A tuple,
    as many of them are turned into columns at once."""

    source: str
    area: str
    type: str
    metric: str
    ts: datetime
    received_at: datetime
    value: float | None
    text: str | None
    attrs: Mapping[str, Any] | None
    quality: int = 0
