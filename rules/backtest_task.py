"""A backtest as a task: from the store or from a file, told as it goes, its outcome as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.model.area import Within
from hub.model.judged import Judged
from hub.model.times import rfc3339
from hub.store import Store, areas, history, sources
from rules.backtest import Backtest, Occurrence, Outcome, Reader, outcome, raised
from rules.columns import Block, Book
from rules.evaluator import Registry
from rules.rule import Rule
from rules.timeline import timeline
from rules.window import moment

Tell = Callable[[datetime, int, int], None]
"""Told how far the time has come, and how many observations and alerts there were."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to run. ``against``: the rules to hold it against, where there are any; ``within`` narrows what is read."""

    rules: Sequence[Rule]
    against: Sequence[Rule] | None
    first: datetime
    last: datetime
    within: Within = None

    @property
    def metrics(self) -> list[str]:
        rules = [*self.rules, *(self.against or ())]
        return sorted({condition.metric for rule in rules for condition in rule.conditions})


def in_place_of(candidates: Sequence[Rule], in_force: Sequence[Rule]) -> list[Rule]:
    """Of the rules in force those that the candidates would replace: of the same name, or from the same file."""
    names, files = {rule.name for rule in candidates}, {rule.file for rule in candidates}
    return [rule for rule in in_force if rule.name in names or rule.file in files]


def from_store(store: Store, task: Task, tell: Tell) -> Outcome:
    """Raises StoreError, TooMany."""
    book = Book()
    every, known = history.series(store), history.series(store, task.metrics, task.within)
    reader = Reader(known, book)
    # To ask for each row whether it is of one of many is dearer than to leave the others out here.
    wanted = None if 2 * len(known) > len(every) else [each.id for each in known]
    test = _test(task, registry(store), book)
    for portion in history.read(store, task.first, task.last, wanted):
        block = reader.block(portion)
        test.feed(block)
        _tell(tell, block, test)
    test.end(task.last)
    names = [rule.name for rule in (*task.rules, *(task.against or ()))]
    judged = history.judged(store, list(dict.fromkeys(names)), task.first, task.last, task.within)
    return outcome(test, task.rules, judged, task.first, task.last)


def from_file(path: Path, task: Task, known: Registry, tell: Tell) -> Outcome:
    """Raises HubError."""
    from rules.history_file import HistoryFile  # not at the top: pyarrow takes longer to load than all the others

    file, book = HistoryFile(path), Book()
    first, last = max(task.first, file.first), min(task.last, file.last + timedelta(microseconds=1))
    test = _test(task, known, book)
    for block in file.blocks(book, known.sources, task.metrics, first, last):
        test.feed(block)
        _tell(tell, block, test)
    test.end(last)
    return outcome(test, task.rules, (), first, last)


def _tell(tell: Tell, block: Block, test: Backtest) -> None:
    if len(block):
        tell(moment(int(block.ts[-1])), test.observations, len(test.walls[0].alerts))


def registry(store: Store) -> Registry:
    return Registry(
        areas={area.path: area for area in areas.list_areas(store)},
        sources={source.id: replace(source, secret=None) for source in sources.list_sources(store)},
    )


def _test(task: Task, known: Registry, book: Book) -> Backtest:
    return Backtest([task.rules] if task.against is None else [task.rules, task.against], known, book)


def as_json(found: Outcome) -> dict[str, Any]:
    """For programs: times as RFC 3339, durations in seconds."""
    return {
        "from": rfc3339(found.first),
        "to": rfc3339(found.last),
        "observations": found.observations,
        "rules": [
            {
                "rule": tally.rule,
                "alerts": tally.alerts,
                "before": tally.before,
                "longest_s": tally.longest.total_seconds(),
                "on_s": tally.on.total_seconds(),
                "areas": tally.areas,
            }
            for tally in found.rules
        ],
        "new": found.new,
        "missing": found.missing,
        "lost": _judged_json(found.lost, found.before),
        "gone": _judged_json(found.gone, found.before),
        "kept": dict(found.kept),
        "by_day": dict(found.by_day),
        "by_area": dict(found.by_area),
        "areas": _areas(found),
        "timeline": timeline(found.alerts, found.before, found.first, found.last),
        "longest": [_alert_json(alert) for alert in found.longest],
        "faults": list(found.faults),
        "alerts": [_alert_json(alert) for alert in found.alerts],
    }


def _areas(found: Outcome) -> list[dict[str, Any]]:
    """By area how many alerts, and how many with the rules as they are now; the most first."""
    proposed = Counter(alert.area for alert in found.alerts)
    now = Counter(alert.area for alert in found.before or ())
    names = sorted(proposed | now, key=lambda area: (-max(proposed[area], now[area]), area))
    return [
        {"area": area, "proposed": proposed[area], "now": None if found.before is None else now[area]}
        for area in names
    ]


def _alert_json(alert: Occurrence) -> dict[str, Any]:
    return {
        "rule": alert.rule,
        "fingerprint": alert.fingerprint,
        "severity": str(alert.severity),
        "area": alert.area,
        "sources": list(alert.sources),
        "summary": alert.summary,
        "started_at": rfc3339(alert.started_at),
        "ended_at": None if alert.ended_at is None else rfc3339(alert.ended_at),
        "detail": alert.detail,
    }


def _judged_json(judged: Sequence[Judged], before: Sequence[Occurrence] | None) -> list[dict[str, Any]]:
    """``now``: whether the rules as they are would raise it; where they would not, it is not lost by a change."""
    is_raised = None if before is None else raised(before)
    return [
        {
            "id": each.id,
            "rule": each.rule,
            "area": each.area,
            "summary": each.summary,
            "started_at": rfc3339(each.started_at),
            "ended_at": None if each.ended_at is None else rfc3339(each.ended_at),
            "verdict": str(each.verdict),
            "by": each.by,
            "note": each.note,
            "now": None if is_raised is None else is_raised(each),
        }
        for each in judged
    ]
