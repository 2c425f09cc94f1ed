"""Cameras that are there: WS-Discovery (OASIS 1.1, as ONVIF Core 7 uses it), then what each says by ONVIF.

A probe goes to the multicast group through one interface, or to single hosts. Whoever hears it may answer, so an answer
is believed for one thing only: that a device listens at an address where cameras may be.
"""

from __future__ import annotations

import ipaddress
import socket
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from onvif.utils.discovery import ONVIFDiscovery

from hub.clock import Clock
from hub.config.address import as_number
from hub.errors import HubError, SourceError
from hub.model.allowlist import AllowList
from ingest.video.profiles import Device, ask

MULTICAST = ("239.255.255.250", 3702)
MAX_TARGETS = 1024
MAX_DEVICES = 1000
_MAX_DATAGRAM = 65535
_AT_ONCE = 8

Found = tuple[str, int]
"""The address and the port of a device's ONVIF service."""


def discover(
    allowed: AllowList,
    clock: Clock,
    *,
    targets: Sequence[str] = (),
    interface: str | None = None,
    timeout_s: float = 4.0,
    secret: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Device]:
    """The devices that answer, with their profiles where ``secret`` opens them, in the order of their addresses.

    ``targets`` are hosts and networks (``10.1.2.0/24``); without, everybody on the network of ``interface``. One with a
    port (``10.1.2.3:8080``) is asked there by ONVIF itself, too.
    ``timeout_s`` is for their answers; then each is asked, for 5 s at most, a few at once. Raises HubError.
    """
    ways = destinations(targets, allowed)
    heard = hear(allowed, clock, ways, interface, timeout_s)
    # A port that was given may be that of ONVIF itself, which answers no probe.
    found = sorted(heard | {way for way in ways if way[1] != MULTICAST[1]}, key=_order)
    devices: list[Device] = []
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="onvif") as pool:
        asked = [pool.submit(_ask, host, port, secret, allowed, clock) for host, port in found]
        for done, future in enumerate(asked, 1):
            host, port = found[done - 1]
            if device := future.result():
                devices.append(device)
            elif (host, port) in heard:
                devices.append(Device(host, port, "", "", (), None, refused=True))
            if progress is not None:
                progress(done, len(asked))
    return devices


def destinations(targets: Sequence[str], allowed: AllowList) -> list[tuple[str, int]]:
    """Where a probe is sent for ``targets``. Raises HubError for what is neither host nor network, or too many."""
    found: list[str] = []
    for target in targets:
        host, port = _split_port(target)
        try:
            network = ipaddress.ip_network(host)
        except ValueError as error:
            if "/" in host:
                raise HubError(f"{target!r} is not a network, as in 10.1.2.0/24") from error
            found.append(f"{host} {port}")
        else:
            if network.num_addresses > MAX_TARGETS:
                raise HubError(f"{target} has {network.num_addresses} addresses: at most {MAX_TARGETS} at a time")
            found += [f"{address} {port}" for address in (network.hosts() if "/" in host else [network[0]])]
    if len(found) > MAX_TARGETS:
        raise HubError(f"{len(found)} addresses: at most {MAX_TARGETS} at a time")
    ways = []
    for item in found:
        host, _, number = item.partition(" ")
        if not 0 < int(number) < 65536:
            raise HubError(f"port {number} is not between 1 and 65535")
        name = as_number(host) or _resolve(host)
        if not allowed.permits(name, host):
            line = allowed.line_for(name, host)
            what_to_do = f"; if a camera is there, write in hub.yaml: {line}" if line else ""
            raise HubError(f"{host} is in none of the networks where cameras may be (network.cameras){what_to_do}")
        ways.append((name, int(number)))
    return ways


def hear(
    allowed: AllowList,
    clock: Clock,
    ways: Sequence[tuple[str, int]],
    interface: str | None,
    timeout_s: float,
) -> set[Found]:
    """Where devices say that they listen, of those that answer within ``timeout_s``. Raises HubError."""
    message = ONVIFDiscovery.WS_DISCOVERY_PROBE_MESSAGE.format(uuid=uuid.uuid4()).encode()
    found: set[Found] = set()
    until_s = clock.monotonic() + timeout_s
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
            if interface is not None:
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
                sender.bind((interface, 0))
            for way in ways or [MULTICAST]:
                sender.sendto(message, way)
            while len(found) < MAX_DEVICES and (left_s := until_s - clock.monotonic()) > 0:
                sender.settimeout(left_s)
                try:
                    data, (answering, _) = sender.recvfrom(_MAX_DATAGRAM)
                except ConnectionRefusedError:
                    continue  # one of several hosts has nothing at that port
                found |= {place for place in _read(data, answering) if allowed.permits(place[0])}
    except TimeoutError:
        pass
    except OSError as error:
        raise HubError(f"the network cannot be asked for cameras: {error.strerror or error}") from error
    return found


def _read(data: bytes, answering: str) -> set[Found]:
    """Where one answer says that its device listens. Of several addresses, those of the one who answers go first."""
    if b"<!" in data.replace(b"<!--", b""):  # no device has a reason to send a document type or an entity
        return set()
    text = data.decode("utf-8", "ignore")
    # Only its parser: its own search for devices goes on to ask each address that it is told of, unchecked.
    parsed: list[dict[str, Any]] = ONVIFDiscovery()._parse_responses([{"xml": text, "address": answering}])  # noqa: SLF001  see above
    places: set[Found] = set()
    for device in parsed:
        for url in device["xaddrs"][:8]:
            try:
                parts = urlsplit(url)
                host, port = as_number(parts.hostname or "") or answering, parts.port or 80
            except ValueError:
                continue
            if parts.scheme == "http" and ":" not in host:
                places.add((host, port))
    own = {place for place in places if place[0] == answering}
    return own or places


def _ask(host: str, port: int, secret: Mapping[str, str] | None, allowed: AllowList, clock: Clock) -> Device | None:
    try:
        return ask(host, port, secret, allowed, clock)
    except SourceError:
        return None


def _split_port(target: str) -> tuple[str, int]:
    """``10.1.2.3:3702`` and ``10.1.2.3`` as host and port."""
    host, colon, port = target.rpartition(":")
    if not colon or not port.isdecimal() or ":" in host:
        return target, MULTICAST[1]
    return host, int(port)


def _resolve(host: str) -> str:
    try:
        return socket.gethostbyname(host)
    except (OSError, UnicodeError) as error:
        raise HubError(f"the name {host!r} cannot be resolved") from error


def _order(place: Found) -> tuple[int, int]:
    return int(ipaddress.ip_address(place[0])), place[1]
