"""``gridhub secrets rotate``: a new key for what is encrypted in the store."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import Any

from hub.app.served import served
from hub.audit import by_command
from hub.clock import Clock, SystemClock
from hub.config import Config, load, store_access
from hub.config.vault import Vault, key_file
from hub.errors import HubError
from hub.log import redact_value
from hub.secrets import write_keys
from hub.store import Store, audit, sealed
from hub.words import counted


def register(subparsers: Any) -> None:
    """Add the command to ``gridhub``."""
    group = subparsers.add_parser("secrets", help="what is encrypted in the store: rotate its key")
    commands = group.add_subparsers(required=True, metavar="COMMAND")
    words = "make a new key, and encrypt everything anew with it, while the hub runs"
    rotating = commands.add_parser("rotate", help=words, description=words)
    rotating.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
    words = "do not keep the key before: backups made until now cannot be read any more without a copy of it"
    rotating.add_argument("--forget", action="store_true", help=words)
    rotating.set_defaults(run=_rotate)


def _rotate(options: argparse.Namespace) -> int:
    config = load(options.config)
    with served(config), Store.open(store_access(config), "cli", timeout_s=20.0) as store:
        count = rotate(config, store, SystemClock(), forget=options.forget)
    file = key_file(config)
    _say(f"encrypted {counted(count, 'secret')} anew with the key {Vault.of(config).texts.key_id} of {file}")
    _say(f"the key is in no backup of the store: keep a copy of {file} apart, or what is encrypted is lost with it")
    if not options.forget:
        _say("the key before is kept in it, too, so that backups of before can be read: --forget drops it")
    return 0


def rotate(config: Config, store: Store, clock: Clock, *, forget: bool) -> int:
    """Answers how many secrets there are. Raises SecretLost where one cannot be read; then the old key is still there.

    Whenever this is ended the file holds every key that something is encrypted with.
    """
    file, known = key_file(config), Vault.of(config).texts.keys
    fresh = secrets.token_urlsafe(32)
    redact_value(fresh)
    _write(file, (fresh, *known))
    vault = Vault.of(config)
    count = sealed.reseal(store, vault)
    sealed.reseal(store, vault)  # what others have sealed meanwhile, who had not read the new key yet
    _write(file, (fresh,) if forget else (fresh, known[0]))
    with store.transaction() as tx:
        entry = by_command("rotate_secrets", "secrets", {"key": vault.texts.key_id, "secrets": count, "forget": forget})
        audit.write(tx, entry, clock.now())
    return count


def _write(file: Path, keys: tuple[str, ...]) -> None:
    try:
        write_keys(file, keys)
    except OSError as error:
        raise HubError(f"the key file {file} cannot be written: {error.strerror}") from error


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
