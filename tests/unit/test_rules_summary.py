"""One line for the operator: what may stand in it, and how it reads."""

from __future__ import annotations

import pytest

from rules import summary
from rules.summary import RESERVED, Facts
from tests.unit.rules_timeline import G1, said

WORD = said("smoke-1", 0, 0.6234, text="alarm")
FACTS = Facts("fire", G1, "一区", "smoke-1", "烟感 1", {"smoke": WORD, "heat": WORD._replace(value=None, text=None)})


def rendered(text: str, facts: Facts = FACTS) -> str:
    return summary.parse(text, ["smoke", "heat", "other"], by_source=True).render(facts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("{{x}} {rule.name}", "{x} fire"),
        ("{area.name}/{area.path}", f"一区/{G1}"),
        ("{source.id} {source.name}", "smoke-1 烟感 1"),
        ("{smoke.value}", "0.6234"),
        ("{smoke.value:.1f} {smoke.value:.0%} {smoke.value:+.2f}", "0.6 62% +0.62"),
        ("{smoke.text} {smoke.source} {smoke.metric}!", "alarm smoke-1 smoke!"),
        ("{heat.value}{heat.value:.1f}{heat.text}", "–––"),
        ("{other.value} {other.text} {other.source} {other.metric}", "– – – –"),
    ],
)
def test_its_fields_are_filled_in(text: str, expected: str) -> None:
    assert rendered(text) == expected


def test_a_number_is_written_without_digits_that_say_nothing() -> None:
    def value(number: float) -> str:
        return rendered("{smoke.value}", FACTS._replace(conditions={"smoke": WORD._replace(value=number)}))

    assert [value(number) for number in (3.0, 0.1, 1234567.0, 0.0)] == ["3", "0.1", "1.23457e+06", "0"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{area.n}", "{area.n} is not a field: known are smoke.value, smoke.text, smoke.source, smoke.metric, area."),
        ("{area.nam}", "rule.name; did you mean 'area.name'?"),
        ("{}", "{} is not a field: known are "),
        ("{0}", "{0} is not a field: known are "),
        ("{source.name}", "{source.name} is not a field: known are "),
        ("{smoke.value:>20}", "value} has a format that is not allowed: only values have one, such as .2f or .0%"),
        ("{area.name:g}", "{area.name} has a format that is not allowed"),
        ("{smoke.value!s}", "{smoke.value} has a format that is not allowed"),
        ("{smoke.value", "is not a template: expected '}' before end of string; write {{ and }} for braces"),
    ],
)
def test_what_cannot_stand_in_it_is_told(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        summary.parse(text, ["smoke"], by_source=False)
    assert told in str(refused.value)


def test_a_condition_may_not_be_called_what_something_else_is() -> None:
    assert set(RESERVED) == {"area", "source", "rule"}
