"""``gridhub device``: devices on the command line, on a real store."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub import cli
from hub.model.area import Area
from hub.model.observation import Refusal
from hub.model.source import Health, SourceKind, SourceState
from hub.store import Store, areas, devices, health, quarantine, sources
from hub.store.batches import BatchWriter
from hub.store.listen import Listener
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


def gridhub(config: Path, *arguments: str, command: str = "device") -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main([command, *arguments, "-c", str(config)])
    return int(ended.value.code or 0)


def refuse(store: Store, device: str, cause: str = "unknown_device", payload: bytes = b"\xff nonsense") -> None:
    refusal = Refusal(f"t/{device}", cause, f"why {cause}", payload, len(payload), datetime.now(UTC), device)
    BatchWriter(store, "mqtt-9", SourceKind.DEVICE).append([], [refusal])


def stranger(store: Store, device: str) -> None:
    now = datetime.now(UTC)
    head = {"at": "2026-03-01T12:00:00Z", "topic": f"t/{device}", "size_bytes": 2, "head": "aGk="}
    told = {"name": "Pump", "type": "pump"}
    devices.put_strangers(store, [devices.Stranger(device, f"t/{device}", 3, now, now, [head], told)])


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


def test_devices_are_listed_by_what_is_wrong_with_them(
    config: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    health.report(store, [Health("smoke-1", SourceState.WATCHING, "", now, now, {"problems": ["battery"]})], "mqtt-0")
    assert gridhub(config, "list", "--problem", "battery") == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("smoke-1 ")
    assert line.endswith("[battery]")


def test_an_unknown_device_is_listed_with_its_last_word_and_approved_with_area_and_type(
    config: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger(store, "pump-1")
    refuse(store, "pump-1")
    assert gridhub(config, "list", "--unknown") == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("pump-1 ")
    assert "3 × until" in line
    assert line.endswith("t/pump-1  'hi' [Pump, pump]")
    assert gridhub(config, "approve", "pump-1", "new-1") == 1
    assert "say where and what it is, with --area and --type" in capsys.readouterr().err
    assert not sources.get(store, "new-1").approved, "all or none"
    assert gridhub(config, "approve", "pump-1", "--area", "qth/nowhere", "--type", "pump") == 1
    assert gridhub(config, "approve", "pump-1", "--area", GRID, "--type", "Pump!") == 1
    assert gridhub(config, "approve", "pump-1", "new-1", "--area", GRID, "--type", "pump") == 0
    said = capsys.readouterr().err
    assert "1 message of the quarantine will be read again" in said
    assert "warning: there is no type 'pump', built in or under types" in said
    found = sources.get(store, "pump-1")
    assert (found.name, found.type, found.area, found.approved) == ("Pump", "pump", GRID, True)
    assert sources.get(store, "new-1").approved


def test_the_topic_of_an_unknown_device_stays_that_of_its_own_message(config: Path, store: Store) -> None:
    assert config.exists()
    now = datetime.now(UTC)
    bridge = devices.Stranger("pump-1", "bridge/devices", 0, now, now, [], {"name": "Pump"})
    for said, topic in ((bridge, "bridge/devices"), (None, "t/pump-1"), (bridge, "t/pump-1")):
        if said is None:
            stranger(store, "pump-1")
        else:
            devices.put_strangers(store, [said])
        assert devices.unknown(store, "pump-1")["topic"] == topic


def test_an_unknown_device_gets_a_name_and_a_type_that_is_misspelt_is_told(
    config: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger(store, "pump-1")
    how = ("--area", GRID, "--type", "smokee", "--name", "Cellar")
    assert gridhub(config, "approve", "pump-1", "pump-2", *how) == 1
    assert gridhub(config, "approve", "new-1", *how) == 1
    assert gridhub(config, "approve", "pump-1", *how) == 0
    assert "did you mean 'smoke'?" in capsys.readouterr().err
    assert sources.get(store, "pump-1").name == "Cellar"


def test_a_list_with_nothing_in_it_says_so(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--unknown"], ["--problem", "clock"]):
        assert gridhub(config, "list", *arguments) == 0
        assert capsys.readouterr().err == "none\n"


def test_an_unknown_device_is_blocked_and_dismissed(
    config: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger(store, "pump-1")
    assert gridhub(config, "block", "pump-1", "pest-1") == 0
    assert devices.blocked(store) == {"pump-1", "pest-1"}
    assert gridhub(config, "list", "--unknown") == 0
    assert capsys.readouterr().out.count("blocked") == 2
    assert gridhub(config, "dismiss", "pump-1") == 0
    assert devices.blocked(store) == {"pest-1"}
    assert gridhub(config, "dismiss", "pump-1") == 1
    assert gridhub(config, "block", "smoke-1") == 1
    assert gridhub(config, "block", "a b") == 1


def test_what_was_refused_is_listed_shown_read_again_and_deleted(
    config: Path, store: Store, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for cause in ("not_json", "bad_time", "not_json"):
        refuse(store, "smoke-1", cause)
    assert gridhub(config, "list", "--cause", "not_json", command="quarantine") == 0
    said = capfdbinary.readouterr()
    assert [int(line.split()[0]) for line in said.out.splitlines()] == [3, 1]
    assert said.err == b"not_json 2, bad_time 1\n"
    assert gridhub(config, "show", "2", command="quarantine") == 0
    assert capfdbinary.readouterr().out == b"\xff nonsense"
    assert gridhub(config, "replay", command="quarantine") == 1
    assert gridhub(config, "replay", "--cause", "not_json", command="quarantine") == 0
    assert [row["id"] for row in quarantine.asked(store, 0, 10)] == [1, 3]
    assert gridhub(config, "delete", "2", command="quarantine") == 0
    assert gridhub(config, "delete", "--device", "smoke-1", command="quarantine") == 0
    assert gridhub(config, "delete", "2", command="quarantine") == 1
    assert quarantine.page(store, quarantine.Which(), None, 10) == []


def test_a_list_of_a_whole_city_is_imported_in_seconds_and_told_once(
    config: Path, store: Store, tmp_path: Path
) -> None:
    with store.transaction() as tx:
        areas.put(tx, [Area(f"qth/taoshan/n{number}", "N", "grid") for number in range(100)])
    file = tmp_path / "devices.csv"
    lines = [f"d-{number},qth/taoshan/n{number % 100},door,Door {number},10s" for number in range(22_820)]
    file.write_text("\n".join(["id,area,type,name,period", *lines]) + "\n")
    listener = Listener(store.conninfo, ["gridhub_sources"])
    listener.wait(1)
    began_s = time.process_time(), time.monotonic()
    assert gridhub(config, "import", str(file)) == 0
    assert time.process_time() - began_s[0] < 15
    assert time.monotonic() - began_s[1] < 60
    assert len(listener.wait(1)) == 1
    assert listener.wait(0.2) == []
    listener.close()
    known = devices.known(store)
    assert len(known) == 22_820 + 3
    assert known["d-22819"].period == timedelta(seconds=10)
    [row] = store.fetch("select count(*) as count from source_state")
    assert row["count"] == 22_820 + 3, "each of them is not watched yet"
