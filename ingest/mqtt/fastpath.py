"""The contract's JSON, read in a tenth of the time where it is plain; ``None`` where the strict reader must decide.

msgspec reads straight into objects, but takes a key that comes twice, and is not everywhere as strict as
``ingest.mqtt.codecs``. So only what is surely right is read here, and everything else, all refusals among it, is left
to that file; both agree on whatever this one reads (``tests/unit/test_mqtt_fastpath.py``).

A key that comes twice is found by counting: in printable ASCII without a backslash every text has two quotation marks,
so there are as many texts as half the marks; a key more than was read is one that came twice.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from msgspec import UNSET, UnsetType

from hub.config.settings import Accept
from hub.model.observation import Observation
from hub.model.times import parse_instant
from ingest.mqtt.values import MAX_ID_BYTES, MAX_METRICS, MAX_PAYLOAD_BYTES, MAX_SAMPLES, MAX_TEXT_BYTES, METRIC

_MAX_KNOWN = 10_000
_known: set[str] = set()
"""Names of metrics that were looked at before."""


class _Sample(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    values: dict[str, float | bool | str]
    ts: int | str | UnsetType = UNSET
    id: str | int | UnsetType = UNSET


_one = msgspec.json.Decoder(_Sample)
_many = msgspec.json.Decoder(list[_Sample])


def telemetry(device: str, payload: bytes, received_at: datetime, accept: Accept) -> list[Observation] | None:
    """The observations of a payload in which nothing is to be refused, marked or guessed; ``None`` for any other."""
    if len(payload) > MAX_PAYLOAD_BYTES or b"\\" in payload or not _is_printable(payload):
        return None
    try:
        samples = _many.decode(payload) if payload.startswith(b"[") else [_one.decode(payload)]
    except msgspec.MsgspecError:
        return None
    if not 0 < len(samples) <= MAX_SAMPLES:
        return None
    observations: list[Observation] = []
    texts = 0
    for sample in samples:
        ts = _time(sample.ts)
        if ts is None or not -accept.future <= received_at - ts <= accept.past:
            return None
        key = ""
        if sample.id is not UNSET:
            if not _is_id(sample.id):
                return None
            key = str(sample.id)
            texts += 1 + isinstance(sample.id, str)
        found = _values(device, sample.values, ts, received_at, key, observations)
        if not found:
            return None
        texts += found + 2 + isinstance(sample.ts, str)
    return observations if payload.count(b'"') == 2 * texts else None


def _values(
    device: str,
    values: dict[str, float | bool | str],
    ts: datetime,
    received_at: datetime,
    key: str,
    observations: list[Observation],
) -> int:
    """Append an observation of each; how many texts they were written with, 0 where they are not plain."""
    texts = len(values)
    if texts > MAX_METRICS:
        return 0
    for metric, value in values.items():
        if metric not in _known and not _learn(metric):
            return 0
        if isinstance(value, str):
            if len(value) > MAX_TEXT_BYTES:
                return 0
            texts += 1
            observations.append(Observation(device, metric, ts, received_at, None, value, None, key))
        elif value - value == 0.0:  # neither infinite nor no number
            observations.append(Observation(device, metric, ts, received_at, float(value), None, None, key))
        else:
            return 0
    return texts


def _is_printable(payload: bytes) -> bool:
    """ASCII from the space to the tilde: every byte is a character, and none is a control character."""
    return payload.isascii() and str(payload, "ascii").isprintable()


def _time(stamp: int | str | UnsetType) -> datetime | None:
    if isinstance(stamp, int):
        try:
            return datetime.fromtimestamp(stamp / 1000.0, UTC)  # as hub.model.times.parse_instant
        except (OverflowError, OSError, ValueError):
            return None
    if isinstance(stamp, str):
        try:
            return parse_instant(stamp)
        except ValueError:
            return None
    return None  # the time of arrival: the strict reader tells samples without a time apart


def _is_id(found: str | int) -> bool:
    return 0 < len(found) <= MAX_ID_BYTES if isinstance(found, str) else abs(found) < 2**63


def _learn(metric: str) -> bool:
    if METRIC.fullmatch(metric) is None:
        return False
    if len(_known) < _MAX_KNOWN:
        _known.add(metric)
    return True
