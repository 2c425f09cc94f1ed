"""How long a name has to wait after failed logins, and that the memory of them is bounded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboard.api import logins
from dashboard.api.logins import FREE_ATTEMPTS, Logins
from hub.clock import SimulatedClock

HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))


def fail(known: Logins, times: int, name: str = "otto", address: str = HERE) -> None:
    for _ in range(times):
        known.failed(name, address)


def test_the_first_attempts_are_free_and_then_the_wait_doubles(clock: SimulatedClock) -> None:
    known = Logins(clock)
    fail(known, FREE_ATTEMPTS - 1)
    assert known.wait_s("otto", HERE) == 0
    waits = []
    for _ in range(12):
        known.failed("otto", HERE)
        waits.append(known.wait_s("otto", HERE))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_the_wait_passes(clock: SimulatedClock) -> None:
    known = Logins(clock)
    fail(known, FREE_ATTEMPTS + 2)
    clock.advance(3)
    assert known.wait_s("otto", HERE) == 1
    clock.advance(1)
    assert known.wait_s("otto", HERE) == 0
    known.failed("otto", HERE)
    assert known.wait_s("otto", HERE) == 8, "but the failures are not forgotten"


def test_another_name_and_another_address_do_not_wait(clock: SimulatedClock) -> None:
    known = Logins(clock)
    fail(known, FREE_ATTEMPTS + 3)
    assert known.wait_s("vera", HERE) == 0
    assert known.wait_s("otto", THERE) == 0


def test_a_success_and_a_quarter_of_an_hour_forgive(clock: SimulatedClock) -> None:
    known = Logins(clock)
    fail(known, 10)
    known.succeeded("otto", HERE)
    assert known.wait_s("otto", HERE) == 0
    fail(known, 2)
    clock.advance(901)
    assert known.wait_s("otto", HERE) == 0
    known.failed("otto", HERE)
    assert known.wait_s("otto", HERE) == 0, "it counts from one again"


def test_the_memory_is_bounded_and_the_oldest_goes_first(
    clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins, "_MAX_ENTRIES", 3)
    known = Logins(clock)
    for name in ("a", "b", "c"):
        fail(known, FREE_ATTEMPTS, name)
    known.failed("a", HERE)
    known.failed("d", HERE)
    assert [known.wait_s(name, HERE) for name in ("a", "b", "c")] == [2, 0, 1]
