"""A database of every earlier version, with rows in it, is upgraded to the newest and says what it said before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.app import db_check
from hub.clock import SimulatedClock
from hub.store import Store, journal, migrate
from hub.store.rollup import Rollup
from tests.fix_versions import FOLDER, made_at

VERSIONS = migrate.versions()
LATER = datetime(2026, 3, 2, 12, tzinfo=UTC)
UPGRADE = "import sys; from hub.store import Store, migrate; migrate.upgrade(Store.open(sys.argv[1], 'upgrade'))"


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in store.fetch(query.encode())]


def is_right(store: Store, version: str, folder: Path) -> None:
    """Everything that ``tests/migrations`` has put there is there, in the words of today."""
    assert rows(store, "select id, kind, area, type, name, origin, approved, secret from source order by id") == [
        ("cam-1", "camera", "qth/t/g1", "camera", "Camera", "config", True, {"sealed": "v1.12345678.AAAA"}),
        ("door-1", "device", "qth/t/g1", "door", "Door", "api", False, None),
        ("smoke-1", "device", "qth/t/g1", "smoke", "Smoke", "api", True, None),
    ]
    assert rows(store, "select source, state, to_char(known_since, 'HH24:MI') from source_state order by source") == [
        ("cam-1", "watching", "09:00"), ("door-1", "unknown", "09:00"), ("smoke-1", "silent", "11:00"),
    ]  # fmt: skip
    times = "to_char(began_at, 'HH24:MI') as first, to_char(ended_at, 'HH24:MI') as last"
    assert rows(store, f"select source, scope, cause, state, {times} from gap order by 1, began_at") == [  # noqa: S608  of constants
        ("cam-1", "watch", "worker", "unknown", "09:00", "09:30"),
        ("cam-1", "watch", "network", "stalled", "09:30", "10:00"),
        ("door-1", "watch", "worker", "unknown", "09:00", None),
        ("smoke-1", "watch", "network", "silent", "11:00", None),
    ]
    assert rows(store, "select rule, state, acked_by, incident, evidence -> 0 ->> 'value' from alert order by id") == [
        ("smoke", "acknowledged", "wang", 1, "0.5"), ("heat", "resolved", None, 2, None),
    ]  # fmt: skip
    granted = "select name, role, area, password_hash, disabled from person join person_grant on person = name"
    assert rows(store, f"{granted} where name <> 'zhao' order by name") == [  # he came with 0013
        ("li", "operator", "qth/t", "another", False), ("wang", "administrator", None, "a hash", False),
    ]  # fmt: skip
    given = rows(store, "select name from person where password_given")
    assert given == ([("li",)] if version >= "0018" else []), "nobody is asked for another by an upgrade"
    assert rows(store, "select payload, cause from quarantine") == [(b"\x00\xff", "not_json")]
    assert rows(store, "select source, key from arrival") == [("smoke-1", "m1")]
    assert rows(store, "select writer, seq from reader_offset where reader = 'rules' order by 1") == [
        ("mqtt-0", 1), ("video-0", 1),
    ]  # fmt: skip
    assert rows(store, "select offsets, state from reader_checkpoint") == [({"mqtt-0": 1}, {"smoke": [1, 2]})]
    assert rows(store, "select camera, path, eventful from segment") == [
        ("cam-1", "recordings/cam-1/2026-03-01/100000-000.mp4", False)
    ]
    assert (journal.first_broken(store), journal.last_id(store)) == (None, 4)
    has_rows = version >= "0002"
    if has_rows:
        observations_are_right(store)
    (folder / "recordings/cam-1/2026-03-01").mkdir(parents=True, exist_ok=True)
    (folder / "recordings/cam-1/2026-03-01/100000-000.mp4").touch()
    days = 4 if has_rows else 0  # the first version had batches before there was anything to put into them
    findings = db_check.everything(store, folder, SimulatedClock(LATER), days, lambda *_: None, repair=False)
    assert [finding.sentence for finding in findings] == []


def observations_are_right(store: Store) -> None:
    what = "s.source, s.metric, to_char(o.ts, 'DD HH24:MI'), o.value, o.key, o.text, o.attrs, o.batch, o.quality"
    found = {
        kind: rows(store, f"select {what} from observation_{kind} o join series s on s.id = o.series order by 1, o.ts")  # noqa: S608  of constants
        for kind in ("camera", "device")
    }
    # Of what sources that are gone have said, the kind is not known any more: it is in either table.
    gone = ("gone-1", "smoke", "01 12:02", None, "", "open", None, 1, 0)
    assert sum(gone in lines for lines in found.values()) == 1
    assert {kind: [line for line in lines if line != gone] for kind, lines in found.items()} == {
        "camera": [("cam-1", "motion", "01 12:00", 0.5, "", None, None, 3, 0)],
        "device": [
            ("smoke-1", "smoke", "01 12:00", 0.1, "", None, None, 1, 0),
            ("smoke-1", "smoke", "01 12:01", 0.25, "k", None, {"box": [1, 2]}, 1, 0),
            ("smoke-1", "smoke", "02 00:00", 1e300, "", None, None, 2, 0),
        ],
    }
    Rollup(store, SimulatedClock(LATER)).catch_up()
    for level in ("minute", "hour", "day"):
        [counted] = rows(store, f"select sum(count) as a, sum(bad) as b, sum(sum) as c from rollup_{level}")  # noqa: S608  of constants
        assert counted == (3, 1, pytest.approx(0.85)), level  # 1e300 is no value that can be added up


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_is_upgraded_from(version: str, fresh: Store, tmp_path: Path) -> None:
    made_at(fresh, version)
    applied = migrate.upgrade(fresh)
    assert applied == [name for name in VERSIONS if name > version]
    is_right(fresh, version, tmp_path)


def test_every_version_is_written_down_and_no_other() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.sql")) == VERSIONS


def schema(store: Store) -> list[tuple[Any, ...]]:
    """Tables, columns, indexes, constraints and triggers, but for partitions."""
    return (
        rows(
            store,
            "select c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull"
            " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
            " where c.relnamespace = 'public'::regnamespace and not c.relispartition and c.relkind in ('r', 'p', 'v')"
            " order by 1, 3",
        )
        + rows(
            store,
            "select c.relname, k.conname, pg_get_constraintdef(k.oid) from pg_constraint k join pg_class c"
            " on c.oid = k.conrelid"
            " where c.relnamespace = 'public'::regnamespace and not c.relispartition order by 1, 2",
        )
        + rows(
            store,
            "select c.relname, i.relname, pg_get_indexdef(x.indexrelid) from pg_index x join pg_class c"
            " on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid"
            " where c.relnamespace = 'public'::regnamespace and not c.relispartition order by 1, 2",
        )
        + rows(
            store,
            "select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal"
            " and c.relnamespace = 'public'::regnamespace and not c.relispartition order by 1, 2",
        )
    )


def test_an_upgraded_database_has_the_schema_of_a_new_one(
    postgres_store: Store, database: str, tmp_path: Path
) -> None:
    expected = schema(postgres_store)
    with postgres_store.transaction() as tx:
        tx.execute("drop schema public cascade; create schema public")
    made_at(postgres_store, "0002_observation")
    migrate.upgrade(postgres_store)
    assert schema(postgres_store) == expected


def test_an_upgrade_that_is_killed_before_and_after_every_step_goes_on_where_it_was(
    empty_database: str, tmp_path: Path
) -> None:
    with Store.open(empty_database, "test") as store:
        made_at(store, "0002_observation")
        killed = 0
        for step in range(2 * len(VERSIONS)):
            point = ("migration_applied", "migration_committed")[step % 2]
            argv = [sys.executable, "-c", UPGRADE, empty_database]
            ended = subprocess.run(argv, env={**os.environ, "GRIDHUB_CRASH_AT": point}, check=False)
            if ended.returncode == 0:
                break
            assert ended.returncode == -signal.SIGKILL
            killed += 1
        assert killed == 2 * (len(VERSIONS) - 2)
        is_right(store, "0002_observation", tmp_path)
