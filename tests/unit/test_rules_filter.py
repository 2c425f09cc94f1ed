"""Filters in CEL: what passes, what is refused when it is written, and what can never hold the engine up."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.model.observation import Stored
from rules.filter import KNOWN, MAX_LENGTH, Filter

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(
    value: float | None = 0.4, text: str | None = None, attrs: Mapping[str, Any] | None = None, source: str = "cam-1"
) -> Stored:
    return Stored(source, "qth/a/g1", "camera", "motion", AT, AT, value, text, attrs)


PERSON = said(attrs={"class": "person", "n": 3, "boxes": [{"w": 0.2}, {"w": 0.6}], "track": None})


@pytest.mark.parametrize(
    "text",
    [
        "value > 0.3",
        "value > 0",
        "value + 1.0 > 1.2",
        "attrs.class == 'person'",
        "attrs['class'] in ['person', 'car']",
        "attrs.n > 2.5 && attrs.n < 4",
        "has(attrs.class) && !has(attrs.colour)",
        "attrs.track == null",
        "attrs.boxes.exists(box, box.w > 0.5)",
        "size(attrs.boxes) == 2",
        "text == null",
        "type == 'camera' && source.startsWith('cam') && metric == 'motion'",
        "area.matches('^qth/.*/g[0-9]$')",
    ],
)
def test_what_is_so_passes(text: str) -> None:
    found = Filter.parse(text)
    assert found.passes(PERSON)
    assert not Filter.parse(f"!({text})").passes(PERSON)
    assert not found.failed


def test_words_in_any_script_are_compared() -> None:
    assert Filter.parse("text == '冒烟'").passes(said(None, "冒烟"))
    assert not Filter.parse("text == '冒烟'").passes(said(None, "正常"))


@pytest.mark.parametrize(
    ("text", "observation", "cause"),
    [
        ("attrs.colour == 'red'", PERSON, "missing"),
        ("attrs.colour == 'red'", said(), "missing"),
        ("attrs.boxes[7].w > 0.1", PERSON, "missing"),
        ("attrs.class > 3", PERSON, "wrong_type"),
        ("value > 0.3", said(None, "x"), "wrong_type"),
        ("text.contains('x')", said(), "wrong_type"),
        ("attrs.class", PERSON, "not_a_truth"),
        ("10 / (attrs.n - 3) > 1", PERSON, "arithmetic"),
        ("attrs.n * 9223372036854775807 > 1", PERSON, "arithmetic"),
        ("attrs.n == 1", said(attrs={"n": 2**70}), "other"),
    ],
)
def test_what_cannot_be_evaluated_does_not_pass_and_is_counted(text: str, observation: Stored, cause: str) -> None:
    found = Filter.parse(text)
    assert not found.passes(observation)
    assert not found.passes(observation)
    assert found.failed == {cause: 2}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("valu > 1", "column 1: 'valu' is not known; known are value, text,"),
        ("valu > 1", "did you mean 'value'?"),
        ("value > 1 && attr.n > 2", "did you mean 'attrs'?"),
        ("value > 1.0 &&\n aera == 'x'", "line 2, column 2: 'aera'"),
        ("value > ", "column 9: mismatched input its end"),
        ("", "column 1"),
        ("value >> 1", "column 8"),
        ("'x'.foo()", "'foo' is not known"),
        ("source > 3", "column 8: found no matching overload"),
        ("source", "is a string, neither true nor false"),
        ("{'a': 1}", "is a map"),
        ("value + 1 > 2", "write 1.0, not 1"),
        ("value > 'a'", "value is a double"),
        ("source.matches('[a')", "none of RE2: missing ]"),
        ("(" * 60 + "true" + ")" * 60, "nested too deeply"),
        ("'" + "a" * MAX_LENGTH + "' == source", f"longer than {MAX_LENGTH}"),
        ("attrs.a.all(x, attrs.a.all(y, x > y))", "more than one list"),
    ],
)
def test_a_mistake_is_told_with_its_column_and_what_is_known(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Filter.parse(text)
    assert words in str(caught.value)


def test_the_longest_text_is_taken() -> None:
    text = "source == ''"
    longest = text.replace("''", f"'{'a' * (MAX_LENGTH - len(text))}'")
    assert len(longest) == MAX_LENGTH
    assert not Filter.parse(longest).passes(said())


def test_a_name_inside_a_string_is_no_walk() -> None:
    assert not Filter.parse("source == 'all (' || attrs.kind == 'map (' || attrs.a.exists(x, x > 1)").passes(said())


@pytest.mark.parametrize(
    ("text", "attrs"),
    [
        ("source.matches('(a+)+$')", None),
        ("source.matches('(a|aa)*b?$')", None),
        ("source.matches(attrs.pattern)", {"pattern": "(a*)*b$" * 50}),
        ("source.matches(attrs.pattern)", {"pattern": "(a{1000}){1000}"}),
        ("attrs.list.map(x, attrs.list + attrs.list) == []", {"list": list(range(200))}),
        ("attrs.list.all(x, x >= 0)", {"list": list(range(20_000))}),
    ],
)
def test_nothing_holds_the_engine_up(text: str, attrs: Mapping[str, Any] | None) -> None:
    found = Filter.parse(text)
    before = time.process_time()
    found.passes(said(attrs=attrs, source="a" * 5000 + "!"))
    assert time.process_time() - before < 0.5


def test_more_steps_than_are_allowed_do_not_pass() -> None:
    found = Filter.parse("attrs.list.all(x, x >= 0)")
    assert found.passes(said(attrs={"list": list(range(5000))}))
    assert not found.passes(said(attrs={"list": list(range(20_000))}))
    assert found.failed == {"too_long": 1}


@pytest.mark.parametrize(("text", "words"), [("1 + 1", "is an int, neither"), ("'x'", "is a string, neither")])
def test_what_is_neither_true_nor_false_is_named(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Filter.parse(text)


def test_a_mistake_does_not_list_all_that_could_stand_there() -> None:
    with pytest.raises(ValueError, match="is not CEL") as caught:
        Filter.parse("value > > 2")
    assert "expecting" not in str(caught.value)


WALKS = "walks through more than one list (all, exists, filter, …): one is allowed"
JOINED = (
    "joins what does not go together: value is a double (in sums write 1.0, not 1), text a string; the library says "
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("value > ", "is not CEL, column 9: mismatched input its end"),
        ("value > 1.0 &&\n value > ", "is not CEL, line 2, column 10: mismatched input its end"),
        ("('a' == 'b'", "is not CEL, column 12: missing ')' at its end"),
        ("source > 3", "is not CEL, column 8: found no matching overload for '_>_' applied to '(string, int)'"),
        ("attrs.a = 1", "is not CEL, column 9: token recognition error at: '= '; equal is written =="),
        ("true and false", "is not CEL, column 6: mismatched input 'and'; and is written &&"),
        (
            "value > 1.0 && aeras == 'x'",
            f"column 16: 'aeras' is not known; known are {', '.join(KNOWN)}; did you mean 'area'?",
        ),
        ("zebra", f"column 1: 'zebra' is not known; known are {', '.join(KNOWN)}"),
        ("(" * 60 + "true" + ")" * 60, "is nested too deeply"),
        ("[1]", "is a list<int>, neither true nor false"),
        ("1 + 1", "is an int, neither true nor false"),
        ("source.matches('[a')", "has a pattern that is none of RE2: missing ]: [a"),
        ("value + 1 > 2", JOINED + "No matching overloads found : _+_(double, int64)"),
        ("value.size() > 1", JOINED + "No matching overloads found : (double).size()"),
        ("attrs.m.map (x, x) == attrs.l.filter(x, x > 1)", WALKS),
        ("attrs.a.exists_one(x, x) || attrs.a.all(x, x)", WALKS),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Filter.parse(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "text.contains('x')",  # right where there is a text
        "value > 0.5 || text == 'x'",
        "int(text) > 1",  # a text that is no number is no mistake of the author
        "1 / (attrs.a - 1) > 1",
        "attrs.a.b > 1.0",
        "text == null ? value > 1.0 : text.size() > 2",
        "value == null || value > 0.5",
        "source.matches(attrs.pattern)",
    ],
)
def test_what_may_be_right_for_some_observation_is_taken(text: str) -> None:
    assert not Filter.parse(text).failed


def test_a_quote_within_a_string_does_not_end_it() -> None:
    for quote, other in ("'\"", "\"'"):
        text = f"{quote}a\\{quote}all(exists({other}{quote} == source || attrs.n.all(x, x > 1)"
        assert Filter.parse(text).passes(said(attrs={"n": [2, 3]}))
