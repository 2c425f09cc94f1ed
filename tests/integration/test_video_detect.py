"""The detector and the tracker on real footage, with a real model: one person is one track, at few inferences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from hub.clock import SystemClock
from hub.model.observation import Observation
from hub.model.source import SourceState
from hub.tally import Tally
from ingest.simulate.rtsp import LiveServer, Loop, running
from ingest.video import models
from ingest.video.analyse import MotionDetector
from ingest.video.analysis import WIDTH, Frame
from ingest.video.decode import Picture
from ingest.video.detect import ObjectAnalyser, objects_of
from tests.fix_models import NANO
from tests.fix_video import CLIPS, Remembered, camera_source, eventually, running_camera

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
_EVERY_S = 0.19
FPS = 15
"""What cameras of today send at least: the clips themselves have 10 and 12.5 frames a second."""

# By eye, picture by picture: when each comes into view and is out of it again.
PEOPLE = [(6.0, 19.9), (22.6, 45.0), (50.3, 70.3), (74.5, 87.2), (92.4, 120.3), (123.5, 136.3)]
CARS = [(4.4, 8.4), (14.4, 18.4), (14.9, 18.9), (25.3, 27.9)]


@dataclass
class Seen:
    """What came of a clip: of each track its label and when it was there first and last."""

    tracks: dict[int, list[float]] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    said: list[Observation] = field(default_factory=list)
    inferences: int = 0
    seconds: float = 0.0

    def spans(self) -> list[tuple[float, float]]:
        return [(first, last) for first, last in self.tracks.values()]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    models.add(folder, NANO, "yolox-nano", START)
    return folder


def pictures(clip: str) -> Iterator[tuple[float, av.VideoFrame]]:
    """Five a second, as a camera's worker analyses them."""
    last_s = -1.0
    with av.open(str(CLIPS / clip)) as container:
        for frame in container.decode(video=0):
            at_s = float(frame.time or 0.0)
            if at_s - last_s >= _EVERY_S:
                last_s = at_s
                yield at_s, frame


def watch(clip: str, shelf: Path, classes: list[str]) -> Seen:
    tally, motion, seen = Tally(), MotionDetector(), Seen()
    detect = {"model": "yolox-nano", "classes": classes}
    analyser = objects_of("cam", {"analyse": {"detect": detect}}, shelf, tally)
    assert isinstance(analyser, ObjectAnalyser)
    for at_s, decoded in pictures(clip):
        picture = Picture(decoded, START + timedelta(seconds=at_s))
        luma = picture.luma(WIDTH)
        frame = Frame(picture, picture.ts, luma, motion.see(luma, picture.ts))
        seen.said += analyser.see(frame)
        seen.seconds = at_s
        for track in frame.tracks:
            seen.tracks.setdefault(track.id, [at_s, at_s])[1] = at_s
            seen.labels[track.id] = track.label
    seen.inferences = int(tally.total("gridhub_detector_inferences_total"))
    return seen


def test_six_people_are_six_tracks_at_a_tenth_of_the_inferences(shelf: Path) -> None:
    seen = watch("one-by-one-person-detection.mp4", shelf, ["person"])
    assert len(seen.tracks) == len(PEOPLE)
    for (first_s, last_s), (came_s, went_s) in zip(sorted(seen.spans()), PEOPLE, strict=True):
        assert came_s <= first_s <= came_s + 1.5
        assert went_s - 0.5 <= last_s <= went_s + 2.5
    assert seen.inferences * 10 <= seen.seconds * FPS


def test_what_is_said_of_people_begins_and_ends_with_each(shelf: Path) -> None:
    seen = watch("one-by-one-person-detection.mp4", shelf, ["person"])
    counts = [word.value for word in seen.said if word.metric == "object.person"]
    changes = [value for before, value in zip([None, *counts], counts, strict=False) if value != before]
    assert changes == [0.0] + [1.0, 0.0] * len(PEOPLE)
    firsts = [word for word in seen.said if "snapshot" in (word.attrs or {})]
    assert len(firsts) == len(PEOPLE)


def test_four_cars_are_four_tracks_at_a_tenth_of_the_inferences(shelf: Path) -> None:
    # Seen from above this model takes cars for all manner of things: they are counted, not named.
    seen = watch("car-detection.mp4", shelf, [])
    assert len(seen.tracks) == len(CARS)
    for (first_s, last_s), (came_s, went_s) in zip(sorted(seen.spans()), CARS, strict=True):
        assert came_s <= first_s <= came_s + 1.5
        assert last_s >= went_s - 1.0
    assert seen.inferences * 10 <= seen.seconds * FPS


def test_a_change_of_light_is_never_looked_at(shelf: Path) -> None:
    seen = watch("brightness-change.avi", shelf, [])
    assert seen.inferences == 0


@pytest.fixture(scope="module")
def corridor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A camera on a real RTSP server: eight seconds in which a person comes in and stands."""
    path = tmp_path_factory.mktemp("clips") / "corridor.mp4"
    _encode("one-by-one-person-detection.mp4", 4.0, 12.0, path)
    loop = Loop(path)
    try:
        with running(LiveServer({"corridor": loop}, SystemClock().now().timestamp())) as server:
            yield f"rtsp://127.0.0.1:{server.port}/corridor"
    finally:
        loop.close()


def _encode(clip: str, from_s: float, to_s: float, path: Path) -> None:
    """As a camera would: H.264, no B-frames, a keyframe every two seconds."""
    options = {"preset": "ultrafast", "bf": "0"}
    with av.open(str(CLIPS / clip)) as container, av.open(str(path), "w") as out:
        source = container.streams.video[0]
        stream = out.add_stream("libx264", rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = source.width, source.height, "yuv420p"
        stream.codec_context.gop_size = 20
        for frame in container.decode(source):
            if from_s <= (frame.time or 0.0) < to_s:
                frame.pts = None
                out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def test_a_real_camera_says_that_a_person_is_there_and_that_nobody_is(
    corridor: str, shelf: Path, tmp_path: Path
) -> None:
    (tmp_path / "models").symlink_to(shelf / "models")
    outlet = Remembered()
    detect = {"model": "yolox-nano", "classes": ["person"]}
    source = camera_source(corridor, analyse={"tamper": False, "detect": detect})
    with running_camera(source, tmp_path, outlet):
        eventually(lambda: 1.0 in [word.value for word in outlet.metric("object.person")], 30, "somebody is seen")
    person = next(word for word in outlet.metric("object.person") if word.value)
    assert (tmp_path / "snapshots" / (person.attrs or {})["snapshot"]).is_file()
    assert person.received_at - person.ts < timedelta(seconds=3)
    assert outlet.tally.get("gridhub_detector_inferences_total", camera="cam-1", model="yolox-nano") < 40


def test_a_camera_watches_though_its_model_is_missing(corridor: str, tmp_path: Path) -> None:
    outlet = Remembered()
    source = camera_source(corridor, analyse={"tamper": False, "detect": {"model": "yolox-nano"}})
    with running_camera(source, tmp_path, outlet):
        eventually(lambda: outlet.metric("motion"), 30, "motion is seen")
    assert SourceState.WATCHING in outlet.states()
    assert outlet.tally.get("gridhub_detector_failures_total", camera="cam-1", cause="no_model") == 1
    assert any("no model" in str((report.detail or {}).get("detector")) for report in outlet.reports)
