"""Which alerts a silence mutes, and that no matcher takes long."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.alert import Severity
from hub.model.pattern import globbed
from hub.model.silence import Field, How, Matcher, Silence, notice_before

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
TYPES = {"smoke-1": "smoke", "cam-1": "camera", "cam-2": "camera"}


@dataclass(frozen=True)
class Subject:
    rule: str = "smoke"
    severity: Severity = Severity.MAJOR
    area: str = "qth/taoshan/g1"
    sources: tuple[str, ...] = ("smoke-1",)


def silence(*matchers: Matcher, area: str | None = None, minutes: float = 60) -> Silence:
    return Silence(1, matchers, area, "otto", "repairs", T0, T0 + timedelta(minutes=minutes), T0)


def matcher(field: str, how: str, value: str) -> Matcher:
    return Matcher(Field(field), How(how), value)


@pytest.mark.parametrize(
    ("field", "how", "value", "expected"),
    [
        ("rule", "exact", "smoke", True), ("rule", "exact", "smok", False), ("rule", "glob", "sm*e", True),
        ("rule", "glob", "smoke-*", False), ("rule", "regex", "smoke|heat", True), ("rule", "regex", "mok", False),
        ("severity", "exact", "major", True), ("severity", "regex", "m(aj|in)or", True),
        ("severity", "exact", "minor", False),
        ("area", "exact", "qth/taoshan/g1", True), ("area", "exact", "qth/taoshan", False),
        ("area", "glob", "qth/*", False), ("area", "glob", "qth/**", True), ("area", "glob", "qth/*/g1", True),
        ("area", "regex", "qth/.*", True),
        ("source", "exact", "smoke-1", True), ("source", "glob", "smoke-*", True), ("source", "exact", "cam-1", False),
        ("type", "exact", "smoke", True), ("type", "exact", "camera", False),
    ],
)  # fmt: skip
def test_a_matcher_meets(field: str, how: str, value: str, expected: bool) -> None:
    assert silence(matcher(field, how, value)).covers(Subject(), TYPES) is expected


def test_every_matcher_must_meet() -> None:
    both = matcher("rule", "exact", "smoke"), matcher("source", "exact", "cam-1")
    assert not silence(*both).covers(Subject(), TYPES)
    assert silence(*both).covers(Subject(sources=("cam-1",)), TYPES)


@pytest.mark.parametrize(("field", "value"), [("source", "cam-*"), ("type", "camera")])
def test_what_two_sources_saw_is_not_muted_for_one_of_them(field: str, value: str) -> None:
    muting = silence(matcher(field, "glob", value))
    assert muting.covers(Subject(sources=("cam-1", "cam-2")), TYPES)
    assert not muting.covers(Subject(sources=("cam-1", "smoke-1")), TYPES)
    assert not muting.covers(Subject(sources=()), TYPES)


def test_a_source_of_unknown_type_is_not_muted_by_type() -> None:
    assert not silence(matcher("type", "glob", "cam*")).covers(Subject(sources=("new-1",)), TYPES)


def test_nothing_outside_of_its_area_is_muted() -> None:
    muting = silence(matcher("rule", "glob", "*"), area="qth/taoshan")
    assert muting.covers(Subject(area="qth/taoshan"), TYPES)
    assert muting.covers(Subject(), TYPES)
    assert not muting.covers(Subject(area="qth/taoshan2/g1"), TYPES)
    assert not muting.covers(Subject(area="qth"), TYPES)


def test_it_holds_from_its_beginning_until_just_before_its_end() -> None:
    muting = silence()
    held = [muting.holds(T0 + timedelta(minutes=at)) for at in (-1, 0, 59.9, 60)]
    assert held == [False, True, True, False]


@pytest.mark.parametrize(("minutes", "before"), [(60, 10), (20, 10), (4, 2)])
def test_its_end_is_announced_ten_minutes_before_or_after_half_of_a_short_one(minutes: float, before: float) -> None:
    muting = silence(minutes=minutes)
    assert muting.ends_at - notice_before(muting) == timedelta(minutes=before)


@pytest.mark.parametrize(
    ("field", "how", "value", "words"),
    [
        ("severity", "exact", "majr", "did you mean 'major'"),
        ("rule", "regex", "(smoke", "unclosed group"),
        ("rule", "regex", "a)|(b", "unopened group"),
        ("rule", "regex", "(?=a)", "not supported"),
        ("rule", "regex", "(.{0,99}){0,99}", "repeats more than 1000 times"),
        ("rule", "regex", r"(\w{0,30}){0,30}", "size limit"),
        ("area", "glob", "qth//x", "not a pattern of areas"),
        ("area", "glob", "**/a/**/b/**/c/**/d/**", "more than 4 times"),
        ("rule", "exact", "", "1 to 200"),
        ("rule", "exact", "x" * 201, "1 to 200"),
    ],
)
def test_a_matcher_is_refused_with_what_is_wrong(field: str, how: str, value: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        matcher(field, how, value)


@pytest.mark.parametrize(
    ("field", "how", "value"),
    [
        ("rule", "regex", "(a+)+b"), ("rule", "regex", "(.{0,30}){0,30}!"), ("rule", "regex", "(a|a)*b"),
        ("rule", "glob", "*a" * 99), ("area", "glob", "**/" * 4 + "b"),
    ],
)  # fmt: skip
def test_no_matcher_takes_long_however_it_is_written(field: str, how: str, value: str) -> None:
    muting = silence(matcher(field, how, value))
    subject = Subject(rule="a" * 127, area="/".join(["a"] * 11))
    started_s = time.process_time()
    muting.covers(subject, TYPES)
    assert time.process_time() - started_s < 0.1


@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_a_glob_matches_as_its_regular_expression_does(pattern: str, text: str) -> None:
    meant = ".*".join(re.escape(part) for part in pattern.split("*"))
    assert globbed(pattern, text) is (re.fullmatch(meant, text) is not None)
