"""The words of the language: what a rule file may hold, as models that are checked. Pure.

The order of the fields of a model is the order of their checks. ``rules.language`` makes rules of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from hub.model.area import AreaPattern
from rules import summary
from rules.condition_words import MAX_CONDITIONS, Duration, Number, Text, Types, When, shape
from rules.schedule import During

MAX_DEPTH = 8


def _pattern(text: str) -> str:
    AreaPattern.parse(text)
    return text


def _printable(text: str) -> str:
    """A database holds no zero byte: an alert with one in it could never be written, and would hold up all others."""
    odd = next((mark for mark in text if mark not in "\n\t" and unicodedata.category(mark) == "Cc"), "")
    if odd:
        raise ValueError(f"holds a character that cannot be shown (U+{ord(odd):04X})")
    return text


RuleName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Areas = Annotated[list[Annotated[str, AfterValidator(_pattern)]], Field(min_length=1)]
Severity = Literal["critical", "major", "minor", "warning"]


class StepText(Text):
    """When an alert is so bad: a time after its start, or a value of the rule's first threshold."""

    after: Duration | None = None
    above: Number | None = None
    below: Number | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(item is not None for item in (self.after, self.above, self.below)) != 1:
            raise ValueError("is one of after (a duration), above and below (a number)")
        return self


class StepsText(Text):
    start: Severity
    critical: StepText | None = None
    major: StepText | None = None
    minor: StepText | None = None
    warning: StepText | None = None

    def steps(self) -> list[tuple[Severity, StepText]]:
        every: list[tuple[Severity, StepText | None]] = [
            ("critical", self.critical), ("major", self.major), ("minor", self.minor), ("warning", self.warning),
        ]  # fmt: skip
        return [(severity, step) for severity, step in every if step is not None]

    @model_validator(mode="after")
    def _worse(self) -> Self:
        order = ["critical", "major", "minor", "warning"]
        if not self.steps():
            raise ValueError("has no step after 'start': write the severity alone")
        for severity, _ in self.steps():
            if order.index(severity) >= order.index(self.start):
                raise ValueError(f"{severity} is no worse than {self.start}, at which the alert starts")
        return self


_Severity = Annotated[
    Annotated[Severity, Tag("a-word")] | Annotated[StepsText, Tag("a-mapping")],
    Discriminator(shape, custom_error_type="severity", custom_error_message="must be a word or a mapping of steps"),
]
_During = Annotated[
    Annotated[During, Tag("a-mapping")] | Annotated[list[During], Field(min_length=1), Tag("a-list")],
    Discriminator(shape, custom_error_type="during", custom_error_message="must be a schedule or several"),
]


class OverrideText(Text):
    areas: Areas
    params: dict[str, Number | str] = Field(default={}, min_length=1)
    severity: _Severity | None = None
    off: Literal[True] | None = None


class RuleText(Text):
    """``summary`` needs ``by`` and ``when``, ``severity`` needs ``when``."""

    name: RuleName
    by: Literal["area", "source"] = "area"
    areas: Areas | None = None
    types: Types | None = None
    during: _During | None = None
    params: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")], Number | str] = Field(default={})
    overrides: Annotated[list[OverrideText], Field(min_length=1)] | None = None
    when: When
    severity: _Severity
    keep_firing_for: Duration | None = None
    latch: bool = False
    re_alarm: Duration | None = None
    max_sources: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = None
    inhibits: Annotated[list[RuleName], Field(min_length=1)] | None = None
    procedure: Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_printable)] | None = None
    summary: Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_printable)]

    @field_validator("when")
    @classmethod
    def _can_hold(cls, when: When, info: ValidationInfo) -> When:
        conditions = list(when.conditions())
        if len(conditions) > MAX_CONDITIONS or max(depth for _, depth in conditions) > MAX_DEPTH:
            raise ValueError(f"has more than {MAX_CONDITIONS} conditions or is nested deeper than {MAX_DEPTH}")
        names: set[str] = set()
        for condition, _ in conditions:
            if condition.name() in names:
                raise ValueError(f"two conditions are called {condition.name()!r}: give one another name with 'as'")
            names.add(condition.name())
            if info.data.get("by") == "source":
                _check_of_one_source(condition)
        _check_not(when)
        _check_can_meet(when)
        return when

    @field_validator("severity")
    @classmethod
    def _has_a_value_to_rise_with(cls, value: str | StepsText, info: ValidationInfo) -> str | StepsText:
        if isinstance(value, StepsText) and "when" in info.data:
            check_steps(value, info.data["when"])
        return value

    @field_validator("inhibits")
    @classmethod
    def _not_itself(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if info.data.get("name") in value:
            raise ValueError("a rule cannot inhibit itself")
        return value

    @field_validator("summary")
    @classmethod
    def _fields(cls, text: str, info: ValidationInfo) -> str:
        if "when" in info.data and "by" in info.data:
            names = [condition.name() for condition, _ in info.data["when"].conditions()]
            summary.parse(text, names, by_source=info.data["by"] == "source")
        return text


class FileText(Text):
    rules: Annotated[list[RuleText], Field(min_length=1)]


def first_threshold(when: When) -> When | None:
    """The one whose value a severity may rise with."""
    thresholds = (item for item, _ in when.conditions() if item.absent_for is None and item.count is None)
    return next(thresholds, None)


def check_steps(steps: StepsText, when: When) -> None:
    """Raises ValueError."""
    first = first_threshold(when)
    for severity, step in steps.steps():
        if step.after is not None:
            continue
        side = "above" if step.above is not None else "below"
        if first is None or getattr(first, side) is None:
            raise ValueError(f"{severity}: the rule's first threshold has no {side!r} that could go further")


def _check_of_one_source(condition: When) -> None:
    for key, value in (("sources", condition.sources), ("across", condition.across), ("from", condition.from_)):
        if value is not None:
            raise ValueError(f"{condition.name()}: {key!r} is about several sources: write by: area")


def _check_not(when: When, beside_positive: bool = False) -> None:
    """What does not hold says nothing where nothing else does: ``not`` narrows something positive."""
    if when.not_ is not None and not beside_positive:
        raise ValueError("'not' stands only under 'all', beside something that holds")
    positive = when.all_ is not None and any(part.not_ is None for part in when.all_)
    for part in when.parts():
        _check_not(part, beside_positive=positive)


def _check_can_meet(when: When) -> None:
    """One source has one value at a time: two of its thresholds under ``all`` must leave room for one.

    Two sources of an area may well differ; who means these says so by their types.
    """
    for part in when.parts():
        _check_can_meet(part)
    together = [part for part in _together(when) if _is_of_now(part)]
    for low in together:
        for high in together:
            if low.above is None or high.below is None or low.metric != high.metric:
                continue
            if low.types and high.types and not set(low.types) & set(high.types):
                continue
            least = low.above if low.clear_below is None else low.clear_below
            most = high.below if high.clear_above is None else high.clear_above
            if least > most or (least == most and None in (low.clear_below, high.clear_above)):
                raise ValueError(
                    f"can never hold: {low.metric} cannot be above {low.above:g} and below {high.below:g} at one time"
                )


def _is_of_now(part: When) -> bool:
    """Whether it is about the value as it is at the instant, of any source of the own area."""
    others = (part.count, part.within, part.take, part.where, part.from_, part.sources)
    return all(item is None for item in others)


def _together(when: When) -> Iterable[When]:
    """The conditions that must hold at the same time."""
    for part in when.all_ or ():
        if part.all_ is not None:
            yield from _together(part)
        elif not part.is_list:
            yield part
