"""Which addresses the hub may go to for its cameras, so that it is no way into other networks.

A URL comes from an integrator, and an address in an answer from a device: neither may lead the hub to its own
loopback, to the metadata service of a cloud or into a network that has no cameras. What is checked is always the number
that will be connected to, never the way it was written: decimal, octal and mapped forms are the same number by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
"""RFC 1918, RFC 6598 (shared address space of providers) and RFC 4193: where cameras are."""

_SPECIAL: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "127.0.0.0/8", "::1/128",  # loopback
        "169.254.0.0/16", "fe80::/10",  # link-local, and with it the metadata service of most clouds
        "fd00:ec2::/32", "100.100.100.200/32", "192.0.0.192/32",  # that of the others
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96",  # IPv4 in disguise
    )
)  # fmt: skip
"""Only where the list names them, or a part of them: a wide network that happens to hold them is not enough."""
_LOOPBACK = ("127.0.0.0/8", "::1/128")
_NEVER: tuple[Network, ...] = tuple(
    ip_network(text) for text in ("0.0.0.0/8", "::/128", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8")
)


@dataclass(frozen=True, slots=True)
class AllowList:
    """``networks`` of cameras, and the ``names`` of hosts that may lie anywhere but in the special networks."""

    networks: tuple[Network, ...]
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> AllowList:
        """From networks (``10.1.0.0/16``), addresses and host names. Raises ValueError for what is none of them."""
        networks: list[Network] = []
        names: set[str] = set()
        for entry in entries:
            found = parse_entry(entry)
            if isinstance(found, str):
                names.add(found)
            else:
                networks.append(found)
        return cls(tuple(networks), frozenset(names))

    def permits(self, address: str, name: str = "") -> bool:
        """Whether ``address``, a number, may be connected to; ``name`` is the host that was asked for."""
        try:
            number = ip_address(address)
        except ValueError:
            return False
        if isinstance(number, IPv6Address) and number.ipv4_mapped is not None:
            number = number.ipv4_mapped
        if isinstance(number, IPv6Address) and number.scope_id is not None:
            number = IPv6Address(int(number))
        if _inside(number, _NEVER):
            return False
        special = [network for network in _SPECIAL if number in network]
        within = [network for network in self.networks if number in network]
        if special:
            return any(_is_part(network, whole) for network in within for whole in special)
        return bool(within) or name.rstrip(".").lower() in self.names

    def line_for(self, address: str, name: str = "") -> str:
        """The line of ``hub.yaml`` that allows ``address``, known as ``name``, besides all that is allowed now.

        Empty for what no list opens, and for what nobody should be advised to open: metadata services, disguises.
        """
        entries = [str(network) for network in self.networks] + sorted(self.names)
        for entry in (*_LOOPBACK, address, name):
            try:
                wider = AllowList.of([*entries, entry])
            except ValueError:
                continue  # a name as a resolver takes it, or none
            if wider.permits(address, name) and not (_is_special(address) and entry not in _LOOPBACK):
                return f"network: {{cameras: [{', '.join(map(_quoted, [*entries, entry]))}]}}"
        return ""


def parse_entry(entry: str) -> Network | str:
    """One line of the list. Raises ValueError."""
    text = entry.strip()
    try:
        return ip_network(text)
    except ValueError as error:
        if "/" in text or ":" in text:
            raise ValueError(f"{entry!r} is not a network, as in 10.1.0.0/16{_meant(text)}") from error
    labels = text.rstrip(".").lower().split(".")
    if all(label.isdecimal() for label in labels) or not all(_is_label(label) for label in labels):
        raise ValueError(f"{entry!r} is neither a network, as in 10.1.0.0/16, nor the name of a host")
    return ".".join(labels)


def _meant(text: str) -> str:
    try:
        return f"; did you mean {ip_network(text, strict=False)}?"
    except ValueError:
        return ""


def _is_label(label: str) -> bool:
    """Of a host name (RFC 1123), with the underscore that many networks have."""
    return 0 < len(label) < 64 and label.replace("-", "a").replace("_", "a").isalnum() and label.isascii()


def _inside(number: IPv4Address | IPv6Address, networks: tuple[Network, ...]) -> bool:
    return any(number in network for network in networks)


def _quoted(entry: str) -> str:
    """As YAML takes it in a list."""
    return f'"{entry}"' if entry.startswith(":") or entry.endswith(":") else entry


def _is_special(address: str) -> bool:
    try:
        return _inside(ip_address(address), _SPECIAL)
    except ValueError:
        return True


def _is_part(network: Network, whole: Network) -> bool:
    if isinstance(network, IPv4Network) and isinstance(whole, IPv4Network):
        return network.subnet_of(whole)
    return isinstance(network, IPv6Network) and isinstance(whole, IPv6Network) and network.subnet_of(whole)
