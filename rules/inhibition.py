"""Which rule mutes which: whether those that are named exist, and whether any mute each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from hub import document
from hub.document import Document, nearest
from hub.errors import Problem
from rules.rule import Rule


def _file_of(rule: Rule) -> Document:
    return document.load(Path(rule.file))


def check(
    rules: Sequence[Rule], known: Iterable[str] = (), source_of: Callable[[Rule], Document] = _file_of
) -> list[Problem]:
    """Everything that is wrong with ``inhibits``. ``known``: names of rules beside these; ``source_of``: what a rule is
    written in, asked where something is wrong with it."""
    names = sorted({*known, *(rule.name for rule in rules)})
    problems = [
        _problem(source_of(rule), rule, number, f"{muted!r} is the name of no rule{nearest(muted, names)}")
        for rule in rules
        for number, muted in enumerate(rule.inhibits)
        if muted not in names
    ]
    return problems + _circles(rules, source_of)


def _circles(rules: Sequence[Rule], source_of: Callable[[Rule], Document]) -> list[Problem]:
    """Rules that mute each other would mute nothing (see ``hub.cases.muting``). Each circle is told once."""
    mutes = {rule.name: rule.inhibits for rule in rules}
    told: set[str] = set()
    problems = []
    for rule in rules:
        for number, muted in enumerate(rule.inhibits):
            way = [] if rule.name in told else _way(mutes, muted, rule.name)
            if way:
                told.update(way)
                words = " mutes ".join([rule.name, *way])
                message = f"goes round in a circle, and so would mute nothing: {words}"
                problems.append(_problem(source_of(rule), rule, number, message))
    return problems


def _way(mutes: Mapping[str, Sequence[str]], start: str, end: str) -> list[str]:
    """The shortest way from one rule to another by what they mute; [] where there is none."""
    ways, seen = [[start]], {start}
    for way in ways:
        if way[-1] == end:
            return way
        for after in mutes.get(way[-1], ()):
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def _problem(source: Document, rule: Rule, number: int, message: str) -> Problem:
    index = next(index for index, text in enumerate(source.value["rules"]) if text["name"] == rule.name)
    return source.problem(("rules", index, "inhibits", number), message)
