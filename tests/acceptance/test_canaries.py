"""One of every secret is planted in a hub that runs, and then looked for wherever something is written or answered."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil

from hub.store.backup_file import Backup
from tests.fix_hub import GRID, PASSWORD, Hub, run_gridhub, wait_for

MARKER = "marker-that-is-no-secret"
"""The name of a camera: where it is not found, nothing was looked at."""
_SKIPPED = {"nats.conf", "accounts.json"}
"""Files in which the broker has to have passwords: for its owner only, as the secrets of the installation are."""


def canary(name: str) -> str:
    return f"canary{name}7f3a9c"


IN_CONFIGURATION = {
    "userinfo": "rtsp://op:{}@127.0.0.1:9/live",
    "query": "rtsp://127.0.0.1:9/live?user=op&password={}",
    "path": "rtsp://127.0.0.1:9/user=op&password={}&channel=1",
    "authbasic": "rtsp://127.0.0.1:9/v.3gp?authbasic={}",
    "loginpas": "rtsp://127.0.0.1:9/v.asf?loginuse=op&loginpas={}",
}


class Planted:
    """``values``: every secret, by where it was planted."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def add(self, name: str, value: str = "") -> str:
        self.values[name] = value or canary(name)
        return self.values[name]

    def seen_in(self, content: bytes) -> list[str]:
        return [name for name, value in self.values.items() if value.encode() in content]


def configuration(folder: Path, planted: Planted) -> str:
    cameras = [
        f"  - {{id: cam-{name}, area: {GRID}, name: {MARKER}, url: '{url.format(planted.add(name))}'}}"
        for name, url in IN_CONFIGURATION.items()
    ]
    (folder / "camera.password").write_text(planted.add("file"))
    apart = f"username: op, password_file: {folder / 'camera.password'}"
    cameras.append(f"  - {{id: cam-file, area: {GRID}, url: 'rtsp://127.0.0.1:9/live', {apart}}}")
    return "cameras:\n" + "\n".join(cameras) + f"\ndevices: [{{id: lamp, area: {GRID}, type: smoke}}]\n"


def use(hub: Hub, planted: Planted) -> Iterator[bytes]:
    """Do with every secret what people do with it, rightly and wrongly; what was answered."""
    client = hub.client
    camera = {"id": "cam-api", "area": GRID, "url": f"rtsp://op:{planted.add('apiurl')}@127.0.0.1:9/x"}
    substream = f"rtsp://127.0.0.1:9/y?token={planted.add('apitoken')}"
    yield client.post("/api/v1/cameras", json={**camera, "substream_url": substream}).content
    change: dict[str, Any] = {"username": "op", "password": planted.add("apipassword")}
    yield client.patch("/api/v1/cameras/cam-api", json=change).content
    wrong = planted.add("wrong")
    bad: dict[str, Any] = {"url": f"rtsp://op:{wrong}@[nonsense/x", "password": {"a": wrong}, "username": [wrong]}
    for key, value in bad.items():
        yield client.post("/api/v1/cameras", json={**camera, "id": "cam-bad", key: value}).content
    outside = f"rtsp://op:{wrong}@8.8.8.8/x?password={wrong}"
    yield client.post("/api/v1/cameras", json={**camera, "id": "cam-bad", "url": outside}).content
    probe = {"url": f"rtsp://op:{planted.add('probe')}@127.0.0.1:9/x"}
    yield client.post("/api/v1/cameras/probe", json=probe, timeout=60).content
    listed = f"id,url,area\ncam-csv,rtsp://op:{planted.add('csv')}@127.0.0.1:9/x,{GRID}\n"
    yield client.post("/api/v1/cameras/import", content=listed, headers={"Content-Type": "text/csv"}).content
    for credentials in (
        {"username": "admin", "password": planted.add("wrongpassword")},
        {"username": planted.add("passwordasname"), "password": "x"},
    ):
        yield httpx.post(f"{hub.url}/api/v1/session", json=credentials, trust_env=False, timeout=60).content
    headers = {"Authorization": f"Bearer {planted.add('bearer')}"}
    yield httpx.get(f"{hub.url}/api/v1/alerts", headers=headers, trust_env=False, timeout=60).content
    made = client.post("/api/v1/devices/lamp/account")
    made.raise_for_status()
    planted.add("device", made.json()["password"])


