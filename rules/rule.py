"""A rule as the engine uses it: frozen, checked, in microseconds. ``rules.language`` makes it from YAML. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hub.model.alert import Severity
from hub.model.area import AreaPattern as AreaPattern
from rules import fusion
from rules.conditions import Condition, Threshold
from rules.fusion import Node
from rules.schedule import Schedule
from rules.summary import Summary


class Step(NamedTuple):
    """How bad an alert is from ``after_us`` after its start on, or where ``condition`` is not None, while the one of
    that index holds."""

    severity: Severity
    after_us: int = 0
    condition: int | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """What the rule is in some areas; None where it is off."""

    areas: Sequence[AreaPattern]
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Rule:
    """``conditions`` are the leaves of ``when``, by index, and after them those of ``steps``, of which nobody is told.
    ``digest`` covers what decides: while it is the same, state that was kept over a restart still holds. ``file``,
    ``line`` and ``text`` are where and how a person wrote it.

    ``variants`` are rules of the same name for some areas, of which the first that fits counts: ask ``at``.
    ``latch`` and ``re_alarm_us`` (0: never) are for those who keep the alerts, ``inhibits`` names rules that are muted
    meanwhile; more than ``max_sources`` alerts at once are held back.
    """

    name: str
    severity: Severity
    summary: Summary
    areas: Sequence[AreaPattern]
    by: str
    when: Node
    conditions: Sequence[Condition]
    keep_firing_us: int
    procedure: str | None
    digest: str
    file: str
    line: int
    text: str
    steps: Sequence[Step] = ()
    during: Schedule | None = None
    latch: bool = False
    re_alarm_us: int = 0
    max_sources: int | None = None
    inhibits: tuple[str, ...] = ()
    variants: Sequence[Variant] = ()

    @property
    def shown(self) -> Sequence[Condition]:
        """The conditions that people are told of."""
        hidden = sum(step.condition is not None for step in self.steps)
        return self.conditions[: len(self.conditions) - hidden]

    @property
    def is_plain(self) -> bool:
        """Whether it looks at one threshold of one source and nothing else, so that its observations come in order."""
        only = self.conditions[0]
        if not isinstance(only, Threshold) or only.hold_us or only.within_us or only.take is not None:
            return False
        is_bare = not (self.keep_firing_us or self.steps or self.during)
        return is_bare and isinstance(self.when, fusion.Leaf) and self.by == "source"

    @property
    def sequences(self) -> list[fusion.Sequence]:
        return [node for node in fusion.nodes(self.when) if isinstance(node, fusion.Sequence)]

    def covers(self, area: str) -> bool:
        return not self.areas or any(pattern.matches(area) for pattern in self.areas)

    def at(self, area: str) -> Rule | None:
        """The rule as it is in an area; None where it does not look there."""
        if not self.covers(area):
            return None
        for variant in self.variants:
            if any(pattern.matches(area) for pattern in variant.areas):
                return variant.rule
        return self
