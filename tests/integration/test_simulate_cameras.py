"""The simulated cameras as a client sees them: real RTSP over TCP, read by FFmpeg."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.error import HTTPNotFoundError, HTTPUnauthorizedError
from av.video.frame import VideoFrame

from ingest.simulate import scenes
from ingest.simulate.faults import FPS, WRONG, write_clip
from ingest.simulate.installation import accounts_file, install, installed_cameras, scenes_directory
from ingest.simulate.rtsp import Account, LiveServer, LiveSession, Loop, running
from tests.fix_timescale import free_port

LOOP_FRAMES = 40
_OPTIONS = {"rtsp_transport": "tcp", "fpsprobesize": "0"}
_BARS = 6


def write_numbers(path: Path) -> Path:
    """A clip whose frames show their own number, as a row of dark and bright bars."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 32 * _BARS, 64, "yuv420p"
        stream.codec_context.gop_size = FPS
        for number in range(LOOP_FRAMES):
            bits = [(number >> bit) & 1 for bit in range(_BARS)]
            picture = np.repeat(np.asarray(bits, np.uint8)[None, :] * 180 + 40, 32, axis=1)
            grey = np.repeat(np.repeat(picture, 64, axis=0)[..., None], 3, axis=2)
            out.mux(stream.encode(VideoFrame.from_ndarray(grey, "rgb24")))
        out.mux(stream.encode(None))
    return path


def number_in(frame: VideoFrame) -> int:
    row = frame.to_ndarray(format="gray")[32]
    return sum(1 << bit for bit in range(_BARS) if row[32 * bit + 16] > 128)


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[LiveServer]:
    """A camera that counts its frames, over and over; and the same one behind a password."""
    loop = Loop(write_numbers(tmp_path / "numbers.mp4"))
    accounts = {"locked": Account("viewer", "p@ss/wörd")}
    epoch_s = time.time() - 1.7
    with running(LiveServer({"open": loop, "locked": loop}, epoch_s, accounts)) as server:
        yield server
    loop.close()


