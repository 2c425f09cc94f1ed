"""Which conditions of which rules look at a series. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rules.conditions import Absence, Condition
from rules.group import GroupKey
from rules.registry import Registry
from rules.rule import Rule
from rules.state import Series, Slot, is_common
from rules.window import Instant


@dataclass(slots=True)
class Link:
    """What one condition of one rule makes of a series."""

    rule: Rule
    index: int
    condition: Condition
    group: GroupKey
    slot: Slot
    alarmed: bool = False  # an alarm for its silence is set


@dataclass(frozen=True, slots=True)
class Alarm:
    """Set for the time at which a source will have been silent for long enough."""

    link: Link
    series: Series
    silence_us: int

    def due(self, heard_from: Instant) -> Instant:
        return max(self.series.received, heard_from) + self.silence_us


class Links:
    """An index from the metric to the conditions that want it. ``movable`` are the metrics at which, with another
    ``registry``, other conditions may look."""

    def __init__(self, rules: Sequence[Rule], registry: Registry) -> None:
        self.registry = registry
        self._wanted: dict[str, list[tuple[Rule, int, Condition]]] = {}
        for rule in rules:
            for index, condition in enumerate(rule.conditions):
                self._wanted.setdefault(condition.metric, []).append((rule, index, condition))
        self.metrics = frozenset(self._wanted)
        self.movable = frozenset(
            condition.metric
            for wanted in self._wanted.values()
            for _, _, condition in wanted
            if condition.scope or (isinstance(condition, Absence) and condition.periods)
        )

    def of(self, series: Series, rules: Collection[str]) -> list[Link]:
        """Of the rules of these names."""
        links: list[Link] = []
        for rule, index, condition in self._wanted.get(series.metric, ()):
            if rule.name not in rules or (condition.types and series.type not in condition.types):
                continue
            areas = self.registry.reach(series.area, condition.scope) if condition.scope else (series.area,)
            for area in areas:
                link = self._at(series, rule, index, area)
                if link is not None:
                    links.append(link)
        return links

    def _at(self, series: Series, rule: Rule, index: int, area: str) -> Link | None:
        there = rule.at(area)
        if there is None:
            return None
        condition = there.conditions[index]
        if isinstance(condition, Absence) and condition.periods:
            period_us = self.registry.period_us(series.source)
            if not period_us:
                return None
            condition = condition.of_period(period_us)
        slot = ("", "") if is_common(condition) else (series.source, series.metric)
        return Link(there, index, condition, (rule.name, area if rule.by == "area" else series.source), slot)
