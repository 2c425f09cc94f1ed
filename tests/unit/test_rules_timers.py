"""When something has to be looked at though nothing arrives."""

from __future__ import annotations

from rules.links import Alarm, Link
from rules.state import Series
from rules.timers import Timers
from tests.unit.rules_timeline import evaluator, rule

A, B = ("r", "a"), ("r", "b")


def alarm(source: str) -> Alarm:
    [rule_] = evaluator(rule("{metric: smoke, absent_for: 1m}")).rules.values()
    link = Link(rule_, 0, rule_.conditions[0], ("r", source), (source, "smoke"))
    return Alarm(link, Series(source, "smoke", "g", "smoke", 2), 60)


def test_the_next_time_is_the_earliest_of_all() -> None:
    timers = Timers()
    assert timers.next is None
    timers.wake(A, 20)
    timers.set_alarm(alarm("smoke-1"), 15)
    timers.wake(B, 30)
    assert timers.next == 15


def test_what_is_due_comes_in_order_of_time_and_once() -> None:
    timers, silent = Timers(), alarm("smoke-1")
    timers.wake(A, 20)
    timers.set_alarm(silent, 15)
    timers.wake(B, 21)
    assert list(timers.due(14)) == []
    assert list(timers.due(20)) == [silent, A]
    assert list(timers.due(20)) == []
    assert list(timers.due(21)) == [B]
    assert timers.next is None


def test_a_group_is_woken_at_the_earliest_time_that_was_asked_for_and_once() -> None:
    timers = Timers()
    for at in (20, 30, 10, 20):
        timers.wake(A, at)
    assert list(timers.due(9)) == []
    assert list(timers.due(10)) == [A]
    assert list(timers.due(100)) == []
    timers.wake(A, 30)
    assert list(timers.due(100)) == [A]


def test_a_group_that_is_forgotten_is_not_woken_and_may_come_again() -> None:
    timers = Timers()
    timers.wake(A, 10)
    timers.wake(B, 10)
    timers.forget(A)
    timers.forget(("r", "nobody"))
    assert list(timers.due(10)) == [B]
    timers.wake(A, 25)
    assert list(timers.due(24)) == []
    assert list(timers.due(25)) == [A]


def test_what_is_set_meanwhile_is_due_too() -> None:
    timers, silent = Timers(), alarm("smoke-1")
    timers.set_alarm(silent, 5)
    found = []
    for timer in timers.due(10):
        found.append(timer)
        if timer is silent:
            timers.wake(A, 10)
    assert found == [silent, A]


def test_alarms_of_one_time_are_told_in_the_order_in_which_they_were_set() -> None:
    timers, alarms = Timers(), [alarm(f"smoke-{number}") for number in range(5)]
    for each in alarms:
        timers.set_alarm(each, 7)
    assert list(timers.due(7)) == alarms
