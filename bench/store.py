"""The store with a hundred million rows: how fast a city is looked at, and a month of one sensor; how late rollups are.

The month is generated inside PostgreSQL (``bench.city``); ``--data DIR`` keeps it, and takes it as it is the next time.
What is read is read through the HTTP interface as it runs in life, in a process of its own. The peer is ``GROUP BY`` on
the raw rows, which answers the same, of the same sensors in turn. How well TimescaleDB compresses is measured on the
one that the tests use: a day of sensors, before and after.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg

from bench.city import DAYS, DEVICES, GRIDS, METRIC, ROOT_AREA, City, city, say
from bench.latency import percentile
from bench.report import Row
from hub.clock import SystemClock
from hub.model.bucket import Level, cut
from hub.model.observation import Observation
from hub.model.person import Person
from hub.model.rights import Grant, Role
from hub.model.source import SourceKind
from hub.store import Store, migrate, people, readings, sessions
from hub.store.batches import BatchWriter
from hub.store.rollup import Rollup
from tests.fix_hub import wait_for
from tests.fix_timescale import FOLDER as TIMESCALE
from tests.fix_timescale import free_port

ROWS = 100_000_000
LOOKS = 300
CHARTS = 200
COMPARED = 12
RATE = 2300
LIVE_S = 30.0
BATCH_S = 0.1
FOLD_EVERY_S = 0.5
COMPRESSED_SENSORS = 60
_ROOT = Path(__file__).resolve().parent.parent
_TOKEN = "a token of the benchmark"


def run(options: Sequence[str]) -> list[Row]:
    parser = argparse.ArgumentParser(prog="python -m bench store")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--data", type=Path, help="where the month is kept; left out: a folder that goes away")
    parser.add_argument("--live", type=float, default=LIVE_S, metavar="S", help="how long rows come, live")
    given = parser.parse_args(options)
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name:
        folder = given.data or Path(name)
        with city(folder, given.rows) as filled:
            assert filled is not None
            say(sizes(filled))
            found = [*read_rows(filled, Path(name)), behind_row(filled, given.live)]
    return [*found, compressed_row()]


def sizes(filled: City) -> str:
    """What is on the disk, in words."""
    with psycopg.connect(filled.conninfo) as tx:
        row = tx.execute(
            "select sum(c.reltuples) filter (where relname like 'observation_device_2%'),"
            " sum(pg_total_relation_size(c.oid)) filter (where relname like 'observation_device_2%') / 2^30,"
            " sum(pg_total_relation_size(c.oid)) filter (where relname like 'rollup_minute_device_2%') / 2^30,"
            " sum(pg_total_relation_size(c.oid)) filter (where relname like 'rollup_hour_device_2%') / 2^30,"
            " sum(pg_total_relation_size(c.oid)) filter (where relname like 'rollup_day_device_2%') / 2^30"
            " from pg_class c where relkind = 'r'"
        ).fetchone()
    assert row is not None
    return (
        f"{row[0]:,.0f} raw rows of {DEVICES:,} devices in {DAYS} days: {row[1]:.1f} GiB; "
        f"minutes {row[2]:.1f} GiB, hours {row[3]:.2f} GiB, days {row[4]:.3f} GiB"
    )


def read_rows(filled: City, folder: Path) -> list[Row]:
    """The status of the city, a month of one sensor, and the same from raw rows."""
    chance = random.Random(filled.first.toordinal())
    with Store.open(filled.conninfo, "bench") as store, dashboard(filled, store, folder) as served:
        client = served.client
        looks = timed(LOOKS, lambda: _get(client, f"/areas/{ROOT_AREA}/status"))
        charts = timed(CHARTS, lambda: _get(client, "/series", **_month(filled, chance.choice(filled.quick))))
        ours, raw = compared(store, filled, chance)
    return reading_rows(looks, charts, ours, raw)


def reading_rows(looks: list[float], charts: list[float], ours: list[float], raw: list[float]) -> list[Row]:
    """Pure. All in milliseconds."""
    mean, peer = percentile(ours, 50), percentile(raw, 50)
    return [
        Row(f"status of {GRIDS} grids over HTTP, p95", percentile(looks, 95), "ms", "< 20"),
        Row(f"{DAYS} days of one sensor at 1 h over HTTP, p95", percentile(charts, 95), "ms", "< 30"),
        Row("the same in the store, p50, as a part of GROUP BY", mean, "ms", "<= 0.02", "GROUP BY on raw rows", peer,
            of="ratio"),
    ]  # fmt: skip


def compared(store: Store, filled: City, chance: random.Random) -> tuple[list[float], list[float]]:
    """Milliseconds of the same chart from the hours and from the raw rows, in turn; both must answer the same."""
    hours = cut(filled.first, filled.last, timedelta(hours=1))
    ours: list[float] = []
    theirs: list[float] = []
    for sensor in chance.choices(filled.quick, k=COMPARED):
        answers = []
        for level, times in ((Level.HOUR, ours), (Level.RAW, theirs)):
            began_s = time.perf_counter()
            answers.append(readings.chart(store, sensor, METRIC, hours, with_before=False, level=level))
            times.append((time.perf_counter() - began_s) * 1000)
        told, expected = ([replace(bucket, mean=None) for bucket in answer.buckets] for answer in answers)
        assert told == expected, f"the hours of {sensor} are not what its rows come to"
    return ours, theirs


@dataclass(frozen=True, slots=True)
class Served:
    """The HTTP interface in a process of its own, and somebody who is signed in."""

    client: httpx.Client
    pid: int
    port: int
    token: str


@contextmanager
def dashboard(filled: City, store: Store, folder: Path) -> Iterator[Served]:
    port, now = free_port(), datetime.now(UTC)
    (folder / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    config = {
        "store": {"url": filled.conninfo}, "listen": f"127.0.0.1:{port}", "data_dir": str(folder / "var"),
        "areas": "areas.geojson", "web": {"rate": 100_000},
    }  # fmt: skip
    (folder / "hub.yaml").write_text(json.dumps(config))
    if not any(person.name == "bench" for person in people.list_people(store)):
        people.add(store, Person("bench", (Grant(Role.VIEWER),)), "")
    token = f"{_TOKEN} {now.isoformat()}"
    sessions.open_session(store, "bench", token, now, now + timedelta(days=1))
    command = [sys.executable, "-m", "dashboard", "-c", str(folder / "hub.yaml")]
    with (folder / "dashboard.log").open("w") as log, subprocess.Popen(command, cwd=_ROOT, stderr=log) as process:
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=headers, trust_env=False) as client:
            try:
                wait_for(lambda: _is_up(client), 30, f"the dashboard answers, see {log.name}")
                yield Served(client, process.pid, port, token)
            finally:
                process.terminate()


def timed(times: int, work: Callable[[], object]) -> list[float]:
    """Milliseconds of each, after a tenth as many that are not counted."""
    for _ in range(times // 10):
        work()
    return [_timed(work) for _ in range(times)]


def behind_row(filled: City, live_s: float) -> Row:
    """Rows come at the rate of a city and are folded as the keeper does; a third looks what the minutes show."""
    committed: list[float] = []  # monotonic; one row of the probe in each batch
    over = threading.Event()
    with Store.open(filled.conninfo, "bench live") as store:
        fold = threading.Thread(target=_folding, args=(store, over), name="fold")
        write = threading.Thread(target=_writing, args=(store, committed, live_s, over), name="write")
        since = datetime.now(UTC).replace(second=0, microsecond=0)
        fold.start()
        write.start()
        lags = []
        while not over.wait(0.1):
            shown = _shown(store, since)
            asked_s = time.monotonic()
            lags.append(behind_s(committed, shown, asked_s))
        write.join()
        fold.join()
        rate = len(committed) * round(RATE * BATCH_S) / live_s
        assert _shown(store, since) == len(committed), "a row of the probe is missing"
    reason = "" if rate > RATE * 0.95 else f"only {rate:.0f} rows a second came"
    return Row(f"rollups behind what is committed, at {RATE} rows/s, most", max(lags), "s", "<= 2", reason=reason)


def behind_s(committed: Sequence[float], shown: int, now: float) -> float:
    """How old the first batch is that is not shown, in seconds; 0 where all are. Pure."""
    return now - committed[shown] if shown < len(committed) else 0.0


def compressed_row() -> Row:
    """A day of sensors in a chunk of TimescaleDB, before and after it is compressed."""
    port = free_port()
    command = ["node", str(TIMESCALE / "server.mjs"), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline().strip() == "ready", "the TimescaleDB of the tests does not start"
            url = f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres?sslmode=disable&gssencmode=disable"
            with Store.open(url, "bench", max_size=1, timeout_s=30.0, copies=False) as store:
                migrate.upgrade(store)
                before, after, rows = _compressed(store)
        finally:
            server.terminate()
    say(f"TimescaleDB: {rows:,} rows, {before / rows:.0f} bytes a row, compressed {after / rows:.1f}")
    return Row("compressed rows (TimescaleDB), bytes", after / rows, "B/row", "<= 0.1", "not compressed", before / rows,
               of="ratio")  # fmt: skip


def _compressed(store: Store) -> tuple[int, int, int]:
    with store.transaction() as tx:
        tx.execute(
            "insert into observation_device (ts, received_at, batch, value, series, quality)"
            " select at, at + interval '50 ms' + random() * interval '40 ms', tick.n,"
            " floor(2000 + 800 * sin(tick.n * 2 * pi() / 8640 + series) + 20 * random()) / 100, series,"
            " case when random() < 0.001 then 1 else 0 end"
            " from generate_series(0, 8639) tick (n)"
            " cross join lateral (select timestamptz '2026-03-01 00:00Z' + tick.n * interval '10 seconds' as at) moment"
            " cross join generate_series(1, %s) series order by tick.n",
            (COMPRESSED_SENSORS,),
        )
    with store.transaction() as tx:
        tx.execute("select compress_chunk(c) from show_chunks('observation_device') c")
        row = tx.execute(
            "select sum(before_compression_total_bytes)::bigint as before,"
            " sum(after_compression_total_bytes)::bigint as after"
            " from hypertable_compression_stats('observation_device')"
        ).fetchone()
        count = tx.execute("select count(*) as rows from observation_device").fetchone()
    assert row is not None
    assert count is not None
    return row["before"], row["after"], count["rows"]


def _month(filled: City, sensor: str) -> dict[str, str]:
    return {
        "source": sensor, "metric": METRIC, "from": filled.first.isoformat(), "to": filled.last.isoformat(),
        "step": "1h",
    }  # fmt: skip


def _get(client: httpx.Client, path: str, **params: str) -> bytes:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.content


def _is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/areas", params={"limit": 1}).status_code == 200
    except httpx.HTTPError:
        return False


def _timed(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return (time.perf_counter() - began_s) * 1000


def _folding(store: Store, over: threading.Event) -> None:
    rollup = Rollup(store, SystemClock())
    while not over.wait(FOLD_EVERY_S):
        rollup.run()


def _writing(store: Store, committed: list[float], live_s: float, over: threading.Event) -> None:
    """Batches of a tenth of a second; each device in turn, and the probe in each."""
    writer = BatchWriter(store, "bench-live", SourceKind.DEVICE)
    try:
        began_s = time.monotonic()
        for number in range(round(live_s / BATCH_S)):
            time.sleep(max(began_s + number * BATCH_S - time.monotonic(), 0.0))
            now = datetime.now(UTC)
            rows = [Observation("dev-00001", "probe", now, now, float(number))]
            rows += [
                Observation(f"dev-{1 + (number * 229 + each) % DEVICES:05}", METRIC, now, now, 20.0 + each % 10)
                for each in range(round(RATE * BATCH_S) - 1)
            ]
            writer.append(rows)
            committed.append(time.monotonic())
    finally:
        over.set()


def _shown(store: Store, since: datetime) -> int:
    row = store.fetch(
        "select coalesce(sum(count), 0)::bigint as count from rollup_minute"
        " where series = (select id from series where source = 'dev-00001' and metric = 'probe') and ts >= %s",
        (since,),
    )[0]
    return int(row["count"])
