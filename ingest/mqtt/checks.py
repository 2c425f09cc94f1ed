"""Values against what is known of their metric: out of range, jumping or frozen is marked, and kept all the same.

Pure. The state is one small object for every metric that has bounds, of every known device: what a device makes up
besides costs nothing and is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf

from msgspec import structs

from hub.config.device_types import MetricSettings, TypeSettings
from hub.model.observation import Observation
from hub.model.quality import Quality

_SECOND = timedelta(seconds=1)
_GOOD = Quality.GOOD  # compared by identity: a flag's truth is asked of a method, and this is each value
_NEVER = timedelta.max
_LATER = datetime.max.replace(tzinfo=UTC)

Held = tuple[float, datetime]
"""A value, and since when it is the same."""


@dataclass(slots=True)
class _Series:
    """One metric of one device. ``low`` to ``high`` are plausible; ``value`` was the last of them, at ``at``."""

    unit: str
    low: float
    high: float
    max_rate: float
    frozen_after: timedelta
    value: float = inf
    at: datetime = _LATER
    since: datetime = _LATER

    @classmethod
    def of(cls, settings: MetricSettings, held: Held | None) -> _Series:
        low = -inf if settings.min is None else settings.min
        high = inf if settings.max is None else settings.max
        rate = inf if settings.max_rate is None else settings.max_rate
        series = cls(settings.unit, low, high, rate, settings.frozen_after or _NEVER)
        if held is not None:
            series.value, series.since = held
            series.at = series.since
        return series

    def look(self, value: float, at: datetime) -> int:
        """The flags of a value. What came out of its order is held against the range only, and changes nothing."""
        if not self.low <= value <= self.high:
            return int(Quality.OUT_OF_RANGE)
        if self.value == inf:
            self.value, self.at, self.since = value, at, at
            return 0
        if at <= self.at:
            return 0
        before, self.at = self.at, at
        if value == self.value:
            return int(Quality.FROZEN) if at - self.since > self.frozen_after else 0
        change, self.value, self.since = abs(value - self.value), value, at
        if self.max_rate == inf:
            return 0
        return int(Quality.JUMPING) if change > self.max_rate * max(1.0, (at - before) / _SECOND) else 0


@dataclass(slots=True)
class Findings:
    """Of one device: how often each flag, when the last one was given, and what its battery said last."""

    flags: dict[str, int] = field(default_factory=dict)
    flagged_at: datetime | None = None
    battery: float | None = None


@dataclass(slots=True)
class _Device:
    type: TypeSettings
    held: Mapping[str, Held]
    series: dict[str, _Series] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)


class Checks:
    """For the thread that reads messages. ``know`` and ``findings`` may be called by others."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}
        self._counted: dict[str, int] = {}

    def know(
        self,
        types: Mapping[str, TypeSettings],
        remembered: Mapping[str, Mapping[str, Held]] | None = None,
        found: Mapping[str, Findings] | None = None,
    ) -> None:
        """The type of each device. ``remembered``: values that were held before this process began, by metric;
        ``found``: what was found until then."""
        before = self._devices
        known = {}
        for device, kind in types.items():
            there = before.get(device)
            if there is not None and there.type == kind:
                known[device] = there
            else:
                known[device] = _Device(kind, (remembered or {}).get(device, {}))
                if there is not None:
                    known[device].findings = there.findings
                elif found is not None and device in found:
                    known[device].findings = found[device]
        self._devices = known

    def check(self, observations: Sequence[Observation]) -> Sequence[Observation]:
        """The same, with the flags they earn; the first of a series gets the unit of its type where it has none."""
        changed: list[Observation] | None = None
        source, device = "", None
        for index, item in enumerate(observations):
            if item.source != source:
                source = item.source
                device = self._devices.get(source)
            if device is None:
                continue
            marked = self._one(device, item)
            if marked is not item:
                if changed is None:
                    changed = list(observations)
                changed[index] = marked
        return observations if changed is None else changed

    def counted(self) -> dict[str, int]:
        """Values of all devices together, by flag, since this began."""
        return dict(self._counted)

    def findings(self, device: str) -> Findings | None:
        known = self._devices.get(device)
        return None if known is None else known.findings

    def held(self, device: str) -> dict[str, Held]:
        """What must be remembered to notice, after a restart, that a value is frozen."""
        known = self._devices.get(device)
        if known is None:
            return {}
        return {
            metric: (series.value, series.since)
            for metric, series in list(known.series.items())
            if series.frozen_after is not _NEVER and series.value != inf
        }

    def _one(self, device: _Device, item: Observation) -> Observation:
        series = device.series.get(item.metric)
        unit = item.unit
        if series is None:
            settings = device.type.metrics.get(item.metric)
            if settings is None:
                if item.metric == device.type.battery.metric and item.value is not None:
                    device.findings.battery = item.value
                return item if item.quality is _GOOD else self._noted(device, item)
            series = device.series[item.metric] = _Series.of(settings, device.held.get(item.metric))
            unit = unit or series.unit
        value = item.value
        if value is None:
            return item
        if item.metric == device.type.battery.metric:
            device.findings.battery = value
        if item.quality is not _GOOD:
            return self._noted(device, item)
        flags = series.look(value, item.ts) if not unit or unit == series.unit else 0
        if flags:
            return self._noted(device, structs.replace(item, quality=Quality(flags), unit=unit))
        return item if unit == item.unit else structs.replace(item, unit=unit)

    def _noted(self, device: _Device, item: Observation) -> Observation:
        for flag in item.quality:
            name = str(flag.name).lower()
            device.findings.flags[name] = device.findings.flags.get(name, 0) + 1
            self._counted[name] = self._counted.get(name, 0) + 1
        device.findings.flagged_at = item.received_at
        return item
