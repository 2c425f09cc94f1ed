"""One metric of a mapping, compiled: where it is found and what is made of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.config.mappings import ValueSettings
from hub.errors import Refused
from ingest.mqtt import values
from ingest.mqtt.decoded import Cause
from ingest.mqtt.mapping import units
from ingest.mqtt.mapping.paths import Finder, compile_path
from ingest.mqtt.values import kind, short

Word = float | bool | str


@dataclass(frozen=True, slots=True)
class Reading:
    """``find`` gives what a document holds of it, [] for nothing; ``convert`` what is stored; it raises Refused."""

    metric: str
    find: Finder
    convert: Callable[[Any], Any]
    unit: str


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """Latitude, longitude, altitude."""

    latitude: Finder
    longitude: Finder
    altitude: Finder | None


class Wrong(ValueError):
    """A setting that cannot be; ``key`` is the one."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(message)


def place(settings: ValueSettings) -> PlaceReading:
    """Raises Wrong."""
    if settings.lat is None or settings.lon is None:
        raise Wrong("lat" if settings.lat is None else "lon", "a position has both lat and lon")
    others = settings.model_fields_set - {"lat", "lon", "alt"}
    if others:
        raise Wrong(min(others), "does not go with a position, which has lat, lon and perhaps alt")
    altitude = path_of("alt", settings.alt) if settings.alt is not None else None
    return PlaceReading(path_of("lat", settings.lat), path_of("lon", settings.lon), altitude)


def reading(metric: str, settings: ValueSettings) -> Reading:
    """Raises Wrong."""
    if settings.const is not None:
        others = settings.model_fields_set - {"const", "unit"}
        if others:
            raise Wrong(min(others), "does not go with const, which is the value itself")
        const = settings.const
        return Reading(metric, lambda _: [const], lambda found: found, _unit("unit", settings.unit))
    if settings.path is None:
        raise Wrong("", "has none of path, const, lat with lon")
    convert, unit = converter(metric, settings)
    return Reading(metric, path_of("path", settings.path), convert, unit)


def converter(metric: str, settings: ValueSettings) -> tuple[Callable[[Any], Any], str]:
    """What is made of a value, and the unit it then has. Raises Wrong."""
    scale, offset, unit = settings.scale, settings.offset, _unit("unit", settings.unit)
    if not (math.isfinite(scale) and math.isfinite(offset) and scale):
        raise Wrong("scale", "scale and offset are numbers, and scale is not 0")
    if settings.to is not None:
        if not unit:
            raise Wrong("to", "needs unit: in which the device sends it")
        kept = _unit("to", settings.to)
        try:
            factor, shift = units.conversion(unit, kept)
        except ValueError as error:
            raise Wrong("to", str(error)) from error
        scale, offset, unit = scale * factor, offset * factor + shift, kept
    computes = (scale, offset) != (1.0, 0.0)
    sort = settings.kind or ("number" if computes or unit else None)
    if sort in {"boolean", "text"} and computes:
        raise Wrong("kind", f"{sort} cannot be computed with: leave scale, offset and to out")
    words = settings.map

    def convert(found: Any) -> Any:
        if words is not None:
            found = _mapped(metric, words, found)
        if sort is not None:
            found = _SORTS[sort](metric, found)
        # Twelve digits are more than a sensor has, and leave out the noise of the arithmetic: 73.4 °F are 23 Cel.
        return float(f"{found * scale + offset:.12g}") if computes else found

    return convert, unit


def path_of(key: str, path: str) -> Finder:
    """Raises Wrong."""
    try:
        return compile_path(path)
    except ValueError as error:
        raise Wrong(key, str(error)) from error


def _unit(key: str, code: str | None) -> str:
    try:
        return "" if code is None else units.check(code)
    except ValueError as error:
        raise Wrong(key, str(error)) from error


def _mapped(metric: str, words: Mapping[str, Word], found: Any) -> Word:
    if isinstance(found, bool):
        word = "true" if found else "false"
    elif isinstance(found, float) and found.is_integer():
        word = str(int(found))
    elif isinstance(found, str | int | float):
        word = str(found).strip()
    else:
        raise Refused(Cause.BAD_VALUE, f"{metric}: {kind(found)} is not in its map")
    if word not in words:
        raise Refused(Cause.BAD_VALUE, f"{metric}: {short(word)} is not in its map: {', '.join(words)[:120]}")
    return words[word]


def _number(metric: str, found: Any) -> float:
    number = values.number_in(found) if isinstance(found, str) else values.value(metric, found)[0]
    if number is None:
        raise Refused(Cause.BAD_VALUE, f"{metric}: {short(found)} is not a number")
    return number


def _boolean(metric: str, found: Any) -> bool:
    word = found.strip().lower() if isinstance(found, str) else found
    if word in (True, "true", "on", "yes", "1"):
        return True
    if word in (False, "false", "off", "no", "0"):
        return False
    raise Refused(Cause.BAD_VALUE, f"{metric}: {short(found)} is neither true nor false; a map says what stands for it")


def _text(metric: str, found: Any) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str | int | float):
        return str(found)
    raise Refused(Cause.BAD_VALUE, f"{metric}: {kind(found)} is not text")


_SORTS: Mapping[str, Callable[[str, Any], Any]] = {"number": _number, "boolean": _boolean, "text": _text}
