"""What rules may take of the machine. Pure: it is handed its meter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rules.window import SECOND, Instant

SHARE = 0.5
"""Seconds of CPU time that a rule may take for each second that passes in the stream."""
OVER: Instant = 10 * SECOND


class Budget:
    """``meter`` tells the CPU time that this thread has taken, in nanoseconds; without it no rule is too slow."""

    def __init__(self, meter: Callable[[], int] | None) -> None:
        self._meter = meter
        self._taken_ns: Counter[str] = Counter()
        self._since: Instant = 0

    @contextmanager
    def of(self, rule: str) -> Iterator[None]:
        """What happens inside is on this rule's account."""
        if self._meter is None:
            yield
            return
        begun = self._meter()
        try:
            yield
        finally:
            self._taken_ns[rule] += self._meter() - begun

    def spent(self, rule: str, now: Instant) -> str:
        """That a rule took too much, in words; empty where it did not. ``now`` is the time of the stream: what is
        caught up with is allowed what it would have been allowed when it happened."""
        passed, taken = max(OVER, now - self._since), self._taken_ns[rule]
        if taken / 1000 <= SHARE * passed:
            return ""
        return f"took {taken / 1e9:.1f} s of CPU time in {passed / SECOND:.0f} s; {SHARE:g} a second is allowed"

    def exceeded(self, now: Instant) -> dict[str, str]:
        """The rules that took too much, and how much in words; as in ``spent``. Now and then the count begins anew."""
        if self._meter is None:
            return {}
        slow = {rule: words for rule in list(self._taken_ns) if (words := self.spent(rule, now))}
        if now - self._since >= OVER:
            self._since = now
            self._taken_ns.clear()
        return slow
