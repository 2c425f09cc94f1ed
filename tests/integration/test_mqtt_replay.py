"""Refused messages that are read again: only once their device is known to the worker, and whatever dies in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hub.clock import SystemClock
from hub.model.observation import Observation, Refusal
from hub.model.source import SourceKind
from hub.store import Store, devices, quarantine
from hub.store.batches import BatchWriter
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt.decoded import Cause, Decoded, Fault
from ingest.mqtt.message import Message
from ingest.mqtt.replay import Replay
from tests.fix_mqtt import GRID, populate, wait_for

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Desk:
    """A replay with a thread that reads, which knows the devices of ``known``."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.known: set[str] = set()
        self.replay = Replay(store, Shard(0, 1), lambda device: device in self.known or None, SystemClock(), Tally())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.005):
            self.replay.read(self.read)

    def read(self, message: Message) -> Decoded:
        if message.payload == b"bad":
            return Decoded(faults=(Fault(Cause.NOT_JSON, "still bad"),))
        at = message.received_at
        if message.payload == b"nul":
            return Decoded([Observation("pump-1", "note", at, at, None, "\0")])
        return Decoded([Observation("pump-1", "flow", at, at, 1.0)])

    def ask(self) -> None:
        with self.store.transaction() as tx:
            quarantine.ask(tx, quarantine.Which(), T0)

    def stored(self) -> int:
        return len(self.store.fetch("select ts from observation"))

    def close(self) -> None:
        self._stop.set()
        self.replay.stop()
        self._thread.join(5)


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    populate(store)
    found = Desk(store)
    refusals = [Refusal("t", "x", "", payload, 3, T0, "pump-1") for payload in (b"abc", b"bad")]
    BatchWriter(store, "mqtt-0", SourceKind.DEVICE).append([], refusals)
    yield found
    found.close()


def test_messages_wait_until_the_worker_knows_that_their_device_was_approved(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        devices.approve(tx, devices.source_of("pump-1", GRID, "pump", "Pump"), T0)
    desk.ask()
    assert not desk.replay._look()
    assert (len(quarantine.asked(desk.store, 0, 10)), desk.stored()) == (2, 0)
    desk.known.add("pump-1")
    assert desk.replay._look()
    [row] = quarantine.page(desk.store, quarantine.Which(), None, 10)
    assert (row["cause"], row["detail"], row["replay_at"], desk.stored()) == ("not_json", "still bad", None, 1)


def test_what_belongs_to_nobody_is_read_all_the_same(desk: Desk) -> None:
    desk.ask()
    assert desk.replay._look()
    assert desk.stored() == 1


def test_a_thread_finds_what_is_asked_for_by_its_notice(desk: Desk) -> None:
    desk.replay.start()
    desk.ask()
    wait_for(lambda: desk.stored() == 1, "it is read")


def test_what_the_store_refuses_does_not_hold_up_what_comes_after_it(desk: Desk) -> None:
    poison = Refusal("t", "x", "", b"nul", 3, T0, "pump-1")
    good = Refusal("t", "x", "", b"abc", 3, T0 + timedelta(seconds=1), "pump-1")
    with desk.store.transaction() as tx:
        tx.execute("delete from quarantine")
    BatchWriter(desk.store, "mqtt-0", SourceKind.DEVICE).append([], [poison, good])
    desk.ask()
    assert desk.replay._look()
    [row] = quarantine.page(desk.store, quarantine.Which(), None, 10)
    assert (row["cause"], row["replay_at"], desk.stored()) == ("internal", None, 1)
