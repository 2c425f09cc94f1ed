"""Groups: one rule at one area or source, and what is decided of it. Pure.

An observation counts at its own time. Those of one source may come in disorder by up to the allowed lateness; so may
those of different sources against each other. Everything is therefore computed from what is known *now*, and decided
in two ways: at once where it is proved, else when it is settled, that is when nothing that could still change it may
arrive. What has been decided stays: ``Group.floor`` is the event time before which nothing is decided again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from hub.model.alert import Decision, Fire, Resolve, Revise, Severity
from rules import fusion
from rules.conditions import Absence
from rules.fusion import Past, Piece, View
from rules.rule import Rule
from rules.state import AnyTrack, Pool, Series, Slot
from rules.window import FOREVER, SECOND, Instant, Span, complement, holds, intersection, lengthened, moment, union

MEMORY: Instant = 30 * SECOND
"""How long a stretch that ended is kept for a join with a source whose data come later than others'."""
_FORESIGHT: Instant = 86_400 * SECOND
"""A schedule is looked up so far ahead; when that has come, again."""
_HINDSIGHT: Instant = 8 * 86_400 * SECOND

_NOTHING: Mapping[int, Past] = {}
"""Shared by all groups that have no past: there is one group for each source of many rules."""

GroupKey = tuple[str, str]
"""A rule's name and the area, or the source, that it looks at."""


class World(Protocol):
    """What a group is told of what is around it."""

    def announce(
        self, group: Group, start: Instant, held: Sequence[Sequence[Piece]], reason: str, detail: dict[str, Any]
    ) -> Fire:
        """The alert of a group that starts at an instant, from the pieces that hold then."""

    def blind(self, source: str) -> Sequence[Span]:
        """When a source could not see."""


