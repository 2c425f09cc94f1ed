"""What is deleted by age or number, and the partitions that are made ahead."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from hub.store import partitions, people, quarantine, series
from hub.store.sql import sql
from hub.store.store import Store

ARRIVAL_KEEP = timedelta(days=7)
AHEAD = timedelta(days=3)

_log = logging.getLogger(__name__)


def run(store: Store, now: datetime, keep_observations: timedelta) -> None:
    """Once an hour is enough; safe to run at any time. Raises StoreUnavailable."""
    for table in series.RAW.values():
        partitions.ensure(store, table, table.period.touched(now - timedelta(days=1), now + AHEAD))
        dropped = partitions.drop_before(store, table, now - keep_observations)
        if dropped:
            _log.info("dropped observations older than %s: %s", keep_observations, ", ".join(dropped))
    people.expire_sessions(store, now)
    with store.transaction() as tx:
        quarantine.trim(tx)
        tx.execute(sql["arrival_expire"], {"before": now - ARRIVAL_KEEP})
        tx.execute(sql["batch_expire"], {"before": now - keep_observations})
