"""Real brokers for tests: Debian's mosquitto (MQTT 5) and nats-server (MQTT 3.1.1), and the worker as a process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import paho.mqtt.client as mqtt
import psutil
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from hub.clock import SystemClock
from hub.config import BrokerAccess
from hub.config.settings import Accept
from hub.model.area import Area
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, processes, readings, sources
from ingest.base import Shard
from ingest.mqtt.worker import Worker
from tests.fix_timescale import free_port

REPOSITORY = Path(__file__).parent.parent
GRID = "qth/taoshan/g1"
PASSWORD = "a broker's p@ss/word"
_MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
persistence true
persistence_location {folder}/
max_queued_messages 0
user root
"""
_MOSQUITTO_TLS = """\
listener {port} 127.0.0.1
allow_anonymous true
certfile {folder}/cert.pem
keyfile {folder}/key.pem
user root
"""
_NATS = """\
server_name: test
host: 127.0.0.1
port: -1
max_payload: 8388608
jetstream {{ store_dir: "{folder}/jetstream", sync_interval: always }}
mqtt {{ host: 127.0.0.1, port: {port}, ack_wait: "2s", max_ack_pending: 2000 }}
authorization {{ user: gridhub, password: {password} }}
"""


def wait_for(condition: Callable[[], Any], what: str, timeout_s: float = 30.0) -> Any:
    """The first true answer of ``condition``; fails with ``what`` when there is none in time."""
    deadline = time.monotonic() + timeout_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {timeout_s:g} s: {what}"
        time.sleep(0.02)
    return answer


