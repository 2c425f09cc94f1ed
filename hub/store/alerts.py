"""Alerts as rows. Rules' decisions come in through ``hub.cases.intake``, people's acts through ``hub.cases.acts``.

These two write the journal as well, with ``log``, when all other rows are written. How a state follows from another is
decided by ``hub.model.alarm``; here it is only kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from hub.errors import Conflict, NotFound
from hub.model import alarm
from hub.model.alarm import Act, Alarm, Event, Refusal, Step
from hub.model.alert import Alert, AlertChange, AlertState, Damping, Evidence, Fire, Severity, Stage
from hub.model.area import Within, beginnings
from hub.model.times import parse_instant, rfc3339
from hub.store import journal
from hub.store.sql import sql
from hub.store.store import Store, Tx


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list. Empty means everything; ``before`` is the (started_at, id) of the last alert of the page before.

    ``stale``: on since before then, and shown. ``cause``: what muted them, as ``topology:switch-3``. ``open``: those of
    ``states``, and all that ask somebody for something or were put off: not what is suppressed or out of service.
    """

    states: tuple[AlertState, ...] = ()
    open: bool = False
    stages: tuple[Stage, ...] = ()
    severities: tuple[Severity, ...] = ()
    rule: str | None = None
    cause: str | None = None
    damped: tuple[Damping, ...] = ()
    stale: datetime | None = None
    within: Within = None
    first: datetime | None = None
    last: datetime | None = None
    before: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What bears on a new occurrence. ``known``: it was told before, perhaps with another beginning; ``recent``: how
    often it came before within a time; ``outage``: by which it is out of service; ``shelved_until`` and ``severity``
    are those of the occurrence before; ``waiting`` are those that have returned and wait for somebody."""

    known: bool = False
    recent: int = 0
    outage: int | None = None
    shelved_until: datetime | None = None
    severity: Severity | None = None
    waiting: tuple[int, ...] = ()


def before(tx: Tx, decision: Fire, within: timedelta, now: datetime) -> Before:
    """``within``: how far back to count, in event time. Those that wait are locked."""
    values = {
        "rule": decision.rule,
        "fingerprint": decision.fingerprint,
        "area": decision.area,
        "sources": list(decision.sources),
        "started_at": decision.started_at,
        "since": decision.started_at - within,
        "now": now,
    }
    row = tx.execute(sql["alert_before"], values).fetchone()
    assert row is not None  # noqa: S101  it is selected from one row
    severity = None if row["severity"] is None else Severity(row["severity"])
    return Before(
        row["known"], row["recent"], row["outage"], row["shelved_until"], severity, tuple(row["waiting"])
    )


def fire(tx: Tx, decision: Fire, begun: Alarm, re_alarm_s: float | None, now: datetime) -> Alert | None:
    """Raise an alert; None where it is known already, as after a restart that repeats a decision."""
    values = {
        "rule": decision.rule,
        "fingerprint": decision.fingerprint,
        "severity": decision.severity,
        "state": begun.state,
        "stage": begun.stage,
        "area": decision.area,
        "sources": list(decision.sources),
        "summary": decision.summary,
        "started_at": decision.started_at,
        "now": now,
        "evidence": Jsonb([evidence_json(item) for item in decision.evidence]),
        "latch": begun.latch,
        "damped": begun.damped,
        "shelved_until": begun.shelved_until,
        "suppressed_by": begun.suppressed_by,
        "out_of_service": begun.out_of_service,
        "re_alarm_s": re_alarm_s,
        "announced_at": now if begun.announces else None,
        "detail": _jsonb(decision.detail),
    }
    row = tx.execute(sql["alert_fire"], values).fetchone()
    return None if row is None else _alert(row)


def set_repeats(tx: Tx, alert: Alert, repeats: int) -> Alert:
    tx.execute(sql["alert_repeats"], {"id": alert.id, "repeats": repeats})
    return replace(alert, repeats=repeats)


def begin_earlier(tx: Tx, decision: Fire) -> Alert | None:
    """Move the beginning of the active alert of a fingerprint back, with its evidence; None where it is not earlier."""
    values = {
        "rule": decision.rule,
        "fingerprint": decision.fingerprint,
        "started_at": decision.started_at,
        "evidence": Jsonb([evidence_json(item) for item in decision.evidence]),
    }
    row = tx.execute(sql["alert_begin_earlier"], values).fetchone()
    return None if row is None else _alert(row)


def active_of(tx: Tx, rule: str, fingerprint: str) -> Alert | None:
    """The active alert of a fingerprint, locked."""
    row = tx.execute(sql["alert_active_of"], {"rule": rule, "fingerprint": fingerprint}).fetchone()
    return None if row is None else _alert(row)


def of_start(tx: Tx, rule: str, fingerprint: str, started_at: datetime) -> Alert | None:
    """The occurrence of a fingerprint that began at an instant."""
    values = {"rule": rule, "fingerprint": fingerprint, "started_at": started_at}
    row = tx.execute(sql["alert_of_start"], values).fetchone()
    return None if row is None else _alert(row)


def move(
    tx: Tx,
    alert: Alert,
    event: Event,
    now: datetime,
    *,
    actor: str | None = None,
    at: datetime | None = None,
    severity: Severity | None = None,
    detail: Mapping[str, Any] | None = None,
    superseded_by: int | None = None,
) -> tuple[Alert, Step]:
    """Let ``event`` happen to a locked alert, and keep what comes of it. The journal row is the caller's.

    ``actor``: the person who acknowledges or clears; ``at``: when the condition ended, in event time. Raises Conflict,
    whose message is a ``Refusal``, where the alert is not in a state for it.
    """
    made = alarm.step(alarm.of(alert), event)
    if isinstance(made, Refusal):
        raise Conflict(str(made))
    after = _after(alert, made.alarm, actor, at or now, now)
    after = replace(
        after,
        severity=severity or alert.severity,
        detail=alert.detail if detail is None else {**(alert.detail or {}), **detail},
        superseded_by=superseded_by or alert.superseded_by,
    )
    tx.execute(sql["alert_step"], {name: getattr(after, name) for name in _KEPT} | {"detail": _jsonb(after.detail)})
    return after, made


_KEPT = (
    "id", "state", "stage", "severity", "resolved_at", "acked_at", "acked_by", "latch", "damped", "shelved_until",
    "suppressed_by", "out_of_service", "re_alarm_at", "announced_at", "superseded_by",
)  # fmt: skip


def _after(alert: Alert, then: Alarm, actor: str | None, at: datetime, now: datetime) -> Alert:
    """The alert with the state ``then``, and the times that go with it. Pure."""
    acked_at, acked_by = (alert.acked_at or now, alert.acked_by or actor) if then.acked else (None, None)
    is_held = then.active and then.acked and alert.re_alarm_s is not None
    return replace(
        alert,
        state=then.state,
        stage=then.stage,
        resolved_at=None if then.active else alert.resolved_at or max(alert.started_at, at),
        acked_at=acked_at,
        acked_by=acked_by,
        latch=then.latch,
        damped=then.damped,
        shelved_until=then.shelved_until,
        suppressed_by=then.suppressed_by,
        out_of_service=then.out_of_service,
        re_alarm_at=acked_at + timedelta(seconds=alert.re_alarm_s or 0.0) if acked_at and is_held else None,
        announced_at=alert.announced_at or (now if then.announces else None),
    )


def assign(tx: Tx, alert: Alert, to: str | None, now: datetime) -> Alert:
    """Give a locked alert to somebody, or to nobody. The journal row is the caller's."""
    row = tx.execute(sql["alert_assign"], {"id": alert.id, "to": to, "now": now}).fetchone()
    assert row is not None  # noqa: S101  it is locked
    return _alert(row)


