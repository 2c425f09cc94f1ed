"""Files of tests: what is heard, and which alerts the rules beside them should raise. Pure, but for reading files.

    rules: [fire.yaml]                       # left out: fire.test.yaml tests fire.yaml
    sources:
      - {id: smoke-1, area: qth/g1, type: smoke}
    tests:
      - name: ten seconds of smoke
        every: 5s
        series:
          - {source: smoke-1, metric: smoke, values: "0.02 0.4x5 _x2 0.02"}
        expect:
          - {rule: smoke, source: smoke-1, start: 15s, end: 45s}

``docs/rules.md`` describes them for authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hub import document
from hub.config.values import AreaPath, Duration, Settings, SourceId
from hub.document import Document, Loc, nearest
from hub.errors import ConfigError, Problem
from hub.model.area import Area
from hub.model.observation import Stored
from hub.model.source import Source, SourceKind
from hub.model.times import aware, parse_instant
from rules import language
from rules.rule import Rule

SUFFIX = ".test.yaml"
MAX_DISORDER = timedelta(seconds=2)
"""As much as a rule waits for; what comes later is left out, and so are its alerts."""
_MAX_VALUES = 100_000
_START = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday, noon in China
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""When stories may begin: the calendar has room for the longest after it."""
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TOKEN = re.compile(rf"(?:(?P<silent>_)|(?P<first>{_NUMBER})(?P<step>[+-](?:\d+\.?\d*|\.\d+))?)(?:x(?P<times>\d+))?")
_NOTHING = timedelta(0)


