"""Ways out of a folder, and addresses that are no camera's, in every disguise and in every place that takes one."""

from __future__ import annotations

import http.client
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import av
import numpy as np
import pytest

from hub.config.address import AddressNotAllowed
from hub.config.settings import NetworkSettings
from hub.errors import SourceError
from hub.model.allowlist import PRIVATE
from hub.store import segments
from ingest.video import open as opening
from ingest.video.open import open_feed
from tests.fix_api import GRID, T0, Api, fire, problem
from tests.integration.test_api_access import HOUR
from tests.integration.test_video_reach import listening

SECRET = "canary-of-a-file-outside"
_UP = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "%252e%252e%252f", "..%5c", "..\\", "%2e%2e%5c", "..%c0%af", "..;/",
       "..%00/", "....//", "．．/", "%ef%bc%8e%ef%bc%8e%2f", ".%2e/", "%u002e%u002e/"]  # fmt: skip
FILES = ["secret.txt", "hub.yaml", "var/secret.txt"]
TRAVERSALS = [up * depth + file for up in _UP for depth in (1, 2, 6) for file in FILES]
ABSOLUTE = ["/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "%252fetc%252fpasswd", "file:///etc/passwd",
            "\\\\etc\\passwd", "C:%5cboot.ini", "/proc/self/environ", "%00/etc/passwd", "secret.txt%00.js",
            "~/.ssh/id_rsa"]  # fmt: skip
CORPUS = [*TRAVERSALS, *ABSOLUTE]
PLACES = [
    "/{}", "/assets/{}", "/api/v1/areas/{}", "/api/v1/areas/{}/status", "/api/v1/areas/{}/availability",
    "/api/v1/cameras/{}", "/api/v1/cameras/{}/snapshot", "/api/v1/cameras/{}/recordings?" + HOUR,
    "/api/v1/cameras/{}/clip?" + HOUR, "/api/v1/devices/{}", "/api/v1/devices/unknown/{}", "/api/v1/alerts/{}/snapshot",
    "/api/v1/alerts/1/snapshot?n={}", "/api/v1/walls/{}", "/api/v1/people/{}", "/api/v1/commands/{}",
    "/api/v1/alerts?area={}", "/api/v1/areas?cursor={}", "/api/v1/series?source={}&metric=smoke&" + HOUR,
]  # fmt: skip


def raw(api: Api, connection: http.client.HTTPConnection, target: str, token: str) -> tuple[int, bytes]:
    """To the letter: no client makes the path shorter first."""
    connection.putrequest("GET", target, skip_accept_encoding=True)
    connection.putheader("Authorization", token)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_no_path_and_no_parameter_leads_out_of_a_folder(api: Api) -> None:
    for folder in (api.config.data_dir.parent, api.config.data_dir):
        folder.mkdir(exist_ok=True)
        (folder / "secret.txt").write_text(SECRET)
    token = api.client("anna").headers["Authorization"]
    connection = http.client.HTTPConnection(api.url.removeprefix("http://"), timeout=30)
    asked = 0
    for place in PLACES:
        for hostile in CORPUS:
            target = place.format(quote(hostile, safe="/%;:~.?=&"))
            status, content = raw(api, connection, target, token)
            where = (target, status, content[:200])
            assert SECRET.encode() not in content, where
            assert b"root:x:0:0" not in content, where
            assert b"data_dir" not in content, where
            assert status < 500, where
            asked += 1
    connection.close()
    assert asked > 2_500


def test_no_name_of_a_file_in_a_body_leads_out_of_a_folder(api: Api) -> None:
    """A rule file is named so that it is held against what it replaces, and is not read; evidence names a picture."""
    client = api.client("anna")
    secret = api.config.data_dir.parent / "secret.txt"
    secret.write_text(SECRET)
    for hostile in [*CORPUS[::7], *ABSOLUTE, str(secret), "../secret.txt"]:
        for path in ("/rules/check", "/rules/backtest"):
            body = {"text": "rules: [}", "file": hostile, "from": "2026-03-01T12:00:00Z", "to": "2026-03-01T12:01:00Z"}
            keys = ("text", "file") if path.endswith("check") else tuple(body)
            answer = client.post(path, json={key: body[key] for key in keys})
            assert answer.status_code < 500, (path, hostile)
            assert SECRET not in answer.text
    assert secret.read_text() == SECRET


