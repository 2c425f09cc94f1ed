"""The command ``gridhub series export``: what sources have said, as a file of Parquet or CSV."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from hub.config import load, store_access
from hub.document import nearest
from hub.errors import NotFound
from hub.model.area import check_path, contains
from hub.model.bucket import Level
from hub.model.times import parse_instant
from hub.store import Store, areas, export
from hub.words import counted

_SUFFIXES = (".parquet", ".csv")
_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class _Told(Protocol):
    def __call__(self, done: int, rows: int) -> None: ...


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``gridhub``."""
    series = subparsers.add_parser("series", help="what sources have said: export")
    commands = series.add_subparsers(required=True, metavar="COMMAND")
    words = "write series to a file of Parquet or CSV"
    exporting = commands.add_parser("export", help=words, description=words)
    exporting.add_argument(
        "-o", "--output", type=_file, required=True, metavar="FILE", help="ends in .parquet or .csv; is replaced"
    )
    exporting.add_argument("--source", action="append", metavar="ID", help="of this source; may be repeated")
    exporting.add_argument("--metric", action="append", help="this metric; may be repeated")
    exporting.add_argument("--area", type=_checked(check_path), help="of sources in this area and below")
    exporting.add_argument("--from", dest="first", type=_checked(parse_instant), default=_EVER[0], metavar="T")
    exporting.add_argument("--to", dest="last", type=_checked(parse_instant), default=_EVER[1], metavar="T")
    exporting.add_argument(
        "--level", type=Level, choices=list(Level), default=Level.RAW,
        help="what was said (raw), or what it comes to by minute, hour, day",
    )  # fmt: skip
    exporting.add_argument(
        "-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)"
    )
    exporting.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    if options.first >= options.last:
        _say("--to must come after --from")
        return 2
    # Not at the top: pyarrow takes longer to load than any other command takes to run.
    from dashboard import series_file

    with Store.open(store_access(load(options.config)), "cli") as store:
        chosen = export.select(store, options.source, options.metric, options.area)
        missed = _missed(store, options)
        if not chosen:
            words = "; ".join(missed) or "each of what was asked for has series, but none has all of it"
            raise NotFound(f"no series is like that: {words}")
        for sentence in missed:
            _say(sentence)
        with series_file.writing(options.output, options.level) as file, _progress(len(chosen)) as tell:
            for done, series in enumerate(chosen):
                for rows in export.rows(store, series, options.level, options.first, options.last):
                    file.add(series, rows)
                    tell(done, file.rows)
            tell(len(chosen), file.rows)
    _say(f"wrote {counted(file.rows, 'row')} of {len(chosen)} series to {options.output}")
    return 0


def _missed(store: Store, options: argparse.Namespace) -> list[str]:
    """What finds nothing by itself, each in a sentence with what is near."""
    found = []
    known = export.select(store)
    named = (("source", options.source, [each.source for each in known]),
             ("metric", options.metric, [each.metric for each in known]))  # fmt: skip
    for what, wanted, there in named:
        words = sorted(set(there))
        missing = [word for word in wanted or [] if word not in words]
        found += [f"there is no series of the {what} {word!r}{nearest(word, words)}" for word in missing]
    if options.area is not None and not any(contains(options.area, each.area) for each in known):
        paths = [area.path for area in areas.list_areas(store)]
        if options.area in paths:
            found.append(f"nothing in the area {options.area!r} has said anything yet")
        else:
            found.append(f"there is no area {options.area!r}{nearest(options.area, paths)}")
    return found


@contextmanager
def _progress(total: int) -> Iterator[_Told]:
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("series"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rows]:,} rows"),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=total, rows=0)

        def tell(done: int, rows: int) -> None:
            progress.update(task, completed=done, rows=rows)

        yield tell


def _file(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in _SUFFIXES:
        raise argparse.ArgumentTypeError(f"must end in {' or '.join(_SUFFIXES)}")
    return path


def _checked(check: Any) -> Any:
    """``check`` with its words in the message of the parser."""

    def parse(text: str) -> Any:
        try:
            return check(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parse


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
