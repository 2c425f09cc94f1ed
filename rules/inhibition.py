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
    known_names = frozenset(names)
    problems = [
        _problem(source_of(rule), rule, number, f"{muted!r} is the name of no rule{nearest(muted, names)}")
        for rule in rules
        for number, muted in enumerate(rule.inhibits)
        if muted not in known_names
    ]
    return problems + _circles(rules, source_of)


def _circles(rules: Sequence[Rule], source_of: Callable[[Rule], Document]) -> list[Problem]:
    """Rules that mute each other would mute nothing (see ``hub.cases.muting``). Each circle is told once."""
    mutes = _without_ends(_turned(_without_ends({rule.name: rule.inhibits for rule in rules})))
    mutes = _turned(mutes)
    told: set[str] = set()
    problems = []
    for rule in rules:
        for number, muted in enumerate(rule.inhibits):
            way = [] if rule.name in told or rule.name not in mutes else _way(mutes, muted, rule.name)
            if way:
                told.update(way)
                words = " mutes ".join([rule.name, *way])
                message = f"goes round in a circle, and so would mute nothing: {words}"
                problems.append(_problem(source_of(rule), rule, number, message))
    return problems


def _without_ends(mutes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What is left when those that mute nobody are taken away, again and again: from all others a circle is reached."""
    open_ = {name: sum(muted in mutes for muted in own) for name, own in mutes.items()}
    before = _turned(mutes)
    ends = [name for name, count in open_.items() if not count]
    for name in ends:  # it grows meanwhile
        for other in before[name]:
            open_[other] -= 1
            if not open_[other]:
                ends.append(other)
    gone = frozenset(ends)
    return {name: [muted for muted in own if muted in open_ and muted not in gone]
            for name, own in mutes.items() if name not in gone}  # fmt: skip


def _turned(mutes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Who is muted by whom."""
    found: dict[str, list[str]] = {name: [] for name in mutes}
    for name, own in mutes.items():
        for muted in own:
            if muted in found:
                found[muted].append(name)
    return found


def _way(mutes: Mapping[str, Sequence[str]], start: str, end: str) -> list[str]:
    """The shortest way from one rule to another by what they mute; [] where there is none."""
    came_from, queue = {start: ""}, [start]
    for name in queue:  # it grows meanwhile
        if name == end:
            way = [name]
            while came_from[way[-1]]:
                way.append(came_from[way[-1]])
            return way[::-1]
        for after in mutes.get(name, ()):
            if after not in came_from:
                came_from[after] = name
                queue.append(after)
    return []


def _problem(source: Document, rule: Rule, number: int, message: str) -> Problem:
    index = next(index for index, text in enumerate(source.value["rules"]) if text["name"] == rule.name)
    return source.problem(("rules", index, "inhibits", number), message)
