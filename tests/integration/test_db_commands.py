"""``gridhub db`` as people use it: what it says, its exit status, and that it finds a store when no hub runs."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hub import cli
from hub.app.postgres import EmbeddedPostgres
from hub.clock import SystemClock
from hub.config.vault import Vault
from hub.model.area import Area
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, partitions, series, sources
from tests import fix_town

KEY = "a key of more than thirty-two characters"


class Command:
    """``gridhub db`` with a configuration of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.config = folder / "hub.yaml"
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        folder.mkdir(exist_ok=True)
        known = [Area("qth", "Q", "city"), Area("qth/taoshan", "T", "district"), Area(fix_town.GRID, "G", "grid")]
        properties = [{"path": area.path, "name": area.name, "kind": area.kind} for area in known]
        features = [{"type": "Feature", "properties": each, "geometry": None} for each in properties]
        (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))

    def of(self, conninfo: str | None, port: int = 8000) -> Command:
        store = "" if conninfo is None else f"store: {{url: {json.dumps(conninfo)}}}\n"
        self.config.write_text(f"listen: 127.0.0.1:{port}\nareas: areas.geojson\ndata_dir: var\n{store}")
        return self

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """The exit status, what is for programs, and what is for people."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(""))
        with pytest.raises(SystemExit) as ended:
            cli.main(["db", *arguments, "-c", str(self.config)])
        said = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    @property
    def key_file(self) -> Path:
        return self.folder / "var" / "secrets" / "camera-key"


@pytest.fixture
def gridhub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setattr("hub.log.setup", lambda *_: None)
    return Command(tmp_path / "hub", monkeypatch, capsys)


@pytest.fixture
def elsewhere(postgres: EmbeddedPostgres, database: str) -> Iterator[str]:
    """A database that is not there yet."""
    name = f"{conninfo_to_dict(database)['dbname']}_elsewhere"
    yield postgres.conninfo(name)
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)'.encode())


def test_the_status_of_a_store_is_told_to_people_and_to_programs(gridhub: Command, store: Store) -> None:
    fix_town.live_in(store)
    now = SystemClock().now()
    for table in series.RAW.values():
        partitions.ensure(store, table, table.period.touched(now, now + timedelta(days=3)))
    gridhub.of(store.conninfo)
    status, said, complaint = gridhub("status")
    assert status == 0, complaint
    for words in ("observation_device", "mqtt-0", "rules", "connections", "partitions ahead", "free"):
        assert words in said
    status, said, _ = gridhub("status", "--json")
    found = json.loads(said)
    assert status == 0
    assert found["troubles"] == []
    assert {writer["name"]: writer["rows_of_day"] for writer in found["writers"]} == {"mqtt-0": 93, "video-0": 4}
    sizes = {table["name"]: table["size_bytes"] for table in found["tables"]}
    assert sizes["observation_device"] > 0
    assert sum(sizes.values()) < found["size_bytes"]
    assert {reader["writer"]: reader["batches"] for reader in found["readers"] if reader["reader"] == "rules"} == {
        "mqtt-0": 3, "video-0": 3,
    }  # fmt: skip


def test_what_needs_attention_is_said_and_is_the_exit_status(gridhub: Command, store: Store) -> None:
    status, _, complaint = gridhub.of(store.conninfo)("status")
    assert (status, "no partition for tomorrow" in complaint) == (1, True), complaint


def test_a_store_that_is_right_is_said_to_be(gridhub: Command, store: Store) -> None:
    fix_town.found(store)
    gridhub.of(store.conninfo)
    assert gridhub("check") == (0, "", "the store is right\nthe journal has 0 rows\n")
    assert gridhub("upgrade") == (0, "", "the store is up to date\n")
    with store.transaction() as tx:
        tx.execute("delete from gap")
    status, _, said = gridhub("check")
    assert (status, "3 findings" in said) == (1, True), said


def test_a_backup_says_what_is_in_it_and_only_its_owner_can_read_it(
    gridhub: Command, store: Store, tmp_path: Path
) -> None:
    fix_town.live_in(store)
    file = tmp_path / "hub.backup"
    status, _, said = gridhub.of(store.conninfo)("backup", str(file))
    assert status == 0
    assert "not in it: video" in said
    assert "not in it: the key" in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    status, _, said = gridhub("backup", str(file))
    assert (status, "exists already" in said) == (1, True), said


@pytest.mark.parametrize("with_key", [True, False])
def test_passwords_of_cameras_can_be_read_after_a_restore_on_a_new_machine_where_the_key_came_along(
    gridhub: Command, store: Store, elsewhere: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], with_key: bool,
) -> None:  # fmt: skip
    with store.transaction() as tx:
        areas.put(
            tx, [Area("qth", "Q", "city"), Area("qth/taoshan", "T", "district"), Area(fix_town.GRID, "G", "grid")]
        )
        camera = Source(
            "cam-9", SourceKind.CAMERA, fix_town.GRID, "camera", "C", origin="api", secret={"password": "x"}
        )
        sources.add(tx, Vault(KEY).seal(camera), fix_town.T0)
    gridhub.of(store.conninfo).key_file.parent.mkdir(parents=True)
    gridhub.key_file.touch(mode=0o600)
    gridhub.key_file.write_text(KEY)
    file = str(tmp_path / "hub.backup")
    gridhub("backup", file, *(["--with-key"] if with_key else []))
    new = Command(tmp_path / "new", monkeypatch, capsys).of(elsewhere)
    status, _, said = new("restore", file)
    assert status == 0, said
    lost = "1 password of cameras cannot be read with the key that is here"
    assert (lost in said) is not with_key
    with Store.open(elsewhere, "test") as there:
        sealed = sources.get(there, "cam-9")
    kept = new.key_file.read_text().strip()
    assert (kept == KEY) is with_key
    assert stat.S_IMODE(new.key_file.stat().st_mode) == 0o600
    if with_key:
        assert Vault(kept).unseal(sealed).secret == {"password": "x"}


def test_a_store_that_is_used_is_not_replaced_without_force(gridhub: Command, store: Store, tmp_path: Path) -> None:
    file = str(tmp_path / "hub.backup")
    gridhub.of(store.conninfo)("backup", file)
    status, _, said = gridhub("restore", file)
    assert (status, "--force" in said) == (1, True), said


def test_an_embedded_store_is_started_for_a_command_where_no_hub_runs(
    gridhub: Command, store: Store, tmp_path: Path
) -> None:
    """A new machine: a configuration, a backup, and nothing else."""
    fix_town.live_in(store)
    file = str(tmp_path / "hub.backup")
    gridhub.of(store.conninfo)("backup", file)
    gridhub.of(None)
    status, _, said = gridhub("status")
    assert (status, "there is no store in" in said) == (1, True), said
    status, _, said = gridhub("restore", file)
    assert status == 0, said
    status, said, complaint = gridhub("status", "--json")
    assert [writer["last_seq"] for writer in json.loads(said)["writers"]] == [5, 4], complaint
    data = gridhub.folder / "var" / "postgres" / "data"
    assert not (data / "postmaster.pid").exists(), "the server has ended with the command"
