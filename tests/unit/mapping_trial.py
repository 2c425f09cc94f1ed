"""A router of a few lines of ``hub.yaml``, and what it makes of messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hub import document
from hub.config.settings import Config
from hub.errors import Problem
from hub.model.observation import Observation
from ingest.mqtt.decoded import Decoded
from ingest.mqtt.mapping import build
from ingest.mqtt.mapping.router import Router
from ingest.mqtt.message import Message

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW_S = 1772366400


def config(mappings: str) -> Config:
    """``mappings`` as it stands in ``hub.yaml``, from the second line on."""
    source = document.parse(f"areas: areas.geojson\nmappings:\n{mappings}", "hub.yaml")
    found = document.validate(source, Config)
    found._document = source
    return found


def problems(mappings: str) -> list[Problem]:
    return build.check(config(mappings))


@dataclass
class Trial:
    """``asked`` is what was published."""

    router: Router
    asked: list[tuple[str, bytes]] = field(default_factory=list)

    @classmethod
    def of(cls, mappings: str) -> Trial:
        asked: list[tuple[str, bytes]] = []
        router = build.build(config(mappings), lambda topic, payload: asked.append((topic, payload)), lambda _: True)
        return cls(router, asked)

    def read(self, topic: str, payload: object, at: datetime = NOW, **flags: Any) -> Decoded:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.router.read(Message(topic, data, at, **flags))

    def rows(self, topic: str, payload: object, **flags: Any) -> list[tuple[str, str, float | str | None]]:
        """(device, metric, value) of what would be stored; nothing may be refused."""
        decoded = self.read(topic, payload, **flags)
        assert not decoded.faults, decoded.faults
        return [(item.source, item.metric, said(item)) for item in decoded.observations]

    def causes(self, topic: str, payload: object, **flags: Any) -> Mapping[str, int]:
        return {str(fault.cause): fault.count for fault in self.read(topic, payload, **flags).faults}


def said(item: Observation) -> float | str | None:
    return item.text if item.value is None else item.value
