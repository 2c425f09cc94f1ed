"""What is told of a group when its alert begins: the evidence, who gave it, and one line for a person. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.model.alert import Evidence, Fire
from hub.model.observation import Stored
from rules.fusion import Piece
from rules.group import Group
from rules.registry import Registry
from rules.summary import Facts
from rules.window import Instant, moment

_MAX_EVIDENCE = 20


def fire(
    group: Group,
    start: Instant,
    held: Sequence[Sequence[Piece]],
    reason: str,
    detail: Mapping[str, Any],
    registry: Registry,
) -> Fire:
    """The alert of a group that starts at an instant, from the pieces that hold then."""
    rule = group.rule
    evidence: list[Evidence] = []
    facts: dict[str, Stored] = {}
    for condition, pieces in zip(rule.shown, held, strict=True):
        for piece in pieces:
            facts.setdefault(condition.name, piece.stretch.last.observation)
            for point in (piece.stretch.first, piece.stretch.last):
                item = _evidence(point.observation)
                if item not in evidence:
                    evidence.append(item)
    sources = {item.source for item in evidence}
    for item in evidence:
        if item.attrs is not None and "take" in item.attrs:
            sources.update(item.attrs.get("sources", ()))
    return Fire(
        rule=rule.name,
        fingerprint=group.fingerprint,
        severity=group.told,
        area=group.area,
        sources=tuple(sorted(sources)),
        summary=rule.summary.render(_facts(group, facts, registry)),
        started_at=moment(start),
        evidence=tuple(evidence[:_MAX_EVIDENCE]),
        reason=reason,
        detail=detail or None,
    )


def _facts(group: Group, conditions: Mapping[str, Stored], registry: Registry) -> Facts:
    area = registry.areas.get(group.area)
    source_id = group.key if group.rule.by == "source" else ""
    source = registry.sources.get(source_id)
    return Facts(
        rule=group.rule.name,
        area_path=group.area,
        area_name=area.name if area else group.area,
        source_id=source_id,
        source_name=source.name if source else source_id,
        conditions=conditions,
    )


def _evidence(item: Stored) -> Evidence:
    return Evidence(item.source, item.metric, item.ts, item.value, item.text, item.attrs)
