"""``gridhub device list | approve | block | dismiss | import | try | command``: devices on the command line."""

from __future__ import annotations

import argparse
import base64
import dataclasses
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import Progress

from hub.clock import SystemClock
from hub.config import load, store_access
from hub.config.device_types import TypeName, not_there
from hub.errors import HubError, NotFound
from hub.model.source import Source, SourceKind, check_source_id
from hub.model.times import rfc3339
from hub.store import Store, areas, devices, readings, sources
from hub.words import counted
from ingest.mqtt import account_cli, command_cli, roster, trying
from ingest.mqtt.vitals import Problem

_PAGE = 500
_AT_ONCE = 1000
_TYPE = TypeAdapter(TypeName)


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``gridhub``."""
    device = subparsers.add_parser("device", help="devices: list, approve, block, dismiss, import, try, command")
    commands = device.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="every device and how it is")
    listing.add_argument("--problem", choices=[str(problem) for problem in Problem], help="only those with this one")
    listing.add_argument("--unknown", action="store_true", help="those that speak and that nobody has added")
    words = "let devices in that wait for it; unknown ones with the area and the type that they get"
    approving = commands.add_parser("approve", help=words, description=words)
    approving.add_argument("id", nargs="+")
    approving.add_argument("--area", help="of unknown devices: where they are")
    approving.add_argument("--type", help="of unknown devices: what they are")
    words = "of one unknown device: for people; left out, the one it announced, or its id"
    approving.add_argument("--name", help=words)
    words = "hear nothing of an unknown device any more, until it is dismissed"
    blocking = commands.add_parser("block", help=words, description=words)
    words = "forget an unknown device until it speaks again"
    dismissing = commands.add_parser("dismiss", help=words, description=words)
    for command in (blocking, dismissing):
        command.add_argument("id", nargs="+")
    importing = commands.add_parser("import", help=f"add devices from a CSV file: {','.join(roster.COLUMNS)}")
    importing.add_argument("file", type=Path)
    importing.add_argument("--partial", action="store_true", help="import what is right even where something is wrong")
    words = "what the hub would make of a message, without a broker and a store"
    attempting = commands.add_parser("try", help=words, description=words)
    trying.options(attempting)
    for command, run in (
        (listing, _list), (approving, _approve), (blocking, _block), (dismissing, _dismiss), (importing, _import),
        (attempting, trying.run),
    ):  # fmt: skip
        command.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
        command.set_defaults(run=run)
    command_cli.register(commands)
    account_cli.register(commands)


def _list(options: argparse.Namespace) -> int:
    with _store(options) as store:
        return _list_unknown(store) if options.unknown else _list_known(store, options.problem)


def _list_known(store: Store, problem: str | None) -> int:
    cursor, is_any = "", False
    while page := readings.source_page(store, SourceKind.DEVICE, problem=problem, cursor=cursor, limit=_PAGE):
        for row in page:
            state = row["state"] if row["approved"] else "not approved"
            found = ", ".join(row["detail"].get("problems", []))
            line = f"{row['id']:<24} {row['type']:<12} {row['area']:<36} {state:<14} {row['reason']}"
            sys.stdout.write(f"{line}{f' [{found}]' if found else ''}\n")
        cursor, is_any = page[-1]["id"], True
    if not is_any:
        _say("none")
    return 0


def _list_unknown(store: Store) -> int:
    """What each said last, and what was announced of it, so that somebody sees what it is."""
    cursor, is_any = "", False
    while page := devices.unknown_page(store, blocked=None, cursor=cursor, limit=_PAGE):
        for row in page:
            last = row["heads"][-1]["head"] if row["heads"] else ""
            said = base64.b64decode(last)[:60].decode(errors="replace")
            words = "blocked" if row["blocked"] else f"{row['count']} × until {rfc3339(row['last_seen_at'])[:19]}Z"
            reason = f" ({row['reason']})" if row["reason"] else ""
            told = row["announced"] or {}
            announced = ", ".join(str(told[key]) for key in ("name", "type", "model") if told.get(key))
            announced = f" [{_printable(announced)}]" if announced else ""
            line = f"{row['id']:<24} {words:<36} {row['topic']}  {said!r}{announced}{reason}"
            sys.stdout.write(f"{line}\n")
        cursor, is_any = page[-1]["id"], True
    if not is_any:
        _say("none")
    return 0


def _approve(options: argparse.Namespace) -> int:
    """All of them or none."""
    if options.name is not None and (len(options.id) > 1 or not 0 < len(options.name) <= 200):
        raise HubError("--name is for one device, and has 1 to 200 characters")
    types = load(options.config).device_types
    with _store(options) as store:
        there: list[Source] = []
        new: list[Source] = []
        for device in dict.fromkeys(options.id):
            source = _known(store, device)
            if source is not None:
                there.append(source)
            else:
                new.append(_unknown(store, device, options.area, options.type, options.name))
        if there and options.name is not None:
            raise HubError(f"{there[0].id!r} has a name: --name is for unknown devices")
        now, kept = SystemClock().now(), 0
        with store.transaction() as tx:
            for source in there:
                sources.update(tx, dataclasses.replace(source, approved=True))
            for source in new:
                kept += devices.approve(tx, source, now)
    if new and options.type not in types:
        _say(f"warning: {not_there(options.type, types)}")
    again = f"; {counted(kept, 'message')} of the quarantine will be read again" if kept else ""
    _say(f"approved {', '.join(source.id for source in [*there, *new])}{again}")
    return 0


def _known(store: Store, device: str) -> Source | None:
    try:
        source = sources.get(store, device)
    except NotFound:
        return None
    if source.kind is not SourceKind.DEVICE:
        raise NotFound(f"{device!r} is not a device")
    return source


def _unknown(store: Store, device: str, area: str | None, kind: str | None, name: str | None) -> Source:
    """As it is to be added. Raises NotFound, HubError."""
    row = devices.unknown(store, device)
    if area is None or kind is None:
        raise HubError(f"{device!r} is unknown so far: say where and what it is, with --area and --type")
    areas.get(store, area)
    try:
        _TYPE.validate_python(kind)
    except ValidationError as error:
        raise HubError(f"{kind!r} is not a type: [a-z][a-z0-9_-]*, at most 63") from error
    return devices.source_of(device, area, kind, name or str((row["announced"] or {}).get("name") or device))


def _block(options: argparse.Namespace) -> int:
    with _store(options) as store:
        for device in options.id:
            if _known(store, device) is not None:
                raise HubError(f"{device!r} is a device of the hub: remove it first")
            try:
                check_source_id(device)
            except ValueError as error:
                raise HubError(str(error)) from error
            devices.block(store, device, SystemClock().now())
    _say(f"blocked {', '.join(options.id)}")
    return 0


def _dismiss(options: argparse.Namespace) -> int:
    with _store(options) as store:
        for device in options.id:
            devices.dismiss(store, device)
    _say(f"dismissed {', '.join(options.id)}")
    return 0


def _import(options: argparse.Namespace) -> int:
    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise HubError(f"{options.file} cannot be read: {error.strerror or error}") from error
    with _store(options) as store:
        paths = {area.path for area in areas.list_areas(store)}
        known = {source.id: source for source in sources.list_sources(store)}
        found = roster.read(data, str(options.file), paths, known)
        for problem in found.problems:
            _say(str(problem))
        if found.problems and not options.partial:
            _say(f"{counted(len(found.problems), 'problem')}; nothing was imported")
            return 2
        _add(store, found.new)
    unchanged = f", {found.unchanged} were there already" if found.unchanged else ""
    problems = f", {counted(len(found.problems), 'problem')}" if found.problems else ""
    _say(f"{counted(len(found.new), 'device')} imported{unchanged}{problems}")
    return 1 if found.problems else 0


def _add(store: Store, new: list[Source]) -> None:
    """All of them or none; the workers are told once, when they are there."""
    now = SystemClock().now()
    with (
        Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar,
        store.transaction() as tx,
    ):
        task = bar.add_task("adding devices", total=len(new))
        for start in range(0, len(new), _AT_ONCE):
            sources.add_many(tx, new[start : start + _AT_ONCE], now)
            bar.update(task, completed=start + _AT_ONCE)


def _store(options: argparse.Namespace) -> Store:
    return Store.open(store_access(load(options.config)), "cli")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
