"""``gridhub device command ID NAME [key=value …]``: tell a device to do something, and wait for its answer."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.clock import SystemClock
from hub.config import load, store_access
from hub.config.device_commands import CommandSettings, in_bounds, read
from hub.errors import HubError, Refused
from hub.model.command import Command, CommandState
from hub.model.times import parse_duration
from hub.store import Store, commands, sources
from hub.store.commands import Wish
from hub.store.listen import Listener

_LOOK_S = 1.0


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``gridhub device``."""
    words = "tell a device to do something; exit status 1 where it did not (with --wait)"
    command = subparsers.add_parser("command", help=words, description=words)
    command.add_argument("id", help="the device")
    command.add_argument("name", help="the command, as its type has it")
    command.add_argument("params", nargs="*", metavar="key=value")
    command.add_argument("--wait", action="store_true", help="until it is answered, or its time is over")
    command.add_argument("--timeout", type=_duration, metavar="DURATION", help="for sending and answering, as in 10s")
    command.add_argument("--yes", action="store_true", help="confirm, where the command asks for it")
    command.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
    command.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    config = load(options.config)
    with Store.open(store_access(config), "cli") as store:
        offers = {name: kind.commands for name, kind in config.device_types.items()}
        settings = offers.get(sources.get(store, options.id).type, {}).get(options.name)
        params = _params(options.params, settings)
        wish = Wish(options.id, options.name, params, options.timeout, options.yes or _agreed(options, settings))
        try:
            command, _ = commands.request(store, offers, wish, f"cli:{getpass.getuser()}", SystemClock().now())
        except Refused as error:
            if error.cause == "confirm_needed":
                raise HubError(f"{error}: say --yes") from error
            raise
        _say(command)
        if not options.wait:
            return 0
        command = _wait(store, command)
    good = {CommandState.OK} if command.answers else {CommandState.DELIVERED}
    return 0 if command.state in good else 1


def _params(words: Sequence[str], settings: CommandSettings | None) -> Mapping[str, Any]:
    """Raises HubError for a word that is not key=value."""
    found: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise HubError(f"{word!r} is not key=value")
        param = None if settings is None else settings.params.get(key)
        found[key] = text if param is None else read(param, text)
    return found


def _agreed(options: argparse.Namespace, settings: CommandSettings | None) -> bool:
    if settings is None or not settings.confirm or not sys.stdin.isatty():
        return False
    sys.stderr.write(f"{options.name} to {options.id}: really? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes", "是"}


def _wait(store: Store, command: Command) -> Command:
    """Every change of it is said, until it is over."""
    listener = Listener(store.conninfo, ["gridhub_journal"])
    try:
        while not command.over:
            listener.wait(_LOOK_S)
            found = commands.get(store, command.id)
            if found.state is not command.state:
                _say(found)
            command = found
    finally:
        listener.close()
    return command


def _say(command: Command) -> None:
    sys.stdout.write(f"{command.id}  {command.device} {command.name}  {command.state}")
    sys.stdout.write(f"  {command.reason}\n" if command.reason else "\n")
    sys.stdout.flush()


def _duration(text: str) -> timedelta:
    try:
        return in_bounds(parse_duration(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