def _values(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _notation(text: str) -> str:
    _expand(text)
    return text


def _expand(text: str) -> list[float | None]:
    """``1 0.5x2 1+2x2 _ _x2`` is 1, 0.5 0.5 0.5, 1 3 5, and three times nothing: the notation of promtool."""
    values: list[float | None] = []
    for token in text.split():
        match = _TOKEN.fullmatch(token)
        if match is None or (match["step"] and not match["times"]):
            raise ValueError(f"{token!r} is no value: a number, 0.4x5, 1+2x5, or _ and _x5 for silence")
        times = int(match["times"] or (1 if match["silent"] else 0))
        if len(values) + times >= _MAX_VALUES:
            raise ValueError(f"has more than {_MAX_VALUES} values")
        if match["silent"]:
            values += [None] * times
        else:
            first, step = float(match["first"]), float(match["step"] or 0)
            values += [first + step * number for number in range(times + 1)]
    if not any(value is not None for value in values):
        raise ValueError("has no value in it")
    return values


def _moment(value: object) -> datetime:
    found = aware(value) if isinstance(value, datetime) else parse_instant(value)  # YAML reads some times itself
    if not _FIRST <= found < _LAST:
        raise ValueError(f"{found.isoformat()} is no time for a story: from {_FIRST.year} to {_LAST.year}")
    return found


_Moment = Annotated[datetime, BeforeValidator(_moment)]
_Some = Annotated[Duration, Field(gt=_NOTHING)]
_From0 = Annotated[Duration, Field(ge=_NOTHING, le=timedelta(days=400))]
_Notation = Annotated[str, BeforeValidator(_values), AfterValidator(_notation)]


class AreaText(Settings):
    """An area. Left out altogether: each source's area, with its path for a name."""

    path: AreaPath
    name: str | None = None
    kind: str = "grid"
    geometry: dict[str, Any] | None = None


class SourceText(Settings):
    id: SourceId
    area: AreaPath
    type: str
    name: str | None = None
    config: dict[str, Any] = Field(default={})
    """What its settings say, such as the ``period`` at which it should report."""


class SeriesText(Settings):
    """Values of one metric of one source, one each ``every``."""

    source: str
    metric: str
    values: _Notation
    at: _From0 = _NOTHING
    every: _Some | None = None


class WordText(Settings):
    """One observation: when it happened, and how much later the hub hears of it."""

    at: _From0
    source: str
    metric: str
    value: float | None = None
    text: str | None = None
    attrs: dict[str, Any] | None = None
    late: _From0 = _NOTHING

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.value is None and self.text is None:
            raise ValueError("says nothing: give a value or a text")
        return self


Severity = Literal["critical", "major", "minor", "warning"]


class StepText(Settings):
    """From then on an alert is of this severity."""

    at: _From0
    severity: Severity


class AlertText(Settings):
    """An alert that is expected, in time since the start. Without ``end`` it is still on when the test ends."""

    rule: str
    area: str | None = None
    source: str | None = None
    start: _From0
    end: _From0 | None = None
    severity: Severity | None = None
    becomes: list[StepText] | None = None
    summary: str | None = None
    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    """To within 0.005."""

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if (self.area is None) == (self.source is None):
            raise ValueError("is of an area or of a source: give one of 'area' and 'source', as the rule's 'by' says")
        if self.end is not None and self.end < self.start:
            raise ValueError("ends before it starts")
        return self

    @property
    def fingerprint(self) -> str:
        return f"area:{self.area}" if self.source is None else f"source:{self.source}"


class TestText(Settings):
    """One story. ``expect`` is all of its alerts: another one is a failure, too."""

    __test__ = False  # for pytest: nothing to collect

    name: Annotated[str, Field(min_length=1, max_length=200)]
    start: _Moment | None = None
    every: _Some = timedelta(seconds=10)
    series: list[SeriesText] = Field(default=[])
    timeline: list[WordText] = Field(default=[])
    until: _From0 | None = None
    """Left out: a minute after the last word, or the last time that is expected."""
    disorder: Annotated[Duration, Field(ge=_NOTHING, le=MAX_DISORDER)] = _NOTHING
    """Told again in ten other orders, each word late by up to this, some of them twice: with the same alerts."""
    expect: list[AlertText]

    @model_validator(mode="after")
    def _tells_something(self) -> Self:
        if not self.series and not self.timeline:
            raise ValueError("tells nothing: give 'series' or 'timeline'")
        return self


class FileText(Settings):
    rules: Annotated[list[str], Field(min_length=1)] | None = None
    start: _Moment = _START
    areas: list[AreaText] = Field(default=[])
    sources: Annotated[list[SourceText], Field(min_length=1)]
    tests: Annotated[list[TestText], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Trial:
    """A file of tests with its rules. ``document`` knows where everything stands."""

    document: Document
    text: FileText
    rules: Sequence[Rule]

    @property
    def file(self) -> str:
        return self.document.file

    def areas(self) -> Mapping[str, Area]:
        found = {source.area: Area(source.area, source.area, "grid") for source in self.text.sources}
        for area in self.text.areas:
            found[area.path] = Area(area.path, area.name or area.path, area.kind, area.geometry)
        return found

    def sources(self) -> Mapping[str, Source]:
        return {
            item.id: Source(
                id=item.id,
                kind=SourceKind.CAMERA if item.type == "camera" else SourceKind.DEVICE,
                area=item.area,
                type=item.type,
                name=item.name or item.id,
                config=item.config,
            )
            for item in self.text.sources
        }

    def start_of(self, test: TestText) -> datetime:
        return test.start or self.text.start

    def words(self, test: TestText) -> list[Stored]:
        """What is heard in a test, in the order of arrival."""
        found = [*self._of_series(test), *self._of_timeline(test)]
        return sorted(found, key=lambda word: word.received_at)

    def _of_series(self, test: TestText) -> Iterator[Stored]:
        for series in test.series:
            step = series.every or test.every
            for number, value in enumerate(_expand(series.values)):
                if value is not None:
                    ts = self.start_of(test) + series.at + number * step
                    yield self._word(series.source, series.metric, ts, ts, value)

    def _of_timeline(self, test: TestText) -> Iterator[Stored]:
        for item in test.timeline:
            ts = self.start_of(test) + item.at
            yield self._word(item.source, item.metric, ts, ts + item.late, item.value, item.text, item.attrs)

    def _word(
        self,
        source_id: str,
        metric: str,
        ts: datetime,
        received_at: datetime,
        value: float | None,
        text: str | None = None,
        attrs: Mapping[str, Any] | None = None,
    ) -> Stored:
        source = next(item for item in self.text.sources if item.id == source_id)
        return Stored(source_id, source.area, source.type, metric, ts, received_at, value, text, attrs)


def load(path: Path) -> Trial:
    """A file of tests and the rules it is about. Raises ConfigError with everything that is wrong in any of them."""
    source = document.load(path)
    text = document.validate(source, FileText)
    files = [path.parent / name for name in text.rules or [path.name.removesuffix(SUFFIX) + ".yaml"]]
    missing = [file for file in files if not file.is_file()]
    if missing:
        where: Loc = () if text.rules is None else ("rules", files.index(missing[0]))
        raise ConfigError([source.problem(where, f"there is no file of rules {missing[0]}")])
    trial = Trial(source, text, language.load_all(files))
    if problems := list(_strangers(trial)):
        raise ConfigError(problems)
    return trial


def load_what_is_right(files: Sequence[Path]) -> tuple[list[Trial], list[Problem]]:
    """Those files in which nothing is wrong, and everything that is wrong in the others."""
    trials: list[Trial] = []
    problems: list[Problem] = []
    for file in files:
        try:
            trials.append(load(file))
        except ConfigError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    return trials, problems


def _strangers(trial: Trial) -> Iterator[Problem]:
    """Names that nobody bears: a test that speaks of them would prove nothing."""
    sources = [source.id for source in trial.text.sources]
    rules = {rule.name: rule for rule in trial.rules}
    metrics = sorted({condition.metric for rule in trial.rules for condition in rule.conditions})
    for number, name in enumerate(sources):
        if name in sources[:number]:
            yield trial.document.problem(("sources", number, "id"), f"there are two sources {name!r}")
    for index, test in enumerate(trial.text.tests):
        told: list[tuple[Loc, SeriesText | WordText]] = [
            *((("tests", index, "series", number), series) for number, series in enumerate(test.series)),
            *((("tests", index, "timeline", number), word) for number, word in enumerate(test.timeline)),
        ]
        for where, item in told:
            if item.source not in sources:
                message = f"there is no source {item.source!r} in this file{nearest(item.source, sources)}"
                yield trial.document.problem((*where, "source"), message)
            if item.metric not in metrics:
                message = f"no rule of this test looks at {item.metric!r}{nearest(item.metric, metrics)}"
                yield trial.document.problem((*where, "metric"), message)
        for number, alert in enumerate(test.expect):
            for way, message in _wrong_alert(trial, rules, sources, alert):
                yield trial.document.problem(("tests", index, "expect", number, way), message)


def _wrong_alert(
    trial: Trial, rules: Mapping[str, Rule], sources: Sequence[str], alert: AlertText
) -> Iterator[tuple[str, str]]:
    rule = rules.get(alert.rule)
    if rule is None:
        yield "rule", f"there is no rule {alert.rule!r} in the files of this test{nearest(alert.rule, [*rules])}"
    elif rule.by == "source" and alert.source is None:
        yield "area", f"{rule.name} is by source: it has an alert a source"
    elif rule.by == "area" and alert.area is None:
        yield "source", f"{rule.name} is by area: it has an alert an area"
    if alert.source is not None and alert.source not in sources:
        yield "source", f"there is no source {alert.source!r} in this file{nearest(alert.source, sources)}"
    if alert.area is not None and alert.area not in trial.areas():
        yield "area", f"there is no area {alert.area!r} in this file{nearest(alert.area, [*trial.areas()])}"
