"""How fast somebody may ask."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api import pace
from dashboard.api.pace import Pace
from hub.clock import SimulatedClock

START = datetime(2026, 3, 1, tzinfo=UTC)


def test_so_many_at_once_and_then_one_after_the_other() -> None:
    clock = SimulatedClock(START)
    known = Pace(clock, per_s=10, burst=5)
    assert [known.wait_s("wang") for _ in range(5)] == [0] * 5
    assert known.wait_s("wang") == pytest.approx(0.1)
    assert known.wait_s("wang") == pytest.approx(0.1), "what was refused is not counted"
    assert known.wait_s("li") == 0
    clock.advance(0.1)
    assert known.wait_s("wang") == 0
    assert known.wait_s("wang") > 0
    clock.advance(60)
    assert [known.wait_s("wang") > 0 for _ in range(6)] == [False] * 5 + [True]


@given(st.lists(st.floats(0, 0.5), max_size=300))
def test_in_no_span_of_time_do_more_come_through_than_the_rate_and_the_burst(steps: list[float]) -> None:
    clock = SimulatedClock(START)
    known = Pace(clock, per_s=20, burst=7)
    through = []
    for step in steps:
        clock.advance(step)
        if known.wait_s("wang") == 0:
            through.append(clock.monotonic())
    for first in range(len(through)):
        for last in range(first, len(through)):
            assert last - first + 1 <= 7 + 20 * (through[last] - through[first]) + 1e-6


def test_whoever_makes_up_addresses_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_MAX_KNOWN", 100)
    known = Pace(SimulatedClock(START), per_s=1, burst=1)
    for number in range(1000):
        known.wait_s(str(number))
    assert len(known._free_at_s) == 100


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::5", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
        ("10.0.0.1", "10.0.0.2", False),
        ("::1", "::1", True),
        ("fe80::1%eth0", "fe80::1%eth0", True),
    ],
)
def test_one_host_is_one_caller_whatever_addresses_it_has(one: str, other: str, same: bool) -> None:
    assert (pace.network(one) == pace.network(other)) is same
