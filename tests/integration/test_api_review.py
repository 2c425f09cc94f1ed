"""What the review page asks for: when cameras saw something, what is near, and bookmarks; and the walls of people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from hub.model.area import Area
from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.store import areas, journal, walls
from hub.store.batches import BatchWriter
from tests.fix_api import GRID, OTHER_GRID, T0, Api, fire, problem

NOON = {"from": "2026-03-01T12:00:00Z", "to": "2026-03-01T13:00:00Z"}


def saw(
    api: Api, metric: str, said: Sequence[tuple[float, float]], camera: str = "cam-1", writer: str = "video-9"
) -> None:
    """Let a camera say a value at so many seconds after noon."""
    rows = [
        Observation(camera, metric, at, at + timedelta(milliseconds=20), value)
        for second, value in said
        for at in (T0 + timedelta(seconds=second),)
    ]
    BatchWriter(api.store, writer, SourceKind.CAMERA).append(rows)


def stretches(api: Api, person: str = "vera", **asked: Any) -> list[tuple[str, str, float, float, float]]:
    answer = api.client(person).get("/activity", params={**NOON, **asked})
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    return [(s["source"], s["metric"], seconds(s["from"]), seconds(s["to"]), s["peak"]) for s in items]


def seconds(text: str) -> float:
    hours, minutes, rest = text[11:].rstrip("Z").split(":")
    return (int(hours) - 12) * 3600 + int(minutes) * 60 + float(rest)


def test_words_that_follow_each_other_are_one_stretch_and_silence_or_zero_ends_it(api: Api) -> None:
    saw(api, "motion", [(10, 0.1), (11, 0.3), (12, 0.0), (20, 0.2), (21, 0.1), (90, 0.4), (91, 0.0)])
    assert stretches(api) == [
        ("cam-1", "motion", 90, 91, 0.4),
        ("cam-1", "motion", 20, 21, 0.2),
        ("cam-1", "motion", 10, 12, 0.3),
    ]


def test_what_is_backward_is_a_stretch_as_well(api: Api) -> None:
    saw(api, "line.fence", [(10, -1.0), (11, 0.0)])
    assert stretches(api) == [("cam-1", "line.fence", 10, 11, -1)]


def test_activity_is_asked_for_by_camera_and_by_what_was_seen(api: Api) -> None:
    saw(api, "object.person", [(10, 2.0), (12, 0.0)])
    saw(api, "zone.gate", [(20, 0.5), (22, 0.0)], writer="video-8")
    saw(api, "object.person", [(30, 1.0), (32, 0.0)], camera="cam-2", writer="video-7")
    saw(api, "camera.health", [(1, 1.0)], writer="video-6")
    assert [found[:2] for found in stretches(api, metric="object.person")] == [
        ("cam-2", "object.person"), ("cam-1", "object.person"),
    ]  # fmt: skip
    assert [found[1] for found in stretches(api, source="cam-1")] == ["zone.gate", "object.person"]
    assert api.client("vera").get("/activity/metrics").json()["items"] == ["object.person", "zone.gate"]


def test_a_long_span_is_read_in_pieces_and_what_crosses_their_edges_stays_whole(api: Api) -> None:
    saw(api, "motion", [(-30, 0.1), (-1, 0.2), (25, 0.2), (40, 0.0), (-6 * 3600, 0.3), (-6 * 3600 + 5, 0.0)])
    asked = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-01T13:00:00Z"}
    found = api.client("vera").get("/activity", params=asked).json()
    assert [(seconds(s["from"]), seconds(s["to"])) for s in found["items"]] == [(-30, 40), (-21600, -21595)]
    assert found["next"] is None


def test_an_answer_that_is_full_says_from_where_to_go_on(api: Api) -> None:
    saw(api, "motion", [(10, 0.1), (12, 0.0), (-7200, 0.1), (-7190, 0.0)])
    asked: dict[str, Any] = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-01T13:00:00Z", "limit": 1}
    client = api.client("vera")
    first = client.get("/activity", params=asked).json()
    assert [seconds(s["from"]) for s in first["items"]] == [10]
    rest = client.get("/activity", params={**asked, "to": first["next"]}).json()
    assert [seconds(s["from"]) for s in rest["items"]] == [-7200]


def test_nobody_is_told_what_was_seen_outside_of_their_area(api: Api) -> None:
    saw(api, "motion", [(10, 0.1), (12, 0.0)])
    saw(api, "object.car", [(10, 1.0), (12, 0.0)], camera="cam-2", writer="video-8")
    assert [found[0] for found in stretches(api, "local")] == ["cam-1"]
    assert stretches(api, "local", source="cam-2") == []
    client = api.client("local")
    assert client.get("/activity/metrics").json()["items"] == ["motion"]
    assert problem(client.get("/activity", params={**NOON, "area": OTHER_GRID})) == (403, "outside_your_area")


@pytest.mark.parametrize("span", [{"to": NOON["from"]}, {"from": "2026-01-01T00:00:00Z"}])
def test_a_span_that_is_none_or_too_long_is_refused(api: Api, span: dict[str, str]) -> None:
    assert problem(api.client("vera").get("/activity", params={**NOON, **span})) == (422, "invalid")


def outlines(api: Api) -> None:
    """Two grids of about 100 m with 150 m between them."""

    def square(east: float) -> dict[str, Any]:
        corners = ((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))
        ring = [[131 + (east + x) * 0.0000127, 45 + y * 0.000009] for x, y in corners]
        return {"type": "Polygon", "coordinates": [ring]}

    with api.store.transaction() as tx:
        areas.put(tx, [Area(GRID, "Grid 1", "grid", square(0)), Area(OTHER_GRID, "Grid 2", "grid", square(250))])


def test_what_else_happened_is_found_by_distance_and_by_time(api: Api) -> None:
    outlines(api)
    alert = fire(api.store, OTHER_GRID)
    saw(api, "motion", [(10, 0.1), (12, 0.0)], camera="cam-2")
    saw(api, "motion", [(3000, 0.1), (3002, 0.0)], camera="cam-2", writer="video-8")
    client = api.client("vera")
    asked = {"source": "cam-1", "at": NOON["from"]}
    found = client.get("/around", params=asked).json()
    assert [(s["id"], round(s["distance_m"], -1)) for s in found["sources"]] == [
        ("cam-1", 0), ("smoke-1", 0), ("cam-2", 200), ("smoke-2", 200),
    ]  # fmt: skip
    assert [a["id"] for a in found["alerts"]] == [alert.id]
    assert [(s["source"], seconds(s["from"])) for s in found["activity"]] == [("cam-2", 10)]
    near = client.get("/around", params={**asked, "metres": 150}).json()
    assert ([s["id"] for s in near["sources"]], near["alerts"], near["activity"]) == (["cam-1", "smoke-1"], [], [])
    early = client.get("/around", params={**asked, "at": "2026-03-01T11:40:00Z"}).json()
    assert (early["alerts"], early["activity"]) == ([], [])
    assert client.get("/around", params={"area": GRID, "at": NOON["from"]}).json()["sources"] == found["sources"]


def test_what_is_around_stays_within_the_area_of_a_person(api: Api) -> None:
    outlines(api)
    fire(api.store, OTHER_GRID)
    client = api.client("local")
    found = client.get("/around", params={"area": GRID, "at": NOON["from"], "metres": 1000}).json()
    assert ({s["id"] for s in found["sources"]}, found["alerts"]) == ({"cam-1", "smoke-1"}, [])
    assert problem(client.get("/around", params={"source": "cam-2", "at": NOON["from"]})) == (404, "not_found")
    assert problem(client.get("/around", params={"area": OTHER_GRID, "at": NOON["from"]})) == (404, "not_found")
    assert problem(client.get("/around", params={"at": NOON["from"]})) == (422, "invalid")


BOOKMARK = {"area": GRID, "at": "2026-03-01T12:00:10Z", "sources": ["cam-1"], "note": "a man with a Rucksack"}


def test_a_bookmark_is_made_found_noted_otherwise_and_removed(api: Api) -> None:
    client = api.client("otto")
    incident = fire(api.store).incident
    answer = client.post("/bookmarks", json={**BOOKMARK, "incident": incident, "until": "2026-03-01T12:00:20Z"})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["owner"], made["incident"], made["sources"]) == ("otto", incident, ["cam-1"])
    assert answer.headers["Location"] == f"/api/v1/bookmarks/{made['id']}"
    found: tuple[dict[str, Any], ...] = (
        {}, {"area": "qth/taoshan"}, {"source": "cam-1"}, {"incident": incident}, {"text": "RUCKSACK"}, NOON,
        {"from": "2026-03-01T12:00:20Z"},
    )  # fmt: skip
    for asked in found:
        assert [b["id"] for b in client.get("/bookmarks", params=asked).json()["items"]] == [made["id"]], asked
    missed: tuple[dict[str, Any], ...] = (
        {"area": OTHER_GRID}, {"source": "cam-2"}, {"incident": 99}, {"text": "bag"}, {"from": "2026-03-01T12:00:21Z"},
        {"to": "2026-03-01T12:00:10Z"},
    )  # fmt: skip
    for asked in missed:
        assert client.get("/bookmarks", params=asked).json()["items"] == [], asked
    changed = client.patch(f"/bookmarks/{made['id']}", json={"note": "it was a parcel"}).json()
    assert changed == {**made, "note": "it was a parcel"}
    assert client.delete(f"/bookmarks/{made['id']}").status_code == 204
    assert client.get("/bookmarks").json()["items"] == []
    entries = journal.of_subject(api.store, "bookmark", str(made["id"]))
    assert [entry.change for entry in entries] == ["created", "changed", "removed"]
    assert {entry.actor for entry in entries} == {"otto"}
    assert problem(client.delete(f"/bookmarks/{made['id']}")) == (404, "not_found")


def test_bookmarks_are_paged_the_latest_moment_first(api: Api) -> None:
    client = api.client("otto")
    bodies = [{**BOOKMARK, "at": f"2026-03-01T12:00:{second}Z"} for second in (10, 30, 20)]
    made = [client.post("/bookmarks", json=body).json()["id"] for body in bodies]
    first = client.get("/bookmarks", params={"limit": 2}).json()
    second = client.get("/bookmarks", params={"limit": 2, "cursor": first["next"]}).json()
    assert [b["id"] for b in first["items"] + second["items"]] == [made[1], made[2], made[0]]
    assert second["next"] is None
    assert problem(client.get("/bookmarks", params={"cursor": "x"})) == (422, "invalid")


def test_a_bookmark_is_its_owners_or_an_administrators_to_change(api: Api) -> None:
    made = api.client("otto").post("/bookmarks", json=BOOKMARK).json()
    other = api.client("ines")
    assert problem(other.patch(f"/bookmarks/{made['id']}", json={"note": "x"})) == (403, "not_yours")
    assert problem(other.delete(f"/bookmarks/{made['id']}")) == (403, "not_yours")
    assert api.client("local").delete(f"/bookmarks/{made['id']}").status_code == 204


def test_bookmarks_of_other_areas_do_not_exist_for_a_person(api: Api) -> None:
    made = api.client("otto").post("/bookmarks", json={**BOOKMARK, "area": OTHER_GRID, "sources": ["cam-2"]}).json()
    client = api.client("local")
    assert client.get("/bookmarks").json()["items"] == []
    assert problem(client.delete(f"/bookmarks/{made['id']}")) == (404, "not_found")


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"sources": ["cam-2"]}, (422, "invalid")),
        ({"sources": ["nothing"]}, (404, "not_found")),
        ({"until": BOOKMARK["at"]}, (422, "invalid")),
        ({"until": "2026-03-03T12:00:00Z"}, (422, "invalid")),
        ({"incident": 99}, (404, "not_found")),
        ({"note": ""}, (422, "invalid")),
        ({"area": "qth/nowhere"}, (422, "invalid")),
    ],
)
def test_a_bookmark_of_what_is_not_there_is_refused(api: Api, change: dict[str, Any], refused: tuple[int, str]) -> None:
    assert problem(api.client("otto").post("/bookmarks", json={**BOOKMARK, **change})) == refused


def test_what_lies_elsewhere_is_told_as_what_is_not_there(api: Api) -> None:
    client, foreign = api.client("local"), fire(api.store, OTHER_GRID).incident

    def told(change: dict[str, Any]) -> str:
        answer = client.post("/bookmarks", json={**BOOKMARK, **change})
        assert problem(answer) == (404, "not_found")
        return str(answer.json()["detail"])

    assert told({"sources": ["cam-2"]}) == told({"sources": ["cam-9"]}).replace("cam-9", "cam-2")
    assert told({"incident": foreign}) == told({"incident": 99}).replace("99", str(foreign))


LAYOUT = {"kind": "layout", "tiles": [{"kind": "camera", "id": "cam-1"}, None, {"kind": "area", "path": GRID}]}
TOUR = {"kind": "tour", "layouts": ["gates", "yards"], "dwell_s": 20}


def test_walls_are_saved_by_name_and_are_each_persons_own(api: Api) -> None:
    client = api.client("vera")
    assert client.put("/walls/夜班 gates", json=LAYOUT).json()["body"] == LAYOUT
    assert client.put("/walls/round", json=TOUR).status_code == 200
    assert client.put("/walls/round", json={**TOUR, "dwell_s": 30}).status_code == 200
    found = client.get("/walls").json()["items"]
    assert [wall["name"] for wall in found] == ["round", "夜班 gates"]
    assert [wall["body"] for wall in found] == [{**TOUR, "dwell_s": 30}, LAYOUT]
    other = api.client("otto")
    assert other.get("/walls").json()["items"] == []
    assert problem(other.delete("/walls/round")) == (404, "not_found")
    assert client.delete("/walls/round").status_code == 204
    assert [wall["name"] for wall in client.get("/walls").json()["items"]] == ["夜班 gates"]


def test_a_person_has_a_hundred_walls_at_most(api: Api) -> None:
    client = api.client("vera")
    for number in range(walls.MOST):
        assert client.put(f"/walls/{number}", json=TOUR).status_code == 200
    assert problem(client.put("/walls/more", json=TOUR)) == (409, "too_many")
    assert client.put("/walls/7", json=LAYOUT).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "layout", "tiles": []}, {"kind": "layout", "tiles": [None] * 26}, {**TOUR, "dwell_s": 4},
        {**TOUR, "layouts": ["gates", "gates"]}, {"kind": "layout", "tiles": [{"kind": "camera", "id": "../x"}]},
        {"kind": "other"}, {**LAYOUT, "more": 1},
    ],
)  # fmt: skip
def test_a_wall_that_cannot_be_is_refused(api: Api, body: dict[str, Any]) -> None:
    assert problem(api.client("vera").put("/walls/x", json=body)) == (422, "invalid")
