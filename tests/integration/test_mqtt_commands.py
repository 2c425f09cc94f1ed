"""``gridhub device``: devices on the command line, on a real store."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub import cli
from hub.model.source import SourceKind
from hub.store import Store, sources
from tests.fix_mqtt import GRID, populate

LIST = f"""\
id,area,type,name
door-1,{GRID},door,Door 1
door-2,{GRID},door,
"""


@pytest.fixture
def config(store: Store, tmp_path: Path) -> Path:
    populate(store)
    path = tmp_path / "hub.yaml"
    path.write_text(f"store: {{url: '{store.conninfo}'}}\nareas: areas.geojson\n")
    return path


def gridhub(config: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["device", *arguments, "-c", str(config)])
    return int(ended.value.code or 0)


def ids(store: Store) -> list[str]:
    return [source.id for source in sources.list_sources(store, SourceKind.DEVICE)]


def test_devices_are_listed_with_their_state(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gridhub(config, "list") == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[3]) for line in lines] == [("new-1", "not"), ("smoke-1", "unknown"), ("water-1", "unknown")]


def test_a_device_is_approved(config: Path, store: Store) -> None:
    assert gridhub(config, "approve", "new-1") == 0
    assert sources.get(store, "new-1").approved


def test_approving_is_for_all_or_none(
    config: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gridhub(config, "approve", "new-1", "nobody-1") == 1
    assert "nobody-1" in capsys.readouterr().err
    assert not sources.get(store, "new-1").approved


def test_a_list_is_imported_and_importing_it_again_changes_nothing(
    config: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "devices.csv"
    file.write_text(LIST)
    assert gridhub(config, "import", str(file)) == 0
    assert ids(store) == ["door-1", "door-2", "new-1", "smoke-1", "water-1"]
    assert gridhub(config, "import", str(file)) == 0
    assert "0 devices imported, 2 were there already" in capsys.readouterr().err


def test_nothing_is_imported_of_a_list_with_a_mistake_unless_told_so(
    config: Path, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "devices.csv"
    file.write_text(LIST + "door-3,qth/nowhere,door,\nsmoke-1,qth/taoshan/g1,air,\n")
    assert gridhub(config, "import", str(file)) == 2
    said = capsys.readouterr().err
    assert f"{file}:4:" in said
    assert f"{file}:5:" in said
    assert "nothing was imported" in said
    assert len(ids(store)) == 3
    assert gridhub(config, "import", "--partial", str(file)) == 1
    assert ids(store) == ["door-1", "door-2", "new-1", "smoke-1", "water-1"]


def test_a_file_that_is_not_there_is_one_sentence(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gridhub(config, "import", "no-such.csv") == 1
    assert "no-such.csv cannot be read: No such file or directory" in capsys.readouterr().err
