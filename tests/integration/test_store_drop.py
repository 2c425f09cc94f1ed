"""What is over is dropped without anybody having to wait for it."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import psycopg

from hub.model.source import SourceKind
from hub.store import Store, batches, partitions, series
from tests import fix_town

DEVICE = series.RAW[SourceKind.DEVICE]


def test_a_drop_does_not_hold_up_writers_behind_a_long_reader(postgres_store: Store) -> None:
    """It gives up, and is done when the reader is through."""
    fix_town.live_in(postgres_store)
    dropped: list[list[str]] = []

    def drop() -> None:
        dropped.append(partitions.drop_before(postgres_store, DEVICE, fix_town.T0))

    dropping = threading.Thread(target=drop)
    with psycopg.connect(postgres_store.conninfo) as reader:
        reader.execute("select count(*) from observation_device")
        began_s = time.monotonic()
        dropping.start()
        writer = batches.BatchWriter(postgres_store, "mqtt-9", SourceKind.DEVICE)
        number = 0
        while dropping.is_alive():
            number += 1
            writer.append([fix_town.smoke(5000 + number)])
        dropping.join()
        took_s = time.monotonic() - began_s
    assert dropped == [[]]
    assert took_s < 5, "and not the 20 s for which the store waits for a lock"
    assert partitions.drop_before(postgres_store, DEVICE, fix_town.T0) != []


def test_what_nobody_reads_is_dropped_though_the_next_is_read(postgres_store: Store) -> None:
    fix_town.live_in(postgres_store)
    with postgres_store.transaction() as tx:
        partitions.make(tx, DEVICE, [fix_town.T0 - timedelta(days=8)])
    with psycopg.connect(postgres_store.conninfo) as reader:
        reader.execute("select from observation_device_20260226")
        assert partitions.drop_before(postgres_store, DEVICE, fix_town.T0) == ["observation_device_20260221"]
    assert partitions.drop_before(postgres_store, DEVICE, fix_town.T0) == ["observation_device_20260226"]