@dataclass
class Broker:
    """A broker that can be stopped, killed and started again on its port, with what it kept."""

    kind: str
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    more: str = ""
    """Lines of mosquitto's configuration."""

    @property
    def version(self) -> MQTTProtocolVersion:
        """The newest version of MQTT that it speaks."""
        return MQTTProtocolVersion.MQTTv5 if self.kind == "mosquitto" else MQTTProtocolVersion.MQTTv311

    def start(self, *, tls: bool = False) -> Broker:
        values = {"port": self.port, "folder": self.folder, "password": json.dumps(PASSWORD)}
        if self.kind == "mosquitto":
            passwords = self.folder / "passwords"
            subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "gridhub", PASSWORD], check=True)
            template = _MOSQUITTO_TLS if tls else _MOSQUITTO
            (self.folder / "mosquitto.conf").write_text(template.format(**values) + self.more)
            argv = ["/usr/sbin/mosquitto", "-c", str(self.folder / "mosquitto.conf")]
        else:
            (self.folder / "nats.conf").write_text(_NATS.format(**values))
            argv = [str(Path(sys.executable).parent / "nats-server"), "--config", str(self.folder / "nats.conf")]
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)
        wait_for(self._accepts, f"{self.kind} starts: {(self.folder / 'broker.log').read_text()[-500:]}")
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
            self.process = None

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Device:
    """A publisher that knows what the broker has acknowledged."""

    def __init__(self, broker: Broker) -> None:
        self.acknowledged: set[int] = set()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=broker.version)
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(200)
        self._client.reconnect_delay_set(1, 1)
        self._client.username_pw_set("gridhub", PASSWORD)
        self._client.on_publish = lambda _c, _u, mid, _r, _p: self.acknowledged.add(mid)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        wait_for(self._client.is_connected, "the publisher connects")

    def send(self, topic: str, payload: bytes | str, *, qos: int = 1, retain: bool = False) -> int:
        """The number by which ``acknowledged`` knows it."""
        return self._client.publish(topic, payload, qos=qos, retain=retain).mid

    def say(self, device: str, *samples: Mapping[str, Any]) -> int:
        document = samples[0] if len(samples) == 1 else list(samples)
        return self.send(f"gridhub/v1/devices/{device}/telemetry", json.dumps(document))

    def flush(self, *mids: int) -> None:
        wait_for(lambda: self.acknowledged >= set(mids), "the broker acknowledges")

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@dataclass
class WorkerProcess:
    """``python -m ingest.mqtt`` on a broker and a store."""

    config: Path
    log: Path
    shard: str = "0/1"
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> WorkerProcess:
        argv = [sys.executable, "-m", "ingest.mqtt", "-c", str(self.config), "--shard", self.shard]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(argv, cwd=REPOSITORY, stdout=log, stderr=log)
        return self

    def argv(self) -> list[str]:
        """What anybody on the machine can read of it."""
        assert self.process is not None
        return psutil.Process(self.process.pid).cmdline()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(5)
        self.process = None

    def stop(self) -> int:
        """The exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def said(self) -> str:
        return self.log.read_text()


@dataclass
class City:
    """A store with areas and devices, its broker, and what stands in them."""

    store: Store
    broker: Broker
    folder: Path
    workers: list[WorkerProcess] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)

    def write_config(self, store_url: str) -> Path:
        user = f"gridhub:{quote(PASSWORD, safe='')}@"
        lines = [
            f"store: {{url: {json.dumps(store_url)}}}",
            f"broker: {{url: {json.dumps(f'mqtt://{user}127.0.0.1:{self.broker.port}')}}}",
            f"data_dir: {json.dumps(str(self.folder / 'data'))}",
            "areas: areas.geojson",
        ]
        path = self.folder / "hub.yaml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def worker(self, shard: str = "0/1", store_url: str | None = None) -> WorkerProcess:
        """A worker that is connected."""
        worker = self.start_worker(self.write_config(store_url or self.store.conninfo), shard)
        self.wait_connected(worker)
        return worker

    def start_worker(self, config: Path, shard: str = "0/1") -> WorkerProcess:
        worker = WorkerProcess(config, self.folder / f"mqtt-{shard.replace('/', '-of-')}.log", shard)
        self.workers.append(worker.start())
        return worker

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    def wait_connected(self, worker: WorkerProcess) -> None:
        name = f"mqtt-{worker.shard.partition('/')[0]}"

        def connected() -> bool:
            assert worker.process is not None
            assert worker.process.poll() is None, worker.said()
            rows = [row for row in processes.list_processes(self.store) if row.name == name]
            return any(row.pid == worker.process.pid and row.state == "ok" for row in rows)

        wait_for(connected, f"{name} is connected: {worker.said()[-1000:]}")

    def device(self) -> Device:
        self.devices.append(Device(self.broker))
        return self.devices[-1]

    def stored(self, device: str = "smoke-1", metric: str = "smoke") -> list[float | str]:
        """What is stored of a series, in the order of event time."""
        now = datetime.now(UTC)
        first, last = now - timedelta(days=40), now + timedelta(days=1)
        rows = readings.points(self.store, device, metric, first, last, 100_000)
        return [row["text"] if row["value"] is None else row["value"] for row in rows]

    def wait_stored(self, expected: list[float | str], device: str = "smoke-1", metric: str = "smoke") -> None:
        def there() -> bool:
            return len(self.stored(device, metric)) >= len(expected)

        wait_for(there, f"{len(expected)} rows of {device} {metric} are stored")
        assert self.stored(device, metric) == expected

    def counted(self, name: str, **labels: str) -> float:
        """A counter of the worker as its last heartbeat told it."""
        return sum(
            float(sample["value"])
            for process in processes.list_processes(self.store)
            for sample in process.samples
            if sample["name"] == name and labels.items() <= sample["labels"].items()
        )

    def close(self) -> None:
        for device in self.devices:
            device.close()
        for worker in self.workers:
            worker.stop()


@pytest.fixture(params=["mosquitto", "nats"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """A running broker of either kind."""
    folder = tmp_path / request.param
    folder.mkdir()
    running = Broker(request.param, folder).start()
    yield running
    running.stop()


@pytest.fixture
def mqtt_city(store: Store, broker: Broker, tmp_path: Path) -> Iterator[City]:
    """Areas, two approved devices and one that waits for approval; the worker is started by the test."""
    found = City(store, broker, tmp_path)
    populate(store)
    yield found
    found.close()


def populate(store: Store) -> None:
    now = datetime.now(UTC)
    with store.transaction() as tx:
        areas.put(tx, [Area("qth", "City", "city"), Area("qth/taoshan", "D", "district"), Area(GRID, "Grid", "grid")])
        for device in ("smoke-1", "water-1"):
            sources.add(tx, Source(device, SourceKind.DEVICE, GRID, device.partition("-")[0], device), now)
        sources.add(tx, Source("new-1", SourceKind.DEVICE, GRID, "air", "new-1", origin="api", approved=False), now)


def in_process(city: City) -> tuple[Worker, threading.Event, threading.Thread]:
    """A worker in this process, so that its bounds can be made small."""
    access = BrokerAccess("127.0.0.1", city.broker.port, "gridhub", PASSWORD)
    made = Worker(city.store, Shard(0, 1), "gridhub-test-0", lambda: access, Accept(), SystemClock())
    stop = threading.Event()
    thread = threading.Thread(target=made.run, args=(stop,), daemon=True)
    thread.start()
    wait_for(lambda: made.tally.get("gridhub_broker_connected") == 1, "it is connected")
    return made, stop, thread


class Stream:
    """Numbered messages of one device, and which of them the broker has promised to keep."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._start_ms = round(time.time() * 1000) - 60_000
        self._mids: list[int] = []

    def publish(self, count: int) -> None:
        for _ in range(count):
            number = len(self._mids)
            sample = {"ts": self._start_ms + number, "id": f"m{number}", "values": {"smoke": number}}
            self._mids.append(self._device.say("smoke-1", sample))

    def promised(self) -> set[int]:
        """The numbers that the broker has acknowledged."""
        known = set(self._device.acknowledged)
        return {number for number, mid in enumerate(self._mids) if mid in known}

    def wait_promised(self, count: int | None = None) -> None:
        """Until the broker has acknowledged ``count``, or all."""
        wanted = len(self._mids) if count is None else count
        wait_for(lambda: len(self.promised()) >= wanted, f"the broker acknowledges {wanted}")

    def check_stored(self, city: City) -> None:
        """Everything promised is there, once."""
        promised = self.promised()
        wait_for(lambda: promised <= set(city.stored()), "all that was acknowledged is stored", 60)
        stored = city.stored()
        assert len(stored) == len(set(stored)), "nothing is stored twice"
        [row] = city.store.fetch("select sum(rows) as rows from batch")
        assert row["rows"] == len(stored), "the batches say how many rows they hold"
