"""More alerts of a rule than it may have at once: held, counted, told when somebody confirms them or they are few."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.config import load
from hub.errors import Conflict
from hub.model.observation import Observation
from hub.model.source import Source, SourceKind
from hub.store import journal, rule_states, sources
from hub.store.heart import Heart
from hub.store.rule_states import Hold
from rules.book import RuleFiles
from rules.engine import Engine, Surroundings
from tests.fix_rules import City
from tests.unit.rules_timeline import G1, rule

LIMITED = rule("{metric: smoke, above: 0.3}", by="source", max_sources="2")


@pytest.fixture
def city(rules_city: City) -> City:
    return rules_city


class Storm:
    """Five detectors of one grid under a rule that allows two alerts."""

    def __init__(self, city: City) -> None:
        self.city = city
        with city.store.transaction() as tx:
            for number in range(5):
                name = f"s-{number}"
                sources.add(tx, Source(name, SourceKind.DEVICE, G1, "smoke", name), city.at(0))
        self.engine = city.engine(LIMITED)
        self.second = 0.0

    def say(self, value: float, *numbers: int) -> None:
        """They all say it, and the engine has looked until it is settled."""
        self.second += 1
        now = self.city.at(self.second)
        self.city.writer.append([Observation(f"s-{number}", "smoke", now, now, value) for number in numbers])
        self.step(4)

    def step(self, seconds: float = 1) -> None:
        self.second += seconds
        self.city.go_on_to(self.second)
        self.engine.step()

    def restart(self) -> None:
        self.engine = self.city.engine(LIMITED)
        self.engine.step()

    def confirm(self) -> Hold:
        with self.city.store.transaction() as tx:
            return rule_states.confirm(tx, "r", "wang", "the whole block burns", self.city.clock.now())

    def on(self) -> list[str]:
        return sorted(key.removeprefix("source:") for _, key, _, end in self.city.alerts() if end is None)

    def hold(self) -> Hold | None:
        return rule_states.holds(self.city.store).get("r")

    def journal(self) -> list[tuple[str, str]]:
        entries = journal.after(self.city.store, 0)
        return [(entry.change, entry.actor) for entry in entries if entry.kind == "rule"]


@pytest.fixture
def storm(city: City) -> Storm:
    return Storm(city)


def test_what_is_one_too_many_is_held_and_said_to_be(storm: Storm) -> None:
    storm.say(0.5, 0, 1, 2, 3)
    assert storm.on() == ["s-0", "s-1"]
    hold = storm.hold()
    assert hold is not None
    assert (hold.most, hold.active, hold.held, hold.area, hold.confirmed_by) == (2, 4, 2, G1, None)
    storm.say(0.5, 4)
    hold = storm.hold()
    assert hold is not None
    assert (hold.active, hold.held) == (5, 3)
    assert storm.journal() == [("held", "rules")]


def test_what_somebody_confirms_is_told_and_all_that_comes_until_they_are_few(storm: Storm) -> None:
    storm.say(0.5, 0, 1, 2, 3)
    assert storm.confirm().confirmed_by == "wang"
    storm.step()
    assert storm.on() == ["s-0", "s-1", "s-2", "s-3"]
    storm.say(0.5, 4)
    assert storm.on() == ["s-0", "s-1", "s-2", "s-3", "s-4"]
    storm.say(0.1, 0, 1, 2)
    # Two are left, as many as may be: from now on three are too many again.
    assert storm.hold() is None
    storm.say(0.5, 0, 1)
    assert storm.on() == ["s-3", "s-4"]
    assert storm.journal() == [("held", "rules"), ("confirmed", "wang"), ("hold_over", "rules"), ("held", "rules")]
    said = [entry.body for entry in journal.after(storm.city.store, 0) if entry.change == "confirmed"]
    assert said[0]["hold"]["reason"] == "the whole block burns"


def test_what_ends_before_anybody_was_told_is_counted(storm: Storm) -> None:
    storm.say(0.5, 0, 1, 2, 3, 4)
    storm.say(0.1, 3)
    hold = storm.hold()
    assert hold is not None
    assert (hold.active, hold.held, hold.unseen) == (4, 2, 1)
    storm.say(0.1, 0, 4)
    assert storm.on() == ["s-1", "s-2"]
    [over] = [entry.body["hold"] for entry in journal.after(storm.city.store, 0) if entry.change == "hold_over"]
    assert over["unseen"] == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_engine_that_starts_again_holds_and_tells_the_same(storm: Storm, when: str) -> None:
    storm.say(0.5, 0, 1, 2, 3)
    if when == "before":
        storm.restart()
        assert storm.on() == ["s-0", "s-1"]
    storm.confirm()
    if when == "after":
        storm.restart()
    storm.step(2)
    assert storm.on() == ["s-0", "s-1", "s-2", "s-3"]
    # None is held now, and it is still remembered that somebody has confirmed.
    storm.restart()
    storm.say(0.5, 4)
    assert storm.on() == ["s-0", "s-1", "s-2", "s-3", "s-4"]
    assert [change for change, _ in storm.journal()] == ["held", "confirmed"]
    assert [change for change, _ in storm.city.reasons()] == ["fired"] * 5


def test_rules_that_are_read_again_hold_and_tell_the_same(storm: Storm, tmp_path: Path) -> None:
    (tmp_path / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    (tmp_path / "hub.yaml").write_text("areas: areas.geojson\nrules: [rules.yaml]\n")
    (tmp_path / "rules.yaml").write_text("rules:\n" + LIMITED)
    files, own = RuleFiles(load(tmp_path / "hub.yaml")), storm.city
    heart = Heart(own.store, "rules", own.clock, own.tally)
    storm.engine = Engine(own.store, files.load(), own.clock, own.tally, heart, Surroundings(files=files))
    storm.say(0.5, 0, 1, 2)
    storm.confirm()
    storm.step()
    (tmp_path / "rules.yaml").write_text("rules:\n" + LIMITED + rule("{metric: heat, above: 1}", "other"))
    storm.step(3)
    storm.say(0.5, 3)
    assert storm.on() == ["s-0", "s-1", "s-2", "s-3"]
    assert [change for change, _ in storm.journal()] == ["held", "confirmed"]


def test_only_what_is_held_can_be_confirmed_and_only_once(storm: Storm) -> None:
    with pytest.raises(Conflict, match="not_held"):
        storm.confirm()
    storm.say(0.5, 0, 1, 2)
    storm.confirm()
    with pytest.raises(Conflict, match="already_confirmed"):
        storm.confirm()


def test_a_rule_that_is_gone_holds_nothing(storm: Storm) -> None:
    storm.say(0.5, 0, 1, 2)
    storm.engine = storm.city.engine(rule("{metric: smoke, above: 0.9}", "other", by="source"))
    storm.engine.step()
    storm.city.clock.advance(2.0)
    storm.engine.step()
    assert storm.hold() is None
    assert storm.on() == []

