"""The device worker in bad weather: acknowledged is stored, once, whatever is killed, stopped or hangs."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest

from hub.app.postgres import EmbeddedPostgres
from hub.clock import SystemClock
from hub.config import BrokerAccess
from hub.store import Store, migrate, processes
from ingest.mqtt import topics, worker
from ingest.mqtt.client import BrokerAway, Dialler
from tests.fix_mqtt import PASSWORD, Broker, City, Stream, in_process, populate, wait_for
from tests.fix_timescale import free_port

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A server that these tests may stop and freeze."""
    with tempfile.TemporaryDirectory(prefix="gridhub-test-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", Path(folder) / "run", "a-test-password")
        server.prepare()
        server.start()
        yield server
        server.stop()


@pytest.fixture
def own_city(own_postgres: EmbeddedPostgres, broker: Broker, tmp_path: Path) -> Iterator[City]:
    """A city in a database on that server."""
    name = f"weather_{next(_numbers)}"
    with psycopg.connect(own_postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    with Store.open(own_postgres.conninfo(name), "test") as store:
        migrate.upgrade(store)
        populate(store)
        city = City(store, broker, tmp_path)
        yield city
        city.close()


@contextmanager
def frozen(server: EmbeddedPostgres) -> Iterator[None]:
    """Every process of the server stands still: connections stay open and nothing answers."""
    assert server.child.process is not None
    parent = psutil.Process(server.child.process.pid)
    family = [parent, *parent.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in family:
            process.resume()



def test_kill_9_of_the_worker_again_and_again_loses_nothing_and_repeats_nothing(mqtt_city: City) -> None:
    process = mqtt_city.worker()
    stream = Stream(mqtt_city.device())
    for _ in range(6):
        stream.publish(150)
        wait_for(lambda: len(mqtt_city.stored()) > 0, "the worker works")
        stream.publish(150)
        process.kill()
        stream.publish(100)
        process.start()
        mqtt_city.wait_connected(process)
    stream.wait_promised()
    stream.check_stored(mqtt_city)
    assert len(mqtt_city.stored()) == 2400


def test_a_broker_that_stops_and_comes_back_loses_nothing_that_it_acknowledged(mqtt_city: City) -> None:
    mqtt_city.worker()
    stream = Stream(mqtt_city.device())
    for _ in range(2):
        stream.publish(300)
        wait_for(lambda: len(stream.promised()) > 100, "the broker has promised some")
        mqtt_city.broker.stop()

        def part() -> processes.Process:
            return next(row for row in processes.list_processes(mqtt_city.store) if row.name == "mqtt-0")

        wait_for(lambda: part().state == "degraded", "the dashboard says that the broker is away")
        assert "the broker" in part().detail
        wait_for(lambda: mqtt_city.counted("gridhub_broker_connected") == 0, "the gauge says so too")
        mqtt_city.broker.start()
        wait_for(lambda: part().state == "ok", "the worker is connected again")
        assert mqtt_city.counted("gridhub_broker_connected") == 1
    stream.publish(50)
    stream.wait_promised()
    stream.check_stored(mqtt_city)


def test_a_store_that_stops_and_comes_back_finds_everything(own_city: City, own_postgres: EmbeddedPostgres) -> None:
    process = own_city.worker()
    stream = Stream(own_city.device())
    stream.publish(200)
    wait_for(lambda: len(own_city.stored()) > 0, "the worker works")
    own_postgres.stop()
    stream.publish(500)
    stream.wait_promised(500)
    wait_for(lambda: "keeping" in process.said(), "the worker notices")
    own_postgres.start()
    stream.wait_promised()
    stream.check_stored(own_city)
    assert process.process is not None
    assert process.process.poll() is None, "by itself, in the same process"


def test_a_store_that_hangs_finds_everything_when_it_goes_on(own_city: City, own_postgres: EmbeddedPostgres) -> None:
    own_city.worker()
    stream = Stream(own_city.device())
    stream.publish(200)
    wait_for(lambda: len(own_city.stored()) > 0, "the worker works")
    with frozen(own_postgres):
        stream.publish(3000)
        stream.wait_promised(3000)
    stream.wait_promised()
    stream.check_stored(own_city)
    assert len(own_city.stored()) == 3200


def test_a_worker_killed_while_the_store_is_away_loses_nothing(own_city: City, own_postgres: EmbeddedPostgres) -> None:
    process = own_city.worker()
    stream = Stream(own_city.device())
    own_postgres.stop()
    stream.publish(300)
    wait_for(lambda: "keeping" in process.said(), "the worker notices")
    process.kill()
    process.start()
    stream.wait_promised()
    own_postgres.start()
    stream.check_stored(own_city)


def test_a_worker_that_starts_before_the_store_refuses_no_device(
    own_city: City, own_postgres: EmbeddedPostgres
) -> None:
    process = own_city.worker()
    process.stop()
    stream = Stream(own_city.device())
    stream.publish(20)
    stream.wait_promised()
    own_postgres.stop()
    process.start()
    wait_for(lambda: "heartbeat" in process.said(), "the worker has begun, without a store")
    own_postgres.start()
    stream.check_stored(own_city)
    assert own_city.counted("gridhub_mqtt_refused_total") == 0


def test_a_broker_that_hangs_is_noticed_and_nothing_is_lost(
    mqtt_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.mqtt.client.KEEPALIVE_S", 1)
    monkeypatch.setattr("ingest.mqtt.client._ANSWER_TIMEOUT_S", 1.0)
    made, stop, thread = in_process(mqtt_city)
    try:
        stream = Stream(mqtt_city.device())
        stream.publish(100)
        stream.wait_promised()
        assert mqtt_city.broker.process is not None
        mqtt_city.broker.process.send_signal(signal.SIGSTOP)
        try:
            wait_for(lambda: made.tally.get("gridhub_broker_connected") == 0, "it is noticed", 10)
        finally:
            mqtt_city.broker.process.send_signal(signal.SIGCONT)
        wait_for(lambda: made.tally.get("gridhub_broker_connected") == 1, "it is connected again")
        stream.publish(100)
        stream.wait_promised()
        stream.check_stored(mqtt_city)
        assert len(mqtt_city.stored()) == 200
    finally:
        stop.set()
        thread.join()


def test_what_finds_no_room_is_left_with_the_broker_and_asked_for_again(
    mqtt_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MAX_ROWS_WAITING", 60)
    monkeypatch.setattr(worker.Worker, "is_full", lambda _: False)
    made, stop, thread = in_process(mqtt_city)
    try:
        stream = Stream(mqtt_city.device())
        with psycopg.connect(mqtt_city.store.conninfo) as blocker:
            blocker.execute("lock table batch in exclusive mode")
            stream.publish(200)
            wait_for(lambda: made.tally.get("gridhub_mqtt_left_unacknowledged_total") >= 10, "some find no room")
            assert mqtt_city.stored() == []
        stream.wait_promised()
        stream.check_stored(mqtt_city)
        assert len(mqtt_city.stored()) == 200
    finally:
        stop.set()
        thread.join()


def test_a_worker_that_is_full_stops_reading_and_stays_connected(
    mqtt_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MAX_ROWS_WAITING", 4000)
    monkeypatch.setattr("ingest.mqtt.client.KEEPALIVE_S", 3)
    made, stop, thread = in_process(mqtt_city)
    try:
        stream = Stream(mqtt_city.device())
        with psycopg.connect(mqtt_city.store.conninfo) as blocker:
            blocker.execute("lock table batch in exclusive mode")
            for _ in range(40):
                stream.publish(100)
                stream.wait_promised()
            began_s = time.monotonic()
            wait_for(lambda: time.monotonic() - began_s > 7, "longer than a broker waits for a ping")
        stream.check_stored(mqtt_city)
        assert len(mqtt_city.stored()) == 4000
        assert made.tally.get("gridhub_mqtt_left_unacknowledged_total") == 0
        assert made.tally.get("gridhub_broker_connects_total") == 1
    finally:
        stop.set()
        thread.join()


def test_a_flood_of_qos_0_without_room_is_dropped_and_counted(
    mqtt_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "MAX_ROWS_WAITING", 10)
    monkeypatch.setattr(worker.Worker, "is_full", lambda _: False)
    made, stop, thread = in_process(mqtt_city)
    try:
        device = mqtt_city.device()
        with psycopg.connect(mqtt_city.store.conninfo) as blocker:
            blocker.execute("lock table batch in exclusive mode")
            for number in range(100):
                payload = json.dumps({"id": number, "values": {"smoke": number}})
                device.send(topics.telemetry("smoke-1"), payload, qos=0)
            wait_for(lambda: made.tally.total("gridhub_mqtt_dropped_total") >= 80, "what finds no room is counted")
        dropped = made.tally.total("gridhub_mqtt_dropped_total")
        wait_for(lambda: len(mqtt_city.stored()) == 100 - dropped, "the rest is stored")
        assert made.tally.get("gridhub_mqtt_left_unacknowledged_total") == 0
    finally:
        stop.set()
        thread.join()


def test_a_worker_whose_writer_has_died_ends_so_that_it_is_started_again(
    mqtt_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, stop, thread = in_process(mqtt_city)
    monkeypatch.setattr(made._writer, "alive", lambda: False)
    wait_for(lambda: not thread.is_alive(), "it ends")
    assert stop.is_set()


def _stumble(_message: object) -> None:
    raise ArithmeticError("a mistake of ours")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_stumbles_over_a_message_ends_so_that_it_is_started_again(
    mqtt_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _, thread = in_process(mqtt_city)
    monkeypatch.setattr(made._intake, "read", _stumble)
    mqtt_city.device().say("smoke-1", {"values": {"smoke": 1}})
    thread.join(10)
    assert not thread.is_alive()


def test_the_version_of_mqtt_is_found_out_once(broker: Broker) -> None:
    access = BrokerAccess("127.0.0.1", broker.port, "gridhub", PASSWORD)
    dialler = Dialler("gridhub-test-0", topics.SUBSCRIPTIONS, SystemClock())
    for present in (False, True):
        connection = dialler.connect(access)
        assert connection.version == broker.version
        assert connection.session_present is present, "the session is kept"
        connection.close()
    assert dialler._versions[0] == broker.version


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"port": 1}, "cannot be reached: Connection refused"),
        ({"host": "no-such-host.invalid"}, "cannot be reached"),
        ({"password": "wrong"}, "it refuses the connection"),
    ],
)
def test_why_there_is_no_connection_is_said_in_words(
    broker: Broker, change: dict[str, object], words: str
) -> None:
    access = replace(BrokerAccess("127.0.0.1", broker.port, "gridhub", PASSWORD), **change)  # type: ignore[arg-type]
    with pytest.raises(BrokerAway, match=words):
        Dialler("gridhub-test-0", topics.SUBSCRIPTIONS, SystemClock()).connect(access)


# paho leaves a socket whose handshake failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_is_checked_against_the_configured_authority(tmp_path: Path) -> None:
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    broker = Broker("mosquitto", tmp_path).start(tls=True)
    try:
        access = BrokerAccess("127.0.0.1", broker.port, tls=True, ca_file=tmp_path / "cert.pem")
        dialler = Dialler("gridhub-test-0", topics.SUBSCRIPTIONS, SystemClock())
        dialler.connect(access).close()
        with pytest.raises(BrokerAway, match="certificate verify failed"):
            dialler.connect(replace(access, ca_file=None))
        with pytest.raises(BrokerAway, match="No such file"):
            dialler.connect(replace(access, ca_file=tmp_path / "none.pem"))
    finally:
        broker.stop()


def test_a_server_that_is_no_broker_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.mqtt.client._ANSWER_TIMEOUT_S", 0.3)
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))
        server.listen()
        access = BrokerAccess("127.0.0.1", server.getsockname()[1])
        with pytest.raises(BrokerAway, match=r"the broker at .* does not answer$"):
            Dialler("gridhub-test-0", topics.SUBSCRIPTIONS, SystemClock()).connect(access)


def test_sigterm_ends_the_worker_in_time_even_while_the_store_is_away(
    own_city: City, own_postgres: EmbeddedPostgres
) -> None:
    process = own_city.worker()
    stream = Stream(own_city.device())
    own_postgres.stop()
    try:
        stream.publish(100)
        wait_for(lambda: "keeping" in process.said(), "the worker notices")
        assert process.process is not None
        process.process.send_signal(signal.SIGTERM)
        assert process.process.wait(10) == 0
    finally:
        own_postgres.start()
