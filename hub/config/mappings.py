"""``mappings`` in ``hub.yaml``: which foreign topics are read, in which dialect, and what becomes of them.

Only the shape is checked here. Whether a path, a unit or a pattern means anything is checked by
``ingest.mqtt.mapping``, which knows the libraries for it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from hub.config.values import Settings

CodecName = Literal[
    "gridhub", "json", "text", "senml+json", "senml+cbor", "sparkplug", "zigbee2mqtt", "homeassistant", "frigate"
]


def _path_or_mapping(found: object) -> object:
    """A path may stand for a mapping that holds nothing else."""
    return {"path": found} if isinstance(found, str) else found


def _words(found: object) -> object:
    if not isinstance(found, dict):
        return found
    if any(isinstance(key, bool) for key in found):
        raise ValueError('on, off, yes, no and true are not text in YAML: write "ON" in quotes, "true" for JSON true')
    return {str(key): value for key, value in found.items()}


class TimeSettings(Settings):
    """When a sample was taken. ``format``: rfc3339, epoch_s, epoch_ms, epoch_us, epoch_ns, or a pattern of strptime."""

    path: str
    format: str = "rfc3339"
    zone: str | None = None
    """Of the device's clock, as in Asia/Shanghai, where its times do not say it themselves."""


class ValueSettings(Settings):
    """Where one metric is in a payload, and what is made of it. One of ``path``, ``const``, ``lat`` with ``lon``."""

    path: str | None = None
    const: float | bool | str | None = None
    lat: str | None = None
    lon: str | None = None
    alt: str | None = None
    kind: Literal["number", "boolean", "text"] | None = None
    """Left out: as it comes. ``number`` also reads text such as "23.5"."""
    map: Annotated[dict[str, float | bool | str] | None, BeforeValidator(_words)] = None
    """What stands for what, as in {"open": 1, "closed": 0}; anything else is refused."""
    unit: str | None = None
    """In which the device sends it (UCUM)."""
    to: str | None = None
    """In which it is kept (UCUM); left out: as it is sent."""
    scale: float = 1.0
    offset: float = 0.0
    """Value = what is sent × scale + offset, in ``unit``."""


ValueOrPath = Annotated[ValueSettings, BeforeValidator(_path_or_mapping)]


class NamedSettings(Settings):
    """Samples that bring the name of their metric with them, as {"name": "temp", "value": 21}."""

    metric: str
    value: str
    unit: str | None = None


class MappingSettings(Settings):
    """Topics of one dialect. Which keys belong to which ``codec``: ``docs/devices.md``."""

    codec: CodecName
    topic: str | None = None
    prefix: str | None = None
    topics: tuple[str, ...] = ()
    device: str | None = None
    node: str | None = None
    each: str | None = None
    time: Annotated[TimeSettings | None, BeforeValidator(_path_or_mapping)] = None
    id: str | None = None
    values: Annotated[dict[str, ValueOrPath] | None, BeforeValidator(_words)] = None
    everything: bool = False
    """Every number, text and truth value of a sample, by its own name."""
    named: NamedSettings | None = None
    cameras: dict[str, tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]] | None = None


Mappings = Annotated[tuple[MappingSettings, ...], Field(max_length=200)]


def given(mapping: MappingSettings) -> dict[str, Any]:
    """The keys that stand in the file, but for the codec."""
    return {name: getattr(mapping, name) for name in mapping.model_fields_set - {"codec"}}
