"""The machine of a command: what may follow what, and what does not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model import command as machine
from hub.model.command import Command, CommandState

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMIT = T0 + timedelta(seconds=30)
IN_TIME, TOO_LATE = T0 + timedelta(seconds=5), LIMIT
ACCEPTED = Command(
    "0123456789abcdef", "siren-1", "qth/g1", "sound", {"seconds": 5}, "t", "{}", True, True, CommandState.ACCEPTED, "",
    "otto", T0, LIMIT,
)  # fmt: skip


def must(changed: Command | None) -> Command:
    assert changed is not None
    return changed


SENT = must(machine.send(ACCEPTED, T0))
DELIVERED = must(machine.deliver(SENT, IN_TIME))


def test_a_command_is_sent_delivered_and_answered() -> None:
    done = must(machine.answer(DELIVERED, "siren-1", IN_TIME, done=True, detail="howling"))
    assert (SENT.state, SENT.sent_at, SENT.attempts) == ("sent", T0, 1)
    assert (DELIVERED.state, DELIVERED.delivered_at, DELIVERED.over) == ("delivered", IN_TIME, False)
    assert (done.state, done.reason, done.ended_at) == ("ok", "howling", IN_TIME)


def test_a_device_may_refuse() -> None:
    refused = must(machine.answer(DELIVERED, "siren-1", IN_TIME, done=False, detail="no power"))
    assert (refused.state, refused.reason) == ("failed", "no power")


def test_an_answer_may_be_quicker_than_the_brokers_acknowledgement() -> None:
    done = must(machine.answer(SENT, "siren-1", IN_TIME, done=True))
    assert done.state == "ok"
    assert machine.deliver(done, IN_TIME) is None


def test_nothing_is_sent_at_the_end_of_its_time_or_later() -> None:
    assert machine.send(ACCEPTED, LIMIT - timedelta(microseconds=1)) is not None
    assert machine.send(ACCEPTED, LIMIT) is None
    assert machine.send(SENT, LIMIT) is None


def test_only_what_may_be_repeated_is_sent_again_and_says_so() -> None:
    again = must(machine.send(SENT, IN_TIME))
    assert (again.attempts, again.sent_at) == (2, T0)
    assert "again" in again.reason
    assert machine.send(replace(SENT, repeats=False), IN_TIME) is None
    assert machine.send(DELIVERED, IN_TIME) is None, "the broker has it"
    assert machine.send(replace(SENT, attempts=machine.MAX_ATTEMPTS), IN_TIME) is None


def test_the_broker_may_say_that_nobody_gets_it() -> None:
    failed = must(machine.deliver(SENT, IN_TIME, "No matching subscribers"))
    assert (failed.state, failed.reason, failed.delivered_at) == ("failed", "No matching subscribers", None)


def test_a_device_that_does_not_answer_is_told_all_there_is_when_the_broker_has_it() -> None:
    foreign = replace(SENT, answers=False)
    assert must(machine.deliver(foreign, IN_TIME)).over
    assert machine.answer(foreign, "siren-1", IN_TIME, done=True) is None


def test_an_answer_to_another_devices_command_does_not_count() -> None:
    assert machine.answer(DELIVERED, "siren-2", IN_TIME, done=True) is None


def test_an_answer_to_what_was_never_sent_does_not_count() -> None:
    assert machine.answer(ACCEPTED, "siren-1", IN_TIME, done=True) is None


def test_the_second_answer_does_not_count() -> None:
    done = must(machine.answer(DELIVERED, "siren-1", IN_TIME, done=True))
    assert machine.answer(done, "siren-1", IN_TIME, done=False) is None


def test_a_late_answer_is_a_remark_once_and_changes_no_state() -> None:
    over = must(machine.expire(DELIVERED, TOO_LATE, ""))
    assert over.state == "timed_out"
    late = must(machine.answer(over, "siren-1", TOO_LATE, done=True, detail="at last"))
    assert (late.state, late.late, late.ended_at) == ("timed_out", "ok: at last", over.ended_at)
    assert machine.answer(late, "siren-1", TOO_LATE, done=False) is None
    unended = must(machine.answer(DELIVERED, "siren-1", TOO_LATE, done=True))
    assert unended.state == "delivered", "that nobody has ended it yet makes no answer timely"


@pytest.mark.parametrize(
    ("command", "state", "reason"),
    [
        (ACCEPTED, "unsent", "the broker is away"),
        (SENT, "timed_out", "the broker did not acknowledge it in time; it may have arrived all the same"),
        (DELIVERED, "timed_out", "the device did not answer in time"),
    ],
)
def test_the_end_of_its_time_says_how_far_it_came(command: Command, state: str, reason: str) -> None:
    assert machine.expire(command, LIMIT - timedelta(microseconds=1), "the broker is away") is None
    over = must(machine.expire(command, LIMIT, "the broker is away"))
    assert (over.state, over.reason, over.ended_at) == (state, reason, LIMIT)
    assert machine.expire(over, LIMIT, "x") is None


EVENTS = st.sampled_from(["send", "deliver", "refuse", "ok", "failed", "other", "expire"])


@given(st.lists(st.tuples(EVENTS, st.integers(0, 60)), max_size=30), st.booleans(), st.booleans())
def test_whatever_happens_it_ends_once_and_stays_as_it_ended(
    events: list[tuple[str, int]], answers: bool, repeats: bool
) -> None:
    command, ended = replace(ACCEPTED, answers=answers, repeats=repeats), None
    for event, second in sorted(events, key=lambda pair: pair[1]):
        now = T0 + timedelta(seconds=second)
        changed = {
            "send": lambda: machine.send(command, now),  # noqa: B023  called at once
            "deliver": lambda: machine.deliver(command, now),  # noqa: B023  called at once
            "refuse": lambda: machine.deliver(command, now, "no"),  # noqa: B023  called at once
            "ok": lambda: machine.answer(command, "siren-1", now, done=True),  # noqa: B023  called at once
            "failed": lambda: machine.answer(command, "siren-1", now, done=False),  # noqa: B023  called at once
            "other": lambda: machine.answer(command, "siren-2", now, done=True),  # noqa: B023  called at once
            "expire": lambda: machine.expire(command, now, "x"),  # noqa: B023  called at once
        }[event]()
        if changed is not None:
            assert changed != command, "a change changes something"
            if changed.attempts > command.attempts:
                assert now < LIMIT
                assert changed.attempts == 1 or repeats
        command = changed or command
        if ended is not None:
            assert (command.state, command.ended_at, command.reason) == (ended.state, ended.ended_at, ended.reason)
        if command.over:
            ended = ended or command
