"""What is acknowledged, when, and on which connection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from ingest.mqtt.inflight import InFlight
from ingest.mqtt.message import Message

MESSAGE = Message("t", b"payload", datetime(2026, 3, 1, tzinfo=UTC), packet_id=7, wants_ack=True)
AGAIN = replace(MESSAGE, again=True)


class Link:
    """A connection that notes what it was asked to acknowledge."""

    def __init__(self) -> None:
        self.up = True
        self.acks: list[int] = []

    def ack(self, packet_ids: Sequence[int]) -> bool:
        if self.up:
            self.acks += packet_ids
        return self.up


def test_a_message_is_acknowledged_when_it_is_settled_and_not_before() -> None:
    link, in_flight = Link(), InFlight()
    delivery = in_flight.begin(link, MESSAGE)
    assert delivery is not None
    assert link.acks == []
    in_flight.settle([delivery])
    assert (link.acks, len(in_flight)) == ([7], 0)


def test_a_message_delivered_again_while_it_is_written_is_written_once_and_acknowledged_once() -> None:
    link, in_flight = Link(), InFlight()
    delivery = in_flight.begin(link, MESSAGE)
    assert delivery is not None
    assert in_flight.begin(link, AGAIN) is None
    in_flight.settle([delivery])
    assert link.acks == [7]


def test_a_message_delivered_again_on_a_new_connection_is_acknowledged_there() -> None:
    old, new, in_flight = Link(), Link(), InFlight()
    delivery = in_flight.begin(old, MESSAGE)
    assert delivery is not None
    old.up = False
    assert in_flight.begin(new, AGAIN) is None
    in_flight.settle([delivery])
    assert (old.acks, new.acks) == ([], [7])


def test_a_message_committed_while_the_broker_was_away_is_acknowledged_when_it_comes_again() -> None:
    old, new, in_flight = Link(), Link(), InFlight()
    delivery = in_flight.begin(old, MESSAGE)
    assert delivery is not None
    old.up = False
    in_flight.settle([delivery])
    assert in_flight.begin(new, AGAIN) is None
    assert (new.acks, len(in_flight)) == ([7], 0)


@pytest.mark.parametrize(
    "other",
    [replace(MESSAGE, again=False), replace(AGAIN, payload=b"other"), replace(AGAIN, topic="other")],
    ids=["not marked as repeated", "other payload", "other topic"],
)
def test_another_message_that_reuses_the_packet_identifier_is_new(other: Message) -> None:
    old, new, in_flight = Link(), Link(), InFlight()
    first = in_flight.begin(old, MESSAGE)
    second = in_flight.begin(new, other)
    assert first is not None
    assert second is not None
    in_flight.settle([first])
    assert new.acks == [], "the second is not stored yet"
    in_flight.settle([second])
    assert (old.acks, new.acks) == ([], [7])


def test_a_new_session_of_the_broker_starts_from_nothing() -> None:
    old, new, in_flight = Link(), Link(), InFlight()
    first = in_flight.begin(old, MESSAGE)
    assert first is not None
    in_flight.forget()
    second = in_flight.begin(new, AGAIN)
    assert second is not None
    in_flight.settle([first])
    assert (old.acks, new.acks) == ([], [])


def test_a_message_that_found_no_room_is_new_when_it_comes_again_and_was_not_acknowledged() -> None:
    link, in_flight = Link(), InFlight()
    first = in_flight.begin(link, MESSAGE)
    assert first is not None
    in_flight.abandon(first)
    second = in_flight.begin(link, AGAIN)
    assert second is not None
    assert link.acks == []


def test_a_message_of_qos_0_is_never_acknowledged() -> None:
    link, in_flight = Link(), InFlight()
    delivery = in_flight.begin(link, replace(MESSAGE, packet_id=0, wants_ack=False))
    assert delivery is not None
    in_flight.settle([delivery])
    assert (link.acks, len(in_flight)) == ([], 0)
