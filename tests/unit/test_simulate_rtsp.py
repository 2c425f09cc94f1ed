"""Credentials of the simulated cameras."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest

from ingest.simulate.rtsp import REALM, Account, allows, path_of

ACCOUNT = Account("viewer", "p@ss: wörd")
NONCE = "0123456789abcdef"
URI = "rtsp://127.0.0.1:8554/cam-0001/track1"


def basic(username: str, password: str) -> str:
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


def digest(username: str, password: str, nonce: str = NONCE, method: str = "SETUP") -> str:
    """As RFC 2617, 3.2.2.1 has it where the server offers no qop."""

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    response = md5(f"{md5(f'{username}:{REALM}:{password}')}:{nonce}:{md5(f'{method}:{URI}')}")
    return f'Digest username="{username}", realm="{REALM}", nonce="{nonce}", uri="{URI}", response="{response}"'


@pytest.mark.parametrize("given", [basic("viewer", ACCOUNT.password), digest("viewer", ACCOUNT.password)])
def test_the_right_password_opens(given: str) -> None:
    assert allows(ACCOUNT, NONCE, "SETUP", given)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Basic",
        "Basic %%%",
        "Bearer abc",
        "Digest",
        basic("viewer", "wrong"),
        basic("admin", ACCOUNT.password),
        digest("viewer", "wrong"),
        digest("admin", ACCOUNT.password),
        digest("viewer", ACCOUNT.password, nonce="of another connection"),
        digest("viewer", ACCOUNT.password, method="DESCRIBE"),
    ],
)
def test_anything_else_does_not(given: str) -> None:
    assert not allows(ACCOUNT, NONCE, "SETUP", given)


def test_an_account_does_not_show_its_password() -> None:
    assert ACCOUNT.password not in repr(ACCOUNT)


@pytest.mark.parametrize("uri", [URI, "rtsp://u:p@h/cam-0001", "rtsp://h:1/cam-0001/?x=1", "rtsp://h/cam%2D0001/"])
def test_the_camera_is_the_first_part_of_the_path(uri: str) -> None:
    assert path_of(uri) == "cam-0001"
