"""The board that is kept for whoever asks next."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from dashboard.api import board_cache
from dashboard.api.board_cache import BoardCache
from hub.clock import SimulatedClock
from hub.errors import NotFound

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Made:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> bytes:
        self.count += 1
        return b"%d" % self.count


def test_it_is_made_again_when_the_journal_went_on_or_a_second_went_by_or_somebody_changed_something() -> None:
    clock, made = SimulatedClock(AT), Made()
    boards = BoardCache(clock)
    assert [boards.get("qth", 7, made) for _ in range(3)] == [b"1"] * 3
    assert boards.get("qth/a", 7, made) == b"2", "each area has its own"
    assert [boards.get("qth", stand, made) for stand in (8, 8, 7)] == [b"3"] * 3, "who asked earlier gets the newer one"
    clock.advance(0.9)
    assert boards.get("qth", 8, made) == b"3"
    clock.advance(0.1)
    assert boards.get("qth", 8, made) == b"4"
    boards.forget()
    assert boards.get("qth", 8, made) == b"5"


def test_what_failed_is_not_kept() -> None:
    boards = BoardCache(SimulatedClock(AT))

    def fails() -> bytes:
        raise NotFound("there is no area")

    with pytest.raises(NotFound):
        boards.get("qth", 7, fails)
    assert boards.get("qth", 7, lambda: b"there it is") == b"there it is"


def test_it_keeps_those_that_were_asked_for_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_cache, "_MOST", 2)
    boards, made = BoardCache(SimulatedClock(AT)), Made()
    for path in ("a", "b", "a", "c", "a"):
        boards.get(path, 7, made)
    assert made.count == 3
    boards.get("b", 7, made)
    assert made.count == 4


def test_whoever_asks_while_it_is_made_waits_for_it_and_makes_none() -> None:
    boards, made = BoardCache(SimulatedClock(AT)), Made()
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> bytes:
        begun.set()
        assert go_on.wait(10)
        return made()

    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(boards.get("qth", 7, slowly))) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert (found, made.count) == ([b"1"] * 5, 1)
