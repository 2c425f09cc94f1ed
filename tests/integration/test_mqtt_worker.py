"""The device worker against real brokers: MQTT 5 (mosquitto) and 3.1.1 (nats-server)."""

from __future__ import annotations

import time

from tests.fix_mqtt import City


def test_what_a_device_says_is_stored(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()
    now_ms = round(time.time() * 1000) - 1000
    device.say("smoke-1", {"ts": now_ms, "values": {"smoke": 0.25}})
    device.say("smoke-1", {"ts": now_ms + 1, "values": {"smoke": 0.5}}, {"ts": now_ms + 2, "values": {"smoke": True}})
    device.say("smoke-1", {"id": "a", "values": {"smoke": "a word"}})
    mqtt_city.wait_stored([0.25, 0.5, 1.0, "a word"])
