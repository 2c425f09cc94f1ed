"""The last groups of pictures of one camera, as they came, in memory.

Decoding can only begin at a keyframe, and so can a recording: the ring keeps whole groups, the current one always, and
as many before it as cover ``keep_s``. It is bounded in bytes: older groups go first; a current group that is larger
than the bound on its own is given up until the next keyframe, and counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.video.open import VideoPacket

MAX_BYTES = 24 * 1024 * 1024
ONE_GROUP_S = 0.001
"""As ``keep_s``: the group before the current one."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One coded picture: the packet as it came, and when it was taken."""

    packet: VideoPacket
    ts: datetime
    keyframe: bool
    size_bytes: int


class Ring:
    def __init__(self, keep_s: float = 0.0, max_bytes: int = MAX_BYTES) -> None:
        self.size_bytes = 0
        self.overruns = 0
        """How many groups were larger than the ring."""
        self._keep = timedelta(seconds=keep_s)
        self._max_bytes = max_bytes
        self._groups: deque[list[Coded]] = deque()

    def push(self, coded: Coded) -> None:
        """Take in the next picture. Without a keyframe to begin with it is of no use, and dropped."""
        if coded.keyframe:
            if self._groups and coded.ts < self._groups[-1][0].ts:
                self.clear()  # the clock was set back: what came before has no place on the new time
            self._groups.append([coded])
            while len(self._groups) > 1 and self._groups[1][0].ts <= coded.ts - self._keep:
                self._drop_first()
        elif self._groups:
            self._groups[-1].append(coded)
        else:
            return
        self.size_bytes += coded.size_bytes
        while self.size_bytes > self._max_bytes and self._groups:
            if len(self._groups) == 1:
                self.overruns += 1
            self._drop_first()

    def group(self) -> list[Coded]:
        """The current group, from its keyframe on; empty where there is none."""
        return list(self._groups[-1]) if self._groups else []

    def group_before(self) -> list[Coded]:
        """The group before the current one; empty where it is not kept."""
        return list(self._groups[-2]) if len(self._groups) > 1 else []

    def since(self, ts: datetime) -> Iterator[Coded]:
        """From the last keyframe at or before ``ts``, or the oldest there is."""
        groups = list(self._groups)
        first = max((index for index, group in enumerate(groups) if group[0].ts <= ts), default=0)
        for group in groups[first:]:
            yield from group

    def clear(self) -> None:
        self._groups.clear()
        self.size_bytes = 0

    def _drop_first(self) -> None:
        self.size_bytes -= sum(coded.size_bytes for coded in self._groups.popleft())
