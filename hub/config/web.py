"""The console's server: the names it answers to, its certificate, who may read its metrics, how much is too much."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from hub.config.values import Settings
from hub.model.allowlist import Network, parse_entry

LOOPBACK = ("127.0.0.0/8", "::1/128")


def _host(name: str) -> str:
    found = parse_entry(name)
    if not isinstance(found, str):
        raise ValueError(f"{name!r} is a number: names belong here, as in hub.lan")  # noqa: TRY004  pydantic's way
    return found


def _network(text: str) -> str:
    if isinstance(parse_entry(text), str):
        raise ValueError(f"{text!r} is no network, as in 10.1.0.0/16")  # noqa: TRY004  pydantic's way
    return text


class WebSettings(Settings):
    hosts: Annotated[tuple[Annotated[str, AfterValidator(_host)], ...], Field(max_length=100)] = ()
    """Names under which people reach it, besides ``localhost``, the machine's own name and any address in numbers."""
    certificate: Path | None = None
    """Chain of certificates (PEM). With it the console speaks TLS, and nothing else, on ``listen``."""
    key: Path | None = None
    """Of the certificate (PEM). Left out: in the same file."""
    metrics_from: Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], Field(max_length=100)] = LOOPBACK
    """Networks from which ``/metrics`` is read without signing in."""
    rate: Annotated[int, Field(ge=1, le=100_000)] = 300
    """Requests a second of one person, in the long run; of one address, twice as many."""

    @property
    def scheme(self) -> str:
        return "http" if self.certificate is None else "https"

    def may_read_metrics(self, address: str) -> bool:
        """Whether ``address``, a number, lies in ``metrics_from``."""
        try:
            number: Any = ip_address(address)
        except ValueError:
            return False
        number = getattr(number, "ipv4_mapped", None) or number
        networks: list[Network] = [ip_network(text) for text in self.metrics_from]
        return any(number in network for network in networks)
