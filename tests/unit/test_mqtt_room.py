"""How much room a message takes while it waits for the store: numbers by their rows, texts by their size."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import pytest

from hub.config.settings import Accept
from ingest.mqtt import codecs
from ingest.mqtt.message import Message
from ingest.mqtt.worker import MAX_ROWS_WAITING, weight

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOM_BYTES = 100e6


@pytest.mark.parametrize("text", ["a" * 1024, "火" * 341, "a" * 1020 + "😀", ""])
def test_what_waits_in_a_full_worker_is_bounded_whatever_it_holds(text: str) -> None:
    samples = [{"id": number, "values": {"note": text} if text else {"t": 21.5}} for number in range(200)]
    message = Message("t", json.dumps(samples, ensure_ascii=False).encode(), T0)
    observations = codecs.telemetry("note-1", message.payload, T0, Accept()).observations
    assert len(observations) == 200
    size = sum(sys.getsizeof(item) + sys.getsizeof(item.text) for item in observations)
    assert size * MAX_ROWS_WAITING / weight(observations, message) < ROOM_BYTES


def test_plain_numbers_count_by_their_rows_and_what_gives_none_not_at_all() -> None:
    observations = codecs.telemetry("t-1", b'{"values": {"a": 1, "b": 2}}', T0, Accept()).observations
    assert weight(observations, Message("t", b'{"values": {"a": 1, "b": 2}}', T0)) == 2
    assert weight([], Message("t", b"x" * 10_000, T0)) == 0
