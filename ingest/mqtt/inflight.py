"""Messages on their way from the broker to the store: who is to be told when they are there.

A broker that has heard no acknowledgement delivers again, on the next connection or (nats-server) on the same one,
with the same packet identifier and the DUP flag (MQTT 3.1.1 and 5, 4.4). Such a message is not written a second time:
the acknowledgement of the first goes to the connection that delivered it last.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.mqtt.message import Message


class Acknowledges(Protocol):
    """A connection as far as this file needs it."""

    def ack(self, packet_ids: Sequence[int]) -> bool:
        """False where they could not be sent."""


@dataclass(slots=True, eq=False)
class Delivery:
    """One message that is being written. ``committed`` and still here: its acknowledgement could not be sent."""

    session: InFlight
    connection: Acknowledges
    packet_id: int
    likeness: int
    rows: int = 0  # by which it counts towards the bound of the worker
    committed: bool = False


class InFlight:
    """For the thread that takes messages in and the one that writes them."""

    def __init__(self) -> None:
        self._open: dict[int, Delivery] = {}
        self._lock = threading.Lock()

    def begin(self, connection: Acknowledges, message: Message) -> Delivery | None:
        """None where this message is being written already, or was and is acknowledged now."""
        packet_id = message.packet_id
        delivery = Delivery(self, connection, packet_id, hash((message.topic, message.payload)))
        if not message.wants_ack:
            return delivery
        with self._lock:
            known = self._open.get(packet_id)
            # Only a DUP of the very same bytes is the same message: a new session counts its packets from the start.
            if known is None or not message.again or known.likeness != delivery.likeness:
                self._open[packet_id] = delivery
                return delivery
            known.connection = connection
            if known.committed:
                self._acknowledge(connection, [known])
            return None

    def settle(self, deliveries: Iterable[Delivery]) -> None:
        """They are committed, or there is nothing in them to commit; acknowledged in their order (MQTT 5, 4.6)."""
        with self._lock:
            by_connection: dict[Acknowledges, list[Delivery]] = {}
            for delivery in deliveries:
                if self._open.get(delivery.packet_id) is delivery:
                    delivery.committed = True
                    by_connection.setdefault(delivery.connection, []).append(delivery)
            for connection, settled in by_connection.items():
                self._acknowledge(connection, settled)

    def abandon(self, delivery: Delivery) -> None:
        """It was not taken in: when the broker delivers it again it is new."""
        with self._lock:
            if self._open.get(delivery.packet_id) is delivery:
                del self._open[delivery.packet_id]

    def forget(self) -> None:
        """The broker has begun a new session: it knows nothing of the packet identifiers of the old one."""
        with self._lock:
            self._open.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._open)

    def _acknowledge(self, connection: Acknowledges, settled: Sequence[Delivery]) -> None:
        if connection.ack([delivery.packet_id for delivery in settled]):
            for delivery in settled:
                del self._open[delivery.packet_id]
