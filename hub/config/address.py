"""The address of a camera as people write it: its URL, and the credentials that are part of it.

Credentials are taken out of a URL before it is kept. Many cheap cameras want them in the path or the query
(``/user=admin&password=…&channel=1``, ``?loginuse=…&loginpas=…``), or both as one (``?authbasic=…``): there a
placeholder, ``{username}``, ``{password}`` or ``{auth}``, takes their place, and they are put in again just before the
camera is opened.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, ip_address
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from hub.errors import SourceError
from hub.log import AUTH_NAMES, PASSWORD_NAMES, redact_value
from hub.model.allowlist import AllowList
from hub.model.source import SourceState

_PATH_USERNAME = re.compile(
    r"(?i)(?:^|[?&/;_])(?:username|user|usr|userid|account|loginuser|loginuse|login)="
    r"(?P<value>[^&?#;/]*?)(?=$|[&?#;/]|_pass)"
)
_PATH_PASSWORD = re.compile(rf"(?i)(?:^|[?&/;_])(?:{PASSWORD_NAMES})=(?P<value>[^&?#;/]*?)(?=$|[&?#;/]|_channel)")
_PATH_AUTH = re.compile(rf"(?i)(?:^|[?&/;_])(?:{AUTH_NAMES})=(?P<value>[^&?#;]+?)(?=$|[&?#;])")


class AddressNotAllowed(SourceError):
    """An address that the hub does not go to on account of a camera. ``address`` is what was refused.

    ``line``: what ``hub.yaml`` would have to say for it to be allowed; empty where nothing should.
    """

    def __init__(self, address: str, line: str = "") -> None:
        self.address = address
        self.line = line
        reason = f"the address {address} is in none of the networks where cameras may be (network.cameras)"
        super().__init__(SourceState.UNREACHABLE, reason)

    @property
    def advice(self) -> str:
        """The reason, and what to do about it, for whoever has the configuration at hand."""
        return f"{self.reason}; if a camera is there, write: {self.line}" if self.line else self.reason


def split_credentials(url: str) -> tuple[str, str | None, str | None]:
    """A URL without its credentials, the user name and the password. Raises ValueError where there are two of one."""
    parts = urlsplit(url)
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    rest = parts._replace(scheme="", netloc="").geturl()
    path_username = path_password = None
    if _PATH_PASSWORD.search(rest):
        rest, path_username = _take(_PATH_USERNAME, rest, "{username}")
        rest, path_password = _take(_PATH_PASSWORD, rest, "{password}")
    for value in (password, path_password):
        if value:
            redact_value(value)
            redact_value(quote(value, safe=""))
    if (path_username and username and path_username != username) or (
        path_password and password and path_password != password
    ):
        raise ValueError("the address holds two different user names or passwords: leave one of them out")
    bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{rest}"
    return bare, username or path_username, password or path_password


def join_credentials(url: str, secret: Mapping[str, str]) -> str:
    """``url`` with its placeholders filled in."""
    for name in ("username", "password"):
        url = url.replace("{" + name + "}", quote(secret.get(name, ""), safe=""))
    return join_auth(url, secret)


def join_auth(url: str, secret: Mapping[str, str]) -> str:
    """``url`` with what it has of name and password in one, as it was written."""
    return url.replace("{auth}", secret.get("auth", ""))


def holds_places(url: str) -> bool:
    """Whether the credentials belong into the path of ``url``."""
    return "{password}" in url


def place(
    url: str, substream_url: str | None, username: str | None, password: str | None
) -> tuple[dict[str, Any], dict[str, str] | None]:
    """Where a camera is, without any secret, and its secret.

    What is given apart goes before what stands in the URL; the sub-stream has the credentials of the main stream unless
    it has its own. Raises ValueError.
    """
    bare, url_username, url_password = split_credentials(url)
    bare, auth = _split_auth(bare)
    given = {"username": username or url_username, "password": password or url_password, "auth": auth}
    bare_substream = None
    if substream_url:
        bare_substream, sub_username, sub_password = split_credentials(substream_url)
        bare_substream, sub_auth = _split_auth(bare_substream)
        if sub_auth and sub_auth != auth:
            given |= {"substream_auth": sub_auth}
        if sub_username and (sub_username, sub_password) != (given["username"], given["password"]):
            given |= {"substream_username": sub_username, "substream_password": sub_password}
    secret = {key: value for key, value in given.items() if value}
    for value in secret.values():
        redact_value(value)
    return {"url": bare, "substream_url": bare_substream}, secret or None


def hosts(config: Mapping[str, Any]) -> set[str | None]:
    """Of a camera. Where one is new, the known password must not be sent there."""
    return {urlsplit(url).hostname for url in (config.get("url"), config.get("substream_url")) if url}


def substream_secret(secret: Mapping[str, str] | None) -> dict[str, str] | None:
    """The credentials of the sub-stream, of those of a camera."""
    if not secret:
        return None
    own = {key: secret[f"substream_{key}"] for key in ("username", "password") if f"substream_{key}" in secret}
    own = own or {key: secret[key] for key in ("username", "password") if key in secret}
    auth = secret.get("substream_auth") or secret.get("auth")
    return own | ({"auth": auth} if auth else {}) or None


def check_written(url: str, allowed: AllowList) -> None:
    """Refuse an address that can be told to be wrong without asking a resolver: a number outside of the networks.

    A name is checked by the number it stands for, whenever it is opened. Raises AddressNotAllowed.
    """
    host = urlsplit(url).hostname or ""
    number = as_number(host)
    if number is not None and not allowed.permits(number, host):
        address = number if number == host else f"{host} ({number})"
        raise AddressNotAllowed(address, allowed.line_for(number))


def as_number(host: str) -> str | None:
    """The address that ``host`` is, in whatever form it is written; None for a name."""
    host = host.removesuffix(".")  # resolvers take a number with a dot behind it for the number
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:
        return str(IPv4Address(socket.inet_aton(host)))  # 2130706433, 0x7f.1 and 0177.0.0.1, as resolvers take them
    except (OSError, UnicodeEncodeError):
        return None


def _split_auth(url: str) -> tuple[str, str | None]:
    """A URL without its name and password in one, and these. Raises ValueError where there are two."""
    taken = set()

    def place(found: re.Match[str]) -> str:
        if found["value"] == "{auth}":
            return found[0]
        taken.add(found["value"])
        return found[0].removesuffix(found["value"]) + "{auth}"

    bare = _PATH_AUTH.sub(place, url)
    if len(taken) > 1:
        raise ValueError("the address holds two different words that open the camera: leave one of them out")
    return bare, taken.pop() if taken else None


def _take(pattern: re.Pattern[str], text: str, placeholder: str) -> tuple[str, str | None]:
    found = pattern.search(text)
    if found is None or found["value"] == placeholder:
        return text, None
    start, end = found.span("value")
    if "?" in text[:start] and text[end : end + 1] in {"/", "?", ";"}:  # in a query they are part of the value
        end = next((at for at in range(end, len(text)) if text[at] in "&#"), len(text))
    return text[:start] + placeholder + text[end:], unquote(text[start:end]) or None
