"""``gridhub check`` of cameras: the models and classes they name, and the areas they stand in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub import cli
from ingest.video import models
from tests.fix_models import NANO

HUB = """
areas: areas.geojson
cameras:
  - {{id: cam-1, url: "rtsp://10.0.0.1/a", area: {area}, analyse: {{detect: {{model: {model}, classes: [{name}]}}}}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    features = [
        {"type": "Feature", "geometry": None, "properties": {"path": path, "name": path, "kind": "area"}}
        for path in ("qth", "qth/g1")
    ]
    (tmp_path / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    models.add(tmp_path / "var", NANO, "yolox_nano", datetime(2026, 5, 1, tzinfo=UTC))
    return tmp_path


def checked(folder: Path, capsys: pytest.CaptureFixture[str], area: str, model: str, name: str) -> tuple[object, str]:
    (folder / "hub.yaml").write_text(HUB.format(area=area, model=model, name=name))
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", "-c", str(folder / "hub.yaml")])
    return caught.value.code, capsys.readouterr().err


def test_cameras_whose_model_is_there_have_no_problem(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = checked(folder, capsys, "qth/g1", "yolox_nano", "person")
    assert status == 0, said


@pytest.mark.parametrize(
    ("area", "model", "name", "words"),
    [
        ("qth/g1", "yolox-nano", "person", "analyse.detect.model: there is no model 'yolox-nano'; did you mean"),
        ("qth/g1", "yolox_nano", "persn", "analyse.detect.classes[0]: the model 'yolox_nano' does not know 'persn'"),
        ("qth", "yolox_nano", "person", "area: 'qth' is not a grid: a camera belongs to one of the areas below it"),
    ],
)
def test_what_no_camera_can_use_is_said_with_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str], area: str, model: str, name: str, words: str
) -> None:
    status, said = checked(folder, capsys, area, model, name)
    assert status == 2
    assert "hub.yaml:4:" in said
    assert f"cameras[0].{words}" in said
