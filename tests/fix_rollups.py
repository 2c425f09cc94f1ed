"""A town whose rollups are held against what Python makes of the same rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from hub.clock import SimulatedClock
from hub.model.bucket import Level
from hub.model.observation import Observation
from hub.model.quality import BAD
from hub.model.source import SourceKind
from hub.store import Store, batches, rollup
from hub.store.rollup import Rollup
from hub.store.rollup_schema import LEVELS

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
START = NOW.replace(second=0) - timedelta(days=2)
Bucket = tuple[Any, ...]
MINUTE, HOUR, DAY = 60, 3600, 86400


class Town:
    """A store in which nothing was counted yet, with a clock, a writer of each kind, and what they were given."""

    def __init__(self, store: Store) -> None:
        with store.transaction() as tx:
            tx.execute("update rollup_state set edge = %s, floor = '2000-01-01Z'", (START,))
        self.store = store
        self.clock = SimulatedClock(NOW)
        self.rollup = Rollup(store, self.clock)
        self.writers = {kind: batches.BatchWriter(store, f"{kind}-0", kind) for kind in SourceKind}
        self.given: dict[tuple[str, datetime, str], Observation] = {}

    def say(self, *observations: Observation, kind: SourceKind = SourceKind.DEVICE) -> None:
        self.writers[kind].append(observations)
        for item in observations:
            self.given.setdefault((item.source, item.ts, item.key), item)

    def expected(self, level: Level) -> dict[tuple[str, datetime], Bucket]:
        """What Python makes of it."""
        found: dict[tuple[str, datetime], list[Observation]] = {}
        for item in self.given.values():
            if item.value is not None or item.quality & BAD:
                found.setdefault((item.source, rollup.floor(item.ts, level)), []).append(item)
        return {key: _bucket(items) for key, items in found.items()}

    def read(self, level: Level) -> dict[tuple[str, datetime], Bucket]:
        query = f"select s.source, r.* from rollup_{level} r join series s on s.id = r.series"  # noqa: S608  names of tables
        rows = self.store.fetch(query.encode())
        found = {(row["source"], row["ts"]): _tuple(row) for row in rows}
        assert len(found) == len(rows), "no bucket twice"
        return found

    def check(self) -> None:
        for level in LEVELS:
            read, expected = self.read(level), self.expected(level)
            assert read.keys() == expected.keys(), level
            for key, bucket in expected.items():
                assert [value is None for value in read[key]] == [value is None for value in bucket], (level, key)
                numbers = [value or 0.0 for value in bucket]
                assert [value or 0.0 for value in read[key]] == pytest.approx(numbers, rel=1e-9, abs=1e-9), (level, key)


def _bucket(items: Sequence[Observation]) -> Bucket:
    good = [item for item in items if not item.quality & BAD and item.value is not None and abs(item.value) < 1e290]
    values = [cast(float, item.value) for item in good]
    last = max(((item.ts, cast(float, item.value)) for item in good), default=(None, None))
    return (
        len(good), len(items) - len(good), math.fsum(values), min(values, default=None), max(values, default=None),
        last[1], last[0] and last[0].timestamp(),
    )  # fmt: skip


def _tuple(row: dict[str, Any]) -> Bucket:
    last_ts = row["last_ts"] and row["last_ts"].timestamp()
    return row["count"], row["bad"], row["sum"], row["min"], row["max"], row["last"], last_ts


def heat(seconds: float, value: float | None = 20.0, source: str = "heat-1", **more: Any) -> Observation:
    """``seconds`` after ``NOW``."""
    at = NOW + timedelta(seconds=seconds)
    return Observation(source, "heat", at, NOW, None if value is None else float(value), **more)
