"""The states of an alarm, as an explicit machine. Pure: a state and an event in, a step or a refusal out, each named.

After ANSI/ISA-18.2-2016 clause 5.5 (the same in IEC 62682:2014 clause 5.5): a condition is active or has returned to
normal; a person has acknowledged it or not; a latching alarm stays until it is reset; and over all of these it may be
shelved (put off by an operator until a time), suppressed by design (muted by a known cause) or out of service (taken
out for maintenance, with an owner and an end). The letters are those of the standard's state diagram.

Each occurrence of an alert is an alarm of its own; when the condition comes again the new occurrence takes the place of
the one that still waits to be acknowledged, so that a queue holds one line for what is one thing (the standard's
transition from D to B).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.model.alert import Alert, AlertChange, AlertState, Damping, Stage


class Act(StrEnum):
    """What may happen to an alarm: by its condition, by a person, by time, by a known cause."""

    RETURN = "return"            # the condition has ended
    SUPERSEDE = "supersede"      # it began again, as another alert
    RAISE = "raise"              # it became worse
    LOWER = "lower"              # less bad
    ACKNOWLEDGE = "acknowledge"
    CLEAR = "clear"              # ended by a person, whatever the condition does
    RESET = "reset"              # of a latched alarm
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    COMMENT = "comment"
    EXPIRE = "expire"            # the time until which it was shelved has come
    RE_ALARM = "re_alarm"        # acknowledged for long, and still on
    STAY = "stay"                # it came again and again, and now it stays: no chatter any more
    SUPPRESS = "suppress"
    SURFACE = "surface"          # what suppressed it is over
    TAKE_OUT = "take_out"        # of service
    PUT_BACK = "put_back"


class Refusal(StrEnum):
    """Why an event changes nothing."""

    NOT_OPEN = "not_open"
    NOT_ACTIVE = "not_active"
    STILL_ACTIVE = "still_active"
    ALREADY_ACKNOWLEDGED = "already_acknowledged"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NOT_LATCHED = "not_latched"
    NOT_SHELVED = "not_shelved"
    NOT_SHOWN = "not_shown"
    NOT_DAMPED = "not_damped"
    ALREADY_SUPPRESSED = "already_suppressed"
    NOT_SUPPRESSED = "not_suppressed"
    ALREADY_OUT_OF_SERVICE = "already_out_of_service"
    NOT_OUT_OF_SERVICE = "not_out_of_service"


class Reason(StrEnum):
    """Why a step was made: what the journal says beside the change."""

    RETURNED = "returned"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    RETURNED_LATCHED = "returned_latched"
    RETURNED_UNSEEN = "returned_unseen"
    RETURNED_FLEETING = "returned_fleeting"
    RETURNED_CHATTERING = "returned_chattering"
    CAME_AGAIN = "came_again"
    SEVERITY_RAISED = "severity_raised"
    SEVERITY_LOWERED = "severity_lowered"
    BY_PERSON = "by_person"
    SHELF_OVER = "shelf_over"
    ACKNOWLEDGED_FOR_LONG = "acknowledged_for_long"
    STAYED_ON = "stayed_on"
    KNOWN_CAUSE = "known_cause"
    CAUSE_OVER = "cause_over"
    TAKEN_OUT_OF_SERVICE = "taken_out_of_service"
    BACK_IN_SERVICE = "back_in_service"


@dataclass(frozen=True, slots=True)
class Event:
    """``until`` goes with ``SHELVE``, ``by`` with ``SUPPRESS``, ``outage`` with ``TAKE_OUT``. ``fleeting``, of
    ``RETURN``: it was so short, and so slight, that nobody needs to acknowledge it any more."""

    act: Act
    until: datetime | None = None
    by: str | None = None
    outage: int | None = None
    fleeting: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """``latch``: it stays until it is reset. ``closed``: it is over, and asks nobody for anything.

    What is closed is not active. What has returned and is not closed waits to be acknowledged, to be reset, or both.
    """

    active: bool = True
    acked: bool = False
    latch: bool = False
    closed: bool = False
    damped: Damping | None = None
    shelved_until: datetime | None = None
    suppressed_by: str | None = None
    out_of_service: int | None = None

    @property
    def state(self) -> AlertState:
        """Of the contract: it knows the condition, and of an active one whether it is acknowledged."""
        if not self.active:
            return AlertState.RESOLVED
        return AlertState.ACKNOWLEDGED if self.acked else AlertState.FIRING

    @property
    def stage(self) -> Stage:
        if self.closed:
            return Stage.NORMAL
        if self.hidden is not None:
            return self.hidden
        if self.active:
            return Stage.ACKNOWLEDGED if self.acked else Stage.UNACKNOWLEDGED
        if self.latch:
            return Stage.LATCHED_ACKNOWLEDGED if self.acked else Stage.LATCHED
        return Stage.RETURNED

    @property
    def hidden(self) -> Stage | None:
        """What keeps it from an operator's eyes. The strongest of them: whoever took it out of service knows best."""
        if self.out_of_service is not None:
            return Stage.OUT_OF_SERVICE
        if self.suppressed_by is not None:
            return Stage.SUPPRESSED
        return Stage.SHELVED if self.shelved_until is not None else None

    @property
    def announces(self) -> bool:
        """Whether it calls for an operator: it counts as one alarm presented to them, by EEMUA 191."""
        return self.stage is Stage.UNACKNOWLEDGED and self.damped is None


