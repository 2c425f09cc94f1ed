"""Pictures over HTTP: the newest of a camera, one look before it is added, clips, and what was kept as evidence."""

from __future__ import annotations

import base64
import io
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

import av
import httpx
import psutil
import pytest

from dashboard.api import pictures
from hub.cases import intake
from hub.model.alert import Evidence, Fire, Severity
from hub.model.source import SourceState
from hub.store import segments
from hub.store.segments import Segment
from ingest.simulate.faults import WRONG, FaultServer, faulty_cameras, write_clip
from ingest.video import disk
from ingest.video.decode import Picture
from ingest.video.serve import PictureServer, View, socket_path
from tests.fix_api import GRID, T0, Api, problem, wait_for
from tests.fix_video import bare

JPEG = b"\xff\xd8 a picture \xff\xd9"


class Still:
    """What the server needs of a picture."""

    ts = T0

    def __init__(self) -> None:
        self.widths: list[int] = []

    def jpeg(self, width: int) -> bytes:
        self.widths.append(width)
        return JPEG


@contextmanager
def worker(api: Api, view: View | None) -> Iterator[None]:
    """The video worker that has cam-1, as far as pictures go."""
    shard = zlib.crc32(b"cam-1") % api.config.workers.video
    server = PictureServer(socket_path(api.config.data_dir, shard), {"cam-1": view}.get)
    server.start()
    try:
        yield
    finally:
        server.stop()


