"""A provider that hangs, sends without end, or leads elsewhere: who go there wait, and nobody else."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboard.api import provider as provider_module
from dashboard.api.app import make_app
from dashboard.api.provider import Provider, ProviderError
from hub.clock import SystemClock
from hub.config.people import ProviderSettings
from hub.store import Store
from hub.tally import Tally
from tests.fix_api import Api, fill, problem, serving, wait_for, write_config

Answer = Callable[[str, socket.socket], None]
"""What is done with a connection that asks for a path."""


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """A server that knows no rules; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            held.append(connection)
            try:
                head = connection.recv(65536).decode()
                answer(head.split()[1], connection)
            except OSError:
                continue

    thread = threading.Thread(target=serve, name="provider")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in held:
            with closing(connection):
                _ends(connection)
        thread.join(10)


def _ends(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # the other side was quicker
        return


def say(connection: socket.socket, body: bytes, *headers: str, status: str = "200 OK") -> None:
    head = "".join(f"{line}\r\n" for line in (f"Content-Length: {len(body)}", *headers))
    connection.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)
    connection.close()


def asked(issuer: str, tmp_path: Path) -> str:
    """Where the browser would be sent. Raises ProviderError."""
    settings = ProviderSettings(issuer=issuer, client_id="hub", client_secret_file=tmp_path / "secret")
    return Provider(settings, SystemClock()).address("http://localhost/back", "state", "nonce", "v" * 43)


def discovery(issuer: str, **more: Any) -> bytes:
    told = {"issuer": issuer, "authorization_endpoint": f"{issuer}/a", "token_endpoint": f"{issuer}/t"}
    return json.dumps({**told, "jwks_uri": f"{issuer}/keys", **more}).encode()


def test_more_than_anybody_needs_is_not_read(tmp_path: Path) -> None:
    came = 0

    def endless(_: str, connection: socket.socket) -> None:
        nonlocal came
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        for _number in range(64):
            connection.sendall(b" " * 2**20)
            came += 1

    with answering(endless) as issuer, pytest.raises(ProviderError, match="more than 1 MiB"):
        asked(issuer, tmp_path)
    assert came < 64


def test_nothing_is_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(b" " * 2**26)

    def packed(_: str, connection: socket.socket) -> None:
        say(connection, bomb, "Content-Encoding: gzip")

    with answering(packed) as issuer, pytest.raises(ProviderError, match="compressed"):
        asked(issuer, tmp_path)


def test_a_byte_now_and_then_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_module, "_WHOLE_S", 0.0)
    with (
        answering(lambda _, connection: say(connection, b"{}")) as issuer,
        pytest.raises(ProviderError, match="took longer"),
    ):
        asked(issuer, tmp_path)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"1" * 10_000, b"\xff", b"[]", b"null", b""])
def test_what_is_no_answer_is_told_as_such(tmp_path: Path, body: bytes) -> None:
    with answering(lambda _, connection: say(connection, body)) as issuer, pytest.raises(ProviderError):
        asked(issuer, tmp_path)


def test_no_redirect_is_followed_and_no_other_scheme_taken(tmp_path: Path) -> None:
    paths: list[str] = []

    def moved(path: str, connection: socket.socket) -> None:
        paths.append(path)
        say(connection, b"", "Location: /elsewhere", status="302 Found")

    with answering(moved) as issuer, pytest.raises(ProviderError, match="answered 302"):
        asked(issuer, tmp_path)
    assert paths == ["/.well-known/openid-configuration"]
    for wrong in ("file:///etc/passwd", "https://localhost/keys", "ftp://localhost/", "//localhost/keys", "", 7, None):
        paths.clear()

        def leads(path: str, connection: socket.socket, wrong: object = wrong) -> None:
            paths.append(path)
            here = f"http://127.0.0.1:{connection.getsockname()[1]}"
            say(connection, discovery(here, jwks_uri=wrong))

        with answering(leads) as issuer, pytest.raises(ProviderError, match="jwks_uri"):
            asked(issuer, tmp_path)
        assert paths == ["/.well-known/openid-configuration"], wrong


@pytest.mark.parametrize("keys", [b'{"keys": 7}', b'{"keys": [7]}', b'{"keys": [{"kty": "RSA"}]}', b'{"keys": null}'])
def test_keys_that_are_none_are_told_as_such(tmp_path: Path, keys: bytes) -> None:
    def told(path: str, connection: socket.socket) -> None:
        here = f"http://127.0.0.1:{connection.getsockname()[1]}"
        say(connection, keys if path == "/keys" else discovery(here))

    with answering(told) as issuer, pytest.raises(ProviderError):
        asked(issuer, tmp_path)


def test_a_provider_that_hangs_takes_nothing_from_those_who_do_not_ask_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The requests of everybody are answered by 40 threads; here more strangers than that go to the provider."""
    fill(store)
    held: list[socket.socket] = []
    with answering(lambda _, connection: held.append(connection)) as issuer:
        more = (
            f"people: {{origin: 'http://localhost:8000', provider: {{issuer: '{issuer}', client_id: hub, "
            "client_secret_file: secret}}\n"
        )
        config, tally = write_config(tmp_path, more), Tally()
        app = make_app(config, store, SystemClock(), tally)
        with serving(app) as url, ThreadPoolExecutor(60) as pool:
            api, provider = Api(url, app, store, config, tally), app.state.context.provider
            waiting = [pool.submit(api.anonymous().get, "/session/external", timeout=30) for _ in range(60)]
            wait_for(lambda: provider.asking.statistics().tasks_waiting >= 50, "all but a few wait to go there")
            assert provider.asking.borrowed_tokens == provider.asking.total_tokens < 40
            assert api.anonymous().get("/session/ways", timeout=4).status_code == 200
            monkeypatch.setattr(provider, "_client", _refusing)
            for connection in held:
                _ends(connection)
            assert {problem(each.result(timeout=30)) for each in waiting} == {(502, "provider_failed")}
            api.close()


def _refusing() -> None:
    raise ProviderError("enough")
