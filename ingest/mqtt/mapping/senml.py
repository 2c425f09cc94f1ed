"""SenML (RFC 8428): packs of records in JSON or CBOR, resolved to absolute names, times and units.

A record's name is taken apart into whose it is and what it measures: base name and name where both are given, otherwise
at the last colon or slash (``urn:dev:ow:10e2073a01080063:temp``, RFC 9039). Records of ``lat`` and ``lon`` of one time
are one position.
"""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import cbor2

from hub.config.settings import Accept
from hub.errors import Refused
from ingest.mqtt import values
from ingest.mqtt.decoded import Cause, Decoded, refused
from ingest.mqtt.mapping import units
from ingest.mqtt.mapping.desk import Desk, Made
from ingest.mqtt.mapping.names import MAX_NAME, Template
from ingest.mqtt.mapping.tray import Tray
from ingest.mqtt.message import Message
from ingest.mqtt.values import MAX_SAMPLES, kind, short

_VERSION = 10
_RELATIVE_BELOW_S = 2**28
"""A time below this is relative to now (4.5.3)."""
_LABELS = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs",
    0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-:./_]*")
_WHOLE = re.compile(r"urn:dev:[a-z]+:[^:/_]+", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Record:
    """One record with the base values worked in. ``own`` is None where it is as old as the message."""

    entity: str
    metric: str
    own: datetime | None
    value: Any
    unit: str


class Senml:
    """Names for the template, besides those of the topic: ``{name}``, whose a record says that it is."""

    def __init__(self, accept: Accept, device: Template, *, cbor: bool) -> None:
        self._accept = accept
        self._device = device
        self._read = _read_cbor if cbor else values.read_document

    def decode(self, message: Message, found: Mapping[str, str]) -> Decoded:
        tray = Tray(message, self._accept)
        try:
            pack = _pack(self._read(message.payload))
        except Refused as error:
            return refused(error)
        places: dict[tuple[str, datetime | None], dict[str, Record]] = {}
        base: dict[str, Any] = {}
        for index, raw in enumerate(pack):
            try:
                record = _resolve(base, raw, message.received_at)
                device = self._device.device({**found, "name": record.entity})
                half = places.setdefault((device, record.own), {}) if record.unit in {"lat", "lon"} else None
                if half is not None and record.unit not in half:
                    half[record.unit] = record
                    continue
                stamp = tray.stamp(record.own, "", raw, index)
                tray.add(device, record.metric, record.value, stamp, units.senml(record.unit))
            except Refused as error:
                tray.fault(Refused(error.cause, f"record {index}: {error.detail}"))
        for (device, own), halves in places.items():
            self._place(tray, device, own, halves)
        return tray.decoded()

    @staticmethod
    def _place(tray: Tray, device: str, own: datetime | None, halves: Mapping[str, Record]) -> None:
        if len(halves) == 2:
            latitude, longitude = halves["lat"].value, halves["lon"].value
            tray.add_position(device, latitude, longitude, None, tray.stamp(own, "", (latitude, longitude)))
            return
        for record in halves.values():
            tray.add(device, record.metric, record.value, tray.stamp(own, "", record.value), "deg")


def _pack(document: Any) -> Sequence[dict[str, Any]]:
    """Raises Refused for what is no pack, or one of a later version, or with what must be understood and is not."""
    if not isinstance(document, list):
        raise Refused(Cause.WRONG_SHAPE, f"a SenML pack is an array of records, not {kind(document)}")
    if not 0 < len(document) <= MAX_SAMPLES:
        cause = Cause.TOO_LARGE if document else Cause.WRONG_SHAPE
        raise Refused(cause, f"{len(document)} records in one pack; 1 to {MAX_SAMPLES} may be")
    for raw in document:
        if not isinstance(raw, dict):
            raise Refused(Cause.WRONG_SHAPE, f"a SenML record is an object, not {kind(raw)}")
        for label in raw:
            if label.endswith("_"):
                raise Refused(Cause.UNSUPPORTED, f"the label {short(label)} must be understood (RFC 8428, 4.4)")
        version = raw.get("bver", _VERSION)
        if not isinstance(version, int) or not 0 < version <= _VERSION:
            raise Refused(Cause.UNSUPPORTED, f"version {short(version)} of SenML; up to {_VERSION} is read")
    return document


def _resolve(base: dict[str, Any], raw: Mapping[str, Any], received_at: datetime) -> Record:
    """Raises Refused. ``base`` is what holds from here on (4.1), and is changed."""
    for label in ("bn", "bt", "bu", "bv"):
        if label in raw:
            wanted = str if label in {"bn", "bu"} else (int, float)
            if not isinstance(raw[label], wanted) or isinstance(raw[label], bool):
                raise Refused(Cause.WRONG_SHAPE, f"{label} is {kind(raw[label])}")
            base[label] = raw[label]
    name, unit, told = raw.get("n", ""), raw.get("u", base.get("bu", "")), raw.get("t", 0)
    if not isinstance(name, str) or not isinstance(unit, str):
        raise Refused(Cause.WRONG_SHAPE, "n and u are texts")
    entity, metric = _take_apart(base.get("bn", ""), name)
    present = [label for label in ("v", "vs", "vb", "vd") if label in raw]
    if len(present) > 1:
        raise Refused(Cause.WRONG_SHAPE, f"more than one value: {', '.join(present)}")
    if not present:
        if "s" in raw or "bs" in raw:
            raise Refused(Cause.UNSUPPORTED, "a sum (s): the hub keeps values, not integrals over time")
        raise Refused(Cause.BAD_VALUE, "no value: none of v, vs, vb, vd")
    value = _value(present[0], raw[present[0]], base.get("bv", 0))
    return Record(entity, metric, _time(base.get("bt", 0), told, received_at), value, unit)


def _take_apart(base_name: str, name: str) -> tuple[str, str]:
    if len(base_name) + len(name) > MAX_NAME:
        raise Refused(Cause.BAD_METRIC, f"a name of more than {MAX_NAME} characters")
    whole = base_name + name
    if not _NAME.fullmatch(whole):
        raise Refused(Cause.BAD_METRIC, f"{short(whole)} is not a name of SenML (RFC 8428, 4.5.1)")
    if base_name and name:
        return base_name.rstrip(":/._-"), name.lstrip(":/._-") or name
    if _WHOLE.fullmatch(whole):
        return whole, "value"
    place = max(whole.rfind(":"), whole.rfind("/"))
    return (whole[:place], whole[place + 1 :] or "value") if place >= 0 else ("", whole)


def _value(label: str, found: Any, base: float) -> Any:
    """Raises Refused."""
    wanted = {"v": "a number", "vs": "text", "vb": "true or false", "vd": "text"}[label]
    if label == "vd" and isinstance(found, bytes):
        return base64.urlsafe_b64encode(found).rstrip(b"=").decode()
    if kind(found) != wanted:
        raise Refused(Cause.BAD_VALUE, f"{label} is {wanted}, not {kind(found)}")
    if label != "v":
        return found
    try:
        return float(found) + float(base)
    except OverflowError as error:
        raise Refused(Cause.BAD_VALUE, "the number is not finite") from error


def _time(base: Any, told: Any, received_at: datetime) -> datetime | None:
    """None for now. Raises Refused."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise Refused(Cause.BAD_TIME, f"t is a number of seconds, not {kind(told)}")
    try:
        seconds = float(base) + float(told)
        if not math.isfinite(seconds):
            raise Refused(Cause.BAD_TIME, "t is not finite")
        if seconds == 0:
            return None
        if seconds < _RELATIVE_BELOW_S:
            return received_at + timedelta(seconds=seconds)
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError as error:
        raise Refused(Cause.BAD_TIME, f"{short(told)} is outside the calendar") from error


def _read_cbor(payload: bytes) -> Any:
    """Raises Refused. Labels are numbers (RFC 8428, 6)."""
    values.check_size(payload)
    stream = io.BytesIO(payload)
    decoder = cbor2.CBORDecoder(stream, read_size=1, max_depth=_MAX_DEPTH, allow_duplicate_keys=False)
    try:
        document = decoder.decode()
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise Refused(Cause.NOT_CBOR, f"not CBOR: {str(error)[:120] or type(error).__name__}") from error
    if stream.tell() != len(payload):
        raise Refused(Cause.NOT_CBOR, f"{len(payload) - stream.tell()} bytes behind the end of the pack")
    if not isinstance(document, list):
        raise Refused(Cause.WRONG_SHAPE, "a SenML pack is an array of records")
    return [_named(raw) if isinstance(raw, dict) else None for raw in document]


def _named(raw: Mapping[Any, Any]) -> dict[str, Any]:
    """Raises Refused for what only CBOR has: SenML knows numbers, texts, truth values and bytes."""
    found: dict[str, Any] = {}
    for label, value in raw.items():
        name = _LABELS.get(label) if isinstance(label, int) and not isinstance(label, bool) else label
        if not isinstance(name, str):
            continue  # a label that need not be understood
        if isinstance(value, Decimal):
            value = float(value)  # a decimal fraction (6)
        if isinstance(value, int) and value.bit_length() > 64:
            value = math.inf  # a bignum: too long to be written out in a reason
        if not isinstance(value, int | float | str | bytes):
            raise Refused(Cause.UNSUPPORTED, f"{name} is neither a number, a text, true, false nor bytes")
        found[name] = value
    return found


def make(desk: Desk) -> Made:
    pattern = desk.topic()
    if pattern is None:
        return None
    default = "{device}" if "device" in pattern.names else "{name}"
    device = desk.template("device", desk.settings.device or default, {*pattern.names, "name"})
    if device is None:
        return None
    return Senml(desk.surroundings.accept, device, cbor=desk.settings.codec == "senml+cbor"), (pattern,)
