"""A video worker with a real store, real cameras and its socket."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import pytest

from hub.app.keeper import give_up
from hub.clock import SystemClock
from hub.errors import StoreUnavailable
from hub.model.area import Area
from hub.model.source import Health, Source, SourceKind, SourceState
from hub.store import Store, areas, health, ledger, processes, readings, segments, sources
from hub.tally import Tally
from ingest.base import Shard
from ingest.simulate.faults import FaultServer, faulty_cameras
from ingest.video import camera as camera_module
from ingest.video import disk
from ingest.video.clerk import Clerk
from ingest.video.mainstream import MainStream
from ingest.video.record import PART
from ingest.video.serve import socket_path
from ingest.video.worker import Stuck, Worker
from ingest.writer import Writer
from tests.fix_proxy import StoreProxy
from tests.fix_video import LOOPBACK, NO_VAULT, bare, camera_source, eventually

LONG_AGO, LATER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


@pytest.fixture
def city(store: Store) -> Store:
    with store.transaction() as tx:
        areas.put(tx, [Area("city", "City", "city"), Area("city/g1", "Grid", "grid")])
    return store


def add(store: Store, source: Source) -> None:
    with store.transaction() as tx:
        sources.add(tx, source, datetime.now(UTC))


class Running:
    """A worker in a thread."""

    def __init__(self, store: Store, data_dir: Path, shard: Shard) -> None:
        self.worker = Worker(store, shard, data_dir, SystemClock(), LOOPBACK, NO_VAULT)
        self.error: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker")
        self._thread.start()

    def _run(self) -> None:
        try:
            self.worker.run(self._stop)
        except Stuck as error:
            self.error = error

    def ended(self) -> bool:
        return not self._thread.is_alive()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(15)
        assert self.ended(), "the worker did not stop within 15 s"


@pytest.fixture
def worker(city: Store, tmp_path: Path) -> Iterator[Running]:
    running = Running(city, tmp_path, Shard(0, 1))
    yield running
    running.stop()


def states(store: Store) -> dict[str, str]:
    return {row["id"]: row["state"] for row in readings.source_page(store, SourceKind.CAMERA)}


class _Socket(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("worker", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self._path))


def get(data_dir: Path, path: str) -> tuple[int, Any, bytes]:
    connection = _Socket(socket_path(data_dir, 0))
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_what_a_camera_sees_and_how_it_is_reaches_the_store(
    server: FaultServer, city: Store, tmp_path: Path, worker: Running
) -> None:
    add(city, camera_source(server.url("ok"), record={"mode": "continuous"}))
    eventually(lambda: states(city) == {"cam-1": "watching"})
    eventually(lambda: readings.points(city, "cam-1", "motion", LONG_AGO, LATER, 10))
    worker.stop()
    assert [row["value"] for row in readings.points(city, "cam-1", "camera.health", LONG_AGO, LATER, 10)] == [0.0, 1.0]
    (segment,) = segments.list_segments(city, "cam-1", LONG_AGO, LATER)
    with av.open(str(tmp_path / segment.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) > 5
    assert segment.size_bytes == (tmp_path / segment.path).stat().st_size
    found = [gap["state"] for gap in health.gaps(city, "cam-1", LONG_AGO, LATER)]
    assert found[-1] == "connecting"
    assert all(gap["to"] is not None for gap in health.gaps(city, "cam-1", LONG_AGO, LATER))


def test_cameras_are_told_of_again_after_their_worker_was_taken_for_dead(
    server: FaultServer, city: Store, worker: Running
) -> None:
    add(city, camera_source(server.url("ok")))
    add(city, replace(camera_source("rtsp://127.0.0.1:1/x"), id="cam-2"))
    known = {"cam-1": "watching", "cam-2": "unreachable"}
    eventually(lambda: states(city) == known)

    def given_up() -> bool:
        [process] = processes.list_processes(city)
        return give_up(city, process, datetime.now(UTC)) > 0

    eventually(given_up)
    eventually(lambda: states(city) == known, 10)
    found = [gap for gap in health.gaps(city, "cam-1", LONG_AGO, LATER) if gap["state"] == "worker_down"]
    assert [gap["to"] > gap["from"] for gap in found] == [True]


def test_the_newest_picture_is_had_from_the_socket_and_from_nobody_else(
    server: FaultServer, city: Store, tmp_path: Path, worker: Running
) -> None:
    add(city, camera_source(server.url("ok"), "well"))
    add(city, camera_source("rtsp://127.0.0.1:1/x", "ill"))
    eventually(lambda: states(city) == {"well": "watching", "ill": "unreachable"})
    assert stat.S_IMODE(socket_path(tmp_path, 0).stat().st_mode) == 0o600
    status, headers, body = get(tmp_path, "/cameras/well/snapshot?width=160")
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    age = datetime.now(UTC) - datetime.fromisoformat(headers["X-Frame-Time"])
    assert timedelta(0) <= age < timedelta(seconds=2)
    with av.open(str(_written(tmp_path / "p.jpg", body))) as container:
        assert next(container.decode(video=0)).width == 160
    status, _, body = get(tmp_path, "/cameras/ill/snapshot")
    assert (status, json.loads(body)["code"]) == (503, "unreachable")
    assert "port 1" in json.loads(body)["detail"]
    assert get(tmp_path, "/cameras/nobody/snapshot")[0] == 404
    assert get(tmp_path, "/cameras/well/snapshot?width=9000")[0] == 400
    assert get(tmp_path, "/cameras/well/snapshot?width=-1")[0] == 400
    assert get(tmp_path, "/etc/passwd")[0] == 404


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_cameras_come_and_go_and_change_without_disturbing_others(
    server: FaultServer, city: Store, tmp_path: Path, worker: Running
) -> None:
    server.connections.clear()
    add(city, camera_source(server.url("ok"), "steady"))
    eventually(lambda: states(city) == {"steady": "watching"})
    hevc = camera_source(server.url("hevc"), "other")
    add(city, hevc)
    eventually(lambda: states(city).get("other") == "watching")
    with city.transaction() as tx:
        sources.update(tx, replace(hevc, config=camera_source("rtsp://127.0.0.1:1/x").config))
    eventually(lambda: states(city)["other"] == "unreachable")
    with city.transaction() as tx:
        sources.remove(tx, "other")
    eventually(lambda: get(tmp_path, "/cameras/other/snapshot")[0] == 404)
    with city.transaction() as tx:
        sources.update(tx, replace(camera_source(server.url("ok"), "steady"), name="Another name"))
    add(city, camera_source("rtsp://127.0.0.1:1/x", "marker"))
    eventually(lambda: states(city).get("marker") == "unreachable", what="the change of the name was seen, too")
    assert server.connections["ok"] == 1, "the steady one was never opened again"
    assert get(tmp_path, "/cameras/steady/snapshot")[0] == 200


def test_a_camera_that_is_switched_off_is_not_watched_and_says_so_until_it_is_switched_on(
    server: FaultServer, city: Store, worker: Running
) -> None:
    camera = camera_source(server.url("ok"), record={"mode": "continuous"})
    add(city, camera)
    eventually(lambda: states(city) == {"cam-1": "watching"})
    for enabled, state in ((False, "disabled"), (True, "watching")):
        with city.transaction() as tx:
            sources.update(tx, replace(camera, config={**camera.config, "enabled": enabled}))
        eventually(lambda state=state: states(city) == {"cam-1": state})  # type: ignore[misc]
    last = datetime.now(UTC)
    off = [gap for gap in health.gaps(city, "cam-1", LONG_AGO, LATER) if gap["cause"] == "switched_off"]
    assert [(gap["state"], gap["reason"], gap["to"] is not None) for gap in off] == [("disabled", "switched off", True)]
    assert ledger.audit(city, "cam-1", LONG_AGO, last).faults == ()


def test_a_camera_that_cannot_be_recorded_is_watched_and_known_at_once(
    server: FaultServer, city: Store, tmp_path: Path, worker: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(city, camera_source(server.url("ok"), record={"mode": "continuous"}))
    eventually(lambda: states(city) == {"cam-1": "watching"})
    eventually(lambda: list(tmp_path.glob(f"recordings/*/*/*{PART}")))

    def unrecorded() -> list[Any]:
        found = health.gaps(city, "cam-1", LONG_AGO, LATER)
        return [(gap["cause"], gap["reason"], gap["to"]) for gap in found if gap["scope"] == "record"]

    with monkeypatch.context() as full:
        full.setattr(disk, "is_full", lambda *_: True)
        eventually(lambda: unrecorded() == [("disk", "the disk is full", None)], 5)
        eventually(lambda: processes.list_processes(city)[0].state == "degraded", 5)
    [process] = processes.list_processes(city)
    assert process.detail == "1 of 1 cameras cannot be recorded: the disk is full"
    assert states(city) == {"cam-1": "watching"}
    [row] = readings.source_page(city, SourceKind.CAMERA)
    assert row["detail"]["recording"] == "disk_full"


def test_a_worker_carries_its_share_only(server: FaultServer, city: Store, tmp_path: Path) -> None:
    first, second = Shard(0, 2), Shard(1, 2)
    names = [f"cam-{number}" for number in range(6)]
    for name in names:
        add(city, camera_source("rtsp://127.0.0.1:1/x", name))
    running = Running(city, tmp_path, first)
    try:
        eventually(lambda: all(states(city)[name] == "unreachable" for name in _of(first, names)))
    finally:
        running.stop()
    assert {name for name, state in states(city).items() if state == "unknown"} == _of(second, names)


def _of(shard: Shard, names: list[str]) -> set[str]:
    return {name for name in names if shard.owns(name)}


def test_a_thread_that_is_stuck_ends_the_process(
    server: FaultServer, city: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_module, "STUCK_S", 1.0)  # less than a camera that stalls may take
    add(city, camera_source(server.url("stall")))
    running = Running(city, tmp_path, Shard(0, 1))
    try:
        eventually(running.ended)
    finally:
        running.stop()
    assert "cam-1" in str(running.error)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reader_that_fails_by_a_mistake_of_ours_is_started_again(
    server: FaultServer, city: Store, worker: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as broken:
        broken.setattr(camera_module, "open_feed", fail)
        add(city, camera_source(server.url("ok")))
        eventually(lambda: states(city) == {"cam-1": "ended"})
    eventually(lambda: states(city) == {"cam-1": "watching"})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_main_stream_that_fails_by_a_mistake_of_ours_costs_its_camera_only(
    server: FaultServer, city: Store, worker: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as broken:
        broken.setattr(MainStream, "_carry", fail)
        recorded = {"mode": "continuous"}
        add(city, camera_source(server.url("large"), substream_url=bare(server.url("ok")), record=recorded))
        eventually(lambda: states(city) == {"cam-1": "ended"})
    eventually(lambda: states(city) == {"cam-1": "watching"})
    assert not worker.ended()


def test_a_worker_that_was_killed_loses_at_most_the_last_group_of_its_recording(
    server: FaultServer, city: Store, tmp_path: Path
) -> None:
    (tmp_path / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    config = {
        "store": {"url": city.conninfo},
        "data_dir": str(tmp_path / "var"),
        "areas": "areas.geojson",
        "network": {"cameras": ["127.0.0.1"]},
    }
    (tmp_path / "hub.yaml").write_text(json.dumps(config))
    add(city, camera_source(server.url("ok"), record={"mode": "continuous"}))
    command = [sys.executable, "-m", "ingest.video", "-c", str(tmp_path / "hub.yaml"), "--shard", "0/1"]
    recordings = tmp_path / "var" / "recordings"

    def being_written() -> list[Path]:
        return [path for path in recordings.glob(f"*/*/*{PART}") if path.stat().st_size > 3000]

    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        eventually(being_written)
        process.kill()
        process.wait(10)
    left_behind = being_written()
    assert segments.list_segments(city, "cam-1", LONG_AGO, LATER) == []
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        eventually(lambda: segments.list_segments(city, "cam-1", LONG_AGO, LATER))
        eventually(lambda: set(being_written()) - set(left_behind))
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 0, said.decode()
    first, second = segments.list_segments(city, "cam-1", LONG_AGO, LATER)
    for segment in (first, second):
        with av.open(str(tmp_path / "var" / segment.path)) as container:
            shown_s = sum(1 for _ in container.decode(video=0)) / 10
        assert shown_s == pytest.approx((segment.ended_at - segment.began_at).total_seconds() + 0.1, abs=0.3)
    assert first.ended_at < second.began_at
    told = health.gaps(city, "cam-1", LONG_AGO, LATER)
    killed = next(gap for gap in told if gap["reason"] == "video-0 was restarted")
    assert abs(killed["from"] - first.ended_at) < timedelta(seconds=4), "a beat and a group of pictures at most"
    found = ledger.audit(city, "cam-1", LONG_AGO, second.ended_at)
    assert found.faults == ()
    assert found.holes_s < 4
    (row,) = processes.list_processes(city)
    assert (row.name, row.state) == ("video-0", "down")


def test_what_happens_while_the_store_is_away_is_reported_in_order_afterwards(
    city: Store, tmp_path: Path, proxy: StoreProxy
) -> None:
    add(city, camera_source("rtsp://127.0.0.1:1/x"))
    tally, clock = Tally(), SystemClock()
    began = datetime.now(UTC)
    path = tmp_path / "recordings" / "cam-1" / "2026-05-01" / f"080000-000.mp4{PART}"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"pictures")
    segment = segments.Segment("cam-1", began, began, path.relative_to(tmp_path).with_suffix("").as_posix(), 8)
    with Store.open(proxy.conninfo, "test", timeout_s=1.0) as through:
        writer = Writer(through, "video-0", SourceKind.CAMERA, tally)
        clerk = Clerk(through, writer, "video-0", tmp_path, clock, tally).start()
        proxy.cut()
        for second, state in enumerate(("stalled", "watching", "ended")):
            since = began + timedelta(seconds=second)
            clerk.report(Health("cam-1", SourceState(state), "", since, since))
        clerk.finished(segment)
        with pytest.raises(StoreUnavailable):
            through.fetch("select 1")  # waits as long as the clerk did before
        proxy.mend()
        eventually(lambda: segments.list_segments(city, "cam-1", LONG_AGO, LATER))
        clerk.close()
    found = {gap["state"]: gap["from"] for gap in health.gaps(city, "cam-1", LONG_AGO, LATER)}
    assert found["stalled"] == began
    assert found["ended"] == began + timedelta(seconds=2)
    assert (tmp_path / segment.path).read_bytes() == b"pictures"
