"""Whether the rules of a configuration can work: their files are there, are right, and look at areas that exist."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hub import document
from hub.config import Config, load_areas, topology
from hub.document import Document, nearest
from hub.errors import ConfigError, Problem
from rules import language
from rules.rule import Rule


def check(config: Config) -> list[Problem]:
    """Everything that is wrong with the rules. What is wrong with the areas' own file is for others to say."""
    problems = _patterns_without_files(config)
    rules, wrong = language.load_what_is_right(config.rule_files())
    problems += wrong
    if not wrong:
        names = [rule.name for rule in rules]
        problems += topology.check_rules(config.topology, config.path.parent, config.problem, names)
    try:
        paths = [area.path for area in load_areas(config.areas)]
    except ConfigError:
        return problems
    for rule in rules:
        problems += areas_without_match(rule, paths)
    return problems


def _patterns_without_files(config: Config) -> list[Problem]:
    problems = []
    for index, pattern in enumerate(config.rules):
        alone = config.model_copy(update={"rules": (pattern,)})
        if not [file for file in alone.rule_files() if file.is_file()]:
            problems.append(config.problem(("rules", index), f"there is no file {pattern}"))
    return problems


def areas_without_match(rule: Rule, paths: Sequence[str], source: Document | None = None) -> list[Problem]:
    """A pattern that no area fits is a slip of the pen: the rule would never fire there. ``source``: what the rule is
    written in; left out: its file."""
    unmatched = [index for index, pattern in enumerate(rule.areas) if not any(map(pattern.matches, paths))]
    if not unmatched:
        return []
    source = source or document.load(Path(rule.file))
    written = source.value["rules"]
    index = next(index for index, text in enumerate(written) if text["name"] == rule.name)
    return [
        source.problem(
            ("rules", index, "areas", number),
            f"{rule.areas[number].text!r} matches no area{nearest(rule.areas[number].text, paths)}",
        )
        for number in unmatched
    ]
