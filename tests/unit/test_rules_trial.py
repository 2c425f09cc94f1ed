"""A file of tests as it is read: whom it speaks of, what is heard and when, and what is wrong with it, at its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.model.area import Area
from hub.model.source import Source, SourceKind
from rules import trial
from rules.trial import Trial

RULE = "rules:\n  - {{name: {}, severity: major, summary: s, by: {}, when: {{metric: {}, above: 0.3}}}}\n"
HEAD = """\
sources:
  - {id: smoke-1, area: qth/g1, type: smoke, name: Smoke, config: {period: 10s}}
  - {id: cam-1, area: qth/g2, type: camera}
"""
STORY = """\
tests:
  - name: story
    series: [{source: smoke-1, metric: smoke, values: 1}]
    expect: []
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fire.yaml").write_text(RULE.format("smoke", "source", "smoke"))
    (tmp_path / "other.yaml").write_text(RULE.format("movement", "area", "motion"))
    return tmp_path


def read(folder: Path, text: str) -> Trial:
    (folder / "fire.test.yaml").write_text(text)
    return trial.load(folder / "fire.test.yaml")


def wrong(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def heard(folder: Path, test: str) -> list[tuple[str, float, float, float | None]]:
    found = read(folder, HEAD + "tests:\n  - name: n\n    expect: []\n" + test)
    start = found.start_of(found.text.tests[0])
    return [
        (word.source, (word.ts - start).total_seconds(), (word.received_at - start).total_seconds(), word.value)
        for word in found.words(found.text.tests[0])
    ]


def test_sources_are_as_it_says_and_called_by_their_id_where_it_does_not(folder: Path) -> None:
    assert read(folder, HEAD + STORY).sources() == {
        "smoke-1": Source("smoke-1", SourceKind.DEVICE, "qth/g1", "smoke", "Smoke", {"period": "10s"}),
        "cam-1": Source("cam-1", SourceKind.CAMERA, "qth/g2", "camera", "cam-1", {}),
    }


def test_areas_are_those_of_its_sources_and_those_it_names(folder: Path) -> None:
    shape = "{type: Point, coordinates: [1, 2]}"
    areas = f"areas:\n  - {{path: qth, name: City, kind: city, geometry: {shape}}}\n  - {{path: qth/g1}}\n"
    assert read(folder, areas + HEAD + STORY).areas() == {
        "qth": Area("qth", "City", "city", {"type": "Point", "coordinates": [1, 2]}),
        "qth/g1": Area("qth/g1", "qth/g1", "grid"),
        "qth/g2": Area("qth/g2", "qth/g2", "grid"),
    }


def test_a_test_begins_when_it_says_or_when_its_file_does_or_at_noon_of_a_monday_in_china(folder: Path) -> None:
    def start(file: str, own: str) -> datetime:
        found = read(folder, file + HEAD + STORY + own)
        return found.start_of(found.text.tests[0])

    assert start("", "") == datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert start("start: 2026-05-01T10:00:00+08:00\n", "") == datetime(2026, 5, 1, 2, tzinfo=UTC)
    assert start("start: '2026-05-01T02:00:00Z'\n", "    start: 2026-06-01T00:00:00Z\n") == datetime(
        2026, 6, 1, tzinfo=UTC
    )


def test_a_word_is_of_where_its_source_stands(folder: Path) -> None:
    words = "    timeline: [{at: 1s, source: smoke-1, metric: smoke, text: x, attrs: {a: 1}}]\n"
    found = read(folder, HEAD + "tests:\n  - name: n\n    expect: []\n" + words)
    [word] = found.words(found.text.tests[0])
    assert (word.area, word.type, word.metric, word.value, word.text, word.attrs) == (
        "qth/g1", "smoke", "smoke", None, "x", {"a": 1},
    )  # fmt: skip
    assert word.received_at == word.ts


def test_series_and_words_are_heard_in_the_order_in_which_they_arrive(folder: Path) -> None:
    story = (
        '    series:\n      - {source: smoke-1, metric: smoke, at: 1s, every: 2s, values: "0.1 _ 0.3"}\n'
        "    timeline:\n      - {at: 2s, late: 10s, source: smoke-1, metric: smoke, value: 0.7}\n"
        "      - {at: 4s, source: smoke-1, metric: smoke, value: 0.8}\n"
    )
    assert heard(folder, story) == [
        ("smoke-1", 1, 1, 0.1), ("smoke-1", 4, 4, 0.8), ("smoke-1", 5, 5, 0.3), ("smoke-1", 2, 12, 0.7),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("7", [7.0]),
        ("-1.5e1 +.5", [-15, 0.5]),
        ("2x0 3", [2, 3]),
        ("0x3 1", [0, 0, 0, 0, 1]),
        ("1-0.5x2", [1, 0.5, 0]),
        ("1+.25x1", [1, 1.25]),
        ("_ 1 _x3 2", [None, 1, None, None, None, 2]),
    ],
)
def test_the_notation_of_values(folder: Path, values: str, expected: list[float | None]) -> None:
    found = heard(folder, f'    every: 1s\n    series: [{{source: smoke-1, metric: smoke, values: "{values}"}}]\n')
    assert [(second, value) for _, second, _, value in found] == [
        (second, value) for second, value in enumerate(expected) if value is not None
    ]


