"""The live picture of a camera over a WebSocket: from a real RTSP server to a client, and who may see it."""

from __future__ import annotations

import io
import json
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from dashboard.api import live_view
from dashboard.api.app import make_app
from hub.clock import SystemClock
from hub.model.source import SourceState
from hub.store import sessions
from hub.tally import Tally
from ingest.simulate.faults import FaultServer, faulty_cameras
from ingest.video.camera import Camera
from ingest.video.live import Broadcast
from ingest.video.reel import Mark, Piece, end_piece, text_piece
from ingest.video.serve import PictureServer, View, socket_path
from tests.fix_api import OTHER_GRID, Api, serving, wait_for
from tests.fix_video import Remembered, bare, camera_source, running_camera

WATCHING = {"type": "state", "state": "watching", "reason": ""}


@pytest.fixture(scope="module")
def rtsp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


@contextmanager
def worker(api: Api, view: Callable[[], View | None]) -> Iterator[None]:
    """The video worker that has cam-1, as far as pictures go."""
    path = socket_path(api.config.data_dir, zlib.crc32(b"cam-1") % api.config.workers.video)
    server = PictureServer(path, lambda camera: view() if camera == "cam-1" else None).start()
    try:
        yield
    finally:
        server.stop()


@pytest.fixture
def outlet() -> Remembered:
    return Remembered()


@contextmanager
def camera(
    api: Api, rtsp: FaultServer, path: str, folder: Path, outlet: Remembered, **config: Any
) -> Iterator[Camera]:
    """A real camera, served by a worker."""
    source = camera_source(rtsp.url(path), analyse={"motion": False, "tamper": False}, **config)
    with running_camera(source, folder, outlet) as running, worker(api, running.view):
        wait_for(lambda: SourceState.WATCHING in outlet.states(), "the camera is watched", 20)
        yield running


class Eye:
    """One viewer: ``said`` are the texts, ``data`` the bytes since the newest head."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.said: list[dict[str, Any]] = []
        self.data = b""
        self.fragments = 0

    def until(self, holds: Callable[[], bool], timeout_s: float = 20.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not holds():
            message = self.socket.recv(timeout=max(0.0, deadline - time.monotonic()))
            if isinstance(message, str):
                self.said.append(json.loads(message))
                self.data = b"" if self.said[-1]["type"] == "init" else self.data
            else:
                self.data += message
                self.fragments += 1

    def heard(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.said if message["type"] == kind]

    def pictures(self) -> int:
        with av.open(io.BytesIO(self.data), "r") as container:
            return len(list(container.decode(container.streams.video[0])))

    def closed(self, timeout_s: float = 20.0) -> int | None:
        """The code with which the hub ends it."""
        deadline = time.monotonic() + timeout_s
        try:
            while True:
                self.socket.recv(timeout=max(0.0, deadline - time.monotonic()))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


@contextmanager
def look(
    api: Api, name: str = "vera", camera: str = "cam-1", stream: str = "main", **headers: str
) -> Iterator[Eye]:
    """As ``name``, by a bearer token, or with ``headers``."""
    known = headers or {"Authorization": api.client(name).headers["Authorization"]}
    url = f"{api.url.replace('http', 'ws')}/api/v1/cameras/{camera}/live?stream={stream}"
    with connect(url, additional_headers=known, compression=None, max_size=None, close_timeout=1) as socket:
        yield Eye(socket)


def refused(api: Api, name: str = "vera", camera: str = "cam-1", **headers: str) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as caught, look(api, name, camera, **headers):
        pass
    response = caught.value.response
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, json.loads(response.body or b"{}")["code"]


class Source:
    """A camera of the test's own making, whose pieces are what the test says."""

    def __init__(self) -> None:
        self.state = SourceState.WATCHING
        self.broadcast = Broadcast("cam-1", Tally())
        self._number = 0

    def view(self) -> View | None:
        return View(self.state, "", None, {"main": self.broadcast})

    def begin(self) -> None:
        self.broadcast.publish(text_piece(Mark.HEAD, 0, {"type": "init"}), Piece(Mark.HEAD, 0, b"head"))

    def show(self, count: int, size: int = 10, group: int = 5) -> None:
        """``count`` pictures at 10 a second of the camera's time, at once."""
        for _ in range(count):
            at_ms = self._number * 100
            if self._number % group == 0:
                self.broadcast.publish(text_piece(Mark.KEY, at_ms, {"type": "key"}))
            self.broadcast.publish(Piece(Mark(0), at_ms, b"." * size))
            self._number += 1