def answers(hub: Hub) -> Iterator[tuple[str, bytes]]:
    """Of everything that can be asked without knowing what there is, and of every camera."""
    paths = hub.client.get("/api/openapi.json").json()["paths"]
    plain = [path for path, known in paths.items() if "get" in known and not {"{", "stream"} & {*path, path[-6:]}]
    cameras = [item["id"] for item in hub.get("/cameras", limit=100)["items"]]
    for path in [*plain, "/metrics", "/readyz", *(f"/api/v1/cameras/{camera}" for camera in cameras)]:
        yield path, hub.client.get(path, timeout=60).content
    with hub.client.stream("GET", "/api/v1/stream", params={"last_event_id": "0"}, timeout=60) as stream:
        content = b""
        for part in stream.iter_bytes():
            content += part
            if b"event: system" in content:
                break
    yield "/api/v1/stream", content


def commands(hub: Hub) -> Iterator[tuple[str, bytes]]:
    for words in (["camera", "list"], ["status", "--json"], ["db", "status", "--json"], ["db", "check"], ["check"]):
        done = run_gridhub(*words, "-c", str(hub.config), timeout_s=120)
        yield f"gridhub {' '.join(words)}", (done.stdout + done.stderr).encode()
    file = hub.folder / "hub.backup"
    assert run_gridhub("db", "backup", str(file), "-c", str(hub.config), timeout_s=120).returncode == 0
    with Backup(file) as backup:
        for table in backup.manifest.tables:
            yield f"the backup of {table.name}", b"".join(backup.chunks(table.part))


def files(hub: Hub) -> Iterator[tuple[str, bytes]]:
    """Everything below the data directory, the database's own files with it; what holds secrets is its owner's."""
    data_dir = hub.folder / "var"
    for file in [hub.log, *data_dir.rglob("*")]:
        with contextlib.suppress(FileNotFoundError):  # the database removes files of its own at any moment
            if not file.is_file():
                continue
            if file.name in _SKIPPED or file.parent.name == "secrets":
                assert file.stat().st_mode & 0o077 == 0, f"{file} can be read by others"
                continue
            yield str(file.relative_to(hub.folder)), file.read_bytes()


def processes(hub: Hub) -> Iterator[tuple[str, bytes]]:
    assert hub.process is not None
    yield "ps of the hub", " ".join(psutil.Process(hub.process.pid).cmdline()).encode()
    for process in hub.family():
        with contextlib.suppress(psutil.NoSuchProcess):
            known = json.dumps([process.cmdline(), process.environ()])
            yield f"ps of {process.name()}", known.encode()


def test_no_secret_is_seen_anywhere(hub: Hub) -> None:
    planted = Planted()
    planted.add("adminpassword", PASSWORD)
    hub.write(configuration(hub.folder, planted))
    hub.start(ready_s=110)
    for content in use(hub, planted):
        assert planted.seen_in(content) == [], content[:500]
    planted.add("session", hub.client.headers["Authorization"].removeprefix("Bearer "))
    for name in ("broker", "postgres", "camera-key"):
        planted.add(f"secrets/{name}", (hub.folder / "var" / "secrets" / name).read_text().strip())

    def were_tried() -> bool:
        return all(item["state"] != "unknown" for item in hub.get("/cameras", limit=100)["items"])

    wait_for(were_tried, 90, "every camera was tried")
    marked, seen = set(), []
    for look in (answers, commands, processes, files):
        for where, content in look(hub):
            seen += [f"{name} in {where}" for name in planted.seen_in(content)]
            if MARKER.encode() in content:
                marked.add(look.__name__)
    assert seen == []
    assert marked == {"answers", "commands", "files"}
