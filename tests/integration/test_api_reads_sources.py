"""What can be read over HTTP of cameras and devices, what was recorded, and how much of the time somebody watched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.model.observation import Observation
from hub.model.source import GapCause, Health, SourceKind, SourceState, Unrecorded
from hub.model.times import rfc3339
from hub.store import health, segments
from hub.store.batches import BatchWriter
from hub.store.segments import Segment
from tests.fix_api import GRID, T0, Api, ids, problem

HOUR = {"from": "2026-03-01T12:00:00Z", "to": "2026-03-01T13:00:00Z"}


def test_a_camera_tells_its_settings_and_health_and_no_secret(api: Api) -> None:
    answer = api.client("vera").get("/cameras/cam-1")
    assert answer.json() == {
        "id": "cam-1", "name": "Gate", "area": GRID, "enabled": True, "url": "rtsp://camera.example/1",
        "substream_url": None, "transport": "tcp", "tls": "verified",
        "record": {"mode": "event", "keep": "30d", "pre": "10s", "post": "20s", "max_size": None},
        "analyse": {"motion": True, "tamper": True, "shortest": "2s500ms", "detect": None},
        "zones": [], "lines": [], "origin": "config",
        "state": "watching", "reason": "", "since": "2026-03-01T12:00:00.000000Z",
        "seen_at": "2026-03-01T12:00:00.000000Z",
        "detail": {"codec": "h264", "width": 1920, "height": 1080, "fps": 15.0},
    }  # fmt: skip
    assert "canary" not in answer.text


def test_cameras_and_devices_are_filtered_by_area_and_state(api: Api) -> None:
    assert ids(api, "/cameras") == ["cam-1", "cam-2"]
    assert ids(api, "/cameras", area="qth/xinxing") == ["cam-2"]
    assert ids(api, "/cameras", state="watching") == ["cam-1"]
    assert ids(api, "/devices", state="watching") == []
    assert ids(api, "/devices", area=GRID, state="unknown") == ["smoke-1"]
    assert ids(api, "/devices", area="qth/nowhere") == []


def test_devices_are_listed_page_by_page(api: Api) -> None:
    client = api.client("vera")
    first = client.get("/devices", params={"limit": 1}).json()
    second = client.get("/devices", params={"limit": 1, "cursor": first["next"]}).json()
    assert [first["items"][0]["id"], second["items"][0]["id"], second["next"]] == ["smoke-1", "smoke-2", None]


def test_a_device_tells_its_newest_values(api: Api) -> None:
    health.report(api.store, [Health("smoke-1", SourceState.WATCHING, "", T0, T0)], "mqtt-0")
    now = api.app.state.context.clock.now()
    times = [now - timedelta(minutes=minute) for minute in (3, 1, 2)]
    rows = [Observation("smoke-1", "smoke", at, now, float(index)) for index, at in enumerate(times)]
    rows.append(Observation("smoke-1", "firmware", times[0], now, None, "1.2"))
    rows.append(Observation("smoke-1", "old", now - timedelta(days=8), now, 1.0))
    BatchWriter(api.store, "mqtt-0", SourceKind.DEVICE).append(rows)
    found = api.client("vera").get("/devices/smoke-1").json()
    assert (found["state"], found["type"], found["approved"]) == ("watching", "smoke", True)
    assert {metric: (value["value"], value["text"]) for metric, value in found["latest"].items()} == {
        "smoke": (1.0, None), "firmware": (None, "1.2"),
    }  # fmt: skip


def test_recordings_are_segments_and_gaps(api: Api) -> None:
    segments.add(api.store, Segment("cam-1", T0, T0 + timedelta(minutes=1), "recordings/cam-1/1.mp4", 1000, True))
    segments.add(api.store, Segment("cam-1", T0 - timedelta(hours=2), T0 - timedelta(hours=1), "recordings/2.mp4", 1))
    full = Unrecorded(GapCause.DISK, "the disk is full", T0 + timedelta(minutes=1))
    health.report(api.store, [Health("cam-1", SourceState.WATCHING, "", T0, T0, unrecorded=full)], "video-0")
    health.report(api.store, [Health("cam-1", SourceState.STALLED, "no packet", T0 + timedelta(minutes=2))], "video-0")
    assert api.client("otto").get("/cameras/cam-1/recordings", params=HOUR).json() == {
        "segments": [
            {
                "from": "2026-03-01T12:00:00.000000Z", "to": "2026-03-01T12:01:00.000000Z",
                "size_bytes": 1000, "eventful": True,
            },
        ],
        "gaps": [
            {
                "from": "2026-03-01T12:01:00.000000Z", "to": "2026-03-01T12:02:00.000000Z",
                "scope": "record", "cause": "disk", "state": "watching", "reason": "the disk is full",
            },
            {
                "from": "2026-03-01T12:02:00.000000Z", "to": None,
                "scope": "watch", "cause": "network", "state": "stalled", "reason": "no packet",
            },
        ],
    }  # fmt: skip


def test_the_availability_of_a_camera_says_how_much_it_watched_and_why_not(api: Api) -> None:
    health.report(api.store, [Health("cam-1", SourceState.STALLED, "x", T0 + timedelta(minutes=45))], "video-0")
    found = api.client("vera").get("/cameras/cam-1/availability", params=HOUR).json()
    assert (found["camera"], found["wall_s"], found["watched_s"], found["watched"]) == ("cam-1", 3600, 2700, 0.75)
    assert {cause: seconds for cause, seconds in found["blind_s"].items() if seconds} == {"network": 900}
    assert set(found["blind_s"]) == set(GapCause)
    assert (found["from"], found["to"]) == ("2026-03-01T12:00:00.000000Z", "2026-03-01T13:00:00.000000Z")


def test_the_availability_of_an_area_is_the_mean_of_its_cameras_and_names_the_worst_first(api: Api) -> None:
    health.report(api.store, [Health("cam-2", SourceState.WATCHING, "", T0 + timedelta(minutes=30))], "video-0")
    found = api.client("vera").get("/areas/qth/availability", params=HOUR).json()
    assert (found["watched"], found["worst"]) == (0.75, 0.5)
    assert [camera["camera"] for camera in found["cameras"]] == ["cam-2", "cam-1"]
    assert found["blind_s"]["worker"] == 1800
    found = api.client("vera").get(f"/areas/{GRID}/availability", params=HOUR).json()
    assert (found["path"], found["watched"], len(found["cameras"])) == (GRID, 1.0, 1)


@pytest.mark.parametrize("what", ["cameras/cam-1/recordings", "cameras/cam-1/clip", "cameras/cam-1/availability"])
@pytest.mark.parametrize("first", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:58Z"])
def test_the_first_and_the_last_second_that_can_be_written_are_no_mistake_of_ours(
    api: Api, what: str, first: str
) -> None:
    answer = api.client("otto").get(f"/{what}", params={"from": first, "to": f"{first[:-3]}59Z"})
    assert answer.status_code == (404 if what.endswith("clip") else 200), answer.text


def test_nothing_is_said_about_time_that_has_not_come_or_in_which_there_was_no_camera(api: Api) -> None:
    client, now = api.client("vera"), datetime.now(UTC)
    later = {"from": rfc3339(now - timedelta(hours=1)), "to": rfc3339(now + timedelta(hours=1))}
    found = client.get("/cameras/cam-1/availability", params=later).json()
    assert 3600 <= found["wall_s"] < 3700
    before = {"from": rfc3339(T0 - timedelta(hours=2)), "to": rfc3339(T0 - timedelta(hours=1))}
    assert client.get("/cameras/cam-1/availability", params=before).json()["watched"] is None
    assert client.get("/areas/qth/availability", params=before).json()["watched"] is None


def test_the_availability_of_what_lies_outside_one_s_area_is_not_told(api: Api) -> None:
    client = api.client("local")
    assert problem(client.get("/cameras/cam-2/availability", params=HOUR)) == (404, "not_found")
    assert problem(client.get("/areas/qth/availability", params=HOUR)) == (404, "not_found")
    assert problem(client.get("/areas/qth/taoshan/nowhere/availability", params=HOUR)) == (404, "not_found")
    longer = {"from": HOUR["from"], "to": "2028-03-01T12:00:00Z"}
    assert problem(client.get("/cameras/cam-1/availability", params=longer)) == (422, "invalid")
