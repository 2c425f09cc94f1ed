"""Rules run again over what was observed, and what a change of them does beside what people said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from hub.model.alert import Fire, Resolve, Revise, Severity
from hub.model.judged import Judged, Verdict
from hub.store.history import Beside, Portion, Series
from rules import backtest
from rules.backtest import Backtest, Occurrence, Outcome, Reader, TooMany, Wall, outcome, raised
from rules.columns import Book
from rules.language import parse
from rules.rule import Rule
from tests.unit.rules_timeline import G1, G2, REGISTRY, T0, at, rule, said

LAST = at(3600)


# --- what is read ---------------------------------------------------------------------------------------------------


def portion(series: Sequence[int], beside: Mapping[int, Beside] | None = None) -> Portion:
    count = len(series)
    times = np.arange(count, dtype=np.int64) * 1_000_000
    return Portion(np.array(series, np.int64), times, times + 5, np.arange(count) / 10, beside or {})


KNOWN = [Series(7, "smoke-1", G1, "smoke", "smoke"), Series(3, "cam-1", G1, "cam", "motion")]


def test_a_portion_of_the_store_is_read_with_what_stands_beside_its_numbers() -> None:
    block = Reader(KNOWN, Book()).block(portion([3, 7, 3], {1: Beside("x", {"a": 1}, 2, True)}))
    found = block.stored(range(3))
    assert [(item.source, item.area, item.type, item.metric) for item in found[:2]] == [
        ("cam-1", G1, "cam", "motion"), ("smoke-1", G1, "smoke", "smoke"),
    ]  # fmt: skip
    assert [item.value for item in found] == [0.0, 0.1, 0.2]
    assert [(item.text, item.attrs, item.quality) for item in found[:2]] == [(None, None, 0), ("x", {"a": 1}, 2)]
    assert found[2].ts == datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC)
    assert found[2].received_at - found[2].ts == timedelta(microseconds=5)


@pytest.mark.parametrize("stranger", [0, 5, 8, 9, 1000])
def test_series_that_nobody_told_of_are_left_out(stranger: int) -> None:
    beside = {1: Beside("x", None, 0, True), 2: Beside("y", None, 0, True)}
    block = Reader(KNOWN, Book()).block(portion([7, stranger, 3], beside))
    assert [(item.source, item.text) for item in block.stored(range(len(block)))] == [("smoke-1", None), ("cam-1", "y")]


def test_where_no_series_is_known_nothing_is_read() -> None:
    assert len(Reader([], Book()).block(portion([0, 1, 2]))) == 0


# --- alerts ---------------------------------------------------------------------------------------------------------


def fire(second: float, reason: str = "condition_met", key: str = "a", **more: Any) -> Fire:
    told = {"sources": (key,), "summary": f"s{second:g}", "reason": reason, "detail": {}, **more}
    return Fire("r", f"source:{key}", Severity.MINOR, G1, started_at=at(second), evidence=(), **told)


def test_decisions_come_to_alerts_with_the_worst_that_they_were() -> None:
    wall = Wall()
    wall.see([fire(10), fire(11, key="b"), Revise("r", "source:a", Severity.CRITICAL, at(12))])
    wall.see([Revise("r", "source:a", Severity.WARNING, at(13)), Resolve("r", "source:a", at(20)), fire(30)])
    assert [(each.fingerprint, each.severity, each.started_at, each.ended_at) for each in wall.alerts] == [
        ("source:a", Severity.CRITICAL, at(10), at(20)),
        ("source:b", Severity.MINOR, at(11), None),
        ("source:a", Severity.MINOR, at(30), None),
    ]
    first = wall.alerts[0]
    assert (first.rule, first.area, first.sources, first.summary, first.detail) == ("r", G1, ("a",), "s10", {})


def test_an_alert_that_began_earlier_than_was_told_is_one_and_says_what_it_said_last() -> None:
    wall = Wall()
    wall.see([fire(10), fire(8, "earlier_evidence", sources=("x",))])
    [found] = wall.alerts
    assert (found.started_at, found.summary, found.sources) == (at(8), "s8", ("x",))


def test_what_nobody_began_is_neither_worse_nor_over() -> None:
    wall = Wall()
    wall.see([Revise("r", "source:a", Severity.MAJOR, at(1)), Resolve("r", "source:a", at(2))])
    assert wall.alerts == []


def test_more_alerts_than_can_be_told_end_the_test_and_name_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest, "MOST_ALERTS", 3)
    wall = Wall()
    wall.see([fire(second, key=str(second)) for second in range(3)])
    with pytest.raises(TooMany, match=r"^more than 3 alerts, 3 of them by r: begin with a shorter time$"):
        wall.see([fire(9, key="x")])


def test_how_long_an_alert_lasted_is_until_now_where_it_goes_on() -> None:
    assert occurrence(10, 25).lasted(at(100)) == timedelta(seconds=15)
    assert occurrence(10, None).lasted(at(100)) == timedelta(seconds=90)


# --- a test of two sets of rules ------------------------------------------------------------------------------------


def rules(*texts: str) -> list[Rule]:
    return parse("rules:\n" + "".join(texts), "r.yaml")


SMOKE = rule("{metric: smoke, above: 0.3}", by="source")
HIGH = rule("{metric: smoke, above: 0.6}", by="source")
HEAT = rule("{metric: heat, above: 30}", "heat", by="source")


def heard_by(sets: Sequence[Sequence[Rule]], values: Sequence[tuple[float, float]]) -> Backtest:
    book = Book()
    found = Backtest(sets, REGISTRY, book)
    words = [said("smoke-1", second, value) for second, value in values]
    for begin in range(0, len(words), 4):
        found.feed(book.block(words[begin : begin + 4]))
    found.end(LAST)
    return found


def test_every_set_of_rules_hears_all_of_it() -> None:
    found = heard_by([rules(HIGH), rules(SMOKE)], [(0, 0.5), (10, 0.1), (20, 0.9), (30, 0.9), (40, 0.1)])
    assert found.observations == 5
    assert [[(each.started_at, each.ended_at) for each in wall.alerts] for wall in found.walls] == [
        [(at(20), at(40))],
        [(at(0), at(10)), (at(20), at(40))],
    ]
    assert found.faults == []


def test_what_has_to_be_decided_by_the_end_is() -> None:
    silent = rules(rule("{metric: smoke, absent_for: 5m}", by="source"))
    [wall] = heard_by([silent], [(0, 0.5)]).walls
    assert [each.started_at for each in wall.alerts] == [at(300)]


# --- what a change does ---------------------------------------------------------------------------------------------


def occurrence(start: float, end: float | None, key: str = "source:a", name: str = "r", area: str = G1) -> Occurrence:
    return Occurrence(name, key, Severity.MAJOR, area, ("a",), "s", at(start), None if end is None else at(end))


def judged(number: int, start: float, end: float | None, verdict: Verdict, key: str = "source:a") -> Judged:
    return Judged(number, "r", key, G1, "s", at(start), None if end is None else at(end), verdict)


def told(
    alerts: Sequence[Occurrence], before: Sequence[Occurrence] | None = None, of: Sequence[Judged] = (),
    candidates: Sequence[Rule] | None = None,
) -> Outcome:  # fmt: skip
    test = Backtest([[]] if before is None else [[], []], REGISTRY, Book())
    for wall, own in zip(test.walls, [alerts, before or ()], strict=False):
        wall.alerts.extend(own)
    return outcome(test, rules(SMOKE) if candidates is None else candidates, of, T0, LAST)


def test_an_outcome_counts_alerts_by_rule_day_and_area_and_names_the_longest() -> None:
    alerts = [
        occurrence(0, 10), occurrence(20, 50), occurrence(3500, None, "source:b", area=G2),
        occurrence(60, 65, "source:h", "heat"), occurrence(86_400, 86_401),
    ]  # fmt: skip
    found = told(alerts, candidates=rules(SMOKE, HEAT))
    smoke, heat = found.rules
    assert (smoke.rule, smoke.alerts, smoke.before, smoke.areas) == ("r", 4, None, 2)
    assert (smoke.longest, smoke.on) == (timedelta(seconds=100), timedelta(seconds=141))
    assert (heat.rule, heat.alerts, heat.longest, heat.on, heat.areas) == (
        "heat", 1, timedelta(seconds=5), timedelta(seconds=5), 1,
    )  # fmt: skip
    assert found.by_day == {"2026-03-01": 4, "2026-03-02": 1}
    assert list(found.by_area.items()) == [(G1, 4), (G2, 1)]
    assert found.longest == [alerts[2], alerts[1], alerts[0], alerts[3], alerts[4]]
    assert (found.new, found.missing, found.before) == (None, None, None)
    assert (found.first, found.last, found.alerts, found.observations) == (T0, LAST, alerts, 0)
    assert found.faults == []


def test_only_the_ten_longest_are_named_and_a_rule_without_alerts_has_none() -> None:
    alerts = [occurrence(100 * number, 100 * number + number + 1) for number in range(12)]
    found = told(alerts, candidates=rules(SMOKE, HEAT))
    assert found.longest == alerts[:1:-1]
    assert (found.rules[1].alerts, found.rules[1].longest, found.rules[1].on) == (0, timedelta(), timedelta())


def test_days_are_told_in_their_order() -> None:
    found = told([occurrence(86_400 * day, 86_400 * day + 1) for day in (2, 0, 1, 2)])
    assert list(found.by_day.items()) == [("2026-03-01", 1), ("2026-03-02", 1), ("2026-03-03", 2)]


def test_beside_the_rules_as_they_are_it_says_what_is_new_and_what_is_missing() -> None:
    same, other = occurrence(100, 200), occurrence(120, 200)
    alerts = [same, occurrence(1000, 1010), occurrence(2000, 2010)]
    before = [other, occurrence(3000, 3010), *(occurrence(at_, at_ + 9, "source:g", "gone") for at_ in (50, 70))]
    found = told(alerts, before)
    assert (found.new, found.missing) == (2, 3)
    assert [(tally.rule, tally.alerts, tally.before) for tally in found.rules] == [("r", 3, 2), ("gone", 0, 2)]
    assert found.before == before


@pytest.mark.parametrize(
    ("start", "end", "is_near"),
    [
        (1000, 1100, True),
        (1100, 1200, True),
        (1160, 1200, True),   # a minute after its end
        (1161, 1200, False),
        (900, 940, True),     # a minute before its beginning
        (900, 939, False),
        (500, None, True),    # one that has not ended is near to all that begin after it
        (1160, None, True),
        (1161, None, False),
        (0, 3000, True),      # around it
    ],
)
def test_an_alert_is_the_same_where_the_two_are_less_than_a_minute_apart(
    start: float, end: float | None, is_near: bool
) -> None:
    is_raised = raised([occurrence(1000, 1100)])
    assert is_raised(judged(1, start, end, Verdict.CONFIRMED)) is is_near
    assert not is_raised(judged(1, start, end, Verdict.CONFIRMED, "source:b"))


def test_one_that_goes_on_is_near_to_all_that_began_by_then() -> None:
    is_raised = raised([occurrence(1000, None)])
    assert is_raised(judged(1, 3000, 3100, Verdict.CONFIRMED))
    assert not is_raised(judged(1, 800, 900, Verdict.CONFIRMED))


def test_what_people_confirmed_and_would_be_lost_is_told_and_what_they_dismissed_and_would_be_gone() -> None:
    of = [
        judged(1, 100, 200, Verdict.CONFIRMED),
        judged(2, 1000, 1100, Verdict.CONFIRMED),
        judged(3, 100, 200, Verdict.DISMISSED),
        judged(4, 1000, 1100, Verdict.DISMISSED),
        judged(5, 1300, 1400, Verdict.DISMISSED),
        judged(6, 100, 200, Verdict.UNJUDGED),
        judged(7, 1000, 1100, Verdict.UNJUDGED),
    ]
    found = told([occurrence(100, 200)], of=of)
    assert [each.id for each in found.lost] == [2]
    assert [each.id for each in found.gone] == [4, 5]
    assert found.kept == {"confirmed": 1, "dismissed": 1, "unjudged": 1}
    assert told([], of=of).kept == {"confirmed": 0, "dismissed": 0, "unjudged": 0}


def test_a_rule_that_failed_is_named_with_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr("rules.conditions.Threshold.run", broken)
    test = heard_by([rules(SMOKE)], [(0, 0.5), (1, 0.5)])
    assert outcome(test, rules(SMOKE), [], T0, LAST).faults == ["r: ZeroDivisionError: a mistake"]
