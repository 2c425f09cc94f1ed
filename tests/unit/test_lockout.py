"""How long somebody has to wait after attempts that failed, and whose attempts make whom wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.model.lockout import FORGET, LONGEST, counts, wait

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE, THERE = "192.0.2.1", "192.0.2.2"


def waits(free: int, failures: range) -> list[float]:
    return [wait(count, NOW, free, NOW).total_seconds() for count in failures]


def test_the_first_attempts_are_free_and_then_the_wait_doubles_up_to_five_minutes() -> None:
    assert waits(3, range(15)) == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    assert wait(10**9, NOW, 3, NOW) == LONGEST


def test_the_wait_passes_and_after_a_quarter_of_an_hour_all_is_forgotten() -> None:
    assert wait(5, NOW - timedelta(seconds=3), 3, NOW) == timedelta(seconds=1)
    assert wait(5, NOW - timedelta(seconds=4), 3, NOW) == timedelta(0)
    assert wait(100, NOW - FORGET, 3, NOW) == timedelta(0)


def test_a_browser_that_is_known_answers_for_itself_alone() -> None:
    own = counts("otto", HERE, "a browser")
    assert len(own) == 1
    others = {count.key for address in (HERE, THERE) for count in counts("otto", address, None)}
    assert not others & {count.key for count in own}, "whoever fails elsewhere does not make it wait"
    assert own[0].key != counts("vera", HERE, "a browser")[0].key


def test_a_name_and_an_address_count_together_and_each_by_itself() -> None:
    here, there = (counts("otto", address, None) for address in (HERE, THERE))
    assert here[0].key != there[0].key
    assert here[1].key == there[1].key, "a name, from wherever: nobody guesses from a thousand addresses"
    assert here[2].key == counts("vera", HERE, None)[2].key, "an address, at whatever name"
    assert here[0].free < here[1].free
    assert counts("Otto", HERE, None)[0].key == here[0].key, "no new attempts by another way to write a name"
