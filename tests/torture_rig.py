"""What is tortured: a whole hub, its database and its broker, devices in processes of their own, links between them.

    devices ──link──▶ broker ◀──link── hub (supervisor, workers, rules, keeper, dashboard) ──link──▶ PostgreSQL
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from hub.app.postgres import EmbeddedPostgres
from hub.errors import StartError
from tests.fix_hub import GRID, Hub, wait_for
from tests.fix_mqtt import PASSWORD, REPOSITORY, Broker
from tests.link import Link

READY_S = 60.0


class Publishers:
    """Processes that publish numbered messages; what the broker has acknowledged is kept here, outside of them."""

    def __init__(
        self,
        port: int,
        seed: int,
        rate: float,
        *,
        repeats: float = 0.05,
        processes: int = 2,
        clients: int = 4,
        devices: int = 4,
    ) -> None:
        self.acknowledged: defaultdict[str, dict[int, float]] = defaultdict(dict)
        """device → number → when that was heard of, by the monotonic clock."""
        self._lock = threading.Lock()
        names = iter(torture_devices(processes * clients * devices))
        self._processes: list[subprocess.Popen[str]] = []
        self._orders: list[dict[str, Any]] = [
            {
                "port": port, "username": "gridhub", "password": PASSWORD, "seed": seed * 1000 + number,
                "rate": rate / processes, "repeats": repeats,
                "clients": [[next(names) for _ in range(devices)] for _ in range(clients)],
            }
            for number in range(processes)
        ]  # fmt: skip

    def start(self) -> Publishers:
        for order in self._orders:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.torture_publisher"],
                cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert process.stdin is not None
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            threading.Thread(target=self._read, args=(process,), daemon=True).start()
            self._processes.append(process)
        return self

    def known(self) -> dict[str, set[int]]:
        """device → the numbers that were acknowledged until now."""
        with self._lock:
            return {device: set(numbers) for device, numbers in self.acknowledged.items()}

    def stop(self, seconds: float = 90.0) -> None:
        """Make nothing new and wait until everything is acknowledged. Fails where that takes longer."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        statuses = [process.wait(seconds) for process in self._processes]
        wait_for(lambda: not any(self._reads(process) for process in self._processes), 10, "what they said is read")
        self._processes.clear()
        assert not any(statuses), "a publisher was not told of all its messages in the end"

    def kill(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait(5)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                device, _, number = line.rpartition(" ")
                with self._lock:
                    self.acknowledged[device].setdefault(int(number), time.monotonic())

    @staticmethod
    def _reads(process: subprocess.Popen[str]) -> bool:
        assert process.stdout is not None
        return not process.stdout.closed


def torture_devices(count: int) -> list[str]:
    return [f"torture-{number}" for number in range(count)]


class Rig:
    """``folder`` holds everything; ``disk``, where given, a file system of its own for the database."""

    def __init__(self, folder: Path, broker: str = "nats", disk: Path | None = None, workers: int = 2) -> None:
        self.folder = folder
        self.disk = disk
        self._workers = workers
        self.postgres = EmbeddedPostgres((disk or folder) / "postgres", folder / "run", "a-torture-password")
        (folder / "broker").mkdir()
        self.broker = Broker(broker, folder / "broker", steady_port())
        (folder / "hub").mkdir()
        self.hub = Hub(folder / "hub")
        self.hub.port = steady_port()
        self.devices_port, self.worker_port = steady_port(), steady_port()
        broker_address = ("127.0.0.1", self.broker.port)
        self.devices_link = Link(("127.0.0.1", self.devices_port), broker_address)
        self.broker_link = Link(("127.0.0.1", self.worker_port), broker_address)
        (folder / "way").mkdir()
        self.store_link = Link(str(folder / "way" / ".s.PGSQL.5432"), str(folder / "run" / ".s.PGSQL.5432"))

    def start(self) -> Rig:
        self.postgres.prepare()
        self.postgres.start()
        self.broker.start()
        (self.folder / "hub" / "secret").write_text(PASSWORD)
        store = self.conninfo().replace(quote(str(self.folder / "run")), quote(str(self.folder / "way")))
        devices = "".join(f"  - {{id: {name}, area: {GRID}, type: number}}\n" for name in torture_devices(32))
        self.hub.write(
            f"store: {{url: {json.dumps(store)}}}\n"
            f"broker: {{url: 'mqtt://127.0.0.1:{self.worker_port}', username: gridhub, password_file: secret}}\n"
            f"workers: {{mqtt: {self._workers}}}\n"
            f"devices:\n{devices}  - {{id: smoke-1, area: {GRID}, type: smoke}}"
        )
        self.hub.start(ready_s=READY_S)
        return self

    def conninfo(self) -> str:
        """Of the database itself, past the link."""
        return self.postgres.conninfo()

    @contextlib.contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.conninfo(), connect_timeout=5) as connection:
            yield connection

    def workers(self) -> list[psutil.Process]:
        return [process for process in self.hub.family() if "ingest.mqtt" in _command(process)]

    def part(self, module: str) -> psutil.Process | None:
        return next((process for process in self.hub.family() if module in _command(process)), None)

    # --- what is killed, and made to run again -----------------------------------------------------------------------

    def kill_store(self, sign: signal.Signals) -> None:
        """``SIGKILL`` of the postmaster, or ``SIGQUIT``: its immediate shutdown."""
        process = self.postgres.child.process
        assert process is not None
        process.send_signal(sign)
        process.wait(20)

    def kill_broker(self) -> None:
        assert self.broker.process is not None
        self.broker.process.kill()
        self.broker.process.wait(5)

    def kill_hub(self, *, with_children: bool) -> None:
        """With all that it has started, or alone: the children are then told by the kernel to end."""
        assert self.hub.process is not None
        family = self.hub.family() if with_children else []
        self.hub.process.kill()
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.hub.process.wait(5)

    def start_store(self, seconds: float = 60.0) -> None:
        """Again, also where the first attempts find no room on the disk."""
        deadline = time.monotonic() + seconds
        while True:
            self.postgres.prepare()
            try:
                self.postgres.start()
            except StartError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def tend_store(self) -> None:
        """As a service manager would: start it where it has ended by itself."""
        if self.postgres.child.died() is not None:
            self.start_store()

    def start_hub(self, seconds: float = READY_S) -> None:
        """Again, also where what is left of the one before it still holds the port or the data."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.hub.start(ready_s=READY_S)
            except AssertionError:
                assert self.hub.process is not None
                if self.hub.process.poll() is None or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def close(self) -> None:
        for link in (self.devices_link, self.broker_link, self.store_link):
            link.mend()
        try:
            self.hub.stop(20.0)
        finally:
            self.broker.stop()
            self.postgres.stop()
            for link in (self.devices_link, self.broker_link, self.store_link):
                link.close()


class Disk:
    """A file system of its own, in memory, that can be filled to the last byte. Needs root."""

    def __init__(self, folder: Path, size_mib: int = 320) -> None:
        self.folder = folder
        folder.mkdir()
        assert os.geteuid() == 0, "a file system can be mounted by root only; run this as root, as CI does"
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m,mode=0755", "none", str(folder)]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"a tiny file system cannot be mounted here: {done.stderr.strip()}"

    def fill(self) -> None:
        """Leave no room at all."""
        ballast = self.folder / "ballast"
        with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 2**20)
        with ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 4096)

    def free(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)

    def close(self) -> None:
        subprocess.run(["umount", str(self.folder)], check=True)



def steady_port() -> int:
    """One that no client is given by chance while what listens there is being started again."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def _command(process: psutil.Process) -> Sequence[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return ()
