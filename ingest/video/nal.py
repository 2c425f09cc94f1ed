"""What the first bytes of a packet tell without decoding it (ITU-T H.264, 7.3.1, 7.4.1 and annex B; H.265, 7.4.2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

HEAD_BYTES = 1024
"""What is looked at: parameter sets and messages that come before a picture are mostly much shorter."""
_START = b"\0\0\1"


class Kind(Enum):
    """Of a coded picture, by what others may build upon it."""

    KEY = auto()
    REFERENCE = auto()
    DISPOSABLE = auto()


def kind_of(codec: str, head: bytes, *, keyframe: bool) -> Kind:
    """From the first bytes of a packet, as a byte stream."""
    if keyframe:
        return Kind.KEY
    for at in _units(head):
        first = head[at]
        if codec == "h264" and 1 <= first & 31 <= 5:
            return Kind.REFERENCE if first >> 5 & 3 else Kind.DISPOSABLE
        if codec == "hevc" and (number := first >> 1 & 63) < 32:
            return Kind.DISPOSABLE if number < 16 and number % 2 == 0 else Kind.REFERENCE
    return Kind.REFERENCE


def sequence_sets(codec: str, head: bytes) -> bytes:
    """The sequence parameter sets in a packet's first bytes, which hold the size of the picture; mostly empty."""
    found = b""
    for at in _units(head):
        if (codec == "h264" and head[at] & 31 == 7) or (codec == "hevc" and head[at] >> 1 & 63 == 33):
            end = head.find(_START, at)
            found += head[at : len(head) if end < 0 else end].rstrip(b"\0")
    return found


def _units(head: bytes) -> Iterator[int]:
    """Where each NAL unit begins."""
    at = head.find(_START)
    while 0 <= at < len(head) - 3:
        yield at + 3
        at = head.find(_START, at + 3)
