"""Which packets are worth decoding.

While a place is quiet, as little is decoded as this camera allows: where the sizes of its packets have told every
movement so far, a keyframe every few seconds, to check; else every keyframe; and every picture where an event as short
as ``shortest_s`` would pass unseen between two keyframes. When sizes rise, or a picture shows that something moves,
decoding goes on from the last keyframe in the ring, so that the first moment is not lost, for as long as an analyser
needs every picture. Something that keeps moving, and of which nobody needs more, is looked at once a keyframe.
Pure: times are seconds on the scale of the hub's monotonic clock, handed in: when a picture was taken.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import Any

from hub.model.times import parse_duration
from ingest.video.nal import Kind
from ingest.video.sizes import RISE_S, Sizes

LEARN_S = 10.0
"""How long a connection is decoded whole at first: the analysers learn the place."""
PROOF_S = 0.4
"""What of an event must be left after the keyframe that shows it: one picture proves nothing."""
_SHORTEST_S = 2.5
_HOLD_S = 0.5  # open for so long after an analyser wanted more
_AUDIT_S = 10.0  # where sizes tell, a keyframe is looked at so often all the same
_ATTENTION_S = 10.0  # and every keyframe for so long after they changed, or somebody looked at the picture
_OFTEN_ENOUGH_S = 0.45  # a stream of nothing but keyframes is not decoded whole while it is quiet
_LONGEST_GROUP_S = 15.0  # groups longer than this are decoded all the time: to catch up in one would take too long


class Look(Enum):
    """What to do with one packet."""

    SKIP = auto()
    ALONE = auto()
    """Decode this keyframe, for itself."""
    NEXT = auto()
    """Decode it: all before it, back to a keyframe, have been."""
    CATCH_UP = auto()
    """Decode from the last keyframe in the ring up to this one."""


class Mode(StrEnum):
    """What a camera is looked at by while nothing is known to move."""

    SIZES = "sizes"
    KEYFRAMES = "keyframes"
    EVERYTHING = "everything"


def shortest_of(config: Mapping[str, Any]) -> float:
    """``analyse.shortest`` of a camera's configuration, in seconds."""
    text = (config.get("analyse") or {}).get("shortest")
    return _SHORTEST_S if text is None else parse_duration(text).total_seconds()


