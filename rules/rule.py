"""A rule as the engine uses it: frozen, checked, in microseconds. ``rules.language`` makes it from YAML. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.model.alert import Severity
from hub.model.area import AreaPattern as AreaPattern
from rules.conditions import Condition, Threshold
from rules.fusion import Node
from rules.summary import Summary


@dataclass(frozen=True, slots=True)
class Rule:
    """``conditions`` are the leaves of ``when``, by index. ``digest`` covers what decides: while it is the same, state
    that was kept over a restart still holds. ``file``, ``line`` and ``text`` are where and how a person wrote it."""

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
    inhibits: Sequence[str] = ()
    """Rules whose alerts are muted in its area and below while it is on."""

    @property
    def is_plain(self) -> bool:
        """Whether it looks at one threshold of one source and nothing else, so that its observations come in order."""
        only = self.conditions[0]
        is_bare = isinstance(only, Threshold) and not only.hold_us and not only.within_us and not self.keep_firing_us
        return is_bare and len(self.conditions) == 1 and self.by == "source"

    def covers(self, area: str) -> bool:
        return not self.areas or any(pattern.matches(area) for pattern in self.areas)
