"""How the rules stand, brought together with what people are told of it and say to it: alerts that are held for
confirmation, rules that were set aside.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hub.clock import Clock
from hub.store import Store, Tx, rule_states
from hub.store.rule_states import Entry
from rules.evaluator import Evaluator
from rules.surplus import Hold

_LOOK_EVERY_S = 1.0


class Standing:
    """For one thread. What is in the store is written by this alone, but for who confirmed what."""

    def __init__(self, clock: Clock, actor: str) -> None:
        self._clock = clock
        self._actor = actor
        self._holds: Mapping[str, Hold | None] = {}  # as they are in the store; None: in some way
        self._faults: Mapping[str, str] | None = None
        self._next: tuple[Mapping[str, Hold], Mapping[str, str]] = {}, {}
        self._is_anew = True
        self._look_due_s = 0.0

    def read(self, store: Store) -> None:
        """With an evaluator that starts; what is in the store may be other than was last put."""
        self._holds, self._faults = dict.fromkeys(rule_states.holds(store)), None
        self.look_again()

    def look_again(self) -> None:
        """With an evaluator of other rules."""
        self._is_anew, self._look_due_s = True, 0.0

    def confirmed(self, store: Store, evaluator: Evaluator) -> set[str]:
        """The rules whose held alerts somebody wants to be told; asked once a second, while there are any."""
        now_s = self._clock.monotonic()
        if now_s < self._look_due_s or not (self._is_anew or any(evaluator.held_back.values())):
            return set()
        self._is_anew, self._look_due_s = False, now_s + _LOOK_EVERY_S
        return {hold.rule for hold in rule_states.holds(store).values() if hold.confirmed_at is not None}

    def is_changed(self, evaluator: Evaluator) -> bool:
        """Whether there is something to ``put``."""
        faults = {fault.rule: fault.reason for fault in evaluator.faults}
        self._next = {hold.rule: hold for hold in evaluator.holds()}, faults
        return (self._holds, self._faults) != self._next

    def put(self, tx: Tx, evaluator: Evaluator, now: datetime) -> list[Entry]:
        """Keep what ``is_changed`` has found; answers what the journal is to be told."""
        holds, faults = self._next
        entries: list[Entry] = []
        for hold in holds.values():
            if self._holds.get(hold.rule) != hold:
                unseen = evaluator.unseen[hold.rule]
                row = rule_states.Hold(hold.rule, now, hold.most, hold.active, hold.held, unseen, hold.area or None)
                is_new = hold.rule not in self._holds
                entries += rule_states.put_hold(tx, row, is_new=is_new, actor=self._actor, now=now)
        for rule in self._holds.keys() - holds.keys():
            entries += rule_states.end_hold(tx, rule, evaluator.unseen[rule], self._actor, now)
        if self._faults != faults:
            entries += rule_states.put_faults(tx, faults, self._actor, now)
        return entries

    def was_put(self, evaluator: Evaluator) -> None:
        """The transaction of ``put`` was committed."""
        self._holds, self._faults = self._next
        evaluator.unseen.clear()
