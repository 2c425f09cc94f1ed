"""The session of a worker that is gone is not ended while the broker holds something of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from hub.clock import SimulatedClock
from hub.config import BrokerAccess
from hub.model.observation import Observation, Refusal
from ingest.base import Shard
from ingest.mqtt.client import BrokerAway, Connection, Dialler
from ingest.mqtt.drain import LATE_S, Drain, Reads
from ingest.mqtt.inflight import InFlight
from ingest.mqtt.message import Message
from ingest.mqtt.sessions import Sessions

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPIC = "gridhub/v1/devices/smoke-1/telemetry"


class Intake:
    def read(self, _message: Message) -> tuple[Sequence[Observation], Sequence[Refusal]]:
        return (), ()


class Worker:
    """Has room for so many messages."""

    def __init__(self, room: int) -> None:
        self.room = room

    def is_full(self) -> bool:
        return False

    def take_in(self, _connection: Connection, _message: Message, _intake: Reads, _in_flight: InFlight) -> bool:
        self.room -= 1
        return self.room >= 0


class Broker:
    """One connection: a message, the probes come back, and then a minute passes with each look."""

    def __init__(self, clock: SimulatedClock, waiting: list[Message]) -> None:
        self.session_present = True
        self._clock = clock
        self._waiting = waiting
        self.is_ended = False

    def publish(self, topic: str, _payload: bytes, _expiry_s: int) -> None:
        self._waiting.append(Message(topic, b"", T0, len(self._waiting) + 1, wants_ack=True))

    def take(self, _timeout_s: float) -> list[Message]:
        taken = list(self._waiting)
        self._waiting.clear()
        if not taken:
            self._clock.advance(LATE_S)
        return taken

    def connect(self, _access: BrokerAccess) -> Broker:
        return self

    def end_session(self, _access: BrokerAccess) -> None:
        self.is_ended = True

    def flush(self) -> None: ...

    def close(self) -> None: ...


def carry(tmp_path: Path, room: int) -> Broker:
    clock = SimulatedClock(T0)
    broker = Broker(clock, [Message(TOPIC, b"{}", T0, 1, wants_ack=True)])
    access = cast(BrokerAccess, SimpleNamespace())
    drain = Drain(
        Shard(1, 2), 1, Sessions(tmp_path, "gridhub-test"), lambda: access, Worker(room), Intake(), clock
    )
    drain._dialler = cast(Dialler, broker)
    try:
        drain._carry(lambda: None, threading.Event())
    except BrokerAway:
        assert not broker.is_ended
        raise
    return broker


def test_a_session_whose_messages_were_all_taken_is_ended(tmp_path: Path) -> None:
    assert carry(tmp_path, 100).is_ended


def test_a_session_is_not_ended_after_a_message_found_no_room(tmp_path: Path) -> None:
    with pytest.raises(BrokerAway, match="no room"):
        carry(tmp_path, 0)
