"""The rule engine in between: observations in, a cause shown and its consequence muted, whatever is started anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.cases import quiet
from hub.clock import SimulatedClock
from hub.config.topology import SignSettings, ThingSettings
from hub.model.alert import AlertState, Stage
from hub.model.area import Area
from hub.model.observation import Observation
from hub.model.source import Source, SourceKind
from hub.model.topology import ThingKind
from hub.store import Store, alerts, areas, batches, mutes, sources
from hub.store.heart import Heart
from hub.tally import Tally
from rules.engine import Engine
from rules.language import parse
from tests.unit.rules_timeline import G1, PLACES, REGISTRY, rule

T0 = datetime.now(UTC).replace(microsecond=0)
RULES = (
    "rules:\n"
    + rule("{metric: mains, below: 100}", "power-lost")
    + rule("{metric: blind, above: 0.5}", "camera-blind", by="source")
)
LINE = ThingSettings(name="line-2", kind=ThingKind.POWER, down=(SignSettings(rule="power-lost"),), areas=(G1,))


class Block:
    """A grid with a power line, and a new engine for every look."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = SimulatedClock(T0)
        self.writer = batches.BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
        self.watch = quiet.Watch(self.clock)
        self.rules = list(parse(RULES, "rules.yaml"))

    def say(self, second: float, *words: tuple[str, str, float]) -> None:
        """One batch of (source, metric, value), and a look of an engine that has just been started."""
        at = T0 + timedelta(seconds=second)
        self.writer.append([Observation(source, metric, at, at, value) for source, metric, value in words])
        self.clock.advance((at - self.clock.now()).total_seconds() + 3)
        tally = Tally()
        engine = Engine(
            self.store, self.rules, self.clock, tally, Heart(self.store, "rules", self.clock, tally)
        )
        for _ in range(2):
            engine.step()
        self.watch.look(self.store)

    def alerts(self) -> dict[str, tuple[AlertState, Stage, str | None]]:
        found = alerts.list_alerts(self.store, alerts.Filter())
        return {alert.rule: (alert.state, alert.stage, alert.suppressed_by) for alert in found}


@pytest.fixture
def block(store: Store) -> Block:
    with store.transaction() as tx:
        areas.put(tx, [Area("qth", "City", "city"), Area("qth/taoshan", "Taoshan", "district")])
        areas.put(tx, list(REGISTRY.areas.values()))
        sources.sync(tx, [Source(name, SourceKind.DEVICE, area, "x", name) for name, area in PLACES.items()], T0)
        mutes.put_topology(tx, [LINE])
    return Block(store)


@pytest.mark.parametrize("reverse", [False, True])
def test_what_follows_from_a_lost_line_is_muted_until_it_is_back(block: Block, reverse: bool) -> None:
    lost, blind = ("smoke-1", "mains", 0.0), ("cam-1", "blind", 1.0)
    block.say(1, *((blind, lost) if reverse else (lost, blind)))
    suppressed = AlertState.FIRING, Stage.SUPPRESSED, "topology:line-2"
    assert block.alerts()["camera-blind"] == suppressed
    assert block.alerts()["power-lost"] == (AlertState.FIRING, Stage.UNACKNOWLEDGED, None)
    block.say(5, ("smoke-2", "mains", 230.0))
    assert block.alerts()["camera-blind"] == suppressed
    block.say(10, ("smoke-1", "mains", 230.0))
    block.say(15, ("smoke-1", "mains", 230.0))
    assert block.alerts()["power-lost"][0] is AlertState.RESOLVED
    assert block.alerts()["camera-blind"] == (AlertState.FIRING, Stage.UNACKNOWLEDGED, None)


def test_a_consequence_that_ends_while_it_is_muted_has_ended(block: Block) -> None:
    block.say(1, ("smoke-1", "mains", 0.0), ("cam-1", "blind", 1.0))
    block.say(5, ("cam-1", "blind", 0.0))
    block.say(10, ("cam-1", "blind", 0.0))
    assert block.alerts()["camera-blind"] == (AlertState.RESOLVED, Stage.NORMAL, "topology:line-2")
    assert block.alerts()["power-lost"][0] is AlertState.FIRING


def test_a_rule_that_is_on_mutes_those_it_inhibits(block: Block) -> None:
    with block.store.transaction() as tx:
        mutes.put_topology(tx, [])
    block.rules = [
        replace(known, inhibits=("camera-blind",)) if known.name == "power-lost" else known for known in block.rules
    ]
    block.say(1, ("smoke-1", "mains", 0.0), ("cam-1", "blind", 1.0), ("cam-2", "blind", 1.0))
    found = alerts.list_alerts(block.store, alerts.Filter())
    assert {alert.sources[0]: alert.suppressed_by for alert in found} == {
        "smoke-1": None, "cam-1": "inhibition:power-lost", "cam-2": None,
    }  # fmt: skip
