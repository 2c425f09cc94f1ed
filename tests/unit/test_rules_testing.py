"""``gridhub rules test``: what passes, what fails and in which words, and what is wrong with a file of tests."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from hub.errors import ConfigError
from rules import commands, language, testing, trial
from rules.testing import Outcome

RULES = """\
rules:
  - name: smoke
    severity: major
    summary: "smoke {smoke.value:.1f}"
    by: source
    when: {metric: smoke, above: 0.3, clear_below: 0.2}
  - name: both
    severity: critical
    summary: s
    by: area
    when:
      all:
        - {metric: smoke, above: 0.3, for: 10s}
        - {metric: motion, above: 0.01, within: 30s}
  - name: silent
    severity: warning
    summary: s
    by: source
    when: {metric: smoke, absent_for: 2m}
"""
HEAD = """\
sources:
  - {id: smoke-1, area: qth/g1, type: smoke}
  - {id: cam-1, area: qth/g1, type: camera}
tests:
  - name: story
"""
SMOKE = '    series: [{source: smoke-1, metric: smoke, every: 5s, values: "0.02 0.4x4 0.02"}]\n'
MOTION = "    timeline: [{at: 8s, source: cam-1, metric: motion, value: 0.02}]\n"
EXPECTED = """\
    expect:
      - {rule: smoke, source: smoke-1, start: 5s, end: 30s, severity: major, summary: smoke 0.4}
      - {rule: both, area: qth/g1, start: 15s, end: 30s}
"""


def load(folder: Path, text: str) -> trial.Trial:
    (folder / "fire.yaml").write_text(RULES)
    (folder / "fire.test.yaml").write_text(HEAD + text)
    return trial.load(folder / "fire.test.yaml")


def run(folder: Path, text: str) -> list[Outcome]:
    return list(testing.run(load(folder, text)))


def words(folder: Path, text: str) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for found in run(folder, text) for problem in found.problems]


def wrong(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def test_what_comes_as_expected_passes(tmp_path: Path) -> None:
    assert words(tmp_path, SMOKE + MOTION + EXPECTED) == []


def test_what_comes_in_another_order_and_twice_is_expected_to_be_the_same(tmp_path: Path) -> None:
    assert words(tmp_path, SMOKE + MOTION + "    disorder: 2s\n" + EXPECTED) == []


def test_an_order_that_makes_a_difference_is_told(tmp_path: Path) -> None:
    # Of two that are shorter than the lateness, the first is not told after the fact where the second is heard first.
    flicker = '    series: [{source: smoke-1, metric: smoke, every: 100ms, values: "0.02 0.4 0.02 0.4 0.02"}]\n'
    expected = """\
    expect:
      - {rule: smoke, source: smoke-1, start: 100ms, end: 200ms}
      - {rule: smoke, source: smoke-1, start: 300ms, end: 400ms}
