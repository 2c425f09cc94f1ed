"""The rules' decisions become alerts, incidents and journal entries, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from hub.cases import placing, quiet
from hub.cases.placing import Entry
from hub.config.alarms import Alarms
from hub.model.alarm import Act, Alarm, Event
from hub.model.alert import Alert, AlertChange, Damping, Decision, Fire, Resolve, Revise, Severity
from hub.model.times import parse_instant, rfc3339
from hub.store import Tx, alerts
from hub.store.alerts import Before

LEAST_KEPT = Severity.MAJOR
"""An alert that is at least as bad as this waits to be acknowledged however short it was."""

LATE_EVIDENCE = "late_evidence"
_REVISED_AT = "severity_since"
"""In the detail of an alert: since when, in event time, it is as bad as it is; left out where since its beginning."""


def carry_out(
    tx: Tx,
    decisions: Sequence[Decision],
    now: datetime,
    actor: str = "rules",
    alarms: Alarms | None = None,
    muted_by: Callable[[Fire], str | None] | None = None,
) -> list[Alert]:
    """Raise, revise and end alerts; answers those that changed, as they are now.

    ``muted_by`` names the known cause by which an alert is made suppressed; it is not asked about ends. Left out: as
    the topology, the rules and the silences of the store say. Safe to repeat: an alert that is known by (rule,
    fingerprint, started_at), also by a beginning that was corrected since, or whose fingerprint is active, is not
    raised again (evidence that came late moves its beginning back, or says how bad it was then), a step in its
    severity is not told after a later one, and one that has ended does not end again. All journal rows are written
    after all others, so that the journal's lock is taken last.
    """
    intake = _Intake(tx, now, actor, alarms or Alarms(), muted_by or quiet.asked(tx, decisions, now))
    changed: list[Alert] = []
    for decision in decisions:
        if isinstance(decision, Fire):
            changed += intake.fire(decision)
        elif isinstance(decision, Revise):
            changed += intake.revise(decision)
        else:
            changed += intake.resolve(decision)
    quiet.note(tx, changed)
    for write in intake.entries:
        write()
    return changed


def tell_left_out(tx: Tx, told: Sequence[tuple[str, str, datetime, str]], actor: str, now: datetime) -> None:
    """Say in the journal of alerts (rule, fingerprint, start) what came too late to change them (the last of each, a
    sentence). The journal is written here: call it after everything else."""
    for rule, fingerprint, started_at, sentence in told:
        alert = alerts.of_start(tx, rule, fingerprint, started_at)
        if alert is not None:
            alerts.log(tx, alert, AlertChange.UPDATED, actor, now, sentence, LATE_EVIDENCE)


def begin(decision: Fire, before: Before, alarms: Alarms, muted_by: str | None, now: datetime) -> Alarm:
    """How an occurrence begins. Pure.

    It is still shelved where the one before it was, unless it is worse; it is damped where it is chatter.
    """
    is_worse = before.severity is not None and decision.severity.rank < before.severity.rank
    is_shelved = before.shelved_until is not None and before.shelved_until > now and not is_worse
    chatters = before.recent + 1 >= alarms.chattering.count and not is_worse
    return Alarm(
        latch=bool((decision.detail or {}).get("latch", False)),
        damped=Damping.CHATTERING if chatters else None,
        shelved_until=before.shelved_until if is_shelved else None,
        suppressed_by=muted_by,
        out_of_service=before.outage,
    )


def _is_known(decision: Revise, alert: Alert) -> bool:
    """Whether a later step is known: an engine that was killed tells again what came since its last checkpoint."""
    since = (alert.detail or {}).get(_REVISED_AT)
    return isinstance(since, str) and decision.at < parse_instant(since)


@dataclass
class _Intake:
    tx: Tx
    now: datetime
    actor: str
    alarms: Alarms
    muted_by: Callable[[Fire], str | None]

    def __post_init__(self) -> None:
        self.entries: list[Entry] = []

    def fire(self, decision: Fire) -> list[Alert]:
        before = alerts.before(self.tx, decision, self.alarms.chattering.within, self.now)
        if before.known:
            return self._fire_again(decision)
        begun = begin(decision, before, self.alarms, self.muted_by(decision), self.now)
        seconds = (decision.detail or {}).get("re_alarm_s")
        re_alarm_s = float(seconds) if isinstance(seconds, int | float) else None
        alert = alerts.fire(self.tx, decision, begun, re_alarm_s, self.now)
        if alert is None:
            earlier = alerts.begin_earlier(self.tx, decision)
            if earlier is None:
                return []
            self._log(earlier, AlertChange.UPDATED, decision.reason)
            return [earlier]
        past: list[Alert] = []
        if begun.damped is None or begun.latch:
            past = self._supersede(before.waiting, alert)
            if past:
                alert = alerts.set_repeats(self.tx, alert, 1 + max(old.repeats for old in past))
        alert, placed = placing.put(self.tx, alert, self.now, self.actor)
        self._log(alert, AlertChange.FIRED, decision.reason, str(begun.damped or begun.hidden or ""))
        self.entries += placed
        return [*past, alert]

    def _fire_again(self, decision: Fire) -> list[Alert]:
        """An engine that was killed may know more of how an alert began when it tells it again."""
        alert = alerts.active_of(self.tx, decision.rule, decision.fingerprint)
        if alert is None or alert.started_at != decision.started_at or _REVISED_AT in (alert.detail or {}):
            return []
        reason = "severity_raised" if decision.severity.rank < alert.severity.rank else "severity_lowered"
        at = decision.started_at
        return self.revise(Revise(decision.rule, decision.fingerprint, decision.severity, at, reason, started_at=at))

    def _supersede(self, waiting: Sequence[int], alert: Alert) -> list[Alert]:
        past = []
        for number in waiting:
            old, made = alerts.move(
                self.tx, alerts.lock(self.tx, number), Event(Act.SUPERSEDE), self.now, superseded_by=alert.id
            )
            self._log(old, made.change, f"alert {alert.id}", made.reason)
            past.append(old)
        return past

    def revise(self, decision: Revise) -> list[Alert]:
        alert = self._meant(decision)
        if alert is None or alert.severity is decision.severity or _is_known(decision, alert):
            return []
        is_worse = decision.severity.rank < alert.severity.rank
        alert, made = alerts.move(
            self.tx,
            alert,
            Event(Act.RAISE if is_worse else Act.LOWER),
            self.now,
            severity=decision.severity,
            detail={**(decision.detail or {}), _REVISED_AT: rfc3339(decision.at)},
        )
        alert, placed = placing.put(self.tx, alert, self.now, self.actor) if is_worse else (alert, [])
        self._log(alert, made.change, decision.reason, made.reason)
        self.entries += placed
        return [alert]

    def resolve(self, decision: Resolve) -> list[Alert]:
        alert = self._meant(decision)
        if alert is None:
            return []
        lasted = decision.resolved_at - alert.started_at
        fleeting = lasted < self.alarms.fleeting and alert.severity.rank > LEAST_KEPT.rank
        event = Event(Act.RETURN, fleeting=fleeting)
        alert, made = alerts.move(self.tx, alert, event, self.now, at=decision.resolved_at)
        self._log(alert, made.change, decision.reason, made.reason)
        self.entries += placing.close(self.tx, alert, alert.resolved_at or self.now, self.now, self.actor)
        return [alert]

    def _meant(self, decision: Revise | Resolve) -> Alert | None:
        """The active alert, unless it is one after that of the decision: an engine that was killed tells again what it
        had decided by the clock since its last checkpoint."""
        alert = alerts.active_of(self.tx, decision.rule, decision.fingerprint)
        is_later = alert is not None and decision.started_at is not None and alert.started_at > decision.started_at
        return None if is_later else alert

    def _log(self, alert: Alert, change: AlertChange, note: str, reason: str = "") -> None:
        self.entries.append(partial(alerts.log, self.tx, alert, change, self.actor, self.now, note, reason))
