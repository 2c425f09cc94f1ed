"""The embedded broker: each device says and hears what is its own and nothing else, whatever it calls itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from hub.app.broker import EmbeddedBroker
from hub.app.broker_accounts import BrokerAccounts
from hub.app.broker_settings import own_filter, subjects
from hub.clock import SystemClock
from hub.config import Config, broker_access, load
from hub.config.vault import Vault
from hub.errors import HubError, NotFound
from hub.model.area import Area
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, audit, device_accounts, sources
from ingest.mqtt import topics
from ingest.mqtt.account_cli import check_filter
from ingest.mqtt.client import Connection, Dialler
from tests.fix_mqtt import wait_for
from tests.fix_timescale import free_port
from tests.fix_tls import write_certificate

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DEVICES = ("lamp", "lamp.1", "gateway")
_LIMIT_S = 60.0


class Client:
    """A device, as any library would make it; ``refusals``: what the broker did not let it subscribe to."""

    def __init__(self, config: Config, name: str, password: str, client_id: str = "", *, clean: bool = True) -> None:
        access = broker_access(config)
        self.got: list[tuple[str, bytes]] = []
        self.granted: dict[int, bool] = {}
        self.acknowledged: set[int] = set()
        self.answer = ""
        self.is_gone = False
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=(client_id or f"device-{name}").replace(".", "-"),  # the broker takes no dot in it
            clean_session=clean,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        self._client.username_pw_set(name, password)
        self._client.on_connect = lambda _c, _u, _f, reason, _p: setattr(self, "answer", str(reason))
        self._client.on_disconnect = lambda *_: setattr(self, "is_gone", True)
        self._client.on_message = lambda _c, _u, message: self.got.append((message.topic, bytes(message.payload)))
        self._client.on_publish = lambda _c, _u, number, *_: self.acknowledged.add(number)
        self._client.on_subscribe = self._subscribed
        self._client.connect(access.host, access.port)
        self._client.loop_start()
        wait_for(lambda: self.answer, "the broker answers", _LIMIT_S)

    def _subscribed(self, _c: object, _u: object, number: int, reasons: list[ReasonCode], *_: object) -> None:
        self.granted[number] = not any(reason.is_failure for reason in reasons)

    def says(self, topic: str, payload: str = "x", *, retain: bool = False) -> None:
        """Returns when the broker has read it: it acknowledges also what it then throws away."""
        sent = self._client.publish(topic, payload, 1, retain=retain)
        wait_for(lambda: sent.mid in self.acknowledged, "it is acknowledged", _LIMIT_S)

    def may_hear(self, topic: str) -> bool:
        _, number = self._client.subscribe(topic, 1)
        assert number is not None
        wait_for(lambda: number in self.granted or self.is_gone, "the broker answers", _LIMIT_S)
        return self.granted.get(number, False)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def running(config: Config) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(config)
    broker.prepare()
    broker.child.start(0.0)
    try:
        broker.wait_ready(_LIMIT_S)
        yield broker
    finally:
        broker.child.ask_to_stop()
        broker.child.wait_or_kill(10)


class City:
    """A store with devices that have accounts, and the broker that knows them."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store, self.config, self.vault = store, config, Vault.of(config).texts
        self.accounts = BrokerAccounts(config, store)
        self.passwords: dict[str, str] = {}
        self._clients: list[Client] = []

    def give(self, device: str, topics: tuple[str, ...] = ()) -> None:
        with self.store.transaction() as tx:
            self.passwords[device] = device_accounts.make(tx, device, topics, self.vault, NOW)

    def client(self, device: str, client_id: str = "", *, clean: bool = True) -> Client:
        made = Client(self.config, device, self.passwords[device], client_id, clean=clean)
        self._clients.append(made)
        return made

    def close(self) -> None:
        for client in self._clients:
            client.close()


