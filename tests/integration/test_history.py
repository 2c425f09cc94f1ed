"""What was stored is read back in columns as the engine was given it, on PostgreSQL and on TimescaleDB."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.model.area import Area
from hub.model.observation import Observation, Stored
from hub.model.quality import Quality
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, batches, history, sources
from hub.store.batches import BatchWriter
from rules.backtest import Reader
from rules.columns import Book
from rules.window import moment

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRID = "qth/g1"
AGES = timedelta(days=20_000)


@pytest.fixture
def store(either: Store) -> Store:
    with either.transaction() as tx:
        areas.put(tx, [Area("qth", "City", "city"), Area(GRID, "Grid 1", "grid")])
        for name in ("smoke-1", "smoke-2", "cam-1"):
            kind = SourceKind.CAMERA if name == "cam-1" else SourceKind.DEVICE
            sources.add(tx, Source(name, kind, GRID, name.partition("-")[0], name), T0)
    return either


def said(source: str, second: float, value: float | None, **more: Any) -> Observation:
    metric = "motion" if source == "cam-1" else "smoke"
    moment = T0 + timedelta(seconds=second)
    return Observation(source, metric, moment, moment + timedelta(milliseconds=70), value, **more)


def fill(store: Store) -> None:
    devices, cameras = BatchWriter(store, "mqtt-0", SourceKind.DEVICE), BatchWriter(store, "video-0", SourceKind.CAMERA)
    devices.append([said("smoke-1", 0, 0.1), said("smoke-2", 0.5, 0.25, quality=Quality.JUMPING)])
    cameras.append([said("cam-1", 1, 0.4, attrs={"boxes": [[0.1, 0.2, 0.3, 0.4]]})])
    devices.append([said("smoke-1", 3, None, text="broken"), said("smoke-1", 2, float("nan"))])
    devices.append([said("smoke-2", 4, 900.0, quality=Quality.OUT_OF_RANGE)])
    devices.append([said("smoke-2", 86_400, 0.3)])


def test_history_is_what_the_engine_was_given(store: Store) -> None:
    fill(store)
    expected = [comparable(item) for _, items in batches.read_after(store, {}) for item in items]
    for rows in (1, 2, 1000):
        assert [comparable(item) for item in read(store, rows)] == expected, f"{rows} at once"


def comparable(item: Stored) -> Stored:
    """A NaN is equal to nothing."""
    return item._replace(value=None, text="nan") if item.value is not None and math.isnan(item.value) else item


def test_only_the_wanted_series_are_read(store: Store) -> None:
    fill(store)
    wanted = [each.id for each in history.series(store, ["motion"])]
    assert len(wanted) == 1
    assert [item.source for item in read(store, 1000, wanted)] == ["cam-1"]
    assert history.series(store, within=["qth/g2"]) == []
    assert len(history.series(store, within=["qth"])) == 3


def test_what_happened_outside_of_the_time_is_left_out(store: Store) -> None:
    fill(store)
    found = history.read(store, T0 + timedelta(seconds=1), T0 + timedelta(seconds=3))
    assert sorted(moment(at) for portion in found for at in portion.ts.tolist()) == [
        T0 + timedelta(seconds=1), T0 + timedelta(seconds=2),
    ]  # fmt: skip


def read(store: Store, rows: int, ids: list[int] | None = None) -> list[Stored]:
    """By way of a block, as a backtest does."""
    book = Book()
    reader = Reader(history.series(store), book)
    found = []
    for portion in history.read(store, T0 - AGES, T0 + AGES, ids, rows):
        block = reader.block(portion)
        found += block.stored(range(len(block)))
    return found
