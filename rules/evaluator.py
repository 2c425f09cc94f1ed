"""The evaluator: observations and the hub's clock in, decisions out. Pure: it reads no clock and no store.

An index from the metric to the rules that want it makes an observation that nobody wants cost one look-up; a source
is linked to its rules when it is first heard. What is known of sources and groups is in ``rules.memory``.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.model.alert import Decision, Fire
from hub.model.observation import Stored
from hub.model.source import Health
from rules import snapshot, strays, telling
from rules.budget import Budget
from rules.conditions import Absence, Condition, Count, Point
from rules.fusion import Piece
from rules.group import Group, GroupKey
from rules.lending import Lent
from rules.links import Alarm, Link, Links
from rules.memory import Memory
from rules.registry import Registry as Registry
from rules.rule import Rule
from rules.sight import Sight
from rules.state import Pool, Series, Slot, Track, Windowed
from rules.strays import Stray
from rules.surplus import Hold, Surplus
from rules.take import Take, Window
from rules.timers import Timers
from rules.window import SECOND, Instant, Span, instant, moment

LATENESS: Instant = 2 * SECOND
"""How late an observation may still count. See docs/rules.md for why two seconds."""
_MISTAKES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What a mistake in a rule's evaluation can raise. Running out of memory, for one, is no mistake of a rule."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that failed, or took too much of the machine, and was set aside."""

    rule: str
    reason: str
    is_slow: bool = False


