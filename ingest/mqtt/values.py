"""Single values of a payload, whatever its dialect: JSON read strictly, numbers, texts, ids and times within bounds.

Everything here raises ``hub.errors.Refused`` with a cause of ``ingest.mqtt.decoded.Cause``, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.config.settings import Accept
from hub.errors import Refused
from hub.model.quality import Quality
from hub.model.times import rfc3339
from ingest.mqtt.decoded import Cause

MAX_PAYLOAD_BYTES = 256 * 1024
MAX_SAMPLES = 1000
MAX_METRICS = 64
MAX_TEXT_BYTES = 1024
MAX_ID_BYTES = 128
METRIC = re.compile(r"[a-z][a-z0-9_.]{0,62}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_MAX_DIGITS = 400  # a float64 has at most 309 before the point; int() of a million digits would take seconds


class Twice:
    """Stands where a JSON object had ``key`` more than once."""

    def __init__(self, key: str) -> None:
        self.key = key


def check_size(payload: bytes, most: int = MAX_PAYLOAD_BYTES) -> None:
    """Raises Refused for more than ``most`` bytes."""
    if len(payload) > most:
        raise Refused(Cause.TOO_LARGE, f"{len(payload)} bytes; at most {most} may be")


def read_json(payload: bytes) -> Any:
    """RFC 8259 in UTF-8; an object with a key twice is a ``Twice``, a number that is too long is infinite."""
    return _decode(_DECODER, payload, MAX_PAYLOAD_BYTES)


def read_document(payload: bytes, most: int = MAX_PAYLOAD_BYTES) -> Any:
    """As ``read_json``, but an object with a key twice refuses the whole."""
    return _decode(_STRICT, payload, most)


def check_object(found: Any, what: str) -> None:
    """Raises Refused where ``found`` is not a JSON object with each key once."""
    if isinstance(found, Twice):
        raise Refused(Cause.DUPLICATE_KEY, f"{what} has the key {short(found.key)} twice")
    if not isinstance(found, dict):
        raise Refused(Cause.WRONG_SHAPE, f"{what} must be an object, not {kind(found)}")


def identity(found: Any) -> str:
    """The id of a message: text, or a whole number of 64 bits; "" for None."""
    if found is None:
        return ""
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**63:
        return str(found)
    if not isinstance(found, str) or not found:
        raise Refused(Cause.BAD_ID, f"an id is text or a whole number of 64 bits, not {kind(found)}")
    if text_bytes(found, Cause.BAD_ID) > MAX_ID_BYTES:
        raise Refused(Cause.BAD_ID, f"the id has more than {MAX_ID_BYTES} bytes")
    return found


def value(metric: str, found: Any) -> tuple[float | None, str | None]:
    """(number, text): one of them is set. True is 1.0."""
    if isinstance(found, bool | int | float):
        try:
            number = float(found)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise Refused(Cause.BAD_VALUE, f"{metric}: the number is not finite")
        return number, None
    if isinstance(found, str):
        if text_bytes(found, Cause.BAD_VALUE) > MAX_TEXT_BYTES:
            raise Refused(Cause.TOO_LARGE, f"{metric}: the text has more than {MAX_TEXT_BYTES} bytes")
        return None, found
    raise Refused(Cause.BAD_VALUE, f"{metric}: a value is a number, true, false or text, not {kind(found)}")


def number_in(text: str) -> float | None:
    """The number that ``text`` writes out, as JSON would, with a plus if need be; None where it is none."""
    found = _NUMBER.fullmatch(text.strip()) if len(text) <= _MAX_DIGITS else None
    return float(found[0]) if found else None


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a sample is said to have happened, and how it is told from others; see ``Observation``."""

    ts: datetime
    key: str = ""
    arrival_key: str = ""
    quality: Quality = Quality.GOOD
    attrs: Mapping[str, Any] | None = None


def dated(own: datetime, key: str, content: object, received_at: datetime, accept: Accept) -> Stamp:
    """The stamp of a sample with a time of its ``own``.

    Outside ``accept`` (a clock that was never set) it stands at its time of arrival, marked, with its own time beside
    it. It is then known by its id, or by its own time and its ``content``: a clock that stands still gives every
    sample one time, and they are not the same for that.
    """
    age = received_at - own
    if -accept.future <= age <= accept.past:
        return Stamp(own, key)
    device_ts = rfc3339(own)
    if not key:
        told = f"{device_ts} {content!r}".encode(errors="surrogatepass")
        key = hashlib.blake2b(told, digest_size=12).hexdigest()
    return Stamp(received_at, key, key, Quality.MISDATED, {"device_ts": device_ts})


def text_bytes(text: str, cause: Cause) -> int:
    """The length in UTF-8 of a text that the store can hold."""
    if "\0" in text:
        raise Refused(cause, "a NUL character in a text")
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise Refused(cause, "half of a surrogate pair in a text") from error


def kind(found: Any) -> str:
    """What ``found`` is, in words."""
    names: dict[type, str] = {
        type(None): "null", bool: "true or false", str: "text", list: "an array", bytes: "bytes",
    }  # fmt: skip
    return names.get(type(found), "an object" if isinstance(found, dict | Twice) else "a number")


def short(found: object) -> str:
    """At most 60 characters of it."""
    shown = repr(found)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def _decode(decoder: json.JSONDecoder, payload: bytes, most: int) -> Any:
    check_size(payload, most)
    try:
        return decoder.decode(payload.decode())
    except UnicodeDecodeError as error:
        raise Refused(Cause.NOT_JSON, f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise Refused(Cause.WRONG_SHAPE, "nested too deeply") from error
    except json.JSONDecodeError as error:
        raise Refused(Cause.NOT_JSON, f"{error.msg} at character {error.pos}") from error


def _once(pairs: list[tuple[str, Any]]) -> Any:
    found = _object(pairs)
    check_object(found, "an object")
    return found


def _object(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    times = Counter(key for key, _ in pairs)
    return Twice(next(key for key, count in times.items() if count > 1))


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else math.inf


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole)
_STRICT = json.JSONDecoder(object_pairs_hook=_once, parse_int=_whole)