class Gate:
    """Of one connection. It begins open. ``sizes`` outlasts it.

    ``shortest_s``: the shortest event that must not be missed; ``math.inf`` where nothing is looked for.
    """

    def __init__(
        self, began_s: float, sizes: Sizes, *, shortest_s: float = _SHORTEST_S, learn_s: float = LEARN_S
    ) -> None:
        self.mode = Mode.EVERYTHING
        self.audits_failed = 0
        """How often sizes were trusted, and a keyframe showed a movement that they had not told."""
        self.false_rises = 0
        """How often sizes rose and pictures showed nothing."""
        self._sizes = sizes
        self._shortest_s = shortest_s
        self._open_until_s = began_s + learn_s
        self._looked_s = -math.inf
        self._attentive_until_s = began_s
        self._following = False
        self._moving = False
        self._rose_s: float | None = None
        self._keyframe_s: float | None = None
        self._groups_s: deque[float] = deque(maxlen=4)
        sizes.restart()

    @property
    def is_open(self) -> bool:
        """Whether every packet is being decoded."""
        return self._following

    @property
    def group_s(self) -> float:
        """The longest of the last groups of pictures; 0 until one is complete."""
        return max(self._groups_s, default=0.0)

    @property
    def looks_back(self) -> bool:
        """Whether a keyframe that differs is worth the pictures before it: nothing else would have told what moved."""
        return self.mode is Mode.KEYFRAMES and not self._moving and self._keyframes_suffice(self.group_s)

    def decide(self, at_s: float, kind: Kind, size_bytes: int) -> Look:
        """What to do with the next packet, which is in the ring already."""
        keyframe = kind is Kind.KEY
        waiting_s = self._rhythm(at_s, keyframe=keyframe)
        if self._keyframe_s is None:
            return Look.SKIP
        missed = self._sizes.misses
        self._sizes.take(at_s, kind, size_bytes, intra=0.0 < self.group_s < _OFTEN_ENOUGH_S)
        self.audits_failed += self.mode is Mode.SIZES and self._sizes.misses > missed
        self._choose(waiting_s)
        self._listen(at_s)
        if self.mode is Mode.EVERYTHING or at_s < self._open_until_s:
            self._looked_s = at_s
            if self._following:
                return Look.NEXT
            self._following = True
            return Look.NEXT if keyframe else Look.CATCH_UP
        if self._following:
            self._following = False
            self._sizes.settle()
        if not keyframe or at_s - self._looked_s < self._pause_s(at_s):
            return Look.SKIP
        self._looked_s = at_s
        return Look.ALONE

    def saw(self, at_s: float, *, moving: bool | None, certain: bool, fading: bool, wants_more: bool) -> None:
        """What a decoded picture showed that was taken at ``at_s``.

        ``moving`` is None where that is not known; ``certain``: it is not the first to show it; ``fading``: it does
        not show what moved a moment ago.
        """
        if moving is not None:
            self._sizes.look(at_s, moving=moving, certain=certain)
        if self._moving and not moving:
            self._sizes.settle()  # they had risen for what is over
        self._moving = bool(moving)
        if moving:
            self._rose_s = None
        if fading:
            self._attentive_until_s = at_s + _ATTENTION_S
        over = self.mode is Mode.SIZES and self._sizes.calm and self._keyframes_suffice(self.group_s)
        if wants_more or (fading and not over) or (moving and not self._keyframes_suffice(self.group_s)):
            self._open_until_s = max(self._open_until_s, at_s + _HOLD_S)

    def asked(self, at_s: float) -> None:
        """Somebody looks at the newest picture: for a while it is that of the last keyframe."""
        self._attentive_until_s = at_s + _ATTENTION_S

    def lost(self) -> None:
        """The decoder lost its place: the next packet that is worth it begins at a keyframe again."""
        self._following = False

    def reason(self) -> str:
        """Why the mode is what it is, as a fixed sentence."""
        if self.mode is Mode.SIZES:
            return "packet sizes told every movement so far"
        if self._sizes.recall is None:
            why = "too few movements were seen to trust packet sizes"
        elif not self._sizes.separated:
            why = "packet sizes vary too much while nothing moves"
        elif self._sizes.recall < 1.0:
            why = "packet sizes do not tell every movement"
        else:
            why = "too few movements were seen to trust packet sizes"
        if self._shortest_s == math.inf:
            return "nothing is looked for"
        if self.mode is Mode.KEYFRAMES:
            return why
        if not self._groups_s:
            return "the distance of keyframes is not known yet"
        if self.group_s > _LONGEST_GROUP_S:
            return "keyframes are too far apart to decode from the last one when something moves"
        return f"keyframes are too far apart for the shortest event; {why}"

    def _rhythm(self, at_s: float, *, keyframe: bool) -> float:
        """Learn the distance of keyframes. Returns how long the current group has lasted."""
        lasted_s = 0.0 if self._keyframe_s is None else at_s - self._keyframe_s
        if keyframe:
            self._keyframe_s = at_s
            if lasted_s > 0:
                self._groups_s.append(lasted_s)
        return lasted_s

    def _keyframes_suffice(self, group_s: float) -> bool:
        return group_s + PROOF_S <= self._shortest_s

    def _choose(self, waiting_s: float) -> None:
        group_s = max(self.group_s, waiting_s)
        if self._shortest_s == math.inf:
            self.mode = Mode.KEYFRAMES
        elif not self._groups_s or group_s > _LONGEST_GROUP_S:
            self.mode = Mode.EVERYTHING
        elif self._sizes.trusted:
            self.mode = Mode.SIZES
        else:
            self.mode = Mode.KEYFRAMES if self._keyframes_suffice(group_s) else Mode.EVERYTHING

    def _listen(self, at_s: float) -> None:
        """Sizes that rise open the gate, unless it is known that something moves, but are not believed for long.

        Sizes that fall are no movement, but another picture: one that is frozen or out of focus.
        """
        if self._rose_s is not None and at_s - self._rose_s > RISE_S:
            self._rose_s = None
            self.false_rises += 1
            self._sizes.false_rise()
        if self._sizes.fallen:
            self._attentive_until_s = at_s + _ATTENTION_S
        if self._rose_s is None and self._sizes.risen and not self._moving and not self._following:
            self._rose_s = at_s
            self._open_until_s = max(self._open_until_s, at_s + RISE_S)

    def _pause_s(self, at_s: float) -> float:
        if self.mode is Mode.SIZES and not self._moving and at_s >= self._attentive_until_s:
            return _AUDIT_S - self.group_s / 2
        return _OFTEN_ENOUGH_S
