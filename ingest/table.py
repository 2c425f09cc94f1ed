"""A list in a CSV file (RFC 4180), as an integrator brings it from a spreadsheet: a header, then a thing a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from hub.document import nearest
from hub.errors import Problem

MAX_BYTES = 16 * 1024 * 1024
_MAX_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number, counted from 1, and what stands in it, by column; empty cells are left out."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class Table:
    """``read`` gives the lines that are right so far; ``problems`` are those of the file itself."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _hints: int = 50  # each is a search through all areas

    def problem(self, line: int, key: str, message: str) -> Problem:
        return Problem(self.file, line, 0, key, message)

    def read(self, data: bytes, columns: Sequence[str], needed: Collection[str]) -> Iterator[Line]:
        """The lines with as many values as the header has names. Raises nothing: see ``problems``."""
        if len(data) > MAX_BYTES:
            self.problems.append(self.problem(0, "", f"is larger than {MAX_BYTES // 2**20} MiB"))
            return
        try:
            text = data.decode("utf-8-sig")  # spreadsheets put a byte order mark in front
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = "is not UTF-8 text: save it as “CSV UTF-8” / 不是 UTF-8 文本：请另存为“CSV UTF-8”"
            self.problems.append(self.problem(line, "", message))
            return
        if "\0" in text:  # neither a database nor a URL holds it
            line = text.count("\n", 0, text.index("\0")) + 1
            self.problems.append(self.problem(line, "", "is not text: it holds a NUL / 不是文本：含有 NUL 字符"))
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            self._check_header(header, columns, needed)
            if self.problems:
                return
            for row in reader:
                if not any(cell.strip() for cell in row):
                    continue
                if len(row) != len(header):
                    message = f"has {len(row)} values for {len(header)} columns"
                    self.problems.append(self.problem(reader.line_num, "", message))
                    continue
                cells = {name: cell.strip() for name, cell in zip(header, row, strict=True) if cell.strip()}
                yield Line(reader.line_num, cells)
        except csv.Error as error:
            self.problems.append(self.problem(reader.line_num, "", f"is not CSV: {error}"))

    def repeated(self, line: Line) -> str | None:
        """What is wrong with an id that another line has already."""
        given = line.cells.get("id", "")
        first = self._numbers.setdefault(given, line.number)
        return None if first == line.number else f"{given!r} is already in line {first}"

    def unknown_area(self, area: str, areas: Collection[str]) -> str | None:
        """What is wrong with an area that there is not."""
        if area in areas:
            return None
        self._hints -= 1
        return f"there is no area {area!r}{nearest(area, list(areas)) if self._hints >= 0 else ''}"

    def _check_header(self, header: list[str], columns: Sequence[str], needed: Collection[str]) -> None:
        if len(header) > _MAX_COLUMNS:
            self.problems.append(self.problem(1, "", f"has {len(header)} columns: it is no such list"))
            return
        names = ",".join(columns)
        if len(header) == 1 and ";" in header[0]:
            words = "separate with commas, not with semicolons / 请用逗号分隔，不要用分号"
            self.problems.append(self.problem(1, "", f"{words}: {names}"))
            return
        for name in header:
            if name not in columns:
                message = f"is not a column{nearest(name, columns)}; the first line names them: {names}"
                self.problems.append(self.problem(1, name, message))
        missing = [name for name in columns if name in needed and name not in header]
        self.problems += [self.problem(1, name, "this column is missing") for name in missing]
        twice = sorted({name for name in header if header.count(name) > 1})
        self.problems += [self.problem(1, name, "appears twice") for name in twice]
