"""The sieve: in front of the evaluator, it keeps back what can change nothing. Pure.

Most observations only say that all is well. For each series the sieve knows from the conditions that look at it which
values and which silences would matter, and looks at a whole block of observations at once. A series that matters to
nothing is *quiet*: its clock and its last few observations are kept in arrays, and the evaluator does not know it at
all. When an observation of it may matter, or its silence may, the evaluator is given the series as it would be had it
been fed with everything (``Evaluator.adopt``), and every observation of it, until it can be taken back
(``Evaluator.release``). So all decisions are the evaluator's own, and the same with the sieve as without it.

Whatever is not plain goes to the evaluator: texts, attributes, marks of quality, values that are no number, and what
comes late, twice, out of order or in quick succession, and every series that a condition of a kind looks at that is
not known here. The sieve may hand over too much, never too little.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from hub.model.alert import Decision, Fire
from hub.model.observation import Stored
from hub.model.source import Health
from rules.columns import Block, Book, Flags, Ints, Key, stored
from rules.conditions import Absence, Condition, Count, Point, Threshold
from rules.evaluator import LATENESS, Evaluator, Fault, Registry
from rules.fusion import AllOf, AnyOf, Leaf, Node
from rules.quiet import KEPT, Quiet, Run
from rules.rule import Rule
from rules.state import Series, Slot
from rules.window import FOREVER, Instant, instant, moment


class Bounds(NamedTuple):
    """What would matter of a series: a value above ``high`` or below ``low``, a silence longer than ``silence_us``;
    everything where ``always``."""

    high: float = math.inf
    low: float = -math.inf
    silence_us: int = FOREVER
    always: bool = False


_KNOWN = {
    Threshold: {"name", "metric", "types", "level", "hold_us", "within_us"},
    Absence: {"name", "metric", "types", "silence_us"},
    Count: {"name", "metric", "types", "level", "least", "window_us"},
}
"""What is understood here of each kind of condition."""


def bounds(conditions: Iterable[tuple[Rule, Condition]]) -> Bounds:
    """Of a series that these conditions look at."""
    found = Bounds()
    for rule, condition in conditions:
        if not (_is_understood(condition) and _is_positive(rule.when)):
            return Bounds(always=True)
        if isinstance(condition, Absence):
            found = found._replace(silence_us=min(found.silence_us, condition.silence_us))
        elif condition.level.rising:
            found = found._replace(high=min(found.high, condition.level.limit))
        else:
            found = found._replace(low=max(found.low, condition.level.limit))
    return found


def _is_understood(condition: Condition) -> bool:
    """Whether it is of a known kind, and all that it has beside what is known is left out."""
    known = _KNOWN.get(type(condition), set())
    others = [item for item in fields(condition) if item.name not in known]
    return bool(known) and all(getattr(condition, item.name) == item.default for item in others)


def _is_positive(node: Node) -> bool:
    """Whether a rule holds only because conditions do, never because one does not."""
    if isinstance(node, AllOf | AnyOf):
        return all(map(_is_positive, node.parts))
    return isinstance(node, Leaf)


class Sieve:
    """An evaluator with a sieve before it: to be used as an ``Evaluator`` is. ``exact`` is that evaluator."""

    def __init__(
        self,
        rules: Sequence[Rule],
        registry: Registry,
        lateness: Instant = LATENESS,
        book: Book | None = None,
        meter: Callable[[], int] | None = None,
    ) -> None:
        self.book = Book() if book is None else book
        self.exact = Evaluator(rules, registry, lateness, meter)
        self._lateness = lateness
        self._gap = -(-lateness // (KEPT - 1))
        self._heard_from: Instant = 0
        self._metrics = {condition.metric for rule in rules for condition in rule.conditions}
        self._slots: dict[Slot, int] = {}
        self._bases: dict[int, Series] = {}
        self._limits: dict[tuple[str, ...], tuple[bool, Bounds]] = {}
        self._slot_of = np.empty(0, np.int64)  # of a number of the book
        self._quiet = Quiet()

    # --- as an evaluator --------------------------------------------------------------------------------------------

    @property
    def rules(self) -> Mapping[str, Rule]:
        return self.exact.rules

    @property
    def left_out(self) -> Counter[str]:
        return self.exact.left_out

    @property
    def faults(self) -> Sequence[Fault]:
        return self.exact.faults

    @property
    def kept(self) -> frozenset[str]:
        return self.exact.kept

    @kept.setter
    def kept(self, names: frozenset[str]) -> None:
        self.exact.kept = names

    @property
    def now(self) -> datetime:
        return self.exact.now

    @property
    def next_timer(self) -> datetime | None:
        """When ``advance`` has something to do, if nothing arrives before."""
        due = self._quiet.due(self._heard_from)
        first = int(due.min(initial=FOREVER))
        exact = self.exact.next_timer
        if first >= FOREVER:
            return exact
        return moment(first) if exact is None else min(exact, moment(first))

    @property
    def held_back(self) -> Counter[str]:
        return self.exact.held_back

    def active(self) -> list[Fire]:
        return self.exact.active()

    def advance(self, now: datetime) -> list[Decision]:
        self._wake_silent(instant(now))
        return self.exact.advance(now)

    def heard_nothing_until(self, moment: datetime) -> None:
        self._heard_from = max(self._heard_from, instant(moment))
        self.exact.heard_nothing_until(moment)

    def renew(self, registry: Registry) -> list[Decision]:
        quiet = self._quiet
        for (name, _), slot in self._slots.items():
            key = self.book.keys[quiet.key[slot]]
            source = registry.sources.get(name)
            if source is None or (source.area, source.type) != (key.area, key.type):
                self._forget(slot)
        # What looks at these may be other conditions from now on.
        moving = [slot for (_, metric), slot in self._slots.items() if metric in self.exact.movable]
        for slot in moving:
            if quiet.newest[slot] and not quiet.hot[slot]:
                self._adopt(slot)
        decisions = self.exact.renew(registry)
        for slot in moving:
            self._look_at(slot, int(quiet.key[slot]))
        return decisions

    def see(self, health: Mapping[str, Health]) -> list[Decision]:
        return self.exact.see(health)

    def snapshot(self) -> dict[str, Any]:
        """The evaluator's, and beside it the quiet series in columns: they are many, and it is written often."""
        quiet = self._quiet
        heard = quiet.heard().tolist()
        apart = {slot for slot in heard if slot in self._bases and quiet.count[slot] < KEPT}
        alike = [slot for slot in heard if slot not in apart]
        state = self.exact.snapshot([self._series(slot) for slot in sorted(apart)])
        return state | {"quiet": {"keys": [self.book.keys[quiet.key[slot]] for slot in alike], **quiet.dump(alike)}}

    def restore(self, state: Mapping[str, Any]) -> None:
        """As ``Evaluator.restore``. Raises ValueError."""
        self.exact.restore(state)
        self._heard_from = instant(self.exact.heard_from)
        try:
            self._restore_quiet(state.get("quiet", {}))
        except (LookupError, TypeError, ValueError) as error:
            raise ValueError(f"the snapshot is damaged: {type(error).__name__}: {error}") from error
        heard = self.exact.heard()
        numbers = [self.book.number(Key(each.source, each.area, each.type, each.metric)) for each in heard]
        self._know()
        for slot in self._slot_of[numbers].tolist():
            self._quiet.hot[slot] = True
            self._release(slot)

    def _restore_quiet(self, state: Mapping[str, Any]) -> None:
        numbers = [self.book.number(Key(*key)) for key in state.get("keys", ())]
        self._know()
        if numbers:
            self._quiet.restore(self._slot_of[numbers], state)

    # --- observations -----------------------------------------------------------------------------------------------

    def feed(
        self, observations: Block | Iterable[Stored], *, hold: bool = False, step_us: int = 0
    ) -> list[Decision]:
        """As ``Evaluator.feed``. A block's book must be that of the sieve. With ``step_us`` what matters goes to the
        evaluator in the portions that arrived in each such time, as they would have in life."""
        block = observations if isinstance(observations, Block) else self.book.block(observations)
        self._know()
        quiet = self._quiet
        slot = self._slot_of[block.series]
        heard = quiet.wanted[slot]
        arrived = int(block.received.max(initial=0, where=heard))
        self._notice_moves(block, slot)
        looked_at = np.flatnonzero(quiet.linked[slot])
        run = Run.of(block, slot, looked_at)
        matters = self._matters(block, run)
        passed = np.zeros(len(quiet.hot), np.bool_)
        passed[run.slot[matters]] = True
        fed = (quiet.hot | passed)[slot]
        fed &= quiet.linked[slot]
        for each in np.flatnonzero(passed & ~quiet.hot).tolist():
            self._adopt(each)
        quiet.take(run, block)
        now = instant(self.exact.now)
        self._wake_silent(now if hold else max(now, arrived))
        chosen = np.flatnonzero(fed)
        decisions: list[Decision] = []
        *others, last = _portions(block, chosen, step_us)
        for portion in others:
            decisions += self.exact.feed(block.stored(portion.tolist()), hold=hold)
        decisions += self.exact.feed(block.stored(last.tolist()), hold=hold, arrived=arrived)
        returning = np.zeros(len(passed), np.bool_)
        returning[slot[chosen]] = True
        for each in np.flatnonzero(returning & ~passed).tolist():
            self._release(each)
        return decisions

    def _matters(self, block: Block, run: Run) -> Flags:
        """For each observation of the run, whether it may matter, whatever is known of its group."""
        quiet = self._quiet
        slot, at, ts, value = run.slot, run.at, run.ts, run.value
        known_at = quiet.newest[slot]
        before, before_ts = known_at, quiet.newest_ts[slot]
        inner = np.flatnonzero(~run.first)
        before[inner] = at[inner - 1]
        before_ts[inner] = ts[inner - 1]
        found: Flags = ~np.isfinite(value)
        found |= value > quiet.high[slot]
        found |= value < quiet.low[slot]
        found |= at - before < self._gap
        found |= ts <= before_ts
        silence = at - np.maximum(before, self._heard_from)
        found |= (silence > quiet.silence[slot]) & (before > 0)
        found |= quiet.always[slot]
        if block.extras:
            rich = np.zeros(len(block), np.bool_)
            rich[list(block.extras)] = True
            found |= rich[run.position]
        return found

    def _notice_moves(self, block: Block, slot: Ints) -> None:
        """A source that stands elsewhere now, or is of another type: its old series ends, as in the evaluator."""
        quiet = self._quiet
        moved = np.flatnonzero(quiet.key[slot] != block.series)
        for place in np.unique(slot[moved]).tolist():
            own = np.flatnonzero(slot == place)
            if quiet.newest[place] and not quiet.hot[place]:
                self._adopt(place)
            quiet.hot[place] = True
            self._look_at(place, int(block.series[own[-1]]), extra=quiet.linked[place])

    def _know(self) -> None:
        """Make room for the series that the book has met since."""
        first = len(self._slot_of)
        keys = self.book.keys[first:]
        if not keys:
            return
        numbers = np.empty(len(keys), np.int64)
        new: list[int] = []
        for index, key in enumerate(keys):
            slot = self._slots.get((key.source, key.metric))
            if slot is None:
                slot = self._slots[key.source, key.metric] = len(self._slots)
                new.append(first + index)
            numbers[index] = slot
        self._slot_of = np.concatenate([self._slot_of, numbers])
        self._quiet.grow(len(self._slots))
        for number in new:
            self._look_at(int(self._slot_of[number]), number)

    def _look_at(self, slot: int, number: int, *, extra: bool = False) -> None:
        """Set for a slot what would matter at the place of this key."""
        key, quiet = self.book.keys[number], self._quiet
        kind = key[1:]  # those of one kind in one place are alike, but in their periods
        if kind not in self._limits or key.metric in self.exact.movable:
            wanted = self.exact.conditions_of(key.source, key.metric, key.area, key.type)
            self._limits[kind] = (bool(wanted), bounds(wanted))
        is_wanted, limits = self._limits[kind]
        quiet.key[slot] = number
        quiet.wanted[slot] = key.metric in self._metrics
        quiet.linked[slot] = is_wanted or extra
        quiet.high[slot], quiet.low[slot] = limits.high, limits.low
        quiet.silence[slot], quiet.always[slot] = limits.silence_us, limits.always

    # --- to and fro -------------------------------------------------------------------------------------------------

    def _adopt(self, slot: int) -> None:
        """Hand a quiet series to the evaluator. One that was never heard it makes itself."""
        quiet = self._quiet
        if quiet.newest[slot]:
            self.exact.adopt(self._series(slot))
        self._bases.pop(slot, None)
        quiet.hot[slot] = True

    def _release(self, slot: int) -> None:
        """Take a series back, where the evaluator has no more use for it."""
        quiet = self._quiet
        if quiet.always[slot]:
            return
        key = self.book.keys[quiet.key[slot]]
        series = self.exact.release((key.source, key.metric))
        if series is not None:
            self._bases[slot] = series
            quiet.hot[slot] = False
            quiet.load(slot, series)

    def _series(self, slot: int) -> Series:
        """A quiet series as the evaluator would have it. What the arrays no longer hold is settled, and of no use."""
        quiet = self._quiet
        key = self.book.keys[quiet.key[slot]]
        count = int(quiet.count[slot])
        base = self._bases.get(slot) if count < KEPT else None
        series = Series(key.source, key.metric, key.area, key.type, self._lateness) if base is None else _copy(base)
        for place in range(min(count, KEPT) - 1, -1, -1):
            ts, received = int(quiet.last_ts[place, slot]), int(quiet.last_received[place, slot])
            value = float(quiet.last_value[place, slot])
            series.add(Point(min(ts, received), ts, value, stored(key, ts, received, value)), received)
        return series

    def _forget(self, slot: int) -> None:
        self._bases.pop(slot, None)
        self._quiet.clear(slot)

    def _wake_silent(self, now: Instant) -> None:
        """Hand over those whose silence the evaluator will have to look at when its clock goes on to ``now``."""
        for slot in np.flatnonzero(self._quiet.due(self._heard_from) <= now).tolist():
            self._adopt(slot)


def _portions(block: Block, chosen: Ints, step_us: int) -> list[Ints]:
    """The chosen positions, cut where another step of time begins."""
    if not step_us or not len(chosen):
        return [chosen]
    steps = np.maximum.accumulate(block.received[chosen]) // step_us
    return np.split(chosen, np.flatnonzero(np.diff(steps)) + 1)


def _copy(series: Series) -> Series:
    other = Series(series.source, series.metric, series.area, series.type, series.lateness)
    other.tail, other.before = list(series.tail), series.before
    other.newest, other.newest_ts, other.received = series.newest, series.newest_ts, series.received
    return other
