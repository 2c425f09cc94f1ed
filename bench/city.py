"""A month of a city in a store, generated inside PostgreSQL: what the benchmark of the store reads.

``python -m bench.city --data DIR --rows N`` fills a store beforehand, in slices where ``--for SECONDS`` says so.

Three quarters of the rows are of sensors that report every ten seconds, the others are of the rest of 22,820 devices,
in turn. Raw rows are written a day at a time into a partition that is indexed when it is full and attached then; the
rollups are counted by the hub's own code. Nothing is flushed meanwhile: a machine that fails begins anew.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql as compose

from hub.app.postgres import EmbeddedPostgres
from hub.clock import SystemClock
from hub.store import Store, migrate
from hub.store.rollup import GRACE, Rollup

ROOT_AREA = "qth"
GRIDS = 810
DEVICES = 22_820
CAMERAS = 1_620
OPEN_ALERTS = 500
DAYS = 30
TICK_S = 10
METRIC = "temperature"
_TICKS = 86_400 // TICK_S
_PASSWORD = "a-bench-password"
_UNSAFE = ("fsync", "full_page_writes", "autovacuum")

_AREAS = """
insert into area (path, parent, name, kind) values ('qth', null, '七台河', 'city');
insert into area select 'qth/d' || d, 'qth', 'District ' || d, 'district' from generate_series(0, 4) d;
insert into area select 'qth/d' || s % 5 || '/s' || s, 'qth/d' || s % 5, 'Street ' || s, 'street'
from generate_series(0, 26) s;
insert into area select p.path || '/c' || c, p.path, 'Community ' || c, 'community'
from generate_series(0, 134) c join area p on p.path like 'qth/d_/s' || c % 27;
insert into area select p.path || '/g' || g, p.path, '网格 ' || g, 'grid'
from generate_series(0, 809) g join area p on p.kind = 'community' and p.path like '%/c' || g % 135;
"""
_SOURCES = """
create temporary table grid_path as
select path, row_number() over (order by path) - 1 as n from area where kind = 'grid';
insert into source (id, kind, area, type, name, origin)
select 'dev-' || lpad(i::text, 5, '0'), 'device', path, 'weather', '传感器 ' || i, 'config'
from generate_series(1, %(devices)s) i join grid_path on n = i %% %(grids)s;
insert into source (id, kind, area, type, name, config, origin)
select 'cam-' || lpad(i::text, 4, '0'), 'camera', path, 'camera', '摄像机 ' || i,
       '{"url": "rtsp://camera.example/1", "record": {"mode": "event", "keep": "30d"}, "zones": []}', 'config'
from generate_series(1, %(cameras)s) i join grid_path on n = i %% %(grids)s;
insert into source_state (source, area, kind, approved, state, reason, since, seen_at, process, known_since)
select id, area, kind, approved, case when random() < 0.97 then 'watching' else 'silent' end, '', now(), now(),
       'mqtt-0', now()
from source;
insert into alert (rule, fingerprint, severity, state, stage, area, sources, summary, started_at, detected_at)
select 'heat', 'f' || i, (array['critical', 'major', 'minor', 'warning'])[1 + i %% 4],
       case when i <= %(open)s then 'firing' else 'resolved' end,
       case when i <= %(open)s then 'unacknowledged' else 'normal' end, path, array['dev-00001'], 'Heat', now(), now()
from generate_series(1, 50000) i join grid_path on n = i %% %(grids)s;
insert into series (source, metric, unit)
select id, %(metric)s, 'Cel' from source where kind = 'device' order by id
"""
_PLAN = """
create table bench_tick (slot integer, series integer);
with numbered as (select id, row_number() over (order by source) - 1 as n from series)
insert into bench_tick
select n %% %(slots)s, id from numbered where n >= %(quick)s
union all
select slot, id from numbered cross join generate_series(0, %(slots)s - 1) slot where n < %(quick)s;
create index on bench_tick (slot);
create table bench_day (day timestamptz primary key);
insert into writer (name) values ('bench');
update rollup_state set edge = %(first)s
"""
_ROWS = """
insert into {table} (ts, received_at, batch, value, series, quality)
select at, at + interval '50 ms' + random() * interval '40 ms', tick.n + 1,
       floor(2000 + 800 * sin(tick.n * 2 * pi() / 8640 + series) + 20 * random()) / 100, series,
       case when random() < 0.001 then 1 else 0 end
