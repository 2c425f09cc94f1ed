"""``gridhub camera probe`` and ``discover``: asking cameras, before any of them is added."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from hub.clock import SystemClock
from hub.config import load
from hub.config.address import place
from hub.config.settings import NetworkSettings
from hub.errors import HubError
from hub.words import counted
from ingest.video.discover import discover
from ingest.video.passwords import password_of
from ingest.video.probe import Probe, probe
from ingest.video.profiles import PORTS, Device
from ingest.video.verdict import Remark, cost, verdict

# Whoever runs a command may connect anywhere already: without a configuration nothing is forbidden.
_ANYWHERE = NetworkSettings(cameras=("0.0.0.0/0", "::/0", "127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10"))
_CSV_COLUMNS = ("id", "url", "area", "name", "substream_url")
_FORMULA = re.compile(r"^[\s\0\ufeff=+\-@＝＋－＠]+")
_NO_ID = re.compile(r"[^A-Za-z0-9_.-]+")


def network_of(config: Path | None) -> NetworkSettings:
    """Where cameras may be, by the configuration; anywhere without one. Raises ConfigError."""
    if config is None:
        return _ANYWHERE
    return load(config).network


def register_probe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="rtsp://host/path")
    parser.add_argument("--snapshot", type=Path, metavar="FILE", help="write one picture of it here, as JPEG")
    parser.add_argument("--transport", choices=["tcp", "udp"], default="tcp")
    parser.add_argument("--unverified", action="store_true", help="take any certificate (rtsps)")
    parser.add_argument("--no-onvif", action="store_true", help="do not ask for its profiles by ONVIF")
    parser.add_argument("--onvif-port", type=int, metavar="PORT", help="instead of the usual ones")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=_probe)


def register_discover(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="*", help="hosts and networks (10.1.2.0/24); without, all on this network")
    parser.add_argument("--interface", metavar="ADDRESS", help="the address of this machine to ask from")
    parser.add_argument("--timeout", type=float, default=4.0, metavar="S", help="how long answers are waited for")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a list for gridhub camera import, no passwords")
    parser.add_argument("--area", default="", help="of the cameras in that list")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=_discover)


def _probe(options: argparse.Namespace) -> int:
    url, secret = credentials_of(options)
    ports = PORTS if options.onvif_port is None else (options.onvif_port,)
    found = probe(
        url,
        secret,
        SystemClock(),
        network=network_of(options.config),
        transport=options.transport,
        tls="unverified" if options.unverified else "verified",
        onvif_ports=() if options.no_onvif else ports,
    )
    if options.json:
        json.dump(as_json(found), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        for name, value in rows(found):
            sys.stdout.write(f"{name:<12}{value}\n")
        for remark in verdict(found):
            sys.stdout.write(f"\n{remark.en}\n{remark.zh}\n")
    if options.snapshot is not None and found.jpeg is not None:
        write(options.snapshot, found.jpeg)
    return 0 if found.state.watching else 1


def credentials_of(options: argparse.Namespace) -> tuple[str, dict[str, str] | None]:
    """The URL without credentials, and these: those given apart go before those in the URL. Raises HubError."""
    password = password_of(options) if options.username else None
    try:
        where, secret = place(options.url, None, options.username, password)
    except ValueError as error:
        raise HubError(str(error)) from error
    return str(where["url"]), secret


def rows(found: Probe) -> list[tuple[str, str]]:
    """What a person is told of a camera, line by line."""
    lines = [("state", str(found.state)), ("reason", found.reason)]
    stream = found.stream
    if stream is not None:
        gop = f"longer than {stream.seen_s:g} s"
        if stream.gop_s is not None:
            gop = f"{stream.gop_s:g} s, {stream.gop_frames} pictures"
        lines += [
            ("codec", f"{stream.codec} {stream.profile}".strip()),
            ("size", f"{stream.width}×{stream.height}"),
            ("rate", f"{stream.fps:g} pictures/s"),
            ("bit rate", f"{stream.kbps} kbit/s"),
            ("keyframes", gop),
            ("B-frames", "yes" if stream.b_frames else "no"),
            ("sound", "yes" if stream.sound else "no"),
            ("transport", stream.transport),
            ("measured", f"over {stream.seen_s:g} s"),
            ("analysis", cost(stream)[0]),
        ]
    if found.clock_offset_s is not None:
        lines.append(("clock", f"{found.clock_offset_s:+.1f} s against this machine"))
    if found.onvif_asked:
        lines.append(("ONVIF", _onvif(found.onvif)))
        for profile in found.onvif.profiles if found.onvif else ():
            lines.append(("  stream", f"{profile.width}×{profile.height} {profile.codec} {profile.url}"))
    return [(name, value) for name, value in lines if value]


def as_json(found: Probe) -> dict[str, Any]:
    """The same for programs; the picture is left out."""
    said: dict[str, Any] = {"state": found.state, "reason": found.reason}
    said["stream"] = None if found.stream is None else asdict(found.stream)
    said["clock_offset_s"] = found.clock_offset_s
    said["cost"] = None if found.stream is None else dict(zip(("en", "zh"), cost(found.stream), strict=True))
    said["onvif"] = None if found.onvif is None else asdict(found.onvif)
    said["verdict"] = [_remark(remark) for remark in verdict(found)]
    return said


def _discover(options: argparse.Namespace) -> int:
    secret = {"username": options.username, "password": password_of(options)} if options.username else None
    console = Console(stderr=True)
    with Progress(console=console, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("asking cameras", total=None)
        devices = discover(
            network_of(options.config).allowed,
            SystemClock(),
            targets=options.target,
            interface=options.interface,
            timeout_s=options.timeout,
            secret=secret,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if options.json:
        json.dump([asdict(device) for device in devices], sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        _tell(devices, options.target)
    if options.csv is not None:
        write(options.csv, as_csv(devices, options.area).encode())
        sys.stderr.write(f"{options.csv}: complete id, area and name, then gridhub camera import {options.csv}\n")
    return 0 if devices else 1


def _tried(asked: Sequence[str]) -> str:
    """What was asked in vain, and what else can be."""
    ports = "a port that was given was asked by ONVIF over HTTP too"
    whom = f"{', '.join(asked[:3])}{', …' if len(asked) > 3 else ''}" if asked else "everybody on this network"
    hint = ports if any(":" in target for target in asked) else "HOST:PORT asks one device by ONVIF over HTTP"
    return f"asked {whom} by WS-Discovery (UDP 3702), and nobody answered; {hint}; or try gridhub camera probe rtsp://…"


def _tell(devices: Sequence[Device], asked: Sequence[str]) -> None:
    for device in devices:
        sys.stdout.write(f"{device.host}:{device.port}  {device.maker} {device.model}  {_onvif(device)}\n")
        for word, profile in (("main", device.main), ("sub", device.sub)):
            if profile is not None:
                size = f"{profile.width}×{profile.height}"
                sys.stdout.write(f"    {word:<5}{size:<12}{profile.codec:<6}{profile.url}\n")
    sys.stderr.write(f"{counted(len(devices), 'device')}\n")
    if not devices:
        sys.stderr.write(f"{_tried(asked)}\n")
    if any(device.refused for device in devices):
        sys.stderr.write("some do not say their streams to everybody: give --username and --password-file\n")


def as_csv(devices: Sequence[Device], area: str) -> str:
    """A list that ``gridhub camera import`` takes, when ids, areas and names are as they should be."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(_CSV_COLUMNS)
    for device in devices:
        if device.main is not None:
            camera_id = "cam-" + _NO_ID.sub("-", device.host.replace(".", "-").replace(":", "-"))
            name = _plain(f"{device.maker} {device.model}".strip())
            sub = device.sub.url if device.sub is not None else ""
            out.writerow([camera_id, _plain(device.main.url), area, name, _plain(sub)])
    return text.getvalue()


def _plain(value: str) -> str:
    """What a device says goes into a spreadsheet: it must not be a formula there."""
    return _FORMULA.sub("", value)


def _onvif(device: Device | None) -> str:
    if device is None:
        return "does not answer"
    if device.refused:
        return "answers, but not to this user"
    return f"port {device.port}, {len(device.profiles)} streams"


def _remark(remark: Remark) -> Mapping[str, str]:
    return asdict(remark)


def write(path: Path, data: bytes) -> None:
    """Raises HubError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise HubError(f"{path} cannot be written: {error.strerror or error}") from error
