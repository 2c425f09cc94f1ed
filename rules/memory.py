"""What the evaluator knows: the series that were heard, which conditions look at each, and what each group makes of it.
Pure. State exists only where something happened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hub.model.observation import Stored
from rules import lending
from rules.group import Group, GroupKey
from rules.lending import Lent
from rules.links import Link, Links
from rules.rule import Rule
from rules.state import AnyTrack, Series, Slot, Track, track_of
from rules.timers import Timers
from rules.window import Instant


class Memory:
    """``changed`` are the groups of which something is to be decided. ``over`` tells when the last alert of groups that
    were lent began and ended. ``rules`` may lose some: those are not linked any more."""

    def __init__(self, rules: Mapping[str, Rule], links: Links, lateness: Instant, timers: Timers) -> None:
        self.series: dict[Slot, tuple[Series, list[Link]]] = {}
        self.groups: dict[GroupKey, Group] = {}
        self.changed: dict[GroupKey, None] = {}
        self.over: dict[GroupKey, tuple[Instant, Instant]] = {}
        self._rules = rules
        self._links = links
        self._lateness = lateness
        self._timers = timers

    def of(self, observation: Stored) -> tuple[Series, list[Link]]:
        """The series of an observation, which may be new. Of a source that stands elsewhere now it is."""
        slot = (observation.source, observation.metric)
        known = self.series.get(slot)
        if known is not None and (known[0].area, known[0].type) != (observation.area, observation.type):
            self.unlink(slot)
            known = None
        if known is None:
            new = Series(observation.source, observation.metric, observation.area, observation.type, self._lateness)
            known = new, self.take_in(new)
        return known

    def take_in(self, series: Series) -> list[Link]:
        links = self._links.of(series, self._rules)
        self.series[series.source, series.metric] = (series, links)
        return links

    def known(self, link: Link) -> tuple[Group | None, AnyTrack | None]:
        """The group that a link leads to and what it makes of the series, as far as there is any."""
        group = self.groups.get(link.group)
        return group, None if group is None else group.tracks[link.index].get(link.slot)

    def concerned(self, link: Link, at: Instant) -> Instant:
        """When the alert began that an instant is about: the one that is on, or the last; 0 where there is none, or
        nobody was told of it."""
        group = self.groups.get(link.group)
        if group is None:
            started, floor = self.over.get(link.group, (0, 0))
        else:
            started, floor = (0, 0) if group.held_back else (group.started, group.floor)
        is_on = group is not None and group.active is not None
        return started if (at > floor if is_on else started <= at <= floor) else 0

    def track(self, link: Link, series: Series) -> AnyTrack:
        """The same, made where there is none."""
        group, track = self.known(link)
        if group is None:
            area = link.group[1] if link.rule.by == "area" else series.area
            group = self.groups[link.group] = Group(link.rule, link.group[1], area)
            group.started, group.floor = self.over.pop(link.group, (0, 0))
        elif link.rule.by == "source" and group.area != series.area and _is_newest(series, group):
            group.move(link.rule, series.area)
        if track is None:
            track = group.tracks[link.index][link.slot] = track_of(link.condition, series)
        return track

    def relink(self, series: Series, links: list[Link]) -> list[Link]:
        """Take note of another period and of other neighbours; what is as it was goes on. Answers the links of which no
        alarm is set."""
        before = {(link.group, link.index): link for link in links}
        after = {(link.group, link.index): link for link in self._links.of(series, self._rules)}
        for key, link in before.items():
            group, track = self.known(link)
            new = after.get(key)
            if new is None and group is not None and track is not None:
                if track.forget(series.source):
                    del group.tracks[link.index][link.slot]
                self.changed[link.group] = None
            elif new is not None and new.condition != link.condition:
                link.condition, link.alarmed = new.condition, False
                if isinstance(track, Track):
                    track.become(new.condition)
                    self.changed[link.group] = None
        fresh = [link for key, link in after.items() if key not in before]
        links[:] = [link for key, link in before.items() if key in after] + fresh
        return [link for link in links if not link.alarmed]

    def unlink(self, slot: Slot) -> None:
        """A source is gone, or stands elsewhere."""
        series, links = self.series.pop(slot)
        for link in links:
            group = self.groups.get(link.group)
            if group is not None:
                group.forget(slot[0], series.area)
                self.changed[link.group] = None

    def without(self, rule: str) -> None:
        """Forget all that a rule made of anything."""
        for _, links in self.series.values():
            links[:] = [link for link in links if link.rule.name != rule]
        for key in [key for key in self.groups if key[0] == rule]:
            self.drop(key)

    def drop(self, key: GroupKey) -> None:
        del self.groups[key]
        self.changed.pop(key, None)
        self._timers.forget(key)

    def lend(self, slots: Sequence[Slot], may: Callable[[Series], bool]) -> list[Lent] | None:
        """See ``Evaluator.release``."""
        known = [slot for slot in slots if slot in self.series]
        is_free = lending.is_free(known, self.series, self.groups)
        if not (is_free and all(may(self.series[slot][0]) for slot in known)):
            return None
        found = [Lent(self.series[slot][0], lending.windows(slot, self.series, self.groups)) for slot in known]
        for slot in known:
            _, links = self.series.pop(slot)
            for link in links:
                self._lend(link)
        return found

    def _lend(self, link: Link) -> None:
        group, track = self.known(link)
        if group is None or track is None:
            return
        del group.tracks[link.index][link.slot]
        if not any(group.tracks):
            if group.floor:
                self.over[link.group] = (group.started, group.floor)
            self.drop(link.group)


def _is_newest(series: Series, group: Group) -> bool:
    """Whether where a series stands is the last that was heard of where the source of the group does."""
    return all(series.received >= other.received for other in group.series_heard())
