"""Killed at each named point, alone: what was acknowledged is stored once, and nothing half done is left.

The last test reads the source: a point that has no test here, or a test whose point is gone, fails it.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
import timeit
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from hub import crash
from hub.app.postgres import EmbeddedPostgres
from hub.model.observation import Observation
from hub.model.source import SourceKind
from hub.store import Store, alerts, backup, migrate, readings
from hub.store.batches import BatchWriter
from tests.fix_mqtt import REPOSITORY, Broker, City, populate, wait_for
from tests.torture_checks import partitions_left_over, wrong

# Each with the passage at which it strikes: after some that went well, where there are many.
DEVICES = {
    "message_read": 40,
    "series_made": 1,
    "arrivals_written": 2,
    "batch_inserted": 3,
    "rows_written": 3,
    "quarantine_written": 1,
    "before_commit": 3,
    "after_commit": 3,
    "between_acknowledgements": 3,
    "after_acknowledgements": 3,
    "partition_made": 1,
    "health_before_journal": 1,
    "health_before_commit": 1,
}
RULES = {"rules_before_offsets": 2, "rules_after_offsets": 2, "rules_before_commit": 2, "rules_after_commit": 2}
HOUSE = {"partition_dropped": 2}
MIGRATIONS = {"migration_applied": 2, "migration_committed": 1}
RESTORE = {"restore_before_switch": 4, "restore_renamed": 4, "restore_after_switch": 3}
"""With the number of rows that are there after it: of the database as it was, or of the backup."""
_SCHEMA = """
select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
where table_schema = 'public' union all
select tablename, indexname, indexdef, '', '' from pg_indexes where schemaname = 'public' union all
select conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '' from pg_constraint
where connamespace = 'public'::regnamespace union all
select proname, md5(prosrc), '', '', '' from pg_proc where pronamespace = 'public'::regnamespace union all
select name, '', '', '', '' from migration
order by 1, 2, 3
"""
DEADLINE_S = 50.0
_FLOORS = ("hub", "ingest", "rules", "dashboard")


class Victim:
    """``python -m MODULE …``, as often as it is started; ``at`` is a point, or a point and which passage."""

    def __init__(self, log: Path, *argv: str) -> None:
        self._log = log
        self._argv = [sys.executable, "-m", *argv]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, at: str = "") -> None:
        environment = {**os.environ, "GRIDHUB_CRASH_AT": at}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._argv, cwd=REPOSITORY, stdout=log, stderr=log, env=environment)

    def has_died(self) -> bool:
        """As it was asked to. Fails where it ended in another way."""
        assert self._process is not None
        status = self._process.poll()
        assert status in (None, -signal.SIGKILL), f"exit status {status}: {self.said()}"
        return status is not None

    def ends(self, timeout_s: float = 60.0) -> int:
        assert self._process is not None
        return self._process.wait(timeout_s)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise

    def said(self) -> str:
        return self._log.read_text()[-2000:]


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Callable[..., Victim]]:
    """Makes one; it is stopped in the end."""
    made: list[Victim] = []

    def make(*argv: str) -> Victim:
        made.append(Victim(tmp_path / "victim.log", *argv))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def city(store: Store, tmp_path: Path) -> Iterator[City]:
    """Two devices at a mosquitto."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Broker("mosquitto", folder).start()
    populate(store)
    found = City(store, broker, tmp_path)
    (tmp_path / "rules.yaml").write_text("rules: []\n")
    yield found
    found.close()
    broker.stop()


