"""Frigate: tracked objects become what a camera of the hub would say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.mqtt.mapping import frigate
from tests.unit.mapping_trial import NOW, NOW_S, Trial

MAPPING = "  - codec: frigate\n    cameras: {front: [1280, 720]}\n"


def event(sort: str = "new", number: int = 1, **changed: Any) -> dict[str, Any]:
    after = {
        "id": f"{NOW_S}.475377-ab{number}", "camera": "front", "frame_time": NOW_S + 0.25, "snapshot": {"score": 0.77},
        "label": "person", "sub_label": None, "top_score": 0.958984375, "false_positive": False,
        "start_time": NOW_S - 5.5, "end_time": None, "score": 0.79, "box": [320, 180, 640, 720], "area": 23744,
        "ratio": 2.11, "region": [264, 450, 667, 853], "current_zones": ["driveway"], "entered_zones": ["yard"],
        "has_snapshot": True, "has_clip": False, "stationary": False, **changed,
    }  # fmt: skip
    return {"type": sort, "before": after, "after": after}


def test_an_object_is_seen_where_it_is_with_its_track() -> None:
    found = Trial.of(MAPPING).read("frigate/events", event())
    [seen] = found.observations
    assert (seen.source, seen.metric, seen.value) == ("frigate-front", "object.person", 1.0)
    assert seen.ts == datetime.fromtimestamp(NOW_S + 0.25, UTC)
    assert seen.key == f"{NOW_S}.475377-ab1:new:{NOW_S}.250000"
    assert seen.attrs == {
        "tracks": [{"id": f"{NOW_S}.475377-ab1", "score": 0.79, "box": [0.25, 0.25, 0.25, 0.75], "zones": ["driveway"],
                    "stationary": False}],
        "frigate": {"event": f"{NOW_S}.475377-ab1", "type": "new", "snapshot": True, "clip": False},
    }  # fmt: skip


def test_a_value_is_how_many_there_are_of_a_label_and_camera() -> None:
    trial = Trial.of(MAPPING)
    told = [
        event("new", 1), event("new", 2), event("new", 3, label="car"), event("update", 1),
        event("new", 4, camera="back"), event("end", 1, end_time=NOW_S + 9.0), event("update", 2, false_positive=True),
    ]  # fmt: skip
    rows = [trial.rows("frigate/events", one)[0] for one in told]
    assert rows == [
        ("frigate-front", "object.person", 1.0), ("frigate-front", "object.person", 2.0),
        ("frigate-front", "object.car", 1.0), ("frigate-front", "object.person", 2.0),
        ("frigate-back", "object.person", 1.0), ("frigate-front", "object.person", 1.0),
        ("frigate-front", "object.person", 0.0),
    ]  # fmt: skip


def test_an_end_has_its_own_time() -> None:
    [seen] = Trial.of(MAPPING).read("frigate/events", event("end", end_time=NOW_S + 9.5)).observations
    assert (seen.ts.timestamp(), seen.value) == (NOW_S + 9.5, 0.0)


def test_boxes_of_a_camera_of_unknown_size_stay_pixels() -> None:
    [seen] = Trial.of(MAPPING).read("frigate/events", event(camera="back")).observations
    assert seen.attrs is not None
    assert seen.attrs["tracks"][0]["box_pixels"] == [320, 180, 640, 720]


def test_a_camera_is_announced_once() -> None:
    trial = Trial.of("  - codec: frigate\n    device: 'cam-{camera}'\n")
    announced = [trial.read("frigate/events", event("new", n)).announced for n in range(2)]
    assert [[(one.device, one.name, one.model) for one in told] for told in announced] == [
        [("cam-front", "front", "Frigate")], [],
    ]  # fmt: skip


def test_whether_it_is_watching() -> None:
    trial = Trial.of(MAPPING)
    trial.read("frigate/events", event(camera="back"))
    assert trial.rows("frigate/available", b"offline", retained=True) == [
        ("frigate-front", "device.online", 0.0), ("frigate-back", "device.online", 0.0),
    ]  # fmt: skip
    assert trial.rows("frigate/gate/status/detect", b"online") == [("frigate-gate", "device.online", 1.0)]
    assert trial.rows("frigate/gate/status/detect", b"disabled") == [("frigate-gate", "device.online", 0.0)]
    assert trial.causes("frigate/available", b"yes") == {"wrong_shape": 1}


@pytest.mark.parametrize(
    ("payload", "cause"),
    [
        (b"{", "not_json"), ([], "wrong_shape"), ({"type": "new"}, "wrong_shape"), (event("begun"), "wrong_shape"),
        (event(id=5), "wrong_shape"), (event(camera=None), "wrong_shape"), (event(label=["x"]), "wrong_shape"),
        (event(frame_time="now", start_time=None), "bad_time"), (event(frame_time=None, start_time=None), "bad_time"),
        (event(camera=""), "bad_device"), (event(frame_time=1e300), "bad_time"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(payload: object, cause: str) -> None:
    assert Trial.of(MAPPING).causes("frigate/events", payload) == {cause: 1}


def test_what_goes_with_an_object_may_be_anything() -> None:
    changes: list[dict[str, Any]] = [
        {"box": None}, {"box": [1, 2, 3]}, {"box": ["a", 0, 0, 0]}, {"score": "high"}, {"current_zones": [5, "a"]},
        {"has_snapshot": "yes"}, {"sub_label": ["Bob", 0.9]}, {"box": [-50, -50, 9000, 9000]},
    ]  # fmt: skip
    for change in changes:
        [seen] = Trial.of(MAPPING).read("frigate/events", event(**change)).observations
        assert seen.value == 1.0
    assert seen.attrs is not None
    assert seen.attrs["tracks"][0]["box"] == [0.0, 0.0, 1.0, 1.0]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frigate, "MAX_TRACKS", 3)
    monkeypatch.setattr(frigate, "MAX_CAMERAS", 2)
    trial = Trial.of(MAPPING)
    rows = [trial.rows("frigate/events", event("new", n))[0][2] for n in range(6)]
    assert rows == [1.0, 2.0, 3.0, 3.0, 3.0, 3.0]
    assert trial.rows("frigate/events", event("new", 9, camera="back"))
    assert trial.causes("frigate/events", event("new", 9, camera="third")) == {"too_large": 1}


def test_an_old_event_stands_at_its_arrival_with_a_mark() -> None:
    [seen] = Trial.of(MAPPING).read("frigate/events", event(frame_time=NOW_S - 90 * 86400.0)).observations
    assert seen.ts == NOW
    assert seen.attrs is not None
    assert seen.attrs["device_ts"].startswith("2025-12-01")
