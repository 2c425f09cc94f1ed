"""Payloads of the contract to observations, or to the reason why not. Never raises, whatever the bytes.

Telemetry is one JSON object ``{"ts", "id", "values"}`` or an array of them (RFC 8259, UTF-8). A sample is accepted or
refused as a whole, and a bad one does not touch its neighbours. Other dialects: ``ingest.mqtt.mapping``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hub.config.settings import Accept
from hub.errors import Refused
from hub.model.observation import Observation
from hub.model.times import parse_instant
from ingest.mqtt import values
from ingest.mqtt.decoded import ONLINE_METRIC, Cause, Decoded, Fault, refused
from ingest.mqtt.values import MAX_METRICS, MAX_SAMPLES, METRIC, Stamp, check_object, short

_KEYS = frozenset({"ts", "id", "values"})


def telemetry(
    device: str, payload: bytes, received_at: datetime, accept: Accept, *, retained: bool = False
) -> Decoded:
    """``received_at`` stands in for a missing ``ts``; ``accept`` says how far a ``ts`` may lie from it.

    ``retained``: the broker kept it since some day before we subscribed. Without a time of its own it says nothing, or
    it would become a measurement of now with every start.
    """
    try:
        document = values.read_json(payload)
    except Refused as error:
        return refused(error, device)
    if not isinstance(document, list):
        try:
            said = _sample(device, document, received_at, received_at, accept)
            is_old = retained and _is_timeless(document)
            return Decoded(skipped=len(said)) if is_old else Decoded(said)
        except Refused as error:
            return refused(error, device)
    if not 0 < len(document) <= MAX_SAMPLES:
        cause = Cause.TOO_LARGE if document else Cause.WRONG_SHAPE
        return refused(Refused(cause, f"{len(document)} samples in one message; 1 to {MAX_SAMPLES} may be"), device)
    observations: list[Observation] = []
    faults: dict[str, Fault] = {}
    spread_us = skipped = 0
    for index, sample in enumerate(document):
        # Samples without a time would be told apart by nothing: a microsecond each keeps them all, and their order.
        arrival = received_at + timedelta(microseconds=index)
        try:
            said = _sample(device, sample, received_at, arrival, accept)
        except Refused as error:
            if error.cause in faults:
                faults[error.cause].count += 1
            else:
                faults[error.cause] = Fault(Cause(error.cause), f"sample {index}: {error.detail}", 1, device)
            continue
        if retained and _is_timeless(sample):
            skipped += len(said)
            continue
        observations += said
        if said[0].ts is arrival:
            spread_us = index
    return Decoded(observations, tuple(faults.values()), skipped=skipped, spread_us=spread_us)


def status(device: str, payload: bytes, received_at: datetime) -> Decoded:
    """``online`` or ``offline``. An empty payload takes a retained status back and says nothing of the device."""
    if not payload:
        return Decoded()
    if payload not in {b"online", b"offline"}:
        return refused(Refused(Cause.WRONG_SHAPE, f"a status is online or offline, not {short(payload[:60])}"), device)
    number = 1.0 if payload == b"online" else 0.0
    return Decoded([Observation(device, ONLINE_METRIC, received_at, received_at, number)])


def _sample(
    device: str, sample: Any, received_at: datetime, arrival: datetime, accept: Accept
) -> list[Observation]:
    """Raises Refused. ``arrival`` is the time of a sample that has neither a time nor an id."""
    check_object(sample, "a sample")
    unknown = sample.keys() - _KEYS
    if unknown:
        raise Refused(Cause.WRONG_SHAPE, f"unknown key {short(min(unknown))}; a sample has ts, id and values")
    found = sample.get("values")
    check_object(found, "values")
    if not 0 < len(found) <= MAX_METRICS:
        cause = Cause.TOO_LARGE if found else Cause.WRONG_SHAPE
        raise Refused(cause, f"{len(found)} metrics in one sample; 1 to {MAX_METRICS} may be")
    stamp = _stamp(sample, received_at, arrival, accept)
    observations = []
    for metric, told in found.items():
        if not METRIC.fullmatch(metric):
            raise Refused(Cause.BAD_METRIC, f"{short(metric)} is not a metric: [a-z][a-z0-9_.]*, at most 63")
        number, text = values.value(metric, told)
        observations.append(
            Observation(
                device, metric, stamp.ts, received_at, number, text, stamp.attrs, stamp.key, stamp.arrival_key,
                "", stamp.quality,
            )
        )
    return observations


def _is_timeless(sample: Any) -> bool:
    return sample.get("ts") is None


def _stamp(sample: Any, received_at: datetime, arrival: datetime, accept: Accept) -> Stamp:
    key = values.identity(sample.get("id"))
    told = sample.get("ts")
    if told is None:
        return Stamp(received_at if key else arrival, key, key)
    try:
        own = parse_instant(told)
    except ValueError as error:
        raise Refused(Cause.BAD_TIME, f"ts: {str(error)[:200]}") from error
    return values.dated(own, key, sample["values"], received_at, accept)
