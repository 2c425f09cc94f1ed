"""The detector and the tracker on real footage, with a real model: one person is one track, at few inferences."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import av
import pytest

from bench.detection import CARS, PEOPLE, Seen, lazily, shelf
from hub.clock import SystemClock
from hub.model.source import SourceState
from ingest.simulate.rtsp import LiveServer, Loop, running
from tests.fix_video import CLIPS, Remembered, camera_source, eventually, running_camera


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelf(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def people(data_dir: Path) -> Seen:
    return lazily("one-by-one-person-detection.mp4", data_dir, ["person"])


def test_six_people_are_six_tracks_at_a_tenth_of_the_inferences(people: Seen) -> None:
    assert len(people.tracks) == len(PEOPLE)
    for (first_s, last_s), (came_s, went_s) in zip(people.spans(), PEOPLE, strict=True):
        assert came_s <= first_s <= came_s + 1.5
        assert went_s - 0.5 <= last_s <= went_s + 2.5
    assert people.inferences * 10 <= people.frames


def test_what_is_said_of_people_begins_and_ends_with_each(people: Seen) -> None:
    counts = [word.value for word in people.said if word.metric == "object.person"]
    changes = [value for before, value in zip([None, *counts], counts, strict=False) if value != before]
    assert changes == [0.0] + [1.0, 0.0] * len(PEOPLE)
    firsts = [word for word in people.said if "snapshot" in (word.attrs or {})]
    assert len(firsts) == len(PEOPLE)


def test_four_cars_are_four_tracks_at_a_tenth_of_the_inferences(data_dir: Path) -> None:
    # Seen from above this model takes cars for all manner of things: they are counted, not named.
    seen = lazily("car-detection.mp4", data_dir, [])
    assert len(seen.tracks) == len(CARS)
    for (first_s, last_s), (came_s, went_s) in zip(seen.spans(), CARS, strict=True):
        assert came_s <= first_s <= came_s + 1.5
        assert last_s >= went_s - 1.0
    assert seen.inferences * 10 <= seen.frames


def test_a_change_of_light_is_never_looked_at(data_dir: Path) -> None:
    seen = lazily("brightness-change.avi", data_dir, [])
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
    corridor: str, data_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "models").symlink_to(data_dir / "models")
    outlet = Remembered()
    detect = {"model": "yolox-nano", "classes": ["person"]}
    source = camera_source(corridor, analyse={"tamper": False, "detect": detect})
    began_s = time.monotonic()
    with running_camera(source, tmp_path, outlet):
        eventually(lambda: 1.0 in [word.value for word in outlet.metric("object.person")], 30, "somebody is seen")
        lasted_s = time.monotonic() - began_s
        inferences = outlet.tally.get("gridhub_detector_inferences_total", camera="cam-1", model="yolox-nano")
    person = next(word for word in outlet.metric("object.person") if word.value)
    assert (tmp_path / "snapshots" / (person.attrs or {})["snapshot"]).is_file()
    assert person.received_at - person.ts < timedelta(seconds=3)
    assert 0 < inferences < 10 + 3 * lasted_s, "of ten pictures a second, in most of which something moves"


def test_a_camera_watches_though_its_model_is_missing(corridor: str, tmp_path: Path) -> None:
    outlet = Remembered()
    source = camera_source(corridor, analyse={"tamper": False, "detect": {"model": "yolox-nano"}})
    with running_camera(source, tmp_path, outlet):
        eventually(lambda: outlet.metric("motion"), 30, "motion is seen")
    assert SourceState.WATCHING in outlet.states()
    assert outlet.tally.get("gridhub_detector_failures_total", camera="cam-1", cause="no_model") == 1
    assert any("no model" in str((report.detail or {}).get("detector")) for report in outlet.reports)
