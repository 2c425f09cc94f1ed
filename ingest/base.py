"""What camera workers and device workers have in common."""

from __future__ import annotations

import zlib


class Shard:
    """Which share of the sources a worker carries: ``index`` of ``count``, by the CRC-32 of a source's id.

    The same in every process and every run, so that a source keeps its worker over restarts.
    """

    def __init__(self, index: int, count: int) -> None:
        if not 0 <= index < count:
            raise ValueError(f"shard {index} of {count} does not exist")
        self.index = index
        self.count = count

    @classmethod
    def parse(cls, text: str) -> Shard:
        """``"0/2"``. Raises ValueError."""
        index, _, count = text.partition("/")
        if not (index.isdecimal() and count.isdecimal()):
            raise ValueError(f"{text!r} is not a shard: write index/count, as in 0/2")
        return cls(int(index), int(count))

    def owns(self, source_id: str) -> bool:
        return shard_of(source_id, self.count) == self.index


def shard_of(source_id: str, count: int) -> int:
    """The index of the worker that carries a source."""
    return zlib.crc32(source_id.encode()) % count
