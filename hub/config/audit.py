"""How long the exported audit log is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from hub.config.values import Duration, Settings

SHORTEST = timedelta(days=180)


def _long_enough(keep: timedelta) -> timedelta:
    if keep < SHORTEST:
        raise ValueError(f"the audit log is kept for {SHORTEST.days}d at least")
    return keep


class AuditSettings(Settings):
    keep: Annotated[Duration, AfterValidator(_long_enough)] = timedelta(days=400)
    """Of the daily files below ``data_dir/audit``. The log in the database is never shortened."""