def test_a_viewer_sees_the_picture_of_a_camera_at_once_and_it_plays(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with camera(api, rtsp, "ok", tmp_path, outlet), look(api) as eye:
        began_s = time.monotonic()
        eye.until(lambda: eye.fragments >= 2)
        assert time.monotonic() - began_s < 1.0
        eye.until(lambda: eye.fragments >= 15)
        assert eye.said[0] == WATCHING
        [init] = eye.heard("init")
        assert init["mime"].startswith('video/mp4; codecs="avc1.')
        assert (init["codec"], init["width"], init["height"]) == ("h264", 320, 180)
        assert eye.pictures() == eye.fragments - 1
        taken_at = datetime.fromisoformat(eye.heard("key")[-1]["at"])
        assert abs((datetime.now(UTC) - taken_at).total_seconds()) < 3


def test_twenty_viewers_cost_one_pull_and_one_muxing(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    before = rtsp.connections["ok"]
    with camera(api, rtsp, "ok", tmp_path, outlet):
        eyes: list[Eye] = []
        contexts = [look(api) for _ in range(20)]
        try:
            eyes = [context.__enter__() for context in contexts]
            for eye in eyes:
                eye.until(lambda eye=eye: eye.fragments >= 12)  # type: ignore[misc]
                assert eye.pictures() == eye.fragments - 1
            assert rtsp.connections["ok"] - before == 1
            assert outlet.tally.get("gridhub_live_viewers", camera="cam-1", stream="main") == 1
            assert api.tally.get("gridhub_live_view_clients") == 20
        finally:
            for context in contexts[: len(eyes)]:
                context.__exit__(None, None, None)
        wait_for(
            lambda: outlet.tally.get("gridhub_live_viewers", camera="cam-1", stream="main") == 0, "the worker is left"
        )
        assert api.tally.get("gridhub_live_view_clients") == 0


def test_a_tile_costs_the_small_stream_only_where_there_is_one(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    small, large = rtsp.connections["hevc"], rtsp.connections["ok"]
    with camera(api, rtsp, "ok", tmp_path, outlet, substream_url=bare(rtsp.url("hevc"))):
        with look(api, stream="sub") as tile:
            tile.until(lambda: tile.fragments >= 3)
            assert tile.heard("init")[0]["codec"] == "hevc"
        assert (rtsp.connections["hevc"] - small, rtsp.connections["ok"] - large) == (1, 0)
        with look(api) as page:
            page.until(lambda: page.fragments >= 3)
            assert page.heard("init")[0]["codec"] == "h264"
        assert (rtsp.connections["hevc"] - small, rtsp.connections["ok"] - large) == (1, 1)


def test_a_camera_without_a_small_stream_gives_its_main_one(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with camera(api, rtsp, "ok", tmp_path, outlet), look(api, stream="sub") as tile:
        tile.until(lambda: tile.fragments >= 3)
    with pytest.raises(InvalidStatus) as caught, look(api, stream="third"):
        pass
    assert caught.value.response.status_code == 422


def test_a_camera_that_is_lost_says_so_and_comes_back_with_a_head_of_its_own(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with camera(api, rtsp, "recodec", tmp_path, outlet), look(api) as eye:
        eye.until(lambda: len({init["mime"] for init in eye.heard("init")}) > 1, 40)
        kinds = [message.get("state", message["type"]) for message in eye.said if message["type"] != "key"]
        assert "ended" in kinds
        assert kinds.index("init") < kinds.index("end") < len(kinds) - 1 - kinds[::-1].index("init")
        assert eye.heard("state")[-1]["state"] in {"watching", "ended"}


def show_slowly(source: Source, eye: Eye, count: int, size: int) -> None:
    """So that nobody is late but those who do not read: each picture when ``eye`` has the one before."""
    for _ in range(count):
        before = eye.fragments
        source.show(1, size)
        eye.until(lambda: eye.fragments > before)  # noqa: B023  called before the next round


# More than what lies between the hub and a client that does not read: sockets, and what either side has in memory.
A_LOT, LARGE = 120, 300_000


def test_a_frozen_viewer_holds_nobody_and_is_given_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "SEND_TIMEOUT_S", 0.5)
    source = Source()
    with worker(api, source.view), look(api) as frozen, look(api) as well:
        well.until(lambda: bool(well.heard("state")))
        source.begin()
        show_slowly(source, well, A_LOT, LARGE)
        assert not well.heard("gap")
        wait_for(lambda: api.tally.get("gridhub_live_view_slow_clients_total") == 1, "the frozen one is given up")
        assert frozen.fragments == 0


def test_twenty_frozen_viewers_cost_less_than_two_megabytes_each(api: Api) -> None:
    source = Source()
    token = str(api.client("vera").headers["Authorization"])
    host, _, port = api.url.removeprefix("http://").partition(":")
    request = (
        f"GET /api/v1/cameras/cam-1/live HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: {token}\r\n\r\n"
    )
    with worker(api, source.view), look(api) as well, ExitStack() as frozen:
        well.until(lambda: bool(well.heard("state")))
        source.begin()
        show_slowly(source, well, 40, LARGE)  # what is kept once for all is there already
        well.data = b""
        before = psutil.Process().memory_info().rss
        for _ in range(20):
            # Nothing is ever read of these: not even by a library in the background.
            frozen.enter_context(socket.create_connection((host, int(port)))).send(request.encode())
        wait_for(lambda: api.tally.get("gridhub_live_view_clients") == 21, "all watch")
        for _ in range(60):
            show_slowly(source, well, 1, LARGE)
            well.data = b""
        assert psutil.Process().memory_info().rss - before < 20 * 2 * 2**20
        assert not well.heard("gap")


def test_a_slow_viewer_is_taken_to_the_next_keyframe_and_told(api: Api) -> None:
    source = Source()
    with worker(api, source.view), look(api) as slow, look(api) as well:
        well.until(lambda: bool(well.heard("state")))
        source.begin()
        show_slowly(source, well, A_LOT, LARGE)
        slow.until(lambda: bool(slow.heard("gap")))
        slow.until(lambda: slow.said[-1]["type"] == "key")
        assert slow.fragments < A_LOT, "what was skipped was not sent"


def test_what_ends_at_the_worker_ends_at_the_viewer(api: Api) -> None:
    source = Source()
    with worker(api, source.view), look(api) as eye:
        source.begin()
        source.show(1)
        eye.until(lambda: bool(eye.heard("key")))
        source.broadcast.publish(end_piece())
        source.state = SourceState.STALLED
        eye.until(lambda: bool(eye.heard("end")) and eye.heard("state")[-1]["state"] == "stalled")
        with look(api) as late:
            late.until(lambda: bool(late.heard("state")))
            assert late.fragments == 0, "nothing of before is shown as if it were of now"


def test_a_worker_that_is_away_is_said_and_found_again(api: Api) -> None:
    with look(api) as eye:
        eye.until(lambda: bool(eye.heard("state")))
        assert eye.heard("state")[-1]["state"] == "worker_down"
        source = Source()
        with worker(api, source.view):
            eye.until(lambda: eye.heard("state")[-1] == WATCHING)
            source.begin()
            source.show(1)
            eye.until(lambda: eye.fragments >= 2)
            ends = len(eye.heard("end"))
        eye.until(lambda: eye.heard("state")[-1]["state"] != "watching")
        eye.until(lambda: len(eye.heard("end")) > ends)


def test_looking_for_a_worker_does_not_read_the_certificates_of_the_system(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = api.client("vera").headers["Authorization"]
    read: list[object] = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: read.append(1))
    with look(api, Authorization=token) as eye:
        eye.until(lambda: bool(eye.heard("state")))
    assert not read, "20 ms of the event loop, twice a second for each stream"


def test_a_camera_that_its_worker_carries_anew_is_followed(api: Api) -> None:
    old, new = Source(), Source()
    views = [old]
    with worker(api, lambda: views[0].view()), look(api) as eye:
        eye.until(lambda: bool(eye.heard("state")))
        views[0] = new
        new.begin()
        new.show(1)
        eye.until(lambda: eye.fragments >= 2)


def test_a_viewer_that_leaves_is_forgotten(api: Api) -> None:
    source = Source()
    with worker(api, source.view):
        with look(api) as eye:
            eye.until(lambda: bool(eye.heard("state")))
        wait_for(lambda: api.tally.get("gridhub_live_view_clients") == 0, "the viewer is forgotten", 2)
        wait_for(lambda: not source.broadcast.is_watched, "the worker is left", 5)


def test_only_those_who_may_see_a_camera_see_it_live(api: Api) -> None:
    assert refused(api, Authorization="") == (401, "not_signed_in")
    assert refused(api, Authorization="Bearer wrong") == (401, "not_signed_in")
    assert refused(api, "vera", "cam-9") == (404, "not_found")
    assert refused(api, "local", "cam-2") == (404, "not_found")
    assert refused(api, "vera", "smoke-1") == (404, "not_found")
    assert refused(api, "vera", "a%00b")[0] == 422


def test_another_site_s_page_cannot_look_with_the_cookie_of_this_one(api: Api) -> None:
    now = datetime.now(UTC)
    sessions.open_session(api.store, "vera", "cookie-token", now, now + timedelta(hours=1))
    cookie = {"Cookie": "gridhub_session=cookie-token"}
    assert refused(api, **cookie) == (403, "foreign_origin")
    assert refused(api, **cookie, Origin="https://evil.example") == (403, "foreign_origin")
    with look(api, **cookie, Origin=api.url) as eye:
        eye.until(lambda: bool(eye.heard("state")))


def test_one_session_has_so_many_views_and_another_one_is_not_held_up(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_view, "MAX_VIEWS", 1)
    source, session = Source(), api.client("vera").headers["Authorization"]
    with worker(api, source.view), look(api, Authorization=session) as first:
        first.until(lambda: bool(first.heard("state")))
        assert refused(api, Authorization=session) == (429, "too_many_views")
        with look(api, "vera") as other:
            other.until(lambda: bool(other.heard("state")))


def test_a_live_view_ends_with_its_session(api: Api) -> None:
    client = api.client("vera")
    with look(api, Authorization=client.headers["Authorization"]) as eye:
        eye.until(lambda: bool(eye.heard("state")))
        client.delete("/session")
        assert eye.closed(8) == live_view.Close.SESSION_OVER


def test_a_camera_that_moves_out_of_sight_is_not_shown_on(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_view, "ALLOWED_FOR_S", 0.2)
    source = Source()
    with worker(api, source.view), look(api, "local") as eye:
        eye.until(lambda: len(eye.heard("state")) > 1)
        with api.store.transaction() as tx:
            tx.execute("UPDATE source SET area = %s WHERE id = 'cam-1'", (OTHER_GRID,))
        assert eye.closed(8) == live_view.Close.NOT_FOUND


def test_a_hub_that_goes_down_ends_its_live_views_at_once(api: Api) -> None:
    with serving(make_app(api.config, api.store, SystemClock(), Tally())) as url:
        headers = {"Authorization": api.client("vera").headers["Authorization"]}
        address = f"{url.replace('http', 'ws')}/api/v1/cameras/cam-1/live"
        watching = connect(address, additional_headers=headers, compression=None, close_timeout=1)
        eye = Eye(watching.__enter__())
        eye.until(lambda: bool(eye.heard("state")))
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 2.0
    assert eye.closed(2) == 1012
    watching.__exit__(None, None, None)


def test_what_a_viewer_sends_does_nothing_and_too_much_of_it_ends_it(api: Api) -> None:
    source = Source()
    with worker(api, source.view), look(api) as eye:
        eye.socket.send('{"type": "ptz"}')
        eye.until(lambda: len(eye.heard("state")) > 1)
        eye.socket.send("x" * 5000)
        assert eye.closed(8) == 1009
