"""A list of cameras in a CSV file, as an integrator brings it: a header, then a camera a line.

Read as a whole before anything is done: what is new, what is there already and the same, what is there and different,
and what is wrong, each with its line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from hub.config.address import AddressNotAllowed, check_written, hosts, place, split_credentials
from hub.config.settings import WORKER_KEYS, CameraSettings
from hub.config.vault import SecretLost, Vault
from hub.document import nearest
from hub.errors import Problem
from hub.model.allowlist import AllowList
from hub.model.area import not_a_grid, parent_of
from hub.model.source import Source, SourceKind
from ingest.table import Line, Table

COLUMNS = ("id", "url", "area", "name", "username", "password", "substream_url", "transport", "tls", "record")
_NEEDED = ("id", "url", "area")
_MAX_NAME = 200
_SETTINGS = ("transport", "tls")


@dataclass(frozen=True, slots=True)
class Entry:
    """A camera of a list, in the line that it stands in."""

    line: int
    source: Source


@dataclass(slots=True)
class Roster:
    """``new`` can be added, ``changed`` are there and differ, ``unchanged`` are there just so.

    ``problems`` are all that is wrong, each with its line.
    """

    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What a list is read against: the paths of the areas, where cameras may be, and the sources there are, by id."""

    areas: Collection[str]
    allowed: AllowList
    sources: Mapping[str, Source]
    vault: Vault


def read(data: bytes, file: str, known: Known, credentials: Mapping[str, str] = MappingProxyType({})) -> Roster:
    """``credentials`` are for the lines that have none. Raises nothing."""
    roster, table = Roster(), Table(file)
    inner = {parent_of(path) for path in known.areas}
    for line in table.read(data, COLUMNS, _NEEDED):
        source, wrong = camera(line.cells, known.allowed)
        if source is not None and source.secret is None and credentials:
            source = replace(source, secret=dict(credentials))
        if repeated := table.repeated(line):
            wrong["id"] = repeated
        if "area" in line.cells and "area" not in wrong and (
            unknown := table.unknown_area(line.cells["area"], known.areas)
        ):
            wrong["area"] = unknown
        elif line.cells.get("area") in inner and "area" not in wrong and (words := _no_grid(line.cells, known)):
            wrong["area"] = words
        if source is not None and not wrong:
            _sort(roster, Entry(line.number, source), line, known, wrong)
        table.problems += [table.problem(line.number, key, message) for key, message in wrong.items()]
    roster.problems = table.problems
    return roster


def camera(cells: Mapping[str, str], allowed: AllowList) -> tuple[Source | None, dict[str, str]]:
    """A camera from the values of ``COLUMNS``, and what is wrong with them, by column; no message holds a secret.

    Whether its area is there is for the caller to say.
    """
    given: dict[str, Any] = {key: value for key, value in cells.items() if key not in {"password", "record"}}
    given["record"] = {"mode": cells.get("record", "off")}
    wrong = {key: "is missing" for key in _NEEDED if not cells.get(key)}
    settings: CameraSettings | None = None
    try:
        settings = CameraSettings.model_validate({"url": "", **given})
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_url=False):
            context = detail.get("ctx", {})
            column = str(detail["loc"][0])
            message = str(context.get("error", detail["msg"]))
            if detail["type"] == "literal_error":
                words = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
                message += nearest(cells.get(column, ""), words)
            wrong.setdefault(column, message)
    if len(cells.get("name", "")) > _MAX_NAME or "\0" in cells.get("name", ""):
        wrong["name"] = f"is longer than {_MAX_NAME} characters, or has a NUL in it"
    for key in ("url", "substream_url"):
        try:
            if key in cells and key not in wrong:
                check_written(split_credentials(cells[key])[0], allowed)
        except AddressNotAllowed as error:
            wrong[key] = error.reason
    if settings is None:
        return None, wrong
    where, secret = place(settings.url, settings.substream_url, settings.username, cells.get("password"))
    source = Source(
        id=settings.id,
        kind=SourceKind.CAMERA,
        area=settings.area,
        type="camera",
        name=settings.name or settings.id,
        config={**where, **settings.model_dump(mode="json", include=set(WORKER_KEYS))},
        secret=secret,
        origin="api",
    )
    return source, wrong


def _no_grid(cells: Mapping[str, str], known: Known) -> str:
    """Why a camera does not belong in its area; one that is there already may stay."""
    there, area = known.sources.get(cells.get("id", "")), cells.get("area", "")
    return "" if there is not None and there.area == area else not_a_grid(area, known.areas)


def _sort(roster: Roster, entry: Entry, line: Line, known: Known, wrong: dict[str, str]) -> None:
    """To the new, the changed or the unchanged; or say what is wrong."""
    there = known.sources.get(entry.source.id)
    if there is None:
        roster.new.append(entry)
    elif there.area not in known.areas:
        wrong["id"] = f"{there.id!r} is taken"
    elif there.kind is not SourceKind.CAMERA:
        wrong["id"] = f"{there.id!r} is a {there.kind} already"
    else:
        meant = _updated(there, entry.source, line.cells)
        if _is_same(there, meant, known.vault):
            roster.unchanged.append(entry)
        elif there.origin == "config":
            wrong["id"] = f"{there.id!r} is set in the configuration of the hub: change it there"
        else:
            roster.changed.append(replace(entry, source=meant))


def _updated(there: Source, listed: Source, cells: Mapping[str, str]) -> Source:
    """``there`` with what the list says; what it has no column for, or leaves empty, stays."""
    config = {**there.config, **{key: listed.config[key] for key in ("url", *_SETTINGS) if key in cells}}
    if "substream_url" in cells:
        config["substream_url"] = listed.config["substream_url"]
    if "record" in cells:
        config["record"] = {**there.config.get("record", {}), "mode": cells["record"]}
    name = cells.get("name") or there.name
    # Or whoever may import a list could have the password sent to a host of theirs.
    known_secret = None if hosts(config) - hosts(there.config) else there.secret
    secret = listed.secret or known_secret
    return replace(there, area=listed.area, name=name, config=config, secret=secret)


def _is_same(there: Source, meant: Source, vault: Vault) -> bool:
    if (there.area, there.name, dict(there.config)) != (meant.area, meant.name, dict(meant.config)):
        return False
    try:
        return dict(vault.seal(meant).secret or {}) == dict(there.secret or {})
    except SecretLost:
        return False
