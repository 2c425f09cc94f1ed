"""Silences: alerts that are muted by what they are, on somebody's word, until a time.

A silence has matchers, all of which an alert must meet. Of an alert that names several sources each must be met: a
silence about a camera under repair does not mute the fire that this camera and a smoke detector saw together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from pydantic_core import SchemaError, SchemaValidator, core_schema

from hub.document import nearest
from hub.model.alert import Severity
from hub.model.area import AreaPattern, contains
from hub.model.pattern import globbed

MAX_VALUE = 200
"""Characters of what a matcher holds."""
MAX_MATCHERS = 16
_MAX_ANY_DEPTH = 4
"""``**`` in a pattern of areas: with more a path that nearly matches takes long to refuse."""
_MAX_REPEATS = 1000
_REPEATS = re.compile(r"\{\s*(\d{1,9})?\s*(?:,\s*(\d{1,9})?\s*)?\}")


class Field(StrEnum):
    """What of an alert a matcher looks at."""

    RULE = "rule"
    SEVERITY = "severity"
    AREA = "area"
    SOURCE = "source"
    TYPE = "type"  # of its sources


class How(StrEnum):
    EXACT = "exact"
    GLOB = "glob"    # * is anything; in areas * is one part of the path and ** any number, as in rules
    REGEX = "regex"  # the whole of it


class Subject(Protocol):
    """What can be muted: an alert, or a decision to raise one."""

    @property
    def rule(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def area(self) -> str: ...
    @property
    def sources(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Matcher:
    field: Field
    how: How
    value: str

    def __post_init__(self) -> None:
        """Raises ValueError, in words for a person, for what could never match or could take long to."""
        if not 1 <= len(self.value) <= MAX_VALUE:
            raise ValueError(f"must have 1 to {MAX_VALUE} characters")
        if self.field is Field.SEVERITY and self.how is How.EXACT and self.value not in list(Severity):
            raise ValueError(f"{self.value!r} is no severity{nearest(self.value, [str(each) for each in Severity])}")
        _test(self)

    def matches(self, text: str) -> bool:
        return _test(self)(text)


@dataclass(frozen=True, slots=True)
class Silence:
    """``area``: it mutes nothing outside of this subtree; None: anywhere. ``ended_by``: who ended it early."""

    id: int
    matchers: tuple[Matcher, ...]
    area: str | None
    owner: str
    reason: str
    begins_at: datetime
    ends_at: datetime
    created_at: datetime
    ended_by: str | None = None

    def holds(self, at: datetime) -> bool:
        """From its beginning until just before its end."""
        return self.begins_at <= at < self.ends_at

    def covers(self, subject: Subject, types: Mapping[str, str]) -> bool:
        """Whether it mutes ``subject`` while it holds; ``types`` are those of the sources, by id."""
        if self.area is not None and not contains(self.area, subject.area):
            return False
        return all(_meets(matcher, subject, types) for matcher in self.matchers)


def notice_before(silence: Silence) -> datetime:
    """When it is said that a silence will end: ten minutes before, or after half of a short one."""
    length = silence.ends_at - silence.begins_at
    return silence.ends_at - min(timedelta(minutes=10), length / 2)


def _meets(matcher: Matcher, subject: Subject, types: Mapping[str, str]) -> bool:
    texts = _texts(matcher.field, subject, types)
    return bool(texts) and all(matcher.matches(text) for text in texts)


def _texts(field: Field, subject: Subject, types: Mapping[str, str]) -> Sequence[str]:
    match field:
        case Field.RULE:
            return (subject.rule,)
        case Field.SEVERITY:
            return (str(subject.severity),)
        case Field.AREA:
            return (subject.area,)
        case Field.SOURCE:
            return subject.sources
        case Field.TYPE:
            # A source that is gone has no type: what is not known does not match.
            return tuple(types.get(source, "") for source in subject.sources)


@lru_cache(maxsize=1024)
def _test(matcher: Matcher) -> Callable[[str], bool]:
    if matcher.how is How.EXACT:
        return matcher.value.__eq__
    if matcher.how is How.REGEX:
        return _regex(matcher.value)
    if matcher.field is not Field.AREA:
        return lambda text: globbed(matcher.value, text)
    if matcher.value.split("/").count("**") > _MAX_ANY_DEPTH:
        raise ValueError(f"has more than {_MAX_ANY_DEPTH} times **")
    return AreaPattern.parse(matcher.value).matches


def _regex(text: str) -> Callable[[str], bool]:
    """A test of the whole of a text, by the regular expressions of Rust, whose time grows with the text alone
    (https://docs.rs/regex/latest/regex/#untrusted-input); how large one may become is bounded there and here."""
    repeats = 1
    for found in _REPEATS.finditer(text):
        repeats *= max(1, *(int(number) for number in found.groups() if number), 1)
    if repeats > _MAX_REPEATS:
        raise ValueError(f"repeats more than {_MAX_REPEATS} times in all")
    try:
        _compiled(text)  # by itself, so that no bracket of it closes ours
        return _compiled(rf"\A(?:{text})\z").isinstance_python
    except SchemaError as error:
        raise ValueError(f"{text!r} is not a regular expression: {_words(error)}") from error


def _compiled(text: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=text, regex_engine="rust-regex"))


def _words(error: SchemaError) -> str:
    """The last line that the compiler of the expression says."""
    lines = [line.strip().removeprefix("error: ") for line in str(error).splitlines() if line.strip()]
    return lines[-1].removeprefix("SchemaError: ") if lines else "it cannot be compiled"
