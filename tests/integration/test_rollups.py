"""Minutes, hours and days are what the raw rows come to, on PostgreSQL and on TimescaleDB, whatever comes when."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from hub.clock import SimulatedClock
from hub.errors import StoreError
from hub.model.bucket import Level
from hub.model.observation import Observation
from hub.model.quality import BAD, Quality
from hub.model.source import SourceKind
from hub.store import Store, offsets, partitions, rollup, series
from hub.store.rollup import Rollup
from tests.fix_rollups import DAY, HOUR, MINUTE, NOW, Town, heat


@pytest.fixture
def town(either: Store) -> Town:
    return Town(either)


def test_what_has_just_been_stored_is_read_at_every_level_before_anything_was_counted(town: Town) -> None:
    town.say(heat(-1, 20), heat(0, 30), heat(-3 * HOUR, 10))
    town.check()
    town.rollup.catch_up()
    town.check()


def test_a_minute_is_closed_some_seconds_after_it_is_over(town: Town) -> None:
    town.say(heat(-40, 20), heat(-31, 21), heat(-10, 22))
    progress = town.rollup.catch_up()
    assert progress.edge == NOW - timedelta(seconds=30)
    town.check()
    town.say(heat(5, 23))
    town.clock.advance(39)
    assert town.rollup.run().edge == progress.edge, "the grace is not over"
    town.clock.advance(2)
    assert town.rollup.run().edge == progress.edge + timedelta(minutes=1)
    town.check()


@pytest.mark.parametrize("late", [-MINUTE, -HOUR - 31, -DAY, -29 * DAY, -60 * DAY])
def test_what_comes_late_counts_whatever_its_age(town: Town, late: int) -> None:
    town.say(*(heat(late + second, second) for second in (-70, -10, 10, 70)))
    town.rollup.catch_up()
    town.say(heat(late, 50), heat(late + 0.5, -50), heat(-5, 1))
    town.rollup.catch_up()
    town.check()


def test_late_rows_of_many_days_in_one_batch_count(town: Town) -> None:
    town.say(*(heat(-day * DAY - 5 * MINUTE * day, day) for day in range(30)))
    town.rollup.catch_up()
    town.say(*(heat(-day * DAY - 7 * MINUTE * day - 1, -day) for day in range(30)))
    town.rollup.catch_up()
    town.check()


def test_what_is_delivered_again_in_another_batch_does_not_count_twice(town: Town) -> None:
    late = [heat(-HOUR + number, number) for number in range(5)]
    town.say(*late[:3])
    town.rollup.catch_up()
    town.say(*late)
    town.say(*late, heat(-2))
    town.rollup.catch_up()
    town.check()
    town.say(*late)
    town.rollup.catch_up()
    town.check()


@pytest.mark.parametrize("second", [-HOUR, -1])
def test_bad_values_are_counted_apart_and_doubtful_ones_count(town: Town, second: int) -> None:
    flags = [Quality.GOOD, Quality.OUT_OF_RANGE, Quality.FROZEN, Quality.MISDATED, Quality.JUMPING | Quality.MISDATED]
    town.say(*(heat(second + index / 10, 10.0**index, quality=flag) for index, flag in enumerate(flags)))
    town.say(heat(-2 * HOUR, 1, quality=Quality.MISDATED))  # a bucket with nothing good in it
    town.rollup.catch_up()
    town.check()
    town.say(heat(-2 * HOUR + 1, 5), heat(-2 * HOUR + 2, 6, quality=Quality.OUT_OF_RANGE))
    town.rollup.catch_up()
    town.check()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1.7e308])
def test_values_that_cannot_be_added_up_are_bad_and_hold_nothing_up(town: Town, value: float) -> None:
    for second in (-HOUR, -1):
        town.say(heat(second, value), heat(second + 0.1, value), heat(second + 0.2, 3.0))
    town.rollup.catch_up()
    town.say(heat(-HOUR + 1, value))
    town.rollup.catch_up()
    town.check()


def test_words_alone_make_no_bucket(town: Town) -> None:
    town.say(heat(-HOUR, None, text="door open"), heat(-1, None, text="door shut"))
    town.rollup.catch_up()
    assert town.read(Level.MINUTE) == {}
    town.check()


def test_of_several_values_at_one_instant_the_greatest_is_the_last(town: Town) -> None:
    town.say(heat(-HOUR, 3, key="a"), heat(-HOUR, 9, key="b"), heat(-HOUR, 5, key="c"))
    town.rollup.catch_up()
    town.check()
    town.say(heat(-HOUR, 10, key="d"), heat(-HOUR, 1, key="e"))
    town.rollup.catch_up()
    town.check()


def test_days_begin_at_midnight_utc_also_where_the_clocks_are_changed(town: Town) -> None:
    # In Berlin, 2026-03-29 has 23 hours; the store does not know Berlin.
    town.clock.advance(30 * DAY)
    night = datetime(2026, 3, 29, tzinfo=UTC)
    for offset in (-1, 0, 3599, 3600, 7199, 7200, 22 * HOUR, 24 * HOUR - 1, 24 * HOUR):
        town.say(structs.replace(heat(0, offset), ts=night + timedelta(seconds=offset)))
    town.rollup.catch_up()
    town.check()
    assert sorted(ts for _, ts in town.read(Level.DAY)) == [night + timedelta(days=day) for day in (-1, 0, 1)]


def test_cameras_and_devices_stand_in_one_view(town: Town) -> None:
    town.say(heat(-HOUR), heat(-1))
    town.say(heat(-HOUR, 1, "cam-1"), heat(-1, 2, "cam-1"), kind=SourceKind.CAMERA)
    town.rollup.catch_up()
    town.check()


def test_a_run_that_dies_before_its_commit_has_counted_nothing_and_one_after_it_everything(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.say(heat(-HOUR, 1), heat(-20, 2), heat(-40, 4))
    town.rollup.catch_up()
    for point, number in (("rollup_counted", 1), ("rollup_committed", 2), ("rollup_counted", 3)):
        town.say(heat(-HOUR + number, number), heat(-2 * DAY + number, number))
        town.clock.advance(60)

        def die(name: str, wanted: str = point) -> None:
            if name == wanted:
                raise StoreError(f"killed at {name}")

        monkeypatch.setattr("hub.crash.point", die)
        with pytest.raises(StoreError, match="killed"):
            Rollup(town.store, town.clock).catch_up()
        monkeypatch.undo()
        town.rollup.catch_up()
        town.check()


def test_the_edge_does_not_go_back_when_the_clock_does(town: Town) -> None:
    town.say(heat(-20))
    edge = town.rollup.catch_up().edge
    earlier = Rollup(town.store, SimulatedClock(NOW - timedelta(hours=2)))
    town.say(heat(-2 * HOUR, 5), heat(-40, 8))
    assert earlier.catch_up().edge == edge
    town.check()


def test_a_clock_that_leapt_ahead_makes_everything_late_and_nothing_wrong(town: Town) -> None:
    Rollup(town.store, SimulatedClock(NOW + timedelta(hours=2))).catch_up()
    for second in range(0, 300, 40):
        town.say(heat(second, second))
        town.rollup.catch_up()
        town.check()


def test_many_batches_are_read_in_pieces_and_each_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "_BATCHES", 3)
    monkeypatch.setattr(rollup, "_LATE_ROWS", 4)
    town.rollup.catch_up()
    for number in range(11):
        town.say(*(heat(-HOUR + number, second, key=str(second)) for second in range(2)))
        town.say(heat(-HOUR, number, f"cam-{number}"), kind=SourceKind.CAMERA)
    assert not town.rollup.run().is_done
    town.rollup.catch_up()
    town.check()
    assert offsets.load(town.store, rollup.READER) == {"device-0": 11, "camera-0": 11}


def test_rows_that_were_there_before_the_rollups_are_counted(town: Town) -> None:
    town.say(*(heat(-day * DAY - hour * 1111, day + hour / 7) for day in range(35) for hour in range(0, 24, 3)))
    town.rollup.catch_up()
    town.check()
    parts = partitions_with_rows(town.store)
    assert parts or town.rollup._is_hyper


def partitions_with_rows(store: Store) -> int:
    with store.transaction() as tx:
        return len(partitions.spans(tx, "rollup_minute_device"))


def random_life(numbers: random.Random) -> Iterator[list[Observation]]:
    """Batches in disorder, with repetitions, bad values, and rows of other days."""
    sources = [f"heat-{number}" for number in range(4)]
    said: list[Observation] = []
    for step in itertools.count():
        batch = []
        for _ in range(numbers.randrange(1, 12)):
            age = numbers.choice([0, 1, 30, 70, 400, HOUR, DAY, 29 * DAY, 45 * DAY]) * numbers.random()
            value = numbers.choice([None, 0.0, -1.5, 1e6, numbers.gauss(20, 5), math.nan])
            quality = numbers.choice([Quality.GOOD] * 4 + [Quality.MISDATED, Quality.OUT_OF_RANGE, Quality.FROZEN])
            at = round(step * 17 - age, numbers.choice([0, 3]))
            batch.append(heat(at, value, numbers.choice(sources), quality=quality, text="x", key=str(step % 3)))
        again = numbers.sample(said, min(len(said), numbers.randrange(4)))
        said += batch
        yield [*batch, *again]


@pytest.mark.parametrize("seed", range(3))
def test_rollups_equal_what_the_rows_come_to_in_any_life(town: Town, seed: int) -> None:
    numbers = random.Random(seed)
    life = random_life(numbers)
    for step in range(40):
        town.say(*next(life), kind=SourceKind.DEVICE)
        town.clock.advance(17)
        if numbers.random() < 0.5:
            town.rollup.run()
        if step % 13 == 0:
            town.rollup.catch_up()
            town.check()
    town.rollup.catch_up()
    town.check()


def windows_of(minutes: Iterable[int], level: Level) -> list[tuple[float, float]]:
    found = rollup.windows([NOW.replace(second=0) + timedelta(minutes=number) for number in minutes], level)
    origin = NOW.replace(second=0)
    return [((first - origin) / timedelta(minutes=1), (last - origin) / timedelta(minutes=1)) for first, last in found]


def test_neighbouring_buckets_are_one_window_and_many_become_few() -> None:
    assert windows_of([0, 1, 2, 5], Level.MINUTE) == [(0, 3), (5, 6)]
    assert windows_of([0, 59, 60], Level.HOUR) == [(0, 120)]
    assert windows_of(range(0, 200, 2), Level.MINUTE) == [(0, 240)]
    assert windows_of([], Level.DAY) == []


def test_the_flags_that_the_tables_know_as_bad_are_those_of_the_model(either: Store) -> None:
    """The views hold the number as it was when they were made: another one takes a migration."""
    assert int(BAD) == 9
    with either.transaction() as tx:
        assert series.is_hypertable(tx) in {True, False}
