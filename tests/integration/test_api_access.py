"""Who may do what: nothing without a session, nothing beyond a role, nothing outside an area."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts

from dashboard.api.auth import About, Needs, current_session
from hub.model.alert import Alert
from hub.model.person import Person
from hub.model.rights import EVERYWHERE, RIGHTS, Grant, Right, Role
from hub.store import bookmarks, devices, outages, people, silences
from tests.fix_api import GRID, OTHER_GRID, PEOPLE, T0, Api, fire, problem, refuse

SIGNING_IN = {
    f"{name.split(' ')[0]} /api/v1/session{name.split(' ')[1]}"
    for name in (
        "POST ", "POST /passkey", "POST /passkey/options", "GET /external", "GET /external/callback", "GET /ways",
    )
}  # fmt: skip
OPEN_TO_ALL = {*SIGNING_IN, "GET /healthz", "GET /readyz", "GET /metrics", "GET /{path:path}"}
HOUR = "from=2026-03-01T12:00:00Z&to=2026-03-01T12:01:00Z"
UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip
ACT, SOURCES, RULES, PICTURES = Right.ACT, Right.SOURCES, Right.RULES, Right.RECORDINGS


def routes(api: Api) -> Iterator[tuple[str, Any]]:
    for context in iter_route_contexts(api.app.routes):
        if isinstance(context.original_route, APIWebSocketRoute):
            yield f"WEBSOCKET {context.path}", context.original_route
            continue
        assert isinstance(context.original_route, APIRoute), f"{context.path} is no route that can be checked"
        for method in context.methods or ():
            if method != "HEAD":
                yield f"{method} {context.path}", context


def depends_on(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from depends_on(below)


def test_every_route_asks_who_it_is_but_those_that_are_open(api: Api) -> None:
    known = dict(routes(api))
    assert len(known) > 35
    asking = {name for name, route in known.items() if current_session in set(depends_on(route.dependant))}
    assert known.keys() - asking == OPEN_TO_ALL


def rights_of(route: Any) -> list[Right]:
    return [call.right for call in depends_on(route.dependant) if isinstance(call, Needs)]


OWN = ("/session", "/walls", "/me", "/tokens", "/people")
"""What somebody may change of their own, whatever they are; and people, who have tests of their own."""
ROLES = {name: person.grants[0].role for name, person in PEOPLE.items() if person.grants[0].area == EVERYWHERE}


def test_every_route_declares_what_right_it_needs(api: Api) -> None:
    """The default is refusal: a route that says nothing fails here before it answers anybody."""
    for name, route in routes(api):
        declared = [call for call in depends_on(route.dependant) if isinstance(call, Needs | About)]
        assert declared or name in OPEN_TO_ALL, f"{name} declares no right: its caller is one of dashboard.api.auth"


def in_life(path: str, alert: Alert) -> str:
    """The path of a route with the ids of things in the other area, and one of its alerts."""
    values = {"{path:path}": OTHER_GRID, "/alerts/{id}": f"/alerts/{alert.id}"}
    values |= {"/rules/{name}": "/rules/smoke", "/outages/{id}": "/outages/1", "/silences/{id}": "/silences/1"}
    values |= {"/me/passkeys/{id}": "/me/passkeys/AAAA"}
    values |= {"/people/{name}": "/people/geng", "/tokens/{id}": "/tokens/1", "/sessions/{id}": "/sessions/1"}
    values |= {"/bookmarks/{id}": "/bookmarks/1", "/walls/{name}": "/walls/x"}
    values |= {"/incidents/{id}": f"/incidents/{alert.incident}", "/cameras/{id}": "/cameras/cam-2"}
    values |= {"/devices/unknown/{id}": "/devices/unknown/stranger-1", "/quarantine/{id}": "/quarantine/1"}
    values |= {"/devices/{id}": "/devices/smoke-2", "/commands/{id}": "/commands/0123456789abcdef"}
    for pattern, value in values.items():
        path = path.replace(pattern, value)
    assert "{" not in path
    return path


def test_nothing_is_answered_without_a_session(api: Api) -> None:
    client, alert = api.anonymous(), fire(api.store, OTHER_GRID)
    for name, _ in routes(api):
        method, pattern = name.split(" ", 1)
        if name in OPEN_TO_ALL:
            continue
        url = api.url + in_life(pattern, alert)
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "gridhub_session=wrong"}):
            headers = {**headers, "Sec-Fetch-Site": "same-origin"}
            if method == "WEBSOCKET":
                answer = client.get(url, headers={**headers, **UPGRADE})
            else:
                answer = client.request(method, url, headers=headers)
            assert problem(answer) == (401, "not_signed_in"), name
            assert "WWW-Authenticate" in answer.headers


BODIES: dict[str, dict[str, Any]] = {
    "/assign": {"to": None},
    "/password": {"password": "a long password"},
    "/comment": {"note": "x"},
    "/clear": {"note": "x"},
    "/reset": {"note": "x"},
    "/outages": {"area": OTHER_GRID, "reason": "x", "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()},
    "/silences": {
        "area": OTHER_GRID, "reason": "x", "ends_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        "matchers": [{"field": "rule", "value": "smoke"}],
    },
    "/bookmarks": {"area": OTHER_GRID, "at": "2026-03-01T12:00:00Z", "note": "x"},
    "/bookmarks/{id}": {"note": "x"},
    "/shelve": {"until": (datetime.now(UTC) + timedelta(hours=1)).isoformat()},
    "/cameras": {"id": "cam-9", "url": "rtsp://x/1", "area": OTHER_GRID},
    "/devices": {"id": "dev-9", "type": "door", "area": OTHER_GRID},
    "/commands": {"name": "sound"},
    "/unknown/{id}/approve": {"area": GRID, "type": "door"},
    "/rules/check": {"text": "rules: []"},
    "/rules/backtest": {"text": "rules: []", "from": "2026-03-01T12:00:00Z", "to": "2026-03-01T12:00:00Z"},
    "/release": {"note": "x"},
    "/probe": {"url": "rtsp://127.0.0.1:1/"},
    "/discover": {"targets": ["127.0.0.1:9"]},
}
CHANGES = [
    ("POST", "/alerts/{id}/ack", ACT), ("POST", "/alerts/{id}/shelve", ACT),
    ("POST", "/silences", ACT), ("DELETE", "/silences/{id}", ACT),
    ("POST", "/alerts/{id}/clear", ACT), ("POST", "/alerts/{id}/comment", ACT),
    ("POST", "/alerts/{id}/unshelve", ACT), ("POST", "/alerts/{id}/reset", ACT),
    ("POST", "/alerts/{id}/assign", ACT), ("POST", "/rules/backtest", RULES), ("POST", "/rules/check", RULES),
    ("POST", "/rules/{name}/release", ACT),
    ("POST", "/bookmarks", PICTURES), ("PATCH", "/bookmarks/{id}", PICTURES), ("DELETE", "/bookmarks/{id}", PICTURES),
    ("POST", "/outages", SOURCES), ("DELETE", "/outages/{id}", SOURCES),
    ("POST", "/devices/{id}/commands", ACT),
    ("POST", "/devices/{id}/account", SOURCES), ("DELETE", "/devices/{id}/account", SOURCES),
    ("POST", "/cameras", SOURCES), ("PATCH", "/cameras/{id}", SOURCES), ("DELETE", "/cameras/{id}", SOURCES),
    ("POST", "/cameras/probe", SOURCES), ("POST", "/cameras/discover", SOURCES),
    ("POST", "/cameras/import", SOURCES), ("POST", "/devices", SOURCES), ("POST", "/devices/import", SOURCES),
    ("PATCH", "/devices/{id}", SOURCES),
    ("DELETE", "/devices/{id}", SOURCES), ("POST", "/devices/{id}/approve", SOURCES),
    ("POST", "/devices/unknown/{id}/approve", SOURCES), ("POST", "/devices/unknown/{id}/block", SOURCES),
    ("DELETE", "/devices/unknown/{id}", SOURCES), ("DELETE", "/quarantine/{id}", SOURCES),
    ("POST", "/quarantine/{id}/replay", SOURCES), ("POST", "/quarantine/replay", SOURCES),
    ("DELETE", "/quarantine", SOURCES),
]  # fmt: skip


def send(client: httpx.Client, alert: Alert, method: str, pattern: str) -> httpx.Response:
    body = next((body for end, body in BODIES.items() if pattern.endswith(end)), {})
    return client.request(method, in_life(pattern, alert), json=None if method == "DELETE" else body)


def test_a_change_needs_its_right(api: Api) -> None:
    known = {
        name: rights_of(route)
        for name, route in routes(api)
        if not name.startswith(("GET", "WEBSOCKET")) and not any(f"/api/v1{own}" in name for own in OWN)
    }
    assert {f"{method} /api/v1{pattern}": [right] for method, pattern, right in CHANGES} == known
    alert = fire(api.store, OTHER_GRID)
    clients = {role: api.client(name) for name, role in ROLES.items()}
    for method, pattern, right in CHANGES:
        for role in set(Role) - {role for role in Role if right in RIGHTS[role]}:
            answer = send(clients[role], alert, method, pattern)
            assert problem(answer) == (403, "not_allowed"), (role, method, pattern)


READS = {
    Right.LIVE: {"/cameras/{id}/snapshot", "/cameras/{id}/live"},
    PICTURES: {"/cameras/{id}/clip", "/cameras/{id}/recordings", "/alerts/{id}/snapshot"},
    ACT: {"/alerts/{id}/people"},
    SOURCES: {"/devices/unknown", "/devices/unknown/{id}", "/quarantine", "/quarantine/causes", "/quarantine/{id}"},
    Right.PEOPLE: {"/people", "/people/{name}"},
    Right.AUDIT: {"/audit", "/audit/chain"},
    Right.SYSTEM: {"/system"},
}
"""What needs more than to see the area. All else needs that, or is about whoever asks."""
ABOUT_ONESELF = {"/me", "/me/passkeys", "/me/roles", "/session", "/sessions", "/tokens"}


def test_no_read_needs_less_than_was_decided(api: Api) -> None:
    known = {
        name.partition(" ")[2].removeprefix("/api/v1"): set(rights_of(route))
        for name, route in routes(api)
        if name.startswith(("GET", "WEBSOCKET")) and name not in OPEN_TO_ALL
    }
    decided: dict[str, set[Right]] = {path: {right} for right, paths in READS.items() for path in paths}
    decided |= {path: set() for path in ABOUT_ONESELF}
    assert known == {path: decided.get(path, {Right.SEE}) for path in known}
    assert decided.keys() <= known.keys()


FOREIGN_READS = [
    "/areas/qth", f"/areas/{OTHER_GRID}", f"/areas/{OTHER_GRID}/status", "/areas/qth/status", "/cameras/cam-2",
    "/cameras/cam-2/snapshot", f"/cameras/cam-2/recordings?{HOUR}", f"/cameras/cam-2/clip?{HOUR}", "/devices/smoke-2",
    "/devices/unknown/{id}", "/quarantine/{id}", "/alerts/{id}", "/alerts/{id}/snapshot", "/incidents/{id}",
    "/incidents/{id}/log",
    f"/series?source=smoke-2&metric=smoke&{HOUR}",
]  # fmt: skip


def test_what_lies_outside_a_persons_area_does_not_exist_for_them(api: Api) -> None:
    client, alert = api.client("local"), fire(api.store, OTHER_GRID)
    refuse(api, "smoke-2")
    devices.put_strangers(api.store, [devices.Stranger("stranger-1", "topic", 1, T0, T0)])
    with api.store.transaction() as tx:
        silences.add(tx, [], OTHER_GRID, "otto", "x", T0, datetime.now(UTC) + timedelta(hours=1), T0)
        bookmarks.add(tx, OTHER_GRID, T0, None, [], None, "x", "otto", T0)
    outages.begin(api.store, None, None, OTHER_GRID, "ines", "x", T0, T0 + timedelta(hours=1))
    for pattern in FOREIGN_READS:
        assert problem(client.get(in_life(pattern, alert))) == (404, "not_found"), pattern
    for method, pattern, _ in CHANGES:
        if "{id}" in pattern:
            assert problem(send(client, alert, method, pattern)) == (404, "not_found"), pattern
    for pattern in ("/cameras", "/devices", "/outages", "/silences", "/bookmarks"):
        answer = send(client, alert, "POST", pattern)
        assert problem(answer) == (422, "invalid")
        assert answer.json()["errors"][0] == {
            "file": "", "line": 0, "key": "area", "message": f"there is no area '{OTHER_GRID}'",
        }  # fmt: skip


def test_a_source_cannot_be_moved_out_of_a_persons_area(api: Api) -> None:
    client = api.client("local")
    assert client.post("/devices", json={"id": "d", "type": "door", "area": GRID}).status_code == 201
    assert problem(client.patch("/devices/d", json={"area": OTHER_GRID})) == (422, "invalid")


def test_lists_hold_what_lies_in_a_persons_area(api: Api) -> None:
    own, _ = fire(api.store, GRID), fire(api.store, OTHER_GRID)
    client = api.client("local")

    def items(path: str) -> list[Any]:
        return [item.get("id", item.get("path")) for item in client.get(path).json()["items"]]

    for area in ("", "?area=qth", "?area=qth/taoshan"):
        assert items(f"/cameras{area}") == ["cam-1"]
        assert items(f"/devices{area}") == ["smoke-1"]
        assert items(f"/alerts{area}") == [own.id]
        assert items(f"/incidents{area}") == [own.incident]
        assert items(f"/areas{area}") == ["qth/taoshan", GRID]
    for path in ("/cameras", "/devices", "/alerts", "/incidents", "/areas"):
        assert problem(client.get(f"{path}?area=qth/xinxing")) == (403, "outside_your_area")
    paths = [feature["properties"]["path"] for feature in client.get("/areas.geojson").json()["features"]]
    assert paths == ["qth/taoshan", GRID]
    assert [rule["open"] for rule in client.get("/rules").json()["items"]] == [1, 0]


def test_an_area_of_a_similar_name_is_another_area(api: Api) -> None:
    with api.store.transaction() as tx:
        tx.execute("insert into area values ('qth/taoshan-2', 'qth', 'x', 'grid', null)")
        tx.execute("update source set area = 'qth/taoshan-2' where id = 'cam-2'")
    client = api.client("local")
    assert problem(client.get("/cameras/cam-2")) == (404, "not_found")
    assert [camera["id"] for camera in client.get("/cameras").json()["items"]] == ["cam-1"]


def test_every_answer_makes_a_browser_careful(api: Api) -> None:
    client = api.anonymous()
    for path in ("/", "/watch", "/api/v1/areas", "/api/v1/nothing", "/healthz", "/metrics"):
        headers = client.get(api.url + path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
        if path.startswith("/api"):
            assert headers["cache-control"] == "no-store"


def test_no_page_comes_from_elsewhere(api: Api) -> None:
    client = api.client("vera")
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert "cdn" not in client.get(api.url + path).text.lower()
    document = client.get(api.url + "/api/openapi.json").json()
    assert "/api/v1/alerts/{id}/ack" in document["paths"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert "application/problem+json" in operation["responses"]["4XX"]["content"], (method, path)
            silent = {"204", "303"} & operation["responses"].keys()  # done, or a step to elsewhere: nothing to say
            good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            assert silent or good[0]["content"], (method, path)


def test_a_person_without_an_area_that_exists_sees_nothing_else(api: Api) -> None:
    people.add(api.store, Person("gina", (Grant(Role.VIEWER, GRID),)), "x")
    client = api.client("gina")
    assert [area["path"] for area in client.get("/areas").json()["items"]] == [GRID]
    assert client.get(f"/areas/{GRID}/status").json()["sources"] == 2