@pytest.mark.parametrize("values", ["1+2", "x3", "1x", "1 2,3", "_1", "1+2x", "one", "1 x2"])
def test_what_is_no_value_is_named(folder: Path, values: str) -> None:
    story = STORY.replace("values: 1", f'values: "{values}"')
    [told] = wrong(folder, HEAD + story)
    token = next(part for part in values.split() if part not in {"1", "2"})
    assert told.endswith(f"values: {token!r} is no value: a number, 0.4x5, 1+2x5, or _ and _x5 for silence")


@pytest.mark.parametrize(("times", "is_taken"), [(99_999, True), (100_000, False)])
def test_a_series_may_have_so_many_values(folder: Path, times: int, is_taken: bool) -> None:
    story = STORY.replace("values: 1", f'values: "1x{times}"')
    if is_taken:
        found = read(folder, HEAD + story)
        assert len(found.words(found.text.tests[0])) == times + 1
    else:
        assert wrong(folder, HEAD + story)[0].endswith("has more than 100000 values")


def test_a_value_that_is_true_is_no_number(folder: Path) -> None:
    assert "values: must be text" in wrong(folder, HEAD + STORY.replace("values: 1", "values: true"))[0]


def test_the_rules_are_those_of_the_files_it_names(folder: Path) -> None:
    assert [rule.name for rule in read(folder, HEAD + STORY).rules] == ["smoke"]
    both = read(folder, "rules: [other.yaml, fire.yaml]\n" + HEAD + STORY)
    assert sorted(rule.name for rule in both.rules) == ["movement", "smoke"]
    assert both.file == str(folder / "fire.test.yaml")


def test_the_first_file_of_rules_that_is_not_there_is_told_at_its_place(folder: Path) -> None:
    assert wrong(folder, "rules: [fire.yaml, no.yaml, none.yaml]\n" + HEAD + STORY) == [
        "fire.test.yaml:1:20: rules[1]: there is no file of rules no.yaml"
    ]


def test_everything_that_nobody_bears_is_told_at_its_place(folder: Path) -> None:
    text = """\
rules: [fire.yaml, other.yaml]
sources:
  - {id: smoke-1, area: qth/g1, type: smoke}
  - {id: smoke-1, area: qth/g2, type: smoke}
tests:
  - name: story
    series: [{source: smoke-2, metric: smoke, values: 1}]
    timeline: [{at: 1s, source: smoke-1, metric: motio, value: 1}]
    expect:
      - {rule: smok, source: smoke-1, start: 1s}
      - {rule: smoke, area: qth/g1, start: 1s}
      - {rule: movement, source: smoke-1, start: 1s}
      - {rule: smoke, source: smoke-9, start: 1s}
      - {rule: movement, area: qth/g7, start: 1s}
"""
    near = "; did you mean "
    assert wrong(folder, text) == [
        f"fire.test.yaml:{told}"
        for told in (
            "4:6: sources[1].id: there are two sources 'smoke-1'",
            f"7:15: tests[0].series[0].source: there is no source 'smoke-2' in this file{near}'smoke-1'?",
            f"8:42: tests[0].timeline[0].metric: no rule of this test looks at 'motio'{near}'motion'?",
            f"10:10: tests[0].expect[0].rule: there is no rule 'smok' in the files of this test{near}'smoke'?",
            "11:23: tests[0].expect[1].area: smoke is by source: it has an alert a source",
            "12:26: tests[0].expect[2].source: movement is by area: it has an alert an area",
            f"13:23: tests[0].expect[3].source: there is no source 'smoke-9' in this file{near}'smoke-1'?",
            f"14:26: tests[0].expect[4].area: there is no area 'qth/g7' in this file{near}'qth/g2'?",
        )
    ]


def test_files_without_a_mistake_are_read_though_another_has_one_and_each_mistake_is_told_once(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / f"{name}.test.yaml").write_text("rules: [broken.yaml]\n" + HEAD + STORY)
    (folder / "broken.yaml").write_text(RULE.format("b", "source", "smoke").replace("above", "abov"))
    good = folder / "fire.test.yaml"
    good.write_text(HEAD + STORY)
    trials, problems = trial.load_what_is_right([folder / "one.test.yaml", good, folder / "two.test.yaml"])
    assert [found.file for found in trials] == [str(good)]
    assert [problem.file for problem in problems] == [str(folder / "broken.yaml")] * len({str(p) for p in problems})


def test_the_disorder_is_no_more_than_a_rule_waits_for() -> None:
    assert timedelta(seconds=2) == trial.MAX_DISORDER
