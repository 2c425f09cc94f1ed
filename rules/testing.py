"""Tests of rules: a story told to the evaluator on a simulated clock, and its alerts against those expected. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.errors import Problem
from hub.model.alert import Decision, Fire, Resolve
from hub.model.observation import Stored
from hub.model.times import format_duration
from rules.evaluator import LATENESS, Evaluator, Registry
from rules.rule import Rule
from rules.trial import AlertText, TestText, Trial
from rules.window import SECOND

_ORDERS = 10
_TWICE = 3  # each third word, by chance
_AFTER = timedelta(minutes=1)
_PROBABILITY = 0.005
_SETTLED = timedelta(seconds=LATENESS / SECOND)


@dataclass(slots=True)
class Seen:
    """An alert as it came, in time since the start of the test. ``end`` is None while it is on."""

    rule: str
    fingerprint: str
    start: timedelta
    severity: str
    summary: str
    end: timedelta | None = None
    becomes: list[tuple[timedelta, str]] = field(default_factory=list)
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test; ``problems`` is empty where it passed."""

    name: str
    line: int
    seen: Sequence[Seen]
    problems: Sequence[Problem]

    @property
    def passed(self) -> bool:
        return not self.problems


def run(trial: Trial, rules: Sequence[Rule] | None = None) -> Iterator[Outcome]:
    """The tests of a file, one after the other, with its own rules or others of the same names."""
    for index in range(len(trial.text.tests)):
        yield _run(trial, index, trial.rules if rules is None else rules)


def untested(trials: Iterable[Trial]) -> list[Rule]:
    """Rules of which no test expects an alert."""
    rules: dict[str, Rule] = {}
    expected: set[str] = set()
    for trial in trials:
        rules |= {rule.name: rule for rule in trial.rules}
        expected |= {alert.rule for test in trial.text.tests for alert in test.expect}
    return [rule for name, rule in rules.items() if name not in expected]


def _run(trial: Trial, index: int, rules: Sequence[Rule]) -> Outcome:
    test = trial.text.tests[index]
    line, _ = trial.document.locate(("tests", index))
    words = trial.words(test)
    seen, faults = _tell(trial, test, rules, words)
    problems = [trial.document.problem(("tests", index), f"{test.name}: {fault}") for fault in faults]
    problems += _differences(trial, index, seen, "")
    for seed in range(_ORDERS if test.disorder and not problems else 0):
        others, _ = _tell(trial, test, rules, _disordered(words, test.disorder, seed))
        problems = _differences(trial, index, others, f" (heard in another order, number {seed + 1})")
        if problems:
            break
    return Outcome(test.name, line, seen, problems)


def _disordered(words: Sequence[Stored], most: timedelta, seed: int) -> list[Stored]:
    chance = random.Random(seed)
    told = [word for word in words for _ in range(2 if chance.randrange(_TWICE) == 0 else 1)]
    late = [word._replace(received_at=word.received_at + most * chance.random()) for word in told]
    return sorted(late, key=lambda word: word.received_at)


def _tell(
    trial: Trial, test: TestText, rules: Sequence[Rule], words: Sequence[Stored]
) -> tuple[list[Seen], list[str]]:
    """The alerts, and the rules that failed. The clock goes on until everything up to the end is settled."""
    start = trial.start_of(test)
    evaluator = Evaluator(rules, Registry(areas=trial.areas(), sources=trial.sources()))
    decisions: list[Decision] = list(evaluator.advance(start))
    for word in words:
        decisions += evaluator.advance(word.received_at)
        decisions += evaluator.feed([word])
    end = start + _until(test, words, start)
    slowest = max(word.received_at - word.ts for word in words)
    final = max(end, words[-1].received_at) + slowest + _SETTLED
    while (timer := evaluator.next_timer) is not None and timer <= final:
        decisions += evaluator.advance(max(timer, evaluator.now + timedelta(microseconds=1)))
    decisions += evaluator.advance(final)
    faults = [f"the rule {fault.rule} failed: {fault.reason}" for fault in evaluator.faults]
    return _alerts(decisions, start, end), faults


def _until(test: TestText, words: Sequence[Stored], start: datetime) -> timedelta:
    if test.until is not None:
        return test.until
    expected = [moment for alert in test.expect for moment in (alert.start, alert.end) if moment is not None]
    return max([max(word.ts for word in words) - start + _AFTER, *expected])


