"""``gridhub rules backtest``: what a change of the rules would have done to the alerts of last month.

The outcome for people goes to standard error, as everywhere; ``--json`` writes all of it to standard output.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.config import load, store_access
from hub.errors import ConfigError, Problem
from hub.model.times import format_duration, parse_instant, rfc3339
from hub.store import Store
from hub.words import counted
from rules import language
from rules.backtest import Outcome
from rules.backtest_task import Task, Tell, as_json, from_file, from_store, in_place_of, registry
from rules.evaluator import Registry
from rules.rule import Rule
from rules.trial import SUFFIX

_DEFAULT = Path("hub.yaml")
_SHOWN = 10


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = "run rules over what was stored, and hold the alerts against those of the rules as they are"
    parser = commands.add_parser("backtest", help=words, description=words)
    parser.add_argument("paths", metavar="PATH", type=Path, nargs="+", help="a rule file, or a folder of them")
    parser.add_argument("--from", dest="first", type=instant, metavar="T", help="RFC 3339")
    parser.add_argument("--to", dest="last", type=instant, metavar="T")
    parser.add_argument(
        "--against", type=Path, nargs="+", metavar="PATH", help="these rules in place of those of the configuration"
    )
    parser.add_argument("--data", type=Path, metavar="FILE.parquet", help="from such a file, not from the store")
    parser.add_argument("--json", action="store_true", help="the outcome on standard output, for programs")
    parser.add_argument("-c", "--config", type=Path, default=_DEFAULT, help="the configuration (hub.yaml)")
    parser.set_defaults(run=_backtest)


def _backtest(options: argparse.Namespace) -> int:
    """Exit status 0 where it ran to its end. Raises ConfigError, HubError."""
    if options.data is None and (options.first is None or options.last is None):
        _say("say from when to when: --from T --to T")
        return 2
    first, last = options.first or datetime.min.replace(tzinfo=UTC), options.last or datetime.max.replace(tzinfo=UTC)
    if first >= last:
        _say("--to must come after --from")
        return 2
    rules = language.load_all(_files(options.paths))
    is_alone = options.data is not None and options.config == _DEFAULT and not options.config.exists()
    config = None if is_alone else load(options.config)
    against: list[Rule] | None = None
    if options.against is not None:
        against = language.load_all(_files(options.against))
    elif config is not None:
        against = in_place_of(rules, language.load_all(config.rule_files()))
    task = Task(rules, against, first, last)
    if options.data is not None:
        found = _of_file(options.data, task, None if config is None else store_access(config))
    else:
        assert config is not None  # noqa: S101  only a file goes without
        with Store.open(store_access(config), "cli") as store, _progress(first, last) as tell:
            found = from_store(store, task, tell)
    _report(found, task, is_held=against is not None, is_judged=options.data is None)
    if options.json:
        json.dump(as_json(found), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    return 1 if found.faults else 0


def _of_file(path: Path, task: Task, conninfo: str | None) -> Outcome:
    known = Registry()
    if conninfo is not None:
        with Store.open(conninfo, "cli") as store:
            known = registry(store)
    with _progress(task.first, task.last) as tell:
        return from_file(path, task, known, tell)


def _files(paths: Iterable[Path]) -> list[Path]:
    """Raises ConfigError."""
    files: list[Path] = []
    for path in paths:
        found = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        found = [file for file in found if not path.is_dir() or not file.name.endswith(SUFFIX)]
        if not found:
            raise ConfigError([Problem(str(path), 0, 0, "", "there is no file of rules, *.yaml, in this folder")])
        files += found
    return list(dict.fromkeys(file.absolute() for file in files))


def _report(found: Outcome, task: Task, *, is_held: bool, is_judged: bool) -> None:
    _say(f"{found.observations:,} observations from {rfc3339(found.first)} to {rfc3339(found.last)}")
    if not found.observations:
        _say(f"nobody said anything of {', '.join(task.metrics)} then: are the names and the times as you mean them?")
    for fault in found.faults:
        _say(f"FAILED and set aside: {fault}")
    width = max([len(tally.rule) for tally in found.rules] + [4])
    _say(f"{'rule':{width}}  {'alerts':>8}{'now':>8}{'areas':>7}  longest")
    for tally in found.rules:
        before = "–" if tally.before is None else f"{tally.before:,}"
        longest = format_duration(timedelta(seconds=round(tally.longest.total_seconds())))
        _say(f"{tally.rule:{width}}  {tally.alerts:>8,}{before:>8}{tally.areas:>7,}  {longest}")
    for title, counts in (("by day (UTC)", found.by_day), ("most in", dict(list(found.by_area.items())[:_SHOWN]))):
        if counts:
            _say(f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in counts.items()))
    if found.longest:
        _say("the longest:")
    for alert in found.longest[:3]:
        lasted = format_duration(timedelta(seconds=round(alert.lasted(found.last).total_seconds())))
        _say(f"  {rfc3339(alert.started_at)}  {lasted}  {alert.rule}  {alert.severity}  {alert.area}  {alert.summary}")
    if is_held:
        more = counted(found.new or 0, "alert")
        _say(f"against the rules as they are: {more} more, {found.missing or 0:,} that would not come")
    if is_judged:  # of a file nobody judged anything
        _report_judged(found)


def _report_judged(found: Outcome) -> None:
    for title, lost in (
        ("confirmed by operators, and would be LOST", found.lost),
        ("dismissed by operators, and would go", found.gone),
    ):
        if lost:
            _say(f"{counted(len(lost), 'alert')} {title}:")
        for each in lost[:_SHOWN]:
            words = f" ({each.by}: {each.note})" if each.note else f" ({each.by})"
            _say(f"  {rfc3339(each.started_at)}  #{each.id}  {each.rule}  {each.area}  {each.summary}{words}")
        if len(lost) > _SHOWN:
            _say(f"  and {len(lost) - _SHOWN:,} more: --json has all")
    _say("would come as well: " + ", ".join(f"{count:,} {verdict}" for verdict, count in found.kept.items()))


@contextmanager
def _progress(first: datetime, last: datetime) -> Iterator[Tell]:
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    words = "{task.fields[observations]:,} observations, {task.fields[alerts]:,} alerts"
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn(words), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        span_s = (last - first).total_seconds()
        bar = progress.add_task("backtest", total=span_s, observations=0, alerts=0)

        def tell(at: datetime, observations: int, alerts: int) -> None:
            done_s = max(0.0, (at - first).total_seconds())
            progress.update(
                bar, completed=done_s, observations=observations, alerts=alerts, description=f"{at:%Y-%m-%d %H:%M}"
            )

        yield tell


def instant(text: str) -> datetime:
    """An argument. Raises ArgumentTypeError, for a person."""
    try:
        return parse_instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")

