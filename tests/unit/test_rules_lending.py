"""Which series the evaluator can do without, what goes with them, and what is remembered of their groups."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rules.evaluator import Evaluator
from rules.lending import Lent
from rules.take import Take
from rules.window import SECOND, instant
from tests.unit.rules_timeline import at, evaluator, fires, rule, said

MEAN = "{metric: smoke, take: mean, over: 4s, every: 2s, above: 0.3}"


def lent(engine: Evaluator, *sources: str) -> Sequence[Lent] | None:
    return engine.release([(source, "smoke") for source in sources or ("smoke-1",)], lambda _: True)


def tell(engine: Evaluator, *words: tuple[float, float], source: str = "smoke-1", until: float | None = None) -> None:
    for second, value in words:
        engine.feed([said(source, second, value)])
    if until is not None:
        engine.advance(at(until))


@pytest.mark.parametrize(
    ("when", "value", "is_free"),
    [
        ("{metric: smoke, above: 0.3}", 0.1, True),
        ("{metric: smoke, above: 0.3}", 0.5, False),
        ("{metric: smoke, absent_for: 1m}", 0.1, True),
        ("{metric: smoke, above: 0.3, count: 3, in: 1m}", 0.1, True),
        ("{metric: smoke, above: 0.3, count: 3, in: 1m}", 0.5, False),
        (MEAN, 0.1, True),
        (MEAN, 0.5, False),
        ("{metric: smoke, take: mean, over: 4s, every: 2s, across: true, above: 0.3}", 0.1, False),
    ],
)
def test_a_series_is_free_while_it_speaks_for_nothing(when: str, value: float, is_free: bool) -> None:
    engine = evaluator(rule(when))
    tell(engine, *((second, value) for second in range(1, 12)), until=20)
    assert (lent(engine) is not None) is is_free
    assert bool(engine.heard()) is not is_free


def test_a_silence_that_was_begun_is_needed() -> None:
    engine = evaluator(rule("{metric: smoke, absent_for: 10s}", by="source"))
    tell(engine, (1, 0.1), until=14)
    assert len(engine.active()) == 1
    assert lent(engine) is None


def test_what_is_needed_by_one_rule_is_kept_for_all() -> None:
    engine = evaluator(rule("{metric: smoke, above: 0.3}", "loud") + rule("{metric: smoke, above: 0.9}", "quiet"))
    tell(engine, (1, 0.5))
    assert lent(engine) is None


def test_all_go_or_none() -> None:
    engine = evaluator(rule("{metric: smoke, above: 0.3}", by="source"))
    tell(engine, (1, 0.5))
    tell(engine, (1, 0.1), source="smoke-2")
    assert lent(engine, "smoke-2", "smoke-1") is None
    assert len(engine.heard()) == 2
    assert engine.release([("smoke-2", "smoke")], lambda series: series.source != "smoke-2") is None
    found = lent(engine, "smoke-2", "smoke-3")
    assert [each.series.source for each in found or ()] == ["smoke-2"], "of what was never heard there is nothing"
    assert [series.source for series in engine.heard()] == ["smoke-1"]


def test_with_a_series_go_its_windows_by_rule_and_what_is_taken() -> None:
    other = MEAN.replace("mean", "max")
    engine = evaluator(rule(MEAN, "one", by="source") + rule(other, "two", by="source"))
    tell(engine, (1, 0.1), (2, 0.2), (7, 0.1))
    [found] = lent(engine) or ()
    assert found.series.source == "smoke-1"
    takes = {("one", Take("mean", 4 * SECOND, 2 * SECOND)), ("two", Take("max", 4 * SECOND, 2 * SECOND))}
    assert found.windows.keys() == takes
    assert all(window.take == take for (_, take), window in found.windows.items())
    assert engine.snapshot()["groups"] == []
    assert engine.next_timer is None


def test_a_group_that_waits_for_others_is_needed() -> None:
    """Movement is there, and whether smoke joins it in time is not settled."""
    engine = evaluator(rule(f"{{all: [{MEAN}, {{metric: motion, above: 0}}]}}"))
    tell(engine, (1, 0.1), (2, 0.1), (9, 0.1))
    engine.feed([said("cam-1", 9, 0.5)])
    assert lent(engine) is not None
    tell(engine, (9.5, 0.9), (10, 0.9))
    assert lent(engine) is None


def test_what_was_the_ground_of_an_alert_that_is_over_is_of_no_use() -> None:
    engine = evaluator(rule(MEAN, by="source"))
    tell(engine, *((second, 0.9 if 5 <= second < 9 else 0.1) for second in range(1, 22)))
    assert engine.active() == []
    assert lent(engine)


@pytest.mark.parametrize(("last", "is_free"), [(41, False), (50, True)])
def test_what_may_still_be_joined_with_something_that_comes_later_is_needed(last: int, is_free: bool) -> None:
    engine = evaluator(rule(f"{{all: [{MEAN}, {{metric: motion, above: 0}}]}}"))
    tell(engine, *((second, 0.9 if 5 <= second < 9 else 0.1) for second in range(1, last)))
    assert (lent(engine) is not None) is is_free


def test_when_the_last_alert_began_and_ended_is_remembered_of_a_group_that_went() -> None:
    engine = evaluator(rule(MEAN, by="source"))
    tell(engine, *((second, 0.9 if 5 <= second < 9 else 0.1) for second in range(1, 22)))
    assert lent(engine)
    [(group, (began, ended))] = engine.over.items()
    assert group == ("r", "smoke-1")
    assert instant(at(5)) < began < ended < instant(at(15))


def test_a_group_that_comes_back_decides_nothing_again_that_was_decided() -> None:
    engine = evaluator(rule(MEAN, by="source"))
    tell(engine, *((second, 0.9 if 5 <= second < 9 else 0.1) for second in range(1, 22)))
    [found] = lent(engine) or ()
    [(_, ended)] = engine.over.values()
    windows = {take: window for (_, take), window in found.windows.items()}
    engine.adopt(found.series, lambda _, take: windows[take])
    assert engine.over == {}
    decisions = [*engine.feed([said("smoke-1", 22, 0.9), said("smoke-1", 24, 0.9)]), *engine.advance(at(30))]
    [fire] = fires(decisions)
    assert instant(fire.started_at) > ended


def test_of_a_group_without_an_alert_nothing_is_remembered() -> None:
    engine = evaluator(rule(MEAN, by="source"))
    tell(engine, (1, 0.1), (2, 0.2), (7, 0.1))
    assert lent(engine)
    assert engine.over == {}


def test_a_group_of_several_stays_while_one_of_them_does() -> None:
    engine = evaluator(rule(f"{{any: [{MEAN}, {{metric: motion, above: 0.9}}]}}"))
    tell(engine, (1, 0.1), (9, 0.1))
    tell(engine, (1, 0.1), (9, 0.1), source="smoke-2")
    assert lent(engine, "smoke-1")
    assert [group["key"] for group in engine.snapshot()["groups"]] == ["qth/taoshan/g1"]
    assert lent(engine, "smoke-2")
    assert engine.snapshot()["groups"] == []
