"""Charts from the store, on plain PostgreSQL and on TimescaleDB: nothing is left out and nothing counted twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.clock import SimulatedClock
from hub.model.area import Area
from hub.model.bucket import Level, cut
from hub.model.observation import Observation
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, export, readings, sources
from hub.store.batches import BatchWriter
from hub.store.rollup import Rollup

NOW = datetime.now(UTC).replace(minute=30, second=0, microsecond=0) + timedelta(days=1)
"""After the edge of a database that was made a moment ago."""
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def store(either: Store) -> Store:
    return either


@pytest.fixture
def city(store: Store) -> Store:
    with store.transaction() as tx:
        areas.put(tx, [Area("qth", "City", "grid")])
        sources.add(tx, Source("smoke-1", SourceKind.DEVICE, "qth", "smoke", "Smoke"), NOW)
    return store


def observe(store: Store, *minutes: float) -> None:
    times = [NOW + MINUTE * minute for minute in minutes]
    rows = [Observation("smoke-1", "smoke", at, at, float(minute)) for at, minute in zip(times, minutes, strict=True)]
    BatchWriter(store, "mqtt-0", SourceKind.DEVICE).append(rows)


def counted(store: Store, level: Level) -> int:
    chart = readings.chart(store, "smoke-1", "smoke", cut(NOW - 4 * HOUR, NOW + 4 * HOUR, HOUR), with_before=True,
                           level=level)  # fmt: skip
    return sum(bucket.count for bucket in chart.buckets)


def test_the_hour_that_is_not_over_is_told_whole_wherever_it_is_counted(city: Store) -> None:
    clock = SimulatedClock(NOW)
    folding = Rollup(city, clock)
    folding.catch_up()
    observe(city, -200, -25, -2, -1, 1, 2, 3)
    clock.advance(150)
    folding.catch_up()
    observe(city, -3)  # late: it is before the edge
    folding.catch_up()
    observe(city, 3.5)
    for level in (Level.HOUR, Level.MINUTE, Level.RAW):
        assert counted(city, level) == 9, level
    [series] = export.select(city)
    exported = [row for rows in export.rows(city, series, Level.HOUR, NOW - 4 * HOUR, NOW + HOUR) for row in rows]
    assert [(ts, count) for ts, _, _, _, count, _, _ in exported] == [
        (NOW - 3.5 * HOUR, 1), (NOW - HOUR / 2, 8),
    ]  # fmt: skip


def test_what_is_counted_while_a_chart_is_read_is_not_counted_twice(
    postgres_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_store.transaction() as tx:
        areas.put(tx, [Area("qth", "City", "grid")])
        sources.add(tx, Source("smoke-1", SourceKind.DEVICE, "qth", "smoke", "Smoke"), NOW)
    clock = SimulatedClock(NOW)
    folding = Rollup(postgres_store, clock)
    folding.catch_up()
    observe(postgres_store, 1, 2, 3)
    clock.advance(600)
    queries = readings.chart_queries

    def meanwhile(*arguments: object) -> object:
        folding.catch_up()
        return queries(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(readings, "chart_queries", meanwhile)
    assert counted(postgres_store, Level.HOUR) == 3
    with postgres_store.transaction() as tx:
        assert readings.edge(tx) > NOW + 3 * MINUTE, "it was counted meanwhile"


def test_the_last_value_before_a_chart_is_found_on_either_side_of_the_edge(city: Store) -> None:
    clock = SimulatedClock(NOW)
    folding = Rollup(city, clock)
    folding.catch_up()
    observe(city, -200.0)
    folding.catch_up()
    hours = cut(NOW + 2 * HOUR, NOW + 3 * HOUR, HOUR)
    assert readings.chart(city, "smoke-1", "smoke", hours, with_before=True).before == -200.0
    observe(city, 5.0)
    assert readings.chart(city, "smoke-1", "smoke", hours, with_before=True).before == 5.0
