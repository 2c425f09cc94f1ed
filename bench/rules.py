"""The rule engine: CPU time an observation beside its peers, a city through the real store, and a month run again.

All take the same numbers, made before the clock starts; CPU time of the process counts, of the engine's own process
where it runs in one. What PostgreSQL spends on reading a month, on another core, is told beside it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psutil
import psycopg
import pyarrow
import pyarrow.parquet

from bench import rule_peers as peers
from bench import windows
from bench.city import DEVICES, GRIDS, METRIC
from bench.latency import percentile
from bench.report import Row
from hub.app.postgres import EmbeddedPostgres
from hub.clock import SystemClock
from hub.model.alert import Fire
from hub.model.area import Area
from hub.model.observation import Observation, Stored
from hub.model.source import Source, SourceKind
from hub.store import Store, areas, migrate, series, sources
from hub.store.batches import BatchWriter
from hub.store.listen import Listener
from rules.backtest_task import Task, from_file, from_store
from rules.evaluator import Registry
from rules.language import parse
from rules.sieve import Sieve

T0 = datetime(2026, 3, 1, tzinfo=UTC)
SOURCES = 20_000
BATCH = 1_000
EVENTS = 500_000
PEER_EVENTS = 100_000
"""durable-rules refuses events after some 130,000 of them."""
PER_S = 10_000
HISTORY_MINUTES = 120
_PASSWORD = "a-bench-password"
_SECONDS = "generate_series(0, %s) n cross join lateral (select %s::timestamptz + n * interval '1 s' as at) m"


def run(arguments: Sequence[str]) -> list[Row]:
    parser = argparse.ArgumentParser(prog="python -m bench rules")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="these parts")
    parser.add_argument("--live", type=float, default=60.0, metavar="S", help="how long the city speaks")
    options = parser.parse_args(arguments)
    found: list[Row] = []
    for name in options.only or list(PARTS):
        found += PARTS[name](options.live)
    return found


# --- beside durable-rules and Node-RED -------------------------------------------------------------------------------


def ten_rules(_: float) -> list[Row]:
    """Five thresholds and five that must last, over 20,000 sources; one value in a thousand passes the lowest. Each
    alerts as often as the others, but for the last twenty seconds, of which the peers have not heard the return."""
    text = "".join(
        f"  - {{name: r{number}, severity: minor, summary: s, by: source, "
        f"when: {{metric: value, above: {99.9 + number / 100:.2f}{', for: 10s' if number % 2 else ''}}}}}\n"
        for number in range(10)
    )
    sieve = Sieve(parse("rules:\n" + text, "bench.yaml"), Registry())
    batches = [_said(first) for first in range(0, EVENTS, BATCH)]
    began_s = time.process_time()
    alerts = sum(isinstance(decision, Fire) for batch in batches for decision in sieve.feed(batch))
    ours = EVENTS / (time.process_time() - began_s)
    durable = peers.python_peer("durable", PEER_EVENTS)
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as folder:
        red = peers.node_red(Path(folder), PEER_EVENTS, 10, SOURCES, 10_000)
    told = f"of {PEER_EVENTS:,}: durable-rules {durable.results}, Node-RED {red.results}"
    print(f"alerts of {EVENTS:,}: {alerts}; {told}", flush=True)
    title = "observations per CPU second, 10 rules, 20,000 sources"
    return [
        Row(title, ours, "obs/s", ">= 10", "durable-rules", durable.events / durable.cpu_s, of="ratio"),
        Row(title, ours, "obs/s", ">= 10", "node-red", red.events / red.cpu_s, of="ratio"),
    ]


def _said(first: int) -> list[Stored]:
    """The numbers that the peers get."""
    items = []
    for number in range(first, first + BATCH):
        at = T0 + timedelta(milliseconds=number)
        name = f"s{number % SOURCES}"
        items.append(Stored(name, "qth/g1", "sensor", "value", at, at, number * 7919 % 100_000 / 1000, None, None))
    return items


# --- a city through the real store -----------------------------------------------------------------------------------


def city_rules(count: int) -> str:
    """Of each four: a threshold, one that lasts, a count in a grid, an absence. All look at every grid."""
    text = "rules:\n"
    for number in range(count):
        when = (
            f"{{metric: {METRIC}, above: {60 + number % 10}, clear_below: {50 + number % 10}}}",
            f"{{metric: {METRIC}, below: {-20 - number % 10}, for: 30s}}",
            f"{{metric: {METRIC}, above: {75 + number % 10}, count: 3, in: 5m}}",
            f"{{metric: {METRIC}, absent_for: {10 + number}m}}",
        )[number % 4]
        by = "area" if number % 4 == 2 else "source"
        text += f"  - {{name: r{number}, severity: minor, summary: s, by: {by}, when: {when}}}\n"
    return text


def live_city(span_s: float) -> list[Row]:
    """100 rules × 810 grids × 22,820 devices at 10,000 a second; two a second pass a limit, that of five rules."""
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name, _server(Path(name), "live") as server:
        folder, conninfo = Path(name), server.conninfo("live")
        (folder / "rules.yaml").write_text(city_rules(100))
        (folder / "areas.geojson").write_text('{"type": "FeatureCollection", "features": []}')
        config = {"store": {"url": conninfo}, "data_dir": str(folder / "var"), "areas": "areas.geojson"}
        (folder / "hub.yaml").write_text(json.dumps(config | {"rules": ["rules.yaml"]}))
        with Store.open(conninfo, "bench") as store:
            _people(store)
            command = [sys.executable, "-m", "rules", "-c", str(folder / "hub.yaml")]
            with subprocess.Popen(command, stderr=subprocess.DEVNULL) as engine:
                try:
                    cpu, delays = _speak(store, psutil.Process(engine.pid), span_s)
                finally:
                    engine.terminate()
    print(f"city: {len(delays)} alerts, p50 {percentile(delays, 50):.0f} ms", flush=True)
    return [
        Row("100 rules, 22,820 devices at 10,000/s: cores of the engine", cpu, "cores", "< 0.5"),
        Row("the same: alert after the commit of its batch, p99", percentile(delays, 99), "ms", "< 250"),
    ]


def _speak(store: Store, engine: psutil.Process, span_s: float) -> tuple[float, list[float]]:
    """Once the engine has started and heard every device: its cores, and milliseconds from commit to alert."""
    listener = Listener(store.conninfo, ("gridhub_journal",), SystemClock())
    seen: list[tuple[int, float]] = []
    stop = threading.Event()
    listening = threading.Thread(target=_listen, args=(listener, seen, stop))
    listening.start()
    writer = BatchWriter(store, "mqtt-0", SourceKind.DEVICE)
    committed: dict[tuple[str, datetime], float] = {}
    warm_s = 2 * DEVICES / PER_S + 10
    began_s, before, number = time.monotonic(), 0.0, 0
    measured_s = began_s
    while (now_s := time.monotonic()) < began_s + warm_s + span_s:
        if not before and now_s > began_s + warm_s:
            before, measured_s = sum(engine.cpu_times()[:2]), now_s
        now = datetime.now(UTC)
        items = [_observed(place, now, hot=place % (5 * BATCH) == 7) for place in range(number, number + BATCH)]
        batch = writer.append(items)
        assert batch is not None
        if before:
            committed.update(((item.source, item.ts), time.time()) for item in items if (item.value or 0) > 55)
        number += BATCH
        time.sleep(max(0.0, began_s + number / PER_S - time.monotonic()))
    cores = (sum(engine.cpu_times()[:2]) - before) / (time.monotonic() - measured_s)
    time.sleep(3.0)
    stop.set()
    listening.join()
    listener.close()
    return cores, _delays(store, seen, committed)


def _observed(number: int, now: datetime, *, hot: bool) -> Observation:
    ts = now - timedelta(microseconds=number % BATCH * 20)
    value = 60.5 if hot else 20.0 + number % 7
    return Observation(f"dev-{number % DEVICES:05}", METRIC, ts, now, value)


def _listen(listener: Listener, seen: list[tuple[int, float]], stop: threading.Event) -> None:
    while not stop.is_set():
        heard = listener.wait(0.2)
        now = time.time()
        seen += [(int(payload), now) for _, payload in heard if payload.isdecimal()]


def _delays(
    store: Store, seen: Sequence[tuple[int, float]], committed: dict[tuple[str, datetime], float]
) -> list[float]:
    rows = store.fetch(
        "select j.id, a.sources[1] as source, a.started_at from journal j join alert a on a.id = j.subject::bigint "
        "where j.kind = 'alert' and j.change = 'fired' order by j.id"
    )
    notes = sorted(seen)
    delays, place = [], 0
    for row in rows:
        while place < len(notes) and notes[place][0] < row["id"]:
            place += 1
        began = committed.get((row["source"], row["started_at"]))
        if began is not None and place < len(notes):
            delays.append((notes[place][1] - began) * 1000)
    return delays


def _people(store: Store) -> None:
    with store.transaction() as tx:
        grids = [Area(f"qth/g{number}", f"Grid {number}", "grid") for number in range(GRIDS)]
        areas.put(tx, [Area("qth", "City", "city"), *grids])
        for number in range(DEVICES):
            name = f"dev-{number:05}"
            sources.add(tx, Source(name, SourceKind.DEVICE, f"qth/g{number % GRIDS}", "weather", name), T0)


# --- a month run again -----------------------------------------------------------------------------------------------


def backtests(_: float) -> list[Row]:
    """Two hours of 22,820 devices at a report a minute: a month is the same 360 times over."""
    rules = parse(city_rules(10), "bench.yaml")
    task = Task(rules, None, T0, T0 + timedelta(minutes=HISTORY_MINUTES))
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name:
        file = Path(name) / "history.parquet"
        _write(file)
        began_s = time.process_time()
        outcome = from_file(file, task, Registry(), lambda *_: None)
        spent_s = time.process_time() - began_s
        filed = HISTORY_MINUTES * 60 / spent_s
        print(f"file: {outcome.observations / spent_s:,.0f} observations/s, {len(outcome.alerts)} alerts", flush=True)
        stored = _stored(Path(name), task)
    return [
        Row("backtest of 22,820 devices a minute, from a file", filed, "x", ">= 5000"),
        Row("the same from the store", stored, "x", ">= 5000"),
    ]


def _write(path: Path) -> None:
    names = np.array([f"dev-{number:05}" for number in range(DEVICES)])
    offsets = np.arange(DEVICES) * 60_000_000 // DEVICES
    chance = np.random.default_rng(1)
    with pyarrow.parquet.ParquetWriter(path, _schema()) as writer:
        for minute in range(0, HISTORY_MINUTES, 10):
            begin = round(T0.timestamp() * 1e6) + minute * 60_000_000
            ts = (begin + np.arange(10)[:, None] * 60_000_000 + offsets).ravel()
            value = 20 + 8 * np.sin(ts / 1.3e10 + np.tile(np.arange(DEVICES), 10)) + chance.random(len(ts))
            value[chance.random(len(ts)) < 1e-5] = 65.0
            times = pyarrow.timestamp("us", "UTC")
            arrays = [
                pyarrow.array(np.tile(names, 10)).dictionary_encode(), pyarrow.repeat(METRIC, len(ts)),
                pyarrow.array(ts).cast(times), pyarrow.array(ts + 80_000).cast(times), pyarrow.array(value),
            ]  # fmt: skip
            arrays[0] = arrays[0].cast(pyarrow.string())
            writer.write_table(pyarrow.table(arrays, schema=_schema()), row_group_size=len(ts))


def _schema() -> pyarrow.Schema:
    times = pyarrow.timestamp("us", "UTC")
    kinds = (pyarrow.string(), pyarrow.string(), times, times, pyarrow.float64())
    return pyarrow.schema(list(zip(("source", "metric", "ts", "received_at", "value"), kinds, strict=True)))


def _stored(folder: Path, task: Task) -> float:
    """The same rows in PostgreSQL, committed by the second."""
    with _server(folder, "history") as server, Store.open(server.conninfo("history"), "bench") as store:
        _people(store)
        series.ensure(store, SourceKind.DEVICE, [T0])
        with psycopg.connect(store.conninfo) as tx:
            tx.execute("insert into series (source, metric) select id, %s from source", (METRIC,))
            tx.execute("insert into writer (name) values ('bench')")
            span = HISTORY_MINUTES * 60
            tx.execute(
                "insert into observation_device (ts, received_at, batch, value, series, quality) "  # noqa: S608  of constants  # nosec B608
                "select at, at + interval '80 ms', n + 1, 20 + 8 * sin(n / 13000.0 + id) + random(), id, 0 "
                f"from {_SECONDS} "
                "join series on id %% 60 = n %% 60 order by n",
                (span - 1, T0),
            )
            tx.execute(
                "insert into batch (id, writer, seq, rows, min_ts, max_ts, committed_at) "  # noqa: S608  of constants  # nosec B608
                "overriding system value "
                "select n + 1, (select id from writer), n + 1, 380, at, at, at + interval '100 ms' "
                f"from {_SECONDS}",
                (span - 1, T0),
            )
        with psycopg.connect(store.conninfo, autocommit=True) as tx:
            tx.execute("vacuum analyze")
        before_s, theirs_s, began_s = time.process_time(), _postgres_s(server), time.monotonic()
        outcome = from_store(store, task, lambda *_: None)
        passed_s = time.monotonic() - began_s
        spent_s, theirs_s = time.process_time() - before_s, _postgres_s(server) - theirs_s
    print(
        f"store: {outcome.observations / spent_s:,.0f} observations/s of CPU, PostgreSQL beside it {theirs_s:.1f} s to "
        f"{spent_s:.1f} s: {span / (spent_s + theirs_s):,.0f} x together; {span / passed_s:,.0f} x by the clock",
        flush=True,
    )
    return span / spent_s


def _postgres_s(server: EmbeddedPostgres) -> float:
    """CPU time of all its processes, those that have ended included."""
    process = server.child.process
    assert process is not None
    main = psutil.Process(process.pid)
    total = sum(main.cpu_times()[:4])
    return total + sum(sum(child.cpu_times()[:2]) for child in main.children(recursive=True))


@contextmanager
def _server(folder: Path, name: str) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "postgres", folder / "postgres" / "run", _PASSWORD)
    server.prepare()
    server.start()
    try:
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
            admin.execute(f"create database {name}".encode())
        with Store.open(server.conninfo(name), "bench") as store:
            migrate.upgrade(store)
        yield server
    finally:
        server.stop()


PARTS: dict[str, Callable[[float], list[Row]]] = {
    "windows": windows.speed,
    "memory": windows.memory,
    "ten-rules": ten_rules,
    "backtest": backtests,
    "city": live_city,
}
