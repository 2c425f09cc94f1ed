"""What people do with alerts, and what time does: each act is a change of the row and a journal entry, together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.cases import placing
from hub.cases.placing import Entry
from hub.errors import Conflict
from hub.model.alarm import Act, Event, Refusal
from hub.model.alert import Alert, AlertChange, Stage
from hub.store import Store, Tx, alerts, outages
from hub.store.alerts import Due

_ACTS = {
    AlertChange.ACKNOWLEDGED: Act.ACKNOWLEDGE,
    AlertChange.SHELVED: Act.SHELVE,
    AlertChange.UNSHELVED: Act.UNSHELVE,
    AlertChange.RESET: Act.RESET,
    AlertChange.CLEARED: Act.CLEAR,
    AlertChange.COMMENTED: Act.COMMENT,
}
ALREADY_ASSIGNED = "already_assigned"
_AT_ONCE = 200  # rows of one transaction
_SHOWN = {Act.SURFACE, Act.PUT_BACK}


def act(
    store: Store,
    alert_id: int,
    what: AlertChange,
    actor: str,
    now: datetime,
    note: str = "",
    until: datetime | None = None,
) -> Alert:
    """Acknowledge, shelve (``until``), unshelve, reset, clear or comment. Raises NotFound, Conflict (a ``Refusal`` of
    ``hub.model.alarm``, such as ``not_open``) and StoreUnavailable."""
    with store.transaction() as tx:
        alert, made = alerts.move(tx, alerts.lock(tx, alert_id), Event(_ACTS[what], until=until), now, actor=actor)
        entries = placing.close(tx, alert, now, now, actor) if what is AlertChange.CLEARED else []
        alerts.log(tx, alert, what, actor, now, note, made.reason)
        for write in entries:
            write()
        return alert


def assign(
    store: Store, alert_id: int, to: str | None, held_by: str | None, actor: str, now: datetime, note: str = ""
) -> Alert:
    """Give an alert to somebody, or (None) to nobody, as long as it is still ``held_by`` the one that ``actor`` knows.

    So of two who take the same at once one has it, and the other is told. What is so already stays as it is. Raises
    NotFound, StoreUnavailable, and Conflict: ``not_open``, ``already_assigned``.
    """
    with store.transaction() as tx:
        alert = alerts.lock(tx, alert_id)
        if alert.stage is Stage.NORMAL:
            raise Conflict(Refusal.NOT_OPEN)
        if alert.assigned_to == to:
            return alert
        if alert.assigned_to != held_by:
            raise Conflict(ALREADY_ASSIGNED)
        alert = alerts.assign(tx, alert, to, now)
        reason = "put_down" if to is None else "taken" if to == actor else "handed_on"
        alerts.log(tx, alert, AlertChange.ASSIGNED, actor, now, note, reason)
        return alert


def do_due(store: Store, now: datetime, chatter: timedelta, actor: str = "keeper") -> list[Alert]:
    """Bring back what was put off until now, ask again for what was acknowledged for long, and carry out what is out of
    service and what is no more. Answers what changed. Raises StoreUnavailable."""
    outages.end_overdue(store, now)
    waiting = alerts.due(store, now, chatter, 10 * _AT_ONCE)
    changed: list[Alert] = []
    for first in range(0, len(waiting), _AT_ONCE):
        with store.transaction() as tx:
            changed += happen(tx, waiting[first : first + _AT_ONCE], now, actor)
    return changed


def happen(tx: Tx, events: Sequence[Due], now: datetime, actor: str, note: str = "") -> list[Alert]:
    """Let events happen to alerts that nobody else works on at the moment, as ``SUPPRESS`` and ``SURFACE`` by a known
    cause; answers those that changed. What is in no state for its event stays as it is. The journal is written last.
    """
    known = {alert.id: alert for alert in alerts.lock_free(tx, [item.alert for item in events])}
    entries: list[Entry] = []
    changed: dict[int, Alert] = {}
    for item in events:
        alert = known.get(item.alert)
        if alert is None:
            continue
        try:
            alert, made = alerts.move(tx, alert, item.event, now)
        except Conflict:
            continue  # it was done meanwhile, or is not needed any more
        placed: list[Entry] = []
        if item.event.act in _SHOWN:
            alert, placed = placing.put(tx, alert, now, actor)
        known[alert.id] = changed[alert.id] = alert
        entries.append(_entry(tx, alert, made.change, actor, now, note, made.reason))
        entries += placed
    for write in entries:
        write()
    return list(changed.values())


def _entry(tx: Tx, alert: Alert, change: AlertChange, actor: str, now: datetime, note: str, reason: str) -> Entry:
    return lambda: alerts.log(tx, alert, change, actor, now, note, reason)
