"""Privacy masks: whatever picture leaves the hub, by whichever way, what is masked is not in it.

The ways are found in the OpenAPI document and among the WebSockets, so that a new one is asked like the others.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import cv2
import httpx
import numpy as np
import pytest
from psycopg.types.json import Jsonb
from websockets.exceptions import InvalidStatus

from dashboard.api import live_view
from hub.model.alert import Alert
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.model.source import Source, SourceKind
from hub.store import audit, people, segments, sources
from hub.store.segments import Segment
from ingest.simulate.faults import FaultServer, faulty_cameras, write_clip
from ingest.video.cover import GREY
from ingest.video.masked import MaskedStream
from tests.fix_api import GRID, OTHER_GRID, T0, Api, fire, problem, wait_for
from tests.fix_video import Remembered, bare
from tests.integration.test_api_access import routes
from tests.integration.test_api_live_view import Eye, camera, look
from tests.integration.test_api_matrix import SLOW, ask, operations

ZONE: dict[str, Any] = {"name": "窗", "polygon": [[0.05, 0.1], [0.6, 0.1], [0.6, 0.9], [0.05, 0.9]], "privacy": True}
WINDOW = (0.08, 0.14, 0.57, 0.86)
"""Within the mask: left, top, right, bottom."""
LIFTED = {"masks": "lifted"}
SPAN = {"from": "2026-03-01T12:00:00Z", "to": "2026-03-01T12:00:04Z"}
NAME = "2026-03-01/cam-1/120000-000.jpg"
Pixels = np.ndarray[Any, Any]


@pytest.fixture(scope="module")
def rtsp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultServer]:
    with faulty_cameras(tmp_path_factory.mktemp("clips")) as running:
        yield running


@pytest.fixture
def outlet() -> Remembered:
    return Remembered()


def film(data: bytes) -> list[Pixels]:
    with av.open(io.BytesIO(data), "r") as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(container.streams.video[0])]


def still(data: bytes) -> list[Pixels]:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    return [np.asarray(picture)]


def shows(picture: Pixels) -> str:
    """What is to be seen in the window, and that the rest of the picture is there."""
    rows, columns = picture.shape
    left, top, right, bottom = WINDOW
    window = picture[int(top * rows) : int(bottom * rows), int(left * columns) : int(right * columns)].astype(int)
    rest = picture[:, int(0.65 * columns) :].astype(int)
    assert abs(np.median(rest) - 60) < 8, "nothing but the mask is covered"
    if np.abs(window - GREY).max() <= 8:
        return "mask"
    return "place" if abs(np.median(window) - 60) < 8 else "neither"


def set_config(api: Api, **config: Any) -> None:
    with api.store.transaction() as tx:
        tx.execute("UPDATE source SET config = config || %s WHERE id = 'cam-1'", (Jsonb(config),))


def keep_snapshot(api: Api) -> None:
    """The picture of the alert that ``fire`` raises."""
    kept = api.config.data_dir / "snapshots" / NAME
    kept.parent.mkdir(parents=True)
    picture = np.full((180, 320, 3), 60, np.uint8)
    picture[60:100, 40:80] = 230
    kept.write_bytes(cv2.imencode(".jpg", picture)[1].tobytes())


@contextmanager
def city_with_a_mask(api: Api, rtsp: FaultServer, folder: Path, outlet: Remembered) -> Iterator[Alert]:
    """A camera that is watched, has recorded, and of which an alert shows the picture."""
    set_config(api, zones=[ZONE])
    data_dir = api.config.data_dir
    data_dir.mkdir(exist_ok=True)
    path = write_clip(data_dir / "recording.mp4")
    segment = Segment("cam-1", T0, T0 + timedelta(seconds=3.9), "recording.mp4", path.stat().st_size)
    segments.add(api.store, segment)
    set_config(api, url=bare(rtsp.url("ok")))
    keep_snapshot(api)
    with camera(api, rtsp, "ok", folder, outlet, zones=[ZONE]):
        yield fire(api.store)


def watched(api: Api, name: str, **query: str) -> list[Pixels]:
    with look(api, name, stream="&".join(["main", *(f"{key}={value}" for key, value in query.items())])) as eye:
        eye.until(lambda: eye.fragments >= 6)
        return film(eye.data)


def probed(api: Api, name: str, url: str) -> list[Pixels]:
    answer = api.client(name).post("/cameras/probe", json={"url": url}, timeout=20)
    assert answer.status_code == 200, answer.text
    snapshot = answer.json()["snapshot"]
    return [] if snapshot is None else still(base64.b64decode(snapshot.partition(",")[2]))


def ways(api: Api, alert: Alert, rtsp: FaultServer) -> dict[str, Callable[[str, dict[str, str]], list[Pixels]]]:
    """How each picture is got, by the name of its route: as somebody, with a query."""

    def get(path: str, read: Callable[[bytes], list[Pixels]], **fixed: str) -> Callable[..., list[Pixels]]:
        def pictures(name: str, query: dict[str, str]) -> list[Pixels]:
            answer = api.client(name).get(path, params={**fixed, **query}, timeout=30)
            assert answer.status_code == 200, answer.text
            return read(answer.content)

        return pictures

    return {
        "GET /cameras/{id}/snapshot": get("/cameras/cam-1/snapshot", still),
        "GET /cameras/{id}/clip": get("/cameras/cam-1/clip", film, **SPAN),
        "GET /alerts/{id}/snapshot": get(f"/alerts/{alert.id}/snapshot", still),
        "POST /cameras/probe": lambda name, _: probed(api, name, rtsp.url("ok")),
        "WEBSOCKET /cameras/{id}/live": lambda name, query: watched(api, name, **query),
    }


def is_picture(content: object) -> bool:
    return str(content).startswith(("image/", "video/", "multipart/", "application/octet-stream"))


def with_pictures(api: Api) -> set[str]:
    """The routes that answer pictures, by what they say of themselves."""
    document = api.app.openapi()
    shapes = document["components"]["schemas"]
    texts = {name for name, shape in shapes.items() if "snapshot" in shape.get("properties", {})}
    found = {name.replace("/api/v1", "") for name, _ in routes(api) if name.startswith("WEBSOCKET")}
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            answers = [answer.get("content", {}) for answer in described["responses"].values()]
            refers = [str(shape) for content in answers for shape in content.values()]
            if any(is_picture(kind) for content in answers for kind in content) or any(
                f"/{name}'" in shape for name in texts for shape in refers
            ):
                found.add(f"{method.upper()} {path.removeprefix('/api/v1')}")
    return found


def test_whatever_answers_pictures_burns_masks_in_until_who_may_lifts_them(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    people.add(api.store, Person("rhea-elsewhere", (Grant(Role.REVIEWER, OTHER_GRID), Grant(Role.OPERATOR))), "x")
    with city_with_a_mask(api, rtsp, tmp_path, outlet) as alert:
        found = ways(api, alert, rtsp)
        assert found.keys() == with_pictures(api), "a route that answers pictures is asked here, and burns masks in"
        probe = found.pop("POST /cameras/probe")
        for way, pictures in found.items():
            for name in ("otto", "rhea-elsewhere", "rhea"):
                seen = pictures(name, {})
                assert {shows(picture) for picture in seen} == {"mask"}, (way, name)
            assert {shows(picture) for picture in pictures("rhea", LIFTED)} == {"place"}, way
        assert probe("ines", {}) == [], "which stream shows what cannot be known: it has no picture"
        assert {shows(picture) for picture in probe("anna", {})} == {"place"}
        refused(api, alert, ("otto", "rhea-elsewhere"))


def refused(api: Api, alert: Alert, names: tuple[str, ...]) -> None:
    """Who may not lift masks is told so, and gets no picture at all."""
    for name in names:
        client = api.client(name)
        for path in ("/cameras/cam-1/snapshot", "/cameras/cam-1/clip", f"/alerts/{alert.id}/snapshot"):
            assert problem(client.get(path, params={**SPAN, **LIFTED})) == (403, "not_allowed"), path
        with pytest.raises(InvalidStatus) as caught, look(api, name, stream="main&masks=lifted"):
            pass
        assert caught.value.response.status_code == 403


def test_nothing_else_answers_a_picture(api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered) -> None:
    """Also not one that says nothing of it in the description."""
    with city_with_a_mask(api, rtsp, tmp_path, outlet) as alert:
        known, client = with_pictures(api), api.client("anna")
        for operation in operations(api):
            if operation.method != "GET" or operation.name in SLOW | known:
                continue
            answer = ask(client, operation, alert)
            assert not is_picture(answer.headers.get("content-type", "")), operation.name
            head = answer.content[:64]
            assert b"data:image" not in answer.content, operation.name
            assert b"ftyp" not in head, operation.name
            assert not head.startswith((b"\xff\xd8", b"\x89PNG", b"GIF8", b"RIFF")), operation.name


def test_each_lifting_is_told_with_who_which_camera_and_why(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with city_with_a_mask(api, rtsp, tmp_path, outlet) as alert:
        client = api.client("rhea")
        for _ in range(2):  # each of them, and not as one look
            client.get("/cameras/cam-1/snapshot", params={**LIFTED, "why": "案件 17"})
        client.get("/cameras/cam-1/clip", params={**SPAN, **LIFTED}, timeout=30)
        client.get(f"/alerts/{alert.id}/snapshot", params=LIFTED)
        watched(api, "rhea", masks="lifted", why="17")
        client.get("/cameras/cam-1/snapshot")
        api.client("otto").get("/cameras/cam-1/snapshot", params=LIFTED)
    told = api.client("anna").get("/audit", params={"limit": 50}).json()["items"]
    lifted = [(each["actor"], each["action"], each["result"], each["detail"]) for each in reversed(told)
              if each["detail"].get("masks") == "lifted"]  # fmt: skip
    of = {"masks": "lifted", "of": "cameras/cam-1"}
    assert lifted == [
        ("rhea", "get_camera_snapshot", "done", {**of, "why": "案件 17"}),
        ("rhea", "get_camera_snapshot", "done", {**of, "why": "案件 17"}),
        ("rhea", "get_clip", "done", {**of, **SPAN}),
        ("rhea", "get_alert_snapshot", "done", of),
        ("rhea", "live_view", "done", {**of, "why": "17", "stream": "main"}),
        ("otto", "get_camera_snapshot", "refused", {"masks": "lifted", "status": 403}),
    ]


def test_a_camera_without_masks_is_passed_on_as_it_is_and_nothing_is_lifted(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    monkeypatch.setattr(MaskedStream, "__init__", lambda *_, **__: made.append(1))
    with camera(api, rtsp, "ok", tmp_path, outlet, zones=[{**ZONE, "privacy": False}]):
        assert {shows(picture) for picture in watched(api, "vera")} == {"place"}
        assert {shows(picture) for picture in watched(api, "rhea", masks="lifted")} == {"place"}
    assert not made
    assert not any("masks" in each["detail"] for each in api.client("anna").get("/audit").json()["items"])


def test_one_encoding_is_for_all_who_watch_and_none_while_nobody_does(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    set_config(api, zones=[ZONE])

    def viewers() -> float | None:
        return outlet.tally.get("gridhub_live_viewers", camera="cam-1", stream="masked")

    small = bare(rtsp.url("hevc"))
    before = rtsp.connections["ok"]
    with camera(api, rtsp, "ok", tmp_path, outlet, zones=[ZONE], substream_url=small) as running, ExitStack() as open_:
        masked = running.view().masked
        assert masked is not None
        assert masked.decoded == 0
        eyes: list[Eye] = [open_.enter_context(look(api, stream=stream)) for stream in ("main", "sub", "sub")]
        for eye in eyes:
            eye.until(lambda eye=eye: eye.fragments >= 6)  # type: ignore[misc]
            assert {shows(picture) for picture in film(eye.data)} == {"mask"}
            assert eye.heard("init")[0]["codec"] == "h264"
        assert viewers() == 1
        assert rtsp.connections["ok"] == before, "the small stream does, whatever was asked for"
        open_.close()
        wait_for(lambda: viewers() == 0, "nobody watches")
        wait_for(lambda: masked.is_resting, "the encoder rests")
        seen = masked.decoded
        with look(api, "rhea", stream="sub&masks=lifted") as lifted:
            lifted.until(lambda: lifted.fragments >= 10)
            assert masked.decoded == seen, "nothing is decoded for nobody"
            with look(api, stream="sub") as beside:
                beside.until(lambda: beside.fragments >= 4)
            lifted.until(lambda: lifted.fragments >= 15)
        assert {shows(picture) for picture in film(beside.data)} == {"mask"}, "each gets what they asked for"
        assert {shows(picture) for picture in film(lifted.data)} == {"place"}


def test_beyond_the_places_of_a_worker_it_is_told_and_had_when_one_is_free(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    set_config(api, zones=[ZONE])
    with camera(api, rtsp, "ok", tmp_path, outlet, zones=[ZONE]) as running, ExitStack() as taken:
        assert running.view().masked is not None
        taken.enter_context(no_place(running.view().masked))
        with look(api) as eye:
            eye.until(lambda: bool(eye.heard("unsupported")))
            assert eye.heard("unsupported")[0]["code"] == "masks_busy"
            assert "8 cameras" in eye.heard("unsupported")[0]["reason"]
            assert eye.fragments == 0
            answer = api.client("vera").get("/cameras/cam-1/snapshot")
            assert [shows(picture) for picture in still(answer.content)] == ["mask"]
            taken.close()
            eye.until(lambda: eye.fragments >= 4)
            assert {shows(picture) for picture in film(eye.data)} == {"mask"}


@contextmanager
def no_place(masked: MaskedStream | None) -> Iterator[None]:
    """All places of the worker are taken."""
    assert masked is not None
    places, taken = masked.places, 0
    while places.acquire(blocking=False):
        taken += 1
    try:
        yield
    finally:
        for _ in range(taken):
            places.release()


def test_a_mask_that_the_worker_does_not_know_yet_is_burnt_into_a_still_at_once(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered
) -> None:
    with camera(api, rtsp, "ok", tmp_path, outlet):
        client = api.client("vera")
        assert [shows(each) for each in still(client.get("/cameras/cam-1/snapshot").content)] == ["place"]
        set_config(api, zones=[ZONE])
        assert [shows(each) for each in still(client.get("/cameras/cam-1/snapshot").content)] == ["mask"]


def test_who_loses_the_right_is_not_shown_on_what_they_lifted(
    api: Api, rtsp: FaultServer, tmp_path: Path, outlet: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_view, "ALLOWED_FOR_S", 0.2)
    people.add(api.store, Person("rita", (Grant(Role.REVIEWER), Grant(Role.VIEWER))), "x")
    set_config(api, zones=[ZONE])
    lifted = "main&masks=lifted"
    with camera(api, rtsp, "ok", tmp_path, outlet, zones=[ZONE]), look(api, "rita", stream=lifted) as eye:
        eye.until(lambda: eye.fragments >= 2)
        people.set_grants(api.store, "rita", [Grant(Role.VIEWER)])
        assert eye.closed(8) == live_view.Close.NOT_FOUND


def test_a_picture_whose_masks_nobody_knows_is_not_shown(api: Api) -> None:
    folder = api.config.data_dir / "snapshots" / "2026-03-01"
    for name in ("cam-1", "gone"):
        (folder / name).mkdir(parents=True)
        (folder / name / "120000-000.jpg").write_bytes(b"\xff\xd8 no picture")
    set_config(api, zones=[ZONE])
    alert = fire(api.store)
    found = evidence("gone/../cam-1", "gone", "cam-2/../gone")
    with api.store.transaction() as tx:
        tx.execute("UPDATE alert SET evidence = %s WHERE id = %s", (found, alert.id))
    otto, rhea = api.client("otto"), api.client("rhea")
    url = f"/alerts/{alert.id}/snapshot"
    assert problem(otto.get(url)) == (403, "masks_failed"), "whose picture it is is told by the file, not by its name"
    for n in (1, 2):
        assert problem(otto.get(url, params={"n": n})) == (403, "masks_unknown")
        assert problem(otto.get(url, params={"n": n, **LIFTED})) == (403, "not_allowed")
        assert problem(rhea.get(url, params={"n": n})) == (403, "masks_unknown")
        assert rhea.get(url, params={"n": n, **LIFTED}).status_code == 200


def evidence(*folders: str) -> Jsonb:
    return Jsonb([
        {"source": "cam-1", "metric": "motion", "ts": T0.isoformat(), "value": 0.5,
         "attrs": {"snapshot": f"2026-03-01/{folder}/120000-000.jpg"}} for folder in folders
    ])  # fmt: skip


def test_masks_are_drawn_by_who_has_sources_and_taken_away_by_who_may_see_beneath(api: Api) -> None:
    ines, anna = api.client("ines"), api.client("anna")
    new = {"id": "cam-9", "url": "rtsp://127.0.0.1/9", "area": GRID, "zones": [ZONE]}
    assert ines.post("/cameras", json=new).json()["zones"][0]["privacy"] is True

    def change(client: httpx.Client, *zones: dict[str, Any]) -> int:
        return client.patch("/cameras/cam-9", json={"zones": list(zones)}).status_code

    other = {**ZONE, "name": "door", "polygon": [[0.7, 0.1], [0.9, 0.1], [0.9, 0.3]]}
    assert change(ines, {**ZONE, "name": "window"}, other) == 200
    smaller = {**ZONE, "polygon": ZONE["polygon"][:3]}
    for wrong in ([other], [], [smaller, other], [{**ZONE, "privacy": False}, other]):
        assert change(ines, *wrong) == 403
    assert problem(ines.patch("/cameras/cam-9", json={"zones": None})) == (403, "not_allowed")
    assert problem(ines.delete("/cameras/cam-9")) == (403, "not_allowed")
    assert ines.patch("/cameras/cam-9", json={"name": "Gate"}).status_code == 200
    assert change(anna, other) == 200
    assert anna.delete("/cameras/cam-9").status_code == 204
    told = api.client("anna").get("/audit", params={"limit": 50}).json()["items"]
    masks = [(each["actor"], each["result"], each["detail"].get("uncovered"), each["detail"]["masks"])
             for each in reversed(told) if "masks" in each["detail"]]  # fmt: skip
    assert masks[:2] == [("ines", "done", None, ["窗"]), ("ines", "done", [], ["window", "door"])]
    assert [each[1] for each in masks[2:8]] == ["refused"] * 6
    assert masks[8:] == [("anna", "done", ["window"], ["door"]), ("anna", "done", ["door"], [])]


def test_nobody_moves_a_masked_camera_to_where_they_may_lift(api: Api) -> None:
    grants = (Grant(Role.INTEGRATOR), Grant(Role.REVIEWER, OTHER_GRID))
    people.add(api.store, Person("mover", grants), "x")
    mover, ines = api.client("mover"), api.client("ines")
    ines.post("/cameras", json={"id": "cam-9", "url": "rtsp://127.0.0.1/9", "area": GRID, "zones": [ZONE]})
    assert problem(mover.patch("/cameras/cam-9", json={"area": OTHER_GRID})) == (403, "not_allowed")
    listed = f"id,url,area\ncam-9,rtsp://127.0.0.1/9,{OTHER_GRID}\n"
    headers = {"content-type": "text/csv"}
    answer = mover.post("/cameras/import", content=listed, params={"update": "true"}, headers=headers)
    assert problem(answer) == (403, "not_allowed")
    assert ines.patch("/cameras/cam-9", json={"area": OTHER_GRID}).status_code == 200


def test_a_mask_that_goes_from_the_configuration_is_told_when_the_hub_begins(api: Api) -> None:
    def begin(*zones: dict[str, Any], cameras: int = 1) -> list[tuple[str, Any]]:
        source = Source("cam-7", SourceKind.CAMERA, GRID, "camera", "Gate", {"zones": list(zones)})
        with api.store.transaction() as tx:
            sources.sync(tx, [source][:cameras], T0)
        wanted = audit.Wanted(action="masks_configured", subject="cameras/cam-7")
        return [(each.entry.actor, each.entry.detail["uncovered"]) for each in audit.list_entries(api.store, wanted, 9)]

    assert begin() == []
    assert begin(ZONE) == begin(ZONE) == [("hub", [])]
    assert begin({**ZONE, "privacy": False})[0] == ("hub", ["窗"])
    begin(ZONE)
    assert begin(cameras=0)[0] == ("hub", ["窗"])
