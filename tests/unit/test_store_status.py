"""When the disk of the database is full, by what was measured in a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.store.status import Connections, Disk, Growth, Reader, Status, Table, full_in_days, troubles

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GB = 10**9


def status(held_days: int, growth: Growth | None) -> Status:
    """Observations of so many days, kept for thirty."""
    first, last = NOW - timedelta(days=held_days), NOW + timedelta(days=3)
    table = Table("observation_device", 1000, GB, held_days + 3, first, last, timedelta(days=30))
    connections = Connections(5, 97, {"gridhub mqtt-0": 1}, {})
    return Status("18", None, "0009", [], 2 * GB, [table], [], [], connections, 0, 0, [], 0, growth, None)


@pytest.mark.parametrize(
    ("held_days", "growth", "free", "expected"),
    [
        (10, Growth(1, 1 * GB, 0), 5 * GB, 5.0),  # before as much is dropped as comes in
        (10, Growth(1, 1 * GB, 0), 25 * GB, None),  # after 20 days nothing grows any more
        (30, Growth(1, 1 * GB, 0), 1 * GB, None),
        (20, Growth(1, 1 * GB, 1 * GB), 25 * GB, 15.0),  # ten days of both, then the rest alone: 20 + 5
        (30, Growth(1, 1 * GB, 1), 25 * GB, None),  # in seventy million years
        (10, Growth(0, 0, 0), 1 * GB, None),
        (10, None, 1 * GB, None),
    ],
)
def test_the_disk_is_full_when_what_grows_has_filled_it(
    held_days: int, growth: Growth | None, free: int, expected: float | None
) -> None:
    assert full_in_days(status(held_days, growth), Disk(free, 100 * GB), NOW) == expected


def test_what_needs_attention_is_told() -> None:
    well = status(10, Growth(1, 1 * GB, 0))
    disk = Disk(50 * GB, 100 * GB)
    assert troubles(well, disk, NOW) == []
    assert "full in 3.0 days" in troubles(well, Disk(3 * GB, 100 * GB), NOW)[0]
    late = replace(well, readers=[Reader("rules", "mqtt-0", 7, timedelta(seconds=90))])
    assert "rules is 7 batches and 90 s behind mqtt-0" in troubles(late, disk, NOW)[0]
    crowded = replace(well, connections=replace(well.connections, used=90))
    assert "90 of 97 connections are used" in troubles(crowded, disk, NOW)[0]
    open_ = replace(well, connections=replace(well.connections, idle_in_transaction={"rules": timedelta(seconds=40)}))
    assert "rules has left a transaction open for 40 s" in troubles(open_, disk, NOW)[0]
    assert "gridhub db upgrade" in troubles(replace(well, missing=["0010_next"]), disk, NOW)[0]
    assert "no partition for tomorrow" in troubles(well, disk, NOW + timedelta(days=3))[0]
    names = ["gridhub_restoring", "gridhub_before_restore"]
    filled, before = troubles(replace(well, left_behind=names, left_behind_bytes=3 * GB), disk, NOW)
    assert "gridhub_restoring (in all 3.0 GB), what it had filled" in filled
    assert "gridhub_before_restore (in all 3.0 GB), the store as it was before: the backup is in its place" in before
    assert 'the next restore removes it, or by hand, in SQL: drop database "gridhub_before_restore"' in before
