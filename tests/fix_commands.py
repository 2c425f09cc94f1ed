"""A siren that hears its commands and answers as it is told, and a commander between it and a store."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.clock import SystemClock
from hub.config import BrokerAccess
from hub.config.device_commands import BUILT_IN, CommandSettings
from hub.model.command import Command
from hub.model.source import Source, SourceKind
from hub.store import Store, commands, journal, sources
from hub.store.commands import Wish
from hub.tally import Tally
from ingest.base import Shard
from ingest.mqtt.commanding import Commander
from tests.fix_mqtt import GRID, PASSWORD, Broker, City, wait_for

FOREIGN = CommandSettings.model_validate(
    {
        "params": {"seconds": {"type": "integer"}},
        "topic": "zigbee2mqtt/{name}/set",
        "payload": {"warning": {"duration": "{seconds}"}},
    }
)
OFFERS = {**BUILT_IN, "zigbee": {"sound": FOREIGN}}


class Siren:
    """A device that hears its commands, and answers what the test tells it to."""

    def __init__(self, broker: Broker, device: str = "siren-1", topic: str = "") -> None:
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.device = device
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=broker.version)
        self._client.username_pw_set("gridhub", PASSWORD)
        self._client.on_message = lambda _c, _u, message: self.heard.put(json.loads(message.payload))
        granted = threading.Event()
        self._client.on_subscribe = lambda *_: granted.set()
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        wait_for(self._client.is_connected, "the siren connects")
        self._client.subscribe(topic or f"gridhub/v1/devices/{device}/commands", 1)
        assert granted.wait(10)

    def hear(self) -> dict[str, Any]:
        return self.heard.get(timeout=20)

    def answer(self, command: str, ok: bool = True, *, detail: str = "", device: str = "") -> None:
        said: dict[str, Any] = {"id": command, "ok": ok}
        self.say(json.dumps({**said, "detail": detail} if detail else said), device or self.device)

    def say(self, payload: str | bytes, device: str = "", *, retain: bool = False) -> None:
        topic = f"gridhub/v1/devices/{device or self.device}/commands/answer"
        self.publish(topic, payload, retain=retain)

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, 1, retain).wait_for_publish(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@dataclass
class Control:
    """A store with a siren in it, its broker, and a commander in this process."""

    store: Store
    broker: Broker
    tally: Tally = field(default_factory=Tally)
    alive: list[str] = field(default_factory=list)
    _ends: list[tuple[threading.Event, Commander]] = field(default_factory=list)
    _sirens: list[Siren] = field(default_factory=list)

    def heard(self, device: str, at: datetime) -> None:
        self.alive.append(device)

    def commander(self, shard: Shard | None = None, store: Store | None = None, port: int = 0) -> Commander:
        """One that is connected, unless nobody is there to connect to."""
        stop, shard = threading.Event(), shard or Shard(0, 1)
        access = BrokerAccess("127.0.0.1", port or self.broker.port, "gridhub", PASSWORD)
        name = f"gridhub-test-{shard.index}"
        made = Commander(
            store or self.store, shard, name, lambda: access, SystemClock(), self.tally, stop, self.heard
        )
        made.start()
        self._ends.append((stop, made))
        return made

    def connected(self) -> None:
        wait_for(lambda: self.tally.get("gridhub_commands_connected") == 1, "the commander is connected")

    def siren(self, device: str = "siren-1", topic: str = "") -> Siren:
        self._sirens.append(Siren(self.broker, device, topic))
        return self._sirens[-1]

    def sound(self, device: str = "siren-1", timeout: timedelta | None = None, key: str | None = None) -> Command:
        return self.ask(Wish(device, "sound", {"seconds": 5}, timeout, True, key))

    def ask(self, wish: Wish) -> Command:
        return commands.request(self.store, OFFERS, wish, "otto", datetime.now(UTC))[0]

    def wait_state(self, command: Command, state: str, timeout_s: float = 20.0) -> Command:
        def there() -> Command | None:
            found = commands.get(self.store, command.id)
            assert found.state == state or not found.over, f"{found.state}: {found.reason}"
            return found if found.state == state else None

        found = wait_for(there, f"the command is {state}", timeout_s)
        assert isinstance(found, Command)
        return found

    def log(self, command: Command) -> list[tuple[str, str]]:
        """(change, actor) of every entry of the journal."""
        return [(entry.change, entry.actor) for entry in journal.of_subject(self.store, "command", command.id)]

    def answered(self, outcome: str) -> float:
        return self.tally.get("gridhub_command_answers_total", outcome=outcome)

    def close(self) -> None:
        for stop, commander in self._ends:
            stop.set()
            commander.join()
            assert not commander.died
        for siren in self._sirens:
            siren.close()


def add(store: Store, device: str, kind: str = "siren", *, approved: bool = True, name: str = "") -> None:
    with store.transaction() as tx:
        found = Source(device, SourceKind.DEVICE, GRID, kind, name or device, origin="api", approved=approved)
        sources.add(tx, found, datetime.now(UTC))


@pytest.fixture
def control(mqtt_city: City) -> Iterator[Control]:
    add(mqtt_city.store, "siren-1")
    made = Control(mqtt_city.store, mqtt_city.broker)
    yield made
    made.close()
