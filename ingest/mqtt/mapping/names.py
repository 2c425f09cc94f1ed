"""Names of devices and metrics out of foreign ones: what may not stand in ours is replaced, and nothing falls together.

Two foreign names must not become one of ours. So where a replacement loses something, eight digits of a hash of
the whole name follow.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from hub.document import nearest
from hub.errors import Refused
from ingest.mqtt.decoded import Cause
from ingest.mqtt.values import METRIC, short

MAX_NAME = 512
"""Characters of a foreign name. A longer one is refused before anything is made of it, or remembered."""
_MAX_DEVICE = 127
_MAX_METRIC = 63
_NOT_DEVICE = re.compile(r"[^A-Za-z0-9_.-]+")
_NOT_METRIC = re.compile(r"[^a-z0-9_.]+")
_FIELD = re.compile(r"\{([^{}]*)\}")
_KEPT = 50_000


def fields(text: str) -> list[str]:
    """The names in a template."""
    return _FIELD.findall(text)


class Template:
    """Text with ``{names}`` in it, as in ``{area}-{device}``."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        """``names`` are those that there will be. Raises ValueError for another one."""
        self.names = frozenset(fields(text))
        if wrong := sorted(self.names - set(names)):
            known = ", ".join(f"{{{name}}}" for name in sorted(names)) or "none"
            raise ValueError(f"there is no {{{wrong[0]}}} here{nearest(wrong[0], list(names))} (there are: {known})")
        if "{" in (rest := _FIELD.sub("", text)) or "}" in rest:
            raise ValueError(f"{text!r} has a brace without its other half")
        if not text.strip():
            raise ValueError("it is empty")
        self._text = text

    def device(self, found: Mapping[str, str]) -> str:
        """The id of a device. Raises Refused where a name is missing or empty."""
        for name in self.names:
            if not found.get(name):
                raise Refused(Cause.BAD_DEVICE, f"whose it is cannot be told: {{{name}}} is empty")
        return device_id(_FIELD.sub(lambda field: found[field[1]], self._text))


def device_id(name: str) -> str:
    """An id that is safe in a topic, a URL and a file name. Raises Refused for a name that leaves nothing."""
    if len(name) > MAX_NAME:
        raise Refused(Cause.BAD_DEVICE, f"the name of the device has {len(name)} characters; at most {MAX_NAME} may be")
    return _device_id(name)


def metric_name(name: str) -> str:
    """``Inputs/Temp 1`` as ``inputs.temp_1``: lower case, a slash as a point. Raises Refused."""
    if len(name) > MAX_NAME:
        raise Refused(Cause.BAD_METRIC, f"the name of a metric has {len(name)} characters; at most {MAX_NAME} may be")
    return _metric_name(name)


@lru_cache(_KEPT)
def _device_id(name: str) -> str:
    safe = _NOT_DEVICE.sub("-", name).lstrip("_.-")
    if safe == name and len(safe) <= _MAX_DEVICE:
        return safe
    if not name.strip():
        raise Refused(Cause.BAD_DEVICE, "the name of the device is empty")
    return f"{safe[: _MAX_DEVICE - 9].rstrip('-')}-{_hash(name)}".lstrip("-")


@lru_cache(_KEPT)
def _metric_name(name: str) -> str:
    if METRIC.fullmatch(name):
        return name
    safe = _NOT_METRIC.sub("_", name.lower().replace("/", ".")).strip("_.")
    if not name.strip():
        raise Refused(Cause.BAD_METRIC, "the name of the metric is empty")
    lost = not name.isascii() or not safe
    if not safe or not safe[0].isalpha():
        safe = f"m_{safe}".rstrip("_")
    if lost or len(safe) > _MAX_METRIC:
        safe = f"{safe[: _MAX_METRIC - 9].rstrip('_')}_{_hash(name)}"
    if not METRIC.fullmatch(safe):
        raise Refused(Cause.BAD_METRIC, f"{short(name)} cannot be made a metric")
    return safe


def _hash(name: str) -> str:
    return hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=4).hexdigest()
