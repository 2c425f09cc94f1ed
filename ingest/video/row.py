"""The analysers of one camera, in their order, as its settings ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.model.observation import Observation
from hub.tally import Tally
from ingest.video.analysis import Analyser, Frame
from ingest.video.detect import ObjectAnalyser, objects_of
from ingest.video.motion import MotionAnalyser
from ingest.video.snapshot import Snapshots
from ingest.video.tamper import Tamper
from ingest.video.tamper_memory import Memory


class Row:
    """Each picture is shown to all of them, first to last."""

    def __init__(self, analysers: Sequence[Analyser]) -> None:
        self._analysers = tuple(analysers)

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
        return {key: value for detail in told for key, value in detail.items()}

    def see(self, frame: Frame) -> list[Observation]:
        return [observation for analyser in self._analysers for observation in analyser.see(frame)]


def row_of(camera: str, config: Mapping[str, Any], data_dir: Path, tally: Tally) -> Row:
    """``config`` is that of the camera (``Source.config``)."""
    analyse = config.get("analyse") or {}
    analysers: list[Analyser] = []
    if analyse.get("motion", True):
        analysers.append(MotionAnalyser(camera, Snapshots(data_dir, camera, tally)))
    if (objects := objects_of(camera, config, data_dir, tally)) is not None:
        analysers.append(objects)
    memory = Memory(data_dir, camera, config, tally)
    if analyse.get("tamper", True):
        analysers.append(Tamper(camera, memory, Snapshots(data_dir, camera, tally)))
    else:
        memory.forget()
    return Row(analysers)