from generate_series(%(begin)s::bigint, %(end)s::bigint - 1) tick (n)
cross join lateral (select %(first)s::timestamptz + tick.n * interval '10 seconds' as at) moment
join bench_tick on slot = tick.n %% %(slots)s
order by tick.n
"""
_BATCHES = """
insert into batch (id, writer, seq, rows, min_ts, max_ts, committed_at) overriding system value
select tick.n + 1, (select id from writer where name = 'bench'), tick.n + 1,
       (select count(*) from bench_tick where slot = tick.n %% %(slots)s), at, at, at + interval '100 ms'
from generate_series(%(begin)s::bigint, %(end)s::bigint - 1) tick (n)
cross join lateral (select %(first)s::timestamptz + tick.n * interval '10 seconds' as at) moment;
update writer set last_seq = %(end)s where name = 'bench';
select setval(pg_get_serial_sequence('batch', 'id'), %(end)s)
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How ``rows`` are spread: at every tick ``quick`` sensors report, and one in ``slots`` of the others."""

    rows: int

    @property
    def per_tick(self) -> int:
        return max(self.rows // (DAYS * _TICKS), 2)

    @property
    def quick(self) -> int:
        return max(self.per_tick * 3 // 4, 1)

    @property
    def slots(self) -> int:
        return -(-(DEVICES - self.quick) // (self.per_tick - self.quick))


@dataclass(frozen=True, slots=True)
class City:
    """A store that is filled: ``quick`` are the ids of the sensors that report every ten seconds."""

    server: EmbeddedPostgres
    conninfo: str
    first: datetime
    last: datetime
    quick: tuple[str, ...]


@contextmanager
def city(folder: Path, rows: int, for_s: float = float("inf")) -> Iterator[City | None]:
    """The store of ``folder``, filled where it is not yet; None where ``for_s`` did not suffice for that."""
    server = EmbeddedPostgres(folder / "postgres", folder / "postgres" / "run", _PASSWORD)
    server.prepare()
    server.start()
    try:
        conninfo = server.conninfo(f"city_{rows}")
        with Store.open(made(server, f"city_{rows}"), "bench") as store:
            migrate.upgrade(store)
            plan = Plan(rows)
            first = _prepared(store, plan)
            whole = _fill(server, store, plan, first, time.monotonic() + for_s)
        if whole:
            quick = tuple(f"dev-{number:05}" for number in range(1, plan.quick + 1))
            yield City(server, conninfo, first, first + timedelta(days=DAYS), quick)
        else:
            yield None
    finally:
        server.stop()


@contextmanager
def peopled(folder: Path) -> Iterator[City]:
    """The same city without any rows of observations: areas, sources, alerts."""
    server = EmbeddedPostgres(folder / "postgres", folder / "postgres" / "run", _PASSWORD)
    server.prepare()
    server.start()
    try:
        with Store.open(made(server, "city"), "bench") as store:
            migrate.upgrade(store)
            first = _prepared(store, Plan(0))
            with psycopg.connect(store.conninfo, autocommit=True) as admin:
                admin.execute("vacuum analyze")
        yield City(server, server.conninfo("city"), first, first, ())
    finally:
        server.stop()


def made(server: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
        if admin.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is None:
            admin.execute(compose.SQL("create database {}").format(compose.Identifier(name)))
    return server.conninfo(name)


def _prepared(store: Store, plan: Plan) -> datetime:
    """Areas, sources and the plan, where they are missing; the first instant of the month."""
    with store.transaction() as tx:
        if tx.execute("select 1 from area limit 1").fetchone() is None:
            midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            values = {
                "devices": DEVICES, "cameras": CAMERAS, "grids": GRIDS, "open": OPEN_ALERTS, "metric": METRIC,
                "slots": plan.slots, "quick": plan.quick, "first": midnight - timedelta(days=DAYS),
            }  # fmt: skip
            for text in (_AREAS, _SOURCES, _PLAN):
                for statement in text.split(";"):
                    tx.execute(statement.encode(), values if "%(" in statement else None)
        row = tx.execute("select count(*) as days, max(day) as last, (select min(edge) from rollup_state) as edge "
                         "from bench_day").fetchone()  # fmt: skip
    assert row is not None
    first: datetime = row["edge"] if row["days"] == 0 else row["last"] - timedelta(days=row["days"] - 1)
    return first


def _fill(server: EmbeddedPostgres, store: Store, plan: Plan, first: datetime, until_s: float) -> bool:
    """Whether the whole month is there."""
    row = store.fetch("select count(*) as days from bench_day")[0]
    if row["days"] >= DAYS:
        return True
    began_s = time.monotonic()
    clock = _Evening(first)
    rollup = Rollup(store, clock)
    _unsafe(server, on=True)
    for number in range(row["days"], DAYS):
        day_began_s = time.monotonic()
        if day_began_s + (day_began_s - began_s) / max(number - row["days"], 1) > until_s:
            return False
        day = first + timedelta(days=number)
        _day(store, plan, first, number)
        raw_s = time.monotonic() - day_began_s
        clock.day_ends = day + timedelta(days=1) + GRACE
        rollup.catch_up()
        with store.transaction() as tx:
            tx.execute("insert into bench_day values (%s)", (day,))
        say(f"day {number + 1} of {DAYS}: raw rows {raw_s:.0f} s, in all {time.monotonic() - day_began_s:.0f} s")
    with psycopg.connect(store.conninfo, autocommit=True) as admin:
        admin.execute("vacuum analyze")
    _unsafe(server, on=False)
    return True


def _day(store: Store, plan: Plan, first: datetime, number: int) -> None:
    day = first + timedelta(days=number)
    table = compose.Identifier(f"observation_device_{day:%Y%m%d}")
    values = {"begin": number * _TICKS, "end": (number + 1) * _TICKS, "first": first, "slots": plan.slots}
    with psycopg.connect(store.conninfo) as tx:
        tx.execute("set local work_mem = '1GB'; set local maintenance_work_mem = '1GB'")
        if tx.execute("select to_regclass(%s)", (f"observation_device_{day:%Y%m%d}",)).fetchone() != (None,):
            return  # made by a run that was stopped before it counted
        tx.execute(compose.SQL("create table {} (like observation_device including defaults)").format(table))
        tx.execute(compose.SQL(_ROWS).format(table=table), values)
        for columns in ("unique index on {} (series, ts, key)", "index on {} (batch)", "index on {} using brin (ts)"):
            tx.execute(compose.SQL("create " + columns).format(table))
        bounds = (compose.Literal(day), compose.Literal(day + timedelta(days=1)))
        attach = "alter table observation_device attach partition {} for values from ({}) to ({})"
        tx.execute(compose.SQL(attach).format(table, *bounds))
        for statement in _BATCHES.split(";"):
            tx.execute(statement.encode(), values)


def _unsafe(server: EmbeddedPostgres, *, on: bool) -> None:
    with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
        for name in _UNSAFE:
            value = compose.SQL("= off" if on else "to default")
            admin.execute(compose.SQL("alter system set {} {}").format(compose.Identifier(name), value))
        admin.execute("checkpoint")
    server.stop()
    server.start()


class _Evening(SystemClock):
    """It is the end of a day, and time passes slowly: the hub counts by the second, for which a month is long."""

    def __init__(self, day_ends: datetime) -> None:
        self.day_ends = day_ends

    def now(self) -> datetime:
        return self.day_ends

    def monotonic(self) -> float:
        return super().monotonic() / 8


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.city")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--for", dest="for_s", type=float, default=float("inf"), metavar="SECONDS")
    options = parser.parse_args()
    with city(options.data, options.rows, options.for_s) as filled:
        say("filled" if filled else "not filled yet")
        return 0 if filled else 1


if __name__ == "__main__":
    sys.exit(main())
