"""What the engine says of itself: its counts, its log, and how it is."""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from hub.clock import Clock
from hub.model.alert import Alert, Decision, Fire, Resolve
from hub.store.heart import Heart
from hub.tally import Tally
from rules.rule import Rule
from rules.sieve import Sieve

_FILTERS_S = 60.0
"""For so long it is said that a filter could not be worked out."""

_log = logging.getLogger(__name__)


class Report:
    """For one thread."""

    def __init__(self, tally: Tally, heart: Heart, clock: Clock) -> None:
        self._tally = tally
        self._heart = heart
        self._clock = clock
        self._faults = 0
        self._said: dict[str, frozenset[str]] = {}
        self._filters: Counter[tuple[str, str]] = Counter()
        self._filters_said: dict[str, tuple[str, float]] = {}

    def start_anew(self) -> None:
        """With another evaluator."""
        self._faults = 0
        self._filters.clear()
        self._filters_said.clear()

    def heard(self, observations: int, lag_s: float) -> None:
        self._tally.add("gridhub_rules_observations_total", observations)
        self._tally.set("gridhub_rules_lag_seconds", max(0.0, lag_s))

    def decided(self, decisions: Sequence[Decision], changed: Sequence[Alert]) -> None:
        for decision in decisions:
            kind = "fired" if isinstance(decision, Fire) else "resolved" if isinstance(decision, Resolve) else "revised"
            self._tally.add("gridhub_rules_decisions_total", kind=kind, reason=decision.reason)
        for alert in changed:
            _log.info("alert %d %s: %s in %s", alert.id, alert.state, alert.rule, alert.area)

    def stands(self, evaluator: Sieve, broken: str) -> None:
        """``broken``: what is wrong with the files, while the rules are still those before."""
        for cause, count in evaluator.left_out.items():
            self._tally.add("gridhub_rules_left_out_total", count, cause=cause)
        evaluator.left_out.clear()
        for fault in evaluator.faults[self._faults :]:
            _log.error("the rule %s is set aside until its file changes: %s", fault.rule, fault.reason)
            self._tally.add("gridhub_rules_failed_total", rule=fault.rule)
        self._faults = len(evaluator.faults)
        held = {name: number for name, number in evaluator.held_back.items() if number}
        self._gauge("gridhub_rules_alerts_held_back", held)
        self._gauge("gridhub_rules_failing", {each.rule: 1 for each in evaluator.faults if not each.is_slow})
        self._gauge("gridhub_rules_too_slow", {each.rule: 1 for each in evaluator.faults if each.is_slow})
        wrong = [f"{name}: {number} alerts held back, more than its max_sources" for name, number in held.items()]
        wrong += self._filters_that_fail(evaluator)
        if evaluator.faults:
            wrong.append(f"set aside: {', '.join(fault.rule for fault in evaluator.faults)}")
        if broken:
            wrong.append(f"the rules are those before the last change: {broken}")
        if wrong:
            self._heart.set("degraded", "; ".join(wrong))
        else:
            self._heart.set("ok", f"{len(evaluator.rules)} rules, {len(evaluator.active())} alerts on")

    def _filters_that_fail(self, evaluator: Sieve) -> list[str]:
        """An attribute that is missing is the usual case; anything else is a mistake, of the author or of a device."""
        failed, now_s = _filters_failed(evaluator.rules.values()), self._clock.monotonic()
        for (rule, cause), count in failed.items():
            more = count - self._filters[rule, cause]
            if more > 0:
                self._tally.add("gridhub_rules_filter_failures_total", more, rule=rule, cause=cause)
                if cause != "missing":
                    self._filters_said[rule] = cause, now_s
        self._filters = failed
        return [
            f"{rule}: its filter cannot be worked out ({cause})"
            for rule, (cause, said_s) in sorted(self._filters_said.items())
            if now_s - said_s < _FILTERS_S
        ]

    def _gauge(self, name: str, values: Mapping[str, float]) -> None:
        """Of rules; 0 for those of which it was said before and is so no more."""
        for rule in self._said.get(name, frozenset()) - values.keys():
            self._tally.set(name, 0, rule=rule)
        for rule, value in values.items():
            self._tally.set(name, value, rule=rule)
        self._said[name] = frozenset(values)


def _filters_failed(rules: Iterable[Rule]) -> Counter[tuple[str, str]]:
    """How often a filter could not be worked out, by rule and cause (see ``rules.filter``)."""
    found: Counter[tuple[str, str]] = Counter()
    for rule in rules:
        variants = [variant.rule for variant in rule.variants if variant.rule is not None]
        for condition in itertools.chain.from_iterable(each.conditions for each in (rule, *variants)):
            if condition.where is not None:
                found.update({(rule.name, cause): count for cause, count in condition.where.failed.items()})
    return found
