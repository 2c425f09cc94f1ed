"""Exponential backoff with jitter, as a value without I/O.

The delay before attempt n is drawn from [half, whole] of ``min(cap, base * 2**n)`` ("equal jitter": Brooker,
"Exponential Backoff And Jitter", AWS Architecture Blog, 2015), so that a thousand cameras behind one switch do not
come back in the same second, and none comes back at once.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Delays in seconds: ``base_s`` at first, doubling up to ``cap_s``. ``reset`` after a success."""

    base_s: float = 0.5
    cap_s: float = 30.0
    random: random.Random = field(default_factory=random.Random)
    attempts: int = 0

    def next_s(self) -> float:
        """The seconds to wait before the next attempt; counts it."""
        whole = min(self.cap_s, self.base_s * 2.0 ** min(self.attempts, 30))
        self.attempts += 1
        return whole * (0.5 + 0.5 * self.random.random())

    def reset(self) -> None:
        self.attempts = 0