def _alerts(decisions: Iterable[Decision], start: datetime, end: datetime) -> list[Seen]:
    """As a store would hold them; what lies after ``end`` has not happened yet."""
    found: list[Seen] = []
    opened: dict[tuple[str, str], Seen] = {}
    for decision in decisions:
        key = (decision.rule, decision.fingerprint)
        if isinstance(decision, Resolve):
            alert = opened.pop(key, None)
            if alert is not None and decision.resolved_at <= end:
                alert.end = decision.resolved_at - start
        elif isinstance(decision, Fire):
            if decision.started_at > end or (key in opened and decision.reason != "earlier_evidence"):
                continue
            if key in opened:
                found.remove(opened[key])
            alert = opened[key] = Seen(
                rule=decision.rule,
                fingerprint=decision.fingerprint,
                start=decision.started_at - start,
                severity=str(decision.severity),
                summary=decision.summary,
                probability=_probability(decision.detail),
            )
            found.append(alert)
        elif key in opened and decision.at <= end:
            opened[key].becomes.append((decision.at - start, str(decision.severity)))
    return sorted(found, key=lambda alert: (alert.start, alert.rule, alert.fingerprint))


def _probability(detail: Mapping[str, Any] | None) -> float | None:
    value = (detail or {}).get("probability")
    return value if isinstance(value, float) else None


def _differences(trial: Trial, index: int, seen: Sequence[Seen], how: str) -> list[Problem]:
    """In words, each at the expectation it is about, or at the test."""
    test = trial.text.tests[index]
    found: list[Problem] = []

    def add(number: int | None, message: str) -> None:
        where = ("tests", index) if number is None else ("tests", index, "expect", number)
        line, column = trial.document.locate(where)
        found.append(Problem(trial.file, line, column, "", f"{test.name}: {message}{how}"))

    open_ = list(seen)
    unmet: list[tuple[int, AlertText]] = []
    for number, alert in enumerate(test.expect):
        same = next((item for item in open_ if _key(item) == _place(alert) and item.start == alert.start), None)
        if same is None:
            unmet.append((number, alert))
            continue
        open_.remove(same)
        for message in _unlike(alert, same):
            add(number, message)
    for number, alert in unmet:
        same = next((item for item in open_ if _key(item) == _place(alert)), None)
        if same is None:
            add(number, f"{_called(alert.rule, alert.fingerprint)} did not come, expected at {_time(alert.start)}")
            continue
        open_.remove(same)
        for message in _unlike(alert, same):
            add(number, message)
    for item in open_:
        until = "and is still on" if item.end is None else f"until {_time(item.end)}"
        add(None, f"{_called(item.rule, item.fingerprint)} is not expected: it came at {_time(item.start)} {until}")
    return found


def _unlike(expected: AlertText, seen: Seen) -> Iterator[str]:
    called = _called(seen.rule, seen.fingerprint)
    if seen.start != expected.start:
        yield f"{called} began at {_time(seen.start)}, expected {_time(expected.start)}"
    if seen.end != expected.end:
        was = "is still on" if seen.end is None else f"ended at {_time(seen.end)}"
        wanted = "that it is still on" if expected.end is None else f"an end at {_time(expected.end)}"
        yield f"{called} {was}, expected {wanted}"
    if expected.severity is not None and seen.severity != expected.severity:
        yield f"{called} is {seen.severity}, expected {expected.severity}"
    steps = [(step.at, step.severity) for step in expected.becomes or ()]
    if (expected.severity is not None or expected.becomes is not None) and seen.becomes != steps:
        yield f"{called} became {_steps(seen.becomes)}, expected {_steps(steps)}"
    if expected.summary is not None and seen.summary != expected.summary:
        yield f"{called} says {seen.summary!r}, expected {expected.summary!r}"
    if expected.probability is not None and (
        seen.probability is None or abs(seen.probability - expected.probability) > _PROBABILITY
    ):
        was = "has no probability" if seen.probability is None else f"has a probability of {seen.probability:.3f}"
        yield f"{called} {was}, expected {expected.probability:g}"


def _steps(steps: Sequence[tuple[timedelta, str]]) -> str:
    return ", ".join(f"{severity} at {_time(at)}" for at, severity in steps) or "nothing else"


def _key(seen: Seen) -> tuple[str, str]:
    return seen.rule, seen.fingerprint


def _place(alert: AlertText) -> tuple[str, str]:
    return alert.rule, alert.fingerprint


def _called(rule: str, fingerprint: str) -> str:
    return f"{rule} at {fingerprint.partition(':')[2]}"


def _time(since: timedelta) -> str:
    return format_duration(since) if since >= timedelta(0) else f"-{format_duration(-since)}"
