"""``gridhub camera``: on the command line, with a real camera and a real store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.config import load
from hub.config.vault import Vault
from hub.model.area import Area
from hub.store import Store, areas, sources
from ingest.simulate.faults import FaultServer, faulty_cameras
from tests.fix_video import bare


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


@pytest.fixture
def folder(store: Store, tmp_path: Path) -> Path:
    with store.transaction() as tx:
        areas.put(tx, [Area("city", "City", "city"), Area("city/g001", "Grid", "grid")])
    (tmp_path / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    config = {
        "store": {"url": store.conninfo},
        "data_dir": str(tmp_path / "var"),
        "areas": "areas.geojson",
        "network": {"cameras": ["10.0.0.0/8", "127.0.0.0/8"]},
    }
    (tmp_path / "hub.yaml").write_text(json.dumps(config))
    return tmp_path


def vault(folder: Path) -> Vault:
    return Vault.of(load(folder / "hub.yaml"))


def gridhub(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", "camera", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_probe_says_what_a_camera_sends_and_keeps_a_picture(server: FaultServer, tmp_path: Path) -> None:
    done = gridhub(tmp_path, "probe", "--no-onvif", server.url("ok"), "--snapshot", "picture.jpg")
    assert done.returncode == 0, done.stderr
    words = ("watching", "h264", "320×180", "10 pictures/s", "1 s, 10 pictures", "B-frames", "good", "良好")
    assert [word for word in words if word not in done.stdout] == []
    assert (tmp_path / "picture.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_a_probe_says_why_there_is_no_picture_and_never_the_password(server: FaultServer, tmp_path: Path) -> None:
    url = bare(server.url("locked"))
    done = gridhub(tmp_path, "probe", "--no-onvif", url, "--username", "viewer", GRIDHUB_CAMERA_PASSWORD="not-the-one")
    assert done.returncode == 1
    assert "unauthorized" in done.stdout
    assert "not-the-one" not in done.stdout + done.stderr


def test_a_probe_takes_the_password_from_a_file(server: FaultServer, tmp_path: Path) -> None:
    account = server.accounts["locked"]
    (tmp_path / "secret").write_text(account.password + "\n")
    url = bare(server.url("locked"))
    done = gridhub(tmp_path, "probe", "--no-onvif", url, "--username", account.username, "--password-file", "secret")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_camera_is_added_and_listed(folder: Path, store: Store) -> None:
    added = gridhub(
        folder, "add", "gate", "rtsp://10.0.0.5/live", "--area", "city/g001", "--username", "op",
        GRIDHUB_CAMERA_PASSWORD="geheim-wort",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    camera = sources.get(store, "gate")
    assert camera.config["url"] == "rtsp://10.0.0.5/live"
    assert "geheim" not in repr(store.fetch("select source::text from source"))
    assert vault(folder).unseal(camera).secret == {"username": "op", "password": "geheim-wort"}
    listed = gridhub(folder, "list")
    assert [word for word in ("gate", "city/g001", "unknown") if word not in listed.stdout] == []
    assert "geheim" not in listed.stdout


def test_a_camera_in_an_unknown_area_is_not_added(folder: Path) -> None:
    done = gridhub(folder, "add", "gate", "rtsp://10.0.0.5/live", "--area", "city/g01")
    assert done.returncode == 2
    assert "did you mean 'city/g001'" in done.stderr
    done = gridhub(folder, "add", "gate", "rtsp://10.0.0.5/live", "--area", "city")
    assert done.returncode == 2
    assert "'city' is not a grid: a camera belongs to one of the areas below it, as 'city/g001'" in done.stderr


def test_a_list_with_mistakes_imports_nothing_and_tells_them_all(folder: Path, store: Store) -> None:
    (folder / "list.csv").write_text(
        "id,url,area\n"
        "a,rtsp://10.0.0.1/live,city/g001\n"
        "b,http://10.0.0.2/live,city/g001\n"
        "c,rtsp://10.0.0.3/live,city/g9\n"
    )
    done = gridhub(folder, "import", "list.csv")
    assert done.returncode == 2
    assert "list.csv:3:" in done.stderr
    assert "list.csv:4:" in done.stderr
    assert "nothing was imported" in done.stderr
    assert sources.list_sources(store) == []


def test_a_list_without_mistakes_is_imported(folder: Path, store: Store) -> None:
    lines = [f"cam-{number},rtsp://10.0.0.{number}/live,city/g001" for number in range(1, 101)]
    (folder / "list.csv").write_text("id,url,area\n" + "\n".join(lines) + "\n")
    done = gridhub(folder, "import", "list.csv")
    assert done.returncode == 0, done.stderr
    assert len(sources.list_sources(store)) == 100
    again = gridhub(folder, "import", "list.csv")
    assert again.returncode == 0, "what is there already and the same is passed over"
    assert "0 cameras imported, 0 changed, 100 were there" in again.stderr
    assert again.stdout.count("unchanged") == 100


def test_an_address_outside_of_the_networks_is_refused_with_the_line_that_would_allow_it(tmp_path: Path) -> None:
    camera = {"id": "gate", "area": "city", "url": "rtsp://127.0.0.1:1/a"}
    line = "network: {cameras: [10.0.0.0/8, 127.0.0.0/8]}"
    config = {"areas": "areas.geojson", "network": {"cameras": ["10.0.0.0/8"]}, "cameras": [camera]}
    (tmp_path / "hub.yaml").write_text(json.dumps(config))
    (tmp_path / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    probed = gridhub(tmp_path, "probe", camera["url"], "--no-onvif", "-c", "hub.yaml")
    assert probed.returncode == 1
    assert line in probed.stdout
    discovered = gridhub(tmp_path, "discover", "127.0.0.1", "-c", "hub.yaml")
    assert line in discovered.stderr
    command = [sys.executable, "-m", "hub.cli", "check"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert checked.returncode == 2
    assert line in checked.stderr


def test_a_search_that_finds_nobody_says_what_was_asked(tmp_path: Path) -> None:
    done = gridhub(tmp_path, "discover", "127.0.0.1:1", "--timeout", "0.2")
    assert done.returncode == 1
    assert "0 devices\nasked 127.0.0.1:1 by WS-Discovery (UDP 3702), and nobody answered" in done.stderr
    assert "by ONVIF over HTTP too" in done.stderr
