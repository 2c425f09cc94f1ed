"""``gridhub rules check``: what is wrong in rule files, what is odd in them, and what they match in a hub."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hub import document
from hub.clock import SystemClock
from hub.config import Config, load, load_areas
from hub.errors import ConfigError, Problem
from hub.words import counted
from rules import language, trial
from rules.check import areas_of_files
from rules.reach import World, notices, reach
from rules.rule import Rule
from rules.trial import SUFFIX
from rules.world import of_hub

_TOLD_SHARE = 0.0001


def register(commands: argparse._SubParsersAction[Any]) -> None:
    words = "say what is wrong in rule files, and what is odd"
    check = commands.add_parser("check", help=words, description=words)
    check.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="a rule file, or a folder of them")
    words = "a configuration (hub.yaml): tells which of its sources and areas each rule matches now"
    check.add_argument("-c", "--config", type=Path, help=words)
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    """Raises ConfigError with everything that is wrong."""
    files, problems = _files(options.paths)
    own = [file for file in files if not file.name.endswith(SUFFIX)]
    config = None if options.config is None else load(options.config)
    rules, wrong = language.load_what_is_right(own, [] if config is None else _names(config, own))
    trials, wrong_tests = trial.load_what_is_right([file for file in files if file.name.endswith(SUFFIX)])
    problems += dict.fromkeys([*wrong, *wrong_tests])
    if config is not None:
        paths = [area.path for area in load_areas(config.areas)]
        problems += areas_of_files(own, paths)
    if problems:
        raise ConfigError(problems)
    odd = _tell(rules, config)
    tests = f", {counted(len(trials), 'file')} of tests" if trials else ""
    warned = f"; {counted(odd, 'warning')}" if odd else ""
    _say(f"nothing is wrong ({counted(len(rules), 'rule')}, {counted(len(own), 'file')}{tests}){warned}")
    return 0


def _names(config: Config, own: Sequence[Path]) -> list[str]:
    """The rules of the configuration's other files, where they can be read."""
    others = [file for file in config.rule_files() if file.absolute() not in own]
    return [rule.name for rule in language.load_what_is_right(others)[0]]


def _files(paths: Iterable[Path]) -> tuple[list[Path], list[Problem]]:
    """Every file that is named, in folders each ``*.yaml``, none twice."""
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        found = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not found:
            problems.append(Problem(str(path), 0, 0, "", "there is no *.yaml file in this folder"))
        files += found
    return list(dict.fromkeys(file.absolute() for file in files)), problems


def _tell(rules: Sequence[Rule], config: Config | None) -> int:
    """What each rule matches, and what is odd; answers the number of warnings."""
    world, why = (World(of_hub=False), "") if config is None else of_hub(config)
    for rule in rules if config is not None else ():
        found = reach(rule, world)
        _say(
            f"{rule.name}: {counted(found.sources, 'source')} in {counted(found.areas, 'area')}; "
            f"at most {found.memory_bytes / 1024:,.0f} KiB, {_share(found.cpu_share)} of a core"
        )
    if why:
        _say(f"the store was not asked, only the configuration: {why}")
    year = SystemClock().now().year
    odd = [
        notice
        for file in dict.fromkeys(rule.file for rule in rules)
        for notice in notices(
            document.load(Path(file)), [rule for rule in rules if rule.file == file], world, (year, year + 1)
        )
    ]
    for notice in odd:
        _say(f"warning: {notice}")
    types = sorted({name for rule in rules for condition in rule.conditions for name in condition.types})
    strange = [] if world.of_hub else world.strange(types)
    if strange:
        words = counted(len(strange), "type")
        _say(f"{words} not built in, and no hub was named (-c hub.yaml) to ask for their metrics: {', '.join(strange)}")
    return len(odd)


def _share(share: float) -> str:
    return f"about {share:.2%}" if share >= _TOLD_SHARE else f"under {_TOLD_SHARE:.2%}"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
