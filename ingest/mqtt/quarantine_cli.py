"""``gridhub quarantine list | show | replay | delete``: what was refused, on the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from hub.clock import SystemClock
from hub.config import load, store_access
from hub.errors import HubError
from hub.model.times import rfc3339
from hub.store import Store, quarantine
from hub.store.quarantine import Which
from hub.words import counted

_PAGE = 500


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``gridhub``."""
    command = subparsers.add_parser("quarantine", help="messages that were refused: list, show, replay, delete")
    commands = command.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="the newest first")
    listing.add_argument("--limit", type=int, default=100, help="so many at most (100)")
    showing = commands.add_parser("show", help="the payload of one, as it came, on standard output")
    showing.add_argument("number", type=int)
    words = "have messages read again, now that what was in their way is mended"
    replaying = commands.add_parser("replay", help=words, description=words)
    deleting = commands.add_parser("delete", help="throw messages away")
    for with_numbers in (replaying, deleting):
        with_numbers.add_argument("number", nargs="*", type=int, help="left out: all that match")
    for with_filter in (listing, replaying, deleting):
        with_filter.add_argument("--cause", help="why it was refused")
        with_filter.add_argument("--origin", metavar="TOPIC", help="the topic it came on")
        with_filter.add_argument("--device", metavar="ID", help="whose it is")
    for parser, run in ((listing, _list), (showing, _show), (replaying, _replay), (deleting, _delete)):
        parser.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
        parser.set_defaults(run=run)


def _list(options: argparse.Namespace) -> int:
    with _store(options) as store:
        before, left = None, max(0, options.limit)
        while left and (page := quarantine.page(store, _which(options), before, min(left, _PAGE))):
            for row in page:
                whole = " " if row["whole"] else "…"
                told = f"{row['id']:>8}{whole} {rfc3339(row['received_at'])[:19]}Z  {row['cause']:<16} {row['origin']}"
                sys.stdout.write(f"{told}  {row['detail']}\n")
            before, left = page[-1]["id"], left - len(page)
        kept = quarantine.counts(store, None)
    _say(", ".join(f"{row['cause']} {row['count']}" for row in kept) or "nothing is kept")
    return 0


def _show(options: argparse.Namespace) -> int:
    with _store(options) as store:
        row = quarantine.get(store, options.number)
    _say(f"{row['origin']}: {row['cause']}: {row['detail']}")
    if not row["whole"]:
        _say(f"these are the first {len(row['payload'])} of {row['size_bytes']} bytes")
    sys.stdout.buffer.write(bytes(row["payload"]))
    sys.stdout.flush()
    return 0


def _replay(options: argparse.Namespace) -> int:
    _check_chosen(options)
    with _store(options) as store, store.transaction() as tx:
        asked = quarantine.ask(tx, _which(options), SystemClock().now(), options.number or None)
    _say(f"{counted(asked, 'message')} will be read again; those that are not kept as a whole cannot be")
    return 0 if asked else 1


def _delete(options: argparse.Namespace) -> int:
    _check_chosen(options)
    with _store(options) as store:
        numbers = options.number
        gone = quarantine.delete(store, numbers) if numbers else quarantine.delete_all(store, _which(options))
    _say(f"{counted(gone, 'message')} deleted")
    return 0 if gone else 1


def _check_chosen(options: argparse.Namespace) -> None:
    """Raises HubError where everything there is would be meant."""
    if not (options.number or options.cause or options.origin or options.device):
        raise HubError("say which: numbers, --cause, --origin or --device")
    if options.number and (options.cause or options.origin or options.device):
        raise HubError("numbers or a filter, not both")


def _which(options: argparse.Namespace) -> Which:
    return Which(options.cause, options.origin, options.device)


def _store(options: argparse.Namespace) -> Store:
    return Store.open(store_access(load(options.config)), "cli")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
