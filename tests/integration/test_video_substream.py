"""Cameras whose sub-stream is analysed while the main stream is recorded and shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest

from hub.model.source import Health, SourceState
from ingest.simulate.faults import FaultServer, faulty_cameras
from ingest.video.drift import Drift
from ingest.video.record import PART
from tests.fix_video import Remembered, bare, camera_source, eventually, running_camera

WATCHING = SourceState.WATCHING
RECORDED = {"mode": "continuous"}


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    """Each test counts connections, and so has a server of its own."""
    with faulty_cameras(tmp_path_factory.getbasetemp() / "clips-of-substreams") as running:
        yield running


@pytest.fixture(autouse=True)
def _clips(tmp_path_factory: pytest.TempPathFactory) -> None:
    (tmp_path_factory.getbasetemp() / "clips-of-substreams").mkdir(exist_ok=True)


@pytest.fixture
def outlet() -> Remembered:
    return Remembered()


def pair(server: FaultServer, main: str, sub: str, **config: Any) -> Any:
    return camera_source(server.url(main), substream_url=bare(server.url(sub)), **config)


def newest(outlet: Remembered) -> Health:
    return outlet.reports[-1]


def test_the_substream_is_analysed_and_the_main_stream_recorded_each_pulled_once(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(pair(server, "large", "hevc", record=RECORDED), tmp_path, outlet) as camera:
        eventually(lambda: any(item.value for item in outlet.metric("motion")))
        eventually(lambda: list(tmp_path.rglob("*" + PART)))
        picture = camera.view().picture
        assert picture is not None
        assert (picture.frame.width, picture.frame.height) == (320, 180)
        camera.say_again()
        eventually(lambda: newest(outlet).detail.get("main_stream", {}).get("state") == "carried")
    assert newest(outlet).detail["codec"] == "hevc"
    assert newest(outlet).detail["main_stream"]["width"] == 480
    assert (server.connections["large"], server.connections["hevc"]) == (1, 1)
    (segment,) = outlet.segments
    with av.open(str(tmp_path / (segment.path + PART))) as container:
        assert container.streams.video[0].codec_context.width == 480
        assert container.streams.video[0].codec_context.name == "h264"
    assert (tmp_path / "snapshots").exists()


def test_the_main_stream_is_pulled_only_while_somebody_watches_or_it_is_recorded(
    server: FaultServer, tmp_path: Path, outlet: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.video.mainstream._LINGER_S", 0.5)
    with running_camera(pair(server, "large", "ok"), tmp_path, outlet) as camera:
        eventually(lambda: any(item.value for item in outlet.metric("motion")))
        assert server.connections["large"] == 0
        camera.say_again()
        eventually(lambda: newest(outlet).detail.get("main_stream") == {"state": "not needed"})
        assert server.connections["large"] == 0
        with camera._broadcast.watch() as viewer:
            eventually(lambda: viewer.take(0.1), what="the picture of the main stream")
            assert server.connections["large"] == 1
        threads = {thread.name for thread in threading.enumerate()}
        assert "main stream cam-1" in threads
        main = camera._main
        assert main is not None
        eventually(lambda: main.detail() == {"state": "not needed"}, what="the main stream let go")


def test_a_main_stream_that_is_lost_is_a_gap_of_the_recording_and_said_which_one(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(pair(server, "nowhere", "ok", record=RECORDED), tmp_path, outlet):
        eventually(lambda: outlet.reports and newest(outlet).unrecorded is not None)
        said = newest(outlet)
        eventually(lambda: any(item.value for item in outlet.metric("motion")), what="still watched")
    assert said.state is WATCHING
    assert said.unrecorded is not None
    assert said.unrecorded.reason == "main stream: the camera knows no stream of this path (404)"
    assert said.detail["main_stream"]["state"] == "lost"
    assert said.detail["recording"] == "lost"


def test_a_main_stream_that_comes_back_is_recorded_again(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(pair(server, "closing", "ok", record=RECORDED), tmp_path, outlet):
        eventually(lambda: len(outlet.segments) >= 2)
        eventually(lambda: newest(outlet).unrecorded is None)
    lost = [report.unrecorded for report in outlet.reports if report.unrecorded is not None]
    assert lost
    assert set(outlet.states()) == {SourceState.CONNECTING, WATCHING}
    assert abs(lost[0].since - outlet.segments[0].ended_at) < timedelta(seconds=1), "since its last packet"


def test_a_substream_that_is_lost_is_said_and_the_main_stream_goes_on_being_recorded(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(pair(server, "ok", "closing", record=RECORDED), tmp_path, outlet):
        eventually(lambda: outlet.states().count(WATCHING) >= 2)
    assert SourceState.ENDED in outlet.states()
    assert server.connections["ok"] == 1
    (segment,) = outlet.segments
    assert segment.ended_at - segment.began_at > timedelta(seconds=3)


def test_another_size_of_the_main_stream_begins_another_file_though_nothing_is_decoded(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(pair(server, "resize", "ok", record=RECORDED), tmp_path, outlet):
        eventually(lambda: len(outlet.segments) >= 2)
    for segment in outlet.segments:
        with av.open(str(tmp_path / (segment.path + PART))) as container:
            assert len({(frame.width, frame.height) for frame in container.decode(video=0)}) == 1
    reasons = {report.unrecorded.reason for report in outlet.reports if report.unrecorded is not None}
    assert reasons == {"main stream: the size of the picture changed"}


def test_an_event_in_the_substream_is_recorded_from_the_main_stream(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    event = {"mode": "event", "pre": "1s", "post": "1s"}
    with running_camera(pair(server, "large", "ok", record=event), tmp_path, outlet):
        eventually(lambda: list(tmp_path.rglob("*" + PART)))
        onset = next(item for item in outlet.metric("motion") if item.value)
    assert outlet.segments[0].began_at <= onset.ts
    with av.open(str(tmp_path / (outlet.segments[0].path + PART))) as container:
        assert container.streams.video[0].codec_context.width == 480


def test_threads_of_both_streams_end_with_the_camera(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(pair(server, "large", "ok", record=RECORDED), tmp_path, outlet):
        eventually(lambda: WATCHING in outlet.states())
    assert not [thread for thread in threading.enumerate() if "cam-1" in thread.name]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_in_one_thread_ends_both(
    server: FaultServer, tmp_path: Path, outlet: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    with running_camera(pair(server, "large", "ok", record=RECORDED), tmp_path, outlet):
        eventually(lambda: list(tmp_path.rglob("*" + PART)))
        monkeypatch.setattr(Drift, "see", fail)
        eventually(lambda: not [thread for thread in threading.enumerate() if "cam-1" in thread.name])
