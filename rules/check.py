"""Whether the rules of a configuration can work: their files are there, are right, and look at areas that exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hub import document
from hub.config import Config, load_areas, topology
from hub.document import Document, Loc, nearest
from hub.errors import ConfigError, Problem
from hub.model.area import AreaPattern
from rules import language


def check(config: Config) -> list[Problem]:
    """Everything that is wrong with the rules. What is wrong with the areas' own file is for others to say."""
    problems = patterns_without_files(config)
    rules, wrong = language.load_what_is_right(config.rule_files())
    problems += wrong
    if not wrong:
        names = [rule.name for rule in rules]
        problems += topology.check_rules(config.topology, config.path.parent, config.problem, names)
    try:
        paths = [area.path for area in load_areas(config.areas)]
    except ConfigError:
        return problems
    return problems + areas_of_files(config.rule_files(), paths)


def patterns_without_files(config: Config) -> list[Problem]:
    """What a configuration names as rules, and is not there."""
    problems = []
    for index, pattern in enumerate(config.rules):
        alone = config.model_copy(update={"rules": (pattern,)})
        if not [file for file in alone.rule_files() if file.is_file()]:
            problems.append(config.problem(("rules", index), f"there is no file {pattern}"))
    return problems


def areas_without_match(source: Document, paths: Sequence[str]) -> list[Problem]:
    """A pattern that no area fits is a slip of the pen: the rule would never fire there. Also of a file that is wrong
    in other ways: what is no pattern at all is for others to say."""
    return [
        source.problem(way, f"{pattern!r} matches no area{nearest(pattern, paths)}")
        for way, pattern in _patterns(source)
        if not any(map(AreaPattern.parse(pattern).matches, paths))
    ]


def _patterns(source: Document) -> Iterator[tuple[Loc, str]]:
    """Where a rule, or an override of one, looks."""
    places: list[tuple[Loc, Any]] = []
    for index, rule in _entries(source.value, "rules"):
        place: Loc = ("rules", index)
        places.append(((*place, "areas"), rule))
        places += [((*place, "overrides", number, "areas"), other) for number, other in _entries(rule, "overrides")]
    for way, written in places:
        areas = written.get("areas")
        for number, pattern in enumerate(areas if isinstance(areas, list) else ()):
            if isinstance(pattern, str):
                with suppress(ValueError):
                    AreaPattern.parse(pattern)
                    yield (*way, number), pattern


def _entries(value: Any, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found = value.get(key) if isinstance(value, dict) else None
    for index, entry in enumerate(found if isinstance(found, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def areas_of_files(files: Iterable[Path], paths: Sequence[str]) -> list[Problem]:
    """The same of files; of one that cannot be read at all nothing."""
    problems = []
    for file in files:
        with suppress(ConfigError):
            problems += areas_without_match(document.load(file), paths)
    return problems
