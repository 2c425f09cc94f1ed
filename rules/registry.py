"""What the rules know of areas and sources. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from hub.model.area import Area, contains
from hub.model.source import Source
from hub.model.times import parse_duration
from rules.adjacency import neighbours
from rules.window import Instant, microseconds

NEIGHBOURS, PARENT = "neighbours", "parent"
"""Whose sources a condition looks at beside its own area's; any other word is a kind of area above."""


@dataclass(frozen=True)
class Registry:
    """Areas by path and sources by id: their names, and whether they are still there.

    ``periods_us``: how often a source reports where its own settings do not say, as its type does or as was learnt."""

    areas: Mapping[str, Area] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    periods_us: Mapping[str, Instant] = field(default_factory=dict)

    def period_us(self, source_id: str) -> Instant:
        """How often a source should report; 0 where nobody knows."""
        source = self.sources.get(source_id)
        own = source.config.get("period") if source is not None else None
        if isinstance(own, str):
            return microseconds(parse_duration(own))
        return self.periods_us.get(source_id, 0)

    def reach(self, area: str, scope: str) -> frozenset[str]:
        """The areas whose conditions of this scope look at the sources of ``area``, its own among them: of all areas
        that have sources themselves."""
        key = (area, scope)
        found = self._reached.get(key)
        if found is None:
            found = self._reached[key] = frozenset(self._reach(area, scope)) | {area}
        return found

    def _reach(self, area: str, scope: str) -> set[str]:
        if scope == NEIGHBOURS:
            return self._places & self._neighbours.get(area, frozenset())
        return {place for place in self._places if contains(self._above(place, scope), area)}

    def _above(self, place: str, scope: str) -> str:
        """The area above ``place`` whose sources belong to it; itself where there is none such."""
        if scope == PARENT:
            return place.rpartition("/")[0] or place
        path = place
        while path:
            known = self.areas.get(path)
            if known is not None and known.kind == scope:
                return path
            path = path.rpartition("/")[0]
        return place

    @cached_property
    def _places(self) -> set[str]:
        return {source.area for source in self.sources.values()}

    @cached_property
    def _neighbours(self) -> dict[str, frozenset[str]]:
        return neighbours(self.areas)

    @cached_property
    def _reached(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}
