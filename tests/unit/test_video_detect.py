"""Objects: when the detector is asked, what is said, and what happens where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from hub.model.observation import Observation
from hub.tally import Tally
from ingest.video import models
from ingest.video.analysis import Box, Frame, Motion, Track
from ingest.video.decode import Picture
from ingest.video.detect import ObjectAnalyser, Roll, objects_of
from ingest.video.detector import Budget, Detector
from ingest.video.models import Networks
from ingest.video.snapshot import Snapshots
from tests.fix_models import constant_model, yolov8_output

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
WIDTH, HEIGHT = 64, 64
CAT = (0, 0.9, (32.0, 32.0, 16.0, 32.0))
WHERE: Box = (0.375, 0.25, 0.25, 0.5)


class Hands:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Scene:
    """A camera whose pictures are made here; the model sees a cat in each."""

    def __init__(self, folder: Path, *, always: bool = False, process: Budget | None = None, **more: object) -> None:
        self.folder = folder
        self.hands = Hands()
        self.tally = Tally()
        self.detector = Detector(
            "cam",
            "tiny",
            Networks(folder, self.hands),
            self.tally,
            monotonic=self.hands,
            process=process or Budget(1000.0, 1000.0),
            **more,  # type: ignore[arg-type]
        )
        self.analyser = ObjectAnalyser("cam", self.detector, Snapshots(folder, "cam", self.tally), always=always)
        self.at_s = 0.0
        self.frame: Frame | None = None

    def add_model(self, *found: tuple[int, float, tuple[float, float, float, float]]) -> None:
        path = self.folder / "tiny.onnx"
        path.write_bytes(constant_model(yolov8_output(2, found), meta={"names": "['big cat', 'dog']"}))
        models.add(self.folder, path, "tiny", START)

    def show(self, moving: bool | Box, after_s: float = 0.2) -> list[Observation]:
        self.at_s += after_s
        self.hands.now_s += after_s
        ts = START + timedelta(seconds=self.at_s)
        picture = Picture(av.VideoFrame.from_ndarray(np.zeros((HEIGHT, WIDTH, 3), np.uint8), format="bgr24"), ts)
        boxes = (WHERE,) if moving is True else (moving,) if moving else ()
        motion = Motion(0.1 if boxes else 0.0, boxes)
        self.frame = Frame(picture, ts + timedelta(milliseconds=50), np.zeros((180, 320), np.uint8), motion)
        return list(self.analyser.see(self.frame))

    @property
    def looks(self) -> int:
        return int(self.tally.total("gridhub_detector_inferences_total"))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    made.add_model(CAT)
    return made


def test_a_quiet_picture_is_never_given_to_the_detector(scene: Scene) -> None:
    for _ in range(100):
        assert scene.show(moving=False) == []
    assert scene.looks == 0
    assert not scene.analyser.wants_more


def test_something_that_moves_is_counted_by_its_class_with_its_box_and_a_picture(scene: Scene) -> None:
    said = scene.show(moving=True) + scene.show(moving=True)
    assert [(word.metric, word.value) for word in said] == [("object.big_cat", 1.0)]
    attrs = said[0].attrs or {}
    assert attrs["tracks"][0]["box"] == pytest.approx(list(WHERE), abs=0.05)
    assert (scene.folder / "snapshots" / attrs["snapshot"]).is_file()
    frame = scene.frame
    assert frame is not None
    assert frame.eventful
    assert [(track.label, track.id) for track in frame.tracks] == [("big cat", attrs["tracks"][0]["id"])]
    assert said[0].received_at - said[0].ts == timedelta(milliseconds=50)


def test_who_stops_is_kept_at_the_price_of_few_looks_and_pictures(scene: Scene) -> None:
    for _ in range(5):
        scene.show(moving=True)
    before = scene.looks
    words = [word for _ in range(5 * 60) for word in scene.show(moving=False)]
    assert scene.looks - before <= 10, "in a minute"
    assert not scene.analyser.wants_more
    assert [word.value for word in words].count(0.0) == 0
    assert 1 <= len(words) <= 6
    assert scene.frame is not None
    assert not scene.frame.eventful


def test_when_it_is_gone_zero_is_said_once(scene: Scene) -> None:
    for _ in range(5):
        scene.show(moving=True)
    scene.add_model()
    words = [word for _ in range(100) for word in scene.show(moving=False)]
    assert [word.value for word in words][-1] == 0.0
    assert [word.value for word in words].count(0.0) == 1
    assert not scene.analyser.wants_more


def test_what_has_always_stood_there_begins_no_track(scene: Scene) -> None:
    for _ in range(10):
        scene.show(moving=(0.8, 0.8, 0.1, 0.1))
    assert scene.looks > 0
    assert scene.frame is not None
    assert scene.frame.tracks == ()


def test_classes_that_nobody_asked_for_are_not_spoken_of(tmp_path: Path) -> None:
    scene = Scene(tmp_path, classes=("dog",))
    scene.add_model(CAT)
    words = [word for _ in range(10) for word in scene.show(moving=True)]
    assert [(word.metric, word.value) for word in words] == [("object.dog", 0.0)], "at the beginning"


def test_what_the_model_is_not_sure_of_begins_no_track(tmp_path: Path) -> None:
    scene = Scene(tmp_path, confidence=0.95)
    scene.add_model(CAT)
    assert [word for _ in range(10) for word in scene.show(moving=True)] == []


def test_without_its_model_a_camera_goes_on_and_says_why(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    assert [word for _ in range(10) for word in scene.show(moving=True)] == []
    assert "no model 'tiny'" in scene.analyser.detail()["detector"]
    assert scene.tally.get("gridhub_detector_failures_total", camera="cam", cause="no_model") == 1
    assert scene.tally.get("gridhub_detector_ready", camera="cam", model="tiny") == 0


def test_a_model_that_is_added_while_the_camera_runs_is_taken_up(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.show(moving=True)
    scene.add_model(CAT)
    words = [word for _ in range(40) for word in scene.show(moving=True)]
    assert {word.metric for word in words} == {"object.big_cat"}
    assert scene.analyser.detail() == {"detector": "tiny: ready"}
    assert scene.tally.get("gridhub_detector_ready", camera="cam", model="tiny") == 1


def test_a_model_that_breaks_while_the_camera_runs_ends_what_it_named(scene: Scene) -> None:
    for _ in range(5):
        scene.show(moving=True)
    (scene.folder / "models" / "tiny.onnx").write_bytes(b"nothing that could be run")
    words = [word for _ in range(40) for word in scene.show(moving=True)]
    assert words[-1].value == 0.0
    assert "not the one that was added" in scene.analyser.detail()["detector"]


def test_a_class_that_the_model_does_not_know_is_said(tmp_path: Path) -> None:
    scene = Scene(tmp_path, classes=("unicorn",))
    scene.add_model(CAT)
    scene.show(moving=True)
    assert "unicorn" in scene.analyser.detail()["detector"]
    assert scene.looks == 0


def test_a_name_that_is_a_way_to_elsewhere_is_a_trouble_and_nothing_more(tmp_path: Path) -> None:
    analyser = objects_of("cam", {"analyse": {"detect": {"model": "../../etc/passwd"}}}, tmp_path, Tally())
    assert analyser is not None
    scene = Scene(tmp_path)
    scene.analyser = analyser
    assert scene.show(moving=True) == []
    assert "no name of a model" in analyser.detail()["detector"]


def test_while_the_detector_cannot_look_motion_is_followed_where_lines_need_it(tmp_path: Path) -> None:
    scene = Scene(tmp_path, always=True)
    words = [word for _ in range(10) for word in scene.show(moving=True)]
    assert words == []
    assert scene.frame is not None
    assert [track.label for track in scene.frame.tracks] == ["moving"]
    assert scene.analyser.wants_more


@pytest.mark.parametrize(
    ("config", "stands"),
    [
        ({}, False),
        ({"zones": [{"name": "z", "polygon": [], "left": "60s"}]}, False),
        ({"zones": [{"name": "z", "polygon": [], "loiter": "60s"}]}, True),
        ({"zones": [{"name": "z", "polygon": [], "crowd": 5}]}, True),
        ({"lines": [{"name": "l", "points": [[0, 0], [1, 1]]}]}, True),
        ({"analyse": {"detect": {"model": "tiny"}}}, True),
        ({"analyse": {"detect": None}}, False),
        ({"analyse": {"detect": {"model": 7, "more": []}}}, False),
        ({"analyse": {"detect": {"model": "tiny"}, "motion": False}}, False),
    ],
)
def test_things_are_followed_only_where_something_asks_for_it(
    config: dict[str, object], stands: bool, tmp_path: Path
) -> None:
    assert (objects_of("cam", config, tmp_path, Tally()) is not None) == stands


def test_a_camera_looks_no_more_often_than_its_budget(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.add_model()
    for index in range(300):
        # Something new in every picture, ten a second for half a minute.
        scene.show(moving=(index % 7 / 7, index // 7 % 7 / 7, 0.1, 0.1), after_s=0.1)
    assert 5 * 30 <= scene.looks <= 5 * 30 + 6
    assert scene.looks + scene.tally.total("gridhub_detector_skipped_total") == 300


def test_the_cameras_of_a_process_share_one_bound(tmp_path: Path) -> None:
    process = Budget(rate=0.0, most=1e-9)
    scenes = [Scene(tmp_path, process=process) for _ in range(3)]
    scenes[0].add_model(CAT)
    for scene in scenes:
        for _ in range(5):
            scene.show(moving=True)
    assert sum(scene.looks for scene in scenes) == 1
    assert sum(scene.tally.total("gridhub_detector_skipped_total") for scene in scenes) > 0


def test_a_budget_fills_up_to_its_most_and_may_be_overdrawn() -> None:
    budget = Budget(rate=2.0, most=3.0)
    assert budget.allows(0.0)
    budget.spend(5.0)
    assert not budget.allows(0.5)
    assert budget.allows(1.6)
    budget.allows(1000.0)
    budget.spend(3.0)
    assert not budget.allows(1000.0)


def test_a_clock_that_is_set_back_costs_a_budget_nothing() -> None:
    budget = Budget(rate=1.0, most=1.0)
    budget.allows(1000.0)
    budget.spend(1.0)
    assert not budget.allows(0.0)
    assert budget.allows(0.5)


def track(track_id: int, label: str = "car") -> Track:
    return Track(track_id, label, 0.9, WHERE)


def called(roll: Roll, times: list[tuple[float, list[Track], set[int]]]) -> list[tuple[float, str, int, bool]]:
    return [
        (at_s, word.label, len(word.tracks), word.first)
        for at_s, there, moves in times
        for word in roll.call(START + timedelta(seconds=at_s), there, moves)
    ]


def test_a_change_is_said_at_once_and_the_first_of_a_class_is_marked() -> None:
    one, two = [track(1)], [track(1), track(2)]
    assert called(Roll(()), [(0.0, one, {1}), (0.2, two, {1}), (0.4, one, {1}), (0.6, [], set())]) == [
        (0.0, "car", 1, True),
        (0.2, "car", 2, False),
        (0.4, "car", 1, False),
        (0.6, "car", 0, False),
    ]


def test_what_moves_is_said_every_second_and_what_stands_every_half_minute() -> None:
    steps = [index * 0.2 for index in range(5 * 61)]
    moving = called(Roll(()), [(at_s, [track(1)], {1}) for at_s in steps])
    standing = called(Roll(()), [(at_s, [track(1)], set()) for at_s in steps])
    assert 60 <= len(moving) <= 61
    assert [round(at_s) for at_s, *_ in standing] == [0, 30, 60]


def test_none_of_the_classes_that_were_asked_for_is_said_once_at_the_beginning() -> None:
    assert called(Roll(("car", "dog")), [(0.0, [], set()), (40.0, [], set())]) == [
        (0.0, "car", 0, False),
        (0.0, "dog", 0, False),
    ]


def test_what_only_moves_has_no_metric() -> None:
    assert called(Roll(()), [(0.0, [track(1, "moving")], {1})]) == []


def test_a_roll_goes_on_when_the_clock_is_set_back() -> None:
    assert len(called(Roll(()), [(0.0, [track(1)], {1}), (-3600.0, [track(1)], {1})])) == 2


def test_a_disk_that_takes_no_picture_costs_the_picture_only(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse: Callable[..., None] = lambda *_: None  # noqa: E731  with its type
    monkeypatch.setattr(Snapshots, "save", refuse)
    said = scene.show(moving=True) + scene.show(moving=True)
    assert "snapshot" not in (said[0].attrs or {})
