"""The passwords of cameras are nowhere in clear in the database, and come back with the right key only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb

from hub.app.app import prepare_store
from hub.clock import SystemClock
from hub.config import Config, load
from hub.config.vault import SecretLost, Vault
from hub.errors import ConfigError, StoreError
from hub.model.area import Area
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, audit, sources

CANARY = "canary-7f3a-wort"
SECRET = {"username": "op", "password": CANARY}
VAULT = Vault("a key of thirty-two characters or more")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def camera(camera_id: str) -> Source:
    config = {"url": "rtsp://10.0.0.5/live", "substream_url": None}
    return Source(camera_id, SourceKind.CAMERA, "city/g1", "camera", camera_id, config, SECRET, "api")


@pytest.fixture
def city(store: Store) -> Store:
    with store.transaction() as tx:
        areas.put(tx, [Area("city", "City", "city"), Area("city/g1", "Grid", "grid")])
    return store


def dump(store: Store) -> str:
    """Every row of every table, as a dump has them."""
    names = [row["tablename"] for row in store.fetch("select tablename from pg_tables where schemaname = 'public'")]
    rows = [store.fetch(f'select to_jsonb(t)::text as row from "{name}" t'.encode()) for name in names]  # noqa: S608  names of the catalogue
    return json.dumps([row["row"] for table in rows for row in table], ensure_ascii=False)


def write_clear(store: Store, camera_id: str) -> None:
    """As an older gridhub did."""
    with store.transaction() as tx:
        sources.add(tx, VAULT.seal(camera(camera_id)), NOW)
        tx.execute("update source set secret = %s where id = %s", (Jsonb(SECRET), camera_id))


def write_config(folder: Path, conninfo: str, more: str = "") -> Config:
    (folder / "areas.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": null, '
        '"properties": {"path": "city", "name": "C", "kind": "city"}}, {"type": "Feature", "geometry": null, '
        '"properties": {"path": "city/g1", "name": "G", "kind": "grid"}}]}'
    )
    text = f"store: {{url: '{conninfo}'}}\nareas: areas.geojson\n{more}"
    (folder / "hub.yaml").write_text(text)
    return load(folder / "hub.yaml")


def gridhub(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hub.cli", *arguments, "-c", str(folder / "hub.yaml")]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ}, stdin=subprocess.DEVNULL
    )


def test_a_clear_secret_is_refused_by_the_store(city: Store) -> None:
    with pytest.raises(StoreError, match="not sealed"), city.transaction() as tx:
        sources.add(tx, camera("cam-1"), NOW)
    assert sources.list_sources(city) == []


def test_a_dump_holds_no_password(city: Store) -> None:
    with city.transaction() as tx:
        sources.add(tx, VAULT.seal(camera("cam-1")), NOW)
    text = dump(city)
    assert "cam-1" in text
    assert CANARY not in text
    assert VAULT.unseal(sources.get(city, "cam-1")).secret == SECRET


def test_what_an_older_hub_wrote_in_clear_is_sealed_once_at_the_start(city: Store, tmp_path: Path) -> None:
    for number in range(3):
        write_clear(city, f"cam-{number}")
    assert CANARY in dump(city)
    config = write_config(tmp_path, city.conninfo)
    prepare_store(config, [Area("city", "City", "city"), Area("city/g1", "Grid", "grid")], [], SystemClock())
    assert CANARY not in dump(city)
    vault = Vault.of(config)
    assert [vault.unseal(source).secret for source in sources.list_sources(city)] == [SECRET] * 3
    assert sources.seal_clear(city, vault) == 0
    key = tmp_path / "var" / "secrets" / "camera-key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text().strip() not in dump(city)


def test_the_cameras_of_a_configuration_are_sealed_and_not_changed_by_the_next_start(
    city: Store, tmp_path: Path
) -> None:
    more = f"cameras: [{{id: cam-c, area: city/g1, url: 'rtsp://op:{CANARY}@10.0.0.5/live'}}]\n"
    config = write_config(tmp_path, city.conninfo, more)
    found = [Area("city", "City", "city"), Area("city/g1", "Grid", "grid")]
    seen = []
    for _ in range(2):
        prepare_store(config, found, [], SystemClock())
        seen.append(city.fetch("select updated_at, secret from source where id = 'cam-c'"))
    assert seen[0] == seen[1]
    assert CANARY not in dump(city)


def test_an_upgrade_by_hand_seals_too_and_never_says_the_password(city: Store, tmp_path: Path) -> None:
    write_clear(city, "cam-1")
    write_config(tmp_path, city.conninfo)
    done = gridhub(tmp_path, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert "encrypted the passwords of 1 cameras" in done.stderr
    assert CANARY not in dump(city) + done.stdout + done.stderr


def test_a_new_key_takes_the_place_of_the_old_one_all_at_once(city: Store, tmp_path: Path) -> None:
    key = tmp_path / "camera.key"
    key.write_text("the first key, of more than thirty-two characters\n")
    key.chmod(0o600)
    config = write_config(tmp_path, city.conninfo, f"secrets: {{key_file: {key}}}\n")
    with city.transaction() as tx:
        sources.add_many(tx, [Vault.of(config).seal(camera(f"cam-{number}")) for number in range(3)], NOW)
    old = tmp_path / "old.key"
    key.rename(old)
    key.write_text("the second key, of more than thirty-two characters\n")
    key.chmod(0o600)
    with pytest.raises(SecretLost, match="another key"):
        Vault.of(config).unseal(sources.get(city, "cam-0"))
    wrong = gridhub(tmp_path, "db", "rekey", "--old-key-file", str(key))
    assert wrong.returncode == 1
    assert "another key" in wrong.stderr
    done = gridhub(tmp_path, "db", "rekey", "--old-key-file", str(old))
    assert done.returncode == 0, done.stderr
    assert [Vault.of(config).unseal(source).secret for source in sources.list_sources(city)] == [SECRET] * 3


@pytest.mark.parametrize(("mode", "words"), [(None, "cannot be read"), (0o644, "chmod 600")])
def test_check_says_what_is_wrong_with_the_key_file(
    city: Store, tmp_path: Path, mode: int | None, words: str
) -> None:
    key = tmp_path / "camera.key"
    if mode is not None:
        key.write_text("a key of more than thirty-two characters\n")
        key.chmod(mode)
    write_config(tmp_path, city.conninfo, f"secrets: {{key_file: {key}}}\n")
    done = gridhub(tmp_path, "check")
    assert done.returncode == 2
    assert "secrets.key_file" in done.stderr
    assert words in done.stderr


def test_check_refuses_a_camera_where_no_camera_may_be(city: Store, tmp_path: Path) -> None:
    more = "cameras: [{id: cam-c, area: city/g1, url: 'rtsp://169.254.169.254/x'}]\nnetwork: {cameras: [10.0.0.5/8]}\n"
    with pytest.raises(ConfigError, match=r"did you mean 10\.0\.0\.0/8"):
        write_config(tmp_path, city.conninfo, more)
    write_config(tmp_path, city.conninfo, more.replace("10.0.0.5/8", "10.0.0.0/8"))
    done = gridhub(tmp_path, "check")
    assert done.returncode == 2
    assert "cameras[0].url: the address 169.254.169.254 is in none of the networks" in done.stderr


def keys_of(file: Path) -> list[str]:
    return file.read_text().splitlines()


def test_a_rotation_encrypts_everything_anew_and_keeps_the_key_before(city: Store, tmp_path: Path) -> None:
    config = write_config(tmp_path, city.conninfo)
    running = Vault.of(config)
    with city.transaction() as tx:
        sources.add_many(tx, [running.seal(camera(f"cam-{number}")) for number in range(3)], NOW)
    before, file = sources.list_sources(city), tmp_path / "var" / "secrets" / "camera-key"
    [first] = keys_of(file)
    done = gridhub(tmp_path, "secrets", "rotate")
    assert done.returncode == 0, done.stderr
    assert "encrypted 3 secrets anew" in done.stderr
    assert "the key is in no backup" in done.stderr
    second, kept = keys_of(file)
    assert kept == first != second
    assert file.stat().st_mode & 0o777 == 0o600
    assert not {first, second} & set((done.stdout + done.stderr).split())
    after = sources.list_sources(city)
    assert all(old.secret != new.secret for old, new in zip(before, after, strict=True))
    only_new = Vault(second)
    assert [only_new.unseal(source).secret for source in after] == [SECRET] * 3
    # A process that runs learns of the key by itself, and what is in a backup of before can be read.
    assert [running.unseal(source).secret for source in after] == [SECRET] * 3
    assert [Vault.of(config).unseal(source).secret for source in before] == [SECRET] * 3
    assert [running.same_secret(old, new) for old, new in zip(before, after, strict=True)] == [True] * 3
    assert gridhub(tmp_path, "secrets", "rotate", "--forget").returncode == 0
    assert len(keys_of(file)) == 1
    with pytest.raises(SecretLost, match="another key"):
        Vault.of(config).unseal(before[0])
    noted = [(item.entry.action, item.entry.detail["secrets"]) for item in audit.after(city, 0)]
    assert noted == [("rotate_secrets", 3)] * 2
    assert first not in dump(city)


def test_a_rotation_that_cannot_read_a_secret_changes_nothing_that_is_needed(city: Store, tmp_path: Path) -> None:
    config = write_config(tmp_path, city.conninfo)
    with city.transaction() as tx:
        sources.add(tx, Vault.of(config).seal(camera("cam-1")), NOW)
        sources.add(tx, Vault("quite another key, of more than 32 characters").seal(camera("cam-2")), NOW)
    done = gridhub(tmp_path, "secrets", "rotate")
    assert done.returncode == 1
    assert "another key" in done.stderr
    assert Vault.of(config).unseal(sources.get(city, "cam-1")).secret == SECRET


def test_a_lost_key_is_said_clearly(city: Store, tmp_path: Path) -> None:
    write_config(tmp_path, city.conninfo, f"secrets: {{key_file: {tmp_path / 'gone.key'}}}\n")
    done = gridhub(tmp_path, "secrets", "rotate")
    assert done.returncode == 1
    assert f"the key file {tmp_path / 'gone.key'} cannot be read" in done.stderr


def test_check_says_what_is_wrong_with_the_certificate_of_the_console(city: Store, tmp_path: Path) -> None:
    write_config(tmp_path, city.conninfo, "web: {key: hub.key}\n")
    done = gridhub(tmp_path, "check")
    assert done.returncode == 2
    assert f"web.key: there is no file {tmp_path / 'hub.key'}" in done.stderr
    assert "web.key: is of no use without web.certificate" in done.stderr
