"""The command ``gridhub status``: how every part of the hub is, read from the store."""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard.api.frames import part_json
from dashboard.api.parts import Part, StoreHealth, expected, is_down, parts_of
from hub.clock import Clock, SystemClock
from hub.config import Config, load, store_access
from hub.errors import StoreUnavailable
from hub.store import Store, processes

_HEAD = ("PART", "STATE", "SINCE", "LAST BEAT", "DETAIL")


def register(subparsers: Any) -> None:
    """Add the command to the parser of ``gridhub``."""
    words = "how every part of the hub is; exit status 1 where one is down"
    parser: argparse.ArgumentParser = subparsers.add_parser("status", help=words, description=words)
    parser.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=_status)


def _status(options: argparse.Namespace) -> int:
    parts = read(load(options.config), SystemClock())
    if options.json:
        said = json.dumps({"parts": [part_json(part) for part in parts]}, ensure_ascii=False, indent=2)
    else:
        said = table(parts)
    sys.stdout.write(said + "\n")
    return 1 if is_down(parts) else 0


def read(config: Config, clock: Clock) -> list[Part]:
    """The parts as the store tells them now."""
    with Store.open(store_access(config), "status", max_size=1, timeout_s=3.0) as store:
        try:
            known = processes.list_processes(store)
        except StoreUnavailable:
            health = StoreHealth(False, None, "cannot be reached")
            return parts_of(expected(config), [], health, clock.now())
    return parts_of(expected(config), known, StoreHealth(True, None), clock.now())


def table(parts: Sequence[Part]) -> str:
    """Columns for people."""
    rows = [_HEAD, *((part.name, part.state, _at(part.since), _at(part.beat_at), part.detail) for part in parts)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(_HEAD) - 1)]
    lines = []
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, [*widths, 0], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _at(instant: datetime | None) -> str:
    return "-" if instant is None else f"{instant:%Y-%m-%d %H:%M:%SZ}"


def _width(text: str) -> int:
    """In columns of a terminal: Chinese takes two each."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
