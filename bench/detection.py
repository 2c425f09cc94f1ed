"""Inferences and tracks on real footage: the detector as a camera's worker uses it, beside one inference a frame.

The peer is what is usual: the same model on every whole frame, and ByteTrack on what it finds. Both see the clips as
they are, at 10, 12.5 and 25 frames a second; a camera that sends more saves more. The truth of two of them was noted by
eye; of the motorway it is the tracks of the peer that last a second and more, and a track counts as found where one of
ours is on it at any time. ``python -m bench detection``.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import av
import numpy as np

from bench.report import Row
from hub.model.observation import Observation
from hub.tally import Tally
from ingest.video import models
from ingest.video.analyse import MotionDetector
from ingest.video.analysis import WIDTH, Box, Frame
from ingest.video.decode import Picture
from ingest.video.detect import objects_of
from ingest.video.regions import once, overlap
from ingest.video.yolo import Picture3

SHARED = Path(__file__).resolve().parents[2] / "shared"
MODEL = "yolox-nano"
START = datetime(2026, 5, 1, 8, tzinfo=UTC)

# When each comes into view and is out of it again, in seconds.
PEOPLE = [(6.0, 19.9), (22.6, 45.0), (50.3, 70.3), (74.5, 87.2), (92.4, 120.3), (123.5, 136.3)]
CARS = [(4.4, 8.4), (14.4, 18.4), (14.9, 18.9), (25.3, 27.9)]

_EVERY_S = 0.19
"""As ``watch.py`` thins out the pictures it analyses."""
_SCALE = 1000.0
_LEAST = 0.4
_LASTING_S = 1.0
_SAME = 0.3  # intersection over union


@dataclass(slots=True)
class Seen:
    """What came of a clip. ``tracks``: where each was, by the second."""

    tracks: dict[int, dict[float, Box]] = field(default_factory=dict)
    said: list[Observation] = field(default_factory=list)
    frames: int = 0
    inferences: int = 0
    cpu_s: float = 0.0

    def spans(self) -> list[tuple[float, float]]:
        """When each was there first and last."""
        return sorted((min(where), max(where)) for where in self.tracks.values())

    def found_of(self, peer: Seen) -> float:
        """The part of the peer's lasting tracks that were followed here too."""
        there: dict[float, list[Box]] = {}
        for where in self.tracks.values():
            for at_s, box in where.items():
                there.setdefault(at_s, []).append(box)
        lasting = [where for where in peer.tracks.values() if max(where) - min(where) >= _LASTING_S]
        found = [
            where
            for where in lasting
            if any(overlap(box, other) >= _SAME for at_s, box in where.items() for other in there.get(at_s, ()))
        ]
        return len(found) / max(len(lasting), 1)


def shelf(folder: Path) -> Path:
    """A data directory with the model in it."""
    models.add(folder, SHARED / "models" / "yolox_nano.onnx", MODEL, START)
    return folder


def lazily(clip: str, data_dir: Path, classes: Sequence[str]) -> Seen:
    """Through motion, detector and tracker, five pictures a second at most."""
    seen, tally, motion = Seen(), Tally(), MotionDetector()
    analyser = objects_of("cam", {"analyse": {"detect": {"model": MODEL, "classes": list(classes)}}}, data_dir, tally)
    if analyser is None:
        raise ValueError("the settings ask for no detection")
    last_s = -1.0
    for at_s, decoded in _frames(clip):
        seen.frames += 1
        if at_s - last_s < _EVERY_S:
            continue
        last_s = at_s
        began_s = time.process_time()
        picture = Picture(decoded, START + timedelta(seconds=at_s))
        luma = picture.luma(WIDTH)
        frame = Frame(picture, picture.ts, luma, motion.see(luma, picture.ts))
        seen.said += analyser.see(frame)
        seen.cpu_s += time.process_time() - began_s
        for track in frame.tracks:
            seen.tracks.setdefault(track.id, {})[at_s] = track.box
    seen.inferences = int(tally.total("gridhub_detector_inferences_total"))
    return seen


def every_frame(clip: str, data_dir: Path, classes: Sequence[str]) -> Seen:
    """The peer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import supervision
        from trackers import ByteTrackTracker

    network, seen = models.load(data_dir, MODEL), Seen()
    wanted = [network.form.classes.index(name) for name in classes] or None
    byte: Any = None
    for at_s, decoded in _frames(clip):
        if byte is None:
            byte = ByteTrackTracker(
                lost_track_buffer=60, track_activation_threshold=_LEAST, high_conf_det_threshold=_LEAST
            )
        seen.frames += 1
        began_s = time.process_time()
        whole = cast(Picture3, decoded.to_ndarray(format="bgr24"))
        found, _ = network.detect(whole, least=_LEAST / 2, classes=wanted)
        found = once(found)
        corners = [(x, y, x + w, y + h) for x, y, w, h in (each.box for each in found)]
        given = supervision.Detections(
            xyxy=np.array(corners, np.float32).reshape(-1, 4) * _SCALE,
            confidence=np.array([each.score for each in found], np.float32),
            data={"index": np.arange(len(found))},
        )
        result = byte.update(given, timestamp=at_s)
        seen.cpu_s += time.process_time() - began_s
        for index, track in zip(result.data.get("index", ()), result.tracker_id, strict=True):
            if track >= 0:
                seen.tracks.setdefault(int(track), {})[at_s] = found[int(index)].box
    seen.inferences = seen.frames
    return seen


def _frames(clip: str) -> Iterator[tuple[float, av.VideoFrame]]:
    with av.open(str(SHARED / "clips" / clip)) as container:
        for frame in container.decode(video=0):
            yield float(frame.time or 0.0), frame


def run(_: Sequence[str] = ()) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name:
        folder = shelf(Path(name))
        for what, clip, classes, truth, least in (
            ("people", "one-by-one-person-detection.mp4", ["person"], len(PEOPLE), 10),
            ("cars", "car-detection.mp4", [], len(CARS), 10),
            ("motorway", "traffic-camera.mp4", ["car", "truck", "bus"], None, 4),
        ):
            ours, peer = lazily(clip, folder, classes), every_frame(clip, folder, classes)
            saved = ours.frames / max(ours.inferences, 1)
            rows.append(Row(f"{what}: frames an inference", saved, "", f">= {least}", "one a frame", 1.0))
            cost = peer.cpu_s / ours.cpu_s
            rows.append(Row(f"{what}: CPU saved, with motion and tracking", cost, "×", ">= 3", "one a frame", 1.0))
            if truth is None:
                rows.append(Row(f"{what}: tracks found", ours.found_of(peer), "", ">= 0.85", "one a frame", 1.0))
            else:
                missed = abs(len(ours.tracks) - truth)
                told = f"one a frame: {len(peer.tracks)} tracks"
                rows.append(Row(f"{what}: tracks that differ from the {truth} there are", missed, "", "<= 0", told))
    return rows