@dataclass(frozen=True, slots=True)
class Step:
    alarm: Alarm
    change: AlertChange
    reason: Reason


def of(alert: Alert) -> Alarm:
    """The alarm of an alert as it is kept."""
    return Alarm(
        active=alert.state is not AlertState.RESOLVED,
        acked=alert.acked_at is not None,
        latch=alert.latch,
        closed=alert.stage is Stage.NORMAL,
        damped=alert.damped,
        shelved_until=alert.shelved_until,
        suppressed_by=alert.suppressed_by,
        out_of_service=alert.out_of_service,
    )


def step(alarm: Alarm, event: Event) -> Step | Refusal:
    """What ``event`` makes of ``alarm``. Every pair is answered."""
    return _ACTS[event.act](alarm, event)


# --- by the condition -----------------------------------------------------------------------------------------------


def _return(alarm: Alarm, event: Event) -> Step | Refusal:
    if not alarm.active:
        return Refusal.NOT_ACTIVE
    after, reason = replace(alarm, active=False), Reason.RETURNED_LATCHED
    if not alarm.latch:
        reason = _way_of_returning(alarm, event)
        damped = Damping.FLEETING if reason is Reason.RETURNED_FLEETING else alarm.damped
        after = replace(after, closed=reason is not Reason.RETURNED_UNACKNOWLEDGED, damped=damped)
    return Step(after, AlertChange.RESOLVED, reason)


def _way_of_returning(alarm: Alarm, event: Event) -> Reason:
    if alarm.acked:
        return Reason.RETURNED
    if alarm.hidden is not None:
        return Reason.RETURNED_UNSEEN
    if alarm.damped is Damping.CHATTERING:
        return Reason.RETURNED_CHATTERING
    return Reason.RETURNED_FLEETING if event.fleeting else Reason.RETURNED_UNACKNOWLEDGED


def _supersede(alarm: Alarm, _: Event) -> Step | Refusal:
    if alarm.closed:
        return Refusal.NOT_OPEN
    if alarm.active:
        return Refusal.STILL_ACTIVE
    return Step(replace(alarm, closed=True), AlertChange.SUPERSEDED, Reason.CAME_AGAIN)


def _raise(alarm: Alarm, _: Event) -> Step | Refusal:
    """What is worse than was acknowledged is to be acknowledged anew, and is no chatter."""
    if not alarm.active:
        return Refusal.NOT_ACTIVE
    return Step(replace(alarm, acked=False, damped=None), AlertChange.RAISED, Reason.SEVERITY_RAISED)


def _lower(alarm: Alarm, _: Event) -> Step | Refusal:
    return Step(alarm, AlertChange.LOWERED, Reason.SEVERITY_LOWERED) if alarm.active else Refusal.NOT_ACTIVE


# --- by a person ----------------------------------------------------------------------------------------------------


def _acknowledge(alarm: Alarm, _: Event) -> Step | Refusal:
    if alarm.closed:
        return Refusal.NOT_OPEN
    if alarm.acked:
        return Refusal.ALREADY_ACKNOWLEDGED
    closed = not alarm.active and not alarm.latch
    return Step(replace(alarm, acked=True, closed=closed), AlertChange.ACKNOWLEDGED, Reason.BY_PERSON)


def _clear(alarm: Alarm, _: Event) -> Step | Refusal:
    if alarm.closed:
        return Refusal.NOT_OPEN
    after = replace(alarm, active=False, acked=True, latch=False, closed=True, shelved_until=None)
    return Step(after, AlertChange.CLEARED, Reason.BY_PERSON)


