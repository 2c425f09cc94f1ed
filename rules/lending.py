"""Series that are taken from the evaluator while they speak for nothing, to be kept where that is cheaper. Pure.

With a series go its windows. Groups that look through windows wait for all that they look at, so the series of such a
group go together, and the group with them; ``floors`` is what remains of it: before when nothing is decided again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rules.group import Group, GroupKey
from rules.links import Link
from rules.state import AnyTrack, Series, Slot, Windowed
from rules.take import Take, Window


class Lent(NamedTuple):
    """A series, and the windows of it by the rule and what is taken."""

    series: Series
    windows: Mapping[tuple[str, Take], Window]


Known = Mapping[Slot, tuple[Series, list[Link]]]
Groups = Mapping[GroupKey, Group]


def is_free(slots: Sequence[Slot], known: Known, groups: Groups) -> bool:
    """Whether no group needs any of these series but for windows of which no value matters."""
    return all(
        group.active is None and group.waiting is None and _is_idle(track)
        for slot in slots
        for link in known[slot][1]
        for group, track in _tracks(link, groups)
    )


def windows(slot: Slot, known: Known, groups: Groups) -> dict[tuple[str, Take], Window]:
    return {
        (link.rule.name, track.window.take): track.window
        for link in known[slot][1]
        for _, track in _tracks(link, groups)
        if isinstance(track, Windowed)
    }


def _tracks(link: Link, groups: Groups) -> list[tuple[Group, AnyTrack]]:
    group = groups.get(link.group)
    track = None if group is None else group.tracks[link.index].get(link.slot)
    return [] if group is None or track is None else [(group, track)]


def _is_idle(track: AnyTrack) -> bool:
    """What ended and may still be joined with something is among its stretches, what was decided is not."""
    return isinstance(track, Windowed) and track.current is None and not track.stretches()
