"""The device worker against real brokers: MQTT 5 (mosquitto) and 3.1.1 (nats-server)."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

from hub.app.keeper import give_up
from hub.model.source import Source, SourceKind
from hub.store import health, processes, readings, sources
from tests.fix_mqtt import GRID, City, wait_for


def now_ms() -> int:
    """A while ago, so that what follows it is not in the future."""
    return round(time.time() * 1000) - 10_000


def test_what_a_device_says_is_stored(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()
    start = now_ms()
    device.say("smoke-1", {"ts": start, "values": {"smoke": 0.25}})
    device.say("smoke-1", {"ts": start + 1, "values": {"smoke": 0.5}}, {"ts": start + 2, "values": {"smoke": True}})
    device.say("smoke-1", {"id": "a", "values": {"smoke": "有烟"}})
    mqtt_city.wait_stored([0.25, 0.5, 1.0, "有烟"])


def test_what_is_delivered_twice_is_stored_once(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()
    start = now_ms()
    for number in range(3):
        device.say("smoke-1", {"ts": start, "values": {"smoke": 1}})
        device.say("smoke-1", {"ts": start + 1, "id": "a", "values": {"smoke": 2}})
        device.say("smoke-1", {"id": "b", "values": {"smoke": 3}})
        device.say("smoke-1", {"values": {"round": number}})
        mqtt_city.wait_stored(list(range(number + 1)), "smoke-1", "round")
    assert mqtt_city.stored() == [1, 2, 3]


BAD: list[tuple[str, bytes, str]] = [
    ("smoke-1/telemetry", b"hello", "not_json"),
    ("smoke-1/telemetry", b"\xff\xfe\x00", "not_json"),
    ("smoke-1/telemetry", b'{"values": 7}', "wrong_shape"),
    ("smoke-1/telemetry", b"[" * 100_000, "wrong_shape"),
    ("smoke-1/telemetry", b"x" * 2_000_000, "too_large"),
    ("smoke-1/telemetry", b'{"values": {"a": 1, "a": 2}}', "duplicate_key"),
    ("smoke-1/telemetry", b'{"ts": "noon", "values": {"smoke": 1}}', "bad_time"),
    ("smoke-1/telemetry", b'{"id": {}, "values": {"smoke": 1}}', "bad_id"),
    ("smoke-1/telemetry", b'{"values": {"S": 1}}', "bad_metric"),
    ("smoke-1/telemetry", b'{"values": {"smoke": NaN}}', "bad_value"),
    ("smoke-1/telemetry", b'{"values": {"smoke": "\\u0000"}}', "bad_value"),
    ("smoke-1/telemetry", b'{"values": {"smoke": "\\ud800"}}', "bad_value"),
    ("smoke-1/status", b"maybe", "wrong_shape"),
    ("nobody-1/telemetry", b'{"values": {"smoke": 1}}', "unknown_device"),
    ("new-1/telemetry", b'{"values": {"smoke": 1}}', "not_approved"),
    ("<b>x<b>/telemetry", b'{"values": {"smoke": 1}}', "bad_topic"),
]


def test_a_bad_payload_of_every_kind_is_quarantined_counted_and_the_next_message_flows(mqtt_city: City) -> None:
    worker = mqtt_city.worker()
    device = mqtt_city.device()
    start = now_ms()
    sent: list[str] = []
    for number, (where, payload, cause) in enumerate(BAD):
        device.send(f"gridhub/v1/devices/{where}", payload)
        device.say("water-1", {"ts": start + number, "values": {"level": number}})
        sent.append(cause)
    mqtt_city.wait_stored(list(range(len(BAD))), "water-1", "level")

    def kept() -> list[str]:
        return [str(row["cause"]) for row in readings.quarantined(mqtt_city.store)][::-1]

    wait_for(lambda: len(kept()) >= len(sent), "all are in quarantine")
    assert sorted(kept()) == sorted(sent)
    expected = {cause: sent.count(cause) for cause in sent}
    name = "gridhub_mqtt_refused_total"
    wait_for(lambda: {c: mqtt_city.counted(name, cause=c) for c in expected} == expected, "all are counted")
    worker.kill()
    worker.start()
    mqtt_city.wait_connected(worker)
    device.say("water-1", {"ts": start + 1000, "values": {"level": -1}})
    mqtt_city.wait_stored([*range(len(BAD)), -1], "water-1", "level")
    assert len(kept()) == len(sent), "none of them comes back"


def test_what_a_device_with_a_wrong_clock_says_is_kept_and_marked_and_once_only(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()
    for _ in range(2):
        device.say("smoke-1", {"ts": "1970-01-01T00:00:00Z", "values": {"smoke": 1}})
        device.say("smoke-1", {"ts": "2090-01-01T00:00:00Z", "values": {"smoke": 2}})
    device.say("smoke-1", {"ts": "1970-01-01T00:00:00Z", "values": {"smoke": 3}})
    device.say("water-1", {"values": {"level": 1}})
    mqtt_city.wait_stored([1], "water-1", "level")
    rows = mqtt_city.store.fetch("select value, quality, attrs from observation where value > 0 and attrs is not null")
    assert sorted((row["value"], row["quality"], row["attrs"]["device_ts"][:4]) for row in rows) == [
        (1, 8, "1970"), (2, 8, "2090"), (3, 8, "1970"),
    ]  # fmt: skip
    wait_for(lambda: mqtt_city.counted("gridhub_mqtt_flagged_total", flag="misdated") == 5, "all are counted")


def test_what_is_published_while_the_worker_is_away_is_there_when_it_is_back(mqtt_city: City) -> None:
    worker = mqtt_city.worker()
    assert worker.stop() == 0
    device = mqtt_city.device()
    start = now_ms()
    device.flush(*[device.say("smoke-1", {"ts": start + n, "values": {"smoke": n}}) for n in range(50)])
    worker.start()
    mqtt_city.wait_stored(list(range(50)))


def test_messages_without_time_and_id_survive_a_planned_restart_once_each(mqtt_city: City) -> None:
    worker = mqtt_city.worker()
    device = mqtt_city.device()
    for number in range(300):
        device.say("smoke-1", {"values": {"smoke": number}})
        if number == 150:
            assert worker.stop() == 0
    worker.start()
    mqtt_city.wait_connected(worker)
    wait_for(lambda: len(mqtt_city.stored()) >= 300, "all are stored")
    assert sorted(map(float, mqtt_city.stored())) == list(range(300))


def test_a_new_device_is_heard_as_soon_as_it_is_added_and_approved(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()
    with mqtt_city.store.transaction() as tx:
        source = Source("door-1", SourceKind.DEVICE, GRID, "door", "Door", origin="api", approved=False)
        sources.add(tx, source, mqtt_city.now())

    def causes() -> set[Any]:
        device.say("door-1", {"values": {"open": True}})
        return {row["cause"] for row in readings.quarantined(mqtt_city.store)}

    wait_for(lambda: "not_approved" in causes(), "the worker knows that the device waits for approval", 5)
    with mqtt_city.store.transaction() as tx:
        sources.update(tx, Source("door-1", SourceKind.DEVICE, GRID, "door", "Door", origin="api"))

    def heard() -> bool:
        device.say("door-1", {"values": {"open": True}})
        return bool(mqtt_city.stored("door-1", "open"))

    wait_for(heard, "the worker knows that the device is approved", 5)


def test_a_device_is_watching_when_heard_and_offline_when_its_last_will_says_so(mqtt_city: City) -> None:
    mqtt_city.worker()
    device = mqtt_city.device()

    def state() -> str:
        [row] = readings.source_page(mqtt_city.store, SourceKind.DEVICE, source_id="smoke-1")
        return str(row["state"])

    assert state() == "unknown"
    device.send("gridhub/v1/devices/smoke-1/status", "online", retain=True)
    wait_for(lambda: state() == "watching", "the device is watching")
    device.send("gridhub/v1/devices/smoke-1/status", "offline", retain=True)
    wait_for(lambda: state() == "offline", "the device is offline")
    assert mqtt_city.stored("smoke-1", "device.online") == [1, 0]
    device.say("smoke-1", {"values": {"smoke": 0}})
    wait_for(lambda: state() == "watching", "the device is watching again")


def test_a_device_that_is_offline_is_so_again_after_its_worker_was_taken_for_dead(mqtt_city: City) -> None:
    mqtt_city.worker()

    def state() -> str:
        [row] = readings.source_page(mqtt_city.store, SourceKind.DEVICE, source_id="smoke-1")
        return str(row["state"])

    mqtt_city.device().send("gridhub/v1/devices/smoke-1/status", "offline", retain=True)
    wait_for(lambda: state() == "offline", "the device is offline")

    def given_up() -> bool:
        [process] = processes.list_processes(mqtt_city.store)
        return give_up(mqtt_city.store, process, mqtt_city.now()) > 0

    wait_for(given_up, "the worker is taken for dead between two beats")
    wait_for(lambda: state() == "offline", "the worker has said again how its devices are", 10)


def test_a_device_is_again_as_it_was_soon_after_its_worker_was_restarted(mqtt_city: City) -> None:
    with mqtt_city.store.transaction() as tx:
        source = Source("probe-1", SourceKind.DEVICE, GRID, "probe", "Probe", {"period": "3s"}, origin="api")
        sources.add(tx, source, mqtt_city.now())
    worker = mqtt_city.worker()
    device = mqtt_city.device()
    device.say("smoke-1", {"values": {"smoke": 0}})
    device.say("probe-1", {"oops": 1})

    def states() -> list[tuple[str, str]]:
        rows = readings.source_page(mqtt_city.store, SourceKind.DEVICE)
        return [(row["state"], row["reason"]) for row in rows if row["id"] in {"probe-1", "smoke-1"}]

    refused = "what it sends is refused: wrong_shape"
    wait_for(lambda: states() == [("silent", refused), ("watching", "")], "one watches, the other is refused", 25)
    [before] = readings.source_page(mqtt_city.store, SourceKind.DEVICE, problem="silent")
    assert (before["id"], before["seen_at"]) == ("probe-1", None)
    worker.stop()
    [process] = processes.list_processes(mqtt_city.store)
    assert give_up(mqtt_city.store, process, mqtt_city.now()) == 2
    assert {state for state, _ in states()} == {"worker_down"}
    worker.start()
    wait_for(lambda: states() == [("silent", refused), ("watching", "")], "they are as they were", 10)
    assert [row["id"] for row in readings.source_page(mqtt_city.store, SourceKind.DEVICE, problem="silent")] == [
        "probe-1"
    ]
    now = mqtt_city.now()
    gaps = health.gaps(mqtt_city.store, "probe-1", now - timedelta(hours=1), now + timedelta(hours=1))
    assert [gap["to"] is None for gap in gaps if gap["state"] == "worker_down"] == [], "its silence goes on"
    gaps = health.gaps(mqtt_city.store, "smoke-1", now - timedelta(hours=1), now + timedelta(hours=1))
    assert [gap["to"] is None for gap in gaps if gap["state"] == "worker_down"] == [False], "nobody looked meanwhile"


def test_a_status_that_was_retained_before_the_worker_existed_is_known(mqtt_city: City) -> None:
    device = mqtt_city.device()
    device.flush(device.send("gridhub/v1/devices/smoke-1/status", "offline", retain=True))
    mqtt_city.worker()
    mqtt_city.wait_stored([0], "smoke-1", "device.online")


def test_two_workers_share_the_devices(mqtt_city: City) -> None:
    mqtt_city.worker("0/2")
    mqtt_city.worker("1/2")
    names = [f"d.{number}" for number in range(20)]
    with mqtt_city.store.transaction() as tx:
        for name in names:
            sources.add(tx, Source(name, SourceKind.DEVICE, GRID, "door", name), mqtt_city.now())
    device = mqtt_city.device()

    def both_know_them() -> bool:
        return ["23 devices" in row.detail for row in processes.list_processes(mqtt_city.store)] == [True, True]

    wait_for(both_know_them, "both workers know the devices")
    start = now_ms()
    for name in names:
        device.say(name, {"ts": start, "values": {"open": 1}})
    for name in names:
        mqtt_city.wait_stored([1], name, "open")
    rows = mqtt_city.store.fetch(
        "select w.name, count(*) as rows from observation o join batch b on b.id = o.batch"
        " join writer w on w.id = b.writer group by 1 order by 1"
    )
    assert [row["name"] for row in rows] == ["mqtt-0", "mqtt-1"]
    assert sum(row["rows"] for row in rows) == 20


def test_a_wrong_password_is_told_in_words_and_not_written_down(mqtt_city: City) -> None:
    config = mqtt_city.write_config(mqtt_city.store.conninfo)
    config.write_text(config.read_text().replace("gridhub:a%20", "gridhub:not%20"))
    worker = mqtt_city.start_worker(config)

    def detail() -> str:
        found = [row for row in processes.list_processes(mqtt_city.store) if row.state == "degraded"]
        return found[0].detail if found else ""

    wait_for(lambda: "it refuses the connection" in detail(), "the reason is on the dashboard")
    assert "ot authorized" in detail() or "user name or password" in detail()
    assert "not%20" not in worker.said()
    assert "not broker" not in worker.said()
    argv = json.dumps(worker.argv())
    assert "broker" not in argv
    assert worker.stop() == 0
