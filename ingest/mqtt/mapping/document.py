"""The dialects ``json``, ``text`` and ``gridhub``: documents of any shape by JSONPath, plain scalars, our own JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.config.settings import Accept
from hub.errors import Refused
from ingest.mqtt import codecs, values
from ingest.mqtt.decoded import Cause, Decoded, refused
from ingest.mqtt.mapping import units
from ingest.mqtt.mapping.desk import Desk, Made
from ingest.mqtt.mapping.instants import Reader
from ingest.mqtt.mapping.names import MAX_NAME, Template, fields
from ingest.mqtt.mapping.paths import Finder
from ingest.mqtt.mapping.reading import PlaceReading, Reading, Wrong, converter
from ingest.mqtt.mapping.tray import POSITION, Tray
from ingest.mqtt.message import Message
from ingest.mqtt.values import MAX_SAMPLES, METRIC, Stamp, kind, short

_MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Named:
    """Where samples tell the name of their metric."""

    metric: Finder
    value: Finder
    unit: Finder | None


@dataclass(frozen=True, slots=True)
class JsonCodec:
    """``each`` finds the samples in a document; all other paths begin at a sample."""

    accept: Accept
    device: Template
    from_sample: Mapping[str, Finder]
    """Names of the template that stand in the sample and not in the topic."""
    each: Finder | None
    time: tuple[Finder, Reader] | None
    id: Finder | None
    readings: Sequence[Reading]
    places: Sequence[PlaceReading]
    named: Named | None
    everything: bool

    def decode(self, message: Message, found: Mapping[str, str]) -> Decoded:
        tray = Tray(message, self.accept)
        try:
            document = values.read_document(message.payload)
            samples = [document] if self.each is None else self.each(document)
            if not 0 < len(samples) <= MAX_SAMPLES:
                raise _number_of(samples, document)
        except Refused as error:
            return refused(error)
        for index, sample in enumerate(samples):
            try:
                self._sample(tray, sample, found, index)
            except Refused as error:
                where = "" if self.each is None else f"sample {index}: "
                tray.fault(Refused(error.cause, f"{where}{error.detail}"))
        return tray.decoded()

    def finds_nothing(self, payload: bytes) -> list[str]:
        """The metrics whose paths find nothing in any sample: for whoever writes the mapping."""
        try:
            document = values.read_document(payload)
            samples = [document] if self.each is None else self.each(document)
            readings = [one.metric for one in self.readings if not any(one.find(sample) for sample in samples)]
            places = [one for one in self.places if not any(one.latitude(sample) for sample in samples)]
        except Refused:
            return []
        return [*readings, *(POSITION for _ in places)]

    def _sample(self, tray: Tray, sample: Any, found: Mapping[str, str], index: int) -> None:
        """Raises Refused where the sample as a whole is wrong."""
        if self.from_sample:
            found = {**found, **{name: _word(name, find(sample)) for name, find in self.from_sample.items()}}
        device = self.device.device(found)
        key = values.identity(_only(self.id(sample))) if self.id is not None else ""
        stamp = tray.stamp(self._when(sample, tray.received_at), key, sample, index)
        told = list(self._told(sample))
        if not told:
            raise Refused(Cause.WRONG_SHAPE, f"none of the mapping's paths finds anything; it has {_keys(sample)}")
        for take in told:
            try:
                self._put(tray, device, stamp, take)
            except Refused as error:
                tray.fault(error, device)

    def _put(self, tray: Tray, device: str, stamp: Stamp | None, take: _Take) -> None:
        if isinstance(take, _At):
            tray.add_position(device, take.latitude, take.longitude, take.altitude, stamp)
            return
        convert = take.reading.convert if take.reading is not None else None
        found = take.found if convert is None or take.found is None else convert(take.found)
        tray.add(device, take.metric, found, stamp, take.unit)

    def _when(self, sample: Any, received_at: datetime) -> datetime | None:
        if self.time is None:
            return None
        find, read = self.time
        told = _only(find(sample))
        if told is None:
            raise Refused(Cause.BAD_TIME, f"it has no time where the mapping looks for it; it has {_keys(sample)}")
        return read(told, received_at)

    def _told(self, sample: Any) -> Iterator[_Take]:
        for reading in self.readings:
            for found in reading.find(sample)[:1]:
                yield _Value(reading.metric, found, reading.unit, reading)
        for place in self.places:
            latitude, longitude = _only(place.latitude(sample)), _only(place.longitude(sample))
            if latitude is not None or longitude is not None:
                altitude = _only(place.altitude(sample)) if place.altitude is not None else None
                yield _At(latitude, longitude, altitude)
        if self.named is not None:
            name, unit = _only(self.named.metric(sample)), self.named.unit
            if isinstance(name, str):
                spelled = _only(unit(sample)) if unit is not None else None
                for found in self.named.value(sample)[:1]:
                    yield _Value(name, found, units.common(spelled) if isinstance(spelled, str) else "", None)
        if self.everything:
            for name, found in leaves(sample):
                yield _Value(name, found, "", None)


@dataclass(frozen=True, slots=True)
class _Value:
    metric: str
    found: Any
    unit: str
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class _At:
    latitude: Any
    longitude: Any
    altitude: Any


_Take = _Value | _At


@dataclass(frozen=True, slots=True)
class TextCodec:
    """A payload that is one value: ``23.5`` or ``ON``."""

    accept: Accept
    device: Template
    metric: str
    convert: Callable[[Any], Any]
    unit: str

    def decode(self, message: Message, found: Mapping[str, str]) -> Decoded:
        tray = Tray(message, self.accept)
        try:
            device = self.device.device(found)
            values.check_size(message.payload)
            text = message.payload.decode().strip()
            number = values.number_in(text)
            told = self.convert(text if number is None else number)
            tray.add(device, self.metric, told, tray.stamp(None), self.unit)
        except UnicodeDecodeError as error:
            return refused(Refused(Cause.NOT_TEXT, f"not UTF-8 at byte {error.start}"))
        except Refused as error:
            return refused(error)
        return tray.decoded()


@dataclass(frozen=True, slots=True)
class OwnCodec:
    """The hub's own JSON on a foreign topic."""

    accept: Accept
    device: Template

    def decode(self, message: Message, found: Mapping[str, str]) -> Decoded:
        try:
            device = self.device.device(found)
        except Refused as error:
            return refused(error)
        at, retained = message.received_at, message.retained
        return codecs.telemetry(device, message.payload, at, self.accept, retained=retained)


