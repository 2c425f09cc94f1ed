"""Every mistake in a topology is named with its line and what was meant; what is right becomes things."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.config import check, load, topology
from hub.errors import ConfigError
from hub.model.source import SourceState
from hub.model.topology import DOWN_STATES
from rules import check as rules_check

HEAD = """\
areas: areas.geojson
devices:
  - {id: sw-3-mgmt, area: qth/a, type: switch}
  - {id: smoke-1, area: qth/a, type: smoke}
register:
  - {match: "water-*", type: water, area: qth/a}
topology:
  things:
"""
GOOD = """\
    - {name: line-2, kind: power, down: [{rule: power-lost}], areas: [qth/a]}
    - {name: sw-3, kind: switch, depends_on: [line-2], down: [{source: sw-3-mgmt, states: [silent]}],
       sources: [smoke-1]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    properties = {"path": "qth/a", "name": "A", "kind": "grid"}
    feature = {"type": "Feature", "properties": properties, "geometry": None}
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return tmp_path


def problems_of(folder: Path, things: str, head: str = HEAD, rules: tuple[str, ...] = ()) -> list[str]:
    file = folder / "hub.yaml"
    file.write_text(head + things)
    try:
        config = load(file)
    except ConfigError as error:
        found = list(error.problems)
    else:
        _, found = check.check(config)
        found += topology.check_rules(config.topology, folder, config.problem, rules) if rules else []
    return [f"{Path(each.file).name}:{each.line}: {each.key}: {each.message}" for each in found]


def test_a_good_one_has_no_problem_and_becomes_things(folder: Path) -> None:
    assert problems_of(folder, GOOD, rules=("power-lost",)) == []
    line, switch = (thing.thing() for thing in topology.read(load(folder / "hub.yaml").topology, folder))
    assert (line.down[0].rule, line.areas, line.mutes) == ("power-lost", ("qth/a",), None)
    assert switch.depends_on == ("line-2",)
    assert switch.down[0].states == frozenset({SourceState.SILENT})
    assert line.down[0].states == DOWN_STATES


@pytest.mark.parametrize(
    ("thing", "problem"),
    [
        ("{name: sw, kind: swich}",
         "9: topology.things[0].kind: must be one of power, switch, gateway, segment; did you mean 'switch'?"),
        ("{name: sw, kind: switch, dependson: [a]}",
         "9: topology.things[0].dependson: is not a known key; did you mean 'depends_on'?"),
        ("{name: sw, kind: switch, down: [{area: qth/a}]}",
         "9: topology.things[0].down[0]: needs a source, or the rule whose alert says that it is down"),
        ("{name: sw, kind: switch, down: [{source: smoke-1, area: qth/a}]}",
         "9: topology.things[0].down[0]: an area goes with a rule"),
        ("{name: sw, kind: switch, down: [{rule: r, states: [silent]}]}",
         "9: topology.things[0].down[0]: states are those of a source: with rule, the alert alone says it"),
        ("{name: sw, kind: switch, down: [{rule: r}]}",
         "9: topology.things[0].down[0]: nothing hangs on it, so say where the alert is: with source or area"),
        ("{name: sw, kind: switch, areas: [qth/b]}",
         "9: topology.things[0].areas[0]: 'qth/b' is no area; did you mean 'qth/a'?"),
        ("{name: sw, kind: switch, sources: [smoke-2]}",
         ("9: topology.things[0].sources[0]: there is no camera or device 'smoke-2' in the configuration; did you mean"
          " 'smoke-1'? (one that is added in the console: write 'smoke-2*')")),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(folder: Path, thing: str, problem: str) -> None:
    assert problems_of(folder, f"    - {thing}\n") == [f"hub.yaml:{problem}"]


def test_all_mistakes_are_named_at_once(folder: Path) -> None:
    things = """\
    - {name: sw-1, kind: switch, depends_on: [sw-22], areas: [qth/x]}
    - {name: sw-2, kind: switch, down: [{rule: power-lst, area: qth/y}], mutes: ["sil*", "smke"]}
    - {name: sw-2, kind: switch}
"""
    assert problems_of(folder, things, rules=("power-lost", "silent", "smoke")) == [
        "hub.yaml:9: topology.things[0].depends_on[0]: there is no 'sw-22' here; did you mean 'sw-2'?",
        "hub.yaml:11: topology.things[2].name: there is another 'sw-2': what hangs on it could not be told",
        "hub.yaml:9: topology.things[0].areas[0]: 'qth/x' is no area; did you mean 'qth/a'?",
        "hub.yaml:10: topology.things[1].down[0].area: 'qth/y' is no area; did you mean 'qth/a'?",
        "hub.yaml:10: topology.things[1].mutes[1]: there is no rule 'smke'; did you mean 'smoke'?",
        "hub.yaml:10: topology.things[1].down[0].rule: there is no rule 'power-lst'; did you mean 'power-lost'?",
    ]


def test_a_cycle_is_named_with_its_way(folder: Path) -> None:
    things = """\
    - {name: a, kind: switch, depends_on: [b]}
    - {name: b, kind: switch, depends_on: [c]}
    - {name: c, kind: switch, depends_on: [a]}
"""
    [problem] = problems_of(folder, things)
    assert problem.startswith("hub.yaml:9: topology.things[0].depends_on[0]: depends on itself: a → b → c → a")


def test_devices_that_come_unasked_and_patterns_may_be_named(folder: Path) -> None:
    assert problems_of(folder, '    - {name: s, kind: segment, sources: [water-7, "cam-*"]}\n') == []


def test_things_may_stand_in_a_file_and_its_mistakes_are_named_there(folder: Path) -> None:
    head = HEAD.replace("topology:\n  things:\n", "topology: {file: net.yaml}\n")
    (folder / "net.yaml").write_text("things:\n  - {name: s, kind: segment, areas: [qth/a]}\n")
    assert problems_of(folder, "", head) == []
    assert [thing.name for thing in topology.read(load(folder / "hub.yaml").topology, folder)] == ["s"]
    (folder / "net.yaml").write_text("things:\n  - {name: s, kind: segment, areas: [qth/b]}\n")
    [problem] = problems_of(folder, "", head)
    assert problem == "net.yaml:2: things[0].areas[0]: 'qth/b' is no area; did you mean 'qth/a'?"
    (folder / "net.yaml").write_text("thing: []\n")
    assert problems_of(folder, "", head) == [
        "net.yaml:1: : 'things' is missing",
        "net.yaml:1: thing: is not a known key; did you mean 'things'?",
    ]
    (folder / "net.yaml").unlink()
    [problem] = problems_of(folder, "", head)
    assert "cannot be read" in problem


def test_things_do_not_stand_in_both_places(folder: Path) -> None:
    head = HEAD.replace("topology:\n", "topology:\n  file: net.yaml\n")
    [problem] = problems_of(folder, GOOD, head)
    assert problem.endswith("the things stand here or in a file, not in both")


def test_the_check_of_rules_says_which_rule_of_the_topology_does_not_exist(folder: Path) -> None:
    (folder / "hub.yaml").write_text(f"rules: [r.yaml]\n{HEAD}{GOOD}")
    written = "rules: [{name: power-lest, severity: major, summary: s, when: {metric: mains, below: 1}}]"
    (folder / "r.yaml").write_text(written)
    [problem] = rules_check.check(load(folder / "hub.yaml"))
    assert problem.message == "there is no rule 'power-lost'; did you mean 'power-lest'?"
    (folder / "r.yaml").write_text(written.replace("below", "bellow"))
    assert not any("there is no rule" in each.message for each in rules_check.check(load(folder / "hub.yaml")))
