"""``gridhub rules``: what an author does with rule files. Words for people go to standard error."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hub.errors import ConfigError, Problem
from hub.model.times import format_duration
from hub.words import counted
from rules import backtest_command, check_command, ratios_command, schema, testing, trial
from rules.testing import Outcome
from rules.trial import SUFFIX, Trial


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "check, test and backtest rule files"
    parser = subparsers.add_parser("rules", help=words, description=f"{words[0].upper()}{words[1:]}.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check_command.register(commands)
    words = f"run the tests beside rule files (*{SUFFIX})"
    test = commands.add_parser("test", help=words, description=words)
    where = "a file of tests, a rule file with tests beside it, or a folder"
    test.add_argument("paths", metavar="PATH", type=Path, nargs="+", help=where)
    test.add_argument("--json", action="store_true", help="the outcome on standard output, for programs")
    test.set_defaults(run=_test, config=None)

    words = "write the JSON Schema of rule files, or of their tests, for editors"
    schemas = commands.add_parser("schema", help=words, description=words)
    schemas.add_argument("--tests", action="store_true", help="of files of tests")
    schemas.set_defaults(run=_schema, config=None)
    backtest_command.register(commands)
    ratios_command.register(commands)


def _schema(options: argparse.Namespace) -> int:
    json.dump(schema.of_tests() if options.tests else schema.of_rules(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
    return 0


def _test(options: argparse.Namespace) -> int:
    """Exit status 0 where every test passed, 1 where one failed. Raises ConfigError where a file is wrong."""
    files, problems = _test_files(options.paths)
    trials, wrong = trial.load_what_is_right(files)
    if problems or wrong:
        raise ConfigError([*problems, *wrong])
    told: list[dict[str, Any]] = []
    failed = total = 0
    for item in trials:
        outcomes = list(_shown(item))
        total += len(outcomes)
        failed += sum(not outcome.passed for outcome in outcomes)
        told += [_for_programs(item, outcome) for outcome in outcomes]
    if missing := testing.untested(trials):
        _say(f"no test expects an alert of {', '.join(rule.name for rule in missing)}")
    _say(f"{failed} of {counted(total, 'test')} failed" if failed else f"{counted(total, 'test')} passed")
    if options.json:
        json.dump({"passed": not failed, "tests": told}, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    return 1 if failed else 0


def _test_files(paths: Iterable[Path]) -> tuple[list[Path], list[Problem]]:
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            found = sorted(path.glob(f"*{SUFFIX}"))
            if not found:
                problems.append(Problem(str(path), 0, 0, "", f"there is no *{SUFFIX} file in this folder"))
            files += found
        elif path.name.endswith(SUFFIX):
            files.append(path)
        else:
            beside = path.with_name(path.name.removesuffix(".yaml") + SUFFIX)
            if not beside.is_file():
                problems.append(Problem(str(path), 0, 0, "", f"has no tests beside it: {beside.name} is not there"))
            else:
                files.append(beside)
    return list(dict.fromkeys(file.absolute() for file in files)), problems


def _shown(item: Trial) -> Iterator[Outcome]:
    """The outcomes, each told as soon as it is known."""
    _say(f"{item.file}: {counted(len(item.text.tests), 'test')}")
    for outcome in testing.run(item):
        _say(f"  {'ok    ' if outcome.passed else 'FAILED'} {outcome.name}")
        for problem in outcome.problems:
            _say(f"    {problem}")
        yield outcome


def _for_programs(item: Trial, outcome: Outcome) -> dict[str, Any]:
    return {
        "file": item.file,
        "line": outcome.line,
        "name": outcome.name,
        "passed": outcome.passed,
        "problems": [asdict(problem) for problem in outcome.problems],
        "alerts": [
            {
                "rule": seen.rule,
                "fingerprint": seen.fingerprint,
                "severity": seen.severity,
                "start": format_duration(seen.start),
                "end": None if seen.end is None else format_duration(seen.end),
                "becomes": [{"at": format_duration(at), "severity": severity} for at, severity in seen.becomes],
                "probability": seen.probability,
                "summary": seen.summary,
            }
            for seen in outcome.seen
        ],
    }


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
