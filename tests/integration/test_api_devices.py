"""Devices over HTTP: their condition, those that are not known, what types there are, what was refused."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.config.device_types import BUILT_IN
from hub.model.observation import Observation
from hub.model.quality import Quality
from hub.model.source import Health, SourceKind, SourceState
from hub.store import devices, health, quarantine, sources
from hub.store.batches import BatchWriter
from tests.fix_api import GRID, OTHER_GRID, T0, Api, problem, refuse


def stranger(device: str = "pump-1", payload: bytes = b'{"values": {"x": 1}}', **more: Any) -> devices.Stranger:
    head = {
        "at": "2026-03-01T12:00:00Z", "topic": f"t/{device}", "size_bytes": len(payload),
        "head": base64.b64encode(payload[:512]).decode(),
    }  # fmt: skip
    known: dict[str, Any] = {"topic": f"t/{device}", "count": 1, "first_seen_at": T0, "last_seen_at": T0}
    return devices.Stranger(**{"id": device, **known, "heads": [head], **more})


def test_a_device_tells_its_condition_and_what_is_implausible_about_its_values(api: Api) -> None:
    detail = {
        "period_s": 10.0, "kept": 0.5, "missed": 7, "gaps": 2, "battery": 11.0, "offset_s": -3.5,
        "flags": {"frozen": 3}, "flagged_at": "2026-03-01T12:00:00Z", "problems": ["period", "battery"],
        "held": {"smoke": [1, "2026-03-01T12:00:00Z"]},
    }  # fmt: skip
    health.report(api.store, [Health("smoke-1", SourceState.WATCHING, "", T0, T0, detail)], "mqtt-0")
    now = datetime.now(UTC)
    flags = Quality.OUT_OF_RANGE | Quality.JUMPING
    BatchWriter(api.store, "mqtt-9", SourceKind.DEVICE).append(
        [Observation("smoke-1", "smoke", now, now, 7.0, unit="%", quality=flags)]
    )
    found = api.client("vera").get("/devices/smoke-1").json()
    detail.pop("held")
    assert found["condition"] == {**detail, "flagged_at": "2026-03-01T12:00:00.000000Z"}
    latest = found["latest"]["smoke"]
    assert (latest["value"], latest["unit"], latest["flags"]) == (7.0, "%", ["out_of_range", "jumping"])
    assert api.client("vera").get("/devices/smoke-2").json()["condition"]["problems"] == []


def test_devices_with_a_problem_are_listed_by_it(api: Api) -> None:
    states = [
        Health("smoke-1", SourceState.WATCHING, "", T0, T0, {"problems": ["battery"]}),
        Health("smoke-2", SourceState.OFFLINE, "gone", T0, T0),
    ]
    health.report(api.store, states, "mqtt-0")
    client = api.client("vera")

    def listed(name: str) -> list[str]:
        return [item["id"] for item in client.get("/devices", params={"problem": name}).json()["items"]]

    assert (listed("battery"), listed("silent"), listed("clock")) == (["smoke-1"], ["smoke-2"], [])
    assert client.get("/devices/smoke-2").json()["condition"]["problems"] == ["silent"]
    assert problem(client.get("/devices?problem=hunger")) == (422, "invalid")


def test_a_period_is_given_and_changed(api: Api) -> None:
    client = api.client("ines")
    new = {"id": "door-9", "area": GRID, "type": "door", "period": "5m"}
    assert client.post("/devices", json=new).json()["period"] == "5m"
    assert client.patch("/devices/door-9", json={"name": "x"}).json()["period"] == "5m"
    assert client.patch("/devices/door-9", json={"period": "10s"}).json()["period"] == "10s"
    assert devices.known(api.store)["door-9"].period == timedelta(seconds=10)


def test_types_of_devices_are_told(api: Api) -> None:
    with api.store.transaction() as tx:
        devices.put_types(tx, BUILT_IN)
        devices.put_types(tx, {name: kind for name, kind in BUILT_IN.items() if name != "door"})
    types = {item["type"]: item for item in api.client("vera").get("/devices/types").json()}
    assert types.keys() == BUILT_IN.keys() - {"door"}
    assert types["air"]["metrics"]["co2"]["unit"] == "[ppm]"
    assert (types["smoke"]["battery_low"], types["smoke"]["name"]["zh"]) == (20, "烟感")


def test_an_unknown_device_is_looked_at_and_approved_and_what_is_kept_of_it_is_read_again(api: Api) -> None:
    refuse(api, "pump-1", cause="unknown_device")
    devices.put_strangers(api.store, [stranger(announced={"name": "Pump", "metrics": {"flow": "m3/h"}})])
    client = api.client("ines")
    [found] = client.get("/devices/unknown").json()["items"]
    assert found == client.get("/devices/unknown/pump-1").json()
    assert (found["count"], found["blocked"], found["announced"]["metrics"]) == (1, False, {"flow": "m3/h"})
    [head] = found["heads"]
    assert (head["text"], head["hex"], head["size_bytes"]) == ('{"values": {"x": 1}}', None, 20)
    answer = client.post("/devices/unknown/pump-1/approve", json={"area": OTHER_GRID, "type": "pump", "period": "1m"})
    made = answer.json()
    assert (made["id"], made["name"], made["area"], made["approved"]) == ("pump-1", "Pump", OTHER_GRID, True)
    assert made["period"] == "1m"
    assert client.get("/devices/unknown").json()["items"] == []
    assert client.get("/quarantine").json()["items"][0]["replay_at"] is not None


def test_an_approval_needs_an_area_that_is_there_and_a_device_that_waits(api: Api) -> None:
    devices.put_strangers(api.store, [stranger()])
    client = api.client("ines")
    wrong = {"area": "qth/nowhere", "type": "pump"}
    assert problem(client.post("/devices/unknown/pump-1/approve", json=wrong)) == (422, "invalid")
    assert problem(client.post("/devices/unknown/pump-2/approve", json={**wrong, "area": GRID})) == (404, "not_found")


def test_an_unknown_device_is_dismissed_until_it_speaks_again_or_blocked_for_good(api: Api) -> None:
    client = api.client("ines")

    def waiting(**params: Any) -> list[str]:
        return [item["id"] for item in client.get("/devices/unknown", params=params).json()["items"]]

    devices.put_strangers(api.store, [stranger("a"), stranger("b")])
    assert client.delete("/devices/unknown/a").status_code == 204
    assert client.post("/devices/unknown/b/block").json()["blocked"] is True
    assert (waiting(), waiting(blocked=True)) == ([], ["b"])
    assert devices.blocked(api.store) == {"b"}
    devices.put_strangers(api.store, [stranger("a"), stranger("b")])
    assert (waiting(), waiting(blocked=True)) == (["a"], ["b"])
    assert client.delete("/devices/unknown/b").status_code == 204
    assert devices.blocked(api.store) == frozenset()


def test_what_is_heard_of_an_unknown_device_adds_up_and_its_last_messages_are_kept(api: Api) -> None:
    for number in range(4):
        two = [{**dict(stranger().heads[0]), "topic": f"t{number}.{each}"} for each in range(2)]
        devices.put_strangers(api.store, [stranger(count=2, heads=two, last_seen_at=T0 + timedelta(seconds=number))])
    found = devices.unknown(api.store, "pump-1")
    assert (found["count"], found["last_seen_at"]) == (8, T0 + timedelta(seconds=3))
    assert [head["topic"] for head in found["heads"]] == ["t1.1", "t2.0", "t2.1", "t3.0", "t3.1"]


def test_a_flood_of_invented_ids_does_not_push_out_a_device_that_goes_on_speaking(api: Api) -> None:
    devices.put_strangers(api.store, [stranger("pump-1", count=3)])
    for start in range(0, 2000, 200):
        late = T0 + timedelta(seconds=start)
        flood = [stranger(f"x-{number}", last_seen_at=late) for number in range(start, start + 200)]
        devices.put_strangers(api.store, flood)
    [row] = api.store.fetch("select count(*) as count from unknown_device")
    assert row["count"] == devices.MAX_UNKNOWN
    assert devices.unknown(api.store, "pump-1")["count"] == 3


def test_a_device_that_was_added_meanwhile_leaves_no_trace_as_unknown(api: Api) -> None:
    devices.put_strangers(api.store, [stranger("smoke-1"), stranger("pump-1"), stranger("pump-2")])
    with api.store.transaction() as tx:
        sources.add(tx, devices.source_of("pump-1", GRID, "pump", "Pump"), T0)
    client = api.client("ines")
    assert [item["id"] for item in client.get("/devices/unknown").json()["items"]] == ["pump-2"]
    assert problem(client.get("/devices/unknown/pump-1")) == (404, "not_found")
    devices.put_strangers(api.store, [stranger("pump-2")])
    assert [row["id"] for row in api.store.fetch("select id from unknown_device")] == ["pump-2"]


def test_what_was_refused_is_listed_by_cause_topic_and_device_page_by_page(api: Api) -> None:
    for number in range(5):
        refuse(api, "smoke-1" if number % 2 else "smoke-2", cause="not_json" if number < 3 else "bad_time")
    client = api.client("ines")

    def listed(**params: Any) -> list[int]:
        return [item["id"] for item in client.get("/quarantine", params=params).json()["items"]]

    assert listed() == [5, 4, 3, 2, 1]
    assert listed(cause="bad_time") == [5, 4]
    assert listed(device="smoke-1") == [4, 2]
    assert listed(origin="gridhub/v1/devices/smoke-2/telemetry", cause="not_json") == [3, 1]
    page = client.get("/quarantine?limit=2").json()
    assert (page["next"], listed(limit=2, cursor=page["next"])) == ("4", [3, 2])
    assert problem(client.get("/quarantine?cursor=x")) == (422, "invalid")
    assert client.get("/quarantine/causes").json() == [
        {"cause": "not_json", "count": 3, "kept_bytes": 24}, {"cause": "bad_time", "count": 2, "kept_bytes": 16},
    ]  # fmt: skip


def test_a_refused_message_is_shown_as_text_and_bytes(api: Api) -> None:
    client = api.client("ines")
    found = client.get(f"/quarantine/{refuse(api, payload='烟'.encode())}").json()
    assert (found["text"], found["hex"], found["detail"], found["whole"]) == ("烟", "e7839f", "why not_json", True)
    no_text = bytes([255])
    found = client.get(f"/quarantine/{refuse(api, payload=no_text)}").json()
    assert (found["text"], found["hex"]) == (None, "ff")
    cut = client.get(f"/quarantine/{refuse(api, payload='烟'.encode()[:2], size=9000)}").json()
    assert (cut["text"], cut["whole"], cut["size_bytes"]) == ("", False, 9000)


def test_a_message_that_is_not_kept_as_a_whole_cannot_be_read_again(api: Api) -> None:
    client = api.client("ines")
    cut, whole = refuse(api, size=9000), refuse(api)
    assert problem(client.post(f"/quarantine/{cut}/replay")) == (409, "truncated")
    assert client.post(f"/quarantine/{whole}/replay").json() == {"count": 1}
    assert client.post(f"/quarantine/{whole}/replay").json() == {"count": 0}, "it is asked for already"
    assert [row["id"] for row in quarantine.asked(api.store, 0, 10)] == [whole]


def test_many_are_read_again_or_thrown_away_by_what_they_have_in_common(api: Api) -> None:
    for cause in ("not_json", "not_json", "bad_time"):
        refuse(api, cause=cause)
    client = api.client("ines")
    assert client.post("/quarantine/replay", json={"cause": "not_json", "device": "smoke-1"}).json() == {"count": 2}
    assert client.delete("/quarantine?cause=not_json").json() == {"count": 2}
    assert client.delete("/quarantine/3").status_code == 204
    assert client.get("/quarantine").json()["items"] == []


def test_whoever_sees_one_area_sees_and_touches_what_its_devices_sent_only(api: Api) -> None:
    own, other, nobodys = refuse(api, "smoke-1"), refuse(api, "smoke-2"), refuse(api, "nobody-1")
    client = api.client("local")
    assert [item["id"] for item in client.get("/quarantine").json()["items"]] == [own]
    assert client.get("/quarantine/causes").json()[0]["count"] == 1
    for number in (other, nobodys):
        assert problem(client.get(f"/quarantine/{number}")) == (404, "not_found")
    assert client.post("/quarantine/replay", json={}).json() == {"count": 1}
    assert client.delete("/quarantine").json() == {"count": 1}
    assert len(quarantine.page(api.store, quarantine.Which(), None, 10)) == 2
    devices.put_strangers(api.store, [stranger()])
    assert client.get("/devices/unknown").json()["items"] == []


def test_a_device_that_waits_for_approval_is_still_approved_in_place(api: Api) -> None:
    with api.store.transaction() as tx:
        sources.add(tx, devices.source_of("new-1", GRID, "smoke", "New 1"), T0)
    assert api.client("ines").post("/devices/new-1/approve").json()["approved"] is True
