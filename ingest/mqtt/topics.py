"""The topics of the contract: ``gridhub/v1/devices/{device_id}/telemetry`` and ``…/status``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.model.source import check_source_id

OWN = "gridhub/v1/"
"""What every topic of the hub itself begins with."""
_ROOT = f"{OWN}devices"


class Kind(StrEnum):
    TELEMETRY = "telemetry"
    STATUS = "status"


SUBSCRIPTIONS = tuple(f"{_ROOT}/+/{kind}" for kind in Kind)
"""What a worker subscribes to."""


@dataclass(frozen=True, slots=True)
class Address:
    """Which device speaks, and what about."""

    device: str
    kind: Kind


def parse(topic: str) -> Address:
    """Raises ValueError: not a topic of the contract, or the device's id is not an id."""
    root, _, rest = topic.rpartition("/devices/")
    device, _, kind = rest.partition("/")
    if f"{root}/devices" != _ROOT or kind not in set(Kind):
        raise ValueError(f"{topic[:200]!r} is not {_ROOT}/{{device_id}}/telemetry or /status")
    return Address(check_source_id(device), Kind(kind))


def telemetry(device: str) -> str:
    """Where a device publishes what it measures."""
    return f"{_ROOT}/{check_source_id(device)}/{Kind.TELEMETRY}"


def status(device: str) -> str:
    """Where a device publishes, retained and as its last will, whether it is there."""
    return f"{_ROOT}/{check_source_id(device)}/{Kind.STATUS}"


def probes(client_id: str) -> tuple[str, ...]:
    """Topics of no device, one within each subscription: what is published there comes back after all before it."""
    return tuple(f"{_ROOT}/-{client_id}/{kind}" for kind in Kind)


def is_probe(topic: str) -> bool:
    return topic.startswith(f"{_ROOT}/-gridhub-")
