"""Types of devices: what they measure, how often they should, and what of it is plausible; and who is let in unasked.

    types:
      water:
        name: {zh: 水位计, en: Water gauge}
        period: 5m
        battery: {metric: battery, low: 20}
        metrics:
          water_level: {unit: m, min: 0, max: 12, max_rate: 0.5, frozen_after: 2d}
    register:
      - {match: "water-{grid}-*", type: water, area: "mycity/{grid}"}

A type of the hub itself may be given again: what is said of it stands, the rest stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from hub.config import device_commands
from hub.config.device_commands import Commands
from hub.config.values import Duration, Settings
from hub.document import nearest
from hub.model.area import check_path
from hub.model.pattern import Pattern, fill, places

TypeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
"""A lower-case word, which rules can name in ``types``."""
MetricName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,62}$")]
Word = Annotated[str, Field(min_length=1, max_length=100)]


def _unit(unit: str) -> str:
    if len(unit) > 40 or not unit.isprintable() or " " in unit:
        raise ValueError(f"{unit!r} is not a unit of UCUM, as in Cel, m, kPa, ug/m3, %")
    return unit


def _match(pattern: str) -> str:
    Pattern(pattern)
    return pattern


class NameSettings(Settings):
    """For people. Left out: the word of the configuration."""

    zh: Word | None = None
    en: Word | None = None


class MetricSettings(Settings):
    """What is known of a metric. A value outside of it is kept, and marked; see ``hub.model.quality``."""

    unit: Annotated[str, AfterValidator(_unit)] = ""
    """A code of UCUM. A device that says another one is not checked against the bounds, which are in this one."""
    min: float | None = None
    max: float | None = None
    max_rate: Annotated[float, Field(gt=0)] | None = None
    """Units a second: faster is a jump. Two values within a second count as a second apart."""
    frozen_after: Duration | None = None
    """The very same value for longer is frozen."""
    name: NameSettings = NameSettings()

    @model_validator(mode="after")
    def _has_room(self) -> MetricSettings:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min {self.min:g} is not below max {self.max:g}")
        return self


class BatterySettings(Settings):
    """Which metric is the battery's, and below what it is low."""

    metric: MetricName = "battery"
    low: float = 20.0


class TypeSettings(Settings):
    """A type of device."""

    name: NameSettings = NameSettings()
    period: Duration | None = None
    """It reports this often, and is silent after three times that, but not before 10 s."""
    battery: BatterySettings = BatterySettings()
    metrics: dict[MetricName, MetricSettings] = Field(default={}, max_length=200)
    commands: Commands = Field(default={})


class RegisterSettings(Settings):
    """Devices that may come unasked: an unknown one whose id (and topic) match is added and approved.

    In a pattern ``*`` is anything, and ``{name}`` is a part without a slash, which ``area`` can use.
    """

    match: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_match)]
    topic: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_match)] | None = None
    type: TypeName
    area: Annotated[str, Field(min_length=1, max_length=700)]
    limit: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    """So many at most, so that a flood of invented ids stays bounded."""

    @field_validator("area")
    @classmethod
    def _can_be_filled(cls, area: str, info: ValidationInfo) -> str:
        known = {*places(info.data.get("match") or ""), *places(info.data.get("topic") or "")}
        if "match" in info.data and (unknown := sorted(set(places(area)) - known)):
            raise ValueError(f"{area!r} names {{{unknown[0]}}}, which is in neither match nor topic")
        check_path(fill(area, dict.fromkeys(places(area), "x")))
        return area

    def area_of(self, device: str, topic: str) -> str | None:
        """Where a device belongs that is heard of for the first time on ``topic``; None where this is not for it."""
        found = Pattern(self.match).match(device)
        above = {} if self.topic is None else Pattern(self.topic).match(topic)
        return None if found is None or above is None else fill(self.area, {**above, **found})


def _built_in() -> dict[str, TypeSettings]:
    def type_of(zh: str, en: str, **metrics: MetricSettings) -> TypeSettings:
        battery = MetricSettings(unit="%", min=0, max=100, name=NameSettings(zh="电量", en="Battery"))
        return TypeSettings(name=NameSettings(zh=zh, en=en), metrics={**metrics, "battery": battery})

    def controlled(name: str, zh: str, en: str, **metrics: MetricSettings) -> TypeSettings:
        commands = dict(device_commands.BUILT_IN[name])
        return type_of(zh, en, **metrics).model_copy(update={"commands": commands})

    def metric(zh: str, en: str, unit: str, low: float, high: float, **more: object) -> MetricSettings:
        values = {"unit": unit, "min": low, "max": high, "name": {"zh": zh, "en": en}, **more}
        return MetricSettings.model_validate(values)

    temperature = metric("温度", "Temperature", "Cel", -60, 125, frozen_after="1d")
    return {
        "smoke": type_of("烟感", "Smoke detector", smoke=metric("烟雾", "Smoke", "1", 0, 1), temperature=temperature),
        "water": type_of("水位计", "Water gauge", water_level=metric("水位", "Water level", "m", -20, 100, max_rate=2)),
        "door": type_of("门磁", "Door contact", open=metric("开启", "Open", "", 0, 1)),
        "manhole": type_of("井盖", "Manhole cover", tilt=metric("倾角", "Tilt", "deg", 0, 180)),
        "air": type_of(
            "空气质量", "Air quality",
            pm25=metric("PM2.5", "PM2.5", "ug/m3", 0, 2000),
            pm10=metric("PM10", "PM10", "ug/m3", 0, 5000),
            co2=metric("二氧化碳", "Carbon dioxide", "[ppm]", 0, 40_000),
            temperature=temperature,
            humidity=metric("湿度", "Humidity", "%", 0, 100, frozen_after="1d"),
        ),
        "siren": controlled("siren", "警笛", "Siren", sounding=metric("鸣响", "Sounding", "", 0, 1)),
        "barrier": controlled("barrier", "道闸", "Barrier", open=metric("开启", "Open", "", 0, 1)),
        "sign": controlled("sign", "显示屏", "Sign"),
    }  # fmt: skip


BUILT_IN: Mapping[str, TypeSettings] = _built_in()
"""The types that need not be configured. None has a period: how often a device reports is learnt, where it is even."""


def not_there(name: str, types: Mapping[str, TypeSettings]) -> str:
    """In words: a type that is allowed, but of which nothing is known."""
    return f"there is no type {name!r}, built in or under types: its values are not checked{nearest(name, [*types])}"


def with_built_in(configured: Mapping[str, TypeSettings]) -> dict[str, TypeSettings]:
    """All types there are. What a configured one leaves out is as built in."""
    found = dict(BUILT_IN)
    for name, given in configured.items():
        base = BUILT_IN.get(name)
        said = {key: getattr(given, key) for key in given.model_fields_set}
        found[name] = given if base is None else base.model_copy(update=said)
    return found