def test_the_newest_picture_comes_with_the_time_at_which_it_was_taken(api: Api) -> None:
    still = Still()
    client = api.client("vera")
    with worker(api, View(SourceState.WATCHING, "", cast(Picture, still))):
        answer = client.get("/cameras/cam-1/snapshot", params={"width": 640})
        client.get("/cameras/cam-1/snapshot")
    assert (answer.status_code, answer.content) == (200, JPEG)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-frame-time"] == "2026-03-01T12:00:00.000000Z"
    assert answer.headers["last-modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert answer.headers["cache-control"] == "no-store"
    assert still.widths == [640, 960]


@pytest.mark.parametrize("state", [SourceState.UNREACHABLE, SourceState.CONNECTING, SourceState.STALLED])
def test_a_camera_without_a_picture_says_why(api: Api, state: SourceState) -> None:
    with worker(api, View(state, "the reason in words", None)):
        answer = api.client("vera").get("/cameras/cam-1/snapshot")
    assert problem(answer) == (503, state)
    assert answer.json()["detail"] == "the reason in words"


def test_a_camera_that_its_worker_does_not_know_yet_has_no_picture(api: Api) -> None:
    with worker(api, None):
        assert problem(api.client("vera").get("/cameras/cam-1/snapshot")) == (503, "no_such_camera")


def test_without_its_worker_a_camera_has_no_picture_and_has_one_when_it_is_back(api: Api) -> None:
    client = api.client("vera")
    assert problem(client.get("/cameras/cam-1/snapshot")) == (503, "worker_down")
    for _ in range(2):
        with worker(api, View(SourceState.WATCHING, "", cast(Picture, Still()))):
            assert client.get("/cameras/cam-1/snapshot").status_code == 200
        assert problem(client.get("/cameras/cam-1/snapshot")) == (503, "worker_down")


def test_a_worker_that_hangs_is_not_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_PICTURE_TIMEOUT_S", 0.2)
    go_on = threading.Event()

    class Hanging(Still):
        def jpeg(self, width: int) -> bytes:
            go_on.wait(10)
            return JPEG

    with worker(api, View(SourceState.WATCHING, "", cast(Picture, Hanging()))):
        assert problem(api.client("vera").get("/cameras/cam-1/snapshot")) == (503, "worker_down")
        go_on.set()


@pytest.fixture(scope="module")
def cameras(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as server:
        yield server


def frames(file: bytes) -> int:
    with av.open(io.BytesIO(file), "r") as container:
        return len(list(container.decode(container.streams.video[0])))


def test_a_camera_is_looked_at_before_it_is_added(api: Api, cameras: FaultServer) -> None:
    answer = api.client("ines").post("/cameras/probe", json={"url": cameras.url("locked")}, timeout=20)
    found = answer.json()
    assert (found["state"], found["codec"], found["width"], found["height"]) == ("watching", "h264", 320, 180)
    head, _, picture = found["snapshot"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert frames(base64.b64decode(picture)) == 1
    assert cameras.accounts["locked"].password not in answer.text


def test_credentials_of_a_look_may_stand_apart(api: Api, cameras: FaultServer) -> None:
    account = cameras.accounts["locked"]
    asked = {"url": bare(cameras.url("locked")), "username": account.username, "password": account.password}
    found = api.client("ines").post("/cameras/probe", json=asked, timeout=20).json()
    assert found["state"] == "watching"


@pytest.mark.parametrize(("path", "state"), [("locked", "unauthorized"), ("audio-only", "no_video")])
def test_a_look_at_a_bad_camera_says_what_is_wrong(api: Api, cameras: FaultServer, path: str, state: str) -> None:
    url = cameras.url(path, WRONG)
    answer = api.client("ines").post("/cameras/probe", json={"url": url}, timeout=20)
    found = answer.json()
    assert (answer.status_code, found["state"], found["snapshot"]) == (200, state, None)
    assert found["reason"]
    assert WRONG.password not in answer.text


def test_a_look_that_takes_too_long_is_ended_and_leaves_no_process(
    api: Api, cameras: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "_PROBE_TIMEOUT_S", 0.3)
    before = {child.pid for child in psutil.Process().children()}
    found = api.client("ines").post("/cameras/probe", json={"url": cameras.url("ok")}).json()
    assert found["state"] == "stalled"
    assert {child.pid for child in psutil.Process().children()} <= before


def record(api: Api, name: str = "recordings/cam-1.mp4") -> None:
    file = api.config.data_dir / name
    file.parent.mkdir(parents=True, exist_ok=True)
    write_clip(file)
    segments.add(api.store, Segment("cam-1", T0, T0 + timedelta(seconds=4), name, file.stat().st_size))


def clip(api: Api, first_s: float, last_s: float, **headers: str) -> httpx.Response:
    times = {"from": T0 + timedelta(seconds=first_s), "to": T0 + timedelta(seconds=last_s)}
    params = {key: at.isoformat() for key, at in times.items()}
    return api.client("otto").get("/cameras/cam-1/clip", params=params, headers=headers, timeout=60)


def test_a_clip_is_cut_out_of_the_recordings(api: Api, tmp_path: Path) -> None:
    record(api)
    answer = clip(api, 1, 3)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "video/mp4"
    assert "cam-1-20260301T120001Z.mp4" in answer.headers["content-disposition"]
    assert 20 <= frames(answer.content) <= 31, "2 s of 10 a second, from the keyframe before"
    run = api.config.data_dir / "run"
    wait_for(lambda: not list(run.glob("clip-*")), "the temporary file is gone")


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=9-1", "bytes=x"])
def test_a_range_that_a_clip_does_not_have_leaves_no_file(api: Api, wanted: str) -> None:
    record(api)
    assert clip(api, 1, 3, Range=wanted).status_code in {400, 416}
    run = api.config.data_dir / "run"
    wait_for(lambda: not list(run.glob("clip-*")), "the temporary file is gone")


def test_clips_that_a_killed_dashboard_left_are_removed(api: Api) -> None:
    left = api.config.data_dir / "run" / "clip-abc.mp4"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.touch()
    pictures.Pictures(api.config)
    assert not left.exists()


def test_of_an_interval_without_recordings_there_is_no_clip(api: Api) -> None:
    assert problem(clip(api, 0, 60)) == (404, "nothing_recorded")
    record(api)
    (api.config.data_dir / "recordings/cam-1.mp4").write_bytes(b"broken")
    assert problem(clip(api, 0, 4)) == (404, "nothing_recorded")
    assert not list((api.config.data_dir / "run").glob("clip-*"))


def test_a_clip_does_not_take_the_room_that_belongs_to_the_database(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(api)
    monkeypatch.setattr(disk, "free_bytes", lambda _: disk.RESERVE_BYTES + 1000)
    assert problem(clip(api, 1, 3)) == (507, "no_room")


def alert_with(api: Api, *names: object) -> int:
    evidence = tuple(Evidence("cam-1", "motion", T0, 0.5, attrs={"snapshot": name}) for name in names)
    decision = Fire("smoke", "with pictures", Severity.MAJOR, GRID, ("cam-1",), "x", T0, evidence)
    with api.store.transaction() as tx:
        [alert] = intake.carry_out(tx, [decision], T0)
    return alert.id


def test_the_pictures_of_the_evidence_are_served(api: Api) -> None:
    folder = api.config.data_dir / "snapshots" / "2026-03-01" / "cam-1"
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(JPEG + b"1")
    (folder / "2.jpg").write_bytes(JPEG + b"2")
    alert = alert_with(api, "2026-03-01/cam-1/1.jpg", "2026-03-01/cam-1/2.jpg")
    client = api.client("otto")
    assert client.get(f"/alerts/{alert}/snapshot").content == JPEG + b"1"
    answer = client.get(f"/alerts/{alert}/snapshot", params={"n": 1})
    assert (answer.content, answer.headers["content-type"]) == (JPEG + b"2", "image/jpeg")
    assert problem(client.get(f"/alerts/{alert}/snapshot", params={"n": 2})) == (404, "no_snapshot")


def test_evidence_never_names_a_file_outside_the_folder_of_snapshots(api: Api, tmp_path: Path) -> None:
    folder = api.config.data_dir / "snapshots"
    folder.mkdir(parents=True)
    secret = api.config.data_dir / "secret.jpg"
    secret.write_bytes(JPEG)
    (folder / "link.jpg").symlink_to(secret)
    (api.config.data_dir / "snapshots-2").mkdir()
    (api.config.data_dir / "snapshots-2" / "x.jpg").write_bytes(JPEG)
    names = [
        "../secret.jpg", str(secret), "link.jpg", "../snapshots-2/x.jpg", "a/../../secret.jpg", ".", "", "x" * 5000,
        7, None, ["secret.jpg"],
    ]  # fmt: skip
    alert = alert_with(api, *names)
    client = api.client("otto")
    for number in range(len(names)):
        answer = client.get(f"/alerts/{alert}/snapshot", params={"n": number})
        assert problem(answer) == (404, "no_snapshot"), names[number]
