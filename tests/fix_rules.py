"""The rule engine for tests: beside a store, by a clock that the test moves, or as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from hub.clock import SimulatedClock
from hub.model.alert import Alert
from hub.model.area import Area
from hub.model.observation import Observation
from hub.model.source import Source, SourceKind
from hub.store import Store, alerts, areas, batches, journal, sources
from hub.store.heart import Heart
from hub.store.listen import Listener
from hub.tally import Tally
from rules.engine import CHANNELS, Engine
from rules.language import parse
from tests.fix_hub import wait_for
from tests.unit.rules_timeline import G1, G2, PLACES, rule

T0 = datetime.now(UTC).replace(microsecond=0)
SMOKE = "{metric: smoke, above: 0.3, clear_below: 0.2}"
PLAIN = rule(SMOKE, "smoke", by="source")
GRID = "qth/g1"
SOURCES = 12
"""So many detectors the configuration of the process has: ``smoke-0`` and so on."""

Found = TypeVar("Found")


class City:
    """A store with two grids, a writer, and a clock that stands still until it is told."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.began = T0
        self.clock = SimulatedClock(T0)
        self.writer = batches.BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
        self.tally = Tally()

    def at(self, second: float) -> datetime:
        return self.began + timedelta(seconds=second)

    def say(self, *words: tuple[str, float, float]) -> None:
        """One batch of (source, second, value); it arrives as it happens."""
        found = []
        for source, second, value in words:
            metric = "motion" if source.startswith("cam") else "smoke"
            found.append(Observation(source, metric, self.at(second), self.at(second), value))
        self.writer.append(found)

    def engine(self, rules: str = PLAIN) -> Engine:
        heart = Heart(self.store, "rules", self.clock, self.tally)
        return Engine(self.store, parse("rules:\n" + rules, "rules.yaml"), self.clock, self.tally, heart)

    def go_on_to(self, second: float) -> None:
        self.clock.advance((self.at(second) - self.clock.now()).total_seconds())

    def pass_time(self, engine: Engine, second: float) -> None:
        """The engine looks every five seconds until then."""
        while self.clock.now() < self.at(second):
            self.go_on_to(min(second, self._second(self.clock.now()) + 5))
            engine.step()

    def run(self, engine: Engine, passes: int) -> None:
        """The engine's own loop, so many times round."""
        stop = threading.Event()
        left = iter(range(passes - 1, -1, -1))
        listener = Listener(self.store.conninfo, CHANNELS, self.clock)
        try:
            engine.run_once(lambda: None if next(left) else stop.set(), listener, stop)
        finally:
            listener.close()

    def alerts(self) -> list[tuple[str, str, float, float | None]]:
        """(rule, fingerprint, start, end), the oldest first."""
        found = alerts.list_alerts(self.store, alerts.Filter())
        return [
            (item.rule, item.fingerprint, self._second(item.started_at), self._end(item)) for item in reversed(found)
        ]

    def spans(self) -> list[tuple[float, float | None]]:
        return [(start, end) for _, _, start, end in self.alerts()]

    def reasons(self) -> list[tuple[str, str]]:
        """What the journal says of alerts: (change, reason)."""
        entries = journal.after(self.store, 0)
        return [(entry.change, entry.body["note"]) for entry in entries if entry.kind == "alert"]

    def _second(self, moment: datetime) -> float:
        return (moment - self.began).total_seconds()

    def _end(self, alert: Alert) -> float | None:
        return None if alert.resolved_at is None else self._second(alert.resolved_at)


@pytest.fixture
def rules_city(store: Store) -> City:
    with store.transaction() as tx:
        places = [("qth", "city"), ("qth/taoshan", "district"), (G1, "grid"), (G2, "grid")]
        areas.put(tx, [Area(path, path, kind) for path, kind in places])
        for name, area in PLACES.items():
            sources.add(tx, Source(name, SourceKind.DEVICE, area, name.partition("-")[0], name), T0)
    return City(store)


def catch_up(engine: Engine) -> None:
    while not engine.step():
        pass


def settle(city: City, engine: Engine) -> None:
    """As far as nothing is in doubt any more that was decided before it started."""
    catch_up(engine)
    city.clock.advance(2.0)
    catch_up(engine)


class RuleProcess:
    """The engine as a process, started again as often as it is killed."""

    def __init__(self, config: Path) -> None:
        self.log = config.parent / "rules.log"
        self._argv = [sys.executable, "-m", "rules", "-c", str(config)]
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self._argv, stdout=log, stderr=log, cwd=Path(__file__).parents[1])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wait(
        self,
        look: Callable[[], Found | None],
        what: str | Callable[[], str],
        seconds: float = 60.0,
        every_s: float = 0.05,
    ) -> Found:
        """What ``look`` finds, as ``tests.fix_hub.wait_for``; fails at once where the process has ended."""

        def found() -> Found | None:
            assert self.process.poll() is None, f"the engine ended:\n{self.tail()}"
            return look()

        def missing() -> str:
            return f"{what() if callable(what) else what}; the engine's log:\n{self.tail()}"

        return wait_for(found, seconds, missing, every_s)

    def tail(self) -> str:
        return self.log.read_text()[-4000:]


@pytest.fixture
def rules_config(tmp_path: Path, database: str, store: Store) -> Path:
    """A configuration with one grid of ``SOURCES`` detectors. The file of its rules, rules.yaml beside it, is the
    test's to write."""
    features = [
        {"type": "Feature", "geometry": None, "properties": {"path": path, "name": path, "kind": "grid"}}
        for path in ("qth", GRID)
    ]
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    path = tmp_path / "hub.yaml"
    path.write_text(json.dumps({"areas": "areas.geojson", "rules": ["rules.yaml"], "store": {"url": database}}))
    with store.transaction() as tx:
        areas.put(tx, [Area("qth", "qth", "city"), Area(GRID, GRID, "grid")])
        for number in range(SOURCES):
            name = f"smoke-{number}"
            sources.add(tx, Source(name, SourceKind.DEVICE, GRID, "smoke", name), datetime.now(UTC))
    return path
