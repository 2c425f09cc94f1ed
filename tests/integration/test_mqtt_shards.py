"""The number of workers is changed: nothing is lost, nothing repeated, and the sessions of those that are gone end."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from hub.clock import SystemClock
from hub.config import BrokerAccess
from hub.config.settings import Accept
from ingest.base import Shard
from ingest.mqtt import drain, topics
from ingest.mqtt.client import Dialler
from ingest.mqtt.sessions import Sessions
from ingest.mqtt.worker import Worker
from tests.fix_mqtt import PASSWORD, City, Device, wait_for

DEVICES = ("smoke-1", "water-1")


class Talk:
    """Both devices say their number and the next one is said after it."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._start_ms = round(time.time() * 1000) - 60_000
        self.said = 0

    def go_on(self, count: int) -> None:
        mids = []
        for number in range(self.said, self.said + count):
            sample = {"ts": self._start_ms + number, "values": {"n": number}}
            mids += [self._device.say(name, sample) for name in DEVICES]
        self.said += count
        self._device.flush(*mids)

    def check(self, city: City) -> None:
        for name in DEVICES:
            expected: list[float | str] = [float(number) for number in range(self.said)]
            city.wait_stored(expected, name, "n")


def test_from_two_workers_to_three_to_one_loses_nothing_and_repeats_nothing(mqtt_city: City) -> None:
    talk = Talk(mqtt_city.device())

    def change(count: int) -> None:
        """All stop, one of them is killed, devices go on, others start."""
        for number, worker in enumerate(mqtt_city.workers):
            if worker.process is not None and number == 0:
                worker.kill()
            worker.stop()
        if mqtt_city.workers:
            talk.go_on(100)
        mqtt_city.workers.clear()
        for index in range(count):
            mqtt_city.worker(f"{index}/{count}")
        talk.go_on(100)

    for count in (2, 3, 1):
        change(count)
    talk.check(mqtt_city)
    [row] = mqtt_city.store.fetch("select count(*) as rows from observation where key = '' and series in "
                                  "(select id from series where metric = 'n')")  # fmt: skip
    assert row["rows"] == talk.said * len(DEVICES)


def test_the_session_of_a_worker_that_is_gone_is_drained_and_ended(
    mqtt_city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "LATE_S", 3.0)
    access = BrokerAccess("127.0.0.1", mqtt_city.broker.port, "gridhub", PASSWORD)
    sessions, old, clock = Sessions(tmp_path / "sessions", "gridhub-test"), Shard(1, 2), SystemClock()
    talk = Talk(mqtt_city.device())
    for shard in (Shard(0, 2), old):
        Dialler(sessions.client_id(shard), topics.SUBSCRIPTIONS, clock).connect(access).close()
        sessions.made(shard)
    talk.go_on(50)
    worker = Worker(
        mqtt_city.store, Shard(0, 1), sessions.client_id(Shard(0, 1)), lambda: access, Accept(), clock,
        sessions=sessions,
    )  # fmt: skip
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    try:
        wait_for(lambda: not sessions.left(Shard(0, 1)), "both are drained", 30)
        talk.check(mqtt_city)
        again = Dialler(sessions.client_id(old), (), clock).connect(access)
        assert not again.session_present, "the broker keeps nothing for it any more"
        again.close()
        assert worker.tally.total("gridhub_mqtt_refused_total") == 0, "a probe is no message"
    finally:
        stop.set()
        thread.join()