class Evaluator:
    """``left_out`` counts observations that were late, repeated or unusable, ``strays`` are those of them that concern
    alerts, both until the caller clears them; ``faults`` are the rules that failed; ``kept`` names the rules whose
    state came through ``restore``, ``taken_up`` those that it had nothing of. ``meter``: see ``rules.budget``."""

    def __init__(
        self,
        rules: Sequence[Rule],
        registry: Registry,
        lateness: Instant = LATENESS,
        meter: Callable[[], int] | None = None,
    ) -> None:
        self.rules = {rule.name: rule for rule in rules}
        self.left_out: Counter[str] = Counter()
        self.strays: list[Stray] = []
        self.kept: frozenset[str] = frozenset()
        self.taken_up: frozenset[str] = frozenset()
        self.faults: list[Fault] = []
        self._surplus = Surplus()
        self._budget = Budget(meter)
        self._registry = registry
        self._sight = Sight()
        self._lateness = lateness
        self._now: Instant = 0
        self._heard_from: Instant = 0
        self._settled: set[tuple[GroupKey, int]] = set()
        self._links = Links(rules, registry)
        self._timers = Timers()
        self._memory = Memory(self.rules, self._links, lateness, self._timers)

    @property
    def held_back(self) -> Counter[str]:
        """By rule the alerts that nobody was told of, as there are more of them than its ``max_sources``."""
        return self._surplus.held_back

    @property
    def unseen(self) -> Counter[str]:
        """By rule the alerts that ended before anybody was told of them, until the caller clears it."""
        return self._surplus.unseen

    @property
    def over(self) -> dict[GroupKey, tuple[Instant, Instant]]:
        """When the last alert of groups that were released began and ended."""
        return self._memory.over

    @property
    def movable(self) -> Set[str]:
        """Metrics: what looks at them depends on what is known of areas and sources."""
        return self._links.movable

    @property
    def now(self) -> datetime:
        """How far the hub's clock has come."""
        return moment(self._now)

    @property
    def heard_from(self) -> datetime:
        """Where the silence of sources is counted from at the earliest."""
        return moment(self._heard_from)

    @property
    def next_timer(self) -> datetime | None:
        """When ``advance`` has something to do, if nothing arrives before."""
        due = self._timers.next
        return None if due is None else moment(due)

    def feed(self, observations: Iterable[Stored], *, hold: bool = False, arrived: Instant = 0) -> list[Decision]:
        """Take in observations in the order in which they were committed. The hub's clock goes on to the latest time of
        arrival among them: what arrived before has been fed, too, save what is on its way for less than the lateness.

        ``hold`` leaves the clock where it is, while it is known that much older ones are still to come. ``arrived`` is
        the latest arrival among those that were left out as they change nothing (see ``rules.sieve``).
        """
        now = max(self._now, arrived)
        self._settled.clear()
        for observation in observations:
            if observation.metric in self._links.metrics:
                now = max(now, self._take(observation))
        return self._go_on_to(self._now if hold else now)

    def advance(self, now: datetime) -> list[Decision]:
        """Say that everything that was committed before ``now`` (the hub's clock) has been fed. Never goes back."""
        return self._go_on_to(max(self._now, instant(now)))

    def heard_nothing_until(self, moment: datetime) -> None:
        """The hub itself was deaf before ``moment``: silence is counted from there, not against the sources."""
        self._heard_from = max(self._heard_from, instant(moment))

    def renew(self, registry: Registry) -> list[Decision]:
        """Go on with other names, periods and neighbours, and without the sources that are gone or stand elsewhere."""
        self._registry = self._links.registry = registry
        memory = self._memory
        for slot, (series, links) in list(memory.series.items()):
            source = registry.sources.get(series.source)
            if source is None or (source.area, source.type) != (series.area, series.type):
                memory.unlink(slot)
            elif series.metric in self._links.movable:
                self._set_alarms(series, memory.relink(series, links))
        return self._decide("source_gone")

    def see(self, health: Mapping[str, Health]) -> list[Decision]:
        """Take note of who is not watching now: all of ``health`` that are not, and nobody else."""
        changed = self._sight.look(health, self._now - self._lateness)
        for series, links in self._memory.series.values():
            if series.source in changed:
                self._memory.changed.update(dict.fromkeys(link.group for link in links if link.condition.weighed))
        return self._decide()

    def confirm(self, rules: Collection[str]) -> list[Decision]:
        """Tell what is held back of these rules, and all that comes until there are no longer too many."""
        self._surplus.confirm(rules, self.rules)
        return self._decide()

    def holds(self) -> list[Hold]:
        """The rules that have too many alerts at once."""
        return self._surplus.holds(self.rules, self._memory.groups.values())

    def blind(self, source: str) -> Sequence[Span]:
        """When a source could not see, as far as is known."""
        return self._sight.blind(source)

    def active(self) -> list[Fire]:
        """The alerts that are on, as they were raised, and as bad as they are now."""
        on = (group for group in self._memory.groups.values() if not group.held_back)
        return [replace(group.active, severity=group.told) for group in on if group.active is not None]

    def conditions_of(self, source: str, metric: str, area: str, type_: str) -> list[tuple[Rule, Condition]]:
        """Which conditions of which rules look at a series; empty where nobody wants it."""
        series = Series(source, metric, area, type_, self._lateness)
        return [(link.rule, link.condition) for link in self._links.of(series, self.rules)]

    def adopt(self, series: Series, windows: Callable[[str, Take], Window | None] = lambda *_: None) -> None:
        """Go on with a series whose observations so far mattered to no condition, as if it had been fed with them.
        ``windows``: those of the series by the rule and what is taken, None where there is none yet."""
        links = self._memory.take_in(series)
        self._set_alarms(series, links)
        for link in links:
            take = link.condition.take
            window = None if take is None or take.across else windows(link.rule.name, take)
            if window is not None:
                track = self._memory.track(link, series)
                assert isinstance(track, Windowed)  # noqa: S101  as it takes
                track.window = window

    def release(self, slots: Sequence[Slot], may: Callable[[Series], bool]) -> list[Lent] | None:
        """Hand series over that speak for nothing at present, all or none; None where a group needs one of them, or
        ``may`` says no of one. Those that are unknown are left out."""
        return self._memory.lend(slots, may)

    def heard(self) -> list[Series]:
        """The series that are known."""
        return [series for series, _ in self._memory.series.values()]

    def snapshot(self, others: Iterable[Series] = ()) -> dict[str, Any]:
        """Everything that ``restore`` needs, as plain JSON data. ``others``: series that are kept elsewhere."""
        digests = {rule.name: rule.digest for rule in self.rules.values()}
        frame = snapshot.Frame(self._now, self._heard_from, digests, self._sight.state())
        return snapshot.encode(frame, itertools.chain(self.heard(), others), self._memory.groups.values())

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a snapshot, into an evaluator that has seen nothing. State of rules that are gone or decide
        differently now is left behind. Raises ValueError where it is not a snapshot of this format."""
        found = snapshot.decode(state, self.rules, self._lateness, self._registry.period_us)
        self._now, self._heard_from = found.now, found.heard_from
        self.kept, self.taken_up = found.kept, frozenset(self.rules) - found.known
        self._sight = Sight(found.sight)
        for series in found.series:
            if series.metric in self._links.metrics:
                self._set_alarms(series, self._memory.take_in(series))
        self._surplus.restore(found.groups)
        for group in found.groups:
            key = (group.rule.name, group.key)
            self._memory.groups[key] = group
            self._memory.changed[key] = None

    # --- observations -------------------------------------------------------------------------------------------

    def _take(self, observation: Stored) -> Instant:
        """Answers the time of arrival."""
        ts, received = instant(observation.ts), instant(observation.received_at)
        series, links = self._memory.of(observation)
        at = min(ts, received)
        if not links:
            pass
        elif observation.value is not None and not math.isfinite(observation.value):
            self.left_out["unusable"] += 1
        elif series.is_late(at):
            self._leave_out(Point(at, ts, observation.value, observation), links)
        elif series.is_repeated(ts):
            self.left_out["repeated"] += 1
        else:
            self._place(Point(at, ts, observation.value, observation), received, series, links)
        return received

    def _leave_out(self, point: Point, links: Iterable[Link]) -> None:
        """It came too late."""
        self.left_out["late"] += 1
        self.strays += strays.of(point, links, self._memory.concerned)

    def _place(self, point: Point, received: Instant, series: Series, links: Sequence[Link]) -> None:
        silence = point.at - max(series.newest, self._heard_from) if series.newest else 0
        self._settle_common(links)
        settled = series.add(point, received)
        failed: list[tuple[Rule, Exception]] = []
        for link in links:
            try:
                if link.condition.where is None:
                    self._apply(link, series, point, settled, silence)
                else:
                    with self._budget.of(link.rule.name):
                        self._apply(link, series, point, settled, silence)
            except _MISTAKES as error:
                failed.append((link.rule, error))
        for rule, mistake in failed:
            self._set_aside(rule, mistake)
        # A filter may take long enough that a batch must not be finished with it.
        for name in {link.rule.name for link in links if link.condition.where is not None}:
            self._stop_if_slow(name, self._budget.spent(name, max(self._now, received)))

    def _settle_common(self, links: Sequence[Link]) -> None:
        """Before the first word that a window over all sources hears of these: what is too late for it must not depend
        on when something else made its group decide."""
        for link in links:
            take, place = link.condition.take, (link.group, link.index)
            if take is not None and take.across and place not in self._settled:
                self._settled.add(place)
                _, track = self._memory.known(link)
                if isinstance(track, Pool):
                    track.settle(self._now)

    def _apply(self, link: Link, series: Series, point: Point, settled: list[Point], silence: int) -> None:
        condition = link.condition
        if isinstance(condition, Absence) and not link.alarmed:
            self._set_alarm(link, series)
        group, track = self._memory.known(link)
        is_wanted = condition.admits(point.observation)
        if group is not None and group.active is None and point.at <= group.floor:
            # It counts, but not before what was decided.
            self.strays += strays.of(point, [link], self._memory.concerned)
        if condition.weighed and not 0 < series.first <= point.at:
            series.first = point.at
        if track is None:
            if not (condition.weighed or (is_wanted and condition.concerns(point.value, silence))):
                return
            track = self._memory.track(link, series)
        elif isinstance(track, Track):
            track.settle(settled)
        if not isinstance(track, Track):
            is_counted = is_wanted and (not isinstance(condition, Count) or condition.level.passed(point.value))
            if is_counted or condition.weighed:
                track.hear(series)
            if is_counted and not track.add(point):
                self._leave_out(point, [link])
        self._memory.changed[link.group] = None

    def _set_aside(self, rule: Rule, error: Exception) -> None:
        """Go on without a rule. Its open alerts stay as they are, since nobody can say that they are over."""
        if self.rules.pop(rule.name, None) is None:
            return
        self._stop(rule.name, f"{type(error).__name__}: {error}")

    def _stop_if_slow(self, name: str, reason: str) -> None:
        if reason and self.rules.pop(name, None) is not None:
            self._stop(name, reason, is_slow=True)

    def _stop(self, name: str, reason: str, *, is_slow: bool = False) -> None:
        self.faults.append(Fault(name, reason, is_slow))
        self._memory.without(name)

    # --- time ---------------------------------------------------------------------------------------------------

    def _go_on_to(self, now: Instant) -> list[Decision]:
        self._now = now
        for timer in self._timers.due(now):
            if isinstance(timer, Alarm):
                self._ring(timer)
            else:
                self._memory.changed[timer] = None
        return self._decide()

    def _decide(self, lost: str = "late_data") -> list[Decision]:
        decisions: list[Decision] = []
        changed, self._memory.changed = self._memory.changed, {}
        for key in changed:
            group = self._memory.groups.get(key)
            if group is None:
                continue
            try:
                with self._budget.of(group.rule.name):
                    decisions += self._surplus.told(group, group.decide(self._now, self, lost))
                    wakes_at = group.wakes_at()
            except _MISTAKES as error:
                self._set_aside(group.rule, error)
                continue
            if group.is_empty(self._now):
                self._memory.drop(key)
            elif wakes_at is not None:
                self._timers.wake(key, wakes_at)
        for name, reason in self._budget.exceeded(self._now).items():
            self._stop_if_slow(name, reason)
        return decisions + self._surplus.released(self.rules, self._memory.groups.values())

    def _set_alarms(self, series: Series, links: list[Link]) -> None:
        for link in links:
            if isinstance(link.condition, Absence):
                self._set_alarm(link, series)

    def _set_alarm(self, link: Link, series: Series) -> None:
        assert isinstance(link.condition, Absence)  # noqa: S101  the callers ask
        link.alarmed = True
        alarm = Alarm(link, series, link.condition.silence_us)
        self._timers.set_alarm(alarm, alarm.due(self._heard_from))

    def _ring(self, alarm: Alarm) -> None:
        """A source may have fallen silent: look, or look again later where it has spoken meanwhile."""
        link, series = alarm.link, alarm.series
        link.alarmed = False
        known = self._memory.series.get((series.source, series.metric))
        if known is None or known[0] is not series or link not in known[1]:
            return
        if alarm.due(self._heard_from) > self._now:
            self._set_alarm(link, series)
            return
        self._memory.track(link, series)
        self._memory.changed[link.group] = None

    # --- words --------------------------------------------------------------------------------------------------

    def announce(
        self, group: Group, start: Instant, held: Sequence[Sequence[Piece]], reason: str, detail: dict[str, Any]
    ) -> Fire:
        """For the groups: the alert of one of them."""
        return telling.fire(group, start, held, reason, detail, self._registry)