class Talk:
    """What a device says while its worker dies: numbers by time or by id, of several days, now and then nonsense."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._device = city.device()
        self._began = time.time()
        self._mids: dict[int, int] = {}
        self.nonsense: list[int] = []

    def say(self, count: int) -> None:
        for _ in range(count):
            number = len(self._mids)
            sample: dict[str, Any] = {"id": f"m{number}", "values": {"smoke": number}}
            if number % 7:
                days = number % 11 if number % 5 == 0 else 0
                sample["ts"] = round((self._began - 60 - days * 86_400) * 1000) + number
            self._mids[number] = self._device.say("smoke-1", sample)
            if number % 13 == 5:
                self.nonsense.append(self._device.send("gridhub/v1/devices/smoke-1/telemetry", f"nonsense {number}"))

    def wait_acknowledged(self) -> None:
        self._device.flush(*self._mids.values(), *self.nonsense)

    def check(self) -> None:
        """All of it is stored, once; every nonsense is kept, and nothing in the store contradicts itself."""
        wait_for(lambda: len(self._city.stored()) >= len(self._mids), f"{len(self._mids)} are stored", DEADLINE_S)
        assert sorted(self._city.stored()) == sorted(self._mids)
        kept = {row["payload"] for row in readings.quarantined(self._city.store, 1000)}
        assert len(kept) >= min(len(self.nonsense), 1)
        check_store(self._city.store)


def check_store(store: Store) -> None:
    with psycopg.connect(store.conninfo) as connection:
        assert wrong(connection) == []


@pytest.mark.parametrize("point", DEVICES)
def test_a_device_worker_killed_there_loses_and_repeats_nothing(
    city: City, victim: Callable[..., Victim], point: str
) -> None:
    city.worker().stop()  # from now on the broker keeps what it has no worker for
    worker = victim("ingest.mqtt", "-c", str(city.write_config(city.store.conninfo)))
    talk = Talk(city)
    worker.start(f"{point}:{DEVICES[point]}")

    def killed() -> bool:
        talk.say(10)
        talk.wait_acknowledged()
        return worker.has_died()

    wait_for(killed, f"it dies at {point}", DEADLINE_S)
    talk.say(20)
    worker.start()
    talk.say(20)
    talk.wait_acknowledged()
    talk.check()


RULE = """\
rules:
  - {name: smoke, severity: major, summary: "Smoke", by: source, when: {as: smoke, metric: smoke, above: 0.5}}
"""


@pytest.fixture
def config(store: Store, tmp_path: Path) -> Path:
    """Of a hub on that store, with one rule."""
    populate(store)
    return write_config(tmp_path, store.conninfo)


def write_config(folder: Path, conninfo: str) -> Path:
    area = {"type": "Feature", "geometry": None, "properties": {"path": "qth", "name": "City", "kind": "grid"}}
    (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [area]}))
    (folder / "rules.yaml").write_text(RULE)
    (folder / "var").mkdir()
    path = folder / "hub.yaml"
    path.write_text(json.dumps({"areas": "areas.geojson", "rules": ["rules.yaml"], "store": {"url": conninfo}}))
    return path


@pytest.mark.parametrize("point", RULES)
def test_a_rule_engine_killed_there_raises_each_alert_once(
    store: Store, config: Path, victim: Callable[..., Victim], point: str
) -> None:
    engine = victim("rules", "-c", str(config))
    engine.start(f"{point}:{RULES[point]}")
    writer = BatchWriter(store, "test", SourceKind.DEVICE)
    pulses = 0

    def pulse() -> None:
        nonlocal pulses
        for value in (1.0, 0.0):
            ts = datetime.now(UTC)
            writer.append([Observation("smoke-1", "smoke", ts, ts, value)])
        pulses += 1

    def killed() -> bool:
        pulse()
        return engine.has_died()

    wait_for(killed, f"it dies at {point}", DEADLINE_S)
    pulse()
    engine.start()
    pulse()

    def raised() -> int:
        return len(alerts.list_alerts(store, alerts.Filter(), limit=10_000))

    wait_for(lambda: raised() >= pulses and not alerts.active(store), "each alert is raised and over", DEADLINE_S)
    assert raised() == pulses
    check_store(store)


_DROP = """
import sys
from datetime import UTC, datetime, timedelta
from hub.model.source import SourceKind
from hub.store import Store, partitions, series
with Store.open(sys.argv[1], "test") as store:
    partitions.drop_before(store, series.RAW[SourceKind.DEVICE], datetime.now(UTC) - timedelta(days=30))
