"""A list of devices in a CSV file, as an integrator brings it: ``id,area,type,name,period`` with a header."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from hub.errors import Problem
from hub.model.source import Source, SourceKind, check_source_id
from hub.model.times import format_duration, parse_duration
from ingest.table import Line, Table

COLUMNS = ("id", "area", "type", "name", "period")
_NEEDED = frozenset({"id", "area", "type"})
_TYPE = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Right:
    """A line in which nothing is wrong."""

    line: int
    id: str
    is_new: bool


@dataclass(slots=True)
class Roster:
    """``new`` can be added; ``unchanged`` counts those that are there just so; ``problems`` are all that is wrong.

    ``right`` are the lines of the first two.
    """

    new: list[Source] = field(default_factory=list)
    right: list[Right] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


def read(data: bytes, file: str, areas: Collection[str], known: Mapping[str, Source]) -> Roster:
    """``areas`` are the paths there are, ``known`` the sources there are, by id. Raises nothing."""
    roster, table = Roster(), Table(file)
    for line in table.read(data, COLUMNS, _NEEDED):
        source = _source(line)
        there = known.get(source.id)
        wrong = _mistakes(source, line, table, areas)
        if there is not None and there.area not in areas:
            wrong.append(("id", f"{there.id!r} is taken"))
        elif there is not None and _identity(there) != _identity(source):
            period = f" with period {there.config['period']}" if "period" in there.config else ""
            words = f"{source.id!r} is already a {there.kind} of type {there.type} in {there.area}{period}"
            wrong.append(("id", words))
        if wrong:
            table.problems += [table.problem(line.number, key, message) for key, message in wrong]
            continue
        roster.right.append(Right(line.number, source.id, there is None))
        if there is not None:
            roster.unchanged += 1
        else:
            roster.new.append(source)
    roster.problems = table.problems
    return roster


def _source(line: Line) -> Source:
    device_id, area, kind = (line.cells.get(name, "") for name in ("id", "area", "type"))
    name, period = line.cells.get("name") or device_id, _period(line)
    config = {} if period is None else {"period": period}
    return Source(device_id, SourceKind.DEVICE, area, kind, name, config, origin="api")


def _period(line: Line) -> str | None:
    """As it is kept; what is no duration is told by ``_mistakes``."""
    try:
        return format_duration(parse_duration(line.cells["period"])) if "period" in line.cells else None
    except ValueError:
        return None


def _mistakes(source: Source, line: Line, table: Table, areas: Collection[str]) -> list[tuple[str, str]]:
    """By column."""
    wrong = []
    try:
        check_source_id(source.id)
    except ValueError as error:
        wrong.append(("id", str(error)))
    if repeated := table.repeated(line):
        wrong.append(("id", repeated))
    if unknown := table.unknown_area(source.area, areas):
        wrong.append(("area", unknown))
    if not _TYPE.fullmatch(source.type):
        wrong.append(("type", f"{source.type!r} is not a type: [a-z][a-z0-9_-]*, at most 63"))
    if len(source.name) > _MAX_NAME or "\0" in source.name:
        wrong.append(("name", f"is longer than {_MAX_NAME} characters, or has a NUL in it"))
    try:
        parse_duration(line.cells.get("period", "1s"))
    except ValueError as error:
        wrong.append(("period", str(error)))
    return wrong


def _identity(source: Source) -> tuple[str, ...]:
    return source.kind, source.area, source.type, source.name, str(source.config.get("period", ""))
