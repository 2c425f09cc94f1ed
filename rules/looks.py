"""What would matter of a series to the conditions that look at it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from rules.conditions import Absence, Condition, Count, Threshold
from rules.fusion import AllOf, AnyOf, Leaf, Node
from rules.rule import Rule
from rules.shelf import Limits, Name
from rules.window import FOREVER, Instant


class Bounds(NamedTuple):
    """What would matter of a series: a value above ``high`` or below ``low``, a silence longer than ``silence_us``;
    everything where ``always``."""

    high: float = math.inf
    low: float = -math.inf
    silence_us: int = FOREVER
    always: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """``is_wanted``: somebody looks at it. ``windows``: the limits of the values that are made of each. ``by``: what
    the groups with windows that look at it and at others are for, areas or sources."""

    is_wanted: bool
    bounds: Bounds
    windows: Mapping[Name, Limits] = field(default_factory=dict)
    by: frozenset[str] = frozenset()


_KNOWN = {
    Threshold: {"name", "metric", "types", "level", "hold_us", "within_us", "take"},
    Absence: {"name", "metric", "types", "silence_us"},
    Count: {"name", "metric", "types", "level", "least", "window_us"},
}
"""What is understood here of each kind of condition."""


def look(wanted: Sequence[tuple[Rule, Condition]], ages: Mapping[str, Instant]) -> Look:
    """``wanted`` are the conditions that look at a series, ``ages`` those of the windows of each rule."""
    limits = bounds(wanted)
    windows: dict[Name, Limits] = {}
    for rule, condition in () if limits.always else wanted:
        if isinstance(condition, Threshold) and condition.take is not None:
            name = Name(condition.take, ages[rule.name])
            low, high = windows.get(name, (-math.inf, math.inf))
            own_low, own_high = _beyond(condition)
            windows[name] = (max(low, own_low), min(high, own_high))
    # Where a rule looks at one metric of one source, its group has no other series.
    by = frozenset(
        rule.by
        for rule, _ in wanted
        if _has_windows(rule) and (rule.by == "area" or len({each.metric for each in rule.conditions}) > 1)
    )
    return Look(bool(wanted), limits, windows, by)


def bounds(conditions: Iterable[tuple[Rule, Condition]]) -> Bounds:
    """Of a series that these conditions look at, windows apart."""
    found = Bounds()
    for rule, condition in conditions:
        if not (_is_understood(condition) and _is_simple(rule)):
            return Bounds(always=True)
        if isinstance(condition, Absence):
            found = found._replace(silence_us=min(found.silence_us, condition.silence_us))
        elif condition.take is None:
            low, high = _beyond(condition)
            found = found._replace(high=min(found.high, high), low=max(found.low, low))
    return found


def _beyond(condition: Threshold | Count) -> Limits:
    level = condition.level
    return (-math.inf, level.limit) if level.rising else (level.limit, math.inf)


def _is_understood(condition: Condition) -> bool:
    """Whether it is of a known kind, and all that it has beside what is known is left out."""
    known = _KNOWN.get(type(condition), set())
    others = [item for item in fields(condition) if item.name not in known]
    is_plain = all(getattr(condition, item.name) == item.default for item in others)
    return bool(known) and is_plain and not (condition.take is not None and condition.take.across)


def _is_simple(rule: Rule) -> bool:
    """Whether it holds only because conditions do, never because one does not; and, where it waits for windows, they
    are those of its own area."""
    return _is_positive(rule.when) and not (_has_windows(rule) and any(each.scope for each in rule.conditions))


def _is_positive(node: Node) -> bool:
    if isinstance(node, AllOf | AnyOf):
        return all(map(_is_positive, node.parts))
    return isinstance(node, Leaf)


def _has_windows(rule: Rule) -> bool:
    return any(each.take is not None and not each.take.across for each in rule.conditions)
