"""What hangs on what: power lines, switches, gateways and segments, and the sources and areas behind them.

While one of them is down, what is behind it cannot be heard or seen; alerts about that are its consequences. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

from hub.model.alert import Severity
from hub.model.area import contains
from hub.model.pattern import globbed
from hub.model.silence import Subject
from hub.model.source import SourceState

DOWN_STATES = frozenset(
    {SourceState.UNREACHABLE, SourceState.STALLED, SourceState.SILENT, SourceState.OFFLINE, SourceState.ENDED}
)
"""In which a source is taken to be down, where nothing else is said. In others it answers, or the hub does not look."""


class ThingKind(StrEnum):
    POWER = "power"
    SWITCH = "switch"
    GATEWAY = "gateway"
    SEGMENT = "segment"


class Names:
    """Ids or names, in which ``*`` is anything."""

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self.patterns = tuple(patterns)
        self.globs = tuple(pattern for pattern in self.patterns if "*" in pattern)
        self.exact = frozenset(self.patterns) - frozenset(self.globs)

    def __contains__(self, name: str) -> bool:
        return name in self.exact or any(globbed(pattern, name) for pattern in self.globs)

    def meet(self, names: Collection[str]) -> bool:
        """Whether one of these is among ``names``."""
        return not self.exact.isdisjoint(names) or any(globbed(one, name) for one in self.globs for name in names)

    def cover(self, names: Collection[str]) -> bool:
        """Whether there are names, and each is one of these."""
        return bool(names) and all(name in self for name in names)


@dataclass(frozen=True, slots=True)
class Sign:
    """By what a thing is known to be down: the state of a source, or an alert that is on.

    With ``rule``: an alert of that rule, with such a source where one is given, in ``area`` or below where one is
    given. Else the state of a source whose id matches (``*`` is anything).
    """

    source: str | None = None
    states: frozenset[SourceState] = DOWN_STATES
    rule: str | None = None
    area: str | None = None

    def shown_by(self, alert: Subject) -> bool:
        if self.rule is None:
            # Of a source that speaks for the thing itself: that it is silent is the news, not its consequence.
            return self.source is not None and Names((self.source,)).cover(alert.sources)
        if alert.rule != self.rule or (self.area is not None and not contains(self.area, alert.area)):
            return False
        return self.source is None or any(globbed(self.source, source) for source in alert.sources)


@dataclass(frozen=True, slots=True)
class Thing:
    """``sources``: ids, in which ``*`` is anything. ``areas``: they and all below. ``mutes``: names of rules (``*`` is
    anything) whose alerts are consequences; None: of all rules, but none that is critical."""

    name: str
    kind: ThingKind
    depends_on: tuple[str, ...] = ()
    down: tuple[Sign, ...] = ()
    sources: Names = field(default_factory=Names)
    areas: tuple[str, ...] = ()
    mutes: Names | None = None

    def carries(self, alert: Subject) -> bool:
        """Whether an alert is about what hangs directly on this: its area, or every one of its sources."""
        if any(contains(area, alert.area) for area in self.areas):
            return True
        return self.sources.cover(alert.sources)

    def may_mute(self, alert: Subject) -> bool:
        if self.mutes is None:
            return alert.severity is not Severity.CRITICAL
        return alert.rule in self.mutes


@dataclass(frozen=True, slots=True)
class Cause:
    """``root`` is down and ``thing``, on which an alert's sources hang, depends on it (or is it)."""

    root: str
    thing: str
    why: str