def show(path: Path) -> None:
    """A recording that plays."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(20):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")))
        out.mux(stream.encode(None))


def test_a_row_of_the_store_that_names_a_file_elsewhere_shows_nothing_of_it(api: Api) -> None:
    """Recordings are found by what the store says of them: were it made to say something else, no file is opened."""
    api.config.data_dir.mkdir(exist_ok=True)
    outside = api.config.data_dir.parent / "secret.mp4"
    show(outside)
    for path in ("../secret.mp4", "recordings/../../secret.mp4", str(outside), "/etc/passwd"):
        with api.store.transaction() as tx:
            tx.execute("delete from segment")
            tx.execute(
                "insert into segment (camera, began_at, ended_at, path, size_bytes) values ('cam-1', %s, %s, %s, 10)",
                [T0, T0.replace(minute=1), path],
            )
        answer = api.client("rhea").get(f"/cameras/cam-1/clip?{HOUR}")
        assert problem(answer) == (404, "nothing_recorded"), path
    assert segments.list_segments(api.store, "cam-1", T0, T0.replace(minute=1))


METADATA = "169.254.169.254"
NUMBERS = [
    *f"{METADATA} 2852039166 0xa9fea9fe 0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376 0251.254.169.254".split(),
    *f"169.254.43518 169.16689662 [::ffff:{METADATA}] [::ffff:a9fe:a9fe] [::{METADATA}] [64:ff9b::a9fe:a9fe]".split(),
    "[2002:a9fe:a9fe::]", "[fd00:ec2::254]", "[fe80::1]", "[fe80::1%25eth0]", "[::1]", "[::]", "127.0.0.1", "127.1",
    "0177.1", "0x7f.1", "2130706433", "017700000001", "0", "224.0.0.1", "255.255.255.255", "100.100.100.200", "8.8.8.8",
    "0.0.0.0",  # noqa: S104  refused, not bound
]  # fmt: skip
"""Not allowed where cameras may be in private networks, in decimal, octal, hexadecimal, short, mapped and embedded."""
DISGUISED = [
    f"rtsp://10.0.0.5@{METADATA}/", f"rtsp://10.0.0.5:554@{METADATA}:80/", f"rtsp://{METADATA}#@10.0.0.5/",
    f"rtsp://{METADATA}?@10.0.0.5/", "rtsp://１６９.254.169.254/",
    f"rtsp://{METADATA}./", "rtsp://①②⑦.⓪.⓪.①/", "rtsp://127。0。0。1/",
]  # fmt: skip
SCHEMES = ["http", "file", "ftp", "gopher", "concat", "subfile", "data", "exec", "ffmpeg", "rtmp", "pipe", "udp"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_worker_knocks_at_no_forbidden_address_whatever_the_store_says(number: str) -> None:
    """Past the interface: what it did not refuse, because it is older or came by another way, the worker refuses."""
    with listening() as trap, pytest.raises(AddressNotAllowed):
        open_feed(f"rtsp://{number}:{trap.port}/a", network=NetworkSettings(cameras=PRIVATE), open_timeout_s=2)
    assert trap.heard == []


def test_the_interface_takes_no_forbidden_address_for_a_camera(api: Api) -> None:
    """Here cameras may be in 127.0.0.0/8 only. What cannot be told without a resolver is left to the worker."""
    client = api.client("anna")
    urls = [f"rtsp://{number}/x" for number in NUMBERS if not re.match(r"127\.|0177\.|0x7f|2130706433|0177", number)]
    urls += [f"{scheme}://127.0.0.1/x" for scheme in SCHEMES]
    urls += [url for url in DISGUISED if "１" not in url and "①" not in url and "。" not in url]
    for number, url in enumerate(urls):
        camera: dict[str, Any] = {"id": f"cam-{number + 10}", "area": GRID, "url": url}
        for answer in (
            client.post("/cameras", json=camera),
            client.post("/cameras", json={**camera, "url": "rtsp://127.0.0.1/x", "substream_url": url}),
            client.post("/cameras/probe", json={"url": url}),
        ):
            assert answer.status_code in {403, 422}, (url, answer.text)
        lines = f"id,url,area\n{camera['id']},{json.dumps(url)},{GRID}\n".encode()
        headers = {"Content-Type": "text/csv"}
        told = client.post("/cameras/import", content=lines, headers=headers).json()
        assert (told["done"], told["wrong"]) == (False, 1), (url, told)


@pytest.mark.parametrize("url", DISGUISED)
def test_a_worker_is_not_taken_in_by_a_disguise(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_none(address: str, **_: object) -> None:
        raise AssertionError(f"{address} was opened")

    monkeypatch.setattr(av, "open", open_none)
    with pytest.raises(AddressNotAllowed) as refused:
        open_feed(url, network=NetworkSettings(cameras=PRIVATE), open_timeout_s=0.5)
    assert "10.0.0.5" not in refused.value.reason


def test_what_is_opened_is_the_number_that_was_checked_whatever_stands_beside_it(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    """For some readers of addresses a backslash ends the host. FFmpeg is handed none."""
    opened: list[str] = []

    def open_none(address: str, **_: object) -> None:
        opened.append(address)
        raise ValueError

    monkeypatch.setattr(av, "open", open_none)
    monkeypatch.setattr(opening, "knock", lambda *_, **__: None)
    with pytest.raises(SourceError):
        open_feed(f"rtsp://{METADATA}\\@10.0.0.5/", network=NetworkSettings(cameras=PRIVATE), open_timeout_s=0.5)
    assert opened == ["rtsp://10.0.0.5/"]


def test_no_header_is_made_of_what_somebody_sends(api: Api) -> None:
    """Names go into Content-Disposition, Location and the like: a line break in one would be a header of its own."""
    client, alert = api.client("anna"), fire(api.store)
    for hostile in ("x\r\nSet-Cookie: a=b", "x\nX-Evil: 1", 'x"; filename="y.exe', "x\u2028y", "é", "名"):
        inside = quote(hostile, safe="")
        for method, path, body in (
            ("GET", f"/cameras/{inside}/clip?{HOUR}", None), ("GET", f"/areas/{inside}", None),
            ("PUT", f"/walls/{inside}", {"kind": "layout", "tiles": [None]}), ("GET", f"/alerts?cursor={inside}", None),
            ("POST", "/people", {"name": hostile, "password": "a long password", "grants": [{"role": "viewer"}]}),
            ("POST", "/cameras", {"id": hostile, "url": "rtsp://127.0.0.1/x", "area": GRID}),
            ("POST", f"/alerts/{alert.id}/comment", {"note": hostile}),
            ("POST", "/bookmarks", {"area": GRID, "at": "2026-03-01T12:00:00Z", "note": hostile}),
        ):  # fmt: skip
            answer = client.request(method, path, json=body)
            assert answer.status_code < 500, (path, answer.text)
            for name, value in answer.headers.items():
                assert name not in {"set-cookie", "x-evil"}, (path, name)
                assert "evil" not in value.lower(), (path, name)
                assert ".exe" not in value, (path, name)


def test_an_address_that_is_answered_to_is_never_made_of_the_request(api: Api) -> None:
    """Nor is a redirect: what the console is sent to is its own."""
    for path in ("//evil.example/", "/\\evil.example", "/%2f%2fevil.example", "/https://evil.example", "/%5cevil/"):
        answer = api.anonymous().get(f"{api.url}{path}", follow_redirects=False)
        assert answer.status_code in {200, 404}, (path, answer.status_code)
        assert "location" not in answer.headers
    assert "location" not in api.anonymous().get("/session/external?next=//evil.example").headers
