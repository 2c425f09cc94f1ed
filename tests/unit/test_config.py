"""Every mistake in a configuration is named with its line and key, all of them at once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from hub.config import broker_access, load, store_access
from hub.config.access import camera_source
from hub.config.check import check
from hub.config.settings import RecordSettings
from hub.errors import ConfigError
from hub.log import redact
from hub.words import counted

GOOD = """\
areas: areas.geojson
cameras:
  - id: cam-1
    url: rtsp://viewer:s3cret-word@10.0.0.1/main
    area: qth/a
    record: {mode: event, keep: 7d}
devices:
  - {id: smoke-1, area: qth/a, type: smoke}
"""


def feature(path: str, **more: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {"path": path, "name": path, "kind": "grid"}, "geometry": None, **more}


SWAPPED = {"type": "Point", "coordinates": [45, 130]}  # latitude first


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    areas = {"type": "FeatureCollection", "features": [feature("qth/a"), feature("qth/b")]}
    (tmp_path / "areas.geojson").write_text(json.dumps(areas))
    return tmp_path


def problems_of(folder: Path, text: str) -> list[str]:
    """``line: key: message`` of every problem, from loading or from checking."""
    file = folder / "hub.yaml"
    file.write_text(text)
    try:
        config = load(file)
    except ConfigError as error:
        found = list(error.problems)
    else:
        _, found = check(config)
    return [f"{problem.line}: {problem.key}: {problem.message}" for problem in found]


def test_a_good_configuration_has_no_problem_and_its_paths_are_absolute(folder: Path) -> None:
    assert problems_of(folder, GOOD) == []
    config = load(folder / "hub.yaml")
    assert config.areas == folder / "areas.geojson"
    assert config.data_dir == folder / "var"
    assert config.cameras[0].record.keep == timedelta(days=7)
    assert config.cameras[0].record.pre == timedelta(seconds=10)


@pytest.mark.parametrize(
    ("change", "into", "expected"),
    [
        ("devices:", "devicess:", "7: devicess: is not a known key; did you mean 'devices'?"),
        ("    record:", "    recrod:", "6: cameras[0].recrod: is not a known key; did you mean 'record'?"),
        ("mode: event", "mode: evnt", "6: cameras[0].record.mode: must be one of continuous, event, off; did you mean"),
        ("keep: 7d", "keep: 7", "6: cameras[0].record.keep: 7 is not a duration"),
        ("keep: 7d", "keep: soon", "6: cameras[0].record.keep: 'soon' is not a duration"),
        ("id: cam-1", "id: [1]", "3: cameras[0].id: must be text: put it into quotes"),
        ("id: cam-1", "id: cam/1", "3: cameras[0].id: 'cam/1' is not an id"),
        ("area: qth/a\n", "area: qth/c\n", "5: cameras[0].area: 'qth/c' is not in areas.geojson; did you mean"),
        ("id: smoke-1", "id: cam-1", "8: devices[0].id: 'cam-1' is already an id in line 3"),
        (
            "    record:",
            "    zones: [{name: 大 门, polygon: [[0, 0], [1, 0], [1, 1]]}]\n    record:",
            "6: cameras[0].zones[0].name: '大 门' is not a name here: letters of any script, digits, - and _",
        ),
        (
            "    record:",
            "    lines: [{name: 门, points: [[0, 0], [1, 1]]}, {name: 门, points: [[0, 1], [1, 1]]}]\n    record:",
            "6: cameras[0].lines: two are called '门'",
        ),
        ("rtsp://", "http://", "4: cameras[0].url: must be a URL that starts with rtsp:// or rtsps://"),
        (", type: smoke", "", "8: devices[0]: 'type' is missing"),
        ("areas: areas.geojson", "areas: nowhere.geojson", "1: areas: the file it names is wrong:"),
        ("devices:", "listen: '8000'\ndevices:", "7: listen: "),
        ("devices:", "listen: 'a:99999'\ndevices:", "7: listen: port 99999 is not between 1 and 65535"),
        ("devices:", "store: {url: 'mysql://x'}\ndevices:", "7: store.url: must be a URL that starts with postgresql"),
        ("devices:", "areas: x\ndevices:", "7: areas: appears twice; first in line 1"),
        ("devices:", "devices: [", "8: : is not YAML: "),
    ],
)
def test_a_mistake_is_named_with_line_and_key(folder: Path, change: str, into: str, expected: str) -> None:
    assert change in GOOD
    found = problems_of(folder, GOOD.replace(change, into, 1))
    assert any(line.startswith(expected) for line in found), found


def test_all_mistakes_are_named_at_once(folder: Path) -> None:
    text = GOOD.replace("7d", "soon").replace("rtsp://", "http://").replace("type: smoke", "typ: smoke")
    assert len(problems_of(folder, text)) == 4  # the misspelt key is also a missing one


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        ({"type": "FeatureCollection", "features": []}, "at least 1 of them"),
        ({"type": "FeatureCollection", "features": [feature("qth/a"), feature("qth/a")]}, "appears twice"),
        ({"type": "FeatureCollection", "features": [feature("Qth A")]}, "is not an area path"),
        ({"type": "FeatureCollection", "features": [feature("qth/a", geometry=SWAPPED)]}, "is not a longitude and"),
        ({"type": "Feature"}, "'features' is missing"),
    ],
)
def test_wrong_areas_are_named(folder: Path, areas: object, message: str) -> None:
    (folder / "areas.geojson").write_text(json.dumps(areas))
    assert any(message in line for line in problems_of(folder, GOOD))


def test_parents_that_nobody_described_are_made(folder: Path) -> None:
    (folder / "hub.yaml").write_text(GOOD)
    areas, _ = check(load(folder / "hub.yaml"))
    assert [area.path for area in areas] == ["qth", "qth/a", "qth/b"]


def test_a_file_that_doubles_itself_is_refused(folder: Path) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True):
        bomb += f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n"
    assert "values" in problems_of(folder, bomb)[0]


def test_a_camera_keeps_its_password_apart_from_its_address(folder: Path) -> None:
    (folder / "hub.yaml").write_text(GOOD)
    source = camera_source(load(folder / "hub.yaml"), 0)
    assert source.config["url"] == "rtsp://10.0.0.1/main"
    stored = RecordSettings.model_validate(source.config["record"])
    assert stored == RecordSettings(mode="event", keep=timedelta(days=7))
    assert source.secret == {"username": "viewer", "password": "s3cret-word"}
    assert "s3cret-word" not in repr(source)
    assert redact("it said s3cret-word and rtsp://a:b@c/d") == "it said *** and rtsp://***@c/d"


def test_two_installations_share_no_secret_and_one_keeps_its_own(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two", "one"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature("a")]}))
        (folder / "hub.yaml").write_text("areas: areas.geojson\n")
        found.append(store_access(load(folder / "hub.yaml")))
    assert found[0] == found[2] != found[1]
    assert (tmp_path / "one" / "var" / "secrets" / "postgres").stat().st_mode & 0o777 == 0o600


def test_the_broker_may_be_given_with_a_password_file(folder: Path) -> None:
    (folder / "pw").write_text("another-word\n")
    broker = "broker: {url: 'mqtts://broker.city:8884', username: hub, password_file: pw}\n"
    (folder / "hub.yaml").write_text(GOOD + broker)
    access = broker_access(load(folder / "hub.yaml"))
    assert (access.host, access.port, access.username, access.password, access.tls) == (
        "broker.city", 8884, "hub", "another-word", True,
    )  # fmt: skip
    assert problems_of(folder, GOOD + broker.replace("password_file: pw", "password_file: none"))[0].startswith("9: ")


def test_a_setting_at_the_wrong_level_is_told_where_it_belongs(folder: Path) -> None:
    text = GOOD.replace("    record:", "    detect: {model: m}\n    record:")
    (found,) = problems_of(folder, text)
    assert "cameras[0].detect: is not a known key here; did you mean 'analyse.detect'?" in found


def test_one_is_not_counted_as_several() -> None:
    assert [counted(count, "problem") for count in (0, 1, 2)] == ["0 problems", "1 problem", "2 problems"]
