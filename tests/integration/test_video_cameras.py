"""Cameras on a real RTSP server, well and ill."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import psutil
import pytest
from aio_rtsp_toolkit.server_media import MediaSource, MediaTrackInfo

from hub import log
from hub.errors import SourceError
from hub.model.source import SourceState
from ingest.simulate.faults import WRONG, FaultServer, faulty_cameras, write_clip
from ingest.simulate.rtsp import LiveServer, LiveSession, Loop, running
from ingest.video import watch
from ingest.video.open import open_feed
from ingest.video.record import PART
from tests.fix_video import LOOPBACK, Remembered, bare, camera_source, eventually, running_camera

WATCHING = SourceState.WATCHING


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


@pytest.fixture
def outlet() -> Remembered:
    return Remembered()


def secret_of(server: FaultServer) -> dict[str, str]:
    return {"username": server.accounts["locked"].username, "password": server.accounts["locked"].password}


@pytest.mark.parametrize(
    ("path", "state", "words"),
    [
        ("locked", SourceState.UNAUTHORIZED, "401"),
        ("nowhere", SourceState.NO_VIDEO, "404"),
        ("audio-only", SourceState.NO_VIDEO, "no video"),
        ("no-media", SourceState.NO_VIDEO, "no video"),
        ("unknown-codec", SourceState.UNSUPPORTED, "cannot be decoded"),
        ("deaf", SourceState.UNREACHABLE, "says nothing"),
        ("mute", SourceState.STALLED, "sends no picture"),
    ],
)
def test_a_camera_that_cannot_be_watched_says_why_within_fifteen_seconds(
    server: FaultServer, path: str, state: SourceState, words: str
) -> None:
    began_s = time.monotonic()
    with pytest.raises(SourceError, match=words) as caught:
        open_feed(bare(server.url(path)), network=LOOPBACK)
    assert caught.value.state == state
    assert time.monotonic() - began_s < 15


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("rtsp://127.0.0.1:1/live", "nothing listens at port 1"),
        ("rtsp://no-such-name.invalid/live", "cannot be resolved"),
        ("http://127.0.0.1/live", "not an rtsp"),
    ],
)
def test_a_camera_that_is_not_there_is_unreachable(url: str, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        open_feed(url, network=LOOPBACK, open_timeout_s=3)
    assert caught.value.state == SourceState.UNREACHABLE


def test_the_password_opens_what_is_locked_and_a_wrong_one_does_not(server: FaultServer) -> None:
    url = bare(server.url("locked"))
    open_feed(url, secret_of(server), network=LOOPBACK).close()
    with pytest.raises(SourceError) as caught:
        open_feed(url, {"username": WRONG.username, "password": WRONG.password}, network=LOOPBACK)
    assert caught.value.state == SourceState.UNAUTHORIZED


def test_a_password_is_in_no_log_no_error_and_no_argument(
    server: FaultServer, tmp_path: Path, outlet: Remembered, capfd: pytest.CaptureFixture[str]
) -> None:
    canary = "canary-" + os.urandom(6).hex() + "/?@"
    secret = {"username": "viewer", "password": canary}
    log.setup("test")
    errors = []
    for url in (bare(server.url("locked")), bare(server.url("nowhere")), "rtsp://127.0.0.1:1/", "rtsp://nobody.invalid/"):
        with pytest.raises(SourceError) as caught:
            open_feed(url, secret, network=LOOPBACK, open_timeout_s=2)
        errors.append(f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}")
    source = replace(camera_source(server.url("locked")), secret=secret)
    with running_camera(source, tmp_path, outlet):
        eventually(lambda: SourceState.UNAUTHORIZED in outlet.states())
    written = capfd.readouterr().err
    said = " ".join([*errors, written, repr(outlet.reports), repr(outlet.observations), repr(source)])
    assert "unauthorized" in written
    for form in (canary, canary.replace("/?@", "%2F%3F%40"), canary[:20]):
        assert form not in said
        assert form not in " ".join(psutil.Process().cmdline())


def test_a_camera_is_watched_and_recorded_and_says_what_moves(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    source = camera_source(server.url("ok"), record={"mode": "continuous"})
    with running_camera(source, tmp_path, outlet) as camera:
        eventually(lambda: any(item.value for item in outlet.metric("motion")))
        eventually(lambda: camera.view().picture is not None)
    assert outlet.states()[:2] == [SourceState.CONNECTING, WATCHING]
    assert {"codec": "h264", "width": 320, "height": 180}.items() <= outlet.reports[1].detail.items()
    onset = next(item for item in outlet.metric("motion") if item.value)
    attrs = onset.attrs or {}
    assert 0 < (onset.value or 0) < 0.5
    assert all(0 <= number <= 1 for box in attrs["boxes"] for number in box)
    assert (tmp_path / "snapshots" / attrs["snapshot"]).read_bytes()[:2] == b"\xff\xd8"
    assert timedelta(0) <= onset.received_at - onset.ts < timedelta(seconds=1)
    (segment,) = outlet.segments
    with av.open(str(tmp_path / (segment.path + PART))) as container:
        length_s = sum(1 for _ in container.decode(video=0)) / 10
    assert length_s == pytest.approx((segment.ended_at - segment.began_at).total_seconds() + 0.1, abs=0.25)


def test_hevc_is_watched_and_analysed_like_h264(server: FaultServer, tmp_path: Path, outlet: Remembered) -> None:
    with running_camera(camera_source(server.url("hevc")), tmp_path, outlet):
        eventually(lambda: any(item.value for item in outlet.metric("motion")))
    assert outlet.reports[-1].detail["codec"] == "hevc"


def test_a_stall_with_the_socket_open_is_noticed_and_the_camera_opened_again(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(camera_source(server.url("stall")), tmp_path, outlet, read_timeout_s=2):
        eventually(lambda: outlet.states().count(WATCHING) >= 2, what="watching again after the stall")
    stalled = next(report for report in outlet.reports if report.state is SourceState.STALLED)
    watching = outlet.reports[outlet.states().index(WATCHING)]
    assert stalled.seen_at == stalled.since, "blind since the last packet, not since it was noticed"
    assert watching.since <= stalled.since
    back = outlet.reports[outlet.states().index(WATCHING, 2)]
    assert back.since - stalled.since < timedelta(seconds=10)


def test_a_server_that_trickles_bytes_is_a_stall(server: FaultServer, tmp_path: Path, outlet: Remembered) -> None:
    with running_camera(camera_source(server.url("trickle")), tmp_path, outlet, open_timeout_s=2, read_timeout_s=2):
        eventually(lambda: SourceState.STALLED in outlet.states())


class _Sounding(LiveSession):
    """Sends a second of the picture and then nothing but sound, where sound was asked for."""

    async def play(self, state: Any) -> None:
        for number in range(10):
            await self.send_frame(state, self.server.loops["ok"], number, (number + 1) * 9000)
        sound = next(other for other in self.track_states.values() if other.info.media_type == "audio")
        for number in itertools.count(1):
            if sound.rtp_channel is not None:
                await self._send_rtp_packet(sound, b"\xd5" * 160, number * 160, 0)
            await asyncio.sleep(0.02)


class _SoundServer(LiveServer):
    def session(self, sock: Any) -> LiveSession:
        return _Sounding(self, sock)

    def load_media_source(self, file_path: Path) -> MediaSource:
        video = self.loops[file_path.name].source.tracks[0]
        return MediaSource(file_path, [video, MediaTrackInfo("audio", "sound", "pcma", 8, 8000)], "both")


def test_sound_that_goes_on_does_not_hide_that_the_picture_stalls(tmp_path: Path, outlet: Remembered) -> None:
    loop = Loop(write_clip(tmp_path / "ok.mp4"))
    with (
        contextlib.closing(loop),
        running(_SoundServer({"ok": loop}, time.time())) as sounding,
        running_camera(camera_source(sounding.url("ok")), tmp_path, outlet, open_timeout_s=2),
    ):
        eventually(lambda: SourceState.STALLED in outlet.states(), timeout_s=12)


def test_a_camera_that_closes_every_three_seconds_is_opened_again_each_time(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(camera_source(server.url("closing")), tmp_path, outlet):
        eventually(lambda: outlet.states().count(WATCHING) >= 2)
    assert outlet.states()[2] is SourceState.ENDED
    gaps = [
        later.since - report.since
        for report, later in zip(outlet.reports, outlet.reports[1:], strict=False)
        if report.state is SourceState.ENDED
    ]
    assert max(gaps) < timedelta(seconds=10)


def test_another_size_of_picture_opens_the_camera_again(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    source = camera_source(server.url("resize"), record={"mode": "continuous"})
    with running_camera(source, tmp_path, outlet):
        eventually(lambda: outlet.states().count(WATCHING) >= 2)
        eventually(lambda: len(outlet.segments) >= 1)
    assert any("size" in report.reason for report in outlet.reports)
    for segment in outlet.segments:
        with av.open(str(tmp_path / (segment.path + PART))) as container:
            assert len({(frame.width, frame.height) for frame in container.decode(video=0)}) == 1


def test_times_that_leap_by_an_hour_stay_in_the_present(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with running_camera(camera_source(server.url("jump")), tmp_path, outlet) as camera:
        eventually(lambda: len([item for item in outlet.metric("motion") if item.value]) >= 5)
        picture = camera.view().picture
    assert picture is not None
    assert datetime.now(UTC) - picture.ts < timedelta(seconds=10)
    for item in outlet.observations:
        assert timedelta(0) <= item.received_at - item.ts < timedelta(seconds=3)


def test_garbage_instead_of_pictures_is_counted_and_ends_in_a_state(
    server: FaultServer, tmp_path: Path, outlet: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_NO_PICTURE_S", 3.0)
    with running_camera(camera_source(server.url("garbage")), tmp_path, outlet):
        eventually(lambda: SourceState.NO_VIDEO in outlet.states())
    assert outlet.tally.total("gridhub_video_damaged_total") > 10


def test_a_camera_that_is_ill_does_not_disturb_one_that_is_well(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    ill = [Remembered() for _ in range(3)]
    paths = ("deaf", "mute", "stall")
    with running_camera(camera_source(server.url("ok")), tmp_path, outlet):
        eventually(lambda: WATCHING in outlet.states())
        with (
            running_camera(camera_source(server.url(paths[0]), "a"), tmp_path, ill[0], open_timeout_s=1.5),
            running_camera(camera_source(server.url(paths[1]), "b"), tmp_path, ill[1], open_timeout_s=1.5),
            running_camera(camera_source(server.url(paths[2]), "c"), tmp_path, ill[2]),
        ):
            eventually(lambda: all(any(state not in {WATCHING, "connecting"} for state in one.states()) for one in ill))
    assert outlet.states() == [SourceState.CONNECTING, WATCHING]


def test_settings_that_make_no_sense_are_the_trouble_of_that_camera_alone(
    server: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    source = camera_source(server.url("ok"), record={"mode": "sometimes"})
    with running_camera(source, tmp_path, outlet):
        eventually(lambda: len(outlet.reports) >= 2)
    assert "record.mode" in outlet.reports[-1].reason


def test_nothing_is_left_over_after_fifty_connections(server: FaultServer) -> None:
    url = bare(server.url("ok"))

    def flap() -> None:
        with contextlib.closing(open_feed(url, network=LOOPBACK, open_timeout_s=5)) as feed:
            for _ in itertools.islice(feed.packets(), 3):
                pass

    def flaps(count: int) -> None:
        with ThreadPoolExecutor(10) as pool:
            for done in [pool.submit(flap) for _ in range(count)]:
                done.result()

    process = psutil.Process()
    flaps(10)
    threads, memory = threading.active_count(), process.memory_info().rss

    def handles() -> int:
        return len([one for one in process.net_connections("tcp") if one.raddr and one.raddr.port == server.port])

    eventually(lambda: handles() == 0)
    flaps(50)
    assert threading.active_count() == threads
    eventually(lambda: handles() == 0, what="connections to the camera that are still open")
    assert process.memory_info().rss - memory < 12 * 2**20