"""
    assert words(tmp_path, flicker + expected) == []
    found = words(tmp_path, flicker + "    disorder: 2s\n" + expected)
    assert any("(heard in another order, number " in problem for problem in found), found


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("start: 5s", "start: 6s", "9:9: story: smoke at smoke-1 began at 5s, expected 6s"),
        ("end: 30s, sev", "end: 31s, sev", "9:9: story: smoke at smoke-1 ended at 30s, expected an end at 31s"),
        ("end: 30s, sev", "sev", "9:9: story: smoke at smoke-1 ended at 30s, expected that it is still on"),
        ("severity: major", "severity: minor", "9:9: story: smoke at smoke-1 is major, expected minor"),
        ("smoke 0.4", "smoke 0.5", "9:9: story: smoke at smoke-1 says 'smoke 0.4', expected 'smoke 0.5'"),
        ("smoke 0.4}", "smoke 0.4, probability: 0.9}", "9:9: story: smoke at smoke-1 has no probability, expected 0.9"),
        (
            "smoke 0.4}", "smoke 0.4, becomes: [{at: 6s, severity: minor}]}",
            "9:9: story: smoke at smoke-1 became nothing else, expected minor at 6s",
        ),
        ("rule: both, area: qth/g1, start: 15s, end: 30s", "rule: silent, source: smoke-1, start: 5m", None),
        (
            "      - {rule: both, area: qth/g1, start: 15s, end: 30s}\n", "",
            "5:5: story: both at qth/g1 is not expected: it came at 15s until 30s",
        ),
    ],
)  # fmt: skip
def test_what_differs_is_told_in_words_at_its_line(tmp_path: Path, was: str, becomes: str, told: str | None) -> None:
    assert was in EXPECTED
    found = words(tmp_path, SMOKE + MOTION + EXPECTED.replace(was, becomes))
    if told is not None:
        assert found == [f"fire.test.yaml:{told}"]
    else:  # silence begins two minutes after the last word, and the test goes on to the time that is expected
        assert found == [
            "fire.test.yaml:10:9: story: silent at smoke-1 began at 2m30s, expected 5m",
            "fire.test.yaml:5:5: story: both at qth/g1 is not expected: it came at 15s until 30s",
        ]


def test_a_test_ends_a_minute_after_the_last_word_or_when_it_says(tmp_path: Path) -> None:
    quiet = '    series: [{source: smoke-1, metric: smoke, values: "0.02"}]\n'
    assert words(tmp_path, quiet + "    expect: []\n") == []
    assert words(tmp_path, quiet + "    until: 119s\n    expect: []\n") == []
    found = words(tmp_path, quiet + "    until: 2m\n    expect: []\n")
    assert found == ["fire.test.yaml:5:5: story: silent at smoke-1 is not expected: it came at 2m and is still on"]


def test_what_begins_within_the_minute_after_the_last_word_is_seen(tmp_path: Path) -> None:
    still = '    series: [{source: smoke-1, metric: smoke, values: "0.4"}]\n' + MOTION
    expected = """\
    expect:
      - {rule: smoke, source: smoke-1, start: 0s}
      - {rule: both, area: qth/g1, start: 10s}
"""
    assert words(tmp_path, still + expected) == []


def test_of_several_at_one_place_each_is_held_against_its_own(tmp_path: Path) -> None:
    twice = '    series: [{source: smoke-1, metric: smoke, every: 5s, values: "0.4 0 0.4 0"}]\n'
    expected = """\
    expect:
      - {rule: smoke, source: smoke-1, start: 11s, end: 15s}
      - {rule: smoke, source: smoke-1, start: 0s, end: 5s}
