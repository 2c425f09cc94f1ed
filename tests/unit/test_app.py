"""The supervisor's decisions that need no process."""

from __future__ import annotations

import errno
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub import cli
from hub.app.app import App
from hub.app.child import Child
from hub.app.datadir import FULL_BYTES, MIN_FREE_BYTES, Room
from hub.clock import SimulatedClock
from hub.config import load


def test_a_disk_is_full_below_one_mark_and_free_above_another() -> None:
    room = Room()
    free = [MIN_FREE_BYTES, FULL_BYTES, FULL_BYTES - 1, FULL_BYTES, MIN_FREE_BYTES - 1, MIN_FREE_BYTES, FULL_BYTES - 1]
    seen = [(room.look(bytes_), room.is_full) for bytes_ in free]
    assert seen == [
        (False, False), (False, False), (True, True), (False, True), (False, True), (True, False), (True, True),
    ]  # fmt: skip


def test_a_full_disk_is_told_once_and_the_broker_starts_anew_when_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    (tmp_path / "hub.yaml").write_text("areas: areas.geojson\n")
    app = App(load(tmp_path / "hub.yaml"), SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC)), lambda _password: None)
    asked: list[str] = []
    monkeypatch.setattr(Child, "ask_to_stop", lambda child: asked.append(child.name))
    monkeypatch.setattr(app, "_broker", Child("broker", ["true"]))
    for free in (MIN_FREE_BYTES, 10 * 2**20, 5 * 2**20):
        app.look_at_disk(free)
    assert [record.getMessage() for record in caplog.records] == [
        f"the disk of {tmp_path / 'var'} is full: 10 MiB are free"
    ]
    assert asked == [], "while it is full a new start would not help"
    app.look_at_disk(MIN_FREE_BYTES)
    assert asked == ["broker"]


def test_a_process_that_cannot_be_started_now_is_tried_again_and_does_not_take_the_others_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    (tmp_path / "hub.yaml").write_text("areas: areas.geojson\n")
    clock = SimulatedClock(datetime(2026, 3, 1, tzinfo=UTC))
    app = App(load(tmp_path / "hub.yaml"), clock, lambda _password: None)
    child = Child("rules", ["true"])
    outcomes: list[OSError | None] = [OSError(errno.EAGAIN, "no room for a process"), None]

    def start(self: Child, _now_s: float) -> None:
        if error := outcomes.pop(0):
            raise error
        self.restart_at_s = None

    monkeypatch.setattr(Child, "died", lambda _child: 1)
    monkeypatch.setattr(Child, "start", start)
    for _ in range(20):
        if outcomes:
            app.tend(child)
            clock.advance(1.0)
    assert outcomes == []
    assert any("cannot be started" in record.getMessage() for record in caplog.records)


def test_a_demo_of_impossible_size_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong in (["--port", "99999"], ["--devices", "-5"], ["--cameras", "many"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(["demo", "--data", str(tmp_path / "demo"), *wrong])
        assert ended.value.code == 2
        assert "must be a number from 1 to" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_the_first_password_is_not_handed_on_to_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDHUB_ADMIN_PASSWORD", "only for the first start")
    child = Child("env", ["env"], log=tmp_path / "log")
    child.start(0.0)
    assert child.process is not None
    assert child.process.wait(10) == 0
    assert "PATH=" in (tmp_path / "log").read_text()
    assert "only for the first start" not in (tmp_path / "log").read_text()
