"""The simulated devices on real brokers: mosquitto and nats-server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.config.settings import Accept
from ingest.mqtt import codecs
from ingest.simulate import city
from ingest.simulate.city import Role
from tests.fix_commands import Siren
from tests.fix_mqtt import PASSWORD, Broker, wait_for

DEVICES = 60
ALL = DEVICES + len(city.actuators())
ACCEPT = Accept(past=timedelta(minutes=1), future=timedelta(minutes=1))


class Listener:
    """Everything that is published, as (topic, payload, retained)."""

    def __init__(self, broker: Broker) -> None:
        self._lock = threading.Lock()
        self._heard: list[tuple[str, bytes, bool]] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        self._client.username_pw_set("gridhub", PASSWORD)
        self._client.on_connect = lambda client, *_: client.subscribe("gridhub/v1/devices/+/+", qos=1)
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            self._heard.append((message.topic, bytes(message.payload), message.retain))

    def of(self, suffix: str) -> dict[str, list[bytes]]:
        """Payloads by device."""
        found: dict[str, list[bytes]] = {}
        with self._lock:
            for topic, payload, _ in self._heard:
                device, _, kind = topic.removeprefix("gridhub/v1/devices/").partition("/")
                if kind == suffix:
                    found.setdefault(device, []).append(payload)
        return found

    def retained(self) -> int:
        with self._lock:
            return sum(retained for _, _, retained in self._heard)

    def forget(self) -> None:
        with self._lock:
            self._heard.clear()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def hear(broker: Broker) -> Iterator[Callable[[], Listener]]:
    listeners: list[Listener] = []

    def listen() -> Listener:
        listeners.append(Listener(broker))
        return listeners[-1]

    yield listen
    for listener in listeners:
        listener.close()


@pytest.fixture
def start(broker: Broker, tmp_path: Path) -> Iterator[Callable[[float], subprocess.Popen[bytes]]]:
    """Starts the devices at a second of the script."""
    url = f"mqtt://gridhub:{quote(PASSWORD, safe='')}@127.0.0.1:{broker.port}"
    lines = [f"broker: {{url: {json.dumps(url)}}}", "areas: areas.geojson", "devices:"]
    known = [*city.devices(DEVICES), *city.actuators()]
    lines += [f"  - {{id: {one.id}, area: {one.area}, type: {one.type}}}" for one in known]
    path = tmp_path / "hub.yaml"
    path.write_text("\n".join(lines) + "\n")
    started: list[subprocess.Popen[bytes]] = []

    def run(second: float) -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "ingest.simulate.devices", "--config", str(path)]
        with (tmp_path / "devices.log").open("ab") as log:
            started.append(subprocess.Popen([*argv, "--epoch", f"{time.time() - second:.3f}"], stderr=log))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(5)


def one_of(role: Role) -> str:
    return next(device.id for device in city.devices(DEVICES) if device.role is role)


def test_every_device_is_online_and_reports_what_the_hub_understands(
    hear: Callable[[], Listener], start: Callable[[float], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    listener = hear()
    process = start(2.0)
    wait_for(lambda: len(listener.of("status")) == ALL, "every device is online")
    assert {payload for said in listener.of("status").values() for payload in said} == {b"online"}
    wait_for(lambda: len(listener.of("telemetry")) == ALL, "every device has reported")
    now = datetime.now(UTC)
    for device, payloads in listener.of("telemetry").items():
        for payload in payloads:
            assert codecs.telemetry(device, payload, now, ACCEPT).faults == ()
    fire = [json.loads(payload)["values"]["smoke"] for payload in listener.of("telemetry")[one_of(Role.FIRE)]]
    assert len(fire) >= 5, "a value that changes is reported every second"
    assert max(fire) > 0.3
    late = hear()
    wait_for(lambda: late.retained() == ALL, "who comes later hears the retained status")
    assert PASSWORD.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert process.wait(5) == 0
    assert time.monotonic() - began < 3
    wait_for(lambda: all(said[-1] == b"offline" for said in listener.of("status").values()), "goodbye is said")
    assert PASSWORD not in (tmp_path / "devices.log").read_text()


def test_a_device_that_loses_its_power_is_reported_by_its_last_will_and_comes_back(
    hear: Callable[[], Listener], start: Callable[[float], subprocess.Popen[bytes]]
) -> None:
    listener = hear()
    unplugged = one_of(Role.UNPLUGGED)
    process = start(81.0)
    wait_for(lambda: listener.of("status").get(unplugged) == [b"online"], "it is there")
    wait_for(lambda: listener.of("status")[unplugged] == [b"online", b"offline"], "its will is heard")
    assert [device for device, said in listener.of("status").items() if b"offline" in said] == [unplugged]
    process.kill()
    process.wait(5)
    listener.forget()
    start(96.5)
    wait_for(lambda: (listener.of("status").get(unplugged) or [b""])[-1] == b"online", "it comes back")


def test_the_devices_come_back_after_the_broker_was_away(
    broker: Broker, hear: Callable[[], Listener], start: Callable[[float], subprocess.Popen[bytes]]
) -> None:
    listener = hear()
    start(2.0)
    wait_for(lambda: len(listener.of("telemetry")) > 5, "devices report")
    broker.stop()
    broker.start()
    listener.forget()
    wait_for(lambda: len(listener.of("telemetry")) > 5, "devices report again", timeout_s=20)


def test_the_devices_wait_for_a_broker_that_is_not_there_yet(
    broker: Broker, hear: Callable[[], Listener], start: Callable[[float], subprocess.Popen[bytes]]
) -> None:
    broker.stop()
    process = start(2.0)
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:
        assert process.poll() is None
        threading.Event().wait(0.05)
    broker.start()
    listener = hear()
    wait_for(lambda: len(listener.of("status")) == ALL, "every device is online", timeout_s=20)


def test_the_siren_does_what_it_is_told_reports_it_and_answers(
    hear: Callable[[], Listener], start: Callable[[float], subprocess.Popen[bytes]], broker: Broker
) -> None:
    listener, siren = hear(), Siren(broker, "siren-0001", "gridhub/v1/devices/siren-0001/commands/answer")
    start(2.0)
    wait_for(lambda: b"online" in listener.of("status").get("siren-0001", []), "the siren is online")
    wait_for(lambda: "siren-0001" in listener.of("telemetry"), "the siren reports")
    expires = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    said = {"id": "0123456789abcdef", "name": "sound", "params": {"seconds": 60}, "expires": expires}
    siren.publish("gridhub/v1/devices/siren-0001/commands", json.dumps(said))
    assert siren.hear() == {"id": "0123456789abcdef", "ok": True, "detail": "sounding for 60 s"}
    siren.close()

    def sounds() -> bool:
        reports = [json.loads(payload)["values"]["sounding"] for payload in listener.of("telemetry")["siren-0001"]]
        return reports[0] is False and reports[-1] is True

    wait_for(sounds, "the siren reports that it sounds")
