"""``topology`` in ``hub.yaml``: what hangs on what, so that one alert about a dead switch is not four hundred.

    topology:
      things:
        - {name: line-2, kind: power, down: [{rule: power-lost}], areas: [qth/taoshan/c03]}
        - {name: sw-3, kind: switch, depends_on: [line-2], down: [{source: sw-3-mgmt}], sources: ["cam-03*"]}

or ``topology: {file: topology.yaml}``, a file that holds ``things``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from hub import document
from hub.config.values import AreaPath, Settings
from hub.document import Document, Loc, nearest
from hub.errors import ConfigError, Problem
from hub.model.source import SourceState
from hub.model.topology import DOWN_STATES, Names, Sign, Thing, ThingKind, find_cycle

ThingName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Ids = Annotated[str, Field(min_length=1, max_length=127)]
"""An id, in which ``*`` is anything."""
RuleNames = Annotated[str, Field(min_length=1, max_length=63)]


class SignSettings(Settings):
    """By what a thing counts as down: the state of a source, or an alert of a rule that is on."""

    source: Ids | None = None
    """With ``rule``: only alerts with such a source."""
    states: Annotated[tuple[SourceState, ...], Field(min_length=1)] | None = None
    """Left out: unreachable, stalled, silent, offline, ended."""
    rule: RuleNames | None = None
    area: AreaPath | None = None
    """With ``rule``: only alerts here or below. Left out, as ``source``: those about what hangs on the thing."""

    @model_validator(mode="after")
    def _says_what(self) -> SignSettings:
        if self.rule is None and self.source is None:
            raise ValueError("needs a source, or the rule whose alert says that it is down")
        if self.rule is not None and self.states is not None:
            raise ValueError("states are those of a source: with rule, the alert alone says it")
        if self.rule is None and self.area is not None:
            raise ValueError("an area goes with a rule")
        return self

    def sign(self) -> Sign:
        return Sign(self.source, frozenset(self.states or DOWN_STATES), self.rule, self.area)


class ThingSettings(Settings):
    """Something that others hang on: a power line, a switch, a gateway, a network segment."""

    name: ThingName
    kind: ThingKind
    depends_on: Annotated[tuple[str, ...], Field(max_length=64)] = ()
    """Other things; without any one of them this one is cut off."""
    down: Annotated[tuple[SignSettings, ...], Field(max_length=64)] = ()
    """Any of these says that it is down. Left out: only with what it depends on."""
    sources: Annotated[tuple[Ids, ...], Field(max_length=10_000)] = ()
    areas: Annotated[tuple[AreaPath, ...], Field(max_length=1000)] = ()
    """They and all below."""
    mutes: Annotated[tuple[RuleNames, ...], Field(min_length=1, max_length=1000)] | None = None
    """Rules whose alerts are consequences. Left out: all, but for alerts that are critical."""

    def thing(self) -> Thing:
        return Thing(
            self.name,
            self.kind,
            self.depends_on,
            tuple(sign.sign() for sign in self.down),
            Names(self.sources),
            self.areas,
            None if self.mutes is None else Names(self.mutes),
        )


class TopologySettings(Settings):
    """``file``: another file, which holds ``things``; relative to the folder of ``hub.yaml``."""

    file: Path | None = None
    things: Annotated[tuple[ThingSettings, ...], Field(max_length=10_000)] = ()

    @model_validator(mode="after")
    def _in_one_place(self) -> TopologySettings:
        if self.file is not None and self.things:
            raise ValueError("the things stand here or in a file, not in both")
        return self


class _File(Settings):
    things: Annotated[tuple[ThingSettings, ...], Field(max_length=10_000)]


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of a configuration names. ``may_come``: whether a device of such an id may come unasked."""

    areas: Collection[str]
    sources: Collection[str]
    may_come: Callable[[str], bool] = lambda _: False


_Say = Callable[[Loc, str], Problem]
"""A problem at a place of the file in which the things stand."""


def read(settings: TopologySettings, folder: Path) -> tuple[ThingSettings, ...]:
    """The things, wherever they stand. Raises ConfigError for a file that is wrong in itself."""
    return settings.things if settings.file is None else _file(folder / settings.file)[1].things


