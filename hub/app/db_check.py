"""Everything that ``gridhub db check`` looks at, in order."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hub.store import Store, check, check_video
from hub.store.check import DAY, Finding, Progress


def everything(
    store: Store, data_dir: Path, now: datetime, days: int, progress: Progress, *, repair: bool
) -> list[Finding]:
    """What is wrong, with what was repaired. Raises StoreUnavailable."""
    since = now - days * DAY
    return [
        *check.safeguards(store, repair=repair),
        *check.chain(store, progress),
        *check.sources(store, since),
        *check.numbers(store),
        *check.alerts(store, since),
        *check.observations(store, now, days, progress),
        *check_video.recordings(store, data_dir, now, progress, repair=repair),
    ]
