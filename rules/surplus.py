"""More alerts of a rule at once than its author thought possible are held back, until somebody looks. Pure.

They are told when there are no longer too many of them, or when the rule allows more (``max_sources``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hub.model.alert import Decision, Fire, Resolve
from rules.group import Group
from rules.rule import Rule


class Surplus:
    """``held_back`` counts by rule the alerts that nobody was told of."""

    def __init__(self) -> None:
        self.held_back: Counter[str] = Counter()
        self._on: Counter[str] = Counter()

    def restore(self, groups: Iterable[Group]) -> None:
        for group in groups:
            if group.active is not None:
                self._on[group.rule.name] += 1
                self.held_back[group.rule.name] += group.held_back

    def told(self, group: Group, decisions: Sequence[Decision]) -> list[Decision]:
        """The decisions of a group without those of an alert that is one too many of its rule."""
        name, most = group.rule.name, group.rule.max_sources
        told: list[Decision] = []
        for decision in decisions:
            if isinstance(decision, Resolve):
                was_held, group.held_back = group.held_back, False
                self._on[name] -= 1
                self.held_back[name] -= was_held
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
        """The alerts that were held back and need not be any more."""
        allowed = {
            name
            for name, count in self.held_back.items()
            if count and name in rules and self._on[name] <= (rules[name].max_sources or self._on[name])
        }
        found: list[Decision] = []
        for group in groups if allowed else ():
            if group.held_back and group.rule.name in allowed and group.active is not None:
                group.held_back = False
                self.held_back[group.rule.name] -= 1
                found.append(replace(group.active, severity=group.told))
        return found