def _reset(alarm: Alarm, _: Event) -> Step | Refusal:
    if alarm.closed:
        return Refusal.NOT_OPEN
    if not alarm.latch:
        return Refusal.NOT_LATCHED
    if alarm.active:
        return Refusal.STILL_ACTIVE
    return Step(replace(alarm, latch=False, closed=alarm.acked), AlertChange.RESET, Reason.BY_PERSON)


def _shelve(alarm: Alarm, event: Event) -> Step | Refusal:
    if alarm.closed:
        return Refusal.NOT_OPEN
    return Step(replace(alarm, shelved_until=event.until), AlertChange.SHELVED, Reason.BY_PERSON)


def _unshelve(alarm: Alarm, event: Event) -> Step | Refusal:
    """Also of one that is over: it would be shelved again if it came again before its time."""
    if alarm.shelved_until is None:
        return Refusal.NOT_SHELVED
    reason = Reason.BY_PERSON if event.act is Act.UNSHELVE else Reason.SHELF_OVER
    return Step(replace(alarm, shelved_until=None), AlertChange.UNSHELVED, reason)


def _comment(alarm: Alarm, _: Event) -> Step | Refusal:
    return Step(alarm, AlertChange.COMMENTED, Reason.BY_PERSON)


# --- by time --------------------------------------------------------------------------------------------------------


def _re_alarm(alarm: Alarm, _: Event) -> Step | Refusal:
    if not alarm.active:
        return Refusal.NOT_ACTIVE
    if not alarm.acked:
        return Refusal.NOT_ACKNOWLEDGED
    if alarm.hidden is not None:
        return Refusal.NOT_SHOWN
    return Step(replace(alarm, acked=False), AlertChange.RE_ALARMED, Reason.ACKNOWLEDGED_FOR_LONG)


def _stay(alarm: Alarm, _: Event) -> Step | Refusal:
    if not alarm.active:
        return Refusal.NOT_ACTIVE
    if alarm.damped is None:
        return Refusal.NOT_DAMPED
    return Step(replace(alarm, damped=None), AlertChange.UPDATED, Reason.STAYED_ON)


# --- by a known cause -----------------------------------------------------------------------------------------------


def _suppress(alarm: Alarm, event: Event) -> Step | Refusal:
    """Only what is active: a cause mutes the making of alerts, never their end."""
    if not alarm.active:
        return Refusal.NOT_ACTIVE
    if alarm.suppressed_by == event.by:
        return Refusal.ALREADY_SUPPRESSED
    return Step(replace(alarm, suppressed_by=event.by), AlertChange.SUPPRESSED, Reason.KNOWN_CAUSE)


def _surface(alarm: Alarm, _: Event) -> Step | Refusal:
    if alarm.closed:
        return Refusal.NOT_OPEN
    if alarm.suppressed_by is None:
        return Refusal.NOT_SUPPRESSED
    return Step(replace(alarm, suppressed_by=None), AlertChange.SURFACED, Reason.CAUSE_OVER)


def _take_out(alarm: Alarm, event: Event) -> Step | Refusal:
    if alarm.closed:
        return Refusal.NOT_OPEN
    if alarm.out_of_service == event.outage:
        return Refusal.ALREADY_OUT_OF_SERVICE
    return Step(replace(alarm, out_of_service=event.outage), AlertChange.TAKEN_OUT, Reason.TAKEN_OUT_OF_SERVICE)


def _put_back(alarm: Alarm, _: Event) -> Step | Refusal:
    if alarm.closed:
        return Refusal.NOT_OPEN
    if alarm.out_of_service is None:
        return Refusal.NOT_OUT_OF_SERVICE
    return Step(replace(alarm, out_of_service=None), AlertChange.PUT_BACK, Reason.BACK_IN_SERVICE)


_ACTS: dict[Act, Callable[[Alarm, Event], Step | Refusal]] = {
    Act.RETURN: _return,
    Act.SUPERSEDE: _supersede,
    Act.RAISE: _raise,
    Act.LOWER: _lower,
    Act.ACKNOWLEDGE: _acknowledge,
    Act.CLEAR: _clear,
    Act.RESET: _reset,
    Act.SHELVE: _shelve,
    Act.UNSHELVE: _unshelve,
    Act.COMMENT: _comment,
    Act.EXPIRE: _unshelve,
    Act.RE_ALARM: _re_alarm,
    Act.STAY: _stay,
    Act.SUPPRESS: _suppress,
    Act.SURFACE: _surface,
    Act.TAKE_OUT: _take_out,
    Act.PUT_BACK: _put_back,
}
