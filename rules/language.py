"""Rule files: YAML in, frozen rules out, or every mistake at once with its line, column and key.

``docs/rules.md`` describes the language for its authors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hub import document
from hub.document import Document
from hub.errors import ConfigError, Problem
from hub.model.alert import Severity
from hub.model.times import format_duration, parse_duration
from rules import summary
from rules.conditions import Absence, Condition, Count, Level, Threshold
from rules.fusion import AllOf, AnyOf, Leaf, Node, leaves
from rules.rule import AreaPattern, Rule
from rules.window import microseconds

MAX_DURATION = timedelta(days=7)
MIN_ABSENCE = timedelta(seconds=5)
"""Shorter than this, a message that is merely on its way would be taken for silence."""
_MAX_CONDITIONS = 32
_MAX_DEPTH = 8


def _duration(value: object) -> timedelta:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a duration: a number and a unit, as in 10s or 1m30s")  # noqa: TRY004
    duration = parse_duration(value)
    if duration <= timedelta(0):
        raise ValueError("must be longer than nothing: leave it out instead")
    if duration > MAX_DURATION:
        raise ValueError(f"{value} is longer than {format_duration(MAX_DURATION)}, the most a rule can remember")
    return duration


def _pattern(text: str) -> str:
    AreaPattern.parse(text)
    return text


def _not_reserved(name: str) -> str:
    if name in summary.RESERVED:
        raise ValueError(f"{name!r} is taken: summaries call something else by this name")
    return name


_Duration = Annotated[timedelta, BeforeValidator(_duration)]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
_As = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$"), AfterValidator(_not_reserved)]
_Metric = Annotated[str, Field(pattern=r"^\p{L}[\p{L}\p{M}\p{N}_.-]{0,126}$")]
"""Letters of any script: zones and lines bring their own names into it."""
_SourceType = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _has_a_value(cls, value: object) -> object:
        if value is None:
            raise ValueError("has no value: write one, or leave the key out")
        return value


class _When(_Text):
    """One condition, or ``all`` or ``any`` of several. The order of the fields is the order of their checks."""

    all_: Annotated[list[_When], Field(min_length=1)] | None = Field(None, alias="all")
    any_: Annotated[list[_When], Field(min_length=1)] | None = Field(None, alias="any")
    metric: _Metric | None = None
    as_: _As | None = Field(None, alias="as")
    types: Annotated[list[_SourceType], Field(min_length=1)] | None = None
    above: _Number | None = None
    below: _Number | None = None
    clear_below: _Number | None = None
    clear_above: _Number | None = None
    absent_for: _Duration | None = None
    count: Annotated[int, Field(strict=True, ge=2, le=1000)] | None = None
    in_: _Duration | None = Field(None, alias="in")
    for_: _Duration | None = Field(None, alias="for")
    within: _Duration | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_a_condition(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise ValueError("must be a condition, such as {metric: smoke, above: 0.3}, or all or any of several")  # noqa: TRY004
        return value

    @field_validator("any_", "metric", "as_", "types", "above", "absent_for", "count", "in_", "for_", "within")
    @classmethod
    def _not_beside_a_list(cls, value: object, info: ValidationInfo) -> object:
        for key in ("all", "any"):
            if info.data.get(f"{key}_") is not None:
                raise ValueError(f"cannot stand beside {key!r}: put it into one of the conditions listed there")
        return value

    @field_validator("below")
    @classmethod
    def _one_side(cls, value: float | None, info: ValidationInfo) -> float | None:
        if info.data.get("above") is not None:
            raise ValueError("cannot stand beside 'above': write two conditions under all (a band) or any (outside it)")
        return value

    @field_validator("clear_below")
    @classmethod
    def _clears_below(cls, value: float, info: ValidationInfo) -> float:
        limit = info.data.get("above")
        if limit is None:
            raise ValueError("belongs to 'above'; to 'below' belongs 'clear_above'")
        if value > limit:
            raise ValueError(f"{value:g} is above the threshold {limit:g}, so the condition would end as it begins")
        return value

    @field_validator("clear_above")
    @classmethod
    def _clears_above(cls, value: float, info: ValidationInfo) -> float:
        limit = info.data.get("below")
        if limit is None:
            raise ValueError("belongs to 'below'; to 'above' belongs 'clear_below'")
        if value < limit:
            raise ValueError(f"{value:g} is below the threshold {limit:g}, so the condition would end as it begins")
        return value

    @field_validator("absent_for")
    @classmethod
    def _long_enough(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        if info.data.get("above") is not None or info.data.get("below") is not None:
            raise ValueError("cannot stand beside a threshold: silence has no value; write two conditions")
        if value < MIN_ABSENCE:
            raise ValueError(f"is shorter than {format_duration(MIN_ABSENCE)}: a late message would look like silence")
        return value

    @field_validator("count", "for_", "within")
    @classmethod
    def _has_a_threshold(cls, value: object, info: ValidationInfo) -> object:
        if info.data.get("absent_for") is not None:
            raise ValueError("cannot stand beside 'absent_for'; a longer silence is a longer absent_for")
        return value

    @field_validator("for_", "within")
    @classmethod
    def _not_counted(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        if info.data.get("count") is not None:
            raise ValueError("cannot stand beside 'count', which has its window in 'in'")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.all_ is not None or self.any_ is not None:
            return self
        if self.metric is None:
            raise ValueError("'metric' is missing (or 'all' or 'any' with a list of conditions)")
        if self.above is None and self.below is None and self.absent_for is None:
            raise ValueError("what to look for is missing: 'above', 'below' or 'absent_for'")
        if (self.count is None) != (self.in_ is None):
            raise ValueError(f"'count' and 'in' go together: {'in' if self.in_ is None else 'count'!r} is missing")
        if self.count is not None and (self.clear_below is not None or self.clear_above is not None):
            raise ValueError("a count has no hysteresis: leave out clear_below and clear_above")
        return self

    def name(self) -> str:
        return self.as_ or (self.metric or "").lower().replace(".", "_").replace("-", "_")

    def conditions(self, depth: int = 1) -> Iterable[tuple[_When, int]]:
        """The conditions in the order in which they are written, with their depth."""
        parts = self.all_ or self.any_
        if parts is None:
            yield self, depth
        for part in parts or ():
            yield from part.conditions(depth + 1)


class _RuleText(_Text):
    """The order of the fields is the order of their checks: ``summary`` needs ``by`` and ``when``."""

    name: _Name
    severity: Literal["critical", "major", "minor", "warning"]
    by: Literal["area", "source"] = "area"
    areas: Annotated[list[Annotated[str, AfterValidator(_pattern)]], Field(min_length=1)] | None = None
    when: _When
    keep_firing_for: _Duration | None = None
    procedure: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    summary: Annotated[str, Field(min_length=1, max_length=300)]

    @field_validator("when")
    @classmethod
    def _can_hold(cls, when: _When) -> _When:
        conditions = list(when.conditions())
        if len(conditions) > _MAX_CONDITIONS or max(depth for _, depth in conditions) > _MAX_DEPTH:
            raise ValueError(f"has more than {_MAX_CONDITIONS} conditions or is nested deeper than {_MAX_DEPTH}")
        names: set[str] = set()
        for condition, _ in conditions:
            if condition.name() in names:
                raise ValueError(f"two conditions are called {condition.name()!r}: give one another name with 'as'")
            names.add(condition.name())
        _check_can_meet(when)
        return when

    @field_validator("summary")
    @classmethod
    def _fields(cls, text: str, info: ValidationInfo) -> str:
        if "when" in info.data and "by" in info.data:
            names = [condition.name() for condition, _ in info.data["when"].conditions()]
            summary.parse(text, names, by_source=info.data["by"] == "source")
        return text


class _File(_Text):
    rules: Annotated[list[_RuleText], Field(min_length=1)]


def load(path: Path) -> list[Rule]:
    """The rules of one file. Raises ConfigError with everything that is wrong in it."""
    source = document.load(path)
    return _rules(source, path.read_text(encoding="utf-8"))


def parse(text: str, file: str) -> list[Rule]:
    """The rules of a text. Raises ConfigError with everything that is wrong in it; ``file`` is what it calls it."""
    return _rules(document.parse(text, file), text)


def load_all(paths: Iterable[Path]) -> list[Rule]:
    """The rules of several files. Raises ConfigError with everything that is wrong in any of them."""
    rules, problems = load_what_is_right(paths)
    if problems:
        raise ConfigError(problems)
    return rules


def load_what_is_right(paths: Iterable[Path]) -> tuple[list[Rule], list[Problem]]:
    """The rules of those files in which nothing is wrong, and everything that is wrong in the others."""
    rules: list[Rule] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            rules += load(path)
        except ConfigError as error:
            problems += error.problems
    return rules, problems + _repeated(rules)


def _rules(source: Document, text: str) -> list[Rule]:
    file = document.validate(source, _File)
    lines = text.splitlines()
    starts = [source.locate(("rules", index)) for index in range(len(file.rules))]
    ends = [line - 1 for line, _ in starts[1:]] + [len(lines)]
    rules = [
        _rule(written, source.file, line, _excerpt(lines[line - 1 : end], column))
        for written, (line, column), end in zip(file.rules, starts, ends, strict=True)
    ]
    if problems := _repeated(rules):
        raise ConfigError(problems)
    return rules


def _excerpt(lines: Sequence[str], column: int) -> str:
    """A rule as it is written, moved to the left margin, without the dash and without what follows it."""
    own = [lines[0][column - 1 :]] if lines else []
    for line in lines[1:]:
        if line.strip() and len(line) - len(line.lstrip()) < column - 1:
            break
        own.append(line[column - 1 :])
    while own and (not own[-1].strip() or own[-1].lstrip().startswith("#")):
        own.pop()
    return "\n".join(own) + "\n"


def _repeated(rules: Sequence[Rule]) -> list[Problem]:
    first: dict[str, Rule] = {}
    problems = []
    for rule in rules:
        known = first.setdefault(rule.name, rule)
        if known is not rule:
            message = f"{rule.name!r} is already the name of a rule: {known.file}:{known.line}"
            problems.append(Problem(rule.file, rule.line, 1, "name", message))
    return problems


def _rule(written: _RuleText, file: str, line: int, text: str) -> Rule:
    when = _node(written.when, iter(range(_MAX_CONDITIONS)))
    conditions = tuple(leaf.condition for leaf in leaves(when))
    logic = written.model_dump(mode="json", include={"name", "by", "areas", "when", "keep_firing_for"})
    return Rule(
        name=written.name,
        severity=Severity(written.severity),
        summary=summary.parse(written.summary, [item.name for item in conditions], written.by == "source"),
        areas=tuple(AreaPattern.parse(pattern) for pattern in written.areas or ()),
        by=written.by,
        when=when,
        conditions=conditions,
        keep_firing_us=microseconds(written.keep_firing_for) if written.keep_firing_for else 0,
        procedure=written.procedure,
        digest=hashlib.sha256(json.dumps(logic, sort_keys=True).encode()).hexdigest(),
        file=file,
        line=line,
        text=text,
    )


def _node(when: _When, numbers: Iterable[int]) -> Node:
    if when.all_ is not None:
        return AllOf(tuple(_node(part, numbers) for part in when.all_))
    if when.any_ is not None:
        return AnyOf(tuple(_node(part, numbers) for part in when.any_))
    return Leaf(next(iter(numbers)), _condition(when))


def _condition(when: _When) -> Condition:
    name, metric, types = when.name(), when.metric or "", frozenset(when.types or ())
    if when.absent_for is not None:
        return Absence(name, metric, types, microseconds(when.absent_for))
    level = _level(when)
    if when.count is not None and when.in_ is not None:
        return Count(name, metric, types, level, when.count, microseconds(when.in_))
    hold, within = (microseconds(item) if item else 0 for item in (when.for_, when.within))
    return Threshold(name, metric, types, level, hold, within)


def _level(when: _When) -> Level:
    if when.above is not None:
        return Level(when.above, rising=True, clear=when.clear_below)
    assert when.below is not None  # noqa: S101  checked when the file was read
    return Level(when.below, rising=False, clear=when.clear_above)


def _check_can_meet(when: _When) -> None:
    """One source has one value at a time: two of its thresholds under ``all`` must leave room for one.

    Two sources of an area may well differ; who means these says so by their types.
    """
    for part in when.all_ or when.any_ or ():
        _check_can_meet(part)
    together = [part for part in _together(when) if part.count is None and part.within is None]
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


def _together(when: _When) -> Iterable[_When]:
    """The conditions that must hold at the same time."""
    for part in when.all_ or ():
        yield from _together(part) if part.all_ is not None else (part,)
