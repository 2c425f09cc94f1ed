"""The machine of alarm states: every pair of a state and an event is answered, and all that is reached makes sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.alarm import Act, Alarm, Event, Reason, Refusal, Step, of, step
from hub.model.alert import Alert, AlertChange, AlertState, Damping, Severity, Stage

UNTIL = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVENTS = [
    *(Event(act) for act in Act if act not in {Act.SHELVE, Act.SUPPRESS, Act.TAKE_OUT}),
    Event(Act.RETURN, fleeting=True),
    Event(Act.SHELVE, until=UNTIL),
    Event(Act.SUPPRESS, by="topology:switch-1"),
    Event(Act.SUPPRESS, by="silence:1"),
    Event(Act.TAKE_OUT, outage=1),
    Event(Act.TAKE_OUT, outage=2),
]
BIRTHS = [
    Alarm(latch=latch, damped=damped, suppressed_by=by, out_of_service=outage, shelved_until=until)
    for latch, damped, by, outage, until in product(
        (False, True), (None, Damping.CHATTERING), (None, "silence:1"), (None, 1), (None, UNTIL)
    )
]


def everything() -> set[Alarm]:
    """All states that can be come to."""
    known, new = set(BIRTHS), set(BIRTHS)
    while new:
        new = {
            made.alarm for alarm in new for event in EVENTS if isinstance(made := step(alarm, event), Step)
        } - known
        known |= new
    return known


REACHED = everything()


def is_sound(alarm: Alarm) -> bool:
    waits = not alarm.active and not alarm.closed
    return not (alarm.closed and alarm.active) and not (waits and alarm.acked and not alarm.latch)


def test_every_state_answers_every_event_with_a_state_that_is_one_or_with_a_reason() -> None:
    assert {alarm.stage for alarm in REACHED} == set(Stage)
    for alarm, event in product(REACHED, EVENTS):
        made = step(alarm, event)
        if isinstance(made, Step):
            assert is_sound(made.alarm), (alarm, event)
        else:
            assert made in Refusal


def test_every_refusal_every_reason_and_every_change_of_a_machine_is_used() -> None:
    answers = [step(alarm, event) for alarm, event in product(REACHED, EVENTS)]
    steps = [answer for answer in answers if isinstance(answer, Step)]
    assert {answer for answer in answers if isinstance(answer, Refusal)} == set(Refusal)
    assert {made.reason for made in steps} == set(Reason)
    assert {made.change for made in steps} == set(AlertChange) - {AlertChange.FIRED, AlertChange.ASSIGNED}


def test_from_everywhere_a_person_can_end_it_and_nothing_ends_by_itself_before_it_was_seen() -> None:
    for alarm in REACHED - {alarm for alarm in REACHED if alarm.closed}:
        made = step(alarm, Event(Act.CLEAR))
        assert isinstance(made, Step)
        assert (made.alarm.stage, made.alarm.latch) == (Stage.NORMAL, False)
        for event in EVENTS:
            ended = step(alarm, event)
            if isinstance(ended, Step) and ended.alarm.closed and event.act not in {Act.CLEAR, Act.SUPERSEDE}:
                excused = alarm.hidden or alarm.damped or event.fleeting
                assert ended.alarm.acked or excused, (alarm, event)
                assert not ended.alarm.latch, (alarm, event)


@given(st.sampled_from(sorted(REACHED, key=repr)), st.lists(st.sampled_from(EVENTS), max_size=12))
def test_what_is_over_never_becomes_active_again_and_a_condition_that_ended_does_not_begin(
    alarm: Alarm, events: list[Event]
) -> None:
    for event in events:
        made = step(alarm, event)
        after = made.alarm if isinstance(made, Step) else alarm
        assert not (after.active and not alarm.active)
        assert not (alarm.closed and not after.closed)
        assert after.acked or not alarm.acked or event.act in {Act.RE_ALARM, Act.RAISE}
        alarm = after


@given(st.sampled_from([alarm for alarm in REACHED if alarm.active]), st.sampled_from(EVENTS))
def test_a_known_cause_mutes_the_making_and_never_the_end(alarm: Alarm, event: Event) -> None:
    hidden = replace(alarm, suppressed_by="topology:switch-1", out_of_service=1, shelved_until=UNTIL)
    made = step(hidden, Event(Act.RETURN))
    assert isinstance(made, Step)
    assert made.alarm.state is AlertState.RESOLVED


WAYS = [
    ("its condition ends, nobody saw it", [Act.RETURN], Stage.RETURNED),
    ("acknowledged after it ended", [Act.RETURN, Act.ACKNOWLEDGE], Stage.NORMAL),
    ("acknowledged, then it ends", [Act.ACKNOWLEDGE, Act.RETURN], Stage.NORMAL),
    ("acknowledged for long", [Act.ACKNOWLEDGE, Act.RE_ALARM], Stage.UNACKNOWLEDGED),
    ("worse than was acknowledged", [Act.ACKNOWLEDGE, Act.RAISE], Stage.UNACKNOWLEDGED),
    ("less bad than was acknowledged", [Act.ACKNOWLEDGE, Act.LOWER], Stage.ACKNOWLEDGED),
    ("it begins again", [Act.RETURN, Act.SUPERSEDE], Stage.NORMAL),
    ("shelved", [Act.SHELVE], Stage.SHELVED),
    ("over while shelved", [Act.SHELVE, Act.RETURN], Stage.NORMAL),
    ("back from the shelf", [Act.ACKNOWLEDGE, Act.SHELVE, Act.EXPIRE], Stage.ACKNOWLEDGED),
    ("surfaces as it was", [Act.SUPPRESS, Act.SURFACE], Stage.UNACKNOWLEDGED),
    ("out of service over suppressed", [Act.SUPPRESS, Act.TAKE_OUT], Stage.OUT_OF_SERVICE),
    ("back in service, still suppressed", [Act.SUPPRESS, Act.TAKE_OUT, Act.PUT_BACK], Stage.SUPPRESSED),
]


@pytest.mark.parametrize(("way", "acts", "stage"), WAYS, ids=[way for way, _, _ in WAYS])
def test_way(way: str, acts: list[Act], stage: Stage) -> None:
    assert walk(Alarm(), acts).stage is stage


LATCHED = [
    ("its condition ends", [Act.RETURN], Stage.LATCHED),
    ("ends when acknowledged", [Act.ACKNOWLEDGE, Act.RETURN], Stage.LATCHED_ACKNOWLEDGED),
    ("acknowledged and reset", [Act.RETURN, Act.ACKNOWLEDGE, Act.RESET], Stage.NORMAL),
    ("reset, and still to be acknowledged", [Act.RETURN, Act.RESET], Stage.RETURNED),
    ("stays though it was shelved", [Act.SHELVE, Act.RETURN, Act.UNSHELVE], Stage.LATCHED),
]


@pytest.mark.parametrize(("way", "acts", "stage"), LATCHED, ids=[way for way, _, _ in LATCHED])
def test_a_latching_alarm(way: str, acts: list[Act], stage: Stage) -> None:
    assert walk(Alarm(latch=True), acts).stage is stage


def walk(alarm: Alarm, acts: list[Act]) -> Alarm:
    for act in acts:
        event = next(event for event in EVENTS if event.act is act and not event.fleeting)
        made = step(alarm, event)
        assert isinstance(made, Step), (alarm, act, made)
        alarm = made.alarm
    return alarm


@pytest.mark.parametrize(
    ("alarm", "event", "refusal"),
    [
        (Alarm(), Event(Act.RESET), Refusal.NOT_LATCHED),
        (Alarm(latch=True), Event(Act.RESET), Refusal.STILL_ACTIVE),
        (Alarm(acked=True), Event(Act.ACKNOWLEDGE), Refusal.ALREADY_ACKNOWLEDGED),
        (Alarm(), Event(Act.UNSHELVE), Refusal.NOT_SHELVED),
        (Alarm(acked=True, shelved_until=UNTIL), Event(Act.RE_ALARM), Refusal.NOT_SHOWN),
        (Alarm(active=False, closed=True), Event(Act.ACKNOWLEDGE), Refusal.NOT_OPEN),
        (Alarm(active=False), Event(Act.SUPPRESS, by="silence:1"), Refusal.NOT_ACTIVE),
    ],
)
def test_refusal(alarm: Alarm, event: Event, refusal: Refusal) -> None:
    assert step(alarm, event) is refusal


def test_what_is_damped_or_hidden_calls_for_nobody() -> None:
    assert [alarm for alarm in BIRTHS if alarm.announces] == [Alarm(), Alarm(latch=True)]


CHATTER = Alarm(damped=Damping.CHATTERING)


@pytest.mark.parametrize(
    ("alarm", "event", "expected", "reason"),
    [
        (Alarm(), Event(Act.RETURN), Alarm(active=False), Reason.RETURNED_UNACKNOWLEDGED),
        (
            Alarm(),
            Event(Act.RETURN, fleeting=True),
            Alarm(active=False, closed=True, damped=Damping.FLEETING),
            Reason.RETURNED_FLEETING,
        ),
        (Alarm(acked=True), Event(Act.RETURN), Alarm(active=False, acked=True, closed=True), Reason.RETURNED),
        (
            CHATTER,
            Event(Act.RETURN, fleeting=True),
            replace(CHATTER, active=False, closed=True),
            Reason.RETURNED_CHATTERING,
        ),
        (Alarm(latch=True), Event(Act.RETURN), Alarm(latch=True, active=False), Reason.RETURNED_LATCHED),
        (CHATTER, Event(Act.STAY), Alarm(), Reason.STAYED_ON),
        (replace(CHATTER, acked=True), Event(Act.RAISE), Alarm(), Reason.SEVERITY_RAISED),
        (Alarm(acked=True), Event(Act.LOWER), Alarm(acked=True), Reason.SEVERITY_LOWERED),
        (Alarm(shelved_until=UNTIL), Event(Act.EXPIRE), Alarm(), Reason.SHELF_OVER),
        (Alarm(shelved_until=UNTIL), Event(Act.UNSHELVE), Alarm(), Reason.BY_PERSON),
        (
            Alarm(latch=True, shelved_until=UNTIL),
            Event(Act.CLEAR),
            Alarm(active=False, acked=True, closed=True),
            Reason.BY_PERSON,
        ),
    ],
)
def test_what_a_step_leaves_and_why(alarm: Alarm, event: Event, expected: Alarm, reason: Reason) -> None:
    made = step(alarm, event)
    assert isinstance(made, Step)
    assert (made.alarm, made.reason) == (expected, reason)


@pytest.mark.parametrize("alarm", [Alarm(), CHATTER])
def test_only_what_is_on_and_was_damped_stays(alarm: Alarm) -> None:
    over = step(replace(alarm, active=False), Event(Act.STAY))
    assert over is Refusal.NOT_ACTIVE
    assert (step(alarm, Event(Act.STAY)) is Refusal.NOT_DAMPED) is (alarm.damped is None)


def kept(**known: Any) -> Alert:
    state = known.pop("state", AlertState.FIRING)
    return Alert(1, "r", "area:g", Severity.MAJOR, state, "g", (), "s", UNTIL, UNTIL, **known)


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        (kept(), Alarm()),
        (kept(state=AlertState.ACKNOWLEDGED, acked_at=UNTIL, stage=Stage.ACKNOWLEDGED), Alarm(acked=True)),
        (kept(state=AlertState.RESOLVED, stage=Stage.RETURNED), Alarm(active=False)),
        (kept(state=AlertState.RESOLVED, stage=Stage.NORMAL), Alarm(active=False, closed=True)),
        (kept(latch=True, damped=Damping.CHATTERING), Alarm(latch=True, damped=Damping.CHATTERING)),
        (
            kept(shelved_until=UNTIL, suppressed_by="silence:1", out_of_service=7, stage=Stage.OUT_OF_SERVICE),
            Alarm(shelved_until=UNTIL, suppressed_by="silence:1", out_of_service=7),
        ),
    ],
)
def test_an_alarm_is_what_is_kept_of_its_alert(alert: Alert, expected: Alarm) -> None:
    assert of(alert) == expected
    assert of(alert).stage is alert.stage
