"""Devices that come unasked, messages that are read again, and silence, on real brokers and a real store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.config.device_types import BUILT_IN, TypeSettings
from hub.model.source import SourceKind
from hub.store import devices, quarantine, readings, sources
from hub.store.quarantine import Which
from tests.fix_mqtt import GRID, Broker, City, wait_for


@pytest.fixture(params=["mosquitto"])
def broker(broker: Broker) -> Broker:
    """One kind will do: what is tested here lies behind the connection."""
    return broker


def refused(city: City, **which: Any) -> list[dict[str, Any]]:
    return quarantine.page(city.store, Which(**which), None, 100)


def approve(city: City, device: str, kind: str = "pump") -> int:
    with city.store.transaction() as tx:
        return devices.approve(tx, devices.source_of(device, GRID, kind, device), city.now())


def test_an_unknown_device_leaves_its_last_words_and_they_are_stored_once_it_is_approved(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()
    start = round(mqtt_city.now().timestamp() * 1000) - 10_000
    for number in range(7):
        device.say("pump-1", {"ts": start + number, "values": {"flow": number}})
    wait_for(lambda: [row["count"] for row in devices.unknown_page(mqtt_city.store)] == [7], "it is written down")
    [row] = devices.unknown_page(mqtt_city.store)
    assert (row["id"], row["topic"], len(row["heads"])) == ("pump-1", "gridhub/v1/devices/pump-1/telemetry", 5)
    assert approve(mqtt_city, "pump-1") == 5, "five payloads of one device and cause are kept"
    mqtt_city.wait_stored([0, 1, 2, 3, 4], "pump-1", "flow")
    wait_for(lambda: refused(mqtt_city) == [], "what was taken in is gone from the quarantine")

    def seen() -> bool:
        [known] = readings.source_page(mqtt_city.store, SourceKind.DEVICE, source_id="pump-1")
        return known["state"] == "watching" and known["seen_at"] is not None

    wait_for(seen, "it is known when it said that")
    device.say("pump-1", {"ts": start + 7, "values": {"flow": 7}})
    mqtt_city.wait_stored([0, 1, 2, 3, 4, 7], "pump-1", "flow")
    assert devices.unknown_page(mqtt_city.store) == []


def test_reading_again_what_is_stored_already_stores_nothing_and_ends(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()
    device.say("pump-1", {"values": {"flow": 1}}, {"values": {"flow": 2}})
    [row] = wait_for(lambda: refused(mqtt_city), "it is refused")
    payload = quarantine.get(mqtt_city.store, row["id"])
    approve(mqtt_city, "pump-1")
    mqtt_city.wait_stored([1, 2], "pump-1", "flow")
    columns = ("origin", "device", "cause", "detail", "payload", "size_bytes", "received_at")
    values = {column: payload[column] for column in columns}
    with mqtt_city.store.transaction() as tx:  # as if the worker had died before it took the row away
        tx.execute(
            "insert into quarantine (origin, device, cause, detail, payload, size_bytes, received_at) values"
            " (%(origin)s, %(device)s, %(cause)s, %(detail)s, %(payload)s, %(size_bytes)s, %(received_at)s)", values
        )  # fmt: skip
        quarantine.ask(tx, Which(device="pump-1"), mqtt_city.now())
    wait_for(lambda: refused(mqtt_city) == [], "it is gone")
    assert mqtt_city.stored("pump-1", "flow") == [1, 2]


def test_what_is_refused_again_stays_with_its_reason_and_what_is_right_in_it_is_stored(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()
    device.send("gridhub/v1/devices/pump-1/telemetry", b'[{"values": {"flow": 1}}, 7]')
    device.send("gridhub/v1/devices/pump-1/telemetry", b"nonsense")
    wait_for(lambda: len(refused(mqtt_city, cause="unknown_device")) == 2, "both are refused")
    approve(mqtt_city, "pump-1")
    mqtt_city.wait_stored([1], "pump-1", "flow")
    wait_for(lambda: len(refused(mqtt_city, cause="not_json")) == 1, "nonsense stays nonsense")
    [row] = wait_for(lambda: refused(mqtt_city, cause="wrong_shape"), "half of it stays")
    assert row["detail"].endswith("; the other 1 values are stored")
    assert row["replay_at"] is None


def test_a_message_that_is_kept_in_part_is_not_read_again(mqtt_city: City) -> None:
    mqtt_city.worker()
    mqtt_city.device().send("gridhub/v1/devices/pump-1/telemetry", b'{"values": {"flow": 1}}'.ljust(70_000))
    [row] = wait_for(lambda: refused(mqtt_city), "it is refused")
    assert (row["whole"], row["size_bytes"]) == (False, 70_000)
    assert approve(mqtt_city, "pump-1") == 0


def test_a_blocked_device_is_counted_and_leaves_no_trace(mqtt_city: City) -> None:
    devices.block(mqtt_city.store, "pest-1", mqtt_city.now())
    mqtt_city.worker()
    device = mqtt_city.device()
    device.say("pest-1", {"values": {"x": 1}})
    wait_for(lambda: mqtt_city.counted("gridhub_mqtt_refused_total", cause="blocked") == 1, "it is counted")
    assert refused(mqtt_city) == []
    assert devices.unknown(mqtt_city.store, "pest-1")["count"] == 0
    devices.dismiss(mqtt_city.store, "pest-1")

    def heard() -> bool:
        device.say("pest-1", {"values": {"x": 1}})
        return bool(devices.unknown_page(mqtt_city.store))

    wait_for(heard, "it is heard again")


def test_a_device_that_matches_a_pattern_is_let_in_with_its_first_words(mqtt_city: City) -> None:
    config = mqtt_city.write_config(mqtt_city.store.conninfo)
    config.write_text(
        config.read_text()
        + "register:\n"
        + '  - {match: "pump-{grid}-*", type: pump, area: "qth/taoshan/{grid}", limit: 2}\n'
    )
    mqtt_city.wait_connected(mqtt_city.start_worker(config))
    device = mqtt_city.device()
    device.say("pump-g1-1", {"values": {"flow": 1}})
    mqtt_city.wait_stored([1], "pump-g1-1", "flow")
    source = sources.get(mqtt_city.store, "pump-g1-1")
    assert (source.area, source.type, source.approved, source.origin) == (GRID, "pump", True, "api")
    device.say("pump-g9-1", {"values": {"flow": 1}})
    device.say("other-1", {"values": {"flow": 1}})

    def reasons() -> dict[str, str]:
        return {row["id"]: row["reason"] for row in devices.unknown_page(mqtt_city.store)}

    wait_for(lambda: "there is no area 'qth/taoshan/g9'" in reasons().get("pump-g9-1", ""), "the reason is told")
    assert reasons()["other-1"] == ""
    device.say("pump-g1-2", {"values": {"flow": 1}})
    mqtt_city.wait_stored([1], "pump-g1-2", "flow")
    device.say("pump-g1-3", {"values": {"flow": 1}})
    wait_for(lambda: "as many as it may" in reasons().get("pump-g1-3", ""), "the bound holds")


def test_a_flood_of_invented_devices_is_counted_and_bounded(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()
    mids = [device.say(f"x-{number}", {"values": {"x": 1}}) for number in range(3000)]
    device.flush(*mids)
    name = "gridhub_mqtt_refused_total"
    wait_for(lambda: mqtt_city.counted(name, cause="unknown_device") == 3000, "every one is counted")
    wait_for(lambda: mqtt_city.counted("gridhub_mqtt_strangers_passed_over_total") > 0, "some leave no trace")
    written = "select count(*) as count from unknown_device"
    wait_for(lambda: mqtt_city.store.fetch(written)[0]["count"] > 0, "the others are written down")
    assert mqtt_city.store.fetch(written)[0]["count"] <= devices.MAX_UNKNOWN
    assert len(refused(mqtt_city)) == 100, "a page of them"


def test_a_value_is_held_against_the_type_of_its_device_and_its_series_has_the_unit(mqtt_city: City) -> None:
    with mqtt_city.store.transaction() as tx:
        devices.put_types(tx, BUILT_IN)
    mqtt_city.worker()
    device = mqtt_city.device()
    start = round(mqtt_city.now().timestamp() * 1000) - 10_000
    for number, value in enumerate((0.1, 7, 0.2)):
        device.say("smoke-1", {"ts": start + number, "values": {"smoke": value, "battery": 9}})
    mqtt_city.wait_stored([0.1, 7, 0.2])
    rows = mqtt_city.store.fetch(
        "select o.quality from observation o join series s on s.id = o.series where s.metric = 'smoke' order by o.ts"
    )
    assert [row["quality"] for row in rows] == [0, 1, 0]
    units = mqtt_city.store.fetch("select metric, unit from series where source = 'smoke-1' order by metric")
    assert [(row["metric"], row["unit"]) for row in units] == [("battery", "%"), ("smoke", "1")]

    def problems() -> list[str]:
        [row] = readings.source_page(mqtt_city.store, SourceKind.DEVICE, source_id="smoke-1")
        found: list[str] = row["detail"].get("problems", [])
        return found

    wait_for(lambda: set(problems()) == {"battery", "values"}, "its condition is told")
    wait_for(lambda: mqtt_city.counted("gridhub_mqtt_flagged_total", flag="out_of_range") == 1, "it is counted")


def test_a_device_that_falls_silent_is_an_observation_and_so_is_its_return(mqtt_city: City) -> None:
    with mqtt_city.store.transaction() as tx:
        devices.put_types(tx, {"smoke": TypeSettings(period=timedelta(seconds=3))})
    mqtt_city.worker()
    device = mqtt_city.device()
    device.say("smoke-1", {"values": {"smoke": 0}})
    mqtt_city.wait_stored([1], "smoke-1", "device.silent")
    [row] = readings.source_page(mqtt_city.store, SourceKind.DEVICE, source_id="smoke-1")
    assert (row["state"], row["reason"]) == ("silent", "nothing heard for more than 10s")
    device.say("smoke-1", {"values": {"smoke": 0}})
    mqtt_city.wait_stored([1, 0], "smoke-1", "device.silent")
    device.send("gridhub/v1/devices/smoke-1/status", "offline", retain=True)
    mqtt_city.wait_stored([1, 0, 1], "smoke-1", "device.silent")


def test_a_worker_that_is_restarted_does_not_tell_a_silence_twice(mqtt_city: City) -> None:
    device = mqtt_city.device()
    device.flush(device.send("gridhub/v1/devices/smoke-1/status", "offline", retain=True))
    worker = mqtt_city.worker()
    mqtt_city.wait_stored([1], "smoke-1", "device.silent")

    def state() -> str:
        [row] = readings.source_page(mqtt_city.store, SourceKind.DEVICE, source_id="smoke-1")
        return str(row["state"])

    wait_for(lambda: state() == "offline", "the state is written")
    assert worker.stop() == 0
    worker.start()
    mqtt_city.wait_connected(worker)
    device.say("smoke-1", {"values": {"smoke": 0}})
    mqtt_city.wait_stored([1, 0], "smoke-1", "device.silent")
