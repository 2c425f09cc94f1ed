"""More alerts of a rule at once than its author thought possible are held for confirmation. Pure.

They are told when there are no longer too many of them, when the rule allows more (``max_sources``), or when a person
confirms them: then every alert of the rule is told until there are no longer too many.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hub.model.alert import Decision, Fire, Resolve
from rules.group import Group
from rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Hold:
    """``active`` alerts of a rule are on, more than ``most``; nobody was told of ``held`` of them. ``area``: the
    closest area that holds them all, empty where there is none."""

    rule: str
    most: int
    active: int
    held: int
    area: str


class Surplus:
    """``held_back`` counts by rule the alerts that nobody was told of; ``unseen`` those that ended so, until the caller
    clears it."""

    def __init__(self) -> None:
        self.held_back: Counter[str] = Counter()
        self.unseen: Counter[str] = Counter()
        self._on: Counter[str] = Counter()
        self._confirmed: set[str] = set()

    def restore(self, groups: Iterable[Group]) -> None:
        for group in groups:
            if group.active is not None:
                self._on[group.rule.name] += 1
                self.held_back[group.rule.name] += group.held_back

    def forget(self, rule: str) -> None:
        for counter in (self.held_back, self.unseen, self._on):
            del counter[rule]
        self._confirmed.discard(rule)

    def confirm(self, names: Collection[str], rules: Mapping[str, Rule]) -> None:
        """Tell what is held of these rules, and what comes while there are too many."""
        for name in names:
            if name in rules and self._on[name] > self._most(rules[name]):
                self._confirmed.add(name)

    def holds(self, rules: Mapping[str, Rule], groups: Iterable[Group]) -> list[Hold]:
        """The rules of which alerts are held, and those that were confirmed and still have too many."""
        named = {name for name, count in self.held_back.items() if count} | self._confirmed
        areas: dict[str, list[str]] = {name: [] for name in named}
        for group in groups if named else ():
            if group.active is not None and group.rule.name in named:
                areas[group.rule.name].append(group.area)
        return [
            Hold(name, rules[name].max_sources or 0, self._on[name], self.held_back[name], _common(areas[name]))
            for name in sorted(named & rules.keys())
        ]

    def told(self, group: Group, decisions: Sequence[Decision]) -> list[Decision]:
        """The decisions of a group without those of an alert that is one too many of its rule."""
        name, most = group.rule.name, group.rule.max_sources
        told: list[Decision] = []
        for decision in decisions:
            if isinstance(decision, Resolve):
                was_held, group.held_back = group.held_back, False
                self._on[name] -= 1
                self.held_back[name] -= was_held
                self.unseen[name] += was_held
                if self._on[name] <= (most or 0):
                    self._confirmed.discard(name)
                if was_held:
                    continue
            elif isinstance(decision, Fire) and decision.reason == "condition_met":
                self._on[name] += 1
                group.held_back = most is not None and self._on[name] - self.held_back[name] > most
                self.held_back[name] += group.held_back
            if not group.held_back:
                told.append(decision)
        return told

    def released(self, rules: Mapping[str, Rule], groups: Iterable[Group]) -> list[Decision]:
        """The alerts that were held back and need not be any more, among them those just held of a confirmed rule."""
        allowed = {
            name
            for name, count in self.held_back.items()
            if count and name in rules and (name in self._confirmed or self._on[name] <= self._most(rules[name]))
        }
        found: list[Decision] = []
        for group in groups if allowed else ():
            if group.held_back and group.rule.name in allowed and group.active is not None:
                group.held_back = False
                self.held_back[group.rule.name] -= 1
                found.append(replace(group.active, severity=group.told))
        return found

    def _most(self, rule: Rule) -> int:
        return self._on[rule.name] if rule.max_sources is None else rule.max_sources


def _common(areas: Sequence[str]) -> str:
    return posixpath.commonpath(areas) if areas else ""
