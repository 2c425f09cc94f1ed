"""What the tests of analysers share: made pictures, real ones, and tracks that go where they are told."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np

from hub.model.observation import Observation
from hub.tally import Tally
from ingest.video.analyse import MotionDetector
from ingest.video.analysis import WIDTH, Analyser, Box, Frame, Track
from ingest.video.decode import Luma, Picture
from ingest.video.snapshot import Snapshots
from tests.fix_video import CLIPS

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
ROWS = 180
EMPTY: Luma = np.full((ROWS, WIDTH), 90, np.uint8)
EMPTY.flags.writeable = False

Said = list[tuple[float, str, float | None]]


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def frame(second: float, luma: Luma = EMPTY, tracks: Sequence[Track] = ()) -> Frame:
    picture = Picture(av.VideoFrame.from_ndarray(luma, format="gray"), at(second))
    return Frame(picture, at(second) + timedelta(milliseconds=40), luma, tracks=tuple(tracks))


def person(track_id: int, foot_x: float, foot_y: float, label: str = "person", size: float = 0.2) -> Track:
    """A track that stands at a point; it is half as wide as it is high."""
    box: Box = (foot_x - size / 4, foot_y - size, size / 2, size)
    return Track(track_id, label, 0.9, box)


def snapshots(folder: Path) -> Snapshots:
    return Snapshots(folder, "cam-1", Tally())


def told(observations: Iterable[Observation]) -> Said:
    """(second, metric, value) of each."""
    return [(round((item.ts - START).total_seconds(), 1), item.metric, item.value) for item in observations]


def show(analyser: Analyser, scenes: Iterable[tuple[float, Sequence[Track]]]) -> list[Observation]:
    """What an analyser says of tracks, picture by picture."""
    return [said for second, tracks in scenes for said in analyser.see(frame(second, tracks=tracks))]


def watch(analyser: Analyser, pictures: Iterable[tuple[float, Luma]]) -> list[Observation]:
    """What an analyser says of pictures in which motion was looked for before."""
    detector = MotionDetector()
    found: list[Observation] = []
    for second, luma in pictures:
        seen = frame(second, luma)
        seen.motion = detector.see(luma, seen.ts)
        found += analyser.see(seen)
    return found


@functools.cache
def stills(clip: str, every_s: float = 0.2, from_s: float = 0.0, until_s: float = 1e9) -> tuple[Luma, ...]:
    """Pictures of a clip, as large as the analysers see them."""
    found, due_s = [], from_s
    with av.open(str(CLIPS / clip)) as container:
        for each in container.decode(video=0):
            if each.time is None or each.time < due_s - 0.01:
                continue
            if each.time > until_s:
                break
            due_s += every_s
            found.append(Picture(each, START).luma(WIDTH))
    return tuple(found)


def noisy(picture: np.ndarray[Any, Any], sigma: float, rng: np.random.Generator) -> Luma:
    noisy: Luma = np.clip(picture + rng.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8)
    return noisy


def encoded(pictures: Sequence[Luma], fps: int, bit_rate: int | None = None, **options: str) -> list[tuple[bool, Luma]]:
    """What comes out at the other end of a camera's H.264: (is a keyframe, picture)."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.height, stream.width = pictures[0].shape
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "superfast", "bf": "0", "g": str(2 * fps), **options}
        if bit_rate is not None:
            stream.bit_rate = bit_rate
        for picture in pictures:
            raw = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="gray")
            container.mux(stream.encode(raw.reformat(format="yuv420p")))
        container.mux(stream.encode())
    file.seek(0)
    with av.open(file, "r") as coded:
        return [(bool(each.key_frame), Picture(each, START).luma(WIDTH)) for each in coded.decode(video=0)]


def enlarged(picture: Luma, factor: int = 2) -> Luma:
    return cast(Luma, cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR))
