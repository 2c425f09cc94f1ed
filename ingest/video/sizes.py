"""What the sizes of coded pictures tell of motion, learnt for one camera. Pure.

A camera that encodes at constant quality spends few bits on a picture in which nothing has changed, and many on one in
which something has. One that encodes a noisy picture at constant bit rate spends the same on both. So nothing is
assumed. The sizes of stretches in which decoded pictures showed no motion are remembered as they were; each packet is
as surprising as packets of its size have been rare in them, and a cumulative sum of the surprise (Page, "Continuous
inspection schemes", Biometrika 1954) says when sizes have risen. Each movement that the pictures showed is then an
examination: would sizes alone have told it in time?
"""

from __future__ import annotations

import math
from collections import deque

from ingest.video.nal import Kind

_SETTLED_S = 3.0  # sizes rise before a thing is large enough to be seen, and fall after it was seen last
_LEARNT = 100  # packets of a kind, before their sizes say anything
_MEMORY = 4500  # packets of a kind: five minutes at 15 a second
_STEPS = {False: 4, True: 64}  # to the octave: of pictures that are keyframes (True), whose sizes vary little, and not
_HIGHEST = 6.0  # nats of surprise that one packet counts for, at most
_SLACK = 2.5  # nats of surprise that are nothing: those of one quiet packet are 1 on average
_LEAST_THRESHOLD = 12.0  # four packets, each larger than any before
_CALM_S = 0.4
_CEILING = 60.0
_QUIET_STRETCH_S = 5.0
_RARELY = 0.1  # of the quiet stretches may look as if something moved
_FOLLOWED_S = 0.6  # looks that are not further apart than this see everything
_ALLOWED_S = 0.7  # after the first picture that shows a movement: so late may sizes tell it
_EARLY_S = 1.0  # and so early: before the thing is large enough to be seen
RISE_S = 1.0
"""After sizes rose, something must be seen to move within so long."""
_EPISODES = 20
_CONFIRM_S = 4.0


