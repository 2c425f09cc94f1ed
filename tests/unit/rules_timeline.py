"""Helpers for the tests of the rules: observations written as a timeline, and decisions read back as alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.model.alert import Decision, Fire, Resolve, Revise
from hub.model.area import Area
from hub.model.observation import Stored
from hub.model.source import Source, SourceKind
from rules.evaluator import Evaluator, Registry
from rules.language import parse

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
G1, G2 = "qth/taoshan/g1", "qth/taoshan/g2"
PLACES = {"smoke-1": G1, "smoke-2": G1, "cam-1": G1, "smoke-3": G2, "cam-2": G2}
REGISTRY = Registry(
    areas={G1: Area(G1, "一区", "grid"), G2: Area(G2, "二区", "grid")},
    sources={
        name: Source(name, SourceKind.DEVICE, area, name.partition("-")[0], f"{name} name")
        for name, area in PLACES.items()
    },
)
"""Two smoke detectors and a camera in the first grid, one of each in the second."""


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


def seconds(moment: datetime) -> float:
    return (moment - T0).total_seconds()


def said(
    source: str,
    second: float,
    value: float | None,
    metric: str | None = None,
    received: float | None = None,
    text: str | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> Stored:
    """What a source said at a second of the timeline; the metric is smoke, or motion for a camera."""
    kind = source.partition("-")[0]
    what = metric or ("motion" if kind == "cam" else kind)
    arrived = at(second if received is None else received)
    return Stored(source, PLACES[source], kind, what, at(second), arrived, value, text, attrs)


def evaluator(rules: str) -> Evaluator:
    """``rules`` is the list below the key, as YAML."""
    return Evaluator(parse("rules:\n" + rules, "rules.yaml"), REGISTRY)


def rule(when: str, name: str = "r", **keys: str) -> str:
    """One rule of a file, with what must be there filled in."""
    fixed = {"severity": "major", "summary": "s", **keys}
    lines = [f"  - name: {name}", *(f"    {key}: {value}" for key, value in fixed.items()), f"    when: {when}"]
    return "\n".join(lines) + "\n"


class Wall:
    """The alerts as a store would hold them: for each (rule, fingerprint) their [start, end], in seconds."""

    def __init__(self) -> None:
        self.alerts: dict[tuple[str, str], list[tuple[float, float | None]]] = {}
        self.steps: dict[tuple[str, str], list[tuple[float, str]]] = {}
        self.corrections = 0

    def see(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            own = self.alerts.setdefault((decision.rule, decision.fingerprint), [])
            is_open = bool(own) and own[-1][1] is None
            if isinstance(decision, Resolve):
                assert is_open, f"nothing to resolve: {decision}"
                own[-1] = (own[-1][0], seconds(decision.resolved_at))
            elif isinstance(decision, Revise):
                assert is_open, f"nothing to revise: {decision}"
                self.steps[decision.rule, decision.fingerprint].append((seconds(decision.at), decision.severity))
            elif decision.reason == "earlier_evidence":
                assert is_open, f"nothing to correct: {decision}"
                assert seconds(decision.started_at) < own[-1][0]
                own[-1] = (seconds(decision.started_at), None)
                self.steps[decision.rule, decision.fingerprint][-1] = (own[-1][0], decision.severity)
                self.corrections += 1
            else:
                assert not is_open, f"active twice: {decision}"
                own.append((seconds(decision.started_at), None))
                key = (decision.rule, decision.fingerprint)
                self.steps.setdefault(key, []).append((seconds(decision.started_at), decision.severity))

    def of(self, name: str = "r") -> list[tuple[float, float | None]]:
        """The alerts of a rule, of all its groups."""
        return sorted(alert for (known, _), own in self.alerts.items() if known == name for alert in own)


def fires(decisions: Iterable[Decision]) -> list[Fire]:
    return [decision for decision in decisions if isinstance(decision, Fire)]
