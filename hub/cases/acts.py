"""What people do with alerts: each act is a change of the row and a journal entry, in one transaction."""

from __future__ import annotations

from datetime import datetime

from hub.model.alert import Alert, AlertChange
from hub.store import Store, alerts, incidents


def act(
    store: Store,
    alert_id: int,
    what: AlertChange,
    actor: str,
    now: datetime,
    note: str = "",
    until: datetime | None = None,
) -> Alert:
    """Acknowledge, shelve (``until``), clear or comment. Raises NotFound, Conflict (``not_open``,
    ``already_acknowledged``) and StoreUnavailable."""
    with store.transaction() as tx:
        alert = alerts.change(tx, alert_id, what, actor, now, until)
        closed = None
        if what is AlertChange.CLEARED and alert.incident is not None:
            closed = incidents.close_if_over(tx, alert.incident, now)
        alerts.log(tx, alert, what, actor, now, note)
        if closed is not None:
            incidents.log(tx, closed, "closed", actor, now, alert.id)
        return alert
