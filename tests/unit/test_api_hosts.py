"""The names that the hub answers to, and who may read its metrics."""

from __future__ import annotations

import socket

import pytest
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from dashboard.api.hosts import Hosts
from hub.config.web import WebSettings


async def nothing(_: Scope, __: Receive, ___: Send) -> None:
    """No application is needed to ask."""


HOSTS = Hosts(nothing, ["hub.lan"])


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "localhost:8000", "LOCALHOST", "127.0.0.1", "127.0.0.1:8000", "10.0.0.5:80", "[::1]", "[::1]:8000",
        "[fe80::1]:1", "hub.lan", "Hub.Lan:443", "hub.lan.", socket.gethostname(),
    ],
)  # fmt: skip
def test_it_answers_to(host: str) -> None:
    assert HOSTS.answers_to(host)


@pytest.mark.parametrize(
    "host",
    [
        None, "", ":", ":8000", "evil.example", "evil.example:8000", "hub.lan.evil.example", "127.0.0.1.evil.example",
        "localhost.evil.example", "evil-hub.lan", "hub.lan@evil.example", "[::1", "::1]", "[::1].evil.example", "[]",
        "127.0.0.1:x", "hub.lan:", "hub.lan evil.example", "127.0.0.1,evil.example", "0x7f.1", "2130706433",
    ],
)  # fmt: skip
def test_it_does_not_answer_to(host: str | None) -> None:
    assert not HOSTS.answers_to(host)


@pytest.mark.parametrize("host", ["10.0.0.5", "10.0.0.0/8", "hub lan", "http://hub.lan", "hub.lan:80", ""])
def test_what_is_no_name_is_refused(host: str) -> None:
    with pytest.raises(ValidationError):
        WebSettings(hosts=(host,))


@pytest.mark.parametrize(
    ("address", "networks", "may"),
    [
        ("127.0.0.1", None, True), ("::1", None, True), ("::ffff:127.0.0.1", None, True), ("10.0.0.5", None, False),
        ("10.0.0.5", ["10.0.0.0/8"], True), ("127.0.0.1", ["10.0.0.0/8"], False), ("127.0.0.1", [], False),
        ("", None, False), ("hub.lan", None, False),
    ],
)  # fmt: skip
def test_metrics_are_read_without_signing_in_from(address: str, networks: list[str] | None, may: bool) -> None:
    settings = WebSettings.model_validate({} if networks is None else {"metrics_from": networks})
    assert settings.may_read_metrics(address) is may
