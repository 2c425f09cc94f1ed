"""``gridhub camera probe | discover | add | import | list``: cameras on the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from hub.clock import SystemClock
from hub.config import Config, load, store_access
from hub.config.address import substream_secret
from hub.config.vault import Vault
from hub.errors import ConfigError, HubError, Problem
from hub.model.area import not_a_grid
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, readings, sources
from hub.words import counted
from ingest.table import Table
from ingest.video import importing, inquiry, roster
from ingest.video.passwords import add_options, password_of
from ingest.video.probe import probe
from ingest.video.verdict import verdict

_PAGE = 500


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``gridhub``."""
    camera = subparsers.add_parser("camera", help="cameras: probe, discover, add, import, list")
    commands = camera.add_subparsers(required=True, metavar="COMMAND")
    probing = commands.add_parser("probe", help="open a camera once: what it sends, measured, and what that means")
    inquiry.register_probe(probing)
    discovering = commands.add_parser("discover", help="find cameras that speak ONVIF, and their streams")
    inquiry.register_discover(discovering)
    adding = commands.add_parser("add", help="add one camera")
    adding.add_argument("id")
    adding.add_argument("url", help="rtsp://host/path")
    adding.add_argument("--area", required=True)
    adding.add_argument("--name", default="")
    adding.add_argument("--substream-url", default="", metavar="URL", help="the same, smaller: for analysis")
    adding.add_argument("--transport", choices=["tcp", "udp"], default="tcp")
    adding.add_argument("--tls", choices=["verified", "unverified"], default="verified", help="of rtsps")
    adding.add_argument("--record", choices=["continuous", "event", "off"], default="off")
    listing = commands.add_parser("list", help="every camera and how it is")
    importing_ = commands.add_parser("import", help=f"add cameras from a CSV file: {','.join(roster.COLUMNS)}")
    importing_.add_argument("file", type=Path)
    importing_.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    importing_.add_argument("--probe", action="store_true", help="look at each camera first: no picture is a problem")
    importing_.add_argument("--partial", action="store_true", help="import what is right even where something is wrong")
    importing_.add_argument("--update", action="store_true", help="change cameras that are there and differ")
    for command in (probing, discovering, adding, importing_):
        add_options(command)
    for command in (probing, discovering):
        command.add_argument("-c", "--config", type=Path, default=None, help="keep to its network.cameras (hub.yaml)")
    for command in (adding, listing, importing_):
        command.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
    for command, run in ((adding, _add), (listing, _list), (importing_, _import)):
        command.set_defaults(run=run)


def _list(options: argparse.Namespace) -> int:
    with _store(load(options.config)) as store:
        cursor = ""
        while page := readings.source_page(store, SourceKind.CAMERA, cursor=cursor, limit=_PAGE):
            for row in page:
                sys.stdout.write(f"{row['id']:<24} {row['area']:<36} {row['state']:<14} {row['reason']}\n")
            cursor = page[-1]["id"]
    return 0


def _add(options: argparse.Namespace) -> int:
    names = ("id", "url", "area", "name", "substream_url", "transport", "tls", "record")
    cells = {name: value for name in names if (value := str(getattr(options, name)))}
    if options.username:
        cells |= {"username": options.username, "password": password_of(options)}
    config = load(options.config)
    with _store(config) as store:
        source, wrong = roster.camera(cells, config.network.allowed)
        if unfit := _unfit_area(cells["area"], store):
            wrong.setdefault("area", unfit)
        if source is None or wrong:
            raise ConfigError([Problem("camera add", 0, 0, key, message) for key, message in wrong.items()])
        with store.transaction() as tx:
            sources.add(tx, Vault.of(config).seal(source), SystemClock().now())
    _say(f"added {source.id} in {source.area}; gridhub camera list shows how it is")
    return 0


def _import(options: argparse.Namespace) -> int:
    """All of them or none; with ``--partial``, all that are right."""
    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise HubError(f"{options.file} cannot be read: {error.strerror or error}") from error
    config, file = load(options.config), str(options.file)
    defaults = {"username": options.username, "password": password_of(options)} if options.username else {}
    with _store(config) as store:
        vault = Vault.of(config)
        known = importing.known_to(store, config.network.allowed, vault)
        planned = importing.plan(data, file, known, update=options.update, credentials=defaults)
        if options.probe:
            planned = _looked_at(planned, file, config)
        is_done = not options.dry_run and (options.partial or not planned.problems)
        if is_done:
            importing.carry_out(store, planned, vault, SystemClock().now())
    _report(planned)
    added = counted(len(planned.new), "camera")
    count = f"{added} imported, {len(planned.changed)} changed, {len(planned.unchanged)} were there"
    wrong = counted(len(planned.problems), "problem")
    if not is_done:
        count = f"nothing was done; it would be: {count}" if options.dry_run else "nothing was imported"
    _say(f"{wrong}; {count}" if planned.problems else count)
    if any("password" in (entry.source.secret or {}) for entry in planned.new) and not defaults:
        _say(f"{options.file} holds passwords: remove it")
    if not planned.problems:
        return 0
    return 1 if options.partial and is_done else 2


def _looked_at(planned: importing.Plan, file: str, config: Config) -> importing.Plan:
    clock = SystemClock()

    def look(source: Source) -> dict[str, str]:
        settings, wrong = source.config, {}
        secret = Vault.of(config).unseal(source).secret
        for column, its_secret in (("url", secret), ("substream_url", substream_secret(secret))):
            if not settings.get(column):
                continue
            found = probe(
                settings[column],
                its_secret,
                clock,
                network=config.network,
                transport=settings["transport"],
                tls=settings["tls"],
                onvif_ports=(),
            )
            if not found.state.watching:
                wrong[column] = "; ".join(remark.en for remark in verdict(found))
        return wrong

    total = len(planned.new) + len(planned.changed)
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("looking at cameras", total=total)
        return importing.looked_at(planned, file, look, lambda: bar.advance(task))


def _report(planned: importing.Plan) -> None:
    """A line on standard output for each line that is right, on standard error for each thing that is wrong."""
    for line in planned.lines():
        if line.outcome == "wrong":
            for problem in line.problems:
                _say(str(problem))
        else:
            sys.stdout.write(f"{line.line:>6}  {line.id:<32} {line.outcome}\n")


def _unfit_area(area: str, store: Store) -> str:
    paths = [known.path for known in areas.list_areas(store)]
    return Table("").unknown_area(area, paths) or not_a_grid(area, paths)


def _store(config: Config) -> Store:
    return Store.open(store_access(config), "cli")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
