"""Rules run again over what was observed: the alerts they would have raised, and what that means beside those they did.

The same code as in life, the sieve and the evaluator, fed with the observations in the order of their arrival. What is
not in the store is not in the result: while the hub itself was deaf, sources look silent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from hub.errors import HubError
from hub.model.alert import Decision, Fire, Resolve, Severity
from hub.model.judged import Judged, Verdict
from hub.store.history import Portion, Series
from rules.columns import Block, Book, Extra, Key
from rules.evaluator import Fault, Registry
from rules.rule import Rule
from rules.sieve import Sieve
from rules.window import SECOND

MOST_ALERTS = 500_000
_STEP_US = SECOND
_NEAR = timedelta(minutes=1)
"""An alert of the backtest is the same as one that was raised where they are not further apart than this."""


class Reader:
    """Turns portions of the store into blocks. Series it was not told of are left out."""

    def __init__(self, series: Iterable[Series], book: Book) -> None:
        known = list(series)
        self._book = book
        self._numbers = np.full(max((each.id for each in known), default=0) + 2, -1, np.int64)
        for each in known:
            self._numbers[each.id] = book.number(Key(each.source, each.area, each.type, each.metric))

    def block(self, portion: Portion) -> Block:
        last = len(self._numbers) - 1  # stands for every number that is not known
        numbers = self._numbers[np.minimum(portion.series, last)]
        beside = {place: Extra(*each) for place, each in portion.beside.items()}
        block = Block(self._book, numbers, portion.ts, portion.received, portion.value, beside)
        is_known = numbers >= 0
        return block if is_known.all() else block.select(is_known)


@dataclass(slots=True)
class Occurrence:
    """One alert as it would have been; ``severity``: the worst it had; ``ended_at`` is None where it was still on."""

    rule: str
    fingerprint: str
    severity: Severity
    area: str
    sources: tuple[str, ...]
    summary: str
    started_at: datetime
    ended_at: datetime | None = None
    detail: Mapping[str, Any] | None = None

    def lasted(self, until: datetime) -> timedelta:
        return (self.ended_at or until) - self.started_at


class TooMany(HubError):
    """A backtest that raises so many alerts has told enough."""


class Wall:
    """The alerts that decisions come to. Raises TooMany."""

    def __init__(self) -> None:
        self.alerts: list[Occurrence] = []
        self._open: dict[tuple[str, str], Occurrence] = {}

    def see(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            key = (decision.rule, decision.fingerprint)
            if isinstance(decision, Resolve):
                ended = self._open.pop(key, None)
                if ended is not None:
                    ended.ended_at = decision.resolved_at
            elif isinstance(decision, Fire):
                self._begin(key, decision)
            elif key in self._open and decision.severity.rank < self._open[key].severity.rank:
                self._open[key].severity = decision.severity

    def _begin(self, key: tuple[str, str], fire: Fire) -> None:
        known = self._open.get(key)
        if known is not None:  # it began a little earlier than was first told
            known.started_at, known.summary, known.sources = fire.started_at, fire.summary, fire.sources
            return
        if len(self.alerts) >= MOST_ALERTS:
            rule, count = Counter(alert.rule for alert in self.alerts).most_common(1)[0]
            raise TooMany(f"more than {MOST_ALERTS:,} alerts, {count:,} of them by {rule}: begin with a shorter time")
        new = Occurrence(
            fire.rule, fire.fingerprint, fire.severity, fire.area, fire.sources, fire.summary, fire.started_at,
            detail=fire.detail,
        )  # fmt: skip
        self._open[key] = new
        self.alerts.append(new)


class Backtest:
    """Several sets of rules over one stream, which is read once. ``book`` must be that of the blocks."""

    def __init__(self, sets: Sequence[Sequence[Rule]], registry: Registry, book: Book) -> None:
        self.observations = 0
        self.walls = [Wall() for _ in sets]
        self._sieves = [Sieve(rules, registry, book=book) for rules in sets]

    @property
    def faults(self) -> list[Fault]:
        return [fault for sieve in self._sieves for fault in sieve.faults]

    def feed(self, block: Block) -> None:
        """Raises TooMany."""
        self.observations += len(block)
        for sieve, wall in zip(self._sieves, self.walls, strict=True):
            wall.see(sieve.feed(block, step_us=_STEP_US))

    def end(self, last: datetime) -> None:
        """Nothing more comes until ``last``: what has to be decided by then is."""
        for sieve, wall in zip(self._sieves, self.walls, strict=True):
            wall.see(sieve.advance(last))


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one rule: how many alerts, the longest, how long all were on together, in how many areas."""

    rule: str
    alerts: int
    before: int | None
    """With the rules as they are now; None where it is not among them."""
    longest: timedelta
    on: timedelta
    areas: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change of the rules does. ``lost``: alerts that people confirmed and that would not come any more;
    ``gone``: those that they dismissed and that would not; ``kept`` counts by verdict those that would come as well.
    ``before``: the alerts of the rules as they are; ``new`` and ``missing``: those of the candidates that these do not
    raise, and the reverse."""

    first: datetime
    last: datetime
    observations: int
    alerts: Sequence[Occurrence]
    before: Sequence[Occurrence] | None
    rules: Sequence[Tally]
    by_day: Mapping[str, int]
    by_area: Mapping[str, int]
    longest: Sequence[Occurrence]
    new: int | None
    missing: int | None
    lost: Sequence[Judged]
    gone: Sequence[Judged]
    kept: Mapping[str, int]
    faults: Sequence[str] = field(default=())


def outcome(
    test: Backtest, rules: Sequence[Rule], judged: Sequence[Judged], first: datetime, last: datetime
) -> Outcome:
    """Of a test whose first set are the candidates, and whose second, where there is one, the rules as they are."""
    alerts = test.walls[0].alerts
    before = test.walls[1].alerts if len(test.walls) > 1 else None
    places = _Places(alerts)
    missed = [each for each in judged if not places.near(each.rule, each.fingerprint, each.started_at, each.ended_at)]
    kept = Counter(str(each.verdict) for each in judged)
    kept.subtract(str(each.verdict) for each in missed)
    tallies = [_tally(rule.name, alerts, before, last) for rule in rules]
    if before is not None:
        names = {rule.name for rule in rules}
        removed = dict.fromkeys(alert.rule for alert in before if alert.rule not in names)
        tallies += [_tally(name, (), before, last) for name in removed]
    return Outcome(
        first=first,
        last=last,
        observations=test.observations,
        alerts=alerts,
        before=before,
        rules=tallies,
        by_day=_counted(alert.started_at.date().isoformat() for alert in alerts),
        by_area=dict(Counter(alert.area for alert in alerts).most_common()),
        longest=sorted(alerts, key=lambda alert: alert.lasted(last), reverse=True)[:10],
        new=None if before is None else _apart(alerts, before),
        missing=None if before is None else _apart(before, alerts),
        lost=[each for each in missed if each.verdict is Verdict.CONFIRMED],
        gone=[each for each in missed if each.verdict is Verdict.DISMISSED],
        kept={str(verdict): kept[str(verdict)] for verdict in Verdict},
        faults=[f"{fault.rule}: {fault.reason}" for fault in test.faults],
    )


def raised(alerts: Iterable[Occurrence]) -> Callable[[Judged], bool]:
    """Whether an alert that was raised is among those of a backtest."""
    places = _Places(alerts)
    return lambda each: places.near(each.rule, each.fingerprint, each.started_at, each.ended_at)


class _Places:
    """Where alerts stand, to be found by rule, fingerprint and time."""

    def __init__(self, alerts: Iterable[Occurrence]) -> None:
        self._alerts: dict[tuple[str, str], list[Occurrence]] = {}
        for alert in alerts:
            self._alerts.setdefault((alert.rule, alert.fingerprint), []).append(alert)

    def near(self, rule: str, fingerprint: str, began: datetime, ended: datetime | None) -> bool:
        return any(
            alert.started_at - _NEAR <= (ended or alert.started_at) and began - _NEAR <= (alert.ended_at or began)
            for alert in self._alerts.get((rule, fingerprint), ())
        )


def _apart(alerts: Iterable[Occurrence], others: Iterable[Occurrence]) -> int:
    """How many have nothing near among the others."""
    places = _Places(others)
    return sum(not places.near(each.rule, each.fingerprint, each.started_at, each.ended_at) for each in alerts)


def _tally(rule: str, alerts: Sequence[Occurrence], before: Sequence[Occurrence] | None, last: datetime) -> Tally:
    own = [alert for alert in alerts if alert.rule == rule]
    lengths = [alert.lasted(last) for alert in own]
    return Tally(
        rule=rule,
        alerts=len(own),
        before=None if before is None else sum(alert.rule == rule for alert in before),
        longest=max(lengths, default=timedelta()),
        on=sum(lengths, timedelta()),
        areas=len({alert.area for alert in own}),
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))

