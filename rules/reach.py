"""What rules would look at, before they are deployed: metrics that nobody reports, conditions that never hold, how many
sources and areas each rule matches and what that costs. Pure.

All of this is for people to judge, and fails nothing: a metric may be reported tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from hub.config.device_types import BUILT_IN, MetricSettings, TypeSettings, not_there
from hub.document import Document, Loc, nearest
from hub.errors import Problem
from hub.model.source import Source, SourceKind
from rules.rule import Rule
from rules.schedule import During, Schedule

CAMERA = "camera"
_OF_ANY_DEVICE = frozenset({"device.online", "device.silent"})
"""What the hub itself says of every device."""
_SHARE = MetricSettings(min=0, max=1)
_CAMERA_METRICS: Mapping[str, MetricSettings] = {
    "motion": _SHARE,
    "camera.health": _SHARE,
    "clock.offset": MetricSettings(),
    **{
        f"tamper.{what}": _SHARE
        for what in ("covered", "defocused", "moved", "washed_out", "frozen", "signal_lost", "clock_drift")
    },
}
_OF_ZONES = ("zone", "loitering", "crowd", "left", "removed", "count")
_SHARES = frozenset({"zone", "loitering", "crowd", "left", "removed"})
_OF_PLACES = frozenset({*_OF_ZONES, "line", "object"})
"""What comes before the dot in metrics that are named after a zone, a line or a class of the detector."""
_IN_RANGE = frozenset({"min", "max", "mean", "last", "median", "p90", "p95", "p99"})
"""Of a window: what lies where its values lie."""
_PAIR_BYTES = 1024
_OBSERVATION_S = 5e-6
"""CPU time of one observation for one condition: 3 µs where nothing happens, and room for what does."""
_USUAL_PERIOD_S = 60.0
"""Of a source whose type says none."""


@dataclass(frozen=True, slots=True)
class World:
    """What is known of a hub. ``series`` are the (source, metric) that were ever stored; None where no store was
    asked. Without sources only names are checked. ``of_hub``: whether a hub was asked for the types that it has beside
    those that are built in."""

    sources: Sequence[Source] = ()
    types: Mapping[str, TypeSettings] = field(default_factory=lambda: BUILT_IN)
    series: frozenset[tuple[str, str]] | None = None
    of_hub: bool = True

    def strange(self, types: Iterable[str]) -> list[str]:
        """Those of the types that are not known."""
        there = {CAMERA, *self.types, *(source.type for source in self.sources)}
        return [name for name in types if name not in there]

    def metrics(self) -> set[str]:
        """Every metric that anybody is known to report, but for those that are named after places."""
        found = {metric for settings in self.types.values() for metric in settings.metrics}
        found |= {settings.battery.metric for settings in self.types.values()}
        return found | set(_CAMERA_METRICS) | _OF_ANY_DEVICE | {metric for _, metric in self.series or ()}

    def reports(self, source: Source, metric: str) -> bool:
        if self.series is not None and (source.id, metric) in self.series:
            return True
        if source.kind is SourceKind.CAMERA:
            return metric in _CAMERA_METRICS or self._has_place(source, metric)
        settings = self.types.get(source.type)
        if metric in _OF_ANY_DEVICE:
            return True
        return settings is not None and metric in {*settings.metrics, settings.battery.metric}

    def type_reports(self, name: str, metric: str) -> bool:
        if name == CAMERA:
            return metric in _CAMERA_METRICS or metric.partition(".")[0] in _OF_PLACES
        settings = self.types.get(name)
        return settings is None or metric in {*_OF_ANY_DEVICE, *settings.metrics, settings.battery.metric}

    def bounds(self, name: str, metric: str) -> MetricSettings | None:
        """What is plausible of a metric at a type; None where nothing is known."""
        if name == CAMERA:
            kind = metric.partition(".")[0]
            return _CAMERA_METRICS.get(metric) or (_SHARE if kind in _SHARES else None)
        if metric in _OF_ANY_DEVICE:
            return _SHARE
        settings = self.types.get(name)
        return None if settings is None else settings.metrics.get(metric)

    @staticmethod
    def _has_place(source: Source, metric: str) -> bool:
        kind, _, place = metric.partition(".")
        if kind == "object":
            return bool((source.config.get("analyse") or {}).get("detect"))
        places = source.config.get("lines" if kind == "line" else "zones") or ()
        return kind in _OF_PLACES and any(known.get("name") == place for known in places)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a rule matches now. ``pairs`` of a condition and a source may each keep state."""

    rule: str
    sources: int
    areas: int
    pairs: int
    cpu_share: float

    @property
    def memory_bytes(self) -> int:
        return self.pairs * _PAIR_BYTES