def write_config(folder: Path, store: Store, more: str = "") -> Config:
    (folder / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    text = f"store: {{url: '{store.conninfo}'}}\nareas: areas.geojson\n{more}"
    (folder / "hub.yaml").write_text(text)
    return load(folder / "hub.yaml")


def fill(store: Store) -> None:
    with store.transaction() as tx:
        areas.put(tx, [Area("city", "City", "city"), Area("city/g1", "Grid", "grid")])
        sources.sync(tx, [Source(name, SourceKind.DEVICE, "city/g1", "lamp", name) for name in DEVICES], NOW)


@pytest.fixture
def city(store: Store, tmp_path: Path) -> Iterator[City]:
    fill(store)
    config = write_config(tmp_path, store)
    with running(config):
        made = City(store, config)
        for device in DEVICES:
            made.give(device, ("zigbee2mqtt/#",) if device == "gateway" else ())
        assert made.accounts.look()
        assert not made.accounts.look(), "nothing has changed since"
        wait_for(lambda: accepts(made, "gateway"), "the broker has read the accounts", _LIMIT_S)
        yield made
        made.close()


def accepts(city: City, device: str) -> bool:
    client = Client(city.config, device, city.passwords[device], f"probe-of-{device}")
    client.close()
    return client.answer == "Success"


@contextmanager
def worker(city: City) -> Iterator[Connection]:
    """As the hub itself connects."""
    wanted = [*topics.SUBSCRIPTIONS, "zigbee2mqtt/#"]
    connection = Dialler("gridhub-test-0", wanted, SystemClock()).connect(broker_access(city.config))
    try:
        yield connection
    finally:
        connection.close()


def heard(connection: Connection, last: str) -> list[str]:
    """The topics of all that came, until ``last`` has."""
    found: list[str] = []

    def take() -> bool:
        messages = connection.take(0.1)
        connection.ack([message.packet_id for message in messages])
        found.extend(message.topic for message in messages)
        return last in found

    wait_for(take, f"{last} comes", _LIMIT_S)
    return found[: found.index(last)]


def test_a_device_publishes_its_own_topics_and_those_it_was_given(city: City) -> None:
    foreign = [topics.telemetry("elsewhere"), "gridhub/v1/alerts/city/smoke", "zigbee2mqtt/x", "$SYS/x", "gridhub/v1/x"]
    with worker(city) as connection:
        for device in DEVICES:
            client = city.client(device)
            own = [topics.telemetry(device), topics.status(device)]
            own += ["zigbee2mqtt/x", "zigbee2mqtt/a/b"] if device == "gateway" else []
            tried = [made(each) for each in DEVICES for made in (topics.telemetry, topics.status)]
            for topic in [*foreign, *tried, "zigbee2mqtt/a/b"]:
                if topic != topics.telemetry(device):
                    client.says(topic)
            client.says(topics.telemetry(device))
            came = heard(connection, topics.telemetry(device))
            assert set(came) <= set(own), device
            assert set(came) == set(own) - {topics.telemetry(device)}, device


def test_a_device_hears_its_own_topics_and_no_others(city: City) -> None:
    for device in DEVICES:
        for other in DEVICES:
            client = city.client(device, f"{device}-{other}")
            assert client.may_hear(f"gridhub/v1/devices/{other}/commands") == (device == other), (device, other)
        wider = ("#", "+/#", "gridhub/#", "gridhub/v1/devices/#", "gridhub/v1/devices/+/commands", "$MQTT/sub/#")
        for number, wide in enumerate(wider):
            assert not city.client(device, f"{device}-wide-{number}").may_hear(wide), (device, wide)
    assert city.client("gateway").may_hear("zigbee2mqtt/+/set")
    assert not city.client("lamp").may_hear("zigbee2mqtt/+/set")


def test_a_command_reaches_the_device_it_is_for_and_no_other(city: City) -> None:
    lamp, other = city.client("lamp"), city.client("lamp.1")
    assert lamp.may_hear("gridhub/v1/devices/lamp/commands")
    assert other.may_hear("gridhub/v1/devices/lamp.1/commands")
    with worker(city) as connection:
        connection.publish("gridhub/v1/devices/lamp/commands", b"for lamp", 60)
        connection.publish("gridhub/v1/devices/lamp.1/commands", b"for lamp.1", 60)
        wait_for(lambda: connection.take(0.05) or (lamp.got and other.got), "both have come", _LIMIT_S)
    assert lamp.got == [("gridhub/v1/devices/lamp/commands", b"for lamp")]
    assert other.got == [("gridhub/v1/devices/lamp.1/commands", b"for lamp.1")]


def test_who_takes_the_session_of_another_hears_nothing_of_it(city: City) -> None:
    """The broker lets any client have any client id; what a session is subscribed to is asked again all the same."""
    victim = city.client("lamp", "session-of-lamp", clean=False)
    assert victim.may_hear("gridhub/v1/devices/lamp/commands")
    victim.close()
    with worker(city) as connection:
        connection.publish("gridhub/v1/devices/lamp/commands", b"a secret", 60)
        wait_for(lambda: connection.take(0.05) or connection.published(), "it is taken", _LIMIT_S)
    thief = city.client("lamp.1", "session-of-lamp", clean=False)
    assert thief.may_hear("gridhub/v1/devices/lamp.1/commands")
    thief.says("gridhub/v1/devices/lamp.1/commands", "mine")
    wait_for(lambda: thief.got, "its own comes", _LIMIT_S)
    assert thief.got == [("gridhub/v1/devices/lamp.1/commands", b"mine")]


@pytest.mark.parametrize("name", ["", "gridhub", "lamp", "#", "+", "nobody"])
def test_nobody_comes_in_without_a_password(city: City, name: str) -> None:
    for password in ("", "gridhub", "x" * 32):
        assert Client(city.config, name, password).answer in {"Not authorized", "Bad user name or password"}


def test_who_is_revoked_is_cut_off_at_once_and_the_others_are_not(city: City) -> None:
    lamp, other = city.client("lamp"), city.client("lamp.1")
    assert lamp.may_hear("gridhub/v1/devices/lamp/commands")
    with city.store.transaction() as tx:
        device_accounts.revoke(tx, "lamp")
    assert city.accounts.look()
    wait_for(lambda: lamp.is_gone, "its session is cut", _LIMIT_S)
    assert not accepts(city, "lamp")
    assert not other.is_gone
    other.says(topics.telemetry("lamp.1"))
    with pytest.raises(NotFound), city.store.transaction() as tx:
        device_accounts.revoke(tx, "lamp")


def test_a_device_that_is_removed_or_has_a_new_password_is_cut_off(city: City) -> None:
    lamp, other = city.client("lamp"), city.client("lamp.1")
    old = city.passwords["lamp"]
    city.give("lamp")
    with city.store.transaction() as tx:
        sources.remove(tx, "lamp.1")
    assert city.accounts.look()
    wait_for(lambda: lamp.is_gone and other.is_gone, "their sessions are cut", _LIMIT_S)
    assert accepts(city, "lamp")
    assert Client(city.config, "lamp", old).answer != "Success"


def test_what_was_revoked_while_the_broker_was_down_is_revoked_when_it_is_back(store: Store, tmp_path: Path) -> None:
    fill(store)
    config = write_config(tmp_path, store)
    city = City(store, config)
    with running(config):
        city.give("lamp")
        city.accounts.look()
        wait_for(lambda: accepts(city, "lamp"), "it has an account", _LIMIT_S)
    with store.transaction() as tx:
        device_accounts.revoke(tx, "lamp")
    assert city.accounts.look()
    with running(config):
        assert not accepts(city, "lamp")


def test_passwords_lie_in_files_of_their_owner_only_and_not_in_the_store(city: City) -> None:
    folder = city.config.data_dir / "broker"
    for name in ("nats.conf", "accounts.json"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    row = str(city.store.fetch("select * from device_account"))
    assert not any(password in row for password in city.passwords.values())


def test_with_a_certificate_it_speaks_tls_and_nothing_else(store: Store, tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path, "broker.lan")
    key = certificate.with_suffix(".key")
    more = f"broker: {{listen: '127.0.0.1:{free_port()}', certificate: {certificate}, key: {key}}}\n"
    config = write_config(tmp_path, store, more)
    with running(config):
        access = broker_access(config)
        assert access.tls
        Dialler("gridhub-test-0", topics.SUBSCRIPTIONS, SystemClock()).connect(access).close()
        plain = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)
        plain.username_pw_set(access.username, access.password)
        answers: list[str] = []
        plain.on_connect = lambda _c, _u, _f, reason, _p: answers.append(str(reason))
        gone: list[bool] = []
        plain.on_disconnect = lambda *_: gone.append(True)
        with suppress(OSError):
            plain.connect(access.host, access.port)
        wait_for(lambda: plain.loop(0.05) != mqtt.MQTT_ERR_SUCCESS, "it is not let in", _LIMIT_S)
        assert "Success" not in answers


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("zigbee2mqtt/#", ["zigbee2mqtt.>", "zigbee2mqtt"]),
        ("a/+/b.c", ["a.*.b//c"]),
        (own_filter("lamp.1"), ["gridhub.v1.devices.lamp//1.>", "gridhub.v1.devices.lamp//1"]),
    ],
)
def test_filters_are_written_as_the_broker_has_them(topic: str, expected: list[str]) -> None:
    assert subjects(topic) == expected


