"""Which mapping takes a topic, and what it makes of the message."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.mqtt.decoded import Cause, Decoded, Fault
from ingest.mqtt.mapping import patterns
from ingest.mqtt.mapping.codec import Codec
from ingest.mqtt.mapping.patterns import Pattern
from ingest.mqtt.message import Message
from ingest.mqtt.values import short

_KEPT = 50_000
_log = logging.getLogger(__name__)
_MAX_TOPIC = 1024


@dataclass(frozen=True, slots=True)
class Route:
    """Topics and who reads them. ``name`` is for people: ``mappings[2] (json)``."""

    name: str
    patterns: tuple[Pattern, ...]
    codec: Codec
    reads_nothing: bool = False
    """Whether an empty payload says something in this dialect."""


class Router:
    """For one thread. The first route that takes a topic has it."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = tuple(routes)
        self._failed: set[str] = set()
        self._known: dict[str, tuple[Route, Mapping[str, str]] | None] = {}
        self.subscriptions = patterns.least([one.filter for route in routes for one in route.patterns])

    def route(self, topic: str) -> tuple[Route, Mapping[str, str]] | None:
        """Who reads ``topic``, and its named levels. Devices say the same topics again and again: they are kept."""
        try:
            return self._known[topic]
        except KeyError:
            pass
        if len(self._known) >= _KEPT:
            self._known.clear()
        found = self._known[topic] = self._search(topic)
        return found

    def read(self, message: Message) -> Decoded:
        """Never raises, whatever the bytes."""
        if len(message.topic) > _MAX_TOPIC:  # no device of ours has one, and those that are known are remembered
            return Decoded(faults=(Fault(Cause.BAD_TOPIC, f"a topic of more than {_MAX_TOPIC} characters"),))
        found = self.route(message.topic)
        if found is None:
            return Decoded(faults=(Fault(Cause.BAD_TOPIC, f"no mapping takes {short(message.topic)}"),))
        route, names = found
        if not message.payload and not route.reads_nothing:
            return Decoded(skipped=1)  # it takes a retained message back, and says nothing
        try:
            return route.codec.decode(message, names)
        except Exception:  # noqa: BLE001  or one message, delivered again and again, would end the ingest of all devices
            if route.name not in self._failed:
                self._failed.add(route.name)
                _log.exception("%s fails at a message of %d bytes", route.name, len(message.payload))
            return Decoded(faults=(Fault(Cause.INTERNAL, f"{route.name} fails at it; the log says where"),))

    def _search(self, topic: str) -> tuple[Route, Mapping[str, str]] | None:
        for route in self.routes:
            for pattern in route.patterns:
                names = pattern.match(topic)
                if names is not None:
                    return route, names
        return None
