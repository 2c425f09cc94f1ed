"""``gridhub db upgrade | status | check | backup | restore | rekey``: the store on the command line."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from hub.app import audit_export, db_check, db_status, floors
from hub.app.app import check_everything, prepare_store
from hub.app.served import served
from hub.audit import by_command
from hub.clock import SystemClock
from hub.config import Config, load, store_access
from hub.config.vault import SecretLost, Vault
from hub.errors import HubError
from hub.store import Store, audit, backup, backup_restore, journal, migrate, sources, status
from hub.store.backup_file import Backup
from hub.words import counted

_WIDTH = 160  # of what goes into a file


def register(subparsers: Any) -> None:
    """Add the command to ``gridhub``."""
    database = subparsers.add_parser("db", help="the store: upgrade, status, check, backup, restore, rekey")
    commands = database.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "upgrade", "apply the migrations that are missing", _upgrade)
    words = "sizes, lag, growth, days until the disk is full; exit status 1 where something needs attention"
    _add(commands, "status", words, _status).add_argument("--json", action="store_true", help="for programs")
    checking = _add(commands, "check", "look for what contradicts; exit status 1 where something is wrong", _check)
    words = "how many days of observations are looked at (the rest is looked at whole)"
    checking.add_argument("--days", type=_days, default=3, help=words)
    checking.add_argument("--repair", action="store_true", help="put right what can be made from what is there")
    words = "write all that is in the store, as it is at this moment, into one file, while the hub runs"
    backing_up = _add(commands, "backup", words, _backup)
    backing_up.add_argument("file", type=Path, metavar="FILE")
    words = "put the key of the cameras' passwords in, too: whoever has the file can then read them"
    backing_up.add_argument("--with-key", action="store_true", help=words)
    restoring = _add(commands, "restore", "put a backup in the place of what is in the store", _restore)
    restoring.add_argument("file", type=Path, metavar="FILE")
    restoring.add_argument("--force", action="store_true", help="even where there is something in the store")
    words = "encrypt the passwords of cameras anew, with the key that the configuration names now"
    rekeying = _add(commands, "rekey", words, _rekey)
    words = "a copy of the key that they are encrypted with"
    rekeying.add_argument("--old-key-file", type=Path, required=True, metavar="FILE", help=words)


def _add(commands: Any, name: str, words: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    command.add_argument("-c", "--config", type=Path, default=Path("hub.yaml"), help="the configuration (hub.yaml)")
    command.set_defaults(run=run)
    return command


def _upgrade(options: argparse.Namespace) -> int:
    config = load(options.config)
    with served(config), _store(config) as store:
        applied = migrate.upgrade(store)
        sealed = sources.seal_clear(store, Vault.of(config))
    if sealed:
        _say(f"encrypted the passwords of {sealed} cameras")
    _say(f"applied: {', '.join(applied)}" if applied else "the store is up to date")
    return 0


def _status(options: argparse.Namespace) -> int:
    config, now = load(options.config), SystemClock().now()
    with served(config), _store(config) as store:
        found = status.read(store, now, db_status.keep(config))
    disk = db_status.disk_of(config, found.data_directory)
    wrong = status.troubles(found, disk, now)
    if options.json:
        said = json.dumps(db_status.as_json(found, disk, wrong, now), ensure_ascii=False, indent=2)
        sys.stdout.write(f"{said}\n")
    else:
        width = None if sys.stdout.isatty() else _WIDTH
        db_status.show(found, disk, now, Console(file=sys.stdout, width=width, highlight=False))
    for sentence in [] if options.json else wrong:
        _say(sentence)
    return 1 if wrong else 0


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) > 3660:
        raise argparse.ArgumentTypeError("must be a number of days")
    return int(text)


def _check(options: argparse.Namespace) -> int:
    config = load(options.config)
    with served(config), _store(config) as store:
        if missing := status.missing(store):
            raise HubError(f"the schema lacks {', '.join(missing)}: gridhub db upgrade")
        with _progress() as progress:
            found = db_check.everything(
                store, config.data_dir, SystemClock(), options.days, progress, repair=options.repair
            )
        rows = journal.last_id(store)
    for finding in found:
        _say(f"repaired: {finding.sentence}" if finding.repaired else finding.sentence)
    wrong = sum(not finding.repaired for finding in found)
    _say(f"{counted(wrong, 'finding')} that somebody has to look at" if wrong else "the store is right")
    _say(f"the journal has {rows} rows")
    return 1 if wrong else 0


def _backup(options: argparse.Namespace) -> int:
    config = load(options.config)
    vault, key = Vault.of(config), None
    if options.with_key:
        if vault.text is None:
            raise HubError(f"the key of the cameras' passwords cannot be put in: {vault.why}")
        key = vault.text
    with served(config), _store(config) as store, _progress() as progress:
        manifest = backup.write(store, options.file, progress, key)
    size = db_status.size(options.file.stat().st_size)
    rows = f"{manifest.rows:,} rows of {counted(len(manifest.tables), 'table')}"
    _say(f"{options.file}: {size}, {rows}, as of {manifest.taken_at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}")
    _say("not in it: video and snapshots (data_dir), the configuration and what it names (hub.yaml, areas, rules)")
    if key is None:
        _say("not in it: the key of the cameras' passwords, without which these cannot be read; keep a copy apart")
    return 0


def _restore(options: argparse.Namespace) -> int:
    config = load(options.config)
    configured_areas = check_everything(config)  # before anything is touched: it is brought in line with them after
    with Backup(options.file) as file, served(config, make=True) as may_run:
        with _progress() as progress:
            upgraded = backup_restore.restore(store_access(config), file, progress, force=options.force)
        _say(f"restored {file.manifest.rows:,} rows, as of {file.manifest.taken_at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}")
        if upgraded:
            _say(f"upgraded: {', '.join(upgraded)}")
        if key := file.key():
            _put_key(config, key)
        if may_run:  # as at its start: the processes of a running hub begin anew by themselves
            names = [child.name for child in floors.workers(config)]
            prepare_store(config, configured_areas, names, SystemClock())
        with _store(config) as store:
            _tell_lost(store, Vault.of(config))
            _note_restore(store, config, options.file)
    _say("everybody has to sign in again; gridhub db check looks for recordings that are not there")
    return 0


def _note_restore(store: Store, config: Config, file: Path) -> None:
    """What was exported of the audit log since the backup is kept apart: the log in the store goes on from then."""
    now = SystemClock().now()
    if aside := audit_export.set_aside(config.data_dir, now):
        _say(f"the audit log goes on from the backup; what was exported of it before is kept in {aside}")
    with store.transaction() as tx:
        audit.write(tx, by_command("restore", "store", {"file": file.name}), now)


def _put_key(config: Config, key: str) -> None:
    """A key that was there is kept beside it: nothing in the store is encrypted with it any more."""
    if config.secrets.key_file is not None:
        if Vault.of(config).text != key:
            _say(f"the backup has another key than {config.secrets.key_file}, which is left as it is")
        return
    file = config.data_dir / "secrets" / "camera-key"
    kept = ""
    if file.exists():
        if Vault.of(config).text == key:
            return
        beside = file.with_name("camera-key.before-restore")
        shutil.copy2(file, beside)
        kept = f"; the one before is kept as {beside}"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_name("camera-key.new")
    fresh.touch(mode=0o600)
    fresh.write_text(f"{key}\n")
    fresh.replace(file)
    _say(f"the key of the cameras' passwords is that of the backup{kept}")


def _tell_lost(store: Store, vault: Vault) -> None:
    lost = 0
    for source in sources.list_sources(store):
        try:
            vault.unseal(source)
        except SecretLost:
            lost += 1
    if lost:
        words = "cannot be read with the key that is here: put the key in its place that they were encrypted with"
        _say(f"{counted(lost, 'password')} of cameras {words} (data_dir/secrets/camera-key, or secrets.key_file)")


def _rekey(options: argparse.Namespace) -> int:
    config = load(options.config)
    with served(config), _store(config) as store:
        count = sources.rekey(store, Vault.from_file(options.old_key_file), Vault.of(config))
    _say(f"encrypted {counted(count, 'password')} anew; running workers take the new key when the hub is started again")
    return 0
@contextmanager
def _progress() -> Iterator[backup.Progress]:
    """A bar for each thing that is done, on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=max(total, done, 1))

        yield told


def _store(config: Config) -> Store:
    return Store.open(store_access(config), "cli", timeout_s=20.0)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
