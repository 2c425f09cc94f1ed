"""Commands: what a person wants a device to do, from the wish to the device's answer, as a machine without I/O.

    accepted ─▶ sent ─▶ delivered ─▶ ok | failed
        │         └─────────┴──────▶ timed_out
        └─▶ unsent

``delivered`` means that the broker has it (PUBACK), not that the device does: only an answer tells of the device. Each
function answers the command as it is after an event, or None where the event changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_REASON = 500
MAX_ATTEMPTS = 5
"""A broker may hang up because of what is sent to it: that must not go on for the whole time of a command."""


class CommandState(StrEnum):
    ACCEPTED = "accepted"    # written down; its worker will send it
    SENT = "sent"            # on its way to the broker
    DELIVERED = "delivered"  # the broker has it; the end of a command to a device that does not answer
    OK = "ok"                # the device has done it, in its own words
    FAILED = "failed"        # the device, or the broker, has refused it
    TIMED_OUT = "timed_out"  # it may have been done: nobody said so in time
    UNSENT = "unsent"        # it was never given to the broker, and will not be


@dataclass(frozen=True, slots=True)
class Command:
    """``topic`` and ``payload`` are what is published; ``answers``: the device says what came of it.

    ``repeats``: it may be published again where it is not known whether the broker has it. Nothing is sent at or after
    ``expires_at``, and no answer counts then. ``late``: what the device said after the time was over.
    """

    id: str
    device: str
    area: str
    name: str
    params: Mapping[str, Any]
    topic: str
    payload: str
    answers: bool
    repeats: bool
    state: CommandState
    reason: str
    by: str
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 0
    late: str = ""

    @property
    def over(self) -> bool:
        return self.ended_at is not None


def send(command: Command, now: datetime) -> Command | None:
    """About to be published: for the first time, or again where that is allowed."""
    again = command.state is CommandState.SENT and command.repeats and command.attempts < MAX_ATTEMPTS
    if now >= command.expires_at or not (command.state is CommandState.ACCEPTED or again):
        return None
    reason = "sent again: whether the broker had it was not known" if again else ""
    sent_at = command.sent_at or now
    attempts = command.attempts + 1
    return replace(command, state=CommandState.SENT, reason=reason, sent_at=sent_at, attempts=attempts)


def deliver(command: Command, now: datetime, refusal: str = "") -> Command | None:
    """The broker has acknowledged it, or said in ``refusal`` why nobody will get it."""
    if command.state is not CommandState.SENT:
        return None  # an answer, or the end of its time, was quicker
    if refusal:
        return _end(command, CommandState.FAILED, refusal, now)
    ended_at = None if command.answers else now
    return replace(command, state=CommandState.DELIVERED, reason="", delivered_at=now, ended_at=ended_at)


def answer(command: Command, device: str, now: datetime, *, done: bool, detail: str = "") -> Command | None:
    """``device`` says what came of it. The first answer counts, and only in time; a later one is kept as a remark."""
    if device != command.device or not command.answers:
        return None
    told = detail[:MAX_REASON]
    if command.state in {CommandState.SENT, CommandState.DELIVERED} and now < command.expires_at:
        return _end(command, CommandState.OK if done else CommandState.FAILED, told, now)
    if command.sent_at is not None and command.state not in {CommandState.OK, CommandState.FAILED} and not command.late:
        return replace(command, late=f"{'ok' if done else 'failed'}{': ' if told else ''}{told}")
    return None


def expire(command: Command, now: datetime, why_unsent: str) -> Command | None:
    """Its time is over."""
    if command.over or now < command.expires_at:
        return None
    match command.state:
        case CommandState.ACCEPTED:
            return _end(command, CommandState.UNSENT, why_unsent, now)
        case CommandState.SENT:
            reason = "the broker did not acknowledge it in time; it may have arrived all the same"
            return _end(command, CommandState.TIMED_OUT, reason, now)
    return _end(command, CommandState.TIMED_OUT, "the device did not answer in time", now)


def _end(command: Command, state: CommandState, reason: str, now: datetime) -> Command:
    return replace(command, state=state, reason=reason[:MAX_REASON], ended_at=now)
