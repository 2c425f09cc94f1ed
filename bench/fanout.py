"""Live events to many consoles, beside sse-starlette with a queue for each client; the board of a city; scrolling.

An event is an alert of a city, about 900 bytes, a row of the journal: it counts as published when its transaction
begins, so that the commit, the follower's look into the store and all that the hub asks about who may see what are part
of the delay and of the CPU time. The peer is handed the same bytes through a socket and does none of this. The clients
are a process of their own (``bench.fan_clients``), on the same two cores as everything else.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bench import frame_rate
from bench.city import ROOT_AREA, City, peopled, say
from bench.latency import percentile
from bench.meter import sample
from bench.report import Row
from bench.store import Served, dashboard
from hub.store import Store, journal

CONSOLES = 200
FROZEN = 20
CROWD = 2000
BOARD_RATE = 200
_MB = 1024 * 1024
_ROOT = Path(__file__).resolve().parent.parent
_AREA = f"{ROOT_AREA}/d0/s0/c0/g0"
_SUMMARY = "烟感与摄像机同时报警 "
Publish = Callable[[], tuple[int, float]]
"""Tell one event; its id and the monotonic time at which that began."""


@dataclass(frozen=True, slots=True)
class Load:
    """``events`` one by one, ``every_s`` apart, to ``streams`` of which ``frozen`` take nothing."""

    streams: int
    events: int
    every_s: float
    frozen: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """``delays_ms`` of every delivery to a stream that is not frozen; ``own_mb``: how much the server's own memory
    grew, at most."""

    delays_ms: list[float]
    cpu_s: float
    own_mb: float

    @property
    def per_cpu_s(self) -> float:
        return len(self.delays_ms) / self.cpu_s


@dataclass(frozen=True, slots=True)
class Side:
    """A server of event streams."""

    pid: int
    port: int
    path: str
    headers: Mapping[str, str]
    publish: Publish


def run(options: Sequence[str]) -> list[Row]:
    assert not options, "fanout has no options"
    with tempfile.TemporaryDirectory(prefix="gridhub-bench-") as name:
        folder = Path(name)
        with peopled(folder) as city:
            with ours(city, folder) as (side, _):
                calm = carry(side, Load(CONSOLES, 500, 0.02))
            with theirs() as side:
                peer = carry(side, Load(CONSOLES, 500, 0.02))
            with ours(city, folder) as (side, _):
                storm = carry(side, Load(CONSOLES, 3000, 0.001))
            with theirs() as side:
                peer_storm = carry(side, Load(CONSOLES, 3000, 0.001))
            with ours(city, folder) as (side, _):
                with_frozen = carry(side, Load(CONSOLES, 1500, 0.01, frozen=FROZEN))
            with ours(city, folder) as (side, _):
                without = carry(side, Load(CONSOLES - FROZEN, 1500, 0.01))
            with ours(city, folder) as (side, _):
                crowd = carry(side, Load(CROWD, 100, 0.2))
            with ours(city, folder) as (_, served):
                looks = board(served, BOARD_RATE, 20.0)
            smooth = frame_rate.rows(city, folder)
    return [*rows(calm, peer, storm, peer_storm, with_frozen, without, crowd, looks), *smooth]


def rows(
    calm: Outcome, peer: Outcome, storm: Outcome, peer_storm: Outcome, with_frozen: Outcome, without: Outcome,
    crowd: Outcome, looks: list[float],
) -> list[Row]:  # fmt: skip
    """Pure."""
    frozen_mb = (with_frozen.own_mb - without.own_mb) / FROZEN
    return [
        Row(f"memory of each of {CONSOLES} streams, {FROZEN} frozen", with_frozen.own_mb / CONSOLES, "MB", "<= 2"),
        Row("memory of each of the frozen ones", frozen_mb, "MB", "<= 2"),
        Row("p99 of the others, as a part of without them", percentile(with_frozen.delays_ms, 99), "ms", "<= 1.2",
            "none frozen", percentile(without.delays_ms, 99), of="ratio"),
        Row(f"{CROWD} streams: publish to client, p50", percentile(crowd.delays_ms, 50), "ms", "< 100"),
        Row(f"{CROWD} streams: publish to client, p99", percentile(crowd.delays_ms, 99), "ms", "< 100"),
        Row(f"deliveries per CPU second, {CONSOLES} streams, 50 events/s", calm.per_cpu_s, "", ">= 3", "sse-starlette",
            peer.per_cpu_s, of="ratio"),
        Row("deliveries per CPU second, a storm of 1,000 events/s", storm.per_cpu_s, "", ">= 3", "sse-starlette",
            peer_storm.per_cpu_s, of="ratio"),
        Row(f"board of 810 grids at {BOARD_RATE}/s, p99", percentile(looks, 99), "ms", "< 20"),
    ]  # fmt: skip


@contextmanager
def ours(city: City, folder: Path) -> Iterator[tuple[Side, Served]]:
    with Store.open(city.conninfo, "bench fanout") as store, dashboard(city, store, folder) as served:
        headers = {"Authorization": f"Bearer {served.token}"}
        yield Side(served.pid, served.port, "/api/v1/stream", headers, lambda: _append(store)), served


def _append(store: Store) -> tuple[int, float]:
    began_s = time.monotonic()
    with store.transaction() as tx:
        number = journal.append(tx, datetime.now(UTC), "alert", "1", _AREA, "rules", "fired", _body())
    return number, began_s


def _body() -> dict[str, Any]:
    return {"note": "", "alert": {"id": 1, "area": _AREA, "severity": "major", "summary": _SUMMARY * 25}}


@contextmanager
def theirs() -> Iterator[Side]:
    with subprocess.Popen(
        [sys.executable, "-m", "bench.peer_sse"], cwd=_ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            port, into = map(int, process.stdout.readline().split())
            data = json.dumps({"change": "fired", **_body()}, ensure_ascii=False)
            with socket.create_connection(("127.0.0.1", into)) as line:
                numbers = iter(range(1, 1_000_000))

                def publish() -> tuple[int, float]:
                    number, began_s = next(numbers), time.monotonic()
                    line.sendall(f"{number}\t{data}\n".encode())
                    return number, began_s

                yield Side(process.pid, port, "/stream", {}, publish)
        finally:
            process.terminate()


def carry(side: Side, load: Load) -> Outcome:
    """Open the streams, publish, wait until everything has arrived."""
    before = sample(side.pid)
    with subprocess.Popen(
        [sys.executable, "-m", "bench.fan_clients"], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as clients:
        assert clients.stdin is not None
        assert clients.stdout is not None
        asked = {
            "port": side.port, "path": side.path, "headers": dict(side.headers), "streams": load.streams,
            "frozen": load.frozen,
        }  # fmt: skip
        clients.stdin.write(json.dumps(asked) + "\n")
        clients.stdin.flush()
        assert clients.stdout.readline() == "ready\n"
        for _ in range(20):
            side.publish()
        time.sleep(1.0)  # what the first events cause once is over
        begun = sample(side.pid)
        published, peak = _publish(side, load)
        clients.stdin.write(f"{max(published)}\n")
        clients.stdin.flush()
        told = json.loads(clients.stdout.readline())
        cpu_s = sample(side.pid).cpu_s - begun.cpu_s
    assert told["ended"] == 0, f"{told['ended']} streams were ended"
    delays = [(at_s - published[number]) * 1000 for number, at_s in told["arrivals"] if number in published]
    expected = (load.streams - load.frozen) * load.events
    assert len(delays) == expected, f"{len(delays)} of {expected} deliveries"
    outcome = Outcome(delays, cpu_s, (peak - before.own_bytes) / _MB)
    say(
        f"{load}: {outcome.per_cpu_s:,.0f} deliveries a CPU second, p50 {percentile(delays, 50):.1f} ms, "
        f"p99 {percentile(delays, 99):.1f} ms, {outcome.own_mb:.1f} MB more"
    )
    return outcome


def _publish(side: Side, load: Load) -> tuple[dict[int, float], int]:
    """When each event began; the most memory of its own that the server had."""
    published: dict[int, float] = {}
    peak, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            peak[0] = max(peak[0], sample(side.pid).own_bytes)

    watching = threading.Thread(target=watch, name="memory")
    watching.start()
    began_s = time.monotonic()
    for number in range(load.events):
        time.sleep(max(0.0, began_s + number * load.every_s - time.monotonic()))
        at, published_s = side.publish()
        published[at] = published_s
    over.set()
    watching.join()
    return published, peak[0]


def board(served: Served, rate: int, seconds: float) -> list[float]:
    """Milliseconds of each look at the city, which come at ``rate`` a second whatever the answers do, on 20
    connections that are kept; a look counts from when it was due."""
    delays: list[float] = []
    connections = 20
    began_s = time.monotonic() + 1.0

    def look(first: int) -> None:
        headers = {"Authorization": f"Bearer {served.token}"}
        with httpx.Client(base_url=served.client.base_url, headers=headers, trust_env=False) as client:
            for number in range(first, round(rate * seconds), connections):
                due_s = began_s + number / rate
                time.sleep(max(0.0, due_s - time.monotonic()))
                client.get(f"/areas/{ROOT_AREA}/status").raise_for_status()
                delays.append((time.monotonic() - due_s) * 1000)

    threads = [threading.Thread(target=look, args=(first,), name=f"look {first}") for first in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(f"board: p50 {percentile(delays, 50):.1f} ms, p99 {percentile(delays, 99):.1f} ms")
    return delays