def set_incident(tx: Tx, alert: Alert, incident: int) -> Alert:
    tx.execute(sql["alert_set_incident"], {"id": alert.id, "incident": incident})
    return replace(alert, incident=incident)


def get(store: Store, alert_id: int) -> Alert:
    """Raises NotFound."""
    with store.transaction() as tx:
        return _get(tx, alert_id, lock=False)


def list_alerts(store: Store, wanted: Filter, limit: int = 100) -> list[Alert]:
    """Newest first."""
    started_at, last_id = wanted.before or (None, None)
    params = {
        "states": [str(state) for state in wanted.states] or None,
        "open": wanted.open,
        "stages": [str(stage) for stage in wanted.stages] or None,
        "severities": [str(severity) for severity in wanted.severities] or None,
        "rule": wanted.rule,
        "cause": wanted.cause,
        "damped": [str(why) for why in wanted.damped] or None,
        "stale": wanted.stale,
        "within": beginnings(wanted.within),
        "first": wanted.first,
        "last": wanted.last,
        "before_at": started_at,
        "before_id": last_id,
        "limit": limit,
    }
    return [_alert(row) for row in store.fetch(sql["alert_list"], params)]


def of_incident(store: Store, incident: int, limit: int = 1000) -> list[Alert]:
    """Newest first."""
    return [_alert(row) for row in store.fetch(sql["alert_of_incident"], {"incident": incident, "limit": limit})]


