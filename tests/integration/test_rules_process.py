"""The rule engine as a process: killed at any moment it misses nothing and repeats nothing, and it stops when told."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.store import Store, alerts, batches, journal, offsets, processes
from tests.fix_rules import SOURCES, RuleProcess
from tests.unit.rules_timeline import rule

KILLS = 8
RULES = (
    "rules:\n"
    + rule("{metric: smoke, above: 0.3, clear_below: 0.2}", "smoke", by="source")
    + rule("{metric: smoke, above: 0.3, for: 1s}", "held", by="source")
)


@pytest.fixture
def config(rules_config: Path) -> Path:
    (rules_config.parent / "rules.yaml").write_text(RULES)
    return rules_config


@pytest.fixture
def engine(config: Path) -> Iterator[RuleProcess]:
    made = RuleProcess(config)
    yield made
    made.kill()


class City(threading.Thread):
    """Twelve detectors that see smoke now and then; ``truth`` holds every time it was there: (source, start, end)."""

    def __init__(self, store: Store) -> None:
        super().__init__(daemon=True)
        self.truth: list[tuple[str, datetime, datetime]] = []
        self.last_seq = 0
        self.enough = threading.Event()
        self._store = store

    def run(self) -> None:
        chance = Random(7)
        writer = batches.BatchWriter(self._store, "mqtt-0", SourceKind.DEVICE)
        since: dict[str, datetime] = {}
        changes_at = {f"smoke-{number}": time.monotonic() + chance.uniform(0, 2) for number in range(SOURCES)}
        while since or not self.enough.wait(0.02):
            for name, due in changes_at.items():
                if time.monotonic() < due or (self.enough.is_set() and name not in since):
                    continue
                now = datetime.now(UTC)
                value = 0.1 if name in since else 0.5
                batch = writer.append([Observation(name, "smoke", now, now, value)])
                assert batch is not None
                self.last_seq = batch.seq
                if name in since:
                    self.truth.append((name, since.pop(name), now))
                else:
                    since[name] = now
                changes_at[name] = time.monotonic() + chance.uniform(0.3, 3.5)


def wait_for_engine(store: Store, engine: RuleProcess, seq: int) -> None:
    def is_done() -> bool:
        return offsets.load(store, "rules").get("mqtt-0", 0) >= seq and not alerts.active(store)

    engine.wait(is_done, "it has read everything, and no alert is on", 20)


def test_killed_at_any_moment_it_misses_nothing_and_repeats_nothing(store: Store, engine: RuleProcess) -> None:
    chance = Random(11)
    city = City(store)
    city.start()
    for _ in range(KILLS):
        # Some kills meet the start, some the replay, most the work.
        time.sleep(chance.uniform(0.2, 2.2))
        engine.kill()
        engine.start()
    time.sleep(1.0)
    city.enough.set()
    city.join(20)
    wait_for_engine(store, engine, city.last_seq)
    found = alerts.list_alerts(store, alerts.Filter(), limit=10_000)
    plain = [(item.sources[0], item.started_at, item.resolved_at) for item in found if item.rule == "smoke"]
    assert sorted(plain) == sorted(city.truth)
    hold = timedelta(seconds=1)
    held = [(item.sources[0], item.started_at, item.resolved_at) for item in found if item.rule == "held"]
    assert sorted(held) == sorted((name, start + hold, end) for name, start, end in city.truth if end > start + hold)
    assert len(held) > KILLS
    changes = [entry.change for entry in journal.after(store, 0, limit=10_000) if entry.kind == "alert"]
    superseded = sum(item.superseded_by is not None for item in found)
    once = ["fired"] * len(found) + ["resolved"] * len(found) + ["superseded"] * superseded
    assert sorted(changes) == once


def test_it_says_how_it_is_and_stops_when_told(store: Store, engine: RuleProcess) -> None:
    details = "2 rules, 0 alerts on"
    engine.wait(lambda: any(part.detail == details for part in processes.list_processes(store)), details, 20)
    engine.process.send_signal(signal.SIGTERM)
    assert engine.process.wait(5) == 0
    [part] = processes.list_processes(store)
    assert (part.name, part.state) == ("rules", "down")


def test_it_does_not_start_with_rules_that_are_wrong(config: Path) -> None:
    (config.parent / "rules.yaml").write_text("rules:\n  - {nam: x}\n")
    done = subprocess.run(
        [sys.executable, "-m", "rules", "-c", str(config)],
        capture_output=True, text=True, timeout=20, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 2
    assert "rules.yaml:2:6: rules[0].nam: is not a known key" in done.stderr


def test_it_waits_for_a_store_that_is_away(config: Path, request: pytest.FixtureRequest) -> None:
    text = json.loads(config.read_text())
    text["store"]["url"] = "postgresql://nobody@127.0.0.1:1/nothing"
    config.write_text(json.dumps(text))
    engine = RuleProcess(config)
    request.addfinalizer(engine.kill)
    words = "no connection to the store can be had now"
    engine.wait(lambda: words in engine.log.read_text(), words, 20)
    engine.process.send_signal(signal.SIGTERM)
    assert engine.process.wait(8) == 0