"""
    assert words(tmp_path, twice + expected) == [
        "fire.test.yaml:8:9: story: smoke at smoke-1 began at 10s, expected 11s"
    ]


def test_values_are_written_as_promtool_has_them(tmp_path: Path) -> None:
    series = '    series: [{source: smoke-1, metric: smoke, at: 3s, values: "1 0.5x2 1+2x2 5-1x1 _ _x2 7"}]\n'
    text = "    every: 1s\n" + series
    found = load(tmp_path, text + "    expect: []\n")
    [test] = found.text.tests
    told = [((word.ts - found.text.start).total_seconds(), word.value) for word in found.words(test)]
    assert told == [(3, 1), (4, 0.5), (5, 0.5), (6, 0.5), (7, 1), (8, 3), (9, 5), (10, 5), (11, 4), (15, 7)]


def test_a_word_that_is_late_arrives_after_others(tmp_path: Path) -> None:
    late = "    timeline: [{at: 1s, source: cam-1, metric: motion, value: 1, late: 3s}, "
    text = late + "{at: 2s, source: smoke-1, metric: smoke, value: 1, attrs: {a: 1}}]\n"
    found = load(tmp_path, text + "    expect: []\n")
    first, second = found.words(found.text.tests[0])
    assert (first.source, first.attrs, second.source) == ("smoke-1", {"a": 1}, "cam-1")
    assert (second.received_at - second.ts).total_seconds() == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("    expect: []\n", "tests[0]: tells nothing: give 'series' or 'timeline'"),
        (SMOKE.replace("0.4x4", "0.4y4") + EXPECTED, "'0.4y4' is no value"),
        (SMOKE.replace("0.02 0.4x4 0.02", "_x9") + EXPECTED, "has no value in it"),
        (SMOKE.replace("0.4x4", "0.4x1000000") + EXPECTED, "more than 100000 values"),
        (SMOKE.replace("source: smoke-1", "source: smok-1") + EXPECTED, "did you mean 'smoke-1'?"),
        (SMOKE.replace("metric: smoke", "metric: smok") + EXPECTED, "looks at 'smok'; did you mean 'smoke'?"),
        (SMOKE + EXPECTED.replace("rule: both", "rule: bath"), "expect[1].rule: there is no rule 'bath'"),
        (SMOKE + EXPECTED.replace("qth/g1", "qth/g2"), "expect[1].area: there is no area 'qth/g2'"),
        (SMOKE + EXPECTED.replace("source: smoke-1", "source: smoke-2"), "there is no source 'smoke-2'"),
        (SMOKE + EXPECTED.replace("source: smoke-1", "area: qth/g1"), "smoke is by source: it has an alert a source"),
        (SMOKE + EXPECTED.replace("area: qth/g1", "source: cam-1"), "both is by area: it has an alert an area"),
        (SMOKE + EXPECTED.replace("area: qth/g1, ", ""), "give one of 'area' and 'source'"),
        (SMOKE + EXPECTED.replace("end: 30s}", "end: 1s}"), "ends before it starts"),
        (SMOKE + EXPECTED.replace("start: 5s", "starts: 5s"), "is not a known key; did you mean 'start'?"),
        (SMOKE + "    disorder: 3s\n" + EXPECTED, "disorder"),
        (SMOKE + "    start: 2026-03-01T00:00:00\n" + EXPECTED, "has no time zone"),
        (SMOKE + "    start: 9999-12-31T23:59:00Z\n" + EXPECTED, "is no time for a story: from 1970 to 2200"),
        (SMOKE + "    start: 0001-01-01T00:00:00+08:00\n" + EXPECTED, "is outside the calendar"),
        ("    timeline: [{at: 1s, source: cam-1, metric: motion}]\n    expect: []\n", "give a value or a text"),
    ],
)
def test_what_is_wrong_in_a_file_of_tests_is_told_at_its_place(tmp_path: Path, text: str, told: str) -> None:
    found = wrong(tmp_path, text)
    assert any(told in problem and problem.startswith("fire.test.yaml:") for problem in found), found


def test_rules_that_are_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.test.yaml").write_text(HEAD + SMOKE + "    expect: []\n")
    with pytest.raises(ConfigError, match=r"there is no file of rules .*a\.yaml"):
        trial.load(tmp_path / "a.test.yaml")


def test_two_sources_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "fire.yaml").write_text(RULES)
    text = HEAD.replace("cam-1", "smoke-1") + SMOKE + "    expect: []\n"
    (tmp_path / "fire.test.yaml").write_text(text)
    with pytest.raises(ConfigError, match="two sources 'smoke-1'"):
        trial.load(tmp_path / "fire.test.yaml")


def indented(text: str, first: str) -> str:
    """The block of a document that begins with a line, moved to the left margin."""
    lines = text[text.index(f"    {first}\n") :].splitlines()
    end = next(number for number, line in enumerate(lines) if line and not line.startswith("    "))
    return "\n".join(line[4:] for line in lines[:end])


def test_the_test_in_the_document_passes_for_its_first_rule(tmp_path: Path) -> None:
    docs = Path(__file__).parents[2] / "docs"
    rule = indented((docs / "rules.md").read_text(encoding="utf-8"), "rules:")
    guide = (docs / "testing-rules.md").read_text(encoding="utf-8")
    tests = indented(guide[guide.index("## `gridhub rules test") :], "sources:")
    (tmp_path / "smoke.yaml").write_text(rule, encoding="utf-8")
    (tmp_path / "smoke.test.yaml").write_text(tests, encoding="utf-8")
    [outcome] = testing.run(trial.load(tmp_path / "smoke.test.yaml"))
    assert [seen.rule for seen in outcome.seen] == ["smoke-and-movement"]
    assert outcome.passed


def test_the_first_fifteen_minutes_go_as_the_document_tells(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "testing-rules.md").read_text(encoding="utf-8")
    wrong, story = indented(guide, "rules:"), indented(guide, "sources:")
    with pytest.raises(ConfigError) as refused:
        language.parse(wrong, "river.yaml")
    assert [str(problem) for problem in refused.value.problems] == indented_lines(guide, "river.yaml:")
    right = "\n".join(line for line in wrong.splitlines() if "expr" not in line)
    right = right.replace("clear_bellow", "clear_below").replace("for: 5}", "for: 5s}")

    def failed(rule: str, tests: str) -> list[str]:
        (tmp_path / "river.yaml").write_text(rule, encoding="utf-8")
        (tmp_path / "river.test.yaml").write_text(tests, encoding="utf-8")
        outcomes = testing.run(trial.load(tmp_path / "river.test.yaml"))
        return [str(problem).rpartition("/")[2] for outcome in outcomes for problem in outcome.problems]

    assert failed(right, story) == indented_lines(guide, "  river.test.yaml:")
    mended = story.replace("end: 30s", "end: 35s")
    assert failed(right, mended) == []
    assert [line.split(": ")[1] for line in failed(right.replace("above: 1.8", "above: 2.8"), mended)] == [
        "high water, until it has fallen",
    ]  # fmt: skip
    assert "a wave" in {line.split(": ")[1] for line in failed(right.replace(", for: 5s", ""), mended)}


def indented_lines(text: str, start: str) -> list[str]:
    """The lines of a document that begin so, within a block."""
    return [line.strip() for line in text.splitlines() if line.startswith(f"    {start}")]


def command(*paths: Path, as_json: bool = False) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    options = parser.parse_args(["rules", "test", *map(str, paths), *(["--json"] if as_json else [])])
    status: int = options.run(options)
    return status


def test_the_command_tells_what_passed_and_which_rules_no_test_expects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, SMOKE + MOTION + EXPECTED)
    assert command(tmp_path) == 0
    assert command(tmp_path / "fire.yaml") == 0
    words_, told = capsys.readouterr().err.splitlines(), 4
    assert words_[:told] == [
        f"{tmp_path}/fire.test.yaml: 1 test",
        "  ok     story",
        "no test expects an alert of silent",
        "1 test passed",
    ]


def test_the_command_fails_where_a_test_does_and_says_so_to_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, SMOKE + MOTION + EXPECTED.replace("start: 5s", "start: 6s"))
    assert command(tmp_path / "fire.test.yaml", as_json=True) == 1
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["passed"] is False
    [test] = found["tests"]
    assert (test["name"], test["line"], test["problems"][0]["line"]) == ("story", 5, 9)
    assert [alert["start"] for alert in test["alerts"]] == ["5s", "15s"]
    assert "1 of 1 test failed" in err


def test_the_command_names_what_has_no_tests(tmp_path: Path) -> None:
    (tmp_path / "fire.yaml").write_text(RULES)
    with pytest.raises(ConfigError, match=r"fire\.test\.yaml is not there"):
        command(tmp_path / "fire.yaml")
    with pytest.raises(ConfigError, match=r"no \*\.test\.yaml file in this folder"):
        command(tmp_path)


def test_check_reads_files_of_tests_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(tmp_path, SMOKE + EXPECTED)
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    options = parser.parse_args(["rules", "check", str(tmp_path)])
    assert options.run(options) == 0
    assert "nothing is wrong (3 rules, 1 file, 1 file of tests)" in capsys.readouterr().err