def active(store: Store) -> list[Alert]:
    """Everything that is not resolved, oldest first, for the rule engine's start."""
    return [_alert(row) for row in store.fetch(sql["alert_active"])]


def lock(tx: Tx, alert_id: int) -> Alert:
    """One alert, to be changed. Raises NotFound."""
    return _get(tx, alert_id, lock=True)


def lock_free(tx: Tx, ids: Sequence[int]) -> list[Alert]:
    """Those of ``ids`` that nobody else works on, to be changed."""
    return [_alert(row) for row in tx.execute(sql["alert_lock"], {"ids": list(ids)}).fetchall()]


@dataclass(frozen=True, slots=True)
class Due:
    alert: int
    event: Event


def due(store: Store, now: datetime, chatter: timedelta, limit: int) -> list[Due]:
    """What time asks for, or an outage that began or ended. ``chatter``: damped ones that are on for so long stay."""
    rows = store.fetch(sql["alert_due"], {"now": now, "stayed": now - chatter, "limit": limit})
    return [Due(row["id"], Event(Act(row["act"]), outage=row["outage"])) for row in rows]


def suppressed(tx: Tx, by: str | None = None) -> dict[int, str]:
    """What is muted, and by what; or by one cause alone."""
    return {row["id"]: row["suppressed_by"] for row in tx.execute(sql["alert_suppressed"], {"by": by}).fetchall()}


def log(
    tx: Tx, alert: Alert, change: AlertChange, actor: str, at: datetime, note: str = "", reason: str = ""
) -> int:
    """One journal row: the alert as it is after the change, what was said of it, and the reason of the step."""
    body = {"note": note, "reason": reason, "alert": alert_json(alert)}
    return journal.append(tx, at, "alert", str(alert.id), alert.area, actor, change, body)


def alert_json(alert: Alert) -> dict[str, Any]:
    """The alert as the interface shows it, without the area's name."""
    return {
        "id": alert.id,
        "rule": alert.rule,
        "severity": str(alert.severity),
        "state": str(alert.state),
        "area": alert.area,
        "sources": list(alert.sources),
        "started_at": rfc3339(alert.started_at),
        "detected_at": rfc3339(alert.detected_at),
        "resolved_at": alert.resolved_at and rfc3339(alert.resolved_at),
        "acked_at": alert.acked_at and rfc3339(alert.acked_at),
        "acked_by": alert.acked_by,
        "shelved_until": alert.shelved_until and rfc3339(alert.shelved_until),
        "summary": alert.summary,
        "incident": alert.incident,
        "evidence": [evidence_json(item) for item in alert.evidence],
        "stage": str(alert.stage),
        "latch": alert.latch,
        "damped": alert.damped and str(alert.damped),
        "suppressed_by": alert.suppressed_by,
        "out_of_service": alert.out_of_service,
        "re_alarm_at": alert.re_alarm_at and rfc3339(alert.re_alarm_at),
        "announced_at": alert.announced_at and rfc3339(alert.announced_at),
        "repeats": alert.repeats,
        "superseded_by": alert.superseded_by,
        "assigned_to": alert.assigned_to,
        "assigned_at": alert.assigned_at and rfc3339(alert.assigned_at),
        "detail": None if alert.detail is None else dict(alert.detail),
    }


def evidence_json(item: Evidence) -> dict[str, Any]:
    attrs = None if item.attrs is None else dict(item.attrs)
    base = {"source": item.source, "metric": item.metric, "ts": rfc3339(item.ts)}
    return {**base, "value": item.value, "text": item.text, "attrs": attrs}


def _jsonb(value: Mapping[str, Any] | None) -> Jsonb | None:
    return None if value is None else Jsonb(dict(value))


def _get(tx: Tx, alert_id: int, *, lock: bool) -> Alert:
    row = tx.execute(sql["alert_get_for_update" if lock else "alert_get"], {"id": alert_id}).fetchone()
    if row is None:
        raise NotFound(f"there is no alert {alert_id}")
    return _alert(row)


def _alert(row: dict[str, Any]) -> Alert:
    evidence: Sequence[dict[str, Any]] = row["evidence"]
    return Alert(
        **{
            **row,
            "severity": Severity(row["severity"]),
            "state": AlertState(row["state"]),
            "stage": Stage(row["stage"]),
            "damped": row["damped"] and Damping(row["damped"]),
            "sources": tuple(row["sources"]),
            "evidence": tuple(Evidence(**{**item, "ts": parse_instant(item["ts"])}) for item in evidence),
        }
    )