class _Quiet:
    """The sizes of one kind while nothing moves, in steps of a fraction of an octave."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._counts: dict[int, float] = {}
        self._total = 0.0
        self._learnt = 0
        self._fresh = 0
        self._surprise: dict[int, tuple[float, float]] = {}

    def learn(self, size_bytes: int) -> None:
        step = self._step(size_bytes)
        self._counts[step] = self._counts.get(step, 0.0) + 1.0
        self._total += 1.0
        self._learnt += 1
        self._fresh += 1
        if self._learnt % (_MEMORY // 16) == 0:
            self._counts = {step: kept for step, count in self._counts.items() if (kept := count * 15 / 16) > 0.01}
            self._total = sum(self._counts.values())

    def surprise(self, size_bytes: int) -> tuple[float, float]:
        """How rare packets are that are so large, and so small, in nats; 0 where that is not known."""
        if self._learnt < _LEARNT:
            return 0.0, 0.0
        if self._fresh >= _LEARNT // 4:  # not for each packet: nothing changes fast
            self._fresh = 0
            self._surprise = {}
        step = self._step(size_bytes)
        known = self._surprise.get(step)
        if known is None:
            above = sum(count for other, count in self._counts.items() if other >= step)
            below = sum(count for other, count in self._counts.items() if other <= step)
            known = self._surprise[step] = self._nats(above), self._nats(below)
        return known

    def _nats(self, count: float) -> float:
        return min(_HIGHEST, -math.log(min(1.0, (count + 0.5) / (self._total + 1.0))))

    def _step(self, size_bytes: int) -> int:
        return round(self._steps * math.log2(max(1, size_bytes)))


class Sizes:
    """Of one camera; outlasts its connections. Times are seconds on the scale of the hub's monotonic clock."""

    def __init__(self) -> None:
        self.episodes: deque[float] = deque(maxlen=_EPISODES)
        """What the sum had reached in time, for each of the last movements."""
        self.quiet_s = 0.0
        """How much was learnt from."""
        self.misses = 0
        """Movements that sizes had not told in time, of all that were examined."""
        self.threshold = _LEAST_THRESHOLD
        """Of the sum. Above what most quiet stretches reach: the others, as when a lamp is switched on, cost a look."""
        self._quiet = {kind: _Quiet(_STEPS[kind is Kind.KEY]) for kind in Kind}
        self._sum = self._fall = self._peak = 0.0
        self._surprised_s = -math.inf
        self._calm = False
        self._sums: deque[tuple[float, float]] = deque()
        self._pending: deque[tuple[float, Kind, int, float]] = deque(maxlen=2048)
        self._peaks: deque[float] = deque(maxlen=64)
        self._stretch_began_s: float | None = None
        self._still_s = self._moved_s = -math.inf
        self._window_s: tuple[float, float] | None = None
        self._alarm: tuple[float, float] | None = None
        self._moving = False
        self.trusted = False
        """Whether sizes told every movement there was, and clearly, or often enough."""

    @property
    def separated(self) -> bool:
        """Whether quiet stretches are known, and quiet enough to tell a movement from."""
        return self.quiet_s >= 20.0 and self.threshold <= _CEILING / 2

    @property
    def recall(self) -> float | None:
        """The share of the last movements that sizes told in time."""
        if not self.episodes:
            return None
        return sum(reached >= self.threshold for reached in self.episodes) / len(self.episodes)

    @property
    def risen(self) -> bool:
        return self._sum >= self.threshold and self.threshold <= _CEILING / 2

    @property
    def fallen(self) -> bool:
        """Whether packets are smaller than they ever were while nothing moved."""
        return self._fall >= _LEAST_THRESHOLD

    @property
    def calm(self) -> bool:
        """Whether the last packets are as they are while nothing moves."""
        return self._calm

    def figures(self) -> dict[str, float | int]:
        """What an operator is told: of how many movements sizes told which share."""
        return {"movements": len(self.episodes), **({} if self.recall is None else {"recall": round(self.recall, 3)})}

    def take(self, at_s: float, kind: Kind, size_bytes: int, *, intra: bool = False) -> None:
        """The next packet. ``intra``: a stream of nothing but keyframes, whose sizes may also fall when things move."""
        if kind is Kind.KEY and not intra:
            return
        large, small = self._quiet[kind].surprise(size_bytes)
        surprise = max(large, small) - math.log(2) if intra else large
        self._sum = min(_CEILING, max(0.0, self._sum + surprise - _SLACK))
        self._fall = min(_CEILING, max(0.0, self._fall + small - _SLACK))
        if surprise > _SLACK:
            self._surprised_s = at_s
        self._calm = at_s - self._surprised_s >= _CALM_S
        self._pending.append((at_s, kind, size_bytes, self._sum))
        self._sums.append((at_s, self._sum))
        while self._sums[0][0] < at_s - 2 * _CONFIRM_S:
            self._sums.popleft()
        if self._window_s is not None and at_s >= self._window_s[1]:
            self._examine(*self._window_s)

    def look(self, at_s: float, *, moving: bool, certain: bool) -> None:
        """What a decoded picture showed that was taken at ``at_s``; ``certain``: not for the first time."""
        if moving:
            if not self._moving and certain:
                self._moving = True
                first_s = self._moved_s if at_s - self._moved_s <= _CONFIRM_S else at_s
                self._window_s = (max(self._still_s, first_s - _CONFIRM_S) - _EARLY_S, first_s + _ALLOWED_S)
            self._moved_s = at_s
            self._alarm = None
            self._pending.clear()
            self._peak = 0.0
            self._stretch_began_s = None
            return
        if self._alarm is not None and at_s - self._alarm[0] > _CONFIRM_S:
            self._keep(self._alarm[1])
            self._alarm = None
        if at_s - self._moved_s >= _SETTLED_S:
            self._moving = False
            self._learn(at_s - _SETTLED_S, followed=at_s - self._still_s <= _FOLLOWED_S)
        else:
            self._pending.clear()
        if not self._moving:
            self._still_s = at_s

    def settle(self) -> None:
        """Nobody looks any more: the sum begins anew."""
        self._sum = self._fall = 0.0

    def false_rise(self) -> None:
        """Sizes had risen, and pictures showed nothing. Right before or after a movement that proves nothing."""
        if self._sums and self._sums[-1][0] - self._moved_s > _CONFIRM_S + RISE_S:
            self._alarm = (self._sums[-1][0], max(reached for _, reached in self._sums))
        self._sum = 0.0
        self._sums.clear()

    def restart(self) -> None:
        """A new connection: what is known stays, what was under way is forgotten."""
        self._sum = self._fall = self._peak = 0.0
        self._sums.clear()
        self._pending.clear()
        self._stretch_began_s = self._window_s = self._alarm = None
        self._still_s = self._moved_s = -math.inf
        self._moving = False

    def _keep(self, peak: float) -> None:
        self._peaks.append(peak)
        usual = sorted(self._peaks)[int((1 - _RARELY) * (len(self._peaks) - 1))]
        self.threshold = max(_LEAST_THRESHOLD, 1.2 * usual)
        self._judge()

    def _judge(self) -> None:
        enough = 3 if min(self.episodes, default=0.0) >= 2 * self.threshold else 10
        self.trusted = self.separated and self.recall == 1.0 and len(self.episodes) >= enough

    def _learn(self, until_s: float, *, followed: bool) -> None:
        """The packets until then belong to a quiet place: looked at before and after, and nothing moved.

        Where not every picture was seen, a sum that high is no proof that such sums are quiet.
        """
        while self._pending and self._pending[0][0] <= until_s:
            at_s, kind, size_bytes, reached = self._pending.popleft()
            if self._stretch_began_s is None:
                self._stretch_began_s = at_s
            self._quiet[kind].learn(size_bytes)
            self._peak = max(self._peak, reached)
            if at_s - self._stretch_began_s >= _QUIET_STRETCH_S:
                self.quiet_s += at_s - self._stretch_began_s
                if followed or self._peak < self.threshold:
                    self._keep(self._peak)
                self._stretch_began_s, self._peak = at_s, 0.0

    def _examine(self, first_s: float, last_s: float) -> None:
        """A movement began between a picture that showed nothing and one that did: had sizes risen by then?"""
        self._window_s = None
        if not self.separated:
            return
        reached = max((total for at_s, total in self._sums if first_s <= at_s <= last_s), default=0.0)
        self.episodes.append(reached)
        self.misses += reached < self.threshold
        self._judge()
