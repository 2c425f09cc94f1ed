"""Live view from the lens to the glass: a browser shows a camera's video, and how late it is."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from hub.clock import SystemClock
from hub.model.source import Health, SourceState
from hub.model.times import rfc3339
from hub.store import health
from ingest.simulate.faults import faulty_cameras
from ingest.simulate.rtsp import Account, LiveServer, Loop, running
from ingest.video.serve import PictureServer, socket_path
from tests.e2e.fix_script import SCRIPTS, environment_of, run
from tests.fix_api import Api
from tests.fix_hub import GRID, Hub, wait_for
from tests.fix_hub import PASSWORD as HUB_PASSWORD
from tests.fix_video import Remembered, bare, camera_source, eventually, running_camera

FPS, PICTURES, BITS = 15, 150, 8


def write_numbered(path: Path, codec: str = "libx264") -> Path:
    """Ten seconds at 640×360, a keyframe every two: each picture carries its number."""
    with av.open(str(path), "w") as out:
        options = {"preset": "ultrafast", "bf": "0", "x265-params": "log-level=none:bframes=0:keyint=30"}
        stream = cast(VideoStream, out.add_stream(codec, rate=FPS, options=options))
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.codec_context.gop_size = 2 * FPS
        for number in range(PICTURES):
            pixels = np.full((360, 640, 3), 90, np.uint8)
            for bit in range(BITS):
                left = bit * 640 // BITS
                pixels[:180, left : left + 640 // BITS] = 235 if number >> (BITS - 1 - bit) & 1 else 16
            out.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        out.mux(stream.encode(None))
    return path


@contextmanager
def city_with(
    api: Api,
    folder: Path,
    going: threading.Event | None = None,
    read_timeout_s: float = 2.0,
    **codecs: str,
) -> Iterator[LiveServer]:
    """A hub whose cameras (``cam_1="libx264"``) send numbered pictures: while ``going`` is set, where it is given."""
    folder.mkdir(parents=True, exist_ok=True)
    loops = {name: Loop(write_numbered(folder / f"{name}.mp4", codec)) for name, codec in codecs.items()}
    epoch_s = float(int(SystemClock().now().timestamp()))
    outlet = Remembered()

    def hold(_: str) -> None:
        if going is not None:
            going.wait(30)  # in the server's only thread: sockets stay open, and nothing comes

    with ExitStack() as stack:
        rtsp = stack.enter_context(running(LiveServer(loops, epoch_s, spoiled=hold)))
        if going is not None:
            stack.callback(going.set)
        cameras = {}
        for name in codecs:
            camera_id = name.replace("_", "-")
            source = camera_source(rtsp.url(name), camera_id, analyse={"motion": False, "tamper": False})
            camera = running_camera(source, folder, outlet, read_timeout_s=read_timeout_s)
            cameras[camera_id] = stack.enter_context(camera)
        eventually(lambda: outlet.states().count(SourceState.WATCHING) >= len(cameras))
        now = SystemClock().now()
        health.report(api.store, [Health(name, SourceState.WATCHING, "", now, now) for name in cameras], "video-0")
        for shard in {zlib.crc32(name.encode()) % api.config.workers.video for name in cameras}:
            path = socket_path(api.config.data_dir, shard)
            server = PictureServer(path, lambda name: cameras[name].view() if name in cameras else None).start()
            stack.callback(server.stop)
        yield rtsp


@pytest.mark.timeout(150)
def test_a_browser_shows_live_video_less_than_a_second_after_it_was_taken(api: Api, tmp_path: Path) -> None:
    with city_with(api, tmp_path, cam_1="libx264") as rtsp:
        found = run("live.mjs", api.url, EPOCH_MS=rtsp.epoch_s * 1000, FPS=FPS, LOOP_PICTURES=PICTURES, BITS=BITS)
        assert rtsp.connections["cam_1"] == 1, "one pull"
    print(f"from lens to glass: {found}")  # noqa: T201  shown with pytest -s
    assert found["p95_ms"] < 1000


@pytest.mark.timeout(90)
def test_a_tile_whose_pictures_stop_says_so_and_then_why(api: Api, tmp_path: Path) -> None:
    going = threading.Event()
    going.set()
    script = ["node", str(SCRIPTS / "stalled.mjs")]
    with city_with(api, tmp_path, going, 4.0, cam_1="libx264"):
        seen = subprocess.Popen(
            script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment_of(api.url)
        )
        with seen:
            assert seen.stdin is not None
            assert seen.stdout is not None
            assert seen.stdout.readline() == "live\n"
            going.clear()
            seen.stdin.write("stopped\n")
            seen.stdin.flush()
            assert "late" in seen.stdout.readline(), "before the worker gives it up"
            now = SystemClock().now()
            stalled = Health("cam-1", SourceState.STALLED, "connected, but no picture arrives", now, now)
            health.report(api.store, [stalled], "video-0")
            found = json.loads(seen.stdout.readline())
        assert seen.returncode == 0
    print(f"a camera that sends nothing any more: {found}")  # noqa: T201  shown with pytest -s
    assert "Stalled" in found["reason"]


@pytest.mark.timeout(240)
def test_a_camera_is_added_from_the_console_goes_live_and_its_recordings_play(hub: Hub, tmp_path: Path) -> None:
    loops = {"gate": Loop(write_numbered(tmp_path / "gate.mp4"))}
    accounts = {"gate": Account("viewer", "p@ss/w:rd")}
    with running(LiveServer(loops, SystemClock().now().timestamp(), accounts)) as rtsp, faulty_cameras(tmp_path) as ill:
        hub.write(
            f"cameras:\n  - {{id: yard, url: '{ill.url('closing')}', area: {GRID}, record: {{mode: continuous}}}}\n"
        )
        hub.start()
        wait_for(lambda: len(recordings(hub, "yard")["segments"]) > 1, 60, "segments of the camera that closes")
        found = run(
            "camera.mjs", hub.url, GRIDHUB_USER="admin", GRIDHUB_PASSWORD=HUB_PASSWORD, RECORDED="yard",
            CAMERA_URL=bare(rtsp.url("gate")), CAMERA_USER="viewer", CAMERA_PASSWORD="p@ss/w:rd",
            PICTURES=os.environ.get("GRIDHUB_PICTURES", ""),
        )  # fmt: skip
        assert found["id"] == "cam-0001"
        assert hub.source("cameras", "cam-0001")["name"] == "North gate"
        assert "H.264" in found["facts"]
        assert found["gaps"] > 0
        assert "ss/w" not in hub.tail(10_000), "a password in the log"
    print(f"live {found['live_ms']} ms after it was saved; verdict: {found['verdict']!r}")  # noqa: T201  shown with pytest -s


def recordings(hub: Hub, camera: str) -> dict[str, Any]:
    now = SystemClock().now()
    found: dict[str, Any] = hub.get(
        f"/cameras/{camera}/recordings", **{"from": rfc3339(now - timedelta(hours=1)), "to": rfc3339(now)}
    )
    return found


@pytest.mark.timeout(150)
def test_h265_plays_where_the_browser_can_and_is_a_picture_a_second_with_a_word_where_not(
    api: Api, tmp_path: Path
) -> None:
    with city_with(api, tmp_path, cam_1="libx265"):
        found = run("unplayable.mjs", api.url, CAMERA="cam-1")
    if found["playable"]:
        assert found["by"] == "video"
    else:
        assert found["by"] == "pictures"
        assert "cannot play H.265" in found["says"]
        assert "A picture a second" in found["says"]
    print(f"H.265 in this browser: {found}")  # noqa: T201  shown with pytest -s
