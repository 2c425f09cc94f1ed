"""The engine's process is killed while a town speaks: no alert is missed, and none is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.store import Store
from tests.engine_kills import kill_engine


@pytest.mark.alone
def test_an_engine_that_is_killed_under_load_tells_each_alert_of_the_oracle_once(store: Store, tmp_path: Path) -> None:
    """A hundred times in ``python -m bench rules-kill``."""
    verdict = kill_engine(store, tmp_path, seed=11, kills=5, districts=8, per_s=200, story=24)
    assert verdict.wrong == []
    assert verdict.alerts > 100