@pytest.mark.parametrize(
    "topic",
    [
        "#", "+/x", "/x", "", "gridhub/#", "gridhub/v1/devices/lamp/telemetry", "$SYS/#", "$MQTT/x", "a/#/b", "a/b#",
        "a b", "a/>", "a/*", "x" * 201, 'a"/b\n',
    ],
)  # fmt: skip
def test_no_account_reaches_topics_of_others(topic: str) -> None:
    with pytest.raises(HubError, match="no filter of foreign topics"):
        check_filter(topic)


def test_commands_give_and_take_an_account(city: City, tmp_path: Path) -> None:
    def gridhub(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hub.cli", "device", *arguments, "-c", str(tmp_path / "hub.yaml")]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)

    made = gridhub("account", "lamp", "--topic", "zigbee2mqtt/#")
    assert made.returncode == 0, made.stderr
    city.passwords["lamp"] = made.stdout.strip()
    assert city.passwords["lamp"] not in made.stderr
    assert city.accounts.look()
    wait_for(lambda: accepts(city, "lamp"), "it may connect", _LIMIT_S)
    assert gridhub("revoke", "lamp").returncode == 0
    assert gridhub("account", "nothing").returncode == 1
    assert gridhub("account", "lamp", "--topic", "gridhub/#").returncode == 1
    noted = [(item.entry.action, item.entry.subject) for item in audit.after(city.store, 0)]
    assert noted == [("make_device_account", "devices/lamp"), ("revoke_device_account", "devices/lamp")]
