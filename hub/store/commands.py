"""Commands to devices as rows: asked for once, moved by ``hub.model.command``, each change journalled."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from hub.config.device_commands import CommandSettings
from hub.errors import Conflict, NotFound, Refused
from hub.model.command import Command, CommandState, expire
from hub.model.source import SourceKind
from hub.model.times import rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx

CHANNEL = "gridhub_command"
MAX_OPEN = 10
"""Commands of one device that are not over."""
_KEY_REUSED = "this Idempotency-Key belongs to another command"
_Offers = Mapping[str, Mapping[str, CommandSettings]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks of a device. ``key``: the same again, by the same person, is the same command."""

    device: str
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    timeout: timedelta | None = None
    confirmed: bool = False
    key: str | None = None


def request(store: Store, offers: _Offers, wish: Wish, by: str, now: datetime) -> tuple[Command, bool]:
    """Accept a command; answers it, and whether it is new. ``offers``: what the devices of each type can be told.

    Raises NotFound, StoreUnavailable, and Refused: ``no_such_command``, ``bad_param``, ``bad_topic``,
    ``confirm_needed``, ``not_approved``, ``key_reused``, ``too_many_open``.
    """
    try:
        return _request(store, offers, wish, by, now)
    except Conflict as error:  # two devices were asked with one key at the same instant
        raise Refused("key_reused", _KEY_REUSED) from error


def change(
    store: Store, command_id: str, step: Callable[[Command], Command | None], actor: str, now: datetime
) -> Command | None:
    """Do one step of the machine on the row as it stands; None where it changes nothing, or there is no such command.

    Raises StoreUnavailable.
    """
    with store.transaction() as tx:
        row = tx.execute(sql["command_lock"], {"id": command_id}).fetchone()
        before = None if row is None else _command(row)
        after = None if before is None else step(before)
        if before is None or after is None:
            return None
        tx.execute(sql["command_update"], _row(after))
        _log(tx, after, "answered_late" if after.late != before.late else after.state, actor, now)
        return after


def give_up(store: Store, now: datetime, why: str, actor: str, mine: Callable[[Command], bool]) -> int:
    """End what is open and whose time is over, if it is ``mine``; answers how many. ``why``: it was not sent."""
    due = [item for item in open_commands(store) if item.expires_at <= now and mine(item)]
    ended = [change(store, item.id, lambda command: expire(command, now, why), actor, now) for item in due]
    return sum(item is not None for item in ended)


def get(store: Store, command_id: str) -> Command:
    """Raises NotFound."""
    rows = store.fetch(sql["command_get"], {"id": command_id})
    if not rows:
        raise NotFound(f"there is no command {command_id!r}")
    return _command(rows[0])


def open_commands(store: Store) -> list[Command]:
    """Of all devices, in the order in which they were accepted."""
    return [_command(row) for row in store.fetch(sql["command_open"])]


def of_device(
    store: Store, device: str, before: int | None = None, limit: int = 100
) -> list[tuple[int, Command]]:
    """The newest first, each with the number by which a page goes on (``before``)."""
    rows = store.fetch(sql["command_of_device"], {"device": device, "before": before, "limit": limit})
    return [(row["number"], _command(row)) for row in rows]


def forget(store: Store, before: datetime) -> int:
    """Delete what was over before an instant; the journal keeps it."""
    with store.transaction() as tx:
        return tx.execute(sql["command_forget"], {"before": before}).rowcount


def command_json(command: Command) -> dict[str, Any]:
    """The command as the interface shows it."""
    return {
        "id": command.id,
        "device": command.device,
        "area": command.area,
        "name": command.name,
        "params": dict(command.params),
        "state": str(command.state),
        "reason": command.reason,
        "late": command.late,
        "by": command.by,
        "answers": command.answers,
        "attempts": command.attempts,
        "created_at": rfc3339(command.created_at),
        "expires_at": rfc3339(command.expires_at),
        "sent_at": command.sent_at and rfc3339(command.sent_at),
        "delivered_at": command.delivered_at and rfc3339(command.delivered_at),
        "ended_at": command.ended_at and rfc3339(command.ended_at),
    }


