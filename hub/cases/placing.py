"""An alert joins the incident it belongs to, or opens one: in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from hub.cases.incident import Join, Leave, place
from hub.model.alert import Alert, Stage
from hub.store import Tx, alerts, incidents

Entry = Callable[[], object]
"""A journal row that is still to be written: after all others, so that the journal's lock is taken last."""
_HIDDEN = {Stage.SUPPRESSED, Stage.OUT_OF_SERVICE}


def put(tx: Tx, alert: Alert, now: datetime, actor: str) -> tuple[Alert, list[Entry]]:
    """The alert in its incident, and what the journal is to be told of that. What is hidden by a known cause, or out of
    service, makes nobody work: it is placed when it comes to light."""
    if alert.stage in _HIDDEN or alert.resolved_at is not None:
        return alert, []
    placing = place(alert, incidents.open_in(tx, alert.area))
    if isinstance(placing, Leave):
        return alert, []
    if isinstance(placing, Join):
        known = placing.incident.id == alert.incident
        if known and placing.severity is placing.incident.severity:
            return alert, []
        incident, change = incidents.set_severity(tx, placing.incident, placing.severity), "joined"
        if known:
            return alert, [partial(incidents.log, tx, incident, "updated", actor, now, alert.id)]
    elif alert.incident is not None:
        return alert, []
    else:
        incident, change = incidents.add(tx, alert), "opened"
    member = alerts.set_incident(tx, alert, incident.id)
    return member, [partial(incidents.log, tx, incident, change, actor, now, member.id)]


def close(tx: Tx, alert: Alert, at: datetime, now: datetime, actor: str) -> list[Entry]:
    """Close the incident of an alert that is over, where it was the last."""
    closed = None if alert.incident is None else incidents.close_if_over(tx, alert.incident, at)
    return [] if closed is None else [partial(incidents.log, tx, closed, "closed", actor, now, alert.id)]