class Topology:
    """Things by name; their dependencies are known and have no cycle (``find_cycle``)."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self.things = {thing.name: thing for thing in things}
        order = TopologicalSorter({thing.name: thing.depends_on for thing in self.things.values()})
        self._above: dict[str, tuple[str, ...]] = {}
        for name in order.static_order():
            if name in self.things:
                self._above[name] = self._chain(self.things[name])
        self._by_place: dict[tuple[str, str], list[int]] = {}
        self._globbed: list[int] = []
        for number, thing in enumerate(self.things.values()):
            for key in (*(("area", area) for area in thing.areas), *(("id", name) for name in thing.sources.exact)):
                self._by_place.setdefault(key, []).append(number)
            if thing.sources.globs:
                self._globbed.append(number)
        self._numbered = list(self.things.values())

    def _chain(self, thing: Thing) -> tuple[str, ...]:
        """``thing`` and all that it depends on, what everything hangs on first."""
        found = [name for needed in thing.depends_on for name in self._above.get(needed, ())]
        return (*dict.fromkeys(found), thing.name)

    @property
    def rules(self) -> frozenset[str]:
        """Rules whose alerts say that something is down."""
        return frozenset(sign.rule for thing in self.things.values() for sign in thing.down if sign.rule is not None)

    @property
    def watched(self) -> frozenset[str]:
        """Ids, in which ``*`` is anything, of sources whose states say that something is down."""
        signs = [sign for thing in self.things.values() for sign in thing.down if sign.rule is None]
        return frozenset(sign.source for sign in signs if sign.source is not None)

    def above(self, name: str) -> tuple[str, ...]:
        """What a thing hangs on, what everything hangs on first, and the thing itself at the end."""
        return self._above[name]

    def serving(self, areas: Collection[str], sources: Collection[str]) -> frozenset[str]:
        """The things on which ``areas``, what lies below them, or ``sources`` hang, directly or through others."""
        found: set[str] = set()
        for thing in self.things.values():
            has_area = any(contains(one, area) or contains(area, one) for one in thing.areas for area in areas)
            if has_area or thing.sources.meet(sources):
                found.update(self._above[thing.name])
        return frozenset(found)

    def carrying(self, alert: Subject) -> list[Thing]:
        """What an alert hangs on directly, in the order of the configuration."""
        parts = alert.area.split("/")
        keys = [("area", "/".join(parts[:depth])) for depth in range(1, len(parts) + 1)]
        keys += [("id", source) for source in alert.sources[:1]]  # each of them must be there
        numbers = {number for key in keys for number in self._by_place.get(key, ())}.union(self._globbed)
        return [thing for thing in (self._numbered[number] for number in sorted(numbers)) if thing.carries(alert)]


class Outage:
    """What is down at one instant. ``states``: of sources, by id. ``active``: the alerts that are on."""

    def __init__(self, topology: Topology, states: Mapping[str, SourceState], active: Iterable[Subject]) -> None:
        by_rule: dict[str, list[Subject]] = {}
        for alert in active:
            by_rule.setdefault(alert.rule, []).append(alert)
        ids = sorted(states)
        self._topology = topology
        self.down: dict[str, str] = {}
        """The things that are down themselves, and how that is known."""
        for thing in topology.things.values():
            why = next(filter(None, (_said(sign, thing, ids, states, by_rule) for sign in thing.down)), None)
            if why is not None:
                self.down[thing.name] = why

    def cause(self, alert: Subject) -> Cause | None:
        """What mutes an alert: of the things it hangs on that are down, the one on which the others hang; else None.

        What says that a thing is down is never muted by that thing.
        """
        if not self.down:
            return None
        for thing in self._topology.carrying(alert):
            for name in self._topology.above(thing.name):
                root = self._topology.things[name]
                if name in self.down and not any(sign.shown_by(alert) for sign in root.down) and root.may_mute(alert):
                    return Cause(name, thing.name, self.down[name])
        return None


def find_cycle(needs: Mapping[str, Sequence[str]]) -> list[str] | None:
    """Names that depend on themselves, in order, the first one again at the end; None where there are none."""
    sorter = TopologicalSorter(needs)
    try:
        sorter.prepare()
    except CycleError as error:
        return [str(name) for name in reversed(error.args[1])]
    return None


def _said(
    sign: Sign,
    thing: Thing,
    ids: Sequence[str],
    states: Mapping[str, SourceState],
    by_rule: Mapping[str, Sequence[Subject]],
) -> str | None:
    """How it is known that a thing is down; None where this sign does not say so. ``ids``: those of states, sorted."""
    if sign.rule is None:
        down = next((source for source in _matching(sign.source or "", ids) if states[source] in sign.states), None)
        return None if down is None else f"{down} is {states[down]}"
    is_bare = sign.source is None and sign.area is None
    for alert in by_rule.get(sign.rule, ()):
        if sign.shown_by(alert) and (not is_bare or _touches(thing, alert)):
            return f"{sign.rule} is on in {alert.area}"
    return None


def _touches(thing: Thing, alert: Subject) -> bool:
    """Whether an alert that names no place more closely is about this thing."""
    if any(contains(area, alert.area) or contains(alert.area, area) for area in thing.areas):
        return True
    return thing.sources.cover(alert.sources)


def _matching(pattern: str, ids: Sequence[str]) -> Iterator[str]:
    """Those of sorted ``ids`` that match: of thousands only those are looked at that begin as the pattern does."""
    head = pattern.partition("*")[0]
    for index in range(bisect_left(ids, head), len(ids)):
        if not ids[index].startswith(head):
            return
        if globbed(pattern, ids[index]):
            yield ids[index]