"""


@pytest.mark.parametrize("point", HOUSE)
def test_a_drop_of_what_is_over_killed_there_leaves_nothing_half_done(store: Store, point: str) -> None:
    populate(store)
    now = datetime.now(UTC)
    writer = BatchWriter(store, "test", SourceKind.DEVICE)
    for days in (0, 1, 40, 41, 42):
        ts = now - timedelta(days=days)
        writer.append([Observation("smoke-1", "smoke", ts, ts, 1.0)])

    def drop(at: str) -> int:
        environment = {**os.environ, "GRIDHUB_CRASH_AT": at}
        argv = [sys.executable, "-c", _DROP, store.conninfo]
        return subprocess.run(argv, cwd=REPOSITORY, env=environment, timeout=60, check=False).returncode

    assert drop(f"{point}:{HOUSE[point]}") == -signal.SIGKILL
    assert len(_stored(store)) == 5, "what was not committed is as it was"
    assert drop("") == 0
    assert len(_stored(store)) == 2, "what is over is gone"
    with psycopg.connect(store.conninfo) as connection:
        assert partitions_left_over(connection) == []


def _stored(store: Store) -> list[Any]:
    return list(store.fetch("select ts from observation"))


@pytest.mark.parametrize("point", MIGRATIONS)
def test_an_upgrade_killed_there_again_and_again_ends_in_the_same_schema(
    empty_database: str, postgres: EmbeddedPostgres, tmp_path: Path, victim: Callable[..., Victim], point: str
) -> None:
    upgrade = victim("hub.cli", "db", "upgrade", "-c", str(write_config(tmp_path, empty_database)))
    kills = 0
    while True:
        upgrade.start(f"{point}:{MIGRATIONS[point]}")
        status = upgrade.ends()
        if status == 0:
            break
        assert status == -signal.SIGKILL, upgrade.said()
        kills += 1
        assert kills < 50, "it gets on a little with each attempt"
    assert kills > 2
    with psycopg.connect(postgres.conninfo("postgres"), autocommit=True) as admin:
        admin.execute("create database upgraded_at_once")
        try:
            with Store.open(postgres.conninfo("upgraded_at_once"), "test") as store:
                migrate.upgrade(store)
            assert schema(empty_database) == schema(postgres.conninfo("upgraded_at_once"))
        finally:
            admin.execute("drop database upgraded_at_once with (force)")


@pytest.mark.parametrize("point", RESTORE)
def test_a_restore_killed_there_leaves_the_one_database_or_the_other(
    store: Store, config: Path, tmp_path: Path, victim: Callable[..., Victim], point: str
) -> None:
    writer = BatchWriter(store, "test", SourceKind.DEVICE)

    def write(number: int) -> None:
        ts = datetime.now(UTC)
        writer.append([Observation("smoke-1", "smoke", ts, ts, float(number))])

    for number in range(3):
        write(number)
    backup.write(store, tmp_path / "backup", lambda *_: None)
    write(3)
    restore = victim("hub.cli", "db", "restore", str(tmp_path / "backup"), "--force", "-c", str(config))
    restore.start(point)
    assert restore.ends() == -signal.SIGKILL, restore.said()
    assert ask(store.conninfo, "select from observation") == RESTORE[point], "it is the one or the other, whole"
    restore.start()
    assert restore.ends() == 0, restore.said()
    assert ask(store.conninfo, "select from observation") == 3, "it is that of the backup"
    assert ask(store.conninfo, "select from pg_database where datname like '%restor%'") == 0, "nothing is left"


def ask(conninfo: str, query: LiteralString) -> int:
    """How many rows, on a connection of its own: a store does not go on with a database that was put in its place."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute(query).rowcount


def schema(conninfo: str) -> list[Any]:
    """Every column, index, check and function."""
    with psycopg.connect(conninfo) as connection:
        return connection.execute(_SCHEMA).fetchall()


def points_in_source() -> dict[str, str]:
    """Name → file, of every ``crash.point`` in the hub. Fails where a name is not a literal, or is in two files."""
    found: dict[str, str] = {}
    for floor in _FLOORS:
        for path in sorted((REPOSITORY / floor).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash.point":
                    where, name = str(path.relative_to(REPOSITORY)), str(ast.literal_eval(node.args[0]))
                    assert found.setdefault(name, where) == where, f"{name} is in {found[name]} and in {where}"
    return found


def words_of_tests() -> set[str]:
    """Every literal of the tests, without what follows a colon."""
    return {
        node.value.partition(":")[0]
        for path in (REPOSITORY / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_point_of_the_source_has_its_test_and_every_test_its_point() -> None:
    points, words = points_in_source(), words_of_tests()
    untested = {name: where for name, where in points.items() if name not in words}
    assert untested == {}
    assert {*DEVICES, *RULES, *HOUSE, *MIGRATIONS, *RESTORE} <= points.keys()
    assert len(points) >= 15


def test_a_point_that_is_not_asked_for_costs_nothing() -> None:
    best = min(timeit.repeat(lambda: crash.point("nowhere"), number=10_000, repeat=20)) / 10_000
    assert best < 300e-9, "with the call of the measurement itself"
