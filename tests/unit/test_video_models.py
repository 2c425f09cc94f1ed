"""The shelf of models: what is taken over, what is refused and why, and what a worker opens."""

from __future__ import annotations

import json
import os
import struct
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import Refused
from ingest.video import models, onnxfile
from ingest.video.coco import COCO
from ingest.video.models import Networks
from ingest.video.network import recognise
from ingest.video.yolo import Family, cells
from tests.fix_models import NANO, constant_model, message, number, tensor, yolov8_output

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
DOG = [(1, 0.9, (32.0, 32.0, 16.0, 8.0))]
TWO = {"names": "{0: 'cat', 1: '狗'}", "task": "detect"}


def tiny(score: float = 0.9) -> bytes:
    return constant_model(yolov8_output(2, [(1, score, (32.0, 32.0, 16.0, 8.0))]), meta=TWO)


def yolox(rows: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> bytes:
    return constant_model(rows[None].astype(np.float32))


def put(folder: Path, data: bytes, name: str = "file.onnx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        recognise(data)
    return caught.value.cause


class Hands:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_the_real_model_is_recognised() -> None:
    form = recognise(NANO.read_bytes())
    assert (form.family, form.width, form.height, form.classes) == (Family.YOLOX_GRID, 416, 416, COCO)


def test_a_yolov8_is_recognised_with_its_own_names() -> None:
    form = recognise(tiny())
    assert (form.family, form.width, form.height, form.classes) == (Family.YOLOV8, 64, 64, ("cat", "狗"))


def test_a_decoded_yolox_is_told_from_an_undecoded_one() -> None:
    rows = np.full((cells(64, 64), 5 + 80), 0.01, np.float32)
    rows[:, :2], rows[:, 2:4] = np.linspace(1, 63, len(rows))[:, None], 12.0
    assert recognise(yolox(rows)).family is Family.YOLOX
    rows[:, :2], rows[:, 2:4] = 0.5, -0.3
    assert recognise(yolox(rows)).family is Family.YOLOX_GRID


def test_a_model_of_any_size_is_fed_what_it_was_trained_with() -> None:
    meta = {**TWO, "imgsz": "[64, 64]"}
    form = recognise(constant_model(yolov8_output(2, DOG), size=("batch", 3, "height", "width"), meta=meta))
    assert (form.width, form.height) == (64, 64)
    any_size = constant_model(yolov8_output(2, DOG, size=640), size=("batch", 3, "height", "width"), meta=TWO)
    assert (recognise(any_size).width, recognise(any_size).height) == (640, 640)


def test_channels_may_come_last() -> None:
    assert recognise(constant_model(yolov8_output(2, DOG), size=(1, 64, 64, 3))).channels_last


def test_classes_without_names_are_numbered() -> None:
    form = recognise(constant_model(yolov8_output(12, DOG)))
    assert (form.classes[0], form.classes[11]) == ("class-00", "class-11")


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "not_onnx"),
        (b"\xff\xd8\xff\xe0 no model, but a picture" * 100, "not_onnx"),
        (b"GIF89a" + bytes(1000), "not_onnx"),
        (message(2, "a protocol buffer with no graph"), "not_onnx"),
        (number(1, 8) + message(7, b""), "cannot_load"),
    ],
)
def test_what_is_no_model_is_refused(data: bytes, cause: str) -> None:
    assert refusal(data) == cause


