"""Payloads of the contract to observations, or to the reason why not. Never raises, whatever the bytes.

Telemetry is one JSON object ``{"ts", "id", "values"}`` or an array of them (RFC 8259, UTF-8). A sample is accepted or
refused as a whole, and a bad one does not touch its neighbours.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.config.settings import Accept
from hub.errors import Refused
from hub.model.observation import Observation
from hub.model.times import format_duration, parse_instant, rfc3339

MAX_PAYLOAD_BYTES = 256 * 1024
MAX_SAMPLES = 1000
MAX_METRICS = 64
MAX_TEXT_BYTES = 1024
MAX_ID_BYTES = 128
ONLINE_METRIC = "device.online"
"""What a status message becomes: 1 for ``online``, 0 for ``offline``."""

_KEYS = frozenset({"ts", "id", "values"})
_METRIC = re.compile(r"[a-z][a-z0-9_.]{0,62}")
_MAX_DIGITS = 400  # a float64 has at most 309 before the point; int() of a million digits would take seconds


class Cause(StrEnum):
    """Why a message or a sample is refused: counted, and shown beside the quarantined payload."""

    BAD_TOPIC = "bad_topic"
    UNKNOWN_DEVICE = "unknown_device"
    NOT_APPROVED = "not_approved"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    DUPLICATE_KEY = "duplicate_key"
    BAD_TIME = "bad_time"
    TOO_OLD = "too_old"
    TOO_NEW = "too_new"
    BAD_ID = "bad_id"
    BAD_METRIC = "bad_metric"
    BAD_VALUE = "bad_value"


@dataclass(slots=True)
class Fault:
    """Why samples of a message were refused: ``count`` of them for this cause; ``detail`` is the first one's."""

    cause: Cause
    detail: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one message held."""

    observations: Sequence[Observation] = ()
    faults: Sequence[Fault] = field(default=())


class _Twice:
    """Stands where a JSON object had ``key`` more than once."""

    def __init__(self, key: str) -> None:
        self.key = key


def telemetry(device: str, payload: bytes, received_at: datetime, accept: Accept) -> Decoded:
    """``received_at`` stands in for a missing ``ts``; ``accept`` says how far a ``ts`` may lie from it."""
    try:
        document = _read(payload)
    except Refused as error:
        return _refused(error)
    if not isinstance(document, list):
        try:
            return Decoded(_sample(device, document, received_at, received_at, accept))
        except Refused as error:
            return _refused(error)
    if not 0 < len(document) <= MAX_SAMPLES:
        cause = Cause.TOO_LARGE if document else Cause.WRONG_SHAPE
        return _refused(Refused(cause, f"{len(document)} samples in one message; 1 to {MAX_SAMPLES} may be"))
    observations: list[Observation] = []
    faults: dict[str, Fault] = {}
    for index, sample in enumerate(document):
        # Samples without a time would be told apart by nothing: a microsecond each keeps them all, and their order.
        arrival = received_at + timedelta(microseconds=index)
        try:
            observations += _sample(device, sample, received_at, arrival, accept)
        except Refused as error:
            if error.cause in faults:
                faults[error.cause].count += 1
            else:
                faults[error.cause] = Fault(Cause(error.cause), f"sample {index}: {error.detail}")
    return Decoded(observations, tuple(faults.values()))


def status(device: str, payload: bytes, received_at: datetime) -> Decoded:
    """``online`` or ``offline``. An empty payload takes a retained status back and says nothing of the device."""
    if not payload:
        return Decoded()
    if payload not in {b"online", b"offline"}:
        return _refused(Refused(Cause.WRONG_SHAPE, f"a status is online or offline, not {_short(payload[:60])}"))
    value = 1.0 if payload == b"online" else 0.0
    return Decoded([Observation(device, ONLINE_METRIC, received_at, received_at, value)])


def _refused(error: Refused) -> Decoded:
    return Decoded(faults=(Fault(Cause(error.cause), error.detail),))


def _read(payload: bytes) -> Any:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise Refused(Cause.TOO_LARGE, f"{len(payload)} bytes; at most {MAX_PAYLOAD_BYTES} may be")
    try:
        return _DECODER.decode(payload.decode())
    except UnicodeDecodeError as error:
        raise Refused(Cause.NOT_JSON, f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise Refused(Cause.WRONG_SHAPE, "nested too deeply") from error
    except json.JSONDecodeError as error:
        raise Refused(Cause.NOT_JSON, f"{error.msg} at character {error.pos}") from error


def _object(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    times = Counter(key for key, _ in pairs)
    return _Twice(next(key for key, count in times.items() if count > 1))


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else math.inf


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole)


def _sample(
    device: str, sample: Any, received_at: datetime, arrival: datetime, accept: Accept
) -> list[Observation]:
    """Raises Refused. ``arrival`` is the time of a sample that has neither a time nor an id."""
    _check_object(sample, "a sample")
    unknown = sample.keys() - _KEYS
    if unknown:
        raise Refused(Cause.WRONG_SHAPE, f"unknown key {_short(min(unknown))}; a sample has ts, id and values")
    values = sample.get("values")
    _check_object(values, "values")
    if not 0 < len(values) <= MAX_METRICS:
        cause = Cause.TOO_LARGE if values else Cause.WRONG_SHAPE
        raise Refused(cause, f"{len(values)} metrics in one sample; 1 to {MAX_METRICS} may be")
    key = _id(sample.get("id"))
    stamp = sample.get("ts")
    ts = _time(stamp, received_at, accept) if stamp is not None else received_at if key else arrival
    arrival_key = key if stamp is None else ""
    observations = []
    for metric, found in values.items():
        if not _METRIC.fullmatch(metric):
            raise Refused(Cause.BAD_METRIC, f"{_short(metric)} is not a metric: [a-z][a-z0-9_.]*, at most 63")
        value, text = _value(metric, found)
        observations.append(Observation(device, metric, ts, received_at, value, text, None, key, arrival_key))
    return observations


def _check_object(found: Any, what: str) -> None:
    if isinstance(found, _Twice):
        raise Refused(Cause.DUPLICATE_KEY, f"{what} has the key {_short(found.key)} twice")
    if not isinstance(found, dict):
        raise Refused(Cause.WRONG_SHAPE, f"{what} must be an object, not {_kind(found)}")


def _id(found: Any) -> str:
    if found is None:
        return ""
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**63:
        return str(found)
    if not isinstance(found, str) or not found:
        raise Refused(Cause.BAD_ID, f"an id is text or a whole number of 64 bits, not {_kind(found)}")
    if _text_bytes(found, Cause.BAD_ID) > MAX_ID_BYTES:
        raise Refused(Cause.BAD_ID, f"the id has more than {MAX_ID_BYTES} bytes")
    return found


def _time(stamp: Any, received_at: datetime, accept: Accept) -> datetime:
    try:
        ts = parse_instant(stamp)
    except ValueError as error:
        raise Refused(Cause.BAD_TIME, f"ts: {str(error)[:200]}") from error
    age = received_at - ts
    if age > accept.past:
        raise Refused(Cause.TOO_OLD, f"ts {rfc3339(ts)} is more than {format_duration(accept.past)} before its arrival")
    if -age > accept.future:
        raise Refused(Cause.TOO_NEW, f"ts {rfc3339(ts)} is more than {format_duration(accept.future)} ahead of the hub")
    return ts


def _value(metric: str, found: Any) -> tuple[float | None, str | None]:
    """(number, text): one of them is set."""
    if isinstance(found, bool | int | float):
        try:
            number = float(found)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise Refused(Cause.BAD_VALUE, f"{metric}: the number is not finite")
        return number, None
    if isinstance(found, str):
        if _text_bytes(found, Cause.BAD_VALUE) > MAX_TEXT_BYTES:
            raise Refused(Cause.TOO_LARGE, f"{metric}: the text has more than {MAX_TEXT_BYTES} bytes")
        return None, found
    raise Refused(Cause.BAD_VALUE, f"{metric}: a value is a number, true, false or text, not {_kind(found)}")


def _text_bytes(text: str, cause: Cause) -> int:
    """The length in UTF-8 of a text that the store can hold."""
    if "\0" in text:
        raise Refused(cause, "a NUL character in a text")
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise Refused(cause, "half of a surrogate pair in a text") from error


def _kind(found: Any) -> str:
    names: dict[type, str] = {type(None): "null", bool: "true or false", str: "text", list: "an array"}
    return names.get(type(found), "an object" if isinstance(found, dict | _Twice) else "a number")


def _short(found: object) -> str:
    shown = repr(found)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
