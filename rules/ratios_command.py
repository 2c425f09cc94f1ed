"""``gridhub rules ratios``: what confirmed and dismissed alerts teach about the weights of evidence."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from hub.config import load, store_access
from hub.store import Store, history
from rules import language
from rules.backtest_command import instant
from rules.ratios import Lesson, lessons
from rules.weigh import MIN_CASES

_EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "likelihood ratios of weighed evidence, learnt from alerts that people confirmed or dismissed"
    parser = commands.add_parser("ratios", help=words, description=words)
    parser.add_argument("--from", dest="first", type=instant, metavar="T", default=_EVER[0], help="RFC 3339")
    parser.add_argument("--to", dest="last", type=instant, metavar="T", default=_EVER[1])
    parser.add_argument("--json", action="store_true", help="on standard output, for programs")
    parser.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
    parser.set_defaults(run=_ratios)


def _ratios(options: argparse.Namespace) -> int:
    """Raises ConfigError, StoreError."""
    config = load(options.config)
    rules = language.load_all(config.rule_files())
    with Store.open(store_access(config), "cli") as store:
        judged = history.judged(store, [rule.name for rule in rules], options.first, options.last)
    found = lessons(rules, judged)
    _report(found)
    if options.json:
        json.dump([asdict(lesson) for lesson in found], sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    return 0


def _report(found: list[Lesson]) -> None:
    if not found:
        _say("no rule weighs evidence")
        return
    width = max(len(f"{lesson.rule}: {lesson.given.name}") for lesson in found)
    _say(f"{'':{width}}  {'confirmed':>11}{'dismissed':>11}  {'ratio':>9}{'absent':>9}  learnt")
    for lesson in found:
        name = f"{lesson.rule}: {lesson.given.name}"
        confirmed = f"{lesson.confirmed_with}/{lesson.confirmed}"
        dismissed = f"{lesson.dismissed_with}/{lesson.dismissed}"
        given = f"{lesson.given.present:>9.3g}{lesson.given.absent:>9.3g}"
        _say(f"{name:{width}}  {confirmed:>11}{dismissed:>11}  {given}  {_learnt(lesson)}")
    _say("confirmed and dismissed: alerts in which it held, of those in which its sources could see")


def _learnt(lesson: Lesson) -> str:
    if lesson.learnt is None:
        return f"nothing yet: {MIN_CASES} confirmed and {MIN_CASES} dismissed are needed"
    learnt = lesson.learnt
    words = f"ratio: {learnt.present:.3g} ({learnt.low:.3g} to {learnt.high:.3g}), ratio_absent: {learnt.absent:.3g}"
    return words if learnt.says_something else f"{words}, which says nothing"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
