"""Rule files: YAML in, frozen rules out, or every mistake at once with its line, column and key.

``docs/rules.md`` describes the language for its authors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from hub import document
from hub.document import Document
from hub.errors import ConfigError, Problem
from hub.model.alert import Severity
from rules import fusion, inhibition, params, summary
from rules.condition_words import EvidenceText, KindText, When
from rules.conditions import Absence, Condition, Count, Level, Threshold
from rules.filter import Filter
from rules.fusion import AllOf, AnyOf, AtLeast, Leaf, Node, Not, Weigh, leaves
from rules.habits import HABITS
from rules.rule import AreaPattern, Rule, Step, Variant
from rules.schedule import Schedule
from rules.take import Take
from rules.weigh import Ratio, Weigher
from rules.window import SECOND, microseconds
from rules.words import FileText, OverrideText, RuleText, StepsText


def load(path: Path) -> list[Rule]:
    """The rules of one file. Raises ConfigError with everything that is wrong in it."""
    return parse(document.read(path), str(path))  # read once: it may be written, or go, at any time


def parse(text: str, file: str) -> list[Rule]:
    """The rules of a text. Raises ConfigError with everything that is wrong in it; ``file`` is what it calls it."""
    return _rules(document.parse(text, file), text)


def load_all(paths: Iterable[Path]) -> list[Rule]:
    """The rules of several files. Raises ConfigError with everything that is wrong in any of them."""
    rules, problems = load_what_is_right(paths)
    if problems:
        raise ConfigError(problems)
    return rules


def load_what_is_right(paths: Iterable[Path], known: Iterable[str] = ()) -> tuple[list[Rule], list[Problem]]:
    """The rules of those files in which nothing is wrong, and everything that is wrong in the others. ``known``: names
    of rules of other files."""
    rules: list[Rule] = []
    problems: list[Problem] = []
    names = list(known)
    for path in paths:
        try:
            rules += load(path)
        except ConfigError as error:
            problems += error.problems
            names += _names_in(path)
    return rules, problems + _repeated(rules) + inhibition.check(rules, names)


def _names_in(path: Path) -> list[str]:
    """What the rules of a file that is wrong are called, as far as it can be read."""
    try:
        written = document.load(path).value
    except ConfigError:
        return []
    rules = written.get("rules") if isinstance(written, dict) else None
    names = [rule.get("name") for rule in (rules if isinstance(rules, list) else []) if isinstance(rule, dict)]
    return [name for name in names if isinstance(name, str)]


def _rules(source: Document, text: str) -> list[Rule]:
    file = _file(source)
    lines = text.splitlines()
    starts = [source.locate(("rules", index)) for index in range(len(file.rules))]
    ends = [line - 1 for line, _ in starts[1:]] + [len(lines)]
    rules: list[Rule] = []
    problems: list[Problem] = []
    for index, (written, (line, column), end) in enumerate(zip(file.rules, starts, ends, strict=True)):
        place = Place(source.file, line, _excerpt(lines[line - 1 : end], column))
        variants, wrong = _variants(source, index, written)
        problems += wrong
        rules.append(_rule(written, place, variants))
    if problems := problems + _repeated(rules):
        raise ConfigError(problems)
    return rules


def _file(source: Document) -> FileText:
    """Raises ConfigError with all that is wrong, in the order of the text."""
    filled, problems = params.filled(source)
    file = None
    try:
        file = document.validate(filled, FileText, HABITS)
    except ConfigError as error:
        told = {problem.key for problem in problems}
        problems += [problem for problem in error.problems if problem.key not in told]
    if file is None or problems:
        raise ConfigError(sorted(problems, key=lambda problem: (problem.line, problem.column)))
    return file


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


class Place(NamedTuple):
    """Where a rule is written, and how."""

    file: str
    line: int
    text: str


def _variants(
    source: Document, index: int, written: RuleText
) -> tuple[list[tuple[OverrideText, RuleText]], list[Problem]]:
    """What the rule would say in the areas of each of its overrides."""
    found: list[tuple[OverrideText, RuleText]] = []
    problems: list[Problem] = []
    for number, override in enumerate(written.overrides or ()):
        given = params.overridden(source.value["rules"][index], number)
        try:
            text = RuleText.model_validate(given)
        except ValidationError as error:
            for detail in error.errors():
                # A part with a dash is a tag of a union, and not a key of the file.
                key = document.dotted([part for part in detail["loc"] if isinstance(part, int) or "-" not in part])
                said = str(detail.get("ctx", {}).get("error", detail["msg"]))
                said = said[0].lower() + said[1:]
                way = ("rules", index, "overrides", number)
                problems.append(source.problem(way, f"with these, {key or 'the rule'} {said}"))
            continue
        found.append((override, text))
    return found, problems


def _rule(written: RuleText, place: Place, variants: Sequence[tuple[OverrideText, RuleText]] = ()) -> Rule:
    numbers = count()
    when = _node(written.when, written, numbers, count())
    conditions = [leaf.condition for leaf in leaves(when)]
    severity, steps = _steps(written, conditions)
    during = written.during
    return Rule(
        name=written.name,
        severity=severity,
        summary=summary.parse(written.summary, [item.name for item in conditions], written.by == "source"),
        areas=tuple(AreaPattern.parse(pattern) for pattern in written.areas or ()),
        by=written.by,
        when=when,
        conditions=(*conditions, *(condition for _, condition in steps if condition is not None)),
        keep_firing_us=_us(written.keep_firing_for),
        procedure=written.procedure,
        digest=_digest(written, [text for _, text in variants]),
        file=place.file,
        line=place.line,
        text=place.text,
        steps=tuple(step for step, _ in steps),
        during=None if during is None else Schedule.parse(during),
        latch=written.latch,
        re_alarm_us=_us(written.re_alarm),
        max_sources=written.max_sources,
        inhibits=tuple(written.inhibits or ()),
        variants=tuple(
            Variant(
                tuple(AreaPattern.parse(pattern) for pattern in override.areas),
                None if override.off else _rule(text, place),
            )
            for override, text in variants
        ),
    )


def _digest(written: RuleText, others: Sequence[RuleText]) -> str:
    """Of what decides. What is left out is not in it, so that a new word of the language changes no rule without it."""
    keys = {"name", "by", "areas", "types", "during", "when", "keep_firing_for"}

    def logic(text: RuleText) -> dict[str, object]:
        found = text.model_dump(mode="json", include=keys, exclude_none=True)
        if isinstance(text.severity, StepsText):
            found["steps"] = text.severity.model_dump(mode="json", exclude_none=True)
        return found

    found = logic(written)
    if written.overrides:
        areas = [[override.areas, bool(override.off)] for override in written.overrides]
        found["overrides"] = [areas, [logic(text) for text in others]]
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def _steps(written: RuleText, conditions: Sequence[Condition]) -> tuple[Severity, list[tuple[Step, Condition | None]]]:
    """The severity at the start, and the steps with the conditions that they need beside those of the rule."""
    if not isinstance(written.severity, StepsText):
        return Severity(written.severity), []
    first = next((item for item in conditions if isinstance(item, Threshold)), None)
    steps: list[tuple[Step, Condition | None]] = []
    index = len(conditions)
    for severity, step in written.severity.steps():
        if step.after is not None:
            steps.append((Step(Severity(severity), _us(step.after)), None))
            continue
        assert first is not None  # noqa: S101  checked when the file was read
        level = Level(step.above) if step.above is not None else Level(step.below or 0.0, rising=False)
        condition = replace(first, level=level, hold_us=0, within_us=0, sources=1, weighed=False)
        steps.append((Step(Severity(severity), condition=index), condition))
        index += 1
    return Severity(written.severity.start), steps


def _node(when: When, rule: RuleText, numbers: Iterator[int], places: Iterator[int]) -> Node:
    """``numbers`` are those of the conditions, ``places`` those of the nodes that have a past."""
    if not when.is_list:
        return Leaf(next(numbers), _condition(when, rule))
    parts = tuple(_node(part, rule, numbers, places) for part in when.parts())
    if when.all_ is not None:
        return AllOf(parts)
    if when.any_ is not None:
        return AnyOf(parts)
    if when.not_ is not None:
        return Not(parts)
    if when.at_least is not None:
        return AtLeast(parts, when.at_least.count)
    if when.weigh is None:
        return fusion.Sequence(parts, _us(when.in_), next(places))
    weigh, evidence = when.weigh, tuple(part for part in parts if isinstance(part, Leaf))
    ratios = [
        Ratio(leaf.condition.name, text.ratio, text.ratio_absent, leaf.condition.metric)
        for leaf, text in zip(evidence, weigh.evidence, strict=True)
    ]
    return Weigh(evidence, Weigher(weigh.prior, ratios), Level(weigh.above, clear=weigh.clear_below), next(places))


def _condition(when: When, rule: RuleText) -> Condition:
    metric, types = when.metric or "", frozenset(when.types or rule.types or ())
    scope = when.from_.kind if isinstance(when.from_, KindText) else when.from_ or ""
    base = (when.name(), metric, types)
    where = None if when.where is None else Filter.parse(when.where)
    weighed = isinstance(when, EvidenceText)
    sources = when.sources or 1
    if when.absent_for is not None:
        silence = when.absent_for
        periods = float(silence.split()[0]) if isinstance(silence, str) else 0.0
        silence_us = 0 if isinstance(silence, str) else _us(silence)
        return Absence(
            *base, silence_us, periods=periods, where=where, scope=scope, weighed=weighed, sources=sources
        )
    level = _level(when)
    if when.count is not None:
        return Count(*base, level, when.count, _us(when.in_), where=where, scope=scope, weighed=weighed)
    return Threshold(
        *base,
        level,
        _us(when.for_),
        _us(when.within),
        where=where,
        take=_take(when),
        scope=scope,
        weighed=weighed,
        sources=sources,
    )


def _take(when: When) -> Take | None:
    if when.take is None or when.over is None:
        return None
    over_us = _us(when.over)
    if when.every is not None:
        every_us = _us(when.every)
    else:
        # A tenth of the window, or the next longer part of it that goes into it and is a second at least.
        fits = (part for part in range(10, 0, -1) if over_us % part == 0 and over_us // part >= SECOND)
        every_us = over_us // next(fits, 1)
    return Take(when.take, over_us, every_us, when.across is True)


def _us(duration: timedelta | None) -> int:
    return microseconds(duration) if duration else 0


def _level(when: When) -> Level:
    if when.above is not None:
        return Level(when.above, rising=True, clear=when.clear_below)
    assert when.below is not None  # noqa: S101  checked when the file was read
    return Level(when.below, rising=False, clear=when.clear_above)
