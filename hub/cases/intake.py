"""The rules' decisions become alerts, incidents and journal entries, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from hub.cases.incident import Join, Leave, place
from hub.model.alert import Alert, AlertChange, Decision, Fire
from hub.store import Tx, alerts, incidents

_Entry = Callable[[], object]


def carry_out(tx: Tx, decisions: Sequence[Decision], now: datetime, actor: str = "rules") -> list[Alert]:
    """Raise and end alerts; answers those that changed, as they are now.

    Safe to repeat: an alert that is known by (rule, fingerprint, started_at), or whose fingerprint is active, is not
    raised again (evidence that came late moves its beginning back), and one that has ended does not end again. All
    journal rows are written after all others, so that the journal's lock is taken last.
    """
    changed: list[Alert] = []
    entries: list[_Entry] = []
    for decision in decisions:
        if isinstance(decision, Fire):
            alert = alerts.fire(tx, decision, now)
            if alert is not None:
                changed.append(_fired(tx, alert, now, actor, decision.reason, entries))
            elif (earlier := alerts.begin_earlier(tx, decision)) is not None:
                changed.append(earlier)
                entries.append(partial(alerts.log, tx, earlier, AlertChange.UPDATED, actor, now, decision.reason))
        else:
            alert = alerts.resolve(tx, decision)
            if alert is not None:
                changed.append(alert)
                _resolved(tx, alert, now, actor, decision.reason, entries)
    for write in entries:
        write()
    return changed


def _fired(tx: Tx, alert: Alert, now: datetime, actor: str, reason: str, entries: list[_Entry]) -> Alert:
    placing = place(alert, incidents.open_in(tx, alert.area))
    if isinstance(placing, Leave):
        entries.append(lambda: alerts.log(tx, alert, AlertChange.FIRED, actor, now, reason))
        return alert
    if isinstance(placing, Join):
        incident = incidents.set_severity(tx, placing.incident, placing.severity)
        change = "joined"
    else:
        incident = incidents.add(tx, alert)
        change = "opened"
    member = alerts.set_incident(tx, alert, incident.id)
    entries.append(lambda: alerts.log(tx, member, AlertChange.FIRED, actor, now, reason))
    entries.append(lambda: incidents.log(tx, incident, change, actor, now, member.id))
    return member


def _resolved(tx: Tx, alert: Alert, now: datetime, actor: str, reason: str, entries: list[_Entry]) -> None:
    entries.append(lambda: alerts.log(tx, alert, AlertChange.RESOLVED, actor, now, reason))
    if alert.incident is None or alert.resolved_at is None:
        return
    closed = incidents.close_if_over(tx, alert.incident, alert.resolved_at)
    if closed is not None:
        entries.append(lambda: incidents.log(tx, closed, "closed", actor, now, alert.id))