def _request(store: Store, offers: _Offers, wish: Wish, by: str, now: datetime) -> tuple[Command, bool]:
    with store.transaction() as tx:
        # The row of the device is locked: two that ask at once are counted one after the other.
        source = tx.execute(sql["command_source"], {"device": wish.device}).fetchone()
        if source is None or source["kind"] != SourceKind.DEVICE:
            raise NotFound(f"there is no device {wish.device!r}")
        offered = offers.get(source["type"], {})
        if wish.name not in offered:
            words = f"it takes {', '.join(offered)}" if offered else f"devices of type {source['type']} take none"
            raise Refused("no_such_command", f"{wish.device} does not take {wish.name[:60]!r}: {words}")
        settings = offered[wish.name]
        params = settings.check(wish.params)
        timeout = settings.timeout if wish.timeout is None else wish.timeout
        if wish.key is not None and (known := _same_key(tx, wish, params, timeout, by)) is not None:
            return known, False
        if settings.confirm and not wish.confirmed:
            raise Refused("confirm_needed", f"{wish.name} must be confirmed")
        if not source["approved"]:
            raise Refused("not_approved", f"{wish.device} waits for approval")
        count = tx.execute(sql["command_count_open"], {"device": wish.device}).fetchone()
        if count is not None and count["count"] >= MAX_OPEN:
            raise Refused("too_many_open", f"{wish.device} has {MAX_OPEN} commands that are not over yet")
        command = _make(source, settings, wish.name, params, timeout, by, now)
        values = {**_row(command), "params": Jsonb(params), "key": wish.key, "timeout": timeout}
        tx.execute(sql["command_insert"], values)
        tx.execute(sql["command_notify"], {"id": command.id})
        _log(tx, command, "accepted", by, now)
        return command, True


def _same_key(tx: Tx, wish: Wish, params: Mapping[str, Any], timeout: timedelta, by: str) -> Command | None:
    row = tx.execute(sql["command_by_key"], {"by": by, "key": wish.key}).fetchone()
    if row is None:
        return None
    if (row["device"], row["name"], row["params"], row["timeout"]) != (wish.device, wish.name, params, timeout):
        raise Refused("key_reused", _KEY_REUSED)
    return _command(row)


def _make(
    source: Mapping[str, Any],
    settings: CommandSettings,
    name: str,
    params: Mapping[str, Any],
    timeout: timedelta,
    by: str,
    now: datetime,
) -> Command:
    # Drawn by chance: nobody can answer a command that he has not seen, nor does a restored database give a number
    # twice, which a device would take for one that it has done already.
    command_id = secrets.token_hex(8)
    if settings.topic is None:
        topic = f"gridhub/v1/devices/{source['id']}/commands"
        said = {"id": command_id, "name": name, "params": dict(params), "expires": rfc3339(now + timeout)}
        payload = json.dumps(said, ensure_ascii=False)
    else:
        values = {**params, "device": source["id"], "name": source["name"], "command": command_id}
        topic, payload = settings.foreign(values)
    return Command(
        command_id, source["id"], source["area"], name, params, topic, payload, settings.answers, settings.repeats,
        CommandState.ACCEPTED, "", by, now, now + timeout,
    )  # fmt: skip


def _log(tx: Tx, command: Command, change: str, actor: str, now: datetime) -> None:
    body = {"command": command_json(command)}
    journal.append(tx, now, "command", command.id, command.area, actor, change, body)


def _row(command: Command) -> dict[str, Any]:
    return {name: getattr(command, name) for name in Command.__slots__ if name not in {"area", "params"}}


def _command(row: Mapping[str, Any]) -> Command:
    known = {name: row[name] for name in Command.__slots__}
    return Command(**{**known, "state": CommandState(row["state"])})
