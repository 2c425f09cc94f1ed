"""Which packets are worth decoding.

While a place is quiet only keyframes are looked at, each alone. When something moves, decoding goes on from the last
keyframe in the ring, so that the first moment is not lost, until nothing has moved for ``hold_s``. A camera whose
keyframes are further apart than ``longest_unseen_s`` would hide short events between them: there, the wait itself opens
the gate.
Pure: times are monotonic seconds, handed in.
"""

from __future__ import annotations

from enum import Enum, auto

_OFTEN_ENOUGH_S = 0.45  # a stream of nothing but keyframes is not decoded whole while it is quiet


class Look(Enum):
    """What to do with one packet."""

    SKIP = auto()
    ALONE = auto()
    """Decode this keyframe, for itself."""
    NEXT = auto()
    """Decode it: all before it, back to a keyframe, have been."""
    CATCH_UP = auto()
    """Decode from the last keyframe in the ring up to this one."""


class Gate:
    """Of one connection. It begins open, so that the analysers know the place when it closes."""

    def __init__(self, began_s: float, hold_s: float = 10.0, longest_unseen_s: float = 2.5) -> None:
        self._hold_s = hold_s
        self._longest_unseen_s = longest_unseen_s
        self._open_until_s = began_s + hold_s
        self._looked_s = began_s
        self._following = False

    @property
    def is_open(self) -> bool:
        """Whether every packet is being decoded."""
        return self._following

    def decide(self, now_s: float, *, keyframe: bool) -> Look:
        if not keyframe and now_s - self._looked_s > self._longest_unseen_s:
            self._open_until_s = now_s + self._hold_s
        if now_s >= self._open_until_s:
            self._following = False
            if not keyframe or now_s - self._looked_s < _OFTEN_ENOUGH_S:
                return Look.SKIP
            self._looked_s = now_s
            return Look.ALONE
        self._looked_s = now_s
        if self._following:
            return Look.NEXT
        self._following = True
        return Look.NEXT if keyframe else Look.CATCH_UP

    def saw_motion(self, now_s: float) -> None:
        self._open_until_s = max(self._open_until_s, now_s + self._hold_s)

    def lost(self) -> None:
        """The decoder lost its place: the next packet that is worth it begins at a keyframe again."""
        self._following = False
