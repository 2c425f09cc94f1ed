"""``gridhub camera probe | list | add | import``: cameras on the command line.

A password comes from a file, from ``GRIDHUB_CAMERA_PASSWORD`` or from a prompt; as an argument every user of the
machine could read it, so the only one that may be there is the one in a URL that was pasted whole.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from hub.clock import SystemClock
from hub.config import load, store_access
from hub.config.access import split_credentials
from hub.errors import ConfigError, HubError, Problem
from hub.log import redact_value
from hub.model.source import SourceKind
from hub.store import Store, areas, readings, sources
from ingest.video import roster
from ingest.video.probe import Probe, probe

_PAGE = 500


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``gridhub``."""
    camera = subparsers.add_parser("camera", help="cameras: probe, list, add, import")
    commands = camera.add_subparsers(required=True, metavar="COMMAND")
    probing = commands.add_parser("probe", help="open a camera once and say what it sends")
    probing.add_argument("url", help="rtsp://host/path")
    probing.add_argument("--snapshot", type=Path, metavar="FILE", help="write one picture of it here, as JPEG")
    adding = commands.add_parser("add", help="add one camera")
    adding.add_argument("id")
    adding.add_argument("url", help="rtsp://host/path")
    adding.add_argument("--area", required=True)
    adding.add_argument("--name", default="")
    adding.add_argument("--record", choices=["continuous", "event", "off"], default="off")
    listing = commands.add_parser("list", help="every camera and how it is")
    importing = commands.add_parser("import", help=f"add cameras from a CSV file: {','.join(roster.COLUMNS)}")
    importing.add_argument("file", type=Path)
    for command in (probing, adding):
        command.add_argument("--username")
        command.add_argument("--password-file", type=Path, metavar="FILE")
    for command in (adding, listing, importing):
        command.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
    for command, run in ((probing, _probe), (adding, _add), (listing, _list), (importing, _import)):
        command.set_defaults(run=run)


def _probe(options: argparse.Namespace) -> int:
    url, url_username, url_password = split_credentials(options.url)
    username = options.username or url_username
    password = _password(options) if options.username else url_password
    secret = {"username": username, "password": password or ""} if username else None
    found = probe(url, secret, SystemClock())
    _tell(found)
    if options.snapshot is not None and found.jpeg is not None:
        try:
            options.snapshot.write_bytes(found.jpeg)
        except OSError as error:
            raise HubError(f"{options.snapshot} cannot be written: {error.strerror or error}") from error
    return 0 if found.state.watching else 1


def _tell(found: Probe) -> None:
    facts = found.facts
    rows = {"state": str(found.state), "reason": found.reason}
    if facts is not None:
        rows |= {"codec": facts.codec, "size": f"{facts.width}×{facts.height}", "frames/s": f"{facts.fps:g}"}
    for name, value in rows.items():
        if value:
            sys.stdout.write(f"{name:<10}{value}\n")


def _list(options: argparse.Namespace) -> int:
    with _store(options) as store:
        cursor = ""
        while page := readings.source_page(store, SourceKind.CAMERA, cursor=cursor, limit=_PAGE):
            for row in page:
                sys.stdout.write(f"{row['id']:<24} {row['area']:<36} {row['state']:<14} {row['reason']}\n")
            cursor = page[-1]["id"]
    return 0


def _add(options: argparse.Namespace) -> int:
    cells = {"id": options.id, "url": options.url, "area": options.area, "record": options.record}
    if options.name:
        cells["name"] = options.name
    if options.username:
        cells |= {"username": options.username, "password": _password(options)}
    with _store(options) as store:
        source, wrong = roster.camera(cells, _areas(store), {known.id for known in sources.list_sources(store)})
        if source is None or wrong:
            raise ConfigError([Problem("camera add", 0, 0, key, message) for key, message in wrong.items()])
        with store.transaction() as tx:
            sources.add(tx, source, SystemClock().now())
    _say(f"added {source.id} in {source.area}; gridhub camera list shows how it is")
    return 0


def _import(options: argparse.Namespace) -> int:
    """All of them or none."""
    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise HubError(f"{options.file} cannot be read: {error.strerror or error}") from error
    with _store(options) as store:
        known = {source.id for source in sources.list_sources(store)}
        found = roster.read(data, str(options.file), _areas(store), known)
        for problem in found.problems:
            _say(str(problem))
        if found.problems:
            _say(f"{len(found.problems)} problems; nothing was imported")
            return 2
        now = SystemClock().now()
        with store.transaction() as tx:
            for source in found.new:
                sources.add(tx, source, now)
    _say(f"{len(found.new)} cameras imported")
    if any((source.secret or {}).get("password") for source in found.new):
        _say(f"{options.file} holds passwords: remove it")
    return 0


def _password(options: argparse.Namespace) -> str:
    """Of ``--username``."""
    if options.password_file is not None:
        try:
            password = str(options.password_file.read_text(encoding="utf-8")).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise HubError(f"cannot read {options.password_file}") from error
    elif "GRIDHUB_CAMERA_PASSWORD" in os.environ:
        password = os.environ["GRIDHUB_CAMERA_PASSWORD"]
    else:
        password = getpass.getpass(f"password of {options.username}: ")
    redact_value(password)
    return password


def _areas(store: Store) -> set[str]:
    return {area.path for area in areas.list_areas(store)}


def _store(options: argparse.Namespace) -> Store:
    return Store.open(store_access(load(options.config)), "cli")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
