"""Whether a device is watching: what is told to the store, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.clock import SimulatedClock
from hub.model.source import SourceState
from ingest.mqtt.presence import Presence

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Watch:
    """A presence on a simulated clock, with a store that takes what it is told."""

    def __init__(self, *, heard_before: bool = True) -> None:
        self.clock = SimulatedClock(T0)
        self.presence = Presence()
        self.presence.know(["a"], ["a"] if heard_before else [], self.clock.monotonic())

    def heard(self) -> None:
        self.presence.heard("a", self.clock.now(), self.clock.monotonic())

    def status(self, online: bool, *, retained: bool = False) -> bool:
        return self.presence.status("a", online, self.clock.now(), self.clock.monotonic(), retained=retained)

    def after(self, seconds: float, *, deaf: bool = False) -> list[tuple[SourceState, str]]:
        """What is reported then."""
        self.clock.advance(seconds)
        due = self.presence.due(self.clock.now(), self.clock.monotonic(), deaf=deaf)
        self.presence.reported(due, self.clock.monotonic())
        self.last = due
        return [(health.state, health.reason) for health in due]


WATCHING = (SourceState.WATCHING, "")
SILENT = (SourceState.SILENT, "nothing heard for more than 1m")


def test_a_device_watches_from_its_first_word_and_falls_silent_a_minute_after_its_last() -> None:
    watch = Watch()
    assert watch.after(1) == []
    watch.heard()
    assert watch.after(1) == [WATCHING]
    assert watch.after(30) == []
    watch.heard()
    assert watch.after(59) == [WATCHING], "only the time at which it was last heard is written, once a minute"
    assert watch.after(2) == [SILENT]
    assert watch.last[0].since == T0 + timedelta(seconds=32), "it has been blind since its last word"
    assert watch.after(600) == []
    watch.heard()
    assert watch.after(1) == [WATCHING]


def test_seen_at_is_refreshed_once_a_minute_however_often_it_speaks() -> None:
    watch = Watch()
    reports = 0
    for _ in range(300):
        watch.heard()
        reports += len(watch.after(1))
    assert 5 <= reports <= 6


def test_a_device_that_was_never_heard_of_stays_unknown() -> None:
    watch = Watch(heard_before=False)
    assert watch.after(3600) == []
    watch.heard()
    assert watch.after(1) == [WATCHING]


def test_a_device_that_is_not_heard_of_after_a_restart_falls_silent() -> None:
    watch = Watch()
    assert watch.after(59) == []
    assert watch.after(2) == [SILENT]


def test_offline_is_told_at_once_and_ends_with_the_next_word() -> None:
    watch = Watch()
    watch.heard()
    watch.after(1)
    assert watch.status(False)
    assert [state for state, _ in watch.after(1)] == [SourceState.OFFLINE]
    assert watch.after(600) == [], "offline does not become silent"
    watch.heard()
    assert watch.after(1) == [WATCHING]


def test_online_is_a_sign_of_life_unless_it_was_retained() -> None:
    watch = Watch()
    assert watch.status(True, retained=True)
    assert watch.after(1) == []
    assert watch.status(True)
    assert watch.after(1) == [WATCHING]


def test_a_retained_status_that_is_known_already_is_no_news() -> None:
    watch = Watch()
    assert watch.status(False, retained=True)
    assert not watch.status(False, retained=True)
    assert watch.status(True, retained=True)
    assert watch.status(True), "said anew, it is"


def test_a_device_whose_words_are_refused_does_not_watch_and_the_reason_says_so() -> None:
    watch = Watch(heard_before=False)
    watch.presence.complain("a", "not_json")
    assert watch.after(1) == []
    assert watch.after(60) == [(SourceState.SILENT, "what it sends is refused: not_json")]
    watch.presence.complain("a", "too_old")
    assert watch.after(1) == [], "the reason does not change with every message"


def test_silence_while_the_broker_is_away_is_told_apart_and_told_once() -> None:
    watch = Watch()
    watch.heard()
    watch.after(1)
    assert watch.after(60, deaf=True) == [(SourceState.SILENT, "the hub has no connection to the broker")]
    assert watch.after(10, deaf=False) == []


def test_everything_is_told_again_after_the_store_was_away() -> None:
    watch = Watch()
    watch.heard()
    watch.after(1)
    watch.presence.forget_reported()
    assert watch.after(1) == [WATCHING]


def test_a_device_that_was_removed_is_forgotten() -> None:
    watch = Watch()
    watch.presence.know([], [], watch.clock.monotonic())
    watch.heard()
    assert not watch.status(True)
    assert watch.after(100) == []


@pytest.mark.parametrize("jump_h", [-1, 1])
def test_setting_the_clock_of_the_host_silences_nobody(jump_h: int) -> None:
    watch = Watch()
    watch.heard()
    watch.after(1)
    moved = watch.clock.now() + timedelta(hours=jump_h)
    assert watch.presence.due(moved, watch.clock.monotonic()) == []
