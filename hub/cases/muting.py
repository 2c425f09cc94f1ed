"""Whether an alert is muted, and by what. Pure: what is known goes in, a named cause comes out.

Muting decides about the making of an alert and about nothing else: that one is over is never held back. Three things
mute, and the first that does is named: a thing that is down (topology), a rule that is on (inhibition), a silence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.model.area import contains
from hub.model.silence import Silence, Subject
from hub.model.source import SourceState
from hub.model.topology import Outage, Topology


class MutedBy(StrEnum):
    TOPOLOGY = "topology"
    INHIBITION = "inhibition"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Muted:
    """``name``: of the thing or the rule, or the number of the silence. ``why``: a sentence for the journal."""

    kind: MutedBy
    name: str
    why: str

    @property
    def by(self) -> str:
        """As it is kept with the alert: ``topology:switch-3``."""
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so at one instant.

    ``inhibitions``: rule → the rules that it mutes. ``active``: the alerts that are on, of rules that mute something or
    say that something is down, but for those that are out of service. ``states``, ``types``: of sources, by id.
    """

    now: datetime
    silences: Sequence[Silence] = ()
    inhibitions: Mapping[str, Collection[str]] | None = None
    topology: Topology | None = None
    active: Sequence[Subject] = ()
    states: Mapping[str, SourceState] | None = None
    types: Mapping[str, str] | None = None


class Muting:
    """All that mutes at one instant.

    A rule that is on mutes others in its area and below. Two that mute each other, directly or by way of others, mute
    nobody: both would be gone. Nor does an alert that is itself the consequence of something that is down.
    """

    def __init__(self, facts: Facts) -> None:
        self._silences = [silence for silence in facts.silences if silence.holds(facts.now)]
        self._types = facts.types or {}
        self._outage = Outage(facts.topology or Topology(()), facts.states or {}, facts.active)
        inhibitions = facts.inhibitions or {}
        reach = _reach(inhibitions)
        self._inhibitors: dict[str, list[Subject]] = {}
        for alert in facts.active:
            if self._outage.cause(alert) is not None:
                continue
            for muted in inhibitions.get(alert.rule, ()):
                if alert.rule not in reach.get(muted, ()):
                    self._inhibitors.setdefault(muted, []).append(alert)

    @property
    def down(self) -> Mapping[str, str]:
        """The things that are down, and how that is known."""
        return self._outage.down

    def why(self, alert: Subject) -> Muted | None:
        """What mutes an alert; None where it is to be shown."""
        return self.by_cause(alert) or self.by_silence(alert)

    def by_cause(self, alert: Subject) -> Muted | None:
        """By something that is down, or by a rule that is on."""
        cause = self._outage.cause(alert)
        if cause is not None:
            way = "" if cause.root == cause.thing else f"; {cause.thing} hangs on it"
            return Muted(MutedBy.TOPOLOGY, cause.root, f"{cause.root} is down ({cause.why}){way}")
        for inhibitor in self._inhibitors.get(alert.rule, ()):
            if contains(inhibitor.area, alert.area):
                return Muted(MutedBy.INHIBITION, inhibitor.rule, f"{inhibitor.rule} is on in {inhibitor.area}")
        return None

    def by_silence(self, alert: Subject) -> Muted | None:
        for silence in self._silences:
            if silence.covers(alert, self._types):
                words = f"silence {silence.id} of {silence.owner}: {silence.reason}"
                return Muted(MutedBy.SILENCE, str(silence.id), words)
        return None


def revise(muting: Muting, alert: Subject, muted_by: str | None) -> Muted | None:
    """What is to mute an alert that is on and is muted by ``muted_by`` (None: is shown) from now on; None: nothing is.

    What was shown is not taken away by a cause that is found later: that mutes the making of alerts alone. A silence is
    somebody's word, and takes away what it covers.
    """
    return muting.by_silence(alert) if muted_by is None else muting.why(alert)


def _reach(inhibitions: Mapping[str, Collection[str]]) -> dict[str, frozenset[str]]:
    """For each rule that mutes, all that it mutes in the end."""
    found = {}
    for rule in inhibitions:
        seen: set[str] = set()
        waiting = list(inhibitions[rule])
        while waiting:
            muted = waiting.pop()
            if muted not in seen:
                seen.add(muted)
                waiting += inhibitions.get(muted, ())
        found[rule] = frozenset(seen)
    return found
