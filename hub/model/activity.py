"""Activity: the stretches of time in which a camera's analysers saw something. Pure.

An analyser says 1 (or a share, or how many) when a thing begins, again while it lasts, at least every 30 s, and 0 when
it has ended (``docs/rules.md``, "What sources report"). What it says after a longer silence is another stretch: whoever
was cut off in between knows nothing of what went on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LONGEST_SILENCE = timedelta(seconds=40)
"""Between two words about one thing that lasts."""
KINDS = ("motion", "object", "zone", "line", "loitering", "crowd", "left", "removed")
_METRIC = re.compile(r"motion|(?:object|zone|line|loitering|crowd|left|removed)\..+", re.DOTALL)


def is_activity(metric: str) -> bool:
    """Whether a metric of a camera says that something is going on."""
    return _METRIC.fullmatch(metric) is not None


@dataclass(frozen=True, slots=True)
class Stretch:
    """``peak``: the value that is farthest from 0: the share of the picture that moved, or how many there were."""

    source: str
    area: str
    metric: str
    began_at: datetime
    ended_at: datetime
    peak: float


def joined(later: Sequence[Stretch], earlier: Iterable[Stretch], edge: datetime) -> list[Stretch]:
    """The stretches of two spans of time that meet at ``edge``, those that go on across it made one; newest first."""
    found = list(later)
    across = {
        (each.source, each.metric): index
        for index, each in enumerate(found)
        if each.began_at - edge <= LONGEST_SILENCE
    }
    for each in earlier:
        index = across.get((each.source, each.metric))
        after = None if index is None else found[index]
        if index is not None and after is not None and after.began_at - each.ended_at <= LONGEST_SILENCE:
            peak = max(each.peak, after.peak, key=abs)
            found[index] = replace(after, began_at=each.began_at, peak=peak)
        else:
            found.append(each)
    return sorted(found, key=lambda each: (each.began_at, each.source, each.metric), reverse=True)
