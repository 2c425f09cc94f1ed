"""A backup holds one moment of a store that is being written; a restored store is the one it was made of."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hub.app import db_check
from hub.app.postgres import EmbeddedPostgres
from hub.cases import intake
from hub.clock import SimulatedClock
from hub.errors import Conflict, HubError, StoreUnavailable
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.model.source import SourceKind
from hub.store import Store, backup, backup_restore, batches, journal, migrate, partitions, people, series, status
from hub.store.backup_file import Backup, BackupRefused
from hub.store.rollup import Rollup
from tests import fix_town
from tests.fix_hub import wait_for
from tests.fix_timescale import empty
from tests.fix_versions import made_at


def quiet(*_: object) -> None:
    """Nobody looks."""


@pytest.fixture
def second(postgres: EmbeddedPostgres, database: str) -> Iterator[str]:
    """Where another database may be made; what a restore leaves is taken away."""
    name = f"{conninfo_to_dict(database)['dbname']}_second"
    yield postgres.conninfo(name)
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as connection:
        for each in (name, f"{name}_restoring", f"{name}_before_restore"):
            connection.execute(f'drop database if exists "{each}" with (force)'.encode())


def restored(conninfo: str, path: Path, *, force: bool = False) -> list[str]:
    with Backup(path) as file:
        return backup_restore.restore(conninfo, file, quiet, force=force)


def counted(store: Store) -> dict[str, list[dict[str, Any]]]:
    """What all observations come to, those included that were dropped after they had been counted."""
    Rollup(store, SimulatedClock(fix_town.T0 + timedelta(days=2))).catch_up()
    query = "select series, ts, count, bad, sum, min, max, last, last_ts from rollup_{} order by 1, 2"
    return {level: store.fetch(query.format(level).encode()) for level in ("minute", "hour", "day")}


def aged(store: Store) -> None:
    """A town of which the observations of the first day were counted and dropped."""
    fix_town.live_in(store)
    counted(store)
    partitions.drop_before(store, series.RAW[SourceKind.DEVICE], fix_town.T0 - timedelta(days=1))


def same(found: dict[str, list[str]], expected: dict[str, list[str]]) -> bool:
    """But for how it is counted, which is not the same everywhere."""
    names = [name for name in expected if not name.startswith("rollup")]
    return {name: found[name] for name in names} == {name: expected[name] for name in names}


def test_a_restored_store_is_equal_to_the_one_that_was_backed_up(either: Store, second: str, tmp_path: Path) -> None:
    """That of TimescaleDB is restored on plain PostgreSQL."""
    aged(either)
    before, sums = fix_town.content(either), counted(either)
    backup.write(either, tmp_path / "b.zip", quiet)
    assert restored(second, tmp_path / "b.zip") == []
    with Store.open(second, "test") as store:
        assert same(fix_town.content(store), before)
        assert before["observation_device"]
        assert store.fetch("select * from session") == [], "everybody signs in again"
        if either.copies:
            assert fix_town.content(store) == before, "rollups too"
        assert counted(store) == sums
        assert min(row["ts"] for row in sums["day"]) < fix_town.T0 - timedelta(days=2), "what was dropped is counted"


def test_what_was_backed_up_anywhere_is_restored_on_timescale(
    either: Store, timescale: Store, tmp_path: Path
) -> None:
    aged(either)
    before, sums = fix_town.content(either, without=()), counted(either)
    backup.write(either, tmp_path / "b.zip", quiet)
    empty(timescale)
    with Backup(tmp_path / "b.zip") as file:
        backup_restore.fill(timescale, file, quiet)
        backup_restore.prove(timescale, file, quiet)
    assert same(fix_town.content(timescale, without=()), before)
    assert counted(timescale) == sums


def test_a_backup_of_a_store_that_is_being_written_is_one_moment(
    postgres_store: Store, second: str, tmp_path: Path
) -> None:
    """Batches without holes, each with all it says; alerts with their journal; and writers go on where they were."""
    fix_town.found(postgres_store)
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        devices = batches.BatchWriter(postgres_store, "mqtt-0", SourceKind.DEVICE)
        number = 0
        while not stop.is_set():
            number += 1
            devices.append([fix_town.smoke(number * 100 + each) for each in range(50)])
            with postgres_store.transaction() as tx:
                fired = replace(fix_town.FIRE, fingerprint=f"smoke@{number}")
                intake.carry_out(tx, [fired], fix_town.T0 + timedelta(seconds=number))
            if number == 20:
                written.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert written.wait(30)
        manifest = backup.write(postgres_store, tmp_path / "b.zip", quiet)
    finally:
        stop.set()
        thread.join(30)
    assert manifest.journal_id < journal.last_id(postgres_store), "it was written while the backup was made"
    restored(second, tmp_path / "b.zip")
    with Store.open(second, "test") as store:
        clock = fix_town.set_back(store)
        findings = db_check.everything(store, tmp_path, clock, 10, quiet, repair=False)
        assert [finding.sentence for finding in findings] == []
        [head] = store.fetch("select last_seq from writer")
        again = batches.BatchWriter(store, "mqtt-0", SourceKind.DEVICE).append([fix_town.smoke(-5)])
        assert again is not None
        assert again.seq == head["last_seq"] + 1


def test_nothing_is_dropped_by_age_while_a_backup_reads_it(postgres_store: Store, tmp_path: Path) -> None:
    fix_town.live_in(postgres_store)
    table = series.RAW[SourceKind.DEVICE]
    later = fix_town.T0 + timedelta(days=60)
    dropped: list[list[str]] = []

    def look(what: str, done: int, total: int) -> None:
        if what == "observation_device" and done == 0:
            dropped.append(partitions.drop_before(postgres_store, table, later))

    manifest = backup.write(postgres_store, tmp_path / "b.zip", look)
    assert dropped == [[]]
    assert {each.name: each.rows for each in manifest.tables}["observation_device"] == 93
    assert partitions.drop_before(postgres_store, table, later) != []


def test_a_store_with_something_in_it_is_replaced_only_when_asked(
    postgres_store: Store, second: str, tmp_path: Path
) -> None:
    fix_town.live_in(postgres_store)
    backup.write(postgres_store, tmp_path / "b.zip", quiet)
    restored(second, tmp_path / "b.zip")
    told: list[str] = []
    with Store.open(second, "test", replaced=lambda: told.append("replaced")) as store:
        with store.transaction() as tx:
            tx.execute("insert into person (name, password_hash) values ('late', 'x')")
        with pytest.raises(Conflict, match="--force"):
            restored(second, tmp_path / "b.zip")
        assert len(people.list_people(store)) == 2
        restored(second, tmp_path / "b.zip", force=True)
        with pytest.raises(StoreUnavailable):
            people.list_people(store)
    assert told == ["replaced"], "whoever knew the one before begins anew"
    with Store.open(second, "test") as store:
        assert [person.name for person in people.list_people(store)] == ["wang"]
        assert databases(store, second) == [conninfo_to_dict(second)["dbname"]], "nothing is left behind"


def databases(store: Store, conninfo: str) -> list[str]:
    """Those that are named after that of ``conninfo``."""
    query = "select datname from pg_database where starts_with(datname, %s) order by 1"
    return [row["datname"] for row in store.fetch(query, [conninfo_to_dict(conninfo)["dbname"]])]


def test_a_database_of_an_earlier_version_is_upgraded_on_its_way(
    empty_database: str, second: str, tmp_path: Path
) -> None:
    with Store.open(empty_database, "test") as store:
        made_at(store, "0003_ledger")
        backup.write(store, tmp_path / "b.zip", quiet)
    assert restored(second, tmp_path / "b.zip") == [name for name in migrate.versions() if name > "0003_ledger"]
    with Store.open(second, "test") as store:
        assert len(store.fetch("select * from observation_device")) == 4


def rewritten(path: Path, change: dict[str, Any]) -> Path:
    """The same backup with another manifest."""
    other = path.with_name("other.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, json.dumps({**json.loads(text), **change}) if name == "manifest.json" else text)
    return other


@pytest.fixture
def written(postgres_store: Store, tmp_path: Path) -> Path:
    fix_town.live_in(postgres_store)
    backup.write(postgres_store, tmp_path / "b.zip", quiet)
    return tmp_path / "b.zip"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"format": 2}, "made by gridhub .* which this one does not know"),
        ({"schema": ["0001_spine", "9999_later"]}, "newer gridhub .* it has 9999_later"),
        ({"journal_hash": "00"}, "the journal does not end as it did"),
        ({"sequences": [{"name": "Robert'; drop table", "value": 1, "called": True}]}, "names what can be no table"),
        ({"surprise": 1}, "its table of contents cannot be read"),
    ],
)
def test_a_backup_that_is_not_of_this_version_is_refused_and_nothing_is_left(
    written: Path, second: str, postgres_store: Store, change: dict[str, Any], expected: str
) -> None:
    with pytest.raises(HubError, match=expected):
        restored(second, rewritten(written, change))
    assert databases(postgres_store, second) == []


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, second: str) -> None:
    (tmp_path / "text").write_text("it is not")
    with pytest.raises(BackupRefused, match="is no backup"):
        restored(second, tmp_path / "text")
    with pytest.raises(BackupRefused, match="there is no file"):
        restored(second, tmp_path / "nothing")


def test_whatever_bit_is_changed_no_wrong_row_is_restored(
    written: Path, postgres_store: Store, tmp_path: Path
) -> None:
    """Either the file is refused, or the bit means nothing."""
    whole = written.read_bytes()
    chance, refused = random.Random(4), 0
    with Backup(written) as file:
        expected = {table.name: b"".join(file.chunks(table.part)) for table in file.manifest.tables}
        manifest = file.manifest
    for _ in range(400):
        at = chance.randrange(len(whole))
        harmed = bytearray(whole)
        harmed[at] ^= 1 << chance.randrange(8)
        (tmp_path / "harmed").write_bytes(harmed)
        try:
            with Backup(tmp_path / "harmed") as file:
                file.verify(lambda _: None)
                found = {table.name: b"".join(file.chunks(table.part)) for table in file.manifest.tables}
                assert (file.manifest, found) == (manifest, expected)
        except BackupRefused:
            refused += 1
    assert refused > 200
    for size in (0, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "harmed").write_bytes(whole[:size])
        with pytest.raises(BackupRefused):
            Backup(tmp_path / "harmed")


def test_a_disk_that_is_full_leaves_no_half_of_a_backup(postgres_store: Store, tmp_path: Path) -> None:
    fix_town.live_in(postgres_store)
    target = Path("/dev/full")
    with pytest.raises(BackupRefused, match="exists already"):
        backup.write(postgres_store, target, quiet)
    folder = tmp_path / "read-only"
    with pytest.raises(BackupRefused, match="cannot be written"):
        backup.write(postgres_store, folder / "b.zip", quiet)


WRITE = """
import sys
from pathlib import Path
from hub.store import Store, backup
with Store.open(sys.argv[1], "test") as store:
    backup.write(store, Path(sys.argv[2]), lambda what, done, total: print(what, flush=True))
