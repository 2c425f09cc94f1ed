"""A hub of the size of a test: a store of batches and alerts, and the engine's loop around it, which may be killed.

It does what ``rules.engine`` and ``hub.cases.intake`` do, of which nothing more is taken: an offset for each writer, a
checkpoint now and then, alerts that are known by (rule, fingerprint, start), and one that is on at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.model.alert import Decision, Fire, Resolve, Revise
from hub.model.observation import Stored
from rules.evaluator import Evaluator
from rules.sieve import Sieve
from tests.unit.rules_timeline import seconds

Key = tuple[str, str]
LATENESS = timedelta(seconds=2)


class Books:
    """The alerts as the store keeps them: of each (rule, fingerprint) their [start, end] and how bad they were."""

    def __init__(self) -> None:
        self.alerts: dict[Key, list[tuple[float, float | None]]] = {}
        self.steps: dict[Key, list[tuple[float, str]]] = {}
        self._detected: dict[Key, list[float]] = {}
        self._revised: dict[Key, bool] = {}  # whether more was said of how bad the newest alert is than as it began

    def carry_out(self, decisions: Sequence[Decision], now: datetime) -> None:
        """As the intake: what is known is passed over, so that a decision may be told again."""
        for decision in decisions:
            key = (decision.rule, decision.fingerprint)
            own, steps = self.alerts.setdefault(key, []), self.steps.setdefault(key, [])
            is_on = bool(own) and own[-1][1] is None
            if not isinstance(decision, Fire) and decision.started_at is not None:
                is_on = is_on and own[-1][0] <= seconds(decision.started_at)
            if isinstance(decision, Fire):
                detected, revised = self._detected.setdefault(key, []), self._revised.get(key, False)
                self._revised[key] = self._fire(own, steps, detected, decision, now, revised=revised)
            elif isinstance(decision, Resolve) and is_on:
                own[-1] = (own[-1][0], seconds(decision.resolved_at))
            elif not isinstance(decision, Revise) or not is_on or seconds(decision.at) < steps[-1][0]:
                continue
            elif steps[-1][1] != decision.severity:
                steps.append((seconds(decision.at), decision.severity))
                self._revised[key] = True

    def _fire(
        self,
        own: list[tuple[float, float | None]],
        steps: list[tuple[float, str]],
        detected: list[float],
        decision: Fire,
        now: datetime,
        *,
        revised: bool,
    ) -> bool:
        """Whether more was said then of how bad it is."""
        start = seconds(decision.started_at)
        for (known, end), told in zip(own, detected, strict=True):
            if known == start or (known < start <= told and (end is None or start < end)):
                if own[-1] == (start, None) and not revised and steps[-1][1] != decision.severity:
                    steps.append((start, decision.severity))
                    return True
                return revised
        if not own or own[-1][1] is not None:
            own.append((start, None))
            detected.append(seconds(now))
            steps.append((start, decision.severity))
            return False
        if start < own[-1][0]:
            own[-1] = (start, None)
            steps[-1] = (start, decision.severity)
        return revised

    def on(self) -> set[Key]:
        return {key for key, own in self.alerts.items() if own and own[-1][1] is None}


@dataclass
class Hub:
    """``make`` gives an evaluator that has seen nothing. Whoever writes a batch has its own numbers, from 1 on."""

    make: Callable[[], Evaluator | Sieve]
    books: Books = field(default_factory=Books)
    batches: list[tuple[str, int, list[Stored]]] = field(default_factory=list)
    offsets: dict[str, int] = field(default_factory=dict)
    checkpoint: tuple[dict[str, int], str] | None = None
    _evaluator: Evaluator | Sieve | None = None
    _read: dict[str, int] = field(default_factory=dict)
    _replayed: list[Decision] = field(default_factory=list)
    _reconciled: bool = False
    _settled_at: datetime | None = None

    def write(self, writer: str, batch: list[Stored]) -> None:
        number = 1 + sum(known == writer for known, _, _ in self.batches)
        self.batches.append((writer, number, sorted(batch, key=lambda item: item.ts)))

    def step(
        self, now: datetime, *, save: bool, unseen: Container[int] = (), hold: bool = False, dies: str = ""
    ) -> None:
        """Read the batches in the order of their commits, but those whose commit is not seen yet (their places), act,
        commit; ``hold``: with the clock held, as after an interruption; ``dies``: before the commit, or after."""
        if self._evaluator is None:
            self._settled_at = now + LATENESS
        evaluator = self._evaluator or self._start()
        decisions = [*self._replayed]
        for place, (writer, number, batch) in enumerate(self.batches):
            if place not in unseen and number > self._read.get(writer, 0):
                decisions += evaluator.feed(batch, hold=hold)
                self._read[writer] = number
        is_current = not hold and all(number <= self._read.get(writer, 0) for writer, number, _ in self.batches)
        is_settled = is_current and self._settled_at is not None and now >= self._settled_at
        if is_current:
            decisions += evaluator.advance(now)
            if is_settled and not self._reconciled:
                held = {(fire.rule, fire.fingerprint) for fire in evaluator.active()}
                decisions += [Resolve(*key, now, "not_held_after_restart") for key in self.books.on() - held]
                decisions += evaluator.active()
        if dies != "before":
            self.books.carry_out(decisions, now)
            self._replayed = []
            self.offsets = dict(self._read)
            if save:
                self.checkpoint = (dict(self._read), json.dumps(evaluator.snapshot()))
            self._reconciled = self._reconciled or is_settled
        if dies:
            self._evaluator = None
        assert not evaluator.faults

    def _start(self) -> Evaluator | Sieve:
        """From the last checkpoint, and with what was read since; what comes of that is told again."""
        self._evaluator = evaluator = self.make()
        self._read, self._replayed, self._reconciled = {}, [], False
        if self.checkpoint is not None:
            self._read = dict(self.checkpoint[0])
            evaluator.restore(json.loads(self.checkpoint[1]))
        for writer, number, batch in self.batches:
            if self._read.get(writer, 0) < number <= self.offsets.get(writer, 0):
                self._replayed += evaluator.feed(batch)
                self._read[writer] = number
        return evaluator
