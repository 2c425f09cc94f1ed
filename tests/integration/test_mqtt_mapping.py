"""Foreign dialects through real brokers and the worker to the store."""

from __future__ import annotations

import json
import threading
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.model.source import Source, SourceKind
from hub.store import sources
from ingest.mqtt.mapping.sparkplug_payload import DataType, Payload
from tests.fix_mqtt import GRID, PASSWORD, City, wait_for
from tests.unit import test_mapping_frigate, test_mapping_zigbee2mqtt

MAPPINGS = """\
mappings:
  - codec: sparkplug
  - codec: zigbee2mqtt
  - codec: frigate
    cameras: {front: [1280, 720]}
  - codec: json
    topic: plant/{line}/{device}/up
    time: {path: $.t, format: epoch_ms}
    values: {temperature: {path: $.temp, unit: "[degF]", to: Cel}, mode: $.mode}
"""


@pytest.fixture
def mapped(mqtt_city: City) -> City:
    """A worker with mappings, and devices that they name."""
    city = mqtt_city
    with city.store.transaction() as tx:
        for name in ("plant.edge-1", "plant.edge-1.pump", "cellar-leak", "frigate-front", "press-7"):
            sources.add(tx, Source(name, SourceKind.DEVICE, GRID, "meter", name), city.now())
    config = city.write_config(city.store.conninfo)
    config.write_text(config.read_text() + MAPPINGS)
    city.wait_connected(city.start_worker(config))
    return city


class EdgeNode:
    """A node of Sparkplug B that was born before anybody listened, and answers a rebirth."""

    def __init__(self, city: City) -> None:
        self.rebirths = threading.Event()
        self._seq = 9
        self._at_ms = round(City.now().timestamp() * 1000)
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=city.broker.version)
        self._client.username_pw_set("gridhub", PASSWORD)
        self._client.on_message = self._told
        ready = threading.Event()
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect("127.0.0.1", city.broker.port)
        self._client.loop_start()
        wait_for(self._client.is_connected, "the edge node connects")
        self._client.subscribe("spBv1.0/plant/NCMD/edge-1", 1)
        assert ready.wait(10)

    def say(self, kind: str, *metrics: dict[str, Any], device: str = "", seq: int | None = None) -> None:
        self._seq = (self._seq + 1) % 256 if seq is None else seq
        self._at_ms += 1  # two values of one metric and one time are one value
        payload = Payload(timestamp=self._at_ms, seq=self._seq)
        for metric in metrics:
            payload.metrics.add(**metric)
        below = f"/{device}" if device else ""
        self._client.publish(f"spBv1.0/plant/{kind}/edge-1{below}", payload.SerializeToString(), 1)

    def _told(self, _client: Any, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        metrics = Payload.FromString(message.payload).metrics
        if any(metric.name == "Node Control/Rebirth" and metric.boolean_value for metric in metrics):
            self.say("NBIRTH", {"name": "bdSeq", "datatype": DataType.INT64, "long_value": 1}, seq=0)
            temperature = {"name": "Temp", "alias": 5, "datatype": DataType.INT16, "int_value": 20}
            self.say("DBIRTH", temperature, device="pump")
            self.rebirths.set()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_sparkplug_data_without_a_birth_brings_a_rebirth_and_is_then_understood(mapped: City) -> None:
    node = EdgeNode(mapped)
    try:
        node.say("DDATA", {"alias": 5, "int_value": 19}, device="pump")
        assert node.rebirths.wait(20), "the hub asks for a rebirth"
        node.say("DDATA", {"alias": 5, "int_value": 0xFFFF}, device="pump")
        mapped.wait_stored([20.0, -1.0], "plant.edge-1.pump", "temp")
        mapped.wait_stored([1.0], "plant.edge-1.pump", "device.online")
    finally:
        node.close()
    wait_for(lambda: mapped.counted("gridhub_mqtt_refused_total", cause="no_birth") == 1, "the first one is told")


def test_zigbee2mqtt_and_frigate_reach_the_store_with_units_and_tracks(mapped: City) -> None:
    device = mapped.device()
    listed = json.dumps(test_mapping_zigbee2mqtt.DEVICES)
    now_s = mapped.now().timestamp()
    event = test_mapping_frigate.event(frame_time=now_s, start_time=now_s - 5)
    device.flush(
        device.send("zigbee2mqtt/bridge/devices", listed, retain=True),
        device.send("zigbee2mqtt/cellar-leak", json.dumps({"battery": 97, "water_leak": True})),
        device.send("zigbee2mqtt/floor1/lamp", json.dumps({"state": "ON"})),
        device.send("frigate/events", json.dumps(event)),
    )
    mapped.wait_stored([97.0], "cellar-leak", "battery")
    mapped.wait_stored([1.0], "cellar-leak", "water_leak")
    mapped.wait_stored([1.0], "frigate-front", "object.person")
    units = mapped.store.fetch("select unit from series where source = 'cellar-leak' and metric = 'battery'")
    assert [row["unit"] for row in units] == ["%"]
    [row] = mapped.store.fetch("select attrs from observation where attrs is not null")
    assert row["attrs"]["tracks"][0]["box"] == [0.25, 0.25, 0.25, 0.75]

    def waiting() -> list[str]:
        rows = mapped.store.fetch("select announced from unknown_device where announced is not null and count > 0")
        return [row["announced"]["name"] for row in rows]

    names = wait_for(waiting, "the lamp, which nobody knows, waits with what the bridge tells of it")
    assert names == ["floor1/lamp"]


def test_a_foreign_message_is_stored_once_however_often_it_comes_and_over_a_kill(mapped: City) -> None:
    device = mapped.device()
    start_ms = round(mapped.now().timestamp() * 1000) - 60_000
    payloads = [json.dumps({"t": start_ms + number, "temp": 32 + 1.8 * number, "mode": "自动"}) for number in range(50)]
    mids = [device.send("plant/a/press-7/up", payload) for payload in payloads]
    mapped.workers[0].kill()
    mids += [device.send("plant/a/press-7/up", payload) for payload in payloads]
    device.flush(*mids)
    mapped.wait_connected(mapped.start_worker(mapped.workers[0].config))
    wait_for(lambda: len(mapped.stored("press-7", "temperature")) == 50, "every sample is stored")
    assert mapped.stored("press-7", "temperature") == pytest.approx(list(range(50)), abs=1e-6)
    assert mapped.stored("press-7", "mode") == ["自动"] * 50