def test_a_model_that_was_cut_off_is_refused() -> None:
    whole = tiny()
    assert refusal(whole[: len(whole) // 2]) == "not_onnx"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 10_000))
def test_no_bytes_whatever_make_the_reader_fail_otherwise(noise: bytes, at: int) -> None:
    whole = tiny()
    for data in (noise, whole[: at % len(whole)] + noise + whole[at % len(whole) :]):
        try:
            onnxfile.check(data)
        except Refused as error:
            assert error.cause in {"not_onnx", "external_data", "custom_operators"}  # noqa: PT017  either is right


def test_weights_in_another_file_are_refused() -> None:
    location = message(13, message(1, "location") + message(2, "../../secrets/postgres")) + number(14, 1)
    output = yolov8_output(2, DOG)
    assert refusal(constant_model(output, weight=location)) == "external_data"
    hidden = message(5, message(1, "value") + message(5, tensor("t", output, location)))
    assert refusal(constant_model(output, node=hidden)) == "external_data"
    inner = message(5, message(1, "body") + message(6, message(5, tensor("t", output, location))))
    assert refusal(constant_model(output, node=inner)) == "external_data"
    sparse = message(5, message(1, "sparse") + message(22, message(1, tensor("t", output, location))))
    assert refusal(constant_model(output, node=sparse)) == "external_data"


def test_operators_that_need_a_library_are_refused() -> None:
    output = yolov8_output(2, DOG)
    assert refusal(constant_model(output, domains=("", "maker.example"))) == "custom_operators"
    assert refusal(constant_model(output, node=message(7, "maker.example"))) == "custom_operators"


def test_graphs_nested_without_end_are_refused() -> None:
    graph = message(2, "leaf")
    for _ in range(50):
        graph = message(1, message(4, "If") + message(5, message(1, "then_branch") + message(6, graph)))
    assert refusal(number(1, 8) + message(7, graph)) == "not_onnx"


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (constant_model(np.zeros((1, 25200, 85), np.float32), size=(1, 3, 640, 640)), "unknown_outputs"),
        (constant_model(np.zeros((1, 300, 6), np.float32)), "unknown_outputs"),
        (constant_model(np.zeros((1, 1000), np.float32)), "unknown_outputs"),
        (constant_model(yolov8_output(2, DOG), outputs=2), "unknown_outputs"),
        (constant_model(yolov8_output(2, [(1, 7.0, (32, 32, 8, 8))])), "unknown_outputs"),
        (constant_model(yolov8_output(2, DOG), meta={"task": "pose"}), "not_a_detector"),
        (constant_model(yolov8_output(2, DOG), size=(8, 3, 64, 64)), "unknown_input"),
        (constant_model(yolov8_output(2, DOG), size=(1, 1, 64, 64)), "unknown_input"),
        (constant_model(yolov8_output(2, DOG), size=(1, 3, 70, 64)), "unknown_input"),
        (constant_model(yolov8_output(2, DOG), size=(1, 3, 65536, 65536)), "unknown_input"),
        (constant_model(yolov8_output(2, DOG), size=(1, 3)), "unknown_input"),
        (constant_model(yolov8_output(2, DOG), meta={"names": "{0: 'cat'}"}), "unknown_classes"),
        (constant_model(yolov8_output(2, DOG), meta={"names": "['cat', 7]"}), "unknown_classes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_detector_of_the_two_families_is_refused(data: bytes, cause: str) -> None:
    assert refusal(data) == cause


@pytest.mark.parametrize("names", ["__import__('os').system('touch pwned')", "(" * 5000, "[" + "'x'," * 40_000 + "]"])
def test_metadata_is_read_as_data_and_never_run(names: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert recognise(constant_model(yolov8_output(2, DOG), meta={"names": names})).classes == ("class-0", "class-1")
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_was_added_can_be_read_and_runs(tmp_path: Path) -> None:
    added = models.add(tmp_path, put(tmp_path, tiny()), "tiny", NOW)
    assert models.all_models(tmp_path) == [added] == [models.read(tmp_path, "tiny")]
    found, took_s = models.load(tmp_path, "tiny").detect(np.zeros((64, 64, 3), np.uint8), least=0.5)
    assert [each.label for each in found] == ["狗"]
    assert took_s > 0
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["tiny.json", "tiny.onnx"]


def test_what_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        models.add(tmp_path, put(tmp_path, tiny()[:-100]), "tiny", NOW)
    assert not (tmp_path / "models").exists()


def test_a_model_of_the_same_name_is_replaced(tmp_path: Path) -> None:
    for score in (0.9, 0.6):
        models.add(tmp_path, put(tmp_path, tiny(score)), "tiny", NOW)
    found, _ = models.load(tmp_path, "tiny").detect(np.zeros((64, 64, 3), np.uint8), least=0.5)
    assert [round(each.score, 2) for each in found] == [0.6]


@pytest.mark.parametrize("name", ["", "../up", "a/b", "/etc/passwd", ".hidden", "a" * 64, "a\nb", "-x", "名"])
def test_a_name_that_is_a_way_to_somewhere_is_refused(tmp_path: Path, name: str) -> None:
    file = put(tmp_path, tiny())
    for act in (
        lambda: models.add(tmp_path / "data", file, name, NOW),
        lambda: models.read(tmp_path / "data", name),
        lambda: models.load(tmp_path / "data", name),
        lambda: Networks(tmp_path / "data", Hands()).get(name),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.cause == "bad_name"


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "MAX_BYTES", 1000)
    with pytest.raises(Refused) as caught:
        models.add(tmp_path, put(tmp_path, bytes(1001)), "big", NOW)
    assert caught.value.cause == "too_large"


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.onnx")
    causes = []
    for name in ("pipe.onnx", "", "missing.onnx"):
        with pytest.raises(Refused) as caught:
            models.add(tmp_path, tmp_path / name, "x", NOW)
        causes.append(caught.value.cause)
    assert causes == ["not_a_file", "not_a_file", "cannot_read"]


def test_a_file_that_was_changed_after_it_was_added_is_not_run(tmp_path: Path) -> None:
    models.add(tmp_path, put(tmp_path, tiny()), "tiny", NOW)
    (tmp_path / "models" / "tiny.onnx").write_bytes(tiny(0.5))
    with pytest.raises(Refused) as caught:
        models.load(tmp_path, "tiny")
    assert caught.value.cause == "damaged"


@pytest.mark.parametrize("card", ["", "{", "[]", "{}", '{"family": "rcnn"}'])
def test_a_card_that_was_damaged_is_said_and_not_listed(tmp_path: Path, card: str) -> None:
    models.add(tmp_path, put(tmp_path, tiny()), "tiny", NOW)
    (tmp_path / "models" / "tiny.json").write_text(card)
    assert models.all_models(tmp_path) == []
    with pytest.raises(Refused) as caught:
        models.read(tmp_path, "tiny")
    assert caught.value.cause == "damaged"


def test_a_hash_that_is_wrong_in_the_card_is_not_run(tmp_path: Path) -> None:
    models.add(tmp_path, put(tmp_path, tiny()), "tiny", NOW)
    path = tmp_path / "models" / "tiny.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "sha256": "0" * 64}))
    with pytest.raises(Refused) as caught:
        models.load(tmp_path, "tiny")
    assert caught.value.cause == "damaged"


def test_a_model_is_opened_once_for_all_cameras(tmp_path: Path) -> None:
    models.add(tmp_path, put(tmp_path, tiny()), "tiny", NOW)
    networks = Networks(tmp_path, Hands())
    assert networks.get("tiny") is networks.get("tiny")


def test_a_model_that_is_added_replaced_or_removed_while_running_is_noticed_in_five_seconds(tmp_path: Path) -> None:
    hands = Hands()
    networks = Networks(tmp_path, hands)
    with pytest.raises(Refused):
        networks.get("tiny")
    models.add(tmp_path, put(tmp_path, tiny()), "tiny", NOW)
    hands.now_s = 5.0
    first = networks.get("tiny")
    models.add(tmp_path, put(tmp_path, tiny(0.6)), "tiny", NOW)
    hands.now_s = 10.0
    second = networks.get("tiny")
    assert second is not first
    hands.now_s = 15.0
    assert networks.get("tiny") is second
    (tmp_path / "models" / "tiny.json").unlink()
    hands.now_s = 20.0
    with pytest.raises(Refused):
        networks.get("tiny")


def test_a_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(Refused) as caught:
        models.add(tmp_path, put(tmp_path, tiny()), "tiny", NOW)
    assert caught.value.cause == "cannot_write"


def test_a_length_that_lies_is_refused() -> None:
    assert refusal(struct.pack("B", 7 << 3 | 2) + b"\xff\xff\xff\xff\x0f" + b"abc") == "not_onnx"
