"""``gridhub model`` as a new user runs it, and models fetched from a real HTTP server."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import pytest

from hub.errors import Refused
from ingest.video import pull
from ingest.video.decode import Picture
from ingest.video.pull import Origin
from tests.fix_models import NANO
from tests.fix_video import CLIPS

DATA = NANO.read_bytes()
SHA256 = hashlib.sha256(DATA).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    """What the web may answer."""

    def do_GET(self) -> None:
        match self.path:
            case "/model.onnx":
                self._answer(200, DATA)
            case "/moved":
                self._answer(302, b"", Location="/model.onnx")
            case "/round":
                self._answer(302, b"", Location="/round")
            case "/elsewhere":
                self._answer(302, b"", Location="file:///etc/passwd")
            case "/page":
                self._answer(200, b"<html>please sign in</html>")
            case "/short":
                self._answer(200, DATA[:1000], length=len(DATA))
            case _:
                self._answer(404, b"")

    def _answer(self, status: int, data: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  the library's name
        """Nothing."""


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    (tmp_path / "hub.yaml").write_text("areas: areas.geojson\ndata_dir: var\n")
    return tmp_path


def gridhub(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", "model", *arguments],
        cwd=folder,
        env={**os.environ, "http_proxy": "", "https_proxy": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def picture_of_a_person(path: Path) -> None:
    with av.open(str(CLIPS / "one-by-one-person-detection.mp4")) as container:
        container.seek(10_000_000)
        frame = next(container.decode(video=0))
        path.write_bytes(Picture(frame, datetime(2026, 5, 1, tzinfo=UTC)).jpeg(960))


def refused(web: str, path: str, tmp_path: Path, sha256: str = SHA256, max_bytes: int = 2**30) -> str:
    with pytest.raises(Refused) as caught:
        pull.fetch(Origin(url=web + path, sha256=sha256), tmp_path / "got", max_bytes, lambda *_: None)
    return caught.value.cause


def test_a_model_is_added_listed_and_tried_on_a_picture(folder: Path) -> None:
    added = gridhub(folder, "add", str(NANO))
    assert added.returncode == 0, added.stderr
    assert "yolox_nano" in added.stderr
    listed = gridhub(folder, "list")
    assert [word for word in ("yolox_nano", "416×416", "80 classes", SHA256[:12]) if word not in listed.stdout] == []
    picture_of_a_person(folder / "person.jpg")
    other = gridhub(folder, "test", "yolox-nano", "person.jpg")
    assert "there is no model 'yolox-nano'; did you mean 'yolox_nano'?" in other.stderr
    tried = gridhub(folder, "test", "yolox_nano", "person.jpg")
    assert tried.returncode == 0, tried.stderr
    assert [word for word in ("CPUExecutionProvider", "ms an inference", "person") if word not in tried.stdout] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "missing.onnx"), "there is no file"),
        (("add", "hub.yaml"), "no ONNX"),
        (("add", str(NANO), "--name", "../../evil"), "no name of a model"),
        (("test", "missing"), "there is no model"),
        (("pull", "missing"), "is not known"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_status_is_one(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = gridhub(folder, *arguments)
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr


def test_what_is_no_picture_is_said(folder: Path) -> None:
    gridhub(folder, "add", str(NANO))
    done = gridhub(folder, "test", "yolox_nano", "hub.yaml")
    assert (done.returncode, "cannot be read as a picture" in done.stderr) == (1, True)


def test_a_model_is_pulled_as_it_was_pinned(folder: Path, web: str) -> None:
    pinned = {"mine": {"url": f"{web}/moved", "sha256": SHA256.upper()}}
    (folder / "models.yaml").write_text(json.dumps(pinned))
    assert "can be pulled" in gridhub(folder, "list").stdout
    done = gridhub(folder, "pull", "mine")
    assert done.returncode == 0, done.stderr
    assert (folder / "var" / "models" / "mine.onnx").read_bytes() == DATA
    assert sorted(path.name for path in (folder / "var" / "models").iterdir()) == ["mine.json", "mine.onnx"]


def test_what_is_not_what_was_pinned_is_thrown_away(folder: Path, web: str) -> None:
    (folder / "models.yaml").write_text(json.dumps({"mine": {"url": f"{web}/model.onnx", "sha256": "0" * 64}}))
    done = gridhub(folder, "pull", "mine")
    assert (done.returncode, "not what was pinned" in done.stderr) == (1, True)
    assert list((folder / "var" / "models").iterdir()) == []


def test_a_mistake_in_the_list_of_models_is_said_with_its_line(folder: Path) -> None:
    (folder / "models.yaml").write_text("mine:\n  url: ftp://example.org/x.onnx\n  sha256: abc\n")
    done = gridhub(folder, "pull", "mine")
    assert done.returncode == 2
    assert [word for word in ("models.yaml:2", "models.yaml:3") if word not in done.stderr] == []


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("/page", "wrong_hash"),
        ("/short", "unreachable"),
        ("/gone", "unreachable"),
        ("/round", "unreachable"),
        ("/elsewhere", "unreachable"),
    ],
)
def test_whatever_else_the_web_answers_is_refused(web: str, tmp_path: Path, path: str, cause: str) -> None:
    assert refused(web, path, tmp_path) == cause


def test_what_does_not_end_is_not_written_without_end(web: str, tmp_path: Path) -> None:
    assert refused(web, "/model.onnx", tmp_path, max_bytes=100_000) == "too_large"


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert refused("http://127.0.0.1:1", "/model.onnx", tmp_path) == "unreachable"


def test_progress_is_told_in_bytes_of_all(web: str, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    origin = Origin(url=f"{web}/model.onnx", sha256=SHA256)
    pull.fetch(origin, tmp_path / "got", 2**30, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(DATA), len(DATA))
    assert len(told) > 3


def test_the_model_that_is_known_is_the_one_that_is_tested_here() -> None:
    assert pull.KNOWN["yolox-nano"].sha256 == SHA256, "the file with which detection is tested"