"""


def test_a_backup_that_is_killed_leaves_no_file_of_that_name_and_holds_up_nobody(
    postgres_store: Store, database: str, tmp_path: Path
) -> None:
    fix_town.live_in(postgres_store)
    target = tmp_path / "b.zip"
    backing_up = subprocess.Popen(
        [sys.executable, "-c", WRITE, database, str(target)], stdout=subprocess.PIPE, text=True
    )
    assert backing_up.stdout is not None
    with backing_up.stdout:
        for line in backing_up.stdout:
            if line.strip() == "alert":
                backing_up.kill()
                break
    backing_up.wait()
    assert not target.exists()
    table, later = series.RAW[SourceKind.DEVICE], fix_town.T0 + timedelta(days=60)
    wait_for(lambda: partitions.drop_before(postgres_store, table, later), 10, "what is over can be dropped again")
    backup.write(postgres_store, target, quiet)
    with Backup(target) as file:
        file.verify(lambda _: None)


RESTORE = """
import sys
from pathlib import Path
from hub.store import backup_restore
from hub.store.backup_file import Backup
with Backup(Path(sys.argv[2])) as file:
    backup_restore.restore(sys.argv[1], file, lambda what, done, total: print(what, flush=True), force=True)
"""


LEFT = {"restore_after_switch": "_before_restore"}


@pytest.mark.parametrize("point", ["reading", "area", "journal", "restore_renamed", "restore_after_switch"])
def test_a_restore_that_is_killed_leaves_one_whole_store_and_can_be_done_again(
    written: Path, second: str, postgres_store: Store, point: str
) -> None:
    restored(second, written)
    with Store.open(second, "test") as store:
        people.add(store, Person("late", (Grant(Role.OPERATOR),)), "x")
    environment = {**os.environ, "GRIDHUB_CRASH_AT": point}
    restoring = subprocess.Popen(
        [sys.executable, "-c", RESTORE, second, str(written)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert restoring.stdout is not None
    with restoring.stdout:
        for line in restoring.stdout:
            if line.strip() == point:
                restoring.kill()
                break
    assert restoring.wait() == -signal.SIGKILL
    names = {"restore_after_switch": ["wang"]}.get(point, ["late", "wang"])
    with Store.open(second, "test") as store:
        assert [person.name for person in people.list_people(store)] == names
        left = f"{conninfo_to_dict(second)['dbname']}{LEFT.get(point, '_restoring')}"
        told = status.troubles(status.read(store, fix_town.T0, {}), None, fix_town.T0)
        assert any(f'drop database "{left}"' in sentence for sentence in told) is (point != "reading"), told
    wait_for(lambda: retried(second, written), 10, "the lock of the restore that was killed is free")
    with Store.open(second, "test") as store:
        assert fix_town.content(store) == fix_town.content(postgres_store)
        assert databases(store, second) == [conninfo_to_dict(second)["dbname"]]


def retried(conninfo: str, path: Path) -> bool:
    try:
        restored(conninfo, path, force=True)
    except Conflict:
        return False
    return True
