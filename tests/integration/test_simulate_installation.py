"""What ``python -m ingest.simulate prepare`` leaves in a folder."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

from hub import config
from hub.config.access import camera_source
from hub.config.check import check
from ingest.simulate import scenes, script
from ingest.simulate.installation import accounts_file, install, installed_cameras, scenes_directory


def prepare(directory: Path, *more: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "ingest.simulate", "prepare", "--data", str(directory), "--rtsp-port", "18554", *more]
    return subprocess.run(argv, capture_output=True, text=True, timeout=110, check=False)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_hub_accepts_the_configuration_and_secrets_are_for_their_owner_only(tmp_path: Path) -> None:
    install(tmp_path, "127.0.0.1:8123", 18554, cameras=6, devices=50)
    settings = config.load(tmp_path / "hub.yaml")
    areas, problems = check(settings)
    assert problems == []
    assert len(areas) == 69
    assert (settings.listen, settings.data_dir) == ("127.0.0.1:8123", tmp_path)
    assert (len(settings.cameras), len(settings.devices)) == (6, 53)
    [gateway] = settings.topology.things
    assert (gateway.name, gateway.kind, len(gateway.sources)) == ("gateway-0001", "gateway", 4)
    assert mode(tmp_path / "hub.yaml") == mode(accounts_file(tmp_path)) == 0o600
    for index, camera in enumerate(installed_cameras(tmp_path)):
        source = camera_source(settings, index)
        assert source.config["url"] == f"rtsp://127.0.0.1:18554/{camera.id}"
        assert source.secret == {"username": camera.account.username, "password": camera.account.password}


def test_preparing_again_keeps_the_passwords_and_two_installations_share_none(tmp_path: Path) -> None:
    for name in ("one", "two", "one"):
        install(tmp_path / name, "127.0.0.1:8000", 18554, cameras=4, devices=10)
        if name == "one" and not (tmp_path / "two").exists():
            first = installed_cameras(tmp_path / "one")
    assert installed_cameras(tmp_path / "one") == first
    assert len({camera.account.password for camera in first + installed_cameras(tmp_path / "two")}) == 8


def test_more_cameras_keep_the_passwords_of_those_that_were_there(tmp_path: Path) -> None:
    install(tmp_path, "127.0.0.1:8000", 18554, cameras=2, devices=0)
    before = installed_cameras(tmp_path)
    install(tmp_path, "127.0.0.1:8000", 18554, cameras=9, devices=0)
    assert installed_cameras(tmp_path)[:2] == before
    assert len(installed_cameras(tmp_path)) == 9


def test_prepare_writes_everything_and_paints_nothing_that_is_there(tmp_path: Path) -> None:
    scenes_directory(tmp_path).mkdir()
    for scene in script.ACTORS:
        scenes.scene_file(scenes_directory(tmp_path), scene).write_bytes(b"painted before")
    done = prepare(tmp_path, "--cameras", "4", "--devices", "12")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads((tmp_path / "areas.geojson").read_text())["features"]) == 69
    assert not [camera for camera in installed_cameras(tmp_path) if camera.account.password in done.stdout]


def test_a_wrong_argument_and_a_folder_that_cannot_be_written_are_said_in_one_line(tmp_path: Path) -> None:
    assert prepare(tmp_path, "--cameras", "-1").returncode == 2
    (tmp_path / "file").write_text("not a folder")
    done = prepare(tmp_path / "file")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
