"""What a device's messages tell of its period, of lost messages and of its clock."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.observation import Observation
from hub.model.quality import Quality
from ingest.mqtt.vitals import Problem, Vitals

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(at_s: float, late_s: float = 1.0, key: str = "") -> list[Observation]:
    """A value that was measured at ``at_s`` and arrived ``late_s`` later."""
    ts = T0 + timedelta(seconds=at_s)
    return [Observation("d", "x", ts, ts + timedelta(seconds=late_s), 1.0, key=key)]


def heard(times: Iterable[float], declared_s: float = 0.0) -> Vitals:
    vitals = Vitals(declared_s)
    for at_s in times:
        vitals.heard(said(at_s))
    return vitals


@pytest.mark.parametrize("period_s", [0.5, 10.0, 600.0, 86_400.0])
def test_an_even_period_is_learnt_from_a_dozen_messages(period_s: float) -> None:
    vitals = heard([number * period_s for number in range(12)])
    assert vitals.period_s == pytest.approx(period_s)


def test_a_period_is_learnt_although_the_device_is_not_punctual_and_loses_some() -> None:
    chance = random.Random(1)
    times, at = [], 0.0
    for _ in range(300):
        at += 10 + chance.uniform(-1, 1)
        if chance.random() > 0.1:
            times.append(at)
    vitals = heard(times)
    assert vitals.period_s == pytest.approx(10, rel=0.1)
    assert 20 <= vitals.missed <= 40


def test_who_speaks_when_something_happens_has_no_period() -> None:
    chance = random.Random(2)
    times, at = [], 0.0
    for _ in range(200):
        at += chance.expovariate(1 / 300)
        times += [at, at + 1, at + 2]
    vitals = heard(times)
    assert vitals.period_s == 0
    assert (vitals.silent_after_s, vitals.problems()) == (60.0, [])


@pytest.mark.parametrize(
    ("declared_s", "learnt_s", "silent_s"),
    [(10, None, 30), (1, None, 10), (3600, None, 10_800), (0, None, 60), (0, 1, 60), (0, 600, 1800), (10, 600, 30)],
)
def test_silence_begins_after_three_periods_and_one_that_was_learnt_shortens_nothing(
    declared_s: float, learnt_s: float | None, silent_s: float
) -> None:
    vitals = heard([] if learnt_s is None else [number * learnt_s for number in range(20)], declared_s)
    assert vitals.silent_after_s == pytest.approx(silent_s)


def test_reports_that_do_not_come_are_counted_and_a_device_that_loses_a_fifth_is_a_problem() -> None:
    vitals = heard([number * 10 for number in range(50)], 10)
    assert (vitals.missed, vitals.problems()) == (0, [])
    vitals = heard([number * 10 for number in range(100) if number % 3], 10)
    assert (vitals.missed, vitals.problems()) == (32, [Problem.PERIOD])
    for number in range(100, 130):
        vitals.heard(said(number * 10))
    assert vitals.problems() == []


def test_what_was_kept_while_the_broker_was_away_and_comes_at_once_is_no_other_period() -> None:
    vitals = Vitals()
    for number in range(100):
        vitals.heard(said(number * 10, late_s=1000 - number * 10))
    assert vitals.period_s == pytest.approx(10)
    assert vitals.missed == 0


def test_ids_that_count_up_tell_what_was_lost() -> None:
    vitals = Vitals()
    numbers = [*range(5, 20), *range(23, 30), 1, 2, 3, 4, 5, 7]
    for place, number in enumerate(numbers):
        vitals.heard(said(place, key=str(number)))
    assert vitals.gaps == 3 + 1
    assert vitals.detail()["gaps"] == 4


def test_ids_of_the_samples_of_one_message_are_counted_each() -> None:
    vitals = Vitals()
    vitals.heard([item for number in (1, 2, 3, 4, 5, 8) for item in said(number, key=str(number)) * 2])
    assert vitals.gaps == 2


@pytest.mark.parametrize("step", [0, 2, 10_000, -1])
def test_ids_that_are_something_else_tell_of_no_gaps(step: int) -> None:
    vitals = Vitals()
    for number in range(50):
        vitals.heard(said(number, key=str(1_000_000 + number * step)))
    vitals.heard(said(60, key="no number"))
    assert (vitals.gaps, "gaps" in vitals.detail()) == (0, False)


@pytest.mark.parametrize(("offset_s", "is_problem"), [(0.2, False), (-2.0, False), (45.0, True), (-3600.0, True)])
def test_a_clock_is_as_far_off_as_the_least_late_of_its_messages(offset_s: float, is_problem: bool) -> None:
    vitals = Vitals()
    for number in range(20):  # some wait on their way
        vitals.heard(said(number, late_s=-offset_s + (0 if number == 7 else number * 30)))
    assert vitals.detail()["offset_s"] == pytest.approx(offset_s)
    assert vitals.problems() == ([Problem.CLOCK] if is_problem else [])


def test_a_clock_that_was_never_set_is_off_by_what_it_said_itself() -> None:
    vitals = Vitals()
    told = {"device_ts": "1970-01-01T00:00:00Z"}
    vitals.heard([Observation("d", "x", T0, T0, 1.0, attrs=told, key="k", arrival_key="k", quality=Quality.MISDATED)])
    assert vitals.detail()["offset_s"] == pytest.approx(-T0.timestamp())
    assert vitals.problems() == [Problem.CLOCK]


def test_nothing_is_known_of_the_clock_of_who_gives_no_times() -> None:
    vitals = Vitals()
    vitals.heard([Observation("d", "x", T0, T0, 1.0, key="k", arrival_key="k")])
    vitals.heard([Observation("d", "x", T0 + timedelta(microseconds=number), T0, 1.0) for number in range(3)])
    assert "offset_s" not in vitals.detail()


def test_what_was_learnt_is_still_known_after_a_restart() -> None:
    before = heard([number * 600 for number in range(20) if number != 10])
    before.heard(said(20_000, key="x"))
    again = Vitals.of(0.0, before.detail())
    assert again.silent_after_s == pytest.approx(before.silent_after_s)
    assert again.missed == before.missed
    assert again.kept == pytest.approx(before.kept, abs=0.001)


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e6, 1e6), st.text(max_size=30)), max_size=60))
def test_whatever_is_said_nothing_breaks(messages: list[tuple[float, float, str]]) -> None:
    vitals = Vitals()
    for at_s, late_s, key in messages:
        vitals.heard(said(at_s, late_s, key))
    detail = vitals.detail()
    assert 0 <= vitals.kept <= 1
    assert vitals.median_s >= 0
    assert vitals.silent_after_s >= 60
    assert Vitals.of(0.0, detail).median_s == pytest.approx(vitals.median_s, abs=0.001)
