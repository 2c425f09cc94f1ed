"""What is deleted by age or number, what is compressed, and the partitions that are made ahead."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from hub.config.keep import Keep
from hub.model.bucket import Level
from hub.model.source import SourceKind
from hub.store import partitions, quarantine, rollup, series, sessions, sign_in
from hub.store.rollup_schema import TABLES
from hub.store.sql import sql
from hub.store.store import Store, Tx

ARRIVAL_KEEP = timedelta(days=7)
PORTION = 50_000
"""Rows that one statement deletes."""
AHEAD = timedelta(days=3)
COMPRESS_AFTER = {Level.RAW: timedelta(days=2), Level.MINUTE: timedelta(days=7)}
"""Later than nearly everything that comes late: a row that is put into a compressed chunk costs more."""

_log = logging.getLogger(__name__)


def run(store: Store, now: datetime, keep: Keep) -> None:
    """Once an hour is enough; safe to run at any time. Raises StoreUnavailable.

    Raw rows go when they are counted, and an hour after that was decided: what counts late rows anew must know.
    """
    counted = rollup.counted_until(store)
    for kind, table in series.RAW.items():
        partitions.ensure(store, table, table.period.touched(now - timedelta(days=1), now + AHEAD))
        limit = min(now - keep.of(kind)["observations"], counted)
        before = min(limit, rollup.announce(store, kind, table.period.begin(limit)))
        _drop(store, table, before, partial(_is_counted, before))
        partitions.compress_before(store, table, now - COMPRESS_AFTER[Level.RAW])
    for (level, kind), table in TABLES.items():
        partitions.ensure(store, table, table.period.touched(now - timedelta(days=1), now + AHEAD))
        _drop(store, table, now - keep.of(kind)[level])
    for kind in SourceKind:
        partitions.compress_before(store, TABLES[Level.MINUTE, kind], now - COMPRESS_AFTER[Level.MINUTE])
    sessions.expire(store, now)
    sign_in.expire(store, now)
    longest = max(keep.of(kind)["observations"] for kind in SourceKind)
    with store.transaction() as tx:
        quarantine.trim(tx)
    _expire(store, "arrival_expire", now - ARRIVAL_KEEP)
    if counted > rollup.NEVER:
        _expire(store, "batch_expire", now - longest)


def _expire(store: Store, query: str, before: datetime) -> None:
    """In portions: after some days without a keeper there are more rows than one statement may take its time for."""
    params = {"before": before, "limit": PORTION}
    while True:
        with store.transaction() as tx:
            if tx.execute(sql[query], params).rowcount == 0:
                return


def _is_counted(before: datetime, tx: Tx) -> bool:
    """What came late meanwhile is counted first."""
    return rollup.counted_now(tx) >= before


def _drop(
    store: Store, table: partitions.Table, instant: datetime, may: Callable[[Tx], bool] = lambda _tx: True
) -> None:
    dropped = partitions.drop_before(store, table, instant, may)
    if dropped:
        _log.info("dropped what was older than %s: %s", instant.date(), ", ".join(dropped))
