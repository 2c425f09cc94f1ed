"""A running hub whose store is looked after: backed up, restored, and never held up by a transaction that waits."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from hub.config import load, store_access
from tests.fix_hub import GRID, Hub, run_gridhub, wait_for
from tests.fix_publisher import Publisher

IDLE_LIMIT_S = 1.0
_IDLE = """
select application_name, extract(epoch from clock_timestamp() - state_change)::float8 as seconds, query
from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()
"""


@pytest.fixture(scope="module")
def silence() -> Iterator[int]:
    """The port of a camera that takes connections and never says anything."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, silence: int) -> Iterator[Hub]:
    """A hub with embedded servers, ten smoke sensors and a camera that hangs."""
    hub = Hub(tmp_path_factory.mktemp("hub"))
    lines = ["cameras:", f"  - {{id: cam-silent, url: 'rtsp://127.0.0.1:{silence}/', area: {GRID}}}"]
    lines += ["devices:", *(f"  - {{id: smoke-{number}, area: {GRID}, type: smoke}}" for number in range(10))]
    hub.write("\n".join(lines) + "\n")
    hub.start()
    yield hub
    hub.stop()


class Idlers:
    """Looks twenty times a second for transactions in which nobody does anything, and keeps the longest of each."""

    def __init__(self, conninfo: str) -> None:
        self.longest: dict[str, tuple[float, str]] = {}
        self.looks = 0
        self._conninfo = conninfo
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Idlers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _look(self) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            while not self._stop.wait(0.05):
                for name, seconds, query in connection.execute(_IDLE).fetchall():
                    if seconds > self.longest.get(name, (0.0, ""))[0]:
                        self.longest[name] = seconds, query
                self.looks += 1


def test_no_transaction_is_open_while_somebody_waits_on_the_network(running: Hub) -> None:
    """The broker is frozen, a camera says nothing, and viewers do not read what they are sent."""
    conninfo = store_access(load(running.config))
    broker = running.child("nats-server")
    with Publisher.of_hub(running.config) as publisher, ExitStack() as viewers, Idlers(conninfo) as idlers:
        token = running.client.headers["Authorization"]
        request = f"GET /api/v1/stream?observations=qth HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n\r\n"
        for _ in range(5):
            viewer = viewers.enter_context(socket.socket())
            viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            viewer.connect(("127.0.0.1", running.port))
            viewer.sendall(request.encode())
        for number in range(300):
            publisher.send_value(f"smoke-{number % 5}", number / 1000)
        wait_for(lambda: publisher.waiting() == 0, 20, "all is acknowledged")
        broker.send_signal(signal.SIGSTOP)
        try:
            # The worker finds out that nobody answers: it has tried to acknowledge, to ask, to begin anew.
            seen = idlers.looks + 160
            wait_for(lambda: idlers.looks >= seen, 30, "it is looked at for eight seconds")
        finally:
            broker.send_signal(signal.SIGCONT)
        publisher.send_value("smoke-0", 0.999)
        wait_for(lambda: publisher.waiting() == 0, 30, "the broker is back")
        too_long = {name: found for name, found in idlers.longest.items() if found[0] > IDLE_LIMIT_S}
        assert too_long == {}
        with psycopg.connect(conninfo, application_name="left open") as connection:
            connection.execute("select 1")
            wait_for(lambda: idlers.longest.get("left open", (0, ""))[1] == "select 1", 10, "one left open is seen")


def last_batch(hub: Hub) -> int:
    with psycopg.connect(store_access(load(hub.config))) as connection:
        row = connection.execute("select last_seq from writer where name = 'mqtt-0'").fetchone()
        return int(row[0]) if row else 0


def values(hub: Hub, device: str) -> set[float]:
    times = {"from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}
    return {point[1] for point in hub.get("/series", source=device, metric="smoke", **times)["points"]}


def test_a_running_hub_is_backed_up_restored_and_goes_on(running: Hub, tmp_path: Path) -> None:
    config = ["-c", str(running.config)]
    numbers = itertools.count(1)
    with Publisher.of_hub(running.config) as publisher:
        for _ in range(100):
            publisher.send_value("smoke-6", next(numbers) / 1e4)
        wait_for(lambda: publisher.waiting() == 0, 20, "all is acknowledged")
        before = publisher.acknowledged("smoke-6")
        done = run_gridhub("db", "backup", str(tmp_path / "hub.backup"), *config)
        assert done.returncode == 0, done.stderr
        kept = last_batch(running)
        publisher.send_value("smoke-7", 0.5)
        publisher.send_value("smoke-7", 0.25, "of_a_new_series")
        wait_for(lambda: publisher.waiting() == 0, 20, "what comes after the backup is acknowledged")

        refused = run_gridhub("db", "restore", str(tmp_path / "hub.backup"), *config)
        assert (refused.returncode, "--force" in refused.stderr) == (1, True), refused.stderr
        modules = ("ingest.mqtt", "ingest.video", "rules", "dashboard", "hub.app.keeper")
        workers = {module: running.child(module).pid for module in modules}
        done = run_gridhub("db", "restore", str(tmp_path / "hub.backup"), "--force", *config)
        assert done.returncode == 0, done.stderr

        def is_back() -> bool:
            try:
                return all(running.child(module).pid != pid for module, pid in workers.items()) and all(
                    part["state"] == "ok" for part in signed_in_anew(running).get("/status")["parts"]
                )
            except (httpx.HTTPError, AssertionError, psutil.Error):
                return False

        wait_for(is_back, 60, f"every process has begun anew; the log:\n{running.tail()}")
        assert values(running, "smoke-7") == set(), "it is as it was when it was backed up"
        # A series that the backup does not have gets a number that another one had before.
        publisher.send_value("smoke-8", 0.75)
        publisher.send_value("smoke-6", 0.875)
        wait_for(lambda: publisher.waiting() == 0, 30, "what comes after the restore is acknowledged")
        wait_for(lambda: values(running, "smoke-8") == {0.75}, 10, "it is stored as what it is")
        wait_for(lambda: values(running, "smoke-6") == before | {0.875}, 10, "what was backed up is there")
        assert last_batch(running) > kept
    checked = run_gridhub("db", "check", *config)
    assert checked.returncode == 0, checked.stderr
    told = json.loads(run_gridhub("db", "status", "--json", *config).stdout)
    assert told["left_behind"] == []


def signed_in_anew(hub: Hub) -> Hub:
    """Everybody is signed out by a restore."""
    if hub._client is not None and hub._client.get("/api/v1/status").status_code == 401:
        hub._client.close()
        hub._client = None
    return hub