def check(settings: TopologySettings, folder: Path, here: _Say, known: Known) -> list[Problem]:
    """Everything that does not fit together. ``here``: a problem at a key of ``hub.yaml``."""
    try:
        things, say = _read(settings, folder, here)
    except ConfigError as error:
        return list(error.problems)
    problems = [*_names(things, say), *_unknown(things, say, known)]
    return problems or list(_cycles(things, say))


def check_rules(settings: TopologySettings, folder: Path, here: _Say, rules: Sequence[str]) -> list[Problem]:
    """Rules that are named and do not exist. What else is wrong is for ``check`` to say."""
    try:
        things, say = _read(settings, folder, here)
    except ConfigError:
        return []
    problems = []
    for index, thing in enumerate(things):
        named: list[tuple[Loc, str]] = [(("mutes", number), rule) for number, rule in enumerate(thing.mutes or ())]
        named += [(("down", number, "rule"), sign.rule) for number, sign in enumerate(thing.down) if sign.rule]
        for way, rule in named:
            if not any(name in Names((rule,)) for name in rules):
                problems.append(say((index, *way), f"there is no rule {rule!r}{nearest(rule, rules)}"))
    return problems


def _read(settings: TopologySettings, folder: Path, here: _Say) -> tuple[tuple[ThingSettings, ...], _Say]:
    if settings.file is None:
        return settings.things, lambda loc, message: here(("topology", "things", *loc), message)
    source, found = _file(folder / settings.file)
    return found.things, lambda loc, message: source.problem(("things", *loc), message)


def _file(path: Path) -> tuple[Document, _File]:
    source = document.load(path)
    return source, document.validate(source, _File)


def _names(things: Sequence[ThingSettings], say: _Say) -> Iterator[Problem]:
    names = [thing.name for thing in things]
    first: dict[str, int] = {}
    for index, thing in enumerate(things):
        if first.setdefault(thing.name, index) != index:
            yield say((index, "name"), f"there is another {thing.name!r}: what hangs on it could not be told")
        for number, needed in enumerate(thing.depends_on):
            if needed not in names:
                yield say((index, "depends_on", number), f"there is no {needed!r} here{nearest(needed, names)}")
        for number, sign in enumerate(thing.down):
            if sign.rule and not (sign.source or sign.area or thing.sources or thing.areas):
                words = "nothing hangs on it, so say where the alert is: with source or area"
                yield say((index, "down", number), words)


def _unknown(things: Sequence[ThingSettings], say: _Say, known: Known) -> Iterator[Problem]:
    areas, sources = sorted(known.areas), sorted(known.sources)
    exact = frozenset(sources)
    for index, thing in enumerate(things):
        paths: list[tuple[Loc, str]] = [(("areas", number), path) for number, path in enumerate(thing.areas)]
        paths += [(("down", number, "area"), sign.area) for number, sign in enumerate(thing.down) if sign.area]
        for way, path in paths:
            if areas and path not in known.areas:
                yield say((index, *way), f"{path!r} is no area{nearest(path, areas)}")
        ids: list[tuple[Loc, str]] = [(("sources", number), name) for number, name in enumerate(thing.sources)]
        ids += [(("down", number, "source"), sign.source) for number, sign in enumerate(thing.down) if sign.source]
        for way, name in ids:
            if "*" not in name and name not in exact and not known.may_come(name):
                words = f"there is no camera or device {name!r} in the configuration{nearest(name, sources)}"
                yield say((index, *way), f"{words} (one that is added in the console: write {name + '*'!r})")


def _cycles(things: Sequence[ThingSettings], say: _Say) -> Iterator[Problem]:
    cycle = find_cycle({thing.name: thing.depends_on for thing in things})
    if cycle is not None:
        index = next(index for index, thing in enumerate(things) if thing.name == cycle[0])
        number = things[index].depends_on.index(cycle[1])
        yield say((index, "depends_on", number), f"depends on itself: {' → '.join(cycle)}")
