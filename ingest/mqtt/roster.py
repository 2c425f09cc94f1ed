"""A list of devices in a CSV file (RFC 4180), as an integrator brings it: ``id,area,type,name`` with a header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from hub.document import nearest
from hub.errors import Problem
from hub.model.source import Source, SourceKind, check_source_id

COLUMNS = ("id", "area", "type", "name")
_NEEDED = frozenset({"id", "area", "type"})
_TYPE = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_MAX_NAME = 200
_MAX_HINTS = 50  # each is a search through all areas


@dataclass(slots=True)
class Roster:
    """``new`` can be added; ``unchanged`` counts those that are there just so; ``problems`` are all that is wrong."""

    new: list[Source] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


def read(data: bytes, file: str, areas: Collection[str], known: Mapping[str, Source]) -> Roster:
    """``areas`` are the paths there are, ``known`` the sources there are, by id. Raises nothing."""
    roster = Roster()
    try:
        text = data.decode("utf-8-sig")  # spreadsheets put a byte order mark in front
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text: save it as “CSV UTF-8” / 不是 UTF-8 文本：请另存为“CSV UTF-8”"
        roster.problems.append(Problem(file, line, 0, "", message))
        return roster
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        roster.problems += _check_header(header, file)
        if roster.problems:
            return roster
        lines: dict[str, int] = {}
        for row in reader:
            if any(cell.strip() for cell in row):
                _read_row(row, header, _Place(file, reader.line_num), areas, known, lines, roster)
    except csv.Error as error:
        roster.problems.append(Problem(file, reader.line_num, 0, "", f"is not CSV: {error}"))
    return roster


@dataclass(frozen=True, slots=True)
class _Place:
    file: str
    line: int

    def problem(self, key: str, message: str) -> Problem:
        return Problem(self.file, self.line, 0, key, message)


def _check_header(header: list[str], file: str) -> list[Problem]:
    place = _Place(file, 1)
    problems = [
        place.problem(name, f"is not a column{nearest(name, COLUMNS)}; the first line names them: {','.join(COLUMNS)}")
        for name in header
        if name not in COLUMNS
    ]
    problems += [place.problem(name, "this column is missing") for name in COLUMNS if name in _NEEDED - set(header)]
    problems += [place.problem(name, "appears twice") for name in sorted({n for n in header if header.count(n) > 1})]
    return problems


def _read_row(
    row: list[str],
    header: list[str],
    place: _Place,
    areas: Collection[str],
    known: Mapping[str, Source],
    lines: dict[str, int],
    roster: Roster,
) -> None:
    if len(row) != len(header):
        roster.problems.append(place.problem("", f"has {len(row)} values for {len(header)} columns"))
        return
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
    device_id, area, kind, name = cells["id"], cells["area"], cells["type"], cells.get("name") or cells["id"]
    problems = []
    try:
        check_source_id(device_id)
    except ValueError as error:
        problems.append(place.problem("id", str(error)))
    if device_id in lines:
        problems.append(place.problem("id", f"{device_id!r} is already in line {lines[device_id]}"))
    lines.setdefault(device_id, place.line)
    if area not in areas:
        hint = nearest(area, list(areas)) if len(roster.problems) < _MAX_HINTS else ""
        problems.append(place.problem("area", f"there is no area {area!r}{hint}"))
    if not _TYPE.fullmatch(kind):
        problems.append(place.problem("type", f"{kind!r} is not a type: [a-z][a-z0-9_-]*, at most 63"))
    if len(name) > _MAX_NAME or "\0" in name:
        problems.append(place.problem("name", f"is longer than {_MAX_NAME} characters, or has a NUL in it"))
    source = Source(device_id, SourceKind.DEVICE, area, kind, name, origin="api")
    there = known.get(device_id)
    if there is not None and _identity(there) != _identity(source):
        words = f"{device_id!r} is already a {there.kind} of type {there.type} in {there.area}"
        problems.append(place.problem("id", words))
    if problems:
        roster.problems += problems
    elif there is not None:
        roster.unchanged += 1
    else:
        roster.new.append(source)


def _identity(source: Source) -> tuple[str, ...]:
    return source.kind, source.area, source.type, source.name
