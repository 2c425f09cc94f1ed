"""Privacy masks: parts of a camera's picture that only those may see who have the right ``unmasked``. Pure.

They are the camera's zones with ``privacy``. What is stored is stored without them; they are burnt in when a picture
leaves the hub, so that whoever may can look beneath.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

Polygon = tuple[tuple[float, float], ...]
Masks = tuple[Polygon, ...]
"""In fractions of the picture: x from the left, y from the top."""


def masks_of(config: Mapping[str, Any]) -> Masks:
    """Those of a camera (``Source.config``)."""
    return tuple(_polygon(zone) for zone in _masking(config))


def digest(masks: Masks) -> str:
    """Tells whether a worker has burnt in what is asked for; empty for no masks."""
    return hashlib.sha256(repr(masks).encode()).hexdigest() if masks else ""


def uncovered(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names of the masks of a camera that are not there any more, or not as they were.

    One that grew counts as well: to tell that from one that moved is not worth being wrong about. Another name is no
    change.
    """
    kept = set(masks_of(after))
    return [str(zone["name"]) for zone in _masking(before) if _polygon(zone) not in kept]


def names_of(config: Mapping[str, Any]) -> list[str]:
    return [str(zone["name"]) for zone in _masking(config)]


def _masking(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [zone for zone in config.get("zones") or () if zone.get("privacy")]


def _polygon(zone: Mapping[str, Any]) -> Polygon:
    return tuple((float(x), float(y)) for x, y in zone["polygon"])
