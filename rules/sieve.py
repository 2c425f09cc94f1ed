"""The sieve: in front of the evaluator, it keeps back what can change nothing. Pure.

Most observations only say that all is well. For each series the sieve knows from the conditions that look at it which
values and which silences would matter, and looks at a whole block of observations at once. A series that matters to
nothing is *quiet*: its clock and its last few observations are kept in arrays, and the evaluator does not know it at
all. When an observation of it may matter, or its silence may, the evaluator is given the series as it would be had it
been fed with everything (``Evaluator.adopt``), and every observation of it, until it can be taken back
(``Evaluator.release``). So all decisions are the evaluator's own, and the same with the sieve as without it.
Windows of a quiet series go on in arrays as well (``rules.shelf``), and matter when one of their values may.

Whatever is not plain goes to the evaluator: texts, attributes, marks of quality, values that are no number, and what
comes late, twice, out of order or in quick succession, and every series that a condition of a kind looks at that is
not known here. The sieve may hand over too much, never too little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from hub.model.alert import Decision, Fire
from hub.model.observation import Stored
from hub.model.source import Health
from rules import looks
from rules.columns import Block, Book, Flags, Ints, Key, stored
from rules.conditions import Point
from rules.evaluator import LATENESS, Evaluator, Fault, Registry
from rules.quiet import KEPT, Quiet, Run, fits
from rules.rule import Rule
from rules.shelf import Name, Shelf
from rules.state import Series
from rules.units import Units
from rules.window import FOREVER, Instant, instant, moment


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
        self._slots: dict[str, dict[str, int]] = {}  # by metric and source
        self._size = 0
        self._looks: dict[tuple[str, ...], looks.Look] = {}
        self._ages: dict[str, int] = dict.fromkeys(self.exact.rules, 0)
        self._shelf = Shelf(lateness)
        self._units = Units()
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
        for slot in range(self._size):
            key = self.book.keys[quiet.key[slot]]
            source = registry.sources.get(key.source)
            if source is None or (source.area, source.type) != (key.area, key.type):
                self._forget(slot)
        # What looks at these may be other conditions from now on.
        moving = [slot for metric in self.exact.movable for slot in self._slots.get(metric, {}).values()]
        self._heat(moving)
        decisions = self.exact.renew(registry)
        for slot in moving:
            self._look_at(slot, int(quiet.key[slot]))
        return decisions

    def see(self, health: Mapping[str, Health]) -> list[Decision]:
        return self.exact.see(health)

    def snapshot(self) -> dict[str, Any]:
        """The evaluator's, and beside it the quiet series in columns: they are many, and it is written often."""
        heard = self._quiet.heard().tolist()
        keys = [self.book.keys[number] for number in self._quiet.key[heard].tolist()]
        quiet = {"keys": keys, **self._quiet.dump(heard), "windows": self._shelf.dump(heard)}
        over = [[*group, *times] for group, times in self.exact.over.items()]
        return self.exact.snapshot() | {"quiet": quiet, "ages": self._ages, "over": over}

    def restore(self, state: Mapping[str, Any]) -> None:
        """As ``Evaluator.restore``. Raises ValueError."""
        self.exact.restore(state)
        self._heard_from = instant(self.exact.heard_from)
        kept = self.exact.kept
        try:
            # What a rule that was changed remembers begins with it.
            ages = state.get("ages", {})
            self._ages = {name: ages.get(name, 0) if name in kept else 1 + max(ages.values(), default=0)
                          for name in self.exact.rules}  # fmt: skip
            self.exact.over.update(
                {(rule, key): (began, ended) for rule, key, began, ended in state.get("over", ()) if rule in kept}
            )
            self._restore_quiet(state.get("quiet", {}))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise ValueError(f"the snapshot is damaged: {type(error).__name__}: {error}") from error
        heard = self.exact.heard()
        numbers = [self.book.number(Key(each.source, each.area, each.type, each.metric)) for each in heard]
        self._know()
        known = self._slot_of[numbers].tolist()
        self._quiet.hot[known] = True
        self._heat(known)
        self._release(self._quiet.hot.copy(), np.zeros(len(self._quiet.hot), np.bool_))

    def _restore_quiet(self, state: Mapping[str, Any]) -> None:
        numbers = [self.book.number(Key(*key)) for key in state.get("keys", ())]
        self._know()
        if numbers:
            slots = self._slot_of[numbers]
            self._quiet.restore(slots, state)
            self._shelf.restore(slots, state["windows"])

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
        passed = self._passed(block, run)
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
        if len(chosen):
            returning = np.zeros(len(passed), np.bool_)
            returning[slot[chosen]] = True
            self._release(returning & ~passed, passed)
        return decisions

    def _passed(self, block: Block, run: Run) -> Flags:
        """The slots that have to be known to the evaluator, for what they say or for others'."""
        quiet = self._quiet
        passed = np.zeros(len(quiet.hot), np.bool_)
        passed[run.slot[self._matters(block, run)]] = True
        if not self._shelf:
            return passed
        passed[self._units.together(passed)] = True
        windows = self._shelf.go_on(run, quiet, passed | quiet.hot)
        if len(windows):
            passed[windows] = True
            passed[self._units.together(passed)] = True
        self._shelf.undo(passed)
        return passed

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
            self._heat([place])
            quiet.hot[place] = True
            self._look_at(place, int(block.series[own[-1]]), extra=bool(quiet.linked[place]))
            self._heat([place])

    def _know(self) -> None:
        """Make room for the series that the book has met since."""
        first = len(self._slot_of)
        keys = self.book.keys[first:]
        if not keys:
            return
        numbers = np.empty(len(keys), np.int64)
        new: list[int] = []
        for index, key in enumerate(keys):
            own = self._slots.setdefault(key.metric, {})
            slot = own.get(key.source)
            if slot is None:
                slot = own[key.source] = self._size
                self._size += 1
                new.append(first + index)
            numbers[index] = slot
        self._slot_of = np.concatenate([self._slot_of, numbers])
        self._quiet.grow(self._size)
        self._shelf.grow(len(self._quiet.hot))
        self._units.grow(len(self._quiet.hot))
        for number in new:
            slot = int(self._slot_of[number])
            self._look_at(slot, number)
            if any(self._quiet.hot[other] for other in self._units.with_(slot)):
                self._heat([slot])

    def _look_at(self, slot: int, number: int, *, extra: bool = False) -> None:
        """Set for a slot what would matter at the place of this key."""
        key, quiet = self.book.keys[number], self._quiet
        kind = key[1:]  # those of one kind in one place are alike, but in their periods
        look = self._looks.get(kind)
        if look is None or key.metric in self.exact.movable:
            wanted = self.exact.conditions_of(key.source, key.metric, key.area, key.type)
            look = self._looks[kind] = looks.look(wanted, self._ages)
        limits = look.bounds
        quiet.key[slot] = number
        quiet.wanted[slot] = key.metric in self._metrics
        quiet.linked[slot] = look.is_wanted or extra
        quiet.high[slot], quiet.low[slot] = limits.high, limits.low
        quiet.silence[slot], quiet.always[slot] = limits.silence_us, limits.always
        if look.windows or self._shelf:
            self._shelf.look_at(slot, look.windows)
        if look.by:
            self._units.join(slot, [(by, key.area if by == "area" else key.source) for by in look.by])

    # --- to and fro -------------------------------------------------------------------------------------------------

    def _adopt(self, slot: int) -> None:
        """Hand a quiet series to the evaluator. One that was never heard it makes itself."""
        quiet = self._quiet
        newest = int(quiet.newest[slot])
        if newest:
            self.exact.adopt(
                self._series(slot),
                lambda rule, take: self._shelf.window(slot, Name(take, self._ages[rule]), newest),
            )
        quiet.hot[slot] = True

    def _heat(self, slots: Iterable[int]) -> None:
        """Hand these over, and all that belong together with them."""
        for slot in dict.fromkeys(other for each in slots for other in self._units.with_(each)):
            if not self._quiet.hot[slot]:
                self._adopt(slot)

    def _release(self, chosen: Flags, passed: Flags) -> None:
        """Take back of the chosen ones those for which the evaluator has no more use, but none that belongs together
        with one that ``passed``."""
        quiet, seen = self._quiet, set[int]()
        for slot in np.flatnonzero(chosen & ~quiet.always).tolist():
            if slot not in seen:
                together = self._units.with_(slot)
                seen.update(together)
                if len(together) == 1 or not (passed[together] | quiet.always[together]).any():
                    self._release_together([slot, *together])

    def _release_together(self, slots: Sequence[int]) -> None:
        quiet = self._quiet
        keys = {(key.source, key.metric): slot for slot in slots for key in (self.book.keys[quiet.key[slot]],)}
        lent = self.exact.release(list(keys), lambda series: fits(series, self._gap))
        if lent is None:
            return
        quiet.hot[slots] = False
        for series, windows in lent:
            slot = keys.pop((series.source, series.metric))
            quiet.load(slot, series)
            self._shelf.load(
                slot, {Name(take, self._ages[rule]): window for (rule, take), window in windows.items()}
            )
        for slot in keys.values():
            self._forget(slot)  # nothing was heard of it

    def _series(self, slot: int) -> Series:
        """A quiet series as the evaluator would have it. What the arrays no longer hold is settled, and of no use."""
        quiet = self._quiet
        key = self.book.keys[quiet.key[slot]]
        series = Series(key.source, key.metric, key.area, key.type, self._lateness)
        for place in range(min(int(quiet.count[slot]), KEPT) - 1, -1, -1):
            ts, received = int(quiet.last_ts[place, slot]), int(quiet.last_received[place, slot])
            value = float(quiet.last_value[place, slot])
            series.add(Point(min(ts, received), ts, value, stored(key, ts, received, value)), received)
        return series

    def _forget(self, slot: int) -> None:
        self._shelf.load(slot, {})
        self._quiet.clear(slot)
        # Should it come back, it comes to where the others are.
        self._quiet.hot[slot] = any(self._quiet.hot[other] for other in self._units.with_(slot))

    def _wake_silent(self, now: Instant) -> None:
        """Hand over those whose silence the evaluator will have to look at when its clock goes on to ``now``."""
        due = np.flatnonzero(self._quiet.due(self._heard_from) <= now)
        if len(due):
            self._heat(due.tolist())


def _portions(block: Block, chosen: Ints, step_us: int) -> list[Ints]:
    """The chosen positions, cut where another step of time begins."""
    if not step_us or not len(chosen):
        return [chosen]
    steps = np.maximum.accumulate(block.received[chosen]) // step_us
    return np.split(chosen, np.flatnonzero(np.diff(steps)) + 1)

