"""Adding, changing and removing cameras and devices over HTTP; passwords go in and never come out."""

from __future__ import annotations

import json
from typing import Any

import httpx

from hub.config.vault import Vault, is_sealed
from hub.model.source import Source, SourceKind
from hub.store import sources
from tests.fix_api import GRID, OTHER_GRID, Api, problem

CANARY = "canary-p%40ss"
CAMERA: dict[str, Any] = {"id": "cam-9", "url": "rtsp://camera-9.example:554/main", "area": GRID}


def secret(api: Api, camera: str) -> dict[str, str]:
    """In clear; the store has it sealed only."""
    stored = sources.get(api.store, camera)
    assert is_sealed(stored.secret)
    return dict(Vault.of(api.config).unseal(stored).secret or {})


def added(client: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = client.post("/cameras", json={**CAMERA, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_camera_is_added_changed_and_removed(api: Api) -> None:
    client = api.client("ines")
    zone = {"name": "gate", "polygon": [[0.1, 0.2], [0.5, 0.2], [0.5, 0.9]]}
    record = {"mode": "continuous", "keep": "7d"}
    answer = client.post("/cameras", json={**CAMERA, "name": "Gate 9", "record": record, "zones": [zone]})
    assert answer.headers["location"] == "/api/v1/cameras/cam-9"
    found = answer.json()
    assert found["record"] == {
        "mode": "continuous", "keep": "7d", "pre": "10s", "post": "20s", "max_size": None,
    }  # fmt: skip
    whole = {**zone, "mask": False, "privacy": False, "loiter": None, "left": None, "crowd": None}
    assert (found["state"], found["origin"], found["zones"]) == ("unknown", "api", [whole])
    assert client.get("/cameras/cam-9").json() == found

    change = {"name": "Gate 10", "area": OTHER_GRID, "zones": [], "analyse": {"motion": False}}
    changed = client.patch("/cameras/cam-9", json=change).json()
    assert (changed["name"], changed["area"], changed["zones"]) == ("Gate 10", OTHER_GRID, [])
    assert changed["analyse"] == {**found["analyse"], "motion": False}
    assert changed["record"] == found["record"], "what is left out stays as it is"

    for enabled in (False, True):
        assert client.patch("/cameras/cam-9", json={"enabled": enabled}).json()["enabled"] is enabled
    assert client.delete("/cameras/cam-9").status_code == 204
    assert problem(client.get("/cameras/cam-9")) == (404, "not_found")


def test_a_camera_belongs_to_an_area_without_others_below_it(api: Api) -> None:
    client = api.client("ines")
    assert problem(client.post("/cameras", json={**CAMERA, "area": "qth"})) == (422, "invalid")
    added(client)
    answer = client.patch("/cameras/cam-9", json={"area": "qth"})
    assert problem(answer) == (422, "invalid")
    assert "'qth' is not a grid" in answer.text


def test_what_is_read_can_be_sent_back(api: Api) -> None:
    client = api.client("ines")
    found = added(client, substream_url="rtsp://camera-9.example/sub", analyse={"detect": {"model": "yolox-nano"}})
    keys = ("url", "substream_url", "name", "area", "record", "analyse", "zones", "lines", "tls", "transport")
    same = {key: found[key] for key in keys}
    assert client.patch("/cameras/cam-9", json=same).json() == found


def test_credentials_are_kept_apart_and_never_answered(api: Api) -> None:
    client = api.client("ines")
    url = f"rtsp://admin:{CANARY}@camera-9.example/main"
    found = added(client, url=url, substream_url=url.replace("main", "sub"))
    assert (found["url"], found["substream_url"]) == ("rtsp://camera-9.example/main", "rtsp://camera-9.example/sub")
    assert secret(api, "cam-9") == {"username": "admin", "password": "canary-p@ss"}
    everything = [client.get(path).text for path in ("/cameras", "/cameras/cam-9", "/rules", "/status")]
    everything += [client.patch("/cameras/cam-9", json={"name": "x"}).text, json.dumps(found)]
    assert "canary" not in "".join(everything)


def test_credentials_may_be_given_apart(api: Api) -> None:
    client = api.client("ines")
    added(client, username="admin", password="first canary")
    assert secret(api, "cam-9") == {"username": "admin", "password": "first canary"}
    answer = client.patch("/cameras/cam-9", json={"password": "second canary"})
    assert secret(api, "cam-9") == {"username": "admin", "password": "second canary"}
    assert "canary" not in answer.text


def test_a_password_does_not_follow_a_camera_to_another_host(api: Api) -> None:
    client = api.client("ines")
    changes = [
        ({"url": "rtsp://camera-9.example/other"}, True),
        ({"name": "x"}, True),
        ({"url": "rtsp://elsewhere.example/main"}, False),
        ({"substream_url": "rtsp://elsewhere.example/sub"}, False),
    ]
    for change, is_kept in changes:
        added(client, username="admin", password="a canary")
        assert client.patch("/cameras/cam-9", json=change).status_code == 200
        assert secret(api, "cam-9") == ({"username": "admin", "password": "a canary"} if is_kept else {}), change
        client.delete("/cameras/cam-9")


def test_an_id_that_is_taken_is_refused(api: Api) -> None:
    client = api.client("ines")
    for taken in ("cam-1", "smoke-1"):
        assert problem(client.post("/cameras", json={**CAMERA, "id": taken})) == (409, "conflict")
    assert problem(client.post("/devices", json={"id": "cam-1", "area": GRID, "type": "smoke"})) == (409, "conflict")


def test_what_the_configuration_sets_is_not_changed_here(api: Api) -> None:
    client = api.client("ines")
    for path in ("/cameras/cam-1", "/devices/smoke-1"):
        assert problem(client.patch(path, json={"name": "x"})) == (409, "set_in_configuration")
        assert problem(client.delete(path)) == (409, "set_in_configuration")
        assert client.get(path).status_code == 200


WRONG_CAMERAS: list[tuple[dict[str, Any], str]] = [
    ({"id": "../etc"}, "id"),
    ({"id": "x" * 200}, "id"),
    ({"url": "http://camera.example/"}, "url"),
    ({"url": "file:///etc/passwd"}, "url"),
    ({"url": "rtsp://"}, "url"),
    ({"url": "rtsp://camera.example:99999/"}, "url"),
    ({"url": "rtsp://camera.example/" + "x" * 3000}, "url"),
    ({"area": "qth/nowhere"}, "area"),
    ({"area": "Q"}, "area"),
    ({"name": ""}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "a\0b"}, ""),
    ({"zones": [{"name": "a\0b", "polygon": [[0, 0], [1, 0], [1, 1]]}]}, ""),
    ({"zones": [{"name": "z", "polygon": [[0, 0], [1, 0]]}]}, "zones[0].polygon"),
    ({"zones": [{"name": "z", "polygon": [[0, 0], [1, 0], [1, 1.5]]}]}, "zones[0].polygon[2][1]"),
    ({"record": {"mode": "sometimes"}}, "record.mode"),
    ({"record": {"keep": "for ever"}}, "record.keep"),
    ({"password_file": "/etc/passwd"}, "password_file"),
    ({"origin": "config"}, "origin"),
]


def test_a_wrong_camera_is_refused_with_the_key(api: Api) -> None:
    client = api.client("ines")
    for wrong, key in WRONG_CAMERAS:
        answer = client.post("/cameras", json={**CAMERA, **wrong})
        assert problem(answer) == (422, "invalid"), wrong
        assert answer.json()["errors"][0]["key"] == key, wrong
    assert [camera["id"] for camera in client.get("/cameras").json()["items"]] == ["cam-1", "cam-2"]


def test_a_wrong_change_of_a_camera_is_refused_with_the_key(api: Api) -> None:
    client = api.client("ines")
    before = added(client)
    for wrong, key in WRONG_CAMERAS[2:]:
        answer = client.patch("/cameras/cam-9", json=wrong)
        assert problem(answer) == (422, "invalid"), wrong
        assert answer.json()["errors"][0]["key"] == key, wrong
    assert client.get("/cameras/cam-9").json() == before


def test_a_device_is_added_changed_and_removed(api: Api) -> None:
    client = api.client("ines")
    answer = client.post("/devices", json={"id": "door-9", "area": GRID, "type": "door"})
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/devices/door-9"
    found = answer.json()
    assert (found["name"], found["origin"], found["approved"], found["latest"]) == ("door-9", "api", True, {})
    changed = client.patch("/devices/door-9", json={"name": "Back door", "area": OTHER_GRID}).json()
    assert (changed["name"], changed["area"], changed["type"]) == ("Back door", OTHER_GRID, "door")
    assert client.delete("/devices/door-9").status_code == 204
    assert problem(client.get("/devices/door-9")) == (404, "not_found")


def test_a_device_that_waits_is_approved_once(api: Api) -> None:
    with api.store.transaction() as tx:
        source = Source("new-1", SourceKind.DEVICE, GRID, "smoke", "New 1", origin="api", approved=False)
        sources.add(tx, source, api.app.state.context.clock.now())
    client = api.client("ines")
    assert client.get("/devices/new-1").json()["approved"] is False
    for _ in range(2):
        assert client.post("/devices/new-1/approve").json()["approved"] is True


def test_a_wrong_device_is_refused_with_the_key(api: Api) -> None:
    client = api.client("ines")
    right = {"id": "door-9", "area": GRID, "type": "door"}
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"id": "a b"}, "id"), ({"type": "Door!"}, "type"), ({"area": "qth/nowhere"}, "area"), ({"name": ""}, "name"),
        ({"name": "a\0b"}, ""), ({"approved": False}, "approved"),
    ]  # fmt: skip
    for wrong, key in wrongs:
        answer = client.post("/devices", json={**right, **wrong})
        assert problem(answer) == (422, "invalid"), wrong
        assert answer.json()["errors"][0]["key"] == key, wrong
    assert problem(client.patch("/devices/smoke-1", json={"id": "other"}))[0] == 422


def test_text_is_answered_as_text(api: Api) -> None:
    name = "<script>alert(1)</script>"
    answer = api.client("ines").post("/devices", json={"id": "x", "area": GRID, "type": "door", "name": name})
    assert answer.json()["name"] == name
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
