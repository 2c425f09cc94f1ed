"""``gridhub model add | list | test | pull``: the detectors of a hub, on the command line."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from hub.clock import SystemClock
from hub.config import Config, load, store_access
from hub.config.address import split_credentials
from hub.config.vault import Vault
from hub.errors import HubError, Refused
from hub.store import Store, sources
from ingest.video import models, pull
from ingest.video.probe import probe
from ingest.video.yolo import Picture3

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_RUNS = 10
_MAX_IMAGE_BYTES = 64 * 1024 * 1024
_MAX_WIDTH = 4096
_LEAST = 0.4


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``gridhub``."""
    model = subparsers.add_parser("model", help="detectors: add, list, test, pull")
    commands = model.add_subparsers(required=True, metavar="COMMAND")
    adding = commands.add_parser("add", help="take over an ONNX file (YOLOX, YOLOv8, YOLO11)")
    adding.add_argument("file", type=Path)
    adding.add_argument("--name", help="left out: the name of the file")
    listing = commands.add_parser("list", help="every model, and what can be pulled")
    testing = commands.add_parser("test", help="run a model: how long it takes, and what it finds")
    testing.add_argument("name")
    testing.add_argument("picture", nargs="?", help="a picture (JPEG, PNG), the id of a camera or its rtsp:// address")
    pulling = commands.add_parser("pull", help=f"fetch a model that is known, or named in {pull.FILE}")
    pulling.add_argument("name")
    for command, run in ((adding, _add), (listing, _list), (testing, _test), (pulling, _pull)):
        command.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
        command.set_defaults(run=run)


def _add(options: argparse.Namespace) -> int:
    data_dir = load(options.config).data_dir
    name = options.name or _NOT_IN_NAMES.sub("-", options.file.stem)
    _tell_added(models.add(data_dir, options.file, name, SystemClock().now()))
    return 0


def _tell_added(model: models.Model) -> None:
    form = model.form
    classes = ", ".join(form.classes[:5]) + (", …" if len(form.classes) > 5 else "")
    _say(f"added {model.name}: {form.family}, {form.width}×{form.height}, {len(form.classes)} classes ({classes})")
    _say(f"to use it: analyse: {{detect: {{model: {model.name}, classes: [{form.classes[0]}]}}}} at a camera")


def _list(options: argparse.Namespace) -> int:
    config = load(options.config)
    there = models.all_models(config.data_dir)
    for model in there:
        form, size = model.form, f"{model.size_bytes / 2**20:.1f} MiB"
        facts = f"{form.family:<12}{form.width}×{form.height:<8}{len(form.classes):>4} classes {size:>12}"
        sys.stdout.write(f"{model.name:<24}{facts}  {model.sha256[:12]}  {model.added}\n")
    known = {model.name for model in there}
    for name, origin in pull.origins(config.path.parent).items():
        if name not in known:
            sys.stdout.write(f"{name:<24}can be pulled   {origin.sha256[:12].lower()}\n")
    return 0


def _test(options: argparse.Namespace) -> int:
    network = models.load(load(options.config).data_dir, options.name)
    form = network.form
    picture = _picture(options) if options.picture else np.full((form.height, form.width, 3), 114, np.uint8)
    network.detect(picture, least=_LEAST)  # the first time is slower: memory is laid out
    times_ms = []
    for _ in range(_RUNS):
        found, took_s = network.detect(picture, least=_LEAST)
        times_ms.append(took_s * 1000)
    times_ms.sort()
    sys.stdout.write(f"provider  {network.provider}\n")
    sys.stdout.write(f"time      {times_ms[_RUNS // 2]:.1f} ms an inference, {times_ms[-1]:.1f} at most, of {_RUNS}\n")
    if options.picture:
        sys.stdout.write(f"found     {len(found)}\n")
        for each in found:
            x, y, width, height = each.box
            where = f"x {x:.2f}  y {y:.2f}  width {width:.2f}  height {height:.2f}"
            sys.stdout.write(f"  {each.label:<20}{each.score:.2f}   {where}\n")
    return 0


def _picture(options: argparse.Namespace) -> Picture3:
    path = Path(options.picture)
    if not options.picture.startswith(("rtsp://", "rtsps://")) and path.exists():
        return _from_file(path)
    config = load(options.config)
    if options.picture.startswith(("rtsp://", "rtsps://")):
        url, username, password = split_credentials(options.picture)
        secret = {"username": username, "password": password or ""} if username else None
        return _from_camera(config, url, secret, {})
    with Store.open(store_access(config), "cli") as store:
        camera = Vault.of(config).unseal(sources.get(store, options.picture))
    return _from_camera(config, str(camera.config.get("url", "")), camera.secret, camera.config)


def _from_file(path: Path) -> Picture3:
    try:
        if path.stat().st_size > _MAX_IMAGE_BYTES:
            raise HubError(f"{path} is larger than {_MAX_IMAGE_BYTES // 2**20} MiB")
        return _decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise HubError(f"{path} cannot be read: {error.strerror or error}") from error


def _from_camera(
    config: Config, url: str, secret: Mapping[str, str] | None, settings: Mapping[str, Any]
) -> Picture3:
    ways = {name: settings[name] for name in ("transport", "tls") if name in settings}
    found = probe(url, secret, SystemClock(), network=config.network, width=_MAX_WIDTH, onvif_ports=(), **ways)
    if found.jpeg is None:
        raise HubError(f"the camera shows nothing: {found.state}: {found.reason}")
    return _decoded(found.jpeg, "the picture of the camera")


def _decoded(data: bytes, what: str) -> Picture3:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if picture is None:
        raise HubError(f"{what} cannot be read as a picture")
    return cast(Picture3, picture)


def _pull(options: argparse.Namespace) -> int:
    config = load(options.config)
    name = models.check_name(options.name)
    known = pull.origins(config.path.parent)
    if name not in known:
        there = ", ".join(sorted(known))
        raise Refused("unknown_model", f"{name!r} is not known: {there}; others are named in {pull.FILE}")
    folder = config.data_dir / models.FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with models.new_file(folder) as file:
            with _bar(name) as progress:
                task = progress.add_task(name, total=None)
                pull.fetch(
                    known[name],
                    file,
                    models.MAX_BYTES,
                    lambda done, total: progress.update(task, completed=done, total=total),
                )
            model = models.add(config.data_dir, file, name, SystemClock().now())
    except OSError as error:
        raise Refused("cannot_write", f"{folder} cannot be written: {error.strerror or error}") from error
    _tell_added(model)
    return 0


def _bar(name: str) -> Progress:
    """On standard error, and nothing of it where that is no terminal."""
    columns = (name, BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
