"""What is muted, kept as it should be: asked when alerts are made, and looked at again while they are on.

What is decided, and why, is in ``hub.cases.muting``; the rows are ``hub.store.mutes`` and ``hub.store.silences``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from hub.cases import acts
from hub.cases.muting import Facts, Muted, Muting, revise
from hub.clock import Clock
from hub.model.alarm import Act, Event
from hub.model.alert import Alert, Decision, Fire, Resolve
from hub.model.area import Within
from hub.model.silence import Field, Silence
from hub.store import Store, Tx, mutes, silences
from hub.store.alerts import Due
from hub.store.mutes import Active

_AT_ONCE = 200  # rows of one transaction
_MOST = 2000  # of one look: whoever looks has more to do than this
_LOOK_AGAIN_S = 5.0
"""Where nothing that mutes has changed, what is muted may have: it became worse, say."""


def asked(tx: Tx, decisions: Sequence[Decision], now: datetime) -> Callable[[Fire], str | None]:
    """What mutes each of the alerts that ``decisions`` make, once all of them are carried out: a cause and its
    consequences come in any order."""
    fires = [decision for decision in decisions if isinstance(decision, Fire)]
    if not fires:
        return lambda _: None
    muting = Muting(_facts(tx, now, decisions, {source for fire in fires for source in fire.sources}))

    def by(fire: Fire) -> str | None:
        muted = muting.why(fire)
        return None if muted is None else muted.by

    return by


def down(store: Store, now: datetime, within: Within = None) -> dict[str, str]:
    """The things of the topology that are down, and how that is known: those on which something hangs that lies within
    ``within``, so that nobody is told of the lines of other areas. Raises StoreUnavailable."""
    with store.transaction() as tx:
        facts = _facts(tx, now)
        found = dict(Muting(facts).down)
        if within is None or not found or facts.topology is None:
            return found
        near = facts.topology.serving(within, mutes.sources_within(tx, within))
    return {name: why for name, why in found.items() if name in near}


def note(tx: Tx, alerts: Sequence[Alert]) -> None:
    """Keep which of ``alerts`` are muted by what."""
    mutes.note(tx, [(alert.suppressed_by, alert.id) for alert in alerts if alert.suppressed_by is not None])


class Watch:
    """Brings alerts to light when what muted them is over, and says of silences that they end. One thread calls it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: Facts | None = None
        self._look_again_s = 0.0

    def look(self, store: Store, actor: str = "keeper") -> list[Alert]:
        """Answers the alerts that are shown now, or muted by something else. Raises StoreUnavailable."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        with store.transaction() as tx:
            silences.tell_ends(tx, now, actor)
        with store.transaction() as tx:
            facts = _facts(tx, now)
            is_as_it_was = self._seen is not None and replace(self._seen, now=now) == facts
            if is_as_it_was and now_s < self._look_again_s:
                return []
            on = mutes.active(tx, suppressed_only=not facts.silences)
            sources = {source for alert in on for source in alert.sources}
            types = _types(tx, facts.silences, sources)
        changed: list[Alert] = []
        for cause, events in _changes(Muting(replace(facts, types=types)), on):
            if len(changed) >= _MOST:
                return changed  # the others with the next look
            with store.transaction() as tx:
                some = acts.happen(tx, events, now, actor, cause.why if cause else "")
                note(tx, some)  # after the journal, but of alerts that are locked here: nobody can be waiting
            changed += some
        self._seen, self._look_again_s = facts, now_s + _LOOK_AGAIN_S
        return changed


def _changes(muting: Muting, on: Sequence[Active]) -> Iterator[tuple[Muted | None, list[Due]]]:
    """What is to mute alerts from now on (None: nothing), and what is to happen to them for that."""
    found: dict[Muted | None, list[Due]] = {}
    for alert in on:
        cause = revise(muting, alert, alert.suppressed_by)
        by = None if cause is None else cause.by
        if by != alert.suppressed_by:
            event = Event(Act.SURFACE) if by is None else Event(Act.SUPPRESS, by=by)
            found.setdefault(cause, []).append(Due(alert.id, event))
    for cause, events in found.items():
        for first in range(0, len(events), _AT_ONCE):
            yield cause, events[first : first + _AT_ONCE]


def _facts(tx: Tx, now: datetime, decisions: Sequence[Decision] = (), sources: Collection[str] = ()) -> Facts:
    topology, inhibitions = mutes.rules(tx)
    rules = topology.rules | inhibitions.keys()
    held = silences.holding(tx, now)
    on = {(alert.rule, alert.fingerprint): alert for alert in (mutes.causes(tx, rules) if rules else ())}
    for decision in decisions:
        key = decision.rule, decision.fingerprint
        if isinstance(decision, Resolve):
            on.pop(key, None)
        elif isinstance(decision, Fire) and decision.rule in rules:
            on[key] = Active(decision.rule, decision.severity, decision.area, decision.sources, decision.fingerprint)
    states = mutes.states(tx, topology.watched) if topology.watched else {}
    return Facts(now, held, inhibitions, topology, list(on.values()), states, _types(tx, held, sources))


def _types(tx: Tx, held: Sequence[Silence], sources: Collection[str]) -> dict[str, str]:
    """Of sources, where a silence looks at them."""
    asked = any(matcher.field is Field.TYPE for silence in held for matcher in silence.matchers)
    return mutes.types(tx, sources) if asked and sources else {}
