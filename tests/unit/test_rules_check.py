"""``gridhub check`` and ``gridhub rules check``: every mistake at once, with its file, line and key."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from hub.config import load
from hub.errors import ConfigError
from rules import commands
from rules.check import check

RULE = "  - {{name: {name}, severity: major, summary: s, {more}when: {{metric: a, above: 1}}}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    places = [("qth", "city"), ("qth/g1", "grid")]
    features = [
        {"type": "Feature", "geometry": None, "properties": {"path": path, "name": path, "kind": kind}}
        for path, kind in places
    ]
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return tmp_path


def write(path: Path, *rules: tuple[str, str]) -> Path:
    path.write_text("rules:\n" + "".join(RULE.format(name=name, more=more) for name, more in rules))
    return path


def found(folder: Path, rules: str) -> list[str]:
    (folder / "hub.yaml").write_text(f"areas: areas.geojson\nrules: {rules}\n")
    return [str(problem).replace(f"{folder}/", "") for problem in check(load(folder / "hub.yaml"))]


def test_good_rules_have_no_problems(folder: Path) -> None:
    write(folder / "a.yaml", ("one", "areas: ['qth/**'], "), ("two", ""))
    assert found(folder, "[a.yaml]") == []
    assert found(folder, "[]") == []


def test_a_file_of_tests_is_no_file_of_rules(folder: Path) -> None:
    write(folder / "a.yaml", ("one", ""))
    (folder / "a.test.yaml").write_text("tests: []\n")
    (folder / "hub.yaml").write_text("areas: areas.geojson\nrules: ['*.yaml', a.test.yaml]\n")
    assert folder / "a.test.yaml" not in load(folder / "hub.yaml").rule_files()
    assert folder / "a.yaml" in load(folder / "hub.yaml").rule_files()


def test_a_rule_file_that_is_not_there_is_named_in_the_configuration(folder: Path) -> None:
    write(folder / "a.yaml", ("one", ""))
    assert found(folder, "[a.yaml, b.yaml, 'c/*.yaml']") == [
        "hub.yaml:2:17: rules[1]: there is no file b.yaml",
        "hub.yaml:2:25: rules[2]: there is no file c/*.yaml",
    ]


def test_an_area_pattern_that_matches_nothing_is_named(folder: Path) -> None:
    write(folder / "a.yaml", ("one", ""), ("two", "areas: ['qth/**', qth/g2, '*/g3/**'], "))
    assert found(folder, "[a.yaml]") == [
        "a.yaml:3:64: rules[1].areas[1]: 'qth/g2' matches no area; did you mean 'qth/g1'?",
        "a.yaml:3:72: rules[1].areas[2]: '*/g3/**' matches no area",
    ]


def test_area_patterns_of_overrides_and_of_a_file_that_is_wrong_otherwise_are_looked_at(folder: Path) -> None:
    write(folder / "a.yaml", ("one", "overrides: [{areas: [qth/g1, qth/g2], off: true}], areas: ['QTH', qth/g3], "))
    assert [line.partition(": ")[2] for line in found(folder, "[a.yaml]")] == [
        "rules[0].areas[0]: 'QTH' is not a pattern of areas: a path, in which * is one part, ** any",
        "rules[0].areas[1]: 'qth/g3' matches no area; did you mean 'qth/g1'?",
        "rules[0].overrides[0].areas[1]: 'qth/g2' matches no area; did you mean 'qth/g1'?",
    ]
    (folder / "a.yaml").write_text("rules: [{areas: qth}, 7, {areas: [3]}]\n")
    assert not [line for line in found(folder, "[a.yaml]") if "matches no area" in line]


def test_mistakes_of_all_files_are_told_together(folder: Path) -> None:
    write(folder / "a.yaml", ("one", "areas: [qthh], "))
    (folder / "b.yaml").write_text("rules:\n  - {name: x, severity: major, summary: s, when: {metric: a, abov: 1}}\n")
    write(folder / "c.yaml", ("one", ""))
    assert [problem.partition(": ")[0] for problem in found(folder, "[a.yaml, b.yaml, c.yaml, nothing.yaml]")] == [
        "hub.yaml:2:33",
        "b.yaml:2:62",
        "c.yaml:2:1",
        "a.yaml:2:54",
    ]


def test_a_rule_that_is_to_be_muted_and_is_not_there_is_named(folder: Path) -> None:
    write(folder / "a.yaml", ("flood", "inhibits: [smoke, smokee, b], "), ("smoke", ""))
    write(folder / "b.yaml", ("b", "inhibits: [flod], "))
    told = [
        "a.yaml:2:66: rules[0].inhibits[1]: 'smokee' is the name of no rule; did you mean 'smoke'?",
        "b.yaml:2:55: rules[0].inhibits[0]: 'flod' is the name of no rule; did you mean 'flood'?",
    ]
    assert found(folder, "[a.yaml, b.yaml]") == told
    # A file that is wrong in other ways still says what its rules are called.
    (folder / "c.yaml").write_text("rules:\n  - {name: smokee, severty: major}\n")
    assert [line for line in found(folder, "[a.yaml, b.yaml, c.yaml]") if "inhibits" in line] == told[1:]


@pytest.mark.parametrize("one", [("a", "inhibits: [b], "), ("a", "inhibits: [c, b], ")])
def test_rules_that_would_mute_each_other_are_told_once_with_the_whole_circle(
    folder: Path, one: tuple[str, str]
) -> None:
    write(folder / "a.yaml", ("z", "inhibits: [a], "), one, ("c", ""))
    write(folder / "b.yaml", ("b", "inhibits: [d], "), ("d", "inhibits: [a], "))
    [told] = found(folder, "[a.yaml, b.yaml]")
    assert told.startswith("a.yaml:3:")
    assert told.endswith("goes round in a circle, and so would mute nothing: a mutes b mutes d mutes a")


def test_rules_that_mute_the_same_make_no_circle(folder: Path) -> None:
    write(folder / "a.yaml", ("a", "inhibits: [b, c], "), ("b", "inhibits: [c], "), ("c", ""))
    assert found(folder, "[a.yaml]") == []


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    options = parser.parse_args(["rules", *arguments])
    return int(options.run(options))


def test_the_command_says_that_nothing_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(folder / "a.yaml", ("one", ""), ("two", ""))
    assert run("check", str(path), str(folder)) == 0
    assert capsys.readouterr().err.endswith("\nnothing is wrong (2 rules, 1 file); 2 warnings\n")


def test_the_command_knows_what_the_other_files_of_the_configuration_call_their_rules(folder: Path) -> None:
    one = write(folder / "a.yaml", ("a", "inhibits: [b], "))
    write(folder / "b.yaml", ("b", ""))
    with pytest.raises(ConfigError, match="'b' is the name of no rule"):
        run("check", str(one))
    (folder / "hub.yaml").write_text("areas: areas.geojson\nrules: [a.yaml, b.yaml]\n")
    assert run("check", str(one), "-c", str(folder / "hub.yaml")) == 0


def test_the_command_names_everything_that_is_wrong(folder: Path) -> None:
    (folder / "empty").mkdir()
    path = folder / "b.yaml"
    path.write_text("rules:\n  - {name: x, severity: major, summary: s, when: {metric: a, abov: 1}}\n")
    with pytest.raises(ConfigError) as caught:
        run("check", str(path), str(folder / "empty"), str(folder / "none.yaml"))
    assert [str(problem) for problem in caught.value.problems] == [
        f"{folder / 'empty'}: there is no *.yaml file in this folder",
        f"{path}:2:62: rules[0].when.abov: is not a known key; did you mean 'above'?",
        f"{folder / 'none.yaml'}: cannot be read: No such file or directory",
    ]
