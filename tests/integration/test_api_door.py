"""The door, tried by somebody with a viewer's account of one area, and by nobody."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from hub.model.person import Person
from hub.model.rights import RIGHTS, Grant, Right, Role
from hub.store import people
from tests.fix_api import GRID, PASSWORD, Api, fire, problem
from tests.integration.test_api_access import UPGRADE, routes

CHANNELS = {"WEBSOCKET /api/v1/cameras/{id}/live": Right.LIVE, "GET /api/v1/stream": Right.SEE}
"""What goes on after its first answer. A new one belongs here, and into the test below."""
PRETENDING = [
    {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1;host=localhost;proto=https"},
    {"X-Real-IP": "127.0.0.1"},
    {"X-Forwarded-For": "a"}, {"X-Remote-User": "anna"}, {"Remote-User": "anna"}, {"X-Forwarded-User": "anna"},
    {"X-Forwarded-Host": "localhost"}, {"X-Original-URL": "/healthz"}, {"X-Rewrite-URL": "/healthz"},
    {"X-Forwarded-Proto": "https"}, {"Authorization": "Basic YW5uYTpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="},
    {"Cookie": "gridhub_browser=anna"}, {"Cookie": "gridhub_session="}, {"Authorization": "Bearer"},
    {"Authorization": "Bearer null"}, {"Authorization": "Bearer ght_"}, {"X-HTTP-Method-Override": "GET"},
]  # fmt: skip


def knock(api: Api, camera: str, **headers: str) -> httpx.Response:
    """At the live view. Where it opens, the server says 101."""
    host, port = api.url.removeprefix("http://").split(":")
    sent = {**UPGRADE, "Host": f"{host}:{port}", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(f"GET /api/v1/cameras/{camera}/live HTTP/1.1\r\n{head}\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer and (part := client.recv(65536)):
            answer += part
        fields, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = fields.decode().split("\r\n")
        known = dict(line.split(": ", 1) for line in lines)
        while len(body) < int(known.get("content-length", 0)) and (part := client.recv(65536)):
            body += part
    plain = {name: value for name, value in known.items() if name.lower() != "content-encoding"}
    return httpx.Response(int(first.split()[1]), headers=plain, content=body)


def test_every_live_channel_asks_the_matrix_of_roles_and_areas(api: Api) -> None:
    lasting = {name for name, _ in routes(api) if name.startswith("WEBSOCKET") or name.endswith("/stream")}
    assert lasting == set(CHANNELS)
    assert problem(knock(api, "cam-1")) == (401, "not_signed_in")
    for role in Role:
        name = f"half-{role}"
        people.add(api.store, Person(name, (Grant(role, "qth/taoshan"),)), "x")
        bearer = api.client(name).headers["Authorization"]
        assert Right.LIVE in RIGHTS[role]
        assert knock(api, "cam-1", Authorization=bearer).status_code == 101, role
        assert problem(knock(api, "cam-2", Authorization=bearer)) == (404, "not_found"), role
        assert problem(knock(api, "cam-9", Authorization=bearer)) == (404, "not_found"), role
        asked = api.client(name).get("/stream", params={"observations": "qth/xinxing"})
        assert problem(asked) == (403, "outside_your_area"), role


def test_no_token_of_another_right_opens_a_live_channel(api: Api) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = api.client("anna").post("/tokens", json={"name": "x", "rights": ["see"], "expires_at": until}).json()
    assert problem(knock(api, "cam-1", Authorization=f"Bearer {made['token']}")) == (403, "not_allowed")


def test_no_header_makes_somebody_else_of_a_caller(api: Api) -> None:
    client, viewer = api.anonymous(), api.client("vera")
    for headers in PRETENDING:
        for method, path in (("GET", "/alerts"), ("GET", "/session"), ("GET", "/people"), ("POST", "/tokens")):
            assert problem(client.request(method, path, headers=headers)) == (401, "not_signed_in"), (path, headers)
        if "Authorization" not in headers and "Cookie" not in headers:
            assert viewer.get("/session", headers=headers).json()["user"]["name"] == "vera", headers
            assert problem(viewer.get("/people", headers=headers)) == (403, "not_allowed"), headers


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_and_no_parameter_makes_another_method_of_it(api: Api, name: str) -> None:
    alert = fire(api.store, GRID)
    otto = api.client("otto")
    assert otto.get(f"/alerts/{alert.id}/ack", headers={name: "POST"}).status_code in {404, 405}
    otto.get(f"/alerts/{alert.id}?_method=DELETE", headers={name: "DELETE"}).raise_for_status()
    assert otto.get(f"/alerts/{alert.id}").json()["state"] == "firing"


def test_what_is_shown_instead_of_a_secret_opens_nothing(api: Api) -> None:
    shown = ["***", "<redacted>", "null", "undefined", "x", PASSWORD.upper(), "None"]
    for each in shown:
        signing_in = api.anonymous().post("/session", json={"username": "vera", "password": each})
        assert signing_in.status_code in {401, 429}
        assert problem(api.anonymous().get("/alerts", headers={"Authorization": f"Bearer {each}"}))[0] == 401
    api.client("vera")
    hashed = api.store.fetch("select encode(token_hash, 'hex') as hash from session")
    assert hashed
    for row in hashed:
        bearer = {"Authorization": f"Bearer {row['hash']}"}
        assert problem(api.anonymous().get("/alerts", headers=bearer)) == (401, "not_signed_in")


SMUGGLED = b"GET /api/v1/people HTTP/1.1\r\nHost: localhost\r\n\r\n"


LENGTHS = [
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n",
    b"Content-Length: +5\r\n", b"Content-Length: 5, 5\r\n", b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked, identity\r\n", b"Transfer-Encoding: xchunked\r\n",
    b"Transfer-Encoding : chunked\r\n", b"Content-Length : 5\r\n",
]  # fmt: skip


def test_a_request_of_two_lengths_is_one_request_and_refused(api: Api) -> None:
    """Whatever stands behind it is never taken for the request of somebody else."""
    host, port = api.url.removeprefix("http://").split(":")
    head = b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    for fields in LENGTHS:
        with socket.create_connection((host, int(port)), timeout=10) as client:
            client.sendall(head + fields + b"\r\n0\r\n\r\n" + SMUGGLED)
            client.shutdown(socket.SHUT_WR)
            answer = b""
            while part := client.recv(65536):
                answer += part
        assert answer.count(b"HTTP/1.1 ") <= 1, (fields, answer)
        assert not answer.startswith(b"HTTP/1.1 2"), (fields, answer)
