"""What the server bears and whom it answers: heads, bodies, ranges without end, foreign names and pages, TLS."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboard.api import bodies, connection, pace
from dashboard.api.app import make_app
from dashboard.api.openapi import describe
from dashboard.api.tls import Certificate
from hub.clock import SystemClock
from hub.errors import StartError
from hub.store import Store
from hub.tally import Tally
from tests.fix_api import PASSWORD, Api, problem, serving, wait_for, write_config
from tests.fix_tls import write_certificate


def raw(api: Api, content: bytes) -> bytes:
    """What comes back until the server closes the connection."""
    host, port = api.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(content)
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer


def ask(api: Api, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{api.url}{path}", headers=headers, trust_env=False, timeout=10)


def test_a_head_without_end_is_cut_off(api: Api) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(60))
    assert raw(api, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + many).startswith(b"HTTP/1.1 431 ")
    assert ask(api, "/healthz").status_code == 200


def test_whoever_sends_a_head_too_slowly_is_sent_away(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_TIMEOUT_S", 0.2)
    assert raw(api, b"GET /healthz HTTP/1.1\r\nHost: local").startswith(b"HTTP/1.1 408 ")
    assert raw(api, b"").startswith(b"HTTP/1.1 408 ")


def test_whoever_sends_a_body_too_slowly_is_sent_away(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_TIMEOUT_S", 0.2)
    head = b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 100\r\n"
    answer = raw(api, head + b'Content-Type: application/json\r\n\r\n{"username": ')
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"too_slow"' in answer


def test_an_event_stream_outlives_the_time_for_a_body(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_TIMEOUT_S", 0.05)
    with api.client("otto").stream("GET", "/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: hello"
        assert len(api.app.state.context.live._clients) == 1
        with api.client("otto").stream("GET", "/stream") as other:
            assert next(other.iter_lines()) == "event: hello"
        wait_for(lambda: len(api.app.state.context.live._clients) == 1, "the other one has left, and the first has not")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[" * 200_000, {"bad_request", "invalid"}),
        (b'{"username":' * 50_000, {"bad_request", "invalid"}),
        (b'{"username": "' + b"x" * 900_000 + b'", "password": "x"}', {"invalid"}),
        (b'{"username": "a", "password": "' + b"x" * 2_000_000 + b'"}', {"too_large"}),
        (b'{"username": "a", "password": ' + b"9" * 10_000 + b"}", {"invalid", "bad_request"}),
        (b"\xff\xfe{", {"bad_request", "invalid"}),
    ],
)
def test_a_body_that_is_too_much_is_refused_with_words(api: Api, content: bytes, code: set[str]) -> None:
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(f"{api.url}/api/v1/session", content=content, headers=headers, trust_env=False, timeout=10)
    status, word = problem(answer)
    assert word in (code if len(content) <= bodies.MAX_OPEN_BYTES else {"too_large"})
    assert status < 500


def test_an_address_that_is_too_long_is_refused(api: Api) -> None:
    assert problem(ask(api, f"/api/v1/alerts?area={'x' * 9000}")) == (414, "too_long")


@pytest.mark.parametrize("ranges", ["0-0," * 8 + "0-0", "0-" * 200])
def test_more_ranges_than_anybody_needs_get_the_whole(api: Api, ranges: str) -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Any, _: Any, __: Any) -> None:
        seen["range"] = [value for name, value in scope["headers"] if name == b"range"]

    async def never(*_: Any) -> Any:
        raise AssertionError

    scope = {"type": "http", "query_string": b"", "headers": [(b"range", f"bytes={ranges}".encode())]}
    asyncio.run(bodies.BodyLimit(app)(scope, never, never))
    assert seen["range"] == []
    scope["headers"] = [(b"range", b"bytes=0-99,200-299")]
    asyncio.run(bodies.BodyLimit(app)(scope, never, never))
    assert seen["range"] == [b"bytes=0-99,200-299"]


@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics", "/api/v1/session", "/api/v1/stream"])
def test_a_name_that_was_rebound_to_the_hub_gets_nothing(api: Api, path: str) -> None:
    answer = ask(api, path, Host="evil.example")
    assert problem(answer) == (421, "unknown_host")
    assert "content-security-policy" in answer.headers
    assert ask(api, path, Host="localhost").status_code != 421


def test_two_names_or_none_get_nothing(api: Api) -> None:
    for host in (b"", b"Host: localhost\r\nHost: evil.example\r\n"):
        answer = raw(api, b"GET /healthz HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n")
        assert answer.split(b" ")[1] in {b"421", b"400"}, answer[:80]


def test_one_address_may_not_ask_without_end(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace.Pace, "wait_s", lambda _, key: 3.2 if key == "127.0.0.1" else 0.0)
    answer = ask(api, "/healthz")
    assert problem(answer) == (429, "too_many_requests")
    assert answer.headers["Retry-After"] == "4"


def test_one_person_may_not_ask_without_end_from_wherever(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace.Pace, "wait_s", lambda _, key: 3.2 if key == "otto" else 0.0)
    assert problem(api.client("otto").get("/alerts")) == (429, "too_many_requests")
    assert api.client("vera").get("/alerts").status_code == 200


def test_no_page_of_another_site_signs_anybody_in(api: Api) -> None:
    credentials = {"username": "vera", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = api.anonymous().post("/session", json=credentials, headers=headers)
        assert problem(answer) == (403, "foreign_origin")


def operations(api: Api) -> Iterator[tuple[str, str]]:
    for path, methods in describe(api.app)["paths"].items():
        for method in methods:
            yield method, path


def test_no_page_of_another_site_changes_anything(api: Api) -> None:
    """With the cookie of somebody who may: neither by a form (Origin), nor by a script (Sec-Fetch-Site), nor bare."""
    client = api.client("local")
    token = client.headers.pop("Authorization").removeprefix("Bearer ")
    client.cookies.set("gridhub_session", token)
    foreign = [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1.evil.example"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}, {},
    ]  # fmt: skip
    asked = 0
    for method, path in operations(api):
        if method in {"get", "head", "options"}:
            continue
        address = path.removeprefix("/api/v1").replace("{id}", "1").replace("{path}", "qth").replace("{name}", "x")
        for headers in foreign:
            answer = client.request(method.upper(), address, headers=headers, content=b"{}")
            # Signing in needs no cookie, so that its body is looked at first; here it says nothing. A passkey is bound
            # to an origin, and whoever names none gets no further.
            unknown = {(422, "invalid"), (409, "no_origin")} if path.startswith("/api/v1/session") else set()
            expected = {(403, "foreign_origin")} | unknown
            assert problem(answer) in expected, (method, path, headers)
            asked += 1
    assert asked > 100


def test_every_answer_makes_a_browser_careful(api: Api) -> None:
    for path in ("/", "/healthz", "/api/v1/alerts", "/api/v1/nothing", "/nothing.js"):
        headers = ask(api, path).headers
        policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert "camera=()" in headers["permissions-policy"]
        assert "strict-transport-security" not in headers
        assert "server" not in headers


def by_tls(certificate: Path, port: int) -> str:
    """The version of TLS that the server speaks with somebody who trusts ``certificate``. Raises ssl.SSLError."""
    context = ssl.create_default_context(cafile=str(certificate))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=certificate.stem) as secured,
    ):
        secured.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer, version = b"", str(secured.version())
        while part := secured.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nstrict-transport-security: max-age=31536000\r\n" in answer
    return version


def test_a_new_certificate_is_taken_while_it_runs_and_a_broken_one_is_not(city: Store, tmp_path: Path) -> None:
    first, second = write_certificate(tmp_path, "first.lan"), write_certificate(tmp_path, "second.lan")
    used = tmp_path / "used.pem"
    used.write_bytes(first.read_bytes() + first.with_suffix(".key").read_bytes())
    certificate = Certificate(used, None)
    app = make_app(write_config(tmp_path), city, SystemClock(), Tally())
    with serving(app, certificate) as url:
        port = int(url.rpartition(":")[2])
        assert by_tls(first, port) in {"TLSv1.2", "TLSv1.3"}
        assert not certificate.look()
        for broken in (b"", second.read_bytes(), b"nonsense"):
            used.write_bytes(broken)
            os.utime(used, ns=(0, len(broken)))
            assert not certificate.look()
            by_tls(first, port)
        used.write_bytes(second.read_bytes() + second.with_suffix(".key").read_bytes())
        assert certificate.look()
        by_tls(second, port)
        with pytest.raises(ssl.SSLCertVerificationError):
            by_tls(first, port)
        used.unlink()
        assert not certificate.look()
        by_tls(second, port)


def test_a_certificate_that_is_no_use_ends_the_start_with_words(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"the certificate .*gone\.pem cannot be used: no such file"):
        Certificate(tmp_path / "gone.pem", None)
    one, other = write_certificate(tmp_path, "one.lan"), write_certificate(tmp_path, "other.lan")
    with pytest.raises(StartError, match="key values mismatch"):
        Certificate(one, other.with_suffix(".key"))
