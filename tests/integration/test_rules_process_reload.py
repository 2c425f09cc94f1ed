"""The engine as a process whose rule files are written while alerts are on: what is not touched goes on as if nothing
had happened; what is broken, wrong or slow is said, and harms nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.store import Store, alerts, batches, journal, processes, rule_states
from hub.store.alerts import Filter
from hub.store.processes import Process
from tests.fix_rules import RuleProcess
from tests.unit.rules_timeline import rule

SMOKE = rule("{metric: smoke, above: 0.3}", "smoke", by="source")
HELD = rule("{metric: smoke, above: 0.3, for: 3s}", "held", by="source")
SLOW_TEXT = "attrs.n.all(x, source.matches(\"([a-z]{1,30}-[0-9]{1,30}){1,5}\") || x > 1.0)"
"""A pattern that is made anew for each element: a fifth of a second, or so."""
SLOW = rule(f"{{metric: smoke, above: 0.3, where: '{SLOW_TEXT}'}}", "slow", by="source")
DIVIDES = rule("{metric: smoke, above: 0.3, where: '10 / int(value) > 1'}", "divides", by="source")


class Hub:
    """A process, its files, and a writer of what detectors say now."""

    def __init__(self, rules_config: Path, store: Store) -> None:
        self.folder, self.store = rules_config.parent, store
        self.writer = batches.BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
        self.write(SMOKE + HELD)
        self.engine = RuleProcess(rules_config)

    def write(self, rules: str) -> None:
        """At once: a file that is half written would be a broken one."""
        draft = self.folder / "draft"
        draft.write_text("rules:\n" + rules)
        draft.rename(self.folder / "rules.yaml")

    def say(self, source: str, value: float) -> None:
        now = datetime.now(UTC)
        self.writer.append([Observation(source, "smoke", now, now, value)])

    def wait(self, condition: Callable[[], bool]) -> None:
        self.engine.wait(condition, lambda: f"what is waited for; there are {self.on()}, {self.part()}")

    def on(self) -> list[tuple[str, str]]:
        """(rule, source) of alerts that are on."""
        return sorted((alert.rule, alert.sources[0]) for alert in alerts.active(self.store))

    def part(self) -> Process | None:
        return next((part for part in processes.list_processes(self.store) if part.name == "rules"), None)

    def says(self, words: str) -> bool:
        part = self.part()
        return part is not None and words in part.detail


@pytest.fixture
def hub(rules_config: Path, store: Store) -> Iterator[Hub]:
    made = Hub(rules_config, store)
    yield made
    made.engine.kill()


def test_rules_are_added_changed_and_removed_and_the_alerts_of_the_others_go_on(hub: Hub, store: Store) -> None:
    hub.say("smoke-1", 0.5)
    hub.wait(lambda: hub.on() == [("held", "smoke-1"), ("smoke", "smoke-1")])
    before = {alert.id: alert for alert in alerts.active(store)}
    # While three seconds of smoke are being counted for the next one, a rule comes, changes and goes.
    hub.say("smoke-2", 0.5)
    began_at = datetime.now(UTC)
    hub.write(SMOKE + HELD + rule("{metric: smoke, above: 0.1}", "other", by="source"))
    hub.wait(lambda: hub.says("3 rules"))
    hub.say("smoke-3", 0.2)
    hub.wait(lambda: ("other", "smoke-3") in hub.on())
    hub.write(SMOKE + HELD + rule("{metric: smoke, above: 0.9}", "other", by="source"))
    hub.wait(lambda: ("other", "smoke-3") not in hub.on())
    hub.write(SMOKE + HELD)
    hub.wait(lambda: hub.says("2 rules"))
    hub.wait(lambda: ("held", "smoke-2") in hub.on())
    now = {alert.id: alert for alert in alerts.active(store)}
    assert {number: now[number] for number in before} == before
    [held] = [alert for alert in now.values() if (alert.rule, alert.sources[0]) == ("held", "smoke-2")]
    assert abs((held.started_at - began_at).total_seconds() - 3) < 1
    told = [entry for entry in journal.after(store, 0) if entry.kind == "alert" and int(entry.subject) in before]
    assert [entry.change for entry in told] == ["fired"] * 2
    for source in ("smoke-1", "smoke-2"):
        hub.say(source, 0.1)
    hub.wait(lambda: hub.on() == [])
    others = [alert.id for alert in alerts.list_alerts(store, Filter()) if alert.rule != "other"]
    assert len(others) == 4
    ends = [entry.body["note"] for number in others for entry in journal.of_subject(store, "alert", str(number))[1:]]
    assert ends == ["condition_cleared"] * 4


def test_a_broken_file_leaves_all_as_it_was_until_it_is_mended(hub: Hub) -> None:
    hub.say("smoke-1", 0.5)
    hub.wait(lambda: ("smoke", "smoke-1") in hub.on())
    hub.write(SMOKE + HELD.replace("severity: major", "severity: majr"))
    hub.wait(lambda: hub.says("the rules are those before the last change"))
    part = hub.part()
    assert part is not None
    assert part.state == "degraded"
    assert "rules.yaml:8:5: rules[1].severity" in part.detail
    assert "did you mean 'major'?" in part.detail
    hub.say("smoke-2", 0.5)
    hub.wait(lambda: ("smoke", "smoke-2") in hub.on())
    assert ("smoke", "smoke-1") in hub.on()
    hub.write(SMOKE + HELD)
    hub.wait(lambda: hub.says("2 rules"))


def test_a_slow_rule_is_set_aside_said_to_be_and_comes_back_when_it_is_changed(hub: Hub, store: Store) -> None:
    hub.write(SMOKE + SLOW)
    hub.wait(lambda: hub.says("2 rules"))
    hub.say("smoke-1", 0.5)
    now = datetime.now(UTC)
    numbers = {"n": [float(number) for number in range(900)]}
    times = [now + timedelta(milliseconds=number) for number in range(100)]
    hub.writer.append([Observation("smoke-2", "smoke", at, times[-1], 0.5, attrs=numbers) for at in times])
    hub.wait(lambda: "slow" in rule_states.faults(store))
    assert "of CPU time" in rule_states.faults(store)["slow"].reason
    hub.wait(lambda: hub.says("set aside: slow"))
    assert ("smoke", "smoke-1") in hub.on()
    hub.say("smoke-3", 0.5)
    hub.wait(lambda: ("smoke", "smoke-3") in hub.on())
    hub.write(SMOKE + SLOW.replace(SLOW_TEXT, "value > 0.1"))
    hub.wait(lambda: hub.says("2 rules"))
    hub.say("smoke-4", 0.5)
    hub.wait(lambda: ("slow", "smoke-4") in hub.on())
    assert rule_states.faults(store) == {}
    told = [(entry.change, entry.subject) for entry in journal.after(store, 0) if entry.kind == "rule"]
    assert told == [("set_aside", "slow"), ("taken_up", "slow")]


def test_a_filter_that_cannot_be_worked_out_is_said_to_be_and_the_other_rules_go_on(hub: Hub) -> None:
    hub.write(SMOKE + DIVIDES)
    hub.wait(lambda: hub.says("2 rules"))
    hub.say("smoke-1", 0.5)
    hub.wait(lambda: hub.says("divides: its filter cannot be worked out (arithmetic)"))
    assert hub.on() == [("smoke", "smoke-1")]
    hub.write(SMOKE + DIVIDES.replace("10 / int(value) > 1", "value < 10.0"))
    hub.wait(lambda: hub.says("2 rules"))
    hub.say("smoke-2", 0.5)
    hub.wait(lambda: ("divides", "smoke-2") in hub.on())
