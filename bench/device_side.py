"""The parts of the benchmark of devices: the broker, one consumer at a time with its database, and what both cost."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql as compose

from bench.device_peers import PASSWORD, Place
from hub.app.postgres import EmbeddedPostgres
from hub.model.area import Area
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, migrate, processes, sources
from tests.fix_mqtt import wait_for
from tests.fix_timescale import free_port

ROOT = Path(__file__).resolve().parent.parent
AREA = "bench/g1"
_MOSQUITTO = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_queued_bytes 0
max_inflight_messages 2000
set_tcp_nodelay true
user root
"""
_NATS = """\
server_name: bench
host: 127.0.0.1
port: -1
jetstream {{ store_dir: "{folder}/jetstream", sync_interval: always }}
mqtt {{ host: 127.0.0.1, port: {port}, ack_wait: "30s", max_ack_pending: 2000 }}
"""


@dataclass(frozen=True, slots=True)
class Servers:
    """A broker and a PostgreSQL, both new."""

    broker: str
    broker_port: int
    postgres: EmbeddedPostgres
    socket_dir: Path

    def conninfo(self, database: str) -> str:
        return self.postgres.conninfo(database)

    def postgres_cpu_s(self) -> float:
        """Of the server with all its processes, those that have ended among them."""
        process = self.postgres.child.process
        assert process is not None
        main = psutil.Process(process.pid)
        times = main.cpu_times()
        total = times.user + times.system + times.children_user + times.children_system
        for child in main.children(recursive=True):
            try:
                spent = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += spent.user + spent.system
        return float(total)


@contextmanager
def servers(broker: str) -> Iterator[Servers]:
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name:
        folder, port = Path(name), free_port()
        server = EmbeddedPostgres(folder / "postgres", folder / "postgres" / "run", PASSWORD)
        server.prepare()
        server.start()
        if broker == "mosquitto":
            argv = ["/usr/sbin/mosquitto", "-c", str(folder / "broker.conf")]
            settings = _MOSQUITTO
        else:
            argv = [str(Path(sys.executable).parent / "nats-server"), "--config", str(folder / "broker.conf")]
            settings = _NATS
        (folder / "broker.conf").write_text(settings.format(port=port, folder=folder))
        with (folder / "broker.log").open("wb") as log:
            process = subprocess.Popen(argv, stdout=log, stderr=log)
        try:
            wait_for(lambda: _accepts(port), f"{broker} starts")
            yield Servers(broker, port, server, folder / "postgres" / "run")
        finally:
            process.terminate()
            process.wait(15)
            server.stop()


class Consumer:
    """One program that takes the messages, in a folder and with a database of its own."""

    def __init__(self, servers: Servers, name: str, argv: Callable[[Place], Sequence[str]], table: str) -> None:
        self._servers = servers
        self.name = name
        self._database = f"bench_{name.replace('-', '_')}"
        self._folder = Path(tempfile.mkdtemp(prefix=f"gridhub-bench-{name}-"))
        with psycopg.connect(servers.conninfo("postgres"), autocommit=True) as admin:
            admin.execute(compose.SQL("create database {}").format(compose.Identifier(self._database)))
        self._connection: psycopg.Connection[Any] | None = None
        if table:
            self.fetch(table)
        self._peak_bytes = 0
        self._done = threading.Event()
        place = Place(self._folder, servers.broker_port, servers.socket_dir, self._database)
        self._log = self._folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(argv(place), cwd=ROOT, stdout=log, stderr=log)
        self._watch = threading.Thread(target=self._watch_memory, daemon=True)
        self._watch.start()

    @property
    def conninfo(self) -> str:
        return self._servers.conninfo(self._database)

    @property
    def peak_mb(self) -> float:
        return self._peak_bytes / 1e6

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        """One connection for all questions, so that asking costs the server little."""
        if self._connection is None:
            self._connection = psycopg.connect(self.conninfo, autocommit=True)
        cursor = self._connection.execute(query.encode())
        return cursor.fetchall() if cursor.description else []

    def cpu_s(self) -> float:
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)

    def wait_connected(self) -> None:
        """Until it has a connection to the broker, and a moment longer: nobody says when it has subscribed."""
        process = psutil.Process(self._process.pid)

        def connected() -> bool:
            found = process.net_connections("tcp")
            return any(link.raddr and link.raddr.port == self._servers.broker_port for link in found)

        wait_for(connected, f"it connects to the broker: {self.said()}", 60)
        time.sleep(2.0)

    def hold(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """collectd commits when the next value comes, or when it is told to."""
        if self.name == "collectd":
            self._process.send_signal(signal.SIGUSR1)

    def said(self) -> str:
        return self._log.read_text(errors="replace")[-1000:]

    def close(self) -> None:
        self._done.set()
        self.go_on()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._connection is not None:
            self._connection.close()
        with psycopg.connect(self._servers.conninfo("postgres"), autocommit=True) as admin:
            admin.execute(compose.SQL("drop database {} with (force)").format(compose.Identifier(self._database)))
        shutil.rmtree(self._folder, ignore_errors=True)

    def _watch_memory(self) -> None:
        process = psutil.Process(self._process.pid)
        while not self._done.wait(0.25):
            try:
                self._peak_bytes = max(self._peak_bytes, process.memory_info().rss)
            except psutil.NoSuchProcess:
                return


def our_worker(servers: Servers, devices: Sequence[str], metric: str) -> Consumer:
    """The device worker as ``gridhub up`` starts it; it is connected."""

    def argv(place: Place) -> list[str]:
        url = servers.conninfo(place.database)
        with Store.open(url, "bench") as store:
            migrate.upgrade(store)
            now = datetime.now(UTC)
            with store.transaction() as tx:
                areas.put(tx, [Area("bench", "Bench", "city"), Area(AREA, "Grid", "grid")])
                found = [Source(device, SourceKind.DEVICE, AREA, metric, device) for device in devices]
                sources.add_many(tx, found, now)
        (place.folder / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
        config: Mapping[str, Any] = {
            "store": {"url": url},
            "broker": {"url": f"mqtt://127.0.0.1:{servers.broker_port}"},
            "data_dir": str(place.folder / "var"),
            "areas": "areas.geojson",
        }
        (place.folder / "hub.yaml").write_text(json.dumps(config))
        return [sys.executable, "-m", "ingest.mqtt", "-c", str(place.folder / "hub.yaml"), "--shard", "0/1"]

    consumer = Consumer(servers, "gridhub", argv, "")
    with Store.open(consumer.conninfo, "bench") as store:

        def connected() -> bool:
            return any(row.name == "mqtt-0" and row.state == "ok" for row in processes.list_processes(store))

        wait_for(connected, f"the worker is connected: {consumer.said()}", 60)
    return consumer


def settle(cpu_s: Callable[[], float], quiet: float = 0.05) -> None:
    """Return when starting up is over: less than ``quiet`` of a core is used for a second."""
    before = cpu_s()
    for _ in range(60):
        time.sleep(1.0)
        now = cpu_s()
        if now - before < quiet:
            return
        before = now


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
