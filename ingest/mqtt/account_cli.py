"""``gridhub device account | revoke``: who may connect to the hub's own broker."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from hub.audit import by_command
from hub.clock import SystemClock
from hub.config import Config, broker_access, load, store_access
from hub.config.vault import Vault
from hub.errors import HubError
from hub.model.source import check_source_id
from hub.store import Store, audit, device_accounts


def register(commands: Any) -> None:
    """Add the commands to ``gridhub device``."""
    words = "give a device an account on the hub's own broker: a name and a password, which is shown this once"
    making = commands.add_parser("account", help=words, description=words)
    words = "a filter of foreign topics that it may use, too (zigbee2mqtt/#); may be repeated"
    making.add_argument("--topic", action="append", default=[], metavar="FILTER", help=words)
    words = "take its account from a device: its session is cut within seconds"
    revoking = commands.add_parser("revoke", help=words, description=words)
    for command, run in ((making, _account), (revoking, _revoke)):
        command.add_argument("id")
        command.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
        command.set_defaults(run=run)


def check_filter(topic: str) -> str:
    """``topic`` itself. Raises HubError for what reaches topics of other devices, of the hub or of the broker."""
    levels = topic.split("/")
    is_good = (
        0 < len(topic) <= 200
        and topic.isprintable()
        and " " not in topic
        and levels[0] not in {"", "+", "#", "gridhub"}
        and not topic.startswith("$")
        and all(level in {"+", "#"} or not set(level) & set("+#*>") for level in levels)
        and "#" not in levels[:-1]
    )
    if not is_good:
        words = "is no filter of foreign topics, as in zigbee2mqtt/#: a name first, not gridhub or $…"
        raise HubError(f"{topic!r} {words}")
    return topic


def _account(options: argparse.Namespace) -> int:
    config, now = _own_broker(options), SystemClock().now()
    device, filters = _id(options.id), [check_filter(topic) for topic in options.topic]
    with Store.open(store_access(config), "cli") as store, store.transaction() as tx:
        password = device_accounts.make(tx, device, filters, Vault.of(config).texts, now)
        audit.write(tx, by_command("make_device_account", f"devices/{device}", {"topics": filters}), now)
    access = broker_access(config)
    scheme = "mqtts" if access.tls else "mqtt"
    sys.stdout.write(f"{password}\n")
    _say(f"{device} connects to {scheme}://{config.broker.listen or f'{access.host}:{access.port}'}, user {device}")
    _say(f"its password is above, and is shown this once; it may use gridhub/v1/devices/{device}/#")
    return 0


def _revoke(options: argparse.Namespace) -> int:
    config, device = _own_broker(options), _id(options.id)
    with Store.open(store_access(config), "cli") as store, store.transaction() as tx:
        device_accounts.revoke(tx, device)
        audit.write(tx, by_command("revoke_device_account", f"devices/{device}", {}), SystemClock().now())
    _say(f"{device} has no account any more, and is disconnected")
    return 0


def _own_broker(options: argparse.Namespace) -> Config:
    config = load(options.config)
    if config.broker.url is not None:
        raise HubError("the broker is one of yours (broker.url): its accounts are made there")
    return config


def _id(text: str) -> str:
    try:
        return check_source_id(text)
    except ValueError as error:
        raise HubError(str(error)) from error


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
