"""Devices that speak and are not known: what was heard of them since it was last written down.

In memory for a moment only; ``hub.store.devices`` has the whole. Both are bounded: ids can be invented.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.model.times import rfc3339
from hub.store.devices import MAX_HEADS, Stranger
from ingest.mqtt.decoded import Announced

MAX_AT_ONCE = 200
"""Unknown devices between two writes; the others wait for their next word."""
HEAD_BYTES = 512
"""Kept of a payload here. The quarantine has it as a whole."""


@dataclass(slots=True)
class _Heard:
    topic: str
    count: int
    first_at: datetime
    last_at: datetime
    heads: list[dict[str, Any]] = field(default_factory=list)
    announced: dict[str, Any] | None = None


class Strangers:
    """Safe to share between the thread that hears and the one that writes down."""

    def __init__(self) -> None:
        self._heard: dict[str, _Heard] = {}
        self._blocked: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self.passed_over = 0
        """Messages that left no trace, as too many unknown devices spoke at once."""

    def block(self, blocked: frozenset[str]) -> None:
        """Nothing is to be heard of these."""
        self._blocked = blocked

    def is_blocked(self, device: str) -> bool:
        return device in self._blocked

    def heard(self, device: str, topic: str, payload: bytes, at: datetime) -> None:
        """An unknown device said something."""
        with self._lock:
            known = self._of(device, topic, at)
            if known is None:
                self.passed_over += 1
                return
            known.count += 1
            known.topic, known.last_at = topic, at
            text = {"at": rfc3339(at), "topic": topic[:500].replace("\0", ""), "size_bytes": len(payload)}
            known.heads.append({**text, "head": base64.b64encode(payload[:HEAD_BYTES]).decode()})
            del known.heads[:-MAX_HEADS]

    def announced(self, told: Announced, topic: str, at: datetime) -> None:
        """Somebody told of a device that is not known."""
        with self._lock:
            known = self._of(told.device, topic, at)
            if known is not None:
                known.announced = _storable(told)

    def take(self) -> list[Stranger]:
        """All that was heard since the last time."""
        with self._lock:
            heard, self._heard = self._heard, {}
        return [
            Stranger(device, item.topic, item.count, item.first_at, item.last_at, item.heads, item.announced)
            for device, item in heard.items()
        ]

    def put_back(self, strangers: Sequence[Stranger]) -> None:
        """They could not be written down now. What was heard meanwhile stays in front of them."""
        with self._lock:
            for item in strangers:
                newer = self._heard.get(item.id)
                if newer is None:
                    if len(self._heard) < MAX_AT_ONCE:
                        heads = [dict(head) for head in item.heads]
                        announced = None if item.announced is None else dict(item.announced)
                        self._heard[item.id] = _Heard(
                            item.topic, item.count, item.first_seen_at, item.last_seen_at, heads, announced
                        )
                    continue
                if not newer.count:
                    newer.topic = item.topic
                newer.count += item.count
                newer.first_at = min(newer.first_at, item.first_seen_at)
                newer.heads = [*map(dict, item.heads), *newer.heads][-MAX_HEADS:]
                if newer.announced is None and item.announced is not None:
                    newer.announced = dict(item.announced)

    def _of(self, device: str, topic: str, at: datetime) -> _Heard | None:
        known = self._heard.get(device)
        if known is None and len(self._heard) < MAX_AT_ONCE:
            known = self._heard[device] = _Heard(topic, 0, at, at)
        return known


def _storable(told: Announced) -> dict[str, Any]:
    """As JSON, within bounds: it comes from whoever is at the broker."""
    metrics: Mapping[str, str] = dict(list(told.metrics.items())[:64])
    texts = {"name": told.name, "type": told.type, "model": told.model}
    found: dict[str, Any] = {key: _clean(text, 200) for key, text in texts.items() if text}
    if metrics:
        found["metrics"] = {_clean(name, 63): _clean(unit, 40) for name, unit in metrics.items()}
    return found


def _clean(text: str, length: int) -> str:
    """Without what the database cannot hold: NUL, and halves of surrogate pairs."""
    return text[:length].replace("\0", "").encode(errors="replace").decode()
