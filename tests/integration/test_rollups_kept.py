"""Rollups that are wrong are found and put right; what is dropped, late or compressed is counted all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hub.config.keep import Keep
from hub.model.bucket import Level
from hub.model.source import SourceKind
from hub.store import Store, housekeeping, reconcile, rollup, series
from hub.store.rollup_schema import LEVELS
from tests.fix_rollups import DAY, HOUR, NOW, Town, heat


@pytest.fixture
def town(either: Store) -> Town:
    return Town(either)


def damage(town: Town, level: Level, column: str) -> None:
    """Change what was counted of one bucket of a day ago, behind everybody's back."""
    table = f"rollup_{level}_device"
    with town.store.transaction() as tx:
        if series.is_hypertable(tx):
            row = tx.execute(
                "select materialization_hypertable_schema || '.' || materialization_hypertable_name as name"
                " from timescaledb_information.continuous_aggregates where view_name = %s",
                [table],
            ).fetchone()
            assert row is not None
            table = row["name"]
        query = f"update {table} set {column} = {column} + 1 where ts < %s"  # noqa: S608  names of tables
        changed = tx.execute(query.encode(), [NOW - timedelta(days=1)])
        assert changed.rowcount == 1


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("column", ["count", "bad", "sum", "max"])
def test_a_rollup_that_is_wrong_is_found_named_and_put_right(town: Town, level: Level, column: str) -> None:
    town.say(heat(-36 * HOUR, 5), heat(-36 * HOUR + 1, 7), heat(-5, 1))
    first, last = NOW - timedelta(days=3), NOW
    assert reconcile.reconcile(town.store, first, last, clock=town.clock) == []
    damage(town, level, column)
    found = reconcile.reconcile(town.store, first, last, clock=town.clock)
    assert {(item.source, item.metric) for item in found} == {("heat-1", "heat")}
    assert level in {item.level for item in found}
    assert column in str(next(item for item in found if item.level is level))
    assert reconcile.reconcile(town.store, first, last, repair=True, clock=town.clock) == found
    assert reconcile.reconcile(town.store, first, last, clock=town.clock) == []
    town.check()


def test_days_whose_rows_were_dropped_keep_their_rollups_and_are_not_compared(town: Town) -> None:
    town.say(heat(-36 * HOUR, 5), heat(-5, 1))
    town.rollup.catch_up()
    keep = Keep(observations=timedelta(days=1))
    for _ in range(2):
        housekeeping.run(town.store, NOW + timedelta(days=1), keep)
    assert len(town.store.fetch("select 1 from observation")) == 1
    town.check()
    damage(town, Level.HOUR, "sum")
    assert reconcile.reconcile(town.store, NOW - timedelta(days=3), NOW, repair=True, clock=town.clock) == []
    town.say(heat(-36 * HOUR + 1, 6))
    town.rollup.catch_up()
    day = rollup.floor(NOW - timedelta(hours=36), Level.DAY)
    assert town.read(Level.DAY)["heat-1", day][:3] in {(2, 0, 11.0), (1, 0, 5.0)}, "what was counted is not lost"


def test_what_comes_late_while_its_day_is_about_to_be_dropped_is_counted_first(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.say(heat(-36 * HOUR, 5), heat(-5, 1))
    town.rollup.catch_up()
    keep, later = Keep(observations=timedelta(days=1)), NOW + timedelta(days=1)
    housekeeping.run(town.store, later, keep)
    announce, late = rollup.announce, [heat(-36 * HOUR + 1, 6)]

    def and_meanwhile(store: Store, kind: SourceKind, instant: datetime) -> datetime:
        if late:
            town.say(late.pop())
        return announce(store, kind, instant)

    monkeypatch.setattr(rollup, "announce", and_meanwhile)
    housekeeping.run(town.store, later, keep)
    town.rollup.catch_up()
    day = town.read(Level.DAY)["heat-1", rollup.floor(NOW - timedelta(hours=36), Level.DAY)][:3]
    assert day == ((1, 0, 5.0) if town.rollup._is_hyper else (2, 0, 11.0)), "there a bucket is counted as a whole"
    housekeeping.run(town.store, later, keep)
    assert len(town.store.fetch("select 1 from observation")) == 1


def test_rollups_are_dropped_by_their_own_age(town: Town) -> None:
    town.say(heat(-36 * HOUR, 5), heat(-5, 1))
    town.rollup.catch_up()
    town.clock.advance(31 * DAY)
    town.rollup.catch_up()
    for _ in range(2):
        housekeeping.run(town.store, town.clock.now(), Keep(observations=timedelta(days=9), minute=timedelta(days=9)))
    assert town.read(Level.MINUTE) == {}
    assert len(town.read(Level.HOUR)) == 2


def test_late_rows_reach_what_is_compressed_and_are_compressed_again(town: Town) -> None:
    town.say(*(heat(-12 * DAY + second, second) for second in range(0, 600, 10)))
    town.rollup.catch_up()
    housekeeping.run(town.store, NOW, Keep())
    if town.rollup._is_hyper:
        assert compressed(town.store, "observation_device") == 1
    again = heat(-12 * DAY + 20, 20)
    town.say(heat(-12 * DAY + 25, 500), again, *(heat(-12 * DAY + 7, 1, f"heat-{number}") for number in range(2, 30)))
    town.rollup.catch_up()
    town.check()
    housekeeping.run(town.store, NOW, Keep())
    town.check()
    assert len(town.store.fetch("select 1 from observation")) == 60 + 1 + 28


def compressed(store: Store, table: str) -> int:
    query = "select number_compressed_chunks as number from hypertable_compression_stats(%s)"
    return sum(row["number"] for row in store.fetch(query, [table]))
