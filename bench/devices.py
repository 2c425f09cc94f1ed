"""Messages of devices per CPU second, beside four programs on the same broker and PostgreSQL; delay; storms.

All take the same 100-byte JSON with one value, QoS 1, of 20,000 topics (collectd, which reads no JSON, the same value
as ``time:value``), into a PostgreSQL with ``synchronous_commit = on``. First every topic says something once and what
that causes is waited for. Then the consumer is held still while a backlog is published, and let go: the CPU time of the
consumer and of PostgreSQL until all rows are there is what counts, and the rows are counted in the table. The broker
(mosquitto without persistence, 2,000 messages in flight for everybody) and the publisher are not counted.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from bench import device_peers as peers
from bench.device_side import Consumer, Servers, our_worker, servers, settle
from bench.flood import Flood
from bench.latency import percentile
from bench.report import RESULTS, Row

DEVICES = [f"dev-{number:05}" for number in range(20_000)]
METRIC = "temperature"
OURS = "select count(*) from observation where ts < now() + interval '1 day'"
THEIRS = "select count(*) from reading"
RATE = 2300
STORM_S = 60.0
ARRAY_RATE = 22_820
BACKLOG = 100_000
Messages = Callable[[int, int], Iterator[tuple[str, bytes]]]
"""From number, how many → topic and payload."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of ``rows`` rows: CPU seconds of the consumer and of PostgreSQL, and the seconds it took."""

    rows: int
    worker_s: float
    postgres_s: float
    took_s: float

    @property
    def per_cpu_s(self) -> float:
        return self.rows / (self.worker_s + self.postgres_s)


class Numbered:
    """Messages with a time that no other of its device has."""

    def __init__(self) -> None:
        self._start_ms = round(time.time() * 1000) - 20 * 3_600_000

    def single(self, first: int, count: int) -> Iterator[tuple[str, bytes]]:
        for number in range(first, first + count):
            device = DEVICES[number % len(DEVICES)]
            value = 20 + number % 997 / 100
            head = f'{{"ts": {self._start_ms + number}, "id": "{device}-'
            tail = f'", "values": {{"{METRIC}": {value:.3f}}}}}'
            payload = head + str(number).zfill(100 - len(head) - len(tail)) + tail
            yield f"gridhub/v1/devices/{device}/telemetry", payload.encode()

    def collectd(self, first: int, count: int) -> Iterator[tuple[str, bytes]]:
        for number in range(first, first + count):
            device = DEVICES[number % len(DEVICES)]
            ts = (self._start_ms + number) / 1000
            value = 20 + number % 997 / 100  # it takes nothing without a NUL at the end
            yield f"gridhub/{device}/sensor/{METRIC}", f"{ts:.3f}:{value:.3f}\0".encode()

    def arrays(self, size: int) -> Messages:
        """``size`` samples a message, each as large as a single one without its id."""

        def make(first: int, count: int) -> Iterator[tuple[str, bytes]]:
            for number in range(first, first + count):
                start = self._start_ms + number * size
                samples = [{"ts": start + n, "values": {METRIC: 20 + (number + n) % 997 / 100}} for n in range(size)]
                yield f"gridhub/v1/devices/{DEVICES[number % len(DEVICES)]}/telemetry", json.dumps(samples).encode()

        return make


