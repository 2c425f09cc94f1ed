"""``gridhub device list | approve | import | command``: devices on the command line."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

from hub.clock import SystemClock
from hub.config import load, store_access
from hub.errors import HubError, NotFound
from hub.model.source import SourceKind
from hub.store import Store, areas, readings, sources
from hub.words import counted
from ingest.mqtt import command_cli, roster, trying

_PAGE = 500


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``gridhub``."""
    device = subparsers.add_parser("device", help="devices: list, approve, import, try, command")
    commands = device.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="every device and how it is")
    approving = commands.add_parser("approve", help="let devices in that wait for it")
    approving.add_argument("id", nargs="+")
    importing = commands.add_parser("import", help="add devices from a CSV file: id,area,type,name")
    importing.add_argument("file", type=Path)
    importing.add_argument("--partial", action="store_true", help="import what is right even where something is wrong")
    words = "what the hub would make of a message, without a broker and a store"
    attempting = commands.add_parser("try", help=words, description=words)
    trying.options(attempting)
    for command, run in (
        (listing, _list), (approving, _approve), (importing, _import), (attempting, trying.run),
    ):  # fmt: skip
        command.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
        command.set_defaults(run=run)
    command_cli.register(commands)


def _list(options: argparse.Namespace) -> int:
    with _store(options) as store:
        cursor = ""
        while page := readings.source_page(store, SourceKind.DEVICE, cursor=cursor, limit=_PAGE):
            for row in page:
                state = row["state"] if row["approved"] else "not approved"
                sys.stdout.write(f"{row['id']:<24} {row['type']:<12} {row['area']:<36} {state:<14} {row['reason']}\n")
            cursor = page[-1]["id"]
    return 0


def _approve(options: argparse.Namespace) -> int:
    """All of them or none."""
    with _store(options) as store:
        found = [sources.get(store, device_id) for device_id in dict.fromkeys(options.id)]
        for source in found:
            if source.kind is not SourceKind.DEVICE:
                raise NotFound(f"{source.id!r} is not a device")
        with store.transaction() as tx:
            for source in found:
                sources.update(tx, dataclasses.replace(source, approved=True))
    _say(f"approved {', '.join(source.id for source in found)}")
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
        now = SystemClock().now()
        with store.transaction() as tx:
            for source in found.new:
                sources.add(tx, source, now)
    unchanged = f", {found.unchanged} were there already" if found.unchanged else ""
    problems = f", {counted(len(found.problems), 'problem')}" if found.problems else ""
    _say(f"{counted(len(found.new), 'device')} imported{unchanged}{problems}")
    return 1 if found.problems else 0


def _store(options: argparse.Namespace) -> Store:
    return Store.open(store_access(load(options.config)), "cli")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
