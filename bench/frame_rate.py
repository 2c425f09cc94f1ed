"""How soon the console is there, and how smoothly a queue of ten thousand alerts scrolls in Chromium, alone and while
fifty new ones come each second.

The journeys' own scripts are used (``tests/e2e/first_load.mjs``, ``queue.mjs``); here the frames that were really drawn
count, so that the machine has to be quiet.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.city import City, made
from bench.report import Row
from bench.store import dashboard
from hub.store import Store, migrate
from tests.e2e import test_desk as desk
from tests.e2e.fix_script import run
from tests.fix_api import fill

AT_LEAST = 50
_ALERTS = 100  # on an ordinary day


def rows(city: City, folder: Path) -> list[Row]:
    """On a store of its own in the server of ``city``."""
    with Store.open(made(city.server, "queue"), "bench frames") as store:
        migrate.upgrade(store)
        fill(store)
        late = datetime.now(UTC) - desk.LATE
        desk.raise_alerts(store, range(_ALERTS), late)
        fires = folder / "fires"
        with dashboard(replace(city, conninfo=store.conninfo), store, folder) as served:
            address = f"http://127.0.0.1:{served.port}"
            loaded = run("first_load.mjs", address)
            desk.raise_alerts(store, range(_ALERTS, desk.QUEUE), late)
            with desk.script("queue.mjs", address, GRIDHUB_FIRES=fires) as process:
                desk.said(process, "ready")
                with desk.storm(store, desk.QUEUE):
                    fires.touch()
                    found = desk.answered(process)
    return [
        Row("first load without the map, compressed", loaded["other_bytes"] / 1000, "kB", "< 350"),
        Row("first load until the queue is there, p50", loaded["ms"], "ms", "< 1000"),
        Row(f"{desk.QUEUE:,} alerts scrolled in Chromium", found["fps"], "frames/s", f">= {AT_LEAST}"),
        Row(f"while {desk.STORM_PER_S} come each second", found["fps_busy"], "frames/s", ">= 40"),
    ]
