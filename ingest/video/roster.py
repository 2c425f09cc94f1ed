"""A list of cameras in a CSV file (RFC 4180), as an integrator brings it: a header, then a camera a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from hub.config.access import split_credentials
from hub.config.settings import WORKER_KEYS, CameraSettings
from hub.document import nearest
from hub.errors import Problem
from hub.log import redact_value
from hub.model.source import Source, SourceKind

COLUMNS = ("id", "url", "area", "name", "username", "password", "substream_url", "record")
_NEEDED = ("id", "url", "area")
_MAX_NAME = 200


@dataclass(slots=True)
class Roster:
    """``new`` can be added; ``problems`` are all that is wrong, each with its line."""

    new: list[Source] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(data: bytes, file: str, areas: Collection[str], known: Collection[str]) -> Roster:
    """``areas`` are the paths there are, ``known`` the ids that are taken. Raises nothing."""
    roster = Roster()
    try:
        text = data.decode("utf-8-sig")  # spreadsheets put a byte order mark in front
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text: save it as “CSV UTF-8” / 不是 UTF-8 文本：请另存为“CSV UTF-8”"
        roster.problems.append(Problem(file, line, 0, "", message))
        return roster
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: dict[str, int] = {}
    try:
        header = [name.strip() for name in next(reader, [])]
        roster.problems += _check_header(header, file)
        if roster.problems:
            return roster
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            line = reader.line_num
            if len(row) != len(header):
                message = f"has {len(row)} values for {len(header)} columns"
                roster.problems.append(Problem(file, line, 0, "", message))
                continue
            cells = {name: cell.strip() for name, cell in zip(header, row, strict=True) if cell.strip()}
            source, wrong = camera(cells, areas, known)
            if (camera_id := cells.get("id", "")) in lines:
                wrong["id"] = f"{camera_id!r} is already in line {lines[camera_id]}"
            lines.setdefault(camera_id, line)
            roster.problems += [Problem(file, line, 0, key, message) for key, message in wrong.items()]
            if source is not None and not wrong:
                roster.new.append(source)
    except csv.Error as error:
        roster.problems.append(Problem(file, reader.line_num, 0, "", f"is not CSV: {error}"))
    return roster


def camera(
    cells: Mapping[str, str], areas: Collection[str], known: Collection[str]
) -> tuple[Source | None, dict[str, str]]:
    """A camera from the values of ``COLUMNS``, and what is wrong with them, by column; no message holds a secret."""
    url, username, password = cells.get("url", ""), cells.get("username"), cells.get("password")
    given = {key: cells[key] for key in ("id", "area", "name", "substream_url", "username") if key in cells}
    wrong: dict[str, str] = {key: "is missing" for key in _NEEDED if not cells.get(key)}
    try:
        settings = CameraSettings.model_validate({**given, "url": url, "record": {"mode": cells.get("record", "off")}})
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_url=False):
            context = detail.get("ctx", {})
            wrong.setdefault(str(detail["loc"][0]), str(context.get("error", detail["msg"])))
        return None, wrong
    if settings.id in known:
        wrong["id"] = f"there is a source {settings.id!r} already"
    if settings.area not in areas:
        wrong["area"] = f"there is no area {settings.area!r}{nearest(settings.area, list(areas))}"
    if len(cells.get("name", "")) > _MAX_NAME:
        wrong["name"] = f"is longer than {_MAX_NAME} characters"
    bare, url_username, url_password = split_credentials(settings.url)
    secret = {"username": username or url_username, "password": password or url_password}
    redact_value(secret["password"] or "")
    config = {
        "url": bare,
        "substream_url": split_credentials(settings.substream_url)[0] if settings.substream_url else None,
        **settings.model_dump(mode="json", include=set(WORKER_KEYS)),
    }
    source = Source(
        id=settings.id,
        kind=SourceKind.CAMERA,
        area=settings.area,
        type="camera",
        name=settings.name or settings.id,
        config=config,
        secret={key: value for key, value in secret.items() if value} or None,
        origin="api",
    )
    return source, wrong


def _check_header(header: list[str], file: str) -> list[Problem]:
    problems = [
        Problem(file, 1, 0, name, f"is not a column{nearest(name, COLUMNS)}; the first line names them: id,url,area,…")
        for name in header
        if name not in COLUMNS
    ]
    problems += [Problem(file, 1, 0, name, "this column is missing") for name in _NEEDED if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1})
    return problems + [Problem(file, 1, 0, name, "appears twice") for name in twice]
