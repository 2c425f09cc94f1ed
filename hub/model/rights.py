"""Who may do what, and where: roles, the rights that each has, and grants of a role over a subtree of areas.

Pure. A right is asked for by a route, a role is given to a person; this table is the only place where they meet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hub.model.area import contains

EVERYWHERE = ""
"""The area of a grant over the whole city."""


class Role(StrEnum):
    """What a person is, within a subtree of areas. One person may be several things, and others elsewhere."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    REVIEWER = "reviewer"
    INTEGRATOR = "integrator"
    DISPATCHER = "dispatcher"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What can be allowed. ``see`` is part of every role: what somebody may not see does not exist for them."""

    SEE = "see"
    """Areas, sources and their health, series, alerts, incidents, rules."""
    LIVE = "live"
    """The picture of now: live video and the newest snapshot."""
    RECORDINGS = "recordings"
    """Pictures of before: recordings, clips, snapshots of alerts. Masks are burnt in without ``unmasked``."""
    UNMASKED = "unmasked"
    """Pictures without their privacy masks."""
    ACT = "act"
    """Acknowledge, shelve, clear, comment, silence, let go of what a rule holds; send a command to a device."""
    DISPATCH = "dispatch"
    """Hand incidents to units and follow them."""
    SOURCES = "sources"
    """Add, change and remove cameras and devices, take them out of service, look at what was refused."""
    RULES = "rules"
    """Check and backtest rules."""
    PEOPLE = "people"
    """Add and change people, and end their sessions and tokens."""
    AUDIT = "audit"
    """Read who did what."""
    SYSTEM = "system"
    """The hub itself: metrics from elsewhere, its settings."""


_SIGHT = frozenset({Right.SEE, Right.LIVE})
_WORK = _SIGHT | {Right.RECORDINGS}
RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.VIEWER: _SIGHT,
        Role.OPERATOR: _WORK | {Right.ACT},
        Role.REVIEWER: _WORK | {Right.UNMASKED},
        Role.INTEGRATOR: _WORK | {Right.SOURCES, Right.RULES},
        Role.DISPATCHER: _WORK | {Right.ACT, Right.DISPATCH},
        Role.ADMINISTRATOR: frozenset(Right),
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """``role`` at and below ``area``; ``EVERYWHERE`` is the whole city."""

    role: Role
    area: str = EVERYWHERE


Reach = Mapping[Right, tuple[str, ...]]
"""Right → the subtrees over which it holds, none of which lies within another; a right without any is left out."""


def reach(grants: Iterable[Grant]) -> Reach:
    """What a person with these grants may do, and where."""
    found: dict[Right, set[str]] = {}
    for grant in grants:
        for right in RIGHTS[grant.role]:
            found.setdefault(right, set()).add(grant.area)
    return {right: outermost(areas) for right, areas in found.items()}


def restricted(known: Reach, rights: Collection[Right], area: str = EVERYWHERE) -> Reach:
    """Of ``known`` only ``rights``, and only at and below ``area``: what a token with such a scope may do.

    Without ``see`` among them nothing at all is left, for nothing would exist.
    """
    if Right.SEE not in rights:
        return {}
    cut = {right: narrowed(areas, area) for right, areas in known.items() if right in rights}
    return {right: areas for right, areas in cut.items() if areas}


def covers(outer: str, inner: str) -> bool:
    """Whether a grant over ``outer`` holds at ``inner``; ``EVERYWHERE`` as ``inner`` is the whole city."""
    return outer == EVERYWHERE or (inner != EVERYWHERE and contains(outer, inner))


def foremost(grants: Iterable[Grant]) -> Grant:
    """The one with the most rights, as that by which somebody is introduced; of several, the first in order."""
    return min(grants, key=lambda grant: (-len(RIGHTS[grant.role]), grant))


def holds(known: Reach, right: Right, area: str) -> bool:
    """Whether ``right`` holds at ``area``; with ``EVERYWHERE``, over the whole city."""
    return any(covers(subtree, area) for subtree in known.get(right, ()))


def narrowed(subtrees: Sequence[str], asked: str) -> tuple[str, ...]:
    """What ``subtrees`` and the subtree of ``asked`` have in common."""
    if any(covers(subtree, asked) for subtree in subtrees):
        return (asked,)
    return tuple(subtree for subtree in subtrees if covers(asked, subtree))


def outermost(areas: Iterable[str]) -> tuple[str, ...]:
    """``areas`` in order, without those that lie within another one."""
    kept: list[str] = []
    for area in sorted(areas):  # what lies below an area comes after it
        if not any(covers(outer, area) for outer in kept):
            kept.append(area)
    return tuple(kept)


def may_give(known: Reach, grant: Grant) -> bool:
    """Whether somebody may make another person that, or stop them being it: nobody gives what they do not have."""
    return all(holds(known, right, grant.area) for right in RIGHTS[grant.role] | {Right.PEOPLE})
