"""Everything that ``gridhub db check`` looks at, in order."""

from __future__ import annotations

from pathlib import Path

from hub.app import audit_export
from hub.clock import Clock
from hub.store import Store, check, check_rollups, check_video
from hub.store.check import DAY, Finding, Progress


def everything(
    store: Store, data_dir: Path, clock: Clock, days: int, progress: Progress, *, repair: bool
) -> list[Finding]:
    """What is wrong, with what was repaired. Raises StoreUnavailable."""
    now = clock.now()
    since = now - days * DAY
    return [
        *check.safeguards(store, repair=repair),
        *check.chain(store, progress),
        *check.audit_chain(store, progress),
        *audit_export.compare(store, data_dir),
        *check.sources(store, since),
        *check.numbers(store),
        *check.alerts(store, since),
        *check.observations(store, now, days, progress),
        *check_rollups.rollups(store, since, clock, progress, repair=repair),
        *check_video.recordings(store, data_dir, now, progress, repair=repair),
    ]
