"""Rules that change while the engine runs: what decides as before goes on, the rest begins or ends, none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from hub.config import load
from hub.store import Store, processes
from hub.store.heart import Heart
from hub.tally import Tally
from rules.book import RuleFiles
from rules.engine import Engine, Surroundings
from tests.fix_rules import City, catch_up
from tests.unit.rules_timeline import rule

SMOKE = rule("{metric: smoke, above: 0.3}", "smoke", by="source")


@pytest.fixture
def city(rules_city: City) -> City:
    return rules_city


class Hub:
    """A city whose engine reads its rules from a file."""

    def __init__(self, city: City, folder: Path) -> None:
        self.city, self.path = city, folder / "rules.yaml"
        (folder / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
        (folder / "hub.yaml").write_text(yaml.safe_dump({"areas": "areas.geojson", "rules": ["rules.yaml"]}))
        self.write(SMOKE)
        self.files = RuleFiles(load(folder / "hub.yaml"))
        self.heart = Heart(city.store, "rules", city.clock, Tally())
        around = Surroundings(files=self.files)
        self.engine = Engine(city.store, self.files.load(), city.clock, city.tally, self.heart, around)

    def write(self, rules: str) -> None:
        self.path.write_text("rules:\n" + rules)

    def pass_time(self, second: float) -> None:
        self.city.pass_time(self.engine, second)
        catch_up(self.engine)


@pytest.fixture
def hub(city: City, tmp_path: Path) -> Hub:
    return Hub(city, tmp_path)


def test_a_rule_that_is_added_leaves_the_state_of_the_others(hub: Hub) -> None:
    held = rule("{metric: smoke, above: 0.3, for: 20s}", "held", by="source")
    hub.write(SMOKE + held)
    hub.engine = Engine(hub.city.store, hub.files.load(), hub.city.clock, hub.city.tally, hub.heart,
                        Surroundings(files=hub.files))  # fmt: skip
    hub.city.say(("smoke-1", 0, 0.5))
    hub.pass_time(10)
    hub.write(SMOKE + held + rule("{metric: smoke, above: 0.4}", "new", by="source"))
    hub.pass_time(15)
    hub.city.say(("smoke-2", 16, 0.5))
    hub.pass_time(30)
    found = [(name, key, start) for name, key, start, _ in hub.city.alerts()]
    # Twenty seconds of smoke were counted over the change; the new rule begins with what comes after it.
    assert sorted(found) == [
        ("held", "source:smoke-1", 20),
        ("new", "source:smoke-2", 16),
        ("smoke", "source:smoke-1", 0),
        ("smoke", "source:smoke-2", 16),
    ]
    assert [start for _, start, end in [(a[0], a[2], a[3]) for a in hub.city.alerts()] if end is not None] == []


def test_a_rule_that_is_gone_or_decides_differently_ends_its_alerts_with_that_reason(hub: Hub) -> None:
    other = rule("{metric: smoke, above: 0.3}", "other", by="source")
    hub.write(SMOKE + other)
    hub.pass_time(5)
    hub.city.say(("smoke-1", 6, 0.5))
    hub.pass_time(10)
    assert len(hub.city.alerts()) == 2
    hub.write(rule("{metric: smoke, above: 0.9}", "smoke", by="source"))
    hub.pass_time(20)
    assert {reason for change, reason in hub.city.reasons() if change == "resolved"} == {"rule_removed", "rule_changed"}


def test_a_broken_file_leaves_the_rules_as_they_were_and_says_so(hub: Hub, store: Store) -> None:
    hub.write("  - {name: smoke, severity: majr, summary: s, when: {metric: smoke, above: 0.9}}\n")
    hub.heart.start()
    try:
        hub.pass_time(5)
        hub.city.say(("smoke-1", 6, 0.5))
        hub.pass_time(10)
        assert len(hub.city.alerts()) == 1
    finally:
        state = (hub.heart._state, hub.heart._detail)  # before it says goodbye
        hub.heart.stop()
    assert state[0] == "degraded"
    assert "the rules are those before the last change: " in state[1]
    assert "did you mean 'major'?" in state[1]
    assert [process.name for process in processes.list_processes(store)] == ["rules"]
    hub.write(SMOKE)
    hub.pass_time(20)  # two looks
    assert hub.heart._detail.startswith("1 rules")


def test_files_that_are_gone_end_no_alert(hub: Hub) -> None:
    """As when a disk is away, or somebody moves a folder."""
    hub.pass_time(5)
    hub.city.say(("smoke-1", 6, 0.5))
    hub.pass_time(10)
    hub.path.unlink()
    hub.pass_time(20)
    assert [end for *_, end in hub.city.alerts()] == [None]
    assert hub.heart._state == "degraded"
    assert "there is no file rules.yaml" in hub.heart._detail
    hub.write(SMOKE)
    hub.pass_time(30)  # two looks
    assert [end for *_, end in hub.city.alerts()] == [None]
    assert hub.heart._state == "ok"


def test_files_are_read_again_on_demand_though_they_look_the_same(hub: Hub) -> None:
    assert not hub.files.is_changed()
    hub.files.ask()
    assert hub.files.is_changed()
    hub.files.load()
    assert not hub.files.is_changed()


def test_a_file_is_read_when_it_has_been_written_to_its_end(hub: Hub) -> None:
    """What has been written so far may be right, and would end the alerts of all rules that are still to come."""
    hub.write(SMOKE + rule("{metric: heat, above: 50}", "heat"))
    assert not hub.files.is_changed()
    hub.write(SMOKE)
    assert not hub.files.is_changed()
    hub.write(SMOKE + rule("{metric: heat, above: 60}", "heat"))
    assert not hub.files.is_changed()
    assert hub.files.is_changed()
    hub.files.load()
    assert not hub.files.is_changed()
