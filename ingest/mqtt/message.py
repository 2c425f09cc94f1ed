"""A message as a broker delivered it, without anything of the client library in it."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Message(msgspec.Struct, frozen=True, gc=False):
    """``again``: the DUP flag; ``retained``: kept by the broker and sent because of a subscription, so it is old news.

    ``topic`` has U+FFFD where it was not UTF-8. ``packet_id`` means something where ``wants_ack`` (QoS 1).
    """

    topic: str
    payload: bytes
    received_at: datetime
    packet_id: int = 0
    wants_ack: bool = False
    again: bool = False
    retained: bool = False