def leaves(document: Any, way: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Numbers, texts, truth values and nulls of nested objects, called by their way: ``color.x``. No arrays.

    An object whose way is longer than a name may be is given as it is: the names of what is in it would be many times
    as long as the whole payload.
    """
    if not isinstance(document, dict) or depth > _MAX_DEPTH:
        return
    for name, found in document.items():
        called = f"{way}.{name}" if way else name
        if isinstance(found, dict) and len(called) <= MAX_NAME:
            yield from leaves(found, called, depth + 1)
        elif not isinstance(found, list):
            yield called, found


def _only(found: list[Any]) -> Any:
    return found[0] if found else None


def _word(name: str, found: list[Any]) -> str:
    """A name of the template out of a sample."""
    if not found or isinstance(found[0], bool) or not isinstance(found[0], str | int):
        raise Refused(Cause.BAD_DEVICE, f"whose it is cannot be told: {{{name}}} is no text in it")
    return str(found[0])


def _number_of(samples: Sequence[Any], document: Any) -> Refused:
    if samples:
        return Refused(Cause.TOO_LARGE, f"{len(samples)} samples in one message; 1 to {MAX_SAMPLES} may be")
    return Refused(Cause.WRONG_SHAPE, f"the path of each finds no sample; it has {_keys(document)}")


def _keys(sample: Any) -> str:
    return f"the keys {short(list(sample)[:8])}" if isinstance(sample, dict) else f"no keys: it is {kind(sample)}"


# --- of the configuration --------------------------------------------------------------------------------------------


def make_json(desk: Desk) -> Made:
    """A name of ``device`` may be a path into the sample, as in ``"{line}-{$.serial}"``."""
    settings = desk.settings
    pattern = desk.topic()
    if pattern is None:
        return None
    readings, places = desk.values()
    if not (settings.values or settings.named or settings.everything):
        desk.wrong((), "needs values, named or everything: without them nothing would be stored")
    finders = {name: desk.path(("device",), name) for name in fields(settings.device or "") if name.startswith("$")}
    device = desk.device(pattern, finders)
    when = desk.time()
    each = desk.path(("each",), settings.each)
    key = desk.path(("id",), settings.id)
    named = _named(desk) if settings.named is not None else None
    if device is None or desk.problems:
        return None
    from_sample = {name: find for name, find in finders.items() if find is not None}
    accept = desk.surroundings.accept
    codec = JsonCodec(accept, device, from_sample, each, when, key, readings, places, named, settings.everything)
    return codec, (pattern,)


def _named(desk: Desk) -> Named | None:
    settings = desk.settings.named
    if settings is None:
        return None
    metric = desk.path(("named", "metric"), settings.metric)
    value = desk.path(("named", "value"), settings.value)
    unit = desk.path(("named", "unit"), settings.unit)
    return None if metric is None or value is None else Named(metric, value, unit)


def make_text(desk: Desk) -> Made:
    pattern = desk.topic()
    told = desk.settings.values
    if told is None or len(told) != 1:
        desk.wrong(("values",), "a text is one value: values: {temperature: {unit: Cel}}")
        return None
    [(metric, settings)] = told.items()
    if not METRIC.fullmatch(metric):
        desk.wrong(("values", metric), f"{metric!r} is not a metric: [a-z][a-z0-9_.]*, at most 63")
    for key in sorted(settings.model_fields_set & {"path", "const", "lat", "lon", "alt"}):
        desk.wrong(("values", metric, key), "does not go with a payload that is one value")
    try:
        convert, unit = converter(metric, settings)
    except Wrong as error:
        desk.wrong(("values", metric, error.key), str(error))
        return None
    device = None if pattern is None else desk.device(pattern)
    if pattern is None or device is None or desk.problems:
        return None
    return TextCodec(desk.surroundings.accept, device, metric, convert, unit), (pattern,)


def make_own(desk: Desk) -> Made:
    pattern = desk.topic()
    device = None if pattern is None else desk.device(pattern)
    return None if pattern is None or device is None else (OwnCodec(desk.surroundings.accept, device), (pattern,))