def test_the_picture_is_that_of_now_and_time_goes_on_over_the_end_of_the_loop(numbers: LiveServer) -> None:
    seen: list[tuple[int, int, float]] = []
    with av.open(numbers.url("open"), options=_OPTIONS, timeout=5) as container:
        for packet in container.demux(video=0):
            elapsed_s = time.time() - numbers.epoch_s
            seen += [(number_in(frame), frame.pts or 0, elapsed_s) for frame in packet.decode()]
            if len(seen) > LOOP_FRAMES + 15:
                break
    late_s = [(elapsed_s - number / FPS) % (LOOP_FRAMES / FPS) for number, _, elapsed_s in seen[FPS:]]
    assert max(late_s) < 0.5, "the picture is not that of now"
    assert {(later[0] - earlier[0]) % LOOP_FRAMES for earlier, later in pairwise(seen)} == {1}
    stamps = [pts for _, pts, _ in seen[1:]]  # FFmpeg leaves the first one open
    assert stamps[0] == 90_000 // FPS
    assert {later - earlier for earlier, later in pairwise(stamps)} == {90_000 // FPS}


def test_two_viewers_at_once_see_the_same_though_a_third_reads_nothing(numbers: LiveServer) -> None:
    with (
        av.open(numbers.url("open"), options=_OPTIONS, timeout=5),
        av.open(numbers.url("open"), options=_OPTIONS, timeout=5) as one,
        av.open(numbers.url("locked"), options=_OPTIONS, timeout=5) as other,
    ):
        first, second = (
            [number_in(frame) for _, frame in zip(range(12), container.decode(video=0), strict=False)]
            for container in (one, other)
        )
    assert [(b - a) % LOOP_FRAMES for a, b in pairwise(first)] == [1] * 11
    assert [(b - a) % LOOP_FRAMES for a, b in pairwise(second)] == [1] * 11


class _Held(LiveSession):
    """A viewer to whom nothing can be sent for a while."""

    async def send_frame(self, state: Any, loop: Loop, number: int, timestamp: int) -> None:
        if timestamp == 15 * 90_000 // FPS:
            await asyncio.sleep(2.6)
        await super().send_frame(state, loop, number, timestamp)


class _HoldingServer(LiveServer):
    def session(self, sock: Any) -> LiveSession:
        return _Held(self, sock)


def test_a_viewer_that_fell_behind_is_taken_to_the_next_keyframe(tmp_path: Path) -> None:
    loop = Loop(write_numbers(tmp_path / "numbers.mp4"))
    with (
        running(_HoldingServer({"open": loop}, time.time())) as server,
        av.open(server.url("open"), options=_OPTIONS, timeout=5) as container,
    ):
        frames = []
        for frame in container.decode(video=0):
            late_s = (time.time() - server.epoch_s - number_in(frame) / FPS) % (LOOP_FRAMES / FPS)
            frames.append((number_in(frame), late_s))
            if len(frames) == 30:
                break
    loop.close()
    left_out = [(later - earlier) % LOOP_FRAMES for (earlier, _), (later, _) in pairwise(frames)]
    assert max(left_out) > 10, "nothing was left out"
    assert frames[-1][1] < 0.5, "the picture is still that of a while ago"


@pytest.mark.parametrize("account", [None, WRONG])
def test_without_the_password_there_is_401_and_no_picture(numbers: LiveServer, account: Account | None) -> None:
    bare = f"rtsp://{numbers.host}:{numbers.port}/locked"
    with pytest.raises(HTTPUnauthorizedError):
        av.open(numbers.url("locked", account) if account else bare, options=_OPTIONS, timeout=5)
    assert numbers.connections["locked"] == 0


def test_basic_credentials_are_accepted_too(numbers: LiveServer) -> None:
    request = f"DESCRIBE rtsp://{numbers.host}:{numbers.port}/locked RTSP/1.0\r\nCSeq: 1\r\n{{}}\r\n"
    with socket.create_connection((numbers.host, numbers.port), timeout=5) as connection:
        connection.sendall(request.format("").encode())
        refused = connection.recv(4096).decode()
        connection.sendall(request.format("Authorization: Basic dmlld2VyOnBAc3Mvd8O2cmQ=\r\n").encode())
        assert connection.recv(4096).startswith(b"RTSP/1.0 200 ")
    assert refused.startswith("RTSP/1.0 401 ")
    assert "Digest realm=" in refused
    assert "Basic realm=" in refused


def test_an_unknown_camera_is_404(numbers: LiveServer) -> None:
    with pytest.raises(HTTPNotFoundError):
        av.open(numbers.url("nobody"), options=_OPTIONS, timeout=5)


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """A simulated city whose pictures are small."""
    install(tmp_path, "127.0.0.1:8000", free_port(), cameras=4, devices=20)
    scenes_directory(tmp_path).mkdir()
    for scene in {camera.scene for camera in installed_cameras(tmp_path)}:
        write_clip(scenes.scene_file(scenes_directory(tmp_path), scene))
    return tmp_path


def start(directory: Path, port: int) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "ingest.simulate.cameras", "--data", str(directory), "--port", str(port)]
    return subprocess.Popen([*argv, "--epoch", f"{time.time():.3f}"], stderr=subprocess.PIPE, text=True)


def wait_for_port(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 15
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None
        assert time.monotonic() < deadline


def test_the_cameras_of_an_installation_are_served_stop_at_once_and_tell_nobody_their_passwords(
    installation: Path,
) -> None:
    port = free_port()
    process = start(installation, port)
    try:
        wait_for_port(port, process)
        cameras = installed_cameras(installation)
        for camera in cameras:
            url = f"rtsp://{camera.account.username}:{camera.account.password}@127.0.0.1:{port}/{camera.id}"
            with av.open(url, options=_OPTIONS, timeout=5) as container:
                next(container.decode(video=0))
        swapped = f"rtsp://viewer:{cameras[0].account.password}@127.0.0.1:{port}/{cameras[1].id}"
        with pytest.raises(HTTPUnauthorizedError):
            av.open(swapped, options=_OPTIONS, timeout=5)
        command = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=5)
        assert process.returncode == 0
        assert time.monotonic() - began < 2
        assert not [camera for camera in cameras if camera.account.password in command + log]
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_a_port_in_use_and_missing_pictures_are_one_sentence(installation: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(installation, taken.getsockname()[1])
        _, log = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "cannot listen on port" in log
    assert "Traceback" not in log
    scenes.scene_file(scenes_directory(installation), "yard").unlink()
    process = start(installation, free_port())
    _, log = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "ingest.simulate prepare" in log
    assert "Traceback" not in log
    accounts_file(installation).unlink()
    process = start(installation, free_port())
    _, log = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "holds no simulated city" in log