class Group:
    """One rule at one area, or one source: its tracks, and the alert that is on, if one is."""

    __slots__ = (
        "active", "area", "awaits_silence", "border", "final", "floor", "has_moved", "has_past", "held_back", "held_to",
        "key", "past", "rule", "started", "told", "told_to", "tracks", "waiting",
    )  # fmt: skip

    def __init__(self, rule: Rule, key: str, area: str) -> None:
        self.rule, self.key, self.area = rule, key, area
        self.tracks: list[dict[Slot, AnyTrack]] = [{} for _ in rule.conditions]
        self.active: Fire | None = None
        self.held_back = False  # the active alert is known to nobody, as there are too many of its rule
        self.started: Instant = 0
        self.floor: Instant = 0  # where the last alert ended; nothing before is decided again
        self.held_to: Instant = 0  # the active alert is known to hold up to here
        self.final = False  # the start of the active alert is settled
        self.told: Severity = rule.severity  # how bad the active alert was last said to be
        self.told_to: Instant = 0  # up to here
        self.border: Instant = 0  # what was before is only known as the past
        self.past: Mapping[int, Past] = _NOTHING
        self.has_past = fusion.needs_past(rule.when)
        self.awaits_silence = any(isinstance(condition, Absence) for condition in rule.conditions)
        self.has_moved = False  # the active alert is of another place
        self.waiting: Instant | None = None  # the event time that has to settle before the next decision

    @property
    def fingerprint(self) -> str:
        return f"{self.rule.by}:{self.key}"

    def decide(self, now: Instant, world: World, lost: str = "late_data") -> list[Decision]:
        """Everything that can be decided by ``now`` (the hub's clock), in order. ``lost`` is the reason to give where
        an alert has lost its ground by anything but the end of its condition."""
        view = self._view(now, world)
        horizon = self._horizon(now)
        spans = self._spans(view, now)
        decisions: list[Decision] = []
        if self.has_moved and self.active is not None:
            decisions.append(self._resolve(self.held_to, "source_gone"))
        self.has_moved = False
        self.waiting = None
        while True:
            decision: Decision | None
            if self.active is None:
                decision = self._begin(spans, view, horizon, world)
            else:
                decision = (
                    self._correct(spans, view, horizon, world)
                    or self._revise(spans, view, horizon)
                    or self._end(spans, horizon, lost)
                )
            if decision is None:
                break
            decisions.append(decision)
        self._prune(view, horizon, now)
        return decisions

    def wakes_at(self) -> Instant | None:
        """When, on the hub's clock, something has to be decided though nothing arrives."""
        if self.waiting is None:
            return None if self.active or any(self.tracks) else self._forgotten_at()
        return max((series.settles_at(self.waiting) for series in self.series_heard()), default=None)

    def is_empty(self, now: Instant) -> bool:
        """Nothing is known here any more, and no late data could reopen what was decided."""
        return self.active is None and not any(self.tracks) and now >= self._forgotten_at()

    def series_heard(self) -> Iterator[Series]:
        for tracks in self.tracks:
            for track in tracks.values():
                yield from track.series_heard()

    def forget(self, source: str, area: str) -> None:
        """A source is gone from an area; what it says from another is kept."""
        for tracks in self.tracks:
            for slot, track in list(tracks.items()):
                stood = {series.area for series in track.series_heard() if series.source == source}
                if area in stood and track.forget(source):
                    del tracks[slot]

    def move(self, rule: Rule, area: str) -> None:
        """The source whose group this is stands elsewhere now: its alert ends, and what it said there says nothing
        here. ``rule`` is this rule as it is there."""
        for series in list(self.series_heard()):
            if series.area != area:
                self.forget(series.source, series.area)
        self.rule, self.area, self.past = rule, area, _NOTHING
        self.has_moved = True

    def _begin(self, spans: list[Span], view: View, horizon: Instant, world: World) -> Fire | None:
        span = next((span for span in spans if span.end > self.floor), None)
        if span is None:
            return None
        start = max(span.start, self.floor)
        if not self._is_certain(span.start, view, horizon):
            self.waiting = start
            return None
        self.started = self.held_to = start
        self.final = False
        self.told, self.told_to = self._severity(start, view), start - 1
        self.active = self._announce(span.start, view, world, "condition_met")
        return self.active

    def _correct(self, spans: list[Span], view: View, horizon: Instant, world: World) -> Fire | None:
        """An alert that was raised at once may turn out to have begun a little earlier.

        One that turns out to have come and gone before it, within the lateness, is not told after the fact.
        """
        if self.final:
            return None
        span = _containing(spans, self.started)
        start = self.started if span is None else max(span.start, self.floor)
        if span is not None and start < self.started and self._is_certain(span.start, view, horizon):
            self.started = self.held_to = start
            self.told_to = start - 1
            self.active = self._announce(span.start, view, world, "earlier_evidence")
            return self.active
        self.final = horizon >= self.started
        return None

    def _revise(self, spans: list[Span], view: View, horizon: Instant) -> Revise | None:
        """The next settled instant at which the alert became worse or less bad."""
        span = _containing(spans, self.held_to)
        if not self.rule.steps or not self.final or span is None:
            return None
        settled = min(horizon, span.end - 1)
        for at in self._turns(view):
            if self.told_to < at <= settled and (severity := self._severity(at, view)) != self.told:
                reason = "severity_raised" if severity.rank < self.told.rank else "severity_lowered"
                self.told, self.told_to = severity, at
                return Revise(
                    self.rule.name, self.fingerprint, severity, moment(at), reason, started_at=moment(self.started)
                )
        self.told_to = max(self.told_to, settled)
        self.waiting = next((at for at in self._turns(view) if settled < at < span.end), None)
        return None

    def _end(self, spans: list[Span], horizon: Instant, lost: str) -> Resolve | None:
        span = _containing(spans, self.held_to)
        if span is None:
            return self._resolve(self.held_to, lost)
        if (self.final and horizon >= span.end) or (self.rule.is_plain and spans[-1].start > span.end):
            # A plain threshold that is passed again must not wait for the end of the alert before.
            return self._resolve(span.end, "condition_cleared")
        if not self.final:
            self.waiting = self.started
        else:
            self.held_to = max(self.held_to, min(horizon, span.end))
            if span.end < FOREVER and self.waiting is None:
                self.waiting = span.end
        return None

    def _resolve(self, at: Instant, reason: str) -> Resolve:
        self.active = None
        self.floor = at
        return Resolve(self.rule.name, self.fingerprint, moment(at), reason, moment(self.started))

    def _is_certain(self, at: Instant, view: View, horizon: Instant) -> bool:
        return horizon >= at or fusion.proven(self.rule.when, view, at)

    def _announce(self, at: Instant, view: View, world: World, reason: str) -> Fire:
        shown = self.rule.shown
        held = fusion.witnesses(view.pieces[: len(shown)], at)
        return world.announce(self, self.started, held, reason, self._detail(view, at))

    def _detail(self, view: View, at: Instant) -> dict[str, Any]:
        detail: dict[str, Any] = {}
        if self.rule.latch:
            detail["latch"] = True
        if self.rule.re_alarm_us:
            detail["re_alarm_s"] = self.rule.re_alarm_us / SECOND
        weighed = fusion.weighed(self.rule.when, view, at)
        if weighed is not None:
            detail["probability"] = round(weighed.probability, 6)
            detail["prior_log_odds"] = round(weighed.prior_log_odds, 6)
            detail["contributions"] = [
                {"name": item.name, "held": item.held, "log_odds": round(item.log_odds, 6)}
                for item in weighed.contributions
            ]
            detail["not_available"] = list(weighed.unavailable)
        return detail

    # --- severity -----------------------------------------------------------------------------------------------

    def _severity(self, at: Instant, view: View) -> Severity:
        reached = [self.rule.severity]
        for step in self.rule.steps:
            if step.condition is None:
                is_reached = at >= self.started + step.after_us
            else:
                is_reached = holds((piece.span for piece in view.pieces[step.condition]), at)
            if is_reached:
                reached.append(step.severity)
        return min(reached, key=lambda severity: severity.rank)

    def _turns(self, view: View) -> list[Instant]:
        """When the severity may change."""
        turns = {self.started}
        for step in self.rule.steps:
            if step.condition is None:
                turns.add(self.started + step.after_us)
            else:
                turns.update(edge for piece in view.pieces[step.condition] for edge in piece.span)
        return sorted(turns)

    # --- what is known ------------------------------------------------------------------------------------------

    def _view(self, now: Instant, world: World) -> View:
        pieces: list[list[Piece]] = []
        for condition, tracks in zip(self.rule.conditions, self.tracks, strict=True):
            own: list[Piece] = []
            for track in tracks.values():
                if isinstance(track, Pool):
                    settled_to = track.settle(now)
                else:
                    settled_to = min((series.settled_to(now) for series in track.series_heard()), default=FOREVER)
                for stretch in track.stretches():
                    span = condition.shape(stretch)
                    if span is not None:
                        own.append(Piece(span, stretch, settled_to))
            pieces.append(_sighted(own, world) if condition.weighed else own)
        return View(pieces, self.border, self.past, lambda index: self._seen(index, world))

    def _seen(self, index: int, world: World) -> list[Span]:
        """When somebody could have said what a condition asks for."""
        heard = (series for track in self.tracks[index].values() for series in track.series_heard())
        return union(span for series in heard for span in complement(union(world.blind(series.source)), series.first))

    def _spans(self, view: View, now: Instant) -> list[Span]:
        spans = fusion.spans(self.rule.when, view)
        during, keep_us = self.rule.during, self.rule.keep_firing_us
        if during is None or not spans:
            return lengthened(spans, keep_us)
        # While the clock is held, what is heard may be far ahead of it.
        latest = max(now, spans[-1].start)
        open_ = during.spans(max(spans[0].start, latest - _HINDSIGHT), latest + _FORESIGHT)
        return intersection(lengthened(intersection(spans, open_), keep_us), open_)

    def _horizon(self, now: Instant) -> Instant:
        """The event time up to which every source that said something here is settled.

        A source that fell silent is not among them until the hub's clock has come to where its silence is noticed.
        While the clock is held, what others say may be far ahead of that.
        """
        settled = min((series.settled_to(now) for series in self.series_heard()), default=FOREVER)
        if self.awaits_silence:
            settled = min([settled, *(now - series.lateness for series in self.series_heard())])
        return settled

    def _forgotten_at(self) -> Instant:
        """Where no observation is kept any more: the beginnings of sequences are, for as long as they can count."""
        remembered = [
            reached + node.in_us
            for node in self.rule.sequences
            if node.place in self.past
            for reached in self.past[node.place].reached
            if reached is not None
        ]
        return max([self.floor, *remembered]) + MEMORY

    def _prune(self, view: View, horizon: Instant, now: Instant) -> None:
        if self.active is None:
            until = max(self.floor - self.rule.keep_firing_us, horizon - MEMORY if horizon < FOREVER else 0)
        elif self.final:
            until = self.held_to - self.rule.keep_firing_us
        else:
            return
        if self.has_past and until > self.border:
            self.past, self.border = fusion.remember(self.rule.when, view, until), until
        for condition, tracks in zip(self.rule.conditions, self.tracks, strict=True):
            for slot in [slot for slot, track in tracks.items() if track.prune(until, now)]:
                if not condition.weighed:
                    del tracks[slot]


def _sighted(pieces: Sequence[Piece], world: World) -> list[Piece]:
    """Without the times at which the source of a piece was blind: what it said last says nothing then."""
    return [
        piece._replace(span=span)
        for piece in pieces
        for span in intersection([piece.span], complement(union(world.blind(piece.source)), 0))
    ]


def _containing(spans: Sequence[Span], at: Instant) -> Span | None:
    return next((span for span in spans if span.start <= at < span.end), None)
