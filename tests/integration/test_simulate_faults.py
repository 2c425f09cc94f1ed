"""The cameras that misbehave do misbehave, each in its own way: other tests build on that."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import av
import pytest
from av.error import ExitError, FFmpegError, HTTPUnauthorizedError

from ingest.simulate.faults import WRONG, FaultServer, faulty_cameras

_OPTIONS = {"rtsp_transport": "tcp", "fpsprobesize": "0", "analyzeduration": "500000"}


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("cameras")) as server:
        yield server


def watch(url: str, seconds: float, silence_s: float = 1.5) -> tuple[int, Exception | None, set[tuple[int, int]]]:
    """How many packets came, what ended it before its time, and the sizes of the pictures."""
    count, sizes = 0, set()
    try:
        with av.open(url, options=_OPTIONS, timeout=(5, silence_s)) as container:
            deadline = time.monotonic() + seconds
            for packet in container.demux(video=0):
                count += packet.size > 0
                for frame in packet.decode():
                    sizes.add((frame.width, frame.height))
                if time.monotonic() > deadline:
                    break
    except FFmpegError as error:
        return count, error, sizes
    return count, None, sizes


def test_ok_is_ten_frames_a_second_and_locked_needs_its_password(cameras: FaultServer) -> None:
    count, error, sizes = watch(cameras.url("locked"), 3)
    assert (error, sizes) == (None, {(320, 180)})
    assert count >= 15
    with pytest.raises(HTTPUnauthorizedError):
        av.open(cameras.url("locked", WRONG), options=_OPTIONS, timeout=5)


def test_a_stall_keeps_the_connection_and_sends_nothing_once_or_always(cameras: FaultServer) -> None:
    for path, ends in (("stall", (True,)), ("stall-once", (True, False))):
        for stalls in ends:
            count, error, _ = watch(cameras.url(path), 3.5)
            assert isinstance(error, ExitError) == stalls, f"{path}: {error}"
            assert (count == 15) == stalls
    assert cameras.connections["stall-once"] == 2


def test_closing_ends_the_stream_after_three_seconds(cameras: FaultServer) -> None:
    began = time.monotonic()
    count, _, _ = watch(cameras.url("closing"), 10)
    assert 2.5 < time.monotonic() - began < 5
    assert 25 <= count <= 31


@pytest.mark.parametrize("path", ["mute", "trickle"])
def test_mute_and_trickle_starve_a_viewer(cameras: FaultServer, path: str) -> None:
    count, error, _ = watch(cameras.url(path), 6)
    assert isinstance(error, ExitError)
    assert count == (0 if path == "mute" else 10)


def test_deaf_answers_nothing(cameras: FaultServer) -> None:
    with socket.create_connection((cameras.host, cameras.port), timeout=1.0) as connection:
        connection.sendall(f"OPTIONS {cameras.url('deaf')} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_resize_changes_the_size_in_the_middle_and_hevc_is_hevc(cameras: FaultServer) -> None:
    _, error, sizes = watch(cameras.url("resize"), 4.5)
    assert (error, sizes) == (None, {(320, 180), (480, 272)})
    with av.open(cameras.url("hevc"), options=_OPTIONS, timeout=5) as container:
        assert container.streams.video[0].codec_context.name == "hevc"


def test_sound_only_has_no_picture(cameras: FaultServer) -> None:
    with av.open(cameras.url("audio-only"), options=_OPTIONS, timeout=5) as container:
        assert [stream.type for stream in container.streams] == ["audio"]


def test_time_leaps_by_an_hour(cameras: FaultServer) -> None:
    stamps = []
    with av.open(cameras.url("jump"), options=_OPTIONS, timeout=5) as container:
        for packet in container.demux(video=0):
            stamps += [packet.pts] if packet.pts is not None else []
            if len(stamps) > 25:
                break
    assert max(stamps) - min(stamps) > 3500 * 90_000
