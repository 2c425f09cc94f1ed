"""How many there are in a zone, and whether they are a crowd."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.config.settings import ZoneSettings
from hub.model.observation import Observation
from ingest.video.analysis import Frame, Track
from ingest.video.condition import Condition
from ingest.video.zones import Zones

_GATHER = timedelta(seconds=2)  # so long there must be so many: a box that is seen twice for a moment is no crowd
_DISPERSE = timedelta(seconds=5)  # and so long fewer: somebody hidden for a moment has not gone
_REPEAT = timedelta(seconds=1)


class Crowd:
    """Of one zone with ``crowd`` set. Says ``count.{zone}`` and ``crowd.{zone}``."""

    def __init__(self, camera: str, zones: Zones, zone: ZoneSettings) -> None:
        assert zone.crowd is not None  # noqa: S101  who asks for a crowd says what one is
        self._camera = camera
        self._zones = zones
        self._zone = zone
        self._enough = zone.crowd
        self._condition = Condition()
        self._since: datetime | None = None
        self._said: tuple[datetime, int] | None = None

    @property
    def wants_more(self) -> bool:
        """Never: the tracker asks for what it needs."""
        return False

    def see(self, frame: Frame) -> Sequence[Observation]:
        there = self._zones.standing(self._zone, frame.tracks, frame.shape)
        said = []
        if self._is_news(frame.ts, len(there)):
            self._said = frame.ts, len(there)
            said.append(self._observation(frame, "count", float(len(there)), there))
        if (value := self._condition.see(frame.ts, holds=self._is_crowd(frame.ts, len(there)))) is not None:
            said.append(self._observation(frame, "crowd", value, there))
        frame.eventful |= self._condition.lasts
        return said

    def _is_news(self, ts: datetime, count: int) -> bool:
        if self._said is None:
            return True
        said_at, said = self._said
        return count != said and not timedelta(0) <= ts - said_at < _REPEAT

    def _is_crowd(self, ts: datetime, count: int) -> bool:
        """As before, until it has been otherwise for long enough."""
        before = self._condition.lasts
        if (count >= self._enough) == before:
            self._since = None
            return before
        if self._since is None or ts < self._since:
            self._since = ts
        if ts - self._since < (_DISPERSE if before else _GATHER):
            return before
        self._since = None
        return not before

    def _observation(self, frame: Frame, what: str, value: float, there: Sequence[Track]) -> Observation:
        attrs = {"count": len(there), "boxes": [list(track.box) for track in there]}
        return Observation(self._camera, f"{what}.{self._zone.name}", frame.ts, frame.received_at, value, attrs=attrs)
