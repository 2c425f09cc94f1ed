"""What was stored by an earlier gridhub is there after the upgrade, on PostgreSQL and on TimescaleDB."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.model.source import SourceKind
from hub.store import Store, migrate, partitions, series

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCES = """
insert into area (path, name, kind) values ('town', 'Town', 'grid');
insert into source (id, kind, area, type, name, origin) values
    ('cam-1', 'camera', 'town', 'camera', 'C', 'api'), ('smoke-1', 'device', 'town', 'smoke', 'S', 'api');
insert into series (source, metric) values ('cam-1', 'motion'), ('smoke-1', 'smoke'), ('gone-1', 'smoke');
"""


def old_rows(store: Store, cameras: int, devices: int) -> None:
    """The rows of a database before the tables were two, one a day."""
    days = [T0 - timedelta(days=number) for number in range(5)]
    with store.transaction() as tx:
        tx.execute(SOURCES)
        for day in [] if partitions.is_hypertable(tx, "observation") else days:
            begin = day.replace(hour=0)
            tx.execute(
                f"create table observation_{day:%Y%m%d} partition of observation"
                f" for values from ('{begin}') to ('{begin + timedelta(days=1)}')".encode()
            )
        for number, count in ((1, cameras), (2, devices), (3, 1)):
            tx.cursor().executemany(
                "insert into observation (ts, received_at, batch, value, series, text) values (%s, %s, 1, %s, %s, 'x')",
                [(days[index % 5], days[index % 5], float(index), number) for index in range(count)],
            )


@pytest.mark.parametrize(("cameras", "devices"), [(2, 4), (5, 3)])
def test_observations_move_to_the_table_of_their_kind(
    fresh: Store, cameras: int, devices: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = migrate.versions()
    monkeypatch.setattr(migrate, "versions", lambda: [name for name in every if name < "0004"])
    migrate.upgrade(fresh)
    old_rows(fresh, cameras, devices)
    monkeypatch.setattr(migrate, "versions", lambda: every)
    migrate.upgrade(fresh)
    found = {
        kind: fresh.fetch(
            f"select o.value, s.source from observation_{kind} o join series s on s.id = o.series"  # noqa: S608  of constants
            " where s.source <> 'gone-1' and quality = 0 and text = 'x' order by value".encode()
        )
        for kind in SourceKind
    }
    assert [row["value"] for row in found[SourceKind.CAMERA] if row["source"] == "cam-1"] == [*range(cameras)]
    assert [row["value"] for row in found[SourceKind.DEVICE] if row["source"] == "smoke-1"] == [*range(devices)]
    assert sum(map(len, found.values())) == cameras + devices, "none is in both"
    assert fresh.fetch("select count(*) as count from observation") == [{"count": cameras + devices + 1}], (
        "what a source that is gone has said is still there"
    )
    assert series.status(fresh)