def run(arguments: Sequence[str]) -> list[Row]:
    parser = argparse.ArgumentParser(prog="python -m bench devices")
    parser.add_argument("--only", nargs="+", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--backlog", type=int, default=BACKLOG, metavar="MESSAGES")
    parser.add_argument("--storm", type=float, default=STORM_S, metavar="S")
    parser.add_argument("--broker", choices=("mosquitto", "nats"), default="mosquitto")
    options = parser.parse_args(arguments)
    wanted = options.only or list(PARTS)
    if {"node-red", "collectd"} & set(wanted):
        peers.install_debian()
        peers.install_node_red()
    with servers(options.broker) as running:
        bench = Bench(running, options.backlog, options.storm)
        found: list[Row] = []
        for name in wanted:
            found += PARTS[name](bench)
    (RESULTS / "devices-raw.json").write_text(json.dumps({k: asdict(v) for k, v in bench.costs.items()}, indent=1))
    return found


class Bench:
    """What is measured, one after the other; ours first, as the ratios need it."""

    def __init__(self, running: Servers, backlog: int, storm_s: float) -> None:
        self.servers = running
        self.backlog = backlog
        self.storm_s = storm_s
        self.costs: dict[str, Cost] = {}

    def ours(self) -> Cost:
        if "gridhub" not in self.costs:
            self._measure("gridhub", self._our_worker, OURS, Numbered().single, self.backlog, 1)
        return self.costs["gridhub"]

    def peer(self, name: str, start: Callable[[], Consumer], messages: Messages) -> Cost:
        return self._measure(name, start, THEIRS, messages, self.backlog, 1)

    def against(self, name: str, bound: str, argv: Callable[[peers.Place], Sequence[str]], table: str) -> list[Row]:
        ours = self.ours()
        messages = Numbered()
        make = messages.collectd if name == "collectd" else messages.single
        theirs = self.peer(name, lambda: Consumer(self.servers, name, argv, table), make)
        title = f"messages per CPU second against {name}"
        return [Row(title, ours.per_cpu_s, "msg/s", f">= {bound}", name, theirs.per_cpu_s, of="ratio")]

    def bare(self) -> list[Row]:
        ours = self.ours()
        theirs = self._measure(
            "paho-bare",
            lambda: Consumer(self.servers, "paho-bare", peers.paho_bare, peers.KEYED),
            "", Numbered().single, self.backlog, 1,
        )  # fmt: skip
        alone, bare = ours.rows / ours.worker_s, theirs.rows / theirs.worker_s
        title = "messages per CPU second of the worker alone"
        return [Row(title, alone, "msg/s", ">= 0.75", "paho-bare", bare, of="ratio")]

    def arrays(self) -> list[Row]:
        messages = Numbered().arrays(50)
        cost = self._measure("arrays", self._our_worker, OURS, messages, max(1, self.backlog // 10), 50)
        alone = cost.rows / cost.worker_s
        return [
            Row("samples per CPU second, arrays of 50", cost.per_cpu_s, "rows/s", ">= 100000"),
            Row("the same of the worker alone", alone, "rows/s", ">= 100000"),
        ]

    def delay(self) -> list[Row]:
        """Commit minus publishing, at a steady rate."""
        consumer = self._our_worker()
        try:
            self._warm_up(consumer, OURS, Numbered().single)
            flood = Flood(self.servers.broker_port)
            count = round(RATE * self.storm_s)
            before = consumer.cpu_s() + self.servers.postgres_cpu_s()
            flood.send(self._now(count), per_s=RATE)
            flood.close()
            self._wait_rows(consumer, OURS, len(DEVICES) + count, 60.0)
            spent = consumer.cpu_s() + self.servers.postgres_cpu_s() - before
            taken = [
                float(ms)
                for (ms,) in consumer.fetch(
                    "select extract(epoch from b.committed_at - o.ts) * 1000 from observation o "
                    "join batch b on b.id = o.batch where o.key like 'now-%'"
                )
            ]
            [(batches,)] = consumer.fetch("select count(*) from batch")
        finally:
            consumer.close()
        print(f"delay: {len(taken)} messages in {batches} batches, {spent / self.storm_s:.2f} cores", flush=True)
        return [
            Row(f"published to committed at {RATE}/s, p50", percentile(taken, 50), "ms", "< 100"),
            Row(f"published to committed at {RATE}/s, p99", percentile(taken, 99), "ms", "< 100"),
        ]

    def storm(self) -> list[Row]:
        """Single messages, as fast as the broker takes them."""
        messages = Numbered()
        return self._storm("storm of single messages", 1, lambda flood, deadline_s: flood.send_until(
            deadline_s, lambda number: messages.single(number, 2000)
        ))  # fmt: skip

    def array_storm(self) -> list[Row]:
        make = Numbered().arrays(10)
        rate = ARRAY_RATE / 10
        return self._storm("storm of 22,820 samples/s in arrays of ten", 10, lambda flood, _: flood.send(
            make(0, round(rate * self.storm_s)), per_s=rate
        ))  # fmt: skip

    # --- how ---------------------------------------------------------------------------------------------------------

    def _our_worker(self) -> Consumer:
        return our_worker(self.servers, DEVICES, METRIC)

    def _measure(
        self, name: str, start: Callable[[], Consumer], query: str, messages: Messages, count: int, size: int
    ) -> Cost:
        consumer = start()
        try:
            # Arrays begin with single messages as well: a million rows would have the server vacuum what it measures.
            before = Numbered().single if size > 1 else messages
            self._warm_up(consumer, query, before)
            first = len(DEVICES)
            consumer.hold()
            flood = Flood(self.servers.broker_port)
            flood.send(messages(first, count))
            flood.close()
            worker_s, postgres_s, began_s = consumer.cpu_s(), self.servers.postgres_cpu_s(), time.monotonic()
            consumer.go_on()
            if query:
                self._wait_rows(consumer, query, first + count * size, 300.0)
            else:
                settle(consumer.cpu_s)
            self.costs[name] = cost = Cost(
                count * size,
                consumer.cpu_s() - worker_s,
                self.servers.postgres_cpu_s() - postgres_s,
                time.monotonic() - began_s,
            )
        finally:
            consumer.close()
        each = [1e6 * part / cost.rows for part in (cost.worker_s, cost.postgres_s)]
        print(f"{name}: {cost.per_cpu_s:,.0f} rows per CPU s, {each[0]:.1f} + {each[1]:.1f} µs a row, "
              f"{cost.rows / cost.took_s:,.0f} rows/s, {consumer.peak_mb:.0f} MB", flush=True)  # fmt: skip
        return cost

    def _warm_up(self, consumer: Consumer, query: str, messages: Messages) -> None:
        """Every topic once, and all that comes of it. Consumers that start late are waited for."""
        consumer.wait_connected()
        settle(consumer.cpu_s)
        flood = Flood(self.servers.broker_port)
        flood.send(messages(0, len(DEVICES)))
        flood.close()
        if query:
            self._wait_rows(consumer, query, len(DEVICES), 120.0)
        settle(lambda: consumer.cpu_s() + self.servers.postgres_cpu_s())

    def _wait_rows(self, consumer: Consumer, query: str, wanted: int, timeout_s: float) -> None:
        """Asks seldom: counting costs the server something, the same for all."""
        deadline_s, before = time.monotonic() + timeout_s, -1
        while (found := int(consumer.fetch(query)[0][0])) < wanted:
            if time.monotonic() > deadline_s:
                raise SystemExit(f"{found} of {wanted} rows after {timeout_s:g} s: {consumer.said()}")
            if found == before:
                settle(consumer.cpu_s)
                consumer.flush()
            before = found
            time.sleep(1.0)
        if found != wanted:
            raise SystemExit(f"{found} rows where {wanted} were published")

    def _storm(self, title: str, size: int, publish: Callable[[Flood, float], None]) -> list[Row]:
        consumer = self._our_worker()
        try:
            settle(consumer.cpu_s)
            flood = Flood(self.servers.broker_port)
            began_s = time.monotonic()
            sender = threading.Thread(target=publish, args=(flood, began_s + self.storm_s))
            sender.start()
            sender.join()
            length_s, wanted = time.monotonic() - began_s, flood.sent * size
            flood.close()
            self._wait_rows(consumer, OURS, wanted, 4 * self.storm_s)
            took_s = time.monotonic() - began_s
            [(rows, distinct)] = consumer.fetch("select count(*), count(distinct (series, ts, key)) from observation")
            peak_mb = consumer.peak_mb
        finally:
            consumer.close()
        print(f"{title}: {flood.sent / length_s:,.0f} messages/s for {length_s:.0f} s, drained after {took_s:.0f} s")
        return [
            Row(f"{title}: rows lost or repeated", abs(wanted - rows) + rows - distinct, "rows", "<= 0"),
            Row(f"{title}: drained after, in its length", took_s / length_s, "times", "<= 2"),
            Row(f"{title}: memory of the worker", peak_mb, "MB", "< 200"),
        ]

    @staticmethod
    def _now(count: int) -> Iterator[tuple[str, bytes]]:
        for number in range(count):
            device = DEVICES[number % len(DEVICES)]
            head = f'{{"ts": {round(time.time() * 1000)}, "id": "now-'
            tail = f'", "values": {{"{METRIC}": {20 + number % 997 / 100:.3f}}}}}'
            payload = head + str(number).zfill(100 - len(head) - len(tail)) + tail
            yield f"gridhub/v1/devices/{device}/telemetry", payload.encode()


PARTS: dict[str, Callable[[Bench], list[Row]]] = {
    "node-red": lambda bench: bench.against("node-red", "3.5", peers.node_red, peers.KEYED),
    "paho-executemany": lambda bench: bench.against("paho-executemany", "1.3", peers.paho_executemany, peers.KEYED),
    "collectd": lambda bench: bench.against("collectd", "1.5", peers.collectd, peers.UNKEYED),
    "paho-bare": Bench.bare,
    "arrays": Bench.arrays,
    "delay": Bench.delay,
    "storm": Bench.storm,
    "array-storm": Bench.array_storm,
}
