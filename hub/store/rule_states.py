"""How rules are, as rows, where not all is well with them: alerts held for confirmation, and rules that were set aside.

The engine writes, people read and confirm. Each change is in the journal, whose rows come last in a transaction: what
is put here answers the ones that are still to be written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from hub.errors import Conflict
from hub.model.times import rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx

Entry = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Hold:
    """``active`` alerts of a rule are on, more than ``most``; nobody was told of ``held``, nor of ``unseen`` that ended
    meanwhile. ``area``: the closest that holds them all; None where there is none. ``confirmed_by`` has confirmed it
    with ``reason``: every alert of the rule is told until there are no longer too many."""

    rule: str
    since: datetime
    most: int
    active: int
    held: int
    unseen: int = 0
    area: str | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that was set aside, and why."""

    rule: str
    at: datetime
    reason: str


def holds(store: Store) -> dict[str, Hold]:
    """By rule."""
    return {row["rule"]: Hold(**row) for row in store.fetch(sql["rule_holds"])}


def faults(store: Store) -> dict[str, Fault]:
    """By rule."""
    return {row["rule"]: Fault(**row) for row in store.fetch(sql["rule_faults"])}


def put_hold(tx: Tx, hold: Hold, *, is_new: bool, actor: str, now: datetime) -> list[Entry]:
    """Keep how many are held; ``unseen`` is added to what is known of it. The journal is told of a new one."""
    values = {"rule": hold.rule, "most": hold.most, "active": hold.active, "held": hold.held}
    row = tx.execute(
        sql["rule_hold_put"], {**values, "unseen": hold.unseen, "area": hold.area, "now": now}
    ).fetchone()
    assert row is not None  # noqa: S101  insert … returning always answers
    return [_entry(tx, Hold(**row), "held", actor, now)] if is_new else []


def end_hold(tx: Tx, rule: str, unseen: int, actor: str, now: datetime) -> list[Entry]:
    """There are no longer too many, or the rule is gone."""
    row = tx.execute(sql["rule_hold_end"], {"rule": rule, "unseen": unseen}).fetchone()
    return [] if row is None else [_entry(tx, Hold(**row), "hold_over", actor, now)]


def confirm(tx: Tx, rule: str, actor: str, reason: str, now: datetime) -> Hold:
    """Have the engine tell what is held. Raises Conflict: ``not_held``, or ``already_confirmed``."""
    values = {"rule": rule, "actor": actor, "reason": reason, "now": now}
    row = tx.execute(sql["rule_hold_confirm"], values).fetchone()
    if row is None:
        is_held = any(known["rule"] == rule for known in tx.execute(sql["rule_holds"]).fetchall())
        raise Conflict("already_confirmed" if is_held else "not_held")
    hold = Hold(**row)
    _entry(tx, hold, "confirmed", actor, now)()
    return hold


def put_faults(tx: Tx, wrong: Mapping[str, str], actor: str, now: datetime) -> list[Entry]:
    """Make these (rule → why) the rules that are set aside."""
    back = tx.execute(sql["rule_fault_end"], {"rules": list(wrong)}).fetchall()
    entries = [_say(tx, row["rule"], None, "taken_up", actor, now, {}) for row in back]
    for rule, reason in wrong.items():
        if tx.execute(sql["rule_fault_put"], {"rule": rule, "reason": reason, "now": now}).fetchone() is not None:
            entries.append(_say(tx, rule, None, "set_aside", actor, now, {"reason": reason}))
    return entries


def hold_json(hold: Hold) -> dict[str, Any]:
    return {
        "rule": hold.rule,
        "since": rfc3339(hold.since),
        "most": hold.most,
        "active": hold.active,
        "held": hold.held,
        "unseen": hold.unseen,
        "area": hold.area,
        "confirmed_at": hold.confirmed_at and rfc3339(hold.confirmed_at),
        "confirmed_by": hold.confirmed_by,
        "reason": hold.reason,
    }


def _entry(tx: Tx, hold: Hold, change: str, actor: str, now: datetime) -> Entry:
    return _say(tx, hold.rule, hold.area, change, actor, now, {"hold": hold_json(hold)})


def _say(
    tx: Tx, rule: str, area: str | None, change: str, actor: str, now: datetime, body: Mapping[str, Any]
) -> Entry:
    return partial(journal.append, tx, now, "rule", rule, area, actor, change, {"rule": rule, **body})