def reach(rule: Rule, world: World) -> Reach:
    matched = [
        source
        for condition in rule.conditions
        for source in world.sources
        if (not condition.types or source.type in condition.types)
        and rule.covers(source.area)
        and world.reports(source, condition.metric)
    ]
    share = sum(_OBSERVATION_S / _period_s(source, world) for source in matched)
    ids, areas = {source.id for source in matched}, {source.area for source in matched}
    return Reach(rule.name, len(ids), len(areas), len(matched), share)


def notices(document: Document, rules: Sequence[Rule], world: World, years: Sequence[int]) -> list[Problem]:
    """Of one file, in the order of the text. ``years`` are those whose calendars have to be known."""
    found: list[Problem] = []
    by_name = {rule.name: rule for rule in rules}
    for index, written in enumerate(document.value["rules"]):
        rule = by_name[written["name"]]
        for loc, leaf in _leaves(written["when"], ("rules", index, "when")):
            types = leaf.get("types") or written.get("types") or ()
            found += [document.problem((*loc, key), words) for key, words in _of_leaf(leaf, types, rule, world)]
        words = _unknown_years(written.get("during"), years)
        if words:
            found.append(document.problem(("rules", index, "during"), words))
    return found


def _leaves(node: object, loc: Loc) -> Iterator[tuple[Loc, Mapping[str, Any]]]:
    """Whatever joins them: conditions are what has a metric."""
    if isinstance(node, dict):
        if "metric" in node:
            yield loc, node
        else:
            for key, value in node.items():
                yield from _leaves(value, (*loc, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, (*loc, index))


def _of_leaf(
    leaf: Mapping[str, Any], types: Sequence[str], rule: Rule, world: World
) -> Iterator[tuple[str, str]]:
    """(key, what is odd about it). Where ``from`` has it look beyond its own areas, any source will do."""
    metric = leaf["metric"]
    strange = world.strange(types)
    if strange and not world.of_hub:
        return  # they are some hub's own
    for name in strange:
        yield "types", not_there(name, {**world.types, CAMERA: TypeSettings()})
    known = world.metrics()
    if metric not in known and metric.partition(".")[0] not in _OF_PLACES:
        yield "metric", f"nothing is known to report {metric!r}{nearest(metric, sorted(known))}"
    elif strange:
        pass  # what they report is anybody's guess
    elif types and not any(world.type_reports(name, metric) for name in types):
        what = sorted({key for name in types if name in world.types for key in world.types[name].metrics})
        yield "metric", f"no source of type {' or '.join(types)} reports {metric!r}{nearest(metric, what)}"
    elif world.sources and not _is_met(metric, types, None if "from" in leaf else rule, world):
        yield "metric", f"no source that this rule looks at reports {metric!r} now"
    yield from _out_of_range(leaf, metric, types, world)


def _is_met(metric: str, types: Sequence[str], rule: Rule | None, world: World) -> bool:
    return any(
        (not types or source.type in types)
        and (rule is None or rule.covers(source.area))
        and world.reports(source, metric)
        for source in world.sources
    )


def _out_of_range(
    leaf: Mapping[str, Any], metric: str, types: Sequence[str], world: World
) -> Iterator[tuple[str, str]]:
    """A limit that no plausible value of any type is beyond, or that every one is."""
    if leaf.get("take", "last") not in _IN_RANGE:
        return
    candidates = types or [name for name in (*world.types, CAMERA) if world.bounds(name, metric) is not None]
    bounds = [world.bounds(name, metric) for name in candidates]
    for key in ("above", "below"):
        limit = leaf.get(key)
        if not isinstance(limit, int | float) or not bounds:
            continue
        ranges = [(bound.min, bound.max) for bound in bounds if bound is not None]
        lows, highs = [low for low, _ in ranges if low is not None], [high for _, high in ranges if high is not None]
        if min(len(lows), len(highs)) < len(bounds):
            continue
        low, high = min(lows), max(highs)
        within = f"{metric} is from {low:g} to {high:g} by its type"
        if limit >= high if key == "above" else limit <= low:
            yield key, f"can never hold: {within}"
        elif limit < low if key == "above" else limit > high:
            yield key, f"always holds: {within}"


def _unknown_years(during: object, years: Sequence[int]) -> str:
    if during is None:
        return ""
    try:
        parts = [During.model_validate(part) for part in (during if isinstance(during, list) else [during])]
    except ValidationError:  # told already, as the mistake it is
        return ""
    unknown = Schedule.parse(parts).unknown_years(years)
    told = ", ".join(f"{year} of {country}" for country, year in unknown)
    return f"the holidays of {told} are not known: each day but the weekend is taken for a workday" if told else ""


def _period_s(source: Source, world: World) -> float:
    settings = world.types.get(source.type)
    if settings is not None and settings.period is not None:
        return settings.period.total_seconds()
    return _USUAL_PERIOD_S
