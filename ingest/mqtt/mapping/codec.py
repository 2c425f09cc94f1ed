"""What every dialect is: a thing that takes a message and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hub.config.settings import Accept
from ingest.mqtt.decoded import Decoded
from ingest.mqtt.message import Message

Send = Callable[[str, bytes], None]
"""Publishes to the broker, now or never: (topic, payload)."""


class Codec(Protocol):
    """One dialect, as one mapping of the configuration has it. For one thread; may remember what was announced."""

    def decode(self, message: Message, found: Mapping[str, str], /) -> Decoded:
        """``found`` are the named levels of the topic. Never raises, whatever the bytes."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a codec is handed."""

    accept: Accept
    send: Send
    owns: Callable[[str], bool]
    """Whether a device is this worker's. Every worker reads everything, and one of them answers."""
