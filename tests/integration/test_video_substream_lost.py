"""A camera whose sub-stream cannot be had: it is said, and the main stream is watched in its place."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from ingest.simulate.faults import faulty_cameras
from ingest.video.record import PART
from tests.fix_video import Remembered, bare, camera_source, eventually, running_camera


def test_a_substream_that_is_not_there_is_said_and_the_main_stream_is_analysed_until_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.video.substream._RETRY_S", 1.0)
    (tmp_path / "clips").mkdir()
    outlet = Remembered()
    with faulty_cameras(tmp_path / "clips") as server:
        wrong, right = bare(server.url("nowhere")), bare(server.url("ok"))
        config: dict[str, Any] = {"substream_url": wrong, "record": {"mode": "continuous"}}
        source = camera_source(server.url("large"), **config)
        with running_camera(source, tmp_path, outlet) as camera:
            eventually(lambda: any(item.value for item in outlet.metric("motion")), what="motion in the main stream")
            picture = camera.view().picture
            assert picture is not None
            assert picture.frame.width == 480
            eventually(lambda: list(tmp_path.rglob("*" + PART)), what="recorded all the while")
            eventually(lambda: outlet.reports[-1].detail.get("sub_stream", {}).get("state") == "lost")
            said = outlet.reports[-1]
            assert said.detail["sub_stream"]["reason"] == "the camera knows no stream of this path (404)"
            assert said.unrecorded is None
            lost = {report.reason for report in outlet.reports if not report.state.connected and report.reason}
            assert lost == {"sub-stream: the camera knows no stream of this path (404)"}
            cast(dict[str, Any], source.config)["substream_url"] = right  # the camera has it now
            eventually(lambda: (seen := camera.view().picture) and seen.frame.width == 320, what="the sub-stream")
            camera.say_again()
            eventually(lambda: outlet.reports[-1].detail.get("sub_stream") == {"state": "analysed"})
    assert len(outlet.segments) == 1, "the recording was not cut"
    assert not [thread for thread in threading.enumerate() if "cam-1" in thread.name]
