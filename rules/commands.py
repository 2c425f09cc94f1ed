"""``gridhub rules``: what an author does with rule files. Words for people go to standard error."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hub.errors import ConfigError, Problem
from rules import language


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("rules", help="check rule files", description="Check rule files.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    words = "say what is wrong in rule files"
    check = commands.add_parser("check", help=words, description=words)
    check.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="a rule file, or a folder of them")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    """Raises ConfigError with everything that is wrong."""
    files: list[Path] = []
    problems: list[Problem] = []
    for path in options.paths:
        found = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not found:
            problems.append(Problem(str(path), 0, 0, "", "there is no *.yaml file in this folder"))
        files += found
    files = list(dict.fromkeys(file.absolute() for file in files))
    rules, wrong = language.load_what_is_right(files)
    problems += wrong
    if problems:
        raise ConfigError(problems)
    sys.stderr.write(f"nothing is wrong ({len(rules)} rules, {len(files)} files)\n")
    return 0
