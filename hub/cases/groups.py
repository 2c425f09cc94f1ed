"""Alerts in groups: by rule, by what mutes them, and by an area so far up that there are few. Pure.

What is grouped are exact counts of alerts of one rule, area, cause and severity, in any order. The same alerts make the
same groups, with the same ids, however they came.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.model.alert import Severity
from hub.model.group import Counted


@dataclass(frozen=True, slots=True)
class Group:
    """``area``: the closest one that holds them all; ``areas``: in how many they are; the rest as in ``Counted``."""

    id: str
    rule: str
    area: str
    cause: str | None
    severity: Severity
    severities: dict[Severity, int]
    alerts: int
    unacknowledged: int
    active: int
    areas: int
    first_at: datetime
    last_at: datetime


def group(counted: Sequence[Counted], room: int) -> list[Group]:
    """At most ``room`` groups where that can be had; the worst first, shown ones before muted ones.

    The tree of areas is cut at one depth, the deepest at which there is room. There are never fewer groups than pairs
    of a rule and a cause in one city.
    """
    depth = max((each.area.count("/") + 1 for each in counted), default=1)
    keys = {(each.rule, each.cause, each.area) for each in counted}
    while depth > 1 and len({(rule, cause, _cut(area, depth)) for rule, cause, area in keys}) > room:
        depth -= 1
    members: dict[tuple[str, str, str], list[Counted]] = {}
    for each in counted:
        members.setdefault((each.rule, each.cause or "", _cut(each.area, depth)), []).append(each)
    groups = [_group(key, own) for key, own in members.items()]
    return sorted(groups, key=lambda each: (each.cause is not None, each.severity.rank, -each.alerts, each.id))


def _group(key: tuple[str, str, str], own: Sequence[Counted]) -> Group:
    severities: dict[Severity, int] = {}
    for each in sorted(own, key=lambda one: one.severity.rank):
        severities[each.severity] = severities.get(each.severity, 0) + each.alerts
    return Group(
        id=hashlib.sha256("\n".join(key).encode()).hexdigest()[:16],
        rule=key[0],
        area=posixpath.commonpath([each.area for each in own]),
        cause=own[0].cause,
        severity=next(iter(severities)),
        severities=severities,
        alerts=sum(each.alerts for each in own),
        unacknowledged=sum(each.unacknowledged for each in own),
        active=sum(each.active for each in own),
        areas=len({each.area for each in own}),
        first_at=min(each.first_at for each in own),
        last_at=max(each.last_at for each in own),
    )


def _cut(area: str, depth: int) -> str:
    return "/".join(area.split("/", depth)[:depth])
