"""The analysers of one camera, in their order, as its settings ask for them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from hub.config.settings import LineSettings, ZoneSettings
from hub.model.observation import Observation
from hub.tally import Tally
from ingest.video.analysis import Analyser, Frame
from ingest.video.crowd import Crowd
from ingest.video.detect import ObjectAnalyser, objects_of
from ingest.video.left import Left
from ingest.video.lines import Line
from ingest.video.loitering import Loitering
from ingest.video.motion import MotionAnalyser
from ingest.video.snapshot import Snapshots
from ingest.video.tamper import Tamper
from ingest.video.tamper_memory import Memory
from ingest.video.zones import Zones

_log = logging.getLogger(__name__)

_Kind = TypeVar("_Kind", LineSettings, ZoneSettings)


class Row:
    """Each picture is shown to all of them, first to last.

    One that raises made a mistake of ours: it is counted and told, the others go on, and it is shown the next picture.
    """

    def __init__(self, camera: str, analysers: Sequence[Analyser], tally: Tally) -> None:
        self._camera = camera
        self._analysers = tuple(analysers)
        self._tally = tally
        self._failing: dict[int, str] = {}

    def __bool__(self) -> bool:
        return bool(self._analysers)

    @property
    def wants_more(self) -> bool:
        return any(analyser.wants_more for analyser in self._analysers)

    @property
    def blinding(self) -> str:
        """Why the camera shows nothing though pictures come, as a fixed English sentence; empty where it watches."""
        return next((item.blinding for item in self._analysers if isinstance(item, Tamper) and item.blinding), "")

    def detail(self) -> dict[str, str]:
        """What an operator is told of the analysers, beside the stream."""
        told = (item.detail() for item in self._analysers if isinstance(item, ObjectAnalyser))
        failing = {"failing": ", ".join(sorted(set(self._failing.values())))} if self._failing else {}
        return {key: value for detail in told for key, value in detail.items()} | failing

    def see(self, frame: Frame) -> list[Observation]:
        return [
            observation
            for index, analyser in enumerate(self._analysers)
            for observation in self._shown_to(index, analyser, frame)
        ]

    def _shown_to(self, index: int, analyser: Analyser, frame: Frame) -> Sequence[Observation]:
        name = type(analyser).__name__
        try:
            said = analyser.see(frame)
        except Exception:  # noqa: BLE001  or one analyser would blind the camera, and whatever is recorded of it
            self._tally.add("gridhub_analyser_failures_total", camera=self._camera, analyser=name)
            if index not in self._failing:
                _log.exception("camera %s: %s failed; the other analysers go on", self._camera, name)
            self._failing[index] = name
            return ()
        if self._failing.pop(index, None):
            _log.info("camera %s: %s works again", self._camera, name)
        return said


def row_of(camera: str, config: Mapping[str, Any], data_dir: Path, tally: Tally) -> Row:
    """``config`` is that of the camera (``Source.config``)."""
    analyse = config.get("analyse") or {}
    analysers: list[Analyser] = []
    zones = Zones(_settings(camera, config, "zones", ZoneSettings))
    if analyse.get("motion", True):
        analysers.append(MotionAnalyser(camera, zones, lambda: Snapshots(data_dir, camera, tally)))
    if (objects := objects_of(camera, config, data_dir, tally)) is not None:
        analysers.append(objects)
    if analyse.get("motion", True):
        lines = _settings(camera, config, "lines", LineSettings)
        analysers += _of_places(camera, zones, lines, lambda: Snapshots(data_dir, camera, tally))
    memory = Memory(data_dir, camera, config, tally)
    if analyse.get("tamper", True):
        analysers.append(Tamper(camera, memory, Snapshots(data_dir, camera, tally)))
    else:
        memory.forget()
    return Row(camera, analysers, tally)


def _of_places(
    camera: str, zones: Zones, lines: Sequence[LineSettings], new_snapshots: Callable[[], Snapshots]
) -> list[Analyser]:
    """What stands on motion and tracks, in zones and at lines."""
    analysers: list[Analyser] = [Line(camera, zones, line, new_snapshots()) for line in lines]
    analysers += [Loitering(camera, zones, zone, new_snapshots()) for zone in zones.named if zone.loiter is not None]
    analysers += [Crowd(camera, zones, zone) for zone in zones.named if zone.crowd is not None]
    if any(zone.left is not None for zone in zones.named):
        analysers.append(Left(camera, zones, new_snapshots()))
    return analysers


def _settings(camera: str, config: Mapping[str, Any], key: str, kind: type[_Kind]) -> list[_Kind]:
    """They were checked on their way in; what an older hub let through is left out, rather than the camera."""
    found = []
    for written in config.get(key) or ():
        try:
            found.append(kind.model_validate(written))
        except ValidationError as error:
            _log.error("camera %s: one of its %s is left out: %s", camera, key, error.errors()[0]["msg"])
    return found
