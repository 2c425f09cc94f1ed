"""Adding cameras by the interface: asked, found, brought in a list; and no way into other networks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hub.store import sources
from ingest.simulate.faults import FaultServer, faulty_cameras
from tests.fix_api import GRID, OTHER_GRID, Api, problem
from tests.integration.test_secrets import dump

CANARY = "canary-9b2-wort"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


def send(client: httpx.Client, text: str | bytes, **params: Any) -> httpx.Response:
    return client.post("/cameras/import", content=text, headers={"Content-Type": "text/csv"}, params=params)


def lines(count: int) -> str:
    head = "id,url,area,username,password\n"
    return head + "".join(f"new-{n},rtsp://127.0.0.1:{n + 1}/x,{GRID},op,{CANARY}\n" for n in range(count))


def test_a_look_tells_what_is_measured_and_what_it_means(api: Api, server: FaultServer) -> None:
    answer = api.client("ines").post("/cameras/probe", json={"url": server.url("ok")}, timeout=30)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["state"], found["codec"], found["width"], found["gop_frames"]) == ("watching", "h264", 320, 10)
    assert found["fps"] == pytest.approx(10, abs=0.5)
    assert found["gop_s"] == pytest.approx(1, abs=0.1)
    assert abs(found["clock_offset_s"]) < 2
    assert found["verdict"][0] == {"level": "good", "en": "good: nothing to be done", "zh": "良好：无需调整"}
    assert found["cost"]["en"].startswith("low")
    assert found["snapshot"].startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize(
    "url", ["rtsp://169.254.169.254/x", "rtsp://10.0.0.5/x", "rtsp://2852039166/x", "rtsps://[::ffff:a9fe:a9fe]/x"]
)
def test_an_address_where_no_camera_may_be_is_forbidden_everywhere(api: Api, url: str) -> None:
    client = api.client("ines")
    camera = {"id": "cam-9", "url": url, "area": GRID}
    refused = (403, "address_not_allowed")
    assert problem(client.post("/cameras/probe", json={"url": url})) == refused
    assert problem(client.post("/cameras", json=camera)) == refused
    assert problem(client.post("/cameras", json={**camera, "url": "rtsp://a.lan/", "substream_url": url})) == refused
    assert client.post("/cameras", json={**camera, "url": "rtsp://a.lan/"}).status_code == 201
    assert problem(client.patch("/cameras/cam-9", json={"url": url})) == refused
    assert problem(client.patch("/cameras/cam-9", json={"substream_url": url})) == refused
    answer = send(client, f"id,url,area\nx,{url},{GRID}\n").json()
    assert (answer["done"], answer["lines"][0]["problems"][0]["key"]) == (False, "url")
    assert problem(client.post("/cameras/discover", json={"targets": ["169.254.169.254"]}))[0] == 422


@pytest.mark.parametrize("odd", ["\\ud800", "\\u001b[31m", "\\u202e", "\\u0000", "\\r\\nX: y"])
@pytest.mark.parametrize("key", ["url", "substream_url"])
def test_an_address_with_a_character_that_cannot_be_seen_is_refused(api: Api, key: str, odd: str) -> None:
    camera = {"id": "odd", "url": "rtsp://127.0.0.1/a", "area": GRID, key: "rtsp://127.0.0.1/ODD"}
    answer = api.client("ines").post(
        "/cameras", content=json.dumps(camera).replace("ODD", odd), headers={"Content-Type": "application/json"}
    )
    assert problem(answer) == (422, "invalid")


def test_a_list_is_imported_whole_and_again_without_harm(api: Api) -> None:
    client = api.client("ines")
    tried = send(client, lines(300), dry_run=True).json()
    assert (tried["done"], tried["added"]) == (False, 300)
    answer = send(client, lines(300))
    assert answer.status_code == 200
    assert (answer.json()["done"], answer.json()["added"], len(answer.json()["lines"])) == (True, 300, 300)
    again = send(client, lines(300)).json()
    assert (again["done"], again["added"], again["unchanged"]) == (True, 0, 300)
    assert CANARY not in answer.text + dump(api.store)


def test_a_line_that_is_wrong_stops_the_list_or_is_left_out(api: Api) -> None:
    client, text = api.client("ines"), lines(2) + f"bad id,rtsp://127.0.0.1/x,{GRID},,\n"
    answer = send(client, text).json()
    assert (answer["done"], answer["wrong"]) == (False, 1)
    assert [(line["line"], line["outcome"]) for line in answer["lines"]] == [(2, "added"), (3, "added"), (4, "wrong")]
    assert not [source for source in sources.list_sources(api.store) if source.id.startswith("new-")]
    assert send(client, text, partial=True).json()["done"]
    assert len([source for source in sources.list_sources(api.store) if source.id.startswith("new-")]) == 2


def test_a_list_reaches_no_further_than_the_area_of_who_sends_it(api: Api) -> None:
    client = api.client("local")
    text = f"id,url,area\nx,rtsp://127.0.0.1/x,{OTHER_GRID}\ncam-2,rtsp://127.0.0.1/x,{GRID}\n"
    answer = send(client, text, update=True)
    wrong = [line["problems"][0] for line in answer.json()["lines"]]
    assert [item["key"] for item in wrong] == ["area", "id"]
    assert wrong[1]["message"] == "'cam-2' is taken"


@pytest.mark.parametrize("name", ["vera", "otto"])
def test_only_an_integrator_asks_finds_and_imports(api: Api, name: str) -> None:
    client = api.client(name)
    assert problem(client.post("/cameras/probe", json={"url": "rtsp://127.0.0.1/"})) == (403, "not_allowed")
    assert problem(client.post("/cameras/discover", json={})) == (403, "not_allowed")
    assert problem(send(client, lines(1))) == (403, "not_allowed")


def test_what_is_no_list_is_refused(api: Api) -> None:
    client = api.client("ines")
    assert problem(client.post("/cameras/import", json={})) == (415, "not_csv")
    assert problem(send(client, b"x" * 1_100_000)) == (413, "too_large")
    for text in (b"\xff\xfe", b"", b"id,url\n", b'id,url,area\n"x'):
        answer = send(client, text).json()
        assert (answer["done"], answer["wrong"] >= 1) == (False, True)


def test_a_search_answers_what_it_found(api: Api) -> None:
    answer = api.client("ines").post("/cameras/discover", json={"targets": ["127.0.0.1:9"]}, timeout=30)
    assert answer.json() == {"devices": [], "csv": "id,url,area,name,substream_url\n"}
    assert problem(api.client("ines").post("/cameras/discover", json={"targets": ["127.0.0.0/8"]}))[0] == 422
