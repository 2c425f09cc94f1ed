"""Processes that fall silent, those that come back, and what the store then knows of their sources."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.app.keeper import Pulse, give_up
from hub.clock import SimulatedClock, SystemClock
from hub.errors import StoreUnavailable
from hub.model.area import Area
from hub.model.source import Health, Source, SourceKind, SourceState
from hub.store import Store, areas, health, processes, readings, sources
from hub.store.heart import LATE_S, Heart
from hub.store.processes import Process
from hub.tally import Tally

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


@pytest.fixture
def city(store: Store) -> Store:
    """A camera that is watched since T0 by a worker whose last beat was a minute later."""
    with store.transaction() as tx:
        areas.put(tx, [Area("town", "Town", "grid")])
        sources.add(tx, Source("cam-1", SourceKind.CAMERA, "town", "camera", "Camera 1"), T0)
    processes.beat(store, "video-0", 1, "ok", "", T0, at(60), [])
    health.report(store, [Health("cam-1", SourceState.WATCHING, "", T0, at(59))], "video-0")
    return store


def worker(store: Store) -> Process:
    [found] = processes.list_processes(store)
    return found


def state(store: Store) -> str:
    [row] = readings.source_page(store, SourceKind.CAMERA, source_id="cam-1", limit=1)
    return str(row["state"])


def blind_seconds(store: Store) -> list[tuple[float, float | None]]:
    gaps = [gap for gap in health.gaps(store, "cam-1", T0, at(3600)) if gap["state"] == "worker_down"]
    return [((gap["from"] - T0).total_seconds(), gap["to"] and (gap["to"] - T0).total_seconds()) for gap in gaps]


def test_a_worker_that_was_frozen_was_blind_until_it_saw_again(city: Store) -> None:
    assert give_up(city, worker(city), at(70)) == 1
    # It does not know that it was away, and says what it would have said.
    health.report(city, [Health("cam-1", SourceState.WATCHING, "", T0, at(81))], "video-0")
    assert (state(city), blind_seconds(city)) == ("watching", [(60, 81)])


def test_a_worker_that_has_just_beaten_is_not_given_up(city: Store) -> None:
    before = worker(city)
    processes.beat(city, "video-0", 1, "ok", "", T0, at(70), [])
    assert give_up(city, before, at(71)) == 0
    assert (worker(city).state, state(city)) == ("ok", "watching")


@pytest.fixture
def told() -> threading.Event:
    return threading.Event()


@pytest.fixture
def heart(city: Store, told: threading.Event) -> Iterator[Heart]:
    beating = Heart(city, "video-0", SystemClock(), Tally(), told.set)
    yield beating
    beating.stop()


def wait_until_it_beats(heart: Heart) -> None:
    deadline = threading.Event()
    for _ in range(500):
        if heart.begun():
            return
        deadline.wait(0.02)
    raise AssertionError("it does not beat")


def test_a_worker_that_was_given_up_is_told_by_its_next_beat(
    city: Store, heart: Heart, told: threading.Event
) -> None:
    heart.start()
    wait_until_it_beats(heart)
    assert not told.is_set()
    for _ in range(100):  # it may beat in between
        give_up(city, worker(city), datetime.now(UTC))
        if worker(city).state == "down":
            break
    assert told.wait(5.0)


def test_what_a_killed_worker_watched_is_blind_though_the_store_was_away_when_the_next_one_started(
    city: Store, heart: Heart, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, is_away = processes.list_processes, iter([True])

    def unsteady(store: Store) -> list[Process]:
        if next(is_away, False):
            raise StoreUnavailable("it is away")
        return known(store)

    monkeypatch.setattr("hub.store.heart.PERIOD_S", 0.05)
    monkeypatch.setattr(processes, "list_processes", unsteady)
    heart.start()
    wait_until_it_beats(heart)
    assert (state(city), blind_seconds(city)) == ("worker_down", [(60, None)])


def test_silence_is_judged_by_the_monotonic_clock_and_not_while_everything_hung() -> None:
    clock = SimulatedClock(T0)
    pulse = Pulse(clock)
    silent = Process("video-0", 1, "ok", "", T0, T0, at(-3600), [])  # the host's clock was set ahead by an hour

    def look(seconds: int, *known: Process) -> list[str]:
        dead: list[Process] = []
        for _ in range(seconds):
            clock.advance(1.0)
            dead = pulse.dead(known)
        return [process.name for process in dead]

    assert look(int(LATE_S), silent) == []
    clock.advance(30.0)  # a statement hung
    assert look(int(LATE_S), silent) == []
    assert look(2, silent) == ["video-0"]
    assert look(1, replace(silent, beat_at=at(-7200))) == []  # it beats, by a clock that was set back
    assert look(1, replace(silent, state="down")) == ["video-0"]
